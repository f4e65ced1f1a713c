"""Every chapter keeps the book's form, and the table of contents names them all."""

import ast
import importlib
import re
from collections import Counter

import nbformat
import pytest
from nbformat import NotebookNode
from website.exercises import exercises
from website.notebooks import as_text, common_setup, normalise

from paying_attention.exercises.checking import Checker
from tests.structure import cell_rules, exercise_rules, text_rules
from tests.structure.claim_rules import constant_claims
from tests.structure.repository import (
    CHAPTER_NAMES,
    CHAPTERS,
    ROOT,
    read_chapter,
    table_of_contents,
)
from tests.structure.sample_chapter import code
from tests.structure.source_code import derived_in, modules, owned_names

OWNED = owned_names(modules())


def redefinitions(notebook: NotebookNode, chapter: str, owned: dict[str, set[str]]) -> list[str]:
    """Functions and classes that the package owns, and that this chapter does not derive."""
    found = []
    for number, cell in cell_rules.code_cells(notebook):
        source = re.sub(r"(?m)^(\s*)[%!].*$", r"\1pass", cell.source)
        found += [
            f"code cell {number} defines {node.name}: import it from the package"
            for node in ast.parse(source).body
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
            and node.name in owned
            and chapter not in owned[node.name]
        ]
    return found


@pytest.mark.parametrize("name", CHAPTER_NAMES)
def test_code_cells(name: str) -> None:
    assert cell_rules.violations(read_chapter(name)) == []


@pytest.mark.parametrize("name", CHAPTER_NAMES)
def test_order_and_text(name: str) -> None:
    assert text_rules.violations(read_chapter(name)) == []


@pytest.mark.parametrize("name", CHAPTER_NAMES)
def test_claims_can_fail(name: str) -> None:
    assert constant_claims(read_chapter(name)) == []


@pytest.mark.parametrize("name", CHAPTER_NAMES)
def test_exercises(name: str) -> None:
    assert exercise_rules.violations(read_chapter(name)) == []


@pytest.mark.parametrize("name", CHAPTER_NAMES)
def test_exercises_and_checkers_agree(name: str) -> None:
    """An exercise that asks for code or a number has a checker, and a checker its exercise."""
    room = name.partition("-")[2].replace("-", "_")
    checkers = vars(importlib.import_module(f"paying_attention.exercises.{room}")).values()
    called = [
        (exercise.part("number"), exercise.slug)
        for exercise in exercises(read_chapter(name))
        if exercise.of_role("check")
    ]
    assert called == [(one.number, one.slug) for one in checkers if isinstance(one, Checker)]
    imports = [
        cell.source
        for _, cell in cell_rules.code_cells(read_chapter(name))
        if "import" in cell.source and "as check" in cell.source
    ]
    assert imports == [f"from paying_attention.exercises import {room} as check"]


def test_exercises_are_numbered_by_chapter() -> None:
    """A study's exercises go on where its chapter's stop; 02b's are chapter 3's."""
    numbers: dict[str, list[int]] = {}
    for name in sorted(CHAPTER_NAMES, key=lambda name: "03z" if name.startswith("02b") else name):
        for exercise in exercises(read_chapter(name)):
            chapter, number = exercise.part("number").split(".")
            assert chapter == ("3" if name.startswith("02b") else str(int(name[:2])))
            numbers.setdefault(chapter, []).append(int(number))
    assert all(found == list(range(1, len(found) + 1)) for found in numbers.values()), numbers


@pytest.mark.parametrize("name", CHAPTER_NAMES)
def test_figures_are_numbered_by_page(name: str) -> None:
    page = re.match(r"0?(\d+[a-z]?)-", name)[1]
    captions = [
        found["page"]
        for cell in read_chapter(name).cells
        if (found := cell_rules.CAPTION.match(cell.source))
    ]
    assert set(captions) <= {page}
    figures = [cell for cell in read_chapter(name).cells if cell.metadata.get("figure")]
    assert len(captions) == len(figures)


@pytest.mark.parametrize("name", CHAPTER_NAMES)
def test_the_package_is_imported_and_not_copied(name: str) -> None:
    assert redefinitions(read_chapter(name), name, OWNED) == []


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_the_file_is_as_make_notebooks_stores_it(path) -> None:
    stored = path.read_text(encoding="utf-8")
    notebook = nbformat.reads(stored, as_version=4)
    # `==` on two long strings would print them; the reader needs to know what to do.
    unchanged = as_text(normalise(notebook, common_setup())) == stored
    assert unchanged, f"run `make notebooks`: {path.name} was saved by something else"


def test_the_contents_name_every_chapter_and_no_other() -> None:
    pages = table_of_contents()
    assert [page for page, count in Counter(pages).items() if count > 1] == []
    in_contents = [page for page in pages if (ROOT / f"{page}.ipynb").is_file()]
    assert in_contents == [f"chapters/{name}" for name in CHAPTER_NAMES], "in the order of numbers"
    missing = [
        p for p in pages if not any((ROOT / f"{p}{end}").is_file() for end in (".md", ".ipynb"))
    ]
    assert missing == []


def test_chapters_are_called_by_number_and_topic() -> None:
    assert [
        name for name in CHAPTER_NAMES if not re.fullmatch(r"\d\d[a-z]?(-[a-z0-9]+)+", name)
    ] == []


def test_names_of_exercises_and_figures_are_unique_in_the_book() -> None:
    names: list[str] = []
    for name in CHAPTER_NAMES:
        notebook = read_chapter(name)
        names += [exercise.slug for exercise in exercises(notebook)]
        names += [c.metadata["figure"] for c in notebook.cells if c.metadata.get("figure")]
    assert [name for name, count in Counter(names).items() if count > 1] == []


def test_a_copy_of_the_package_is_found() -> None:
    copy = code("%time x\ndef attend(scores):\n    return scores\nclass Own:\n    pass")
    notebook = nbformat.v4.new_notebook(cells=[copy])
    owned = {"attend": {"02-bahdanau"}, "Other": set()}
    assert redefinitions(notebook, "03-luong", owned) != []
    assert redefinitions(notebook, "02-bahdanau", owned) == []


def test_a_docstring_names_the_chapter_that_derives() -> None:
    line = "Derived in: chapters/01-the-bottleneck.   Source: Bahdanau et al. (2015), chapters/9."
    assert derived_in(f"Mix.\n\n{line}\n") == {"01-the-bottleneck"}
    assert derived_in("Derived in: chapters/02-a and\n    chapters/03-b.") == {"02-a", "03-b"}
    assert derived_in("See chapters/02-a.") == set()
