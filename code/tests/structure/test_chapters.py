"""Every chapter keeps the book's form, and the table of contents names them all."""

import ast
import importlib
import re
from collections import Counter
from importlib.util import find_spec
from itertools import groupby

import nbformat
import pytest
from nbformat import NotebookNode
from website.exercises import exercises
from website.notebooks import as_text, common_setup, normalise

from paying_attention.exercises.checking import Checker
from paying_attention.exercises.guesses.guess import Guess
from tests.structure import cell_rules, exercise_rules, page_rules, text_rules
from tests.structure.claim_rules import constant_claims
from tests.structure.repository import (
    CHAPTER_NAMES,
    CHAPTERS,
    PACKAGE,
    ROOT,
    chapter_code,
    read_chapter,
    table_of_contents,
)
from tests.structure.sample_chapter import code
from tests.structure.source_code import derived_in, modules, owned_names

OWNED = owned_names(modules())
PAGES_OF = {  # "04": its core, then its studies
    number: list(names) for number, names in groupby(CHAPTER_NAMES, key=lambda name: name[:2])
}
GUESS_ROOMS = {path.stem for path in (PACKAGE / "exercises" / "guesses").glob("*.py")} - {
    "__init__",
    "guess",
}
MAY_BE_LONGER: tuple[str, ...] = ()  # never above 2,500 words and 200 lines


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
def test_the_page_is_one_sitting(name: str) -> None:
    longer = name in MAY_BE_LONGER
    assert page_rules.violations(read_chapter(name), name, longer=longer) == []


@pytest.mark.parametrize("name", MAY_BE_LONGER)
def test_what_may_be_longer_is(name: str) -> None:
    assert page_rules.too_long(read_chapter(name)) != [], "take it off the list"


@pytest.mark.parametrize("number", sorted(PAGES_OF))
def test_a_chapter_has_exercises_of_each_kind(number: str) -> None:
    pages = [read_chapter(name) for name in PAGES_OF[number]]
    # the warm-up has no bug to find: it teaches the tools alone
    allowed = ["no exercise's title says 'find the bug'"] if number == "00" else []
    assert [w for w in exercise_rules.wrong_with_a_chapter(pages) if w not in allowed] == []
    for page in pages:
        numbers = {exercise.part("number").split(".")[0] for exercise in exercises(page)}
        assert numbers == {str(int(number))}


def room_of(name: str) -> str:
    """The module that checks a page's exercises: its own, or else that of its chapter's core."""
    own = name.partition("-")[2].replace("-", "_")
    if find_spec(f"paying_attention.exercises.{own}"):
        return own
    return PAGES_OF[name[:2]][0].partition("-")[2].replace("-", "_")


def imported_as(name: str, alias: str) -> list[str]:
    """What a page imports under this alias, each import on one line."""
    return [
        ast.unparse(step)
        for step in chapter_code(name).body
        if isinstance(step, ast.ImportFrom) and any(one.asname == alias for one in step.names)
    ]


@pytest.mark.parametrize("name", CHAPTER_NAMES)
def test_exercises_are_called_by_their_numbers(name: str) -> None:
    """What a page asks its room for is there, under the same number."""
    room = importlib.import_module(f"paying_attention.exercises.{room_of(name)}")
    checkers = {one.slug: one.number for one in vars(room).values() if isinstance(one, Checker)}
    called = [e for e in exercises(read_chapter(name)) if e.of_role("check")]
    assert [
        (e.slug, e.part("number")) for e in called if checkers.get(e.slug) != e.part("number")
    ] == []
    expected = [f"from paying_attention.exercises import {room_of(name)} as check"]
    assert imported_as(name, "check") == (expected if called else [])


@pytest.mark.parametrize("room", sorted({room_of(name) for name in CHAPTER_NAMES}))
def test_every_checker_is_called(room: str) -> None:
    checkers = vars(importlib.import_module(f"paying_attention.exercises.{room}")).values()
    called = [
        exercise.slug
        for name in CHAPTER_NAMES
        if room_of(name) == room
        for exercise in exercises(read_chapter(name))
        if exercise.of_role("check")
    ]
    assert sorted(called) == sorted(one.slug for one in checkers if isinstance(one, Checker))


@pytest.mark.parametrize("name", CHAPTER_NAMES)
def test_guesses_are_answered_by_their_room(name: str) -> None:
    """The options that a cell names are those that have a reply."""
    cells = list(page_rules.guess_cells(read_chapter(name)))
    expected = [f"from paying_attention.exercises.guesses import {room_of(name)} as reply"]
    assert imported_as(name, "reply") == (expected if cells else [])
    for cell in cells:
        asked = page_rules.GUESS.fullmatch(cell.source)
        room = importlib.import_module(f"paying_attention.exercises.guesses.{room_of(name)}")
        assert getattr(room, asked["name"]).options == asked["options"]


@pytest.mark.parametrize("room", sorted(GUESS_ROOMS))
def test_every_guess_is_asked_for_once(room: str) -> None:
    replies = vars(importlib.import_module(f"paying_attention.exercises.guesses.{room}"))
    asked = [
        page_rules.GUESS.fullmatch(cell.source)["name"]
        for name in CHAPTER_NAMES
        if room_of(name) == room
        for cell in page_rules.guess_cells(read_chapter(name))
    ]
    assert sorted(asked) == sorted(name for name, one in replies.items() if isinstance(one, Guess))


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
