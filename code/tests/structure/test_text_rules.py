"""Every rule about a chapter's text fires on a chapter that breaks it, and on no other."""

from collections.abc import Callable

import pytest
from nbformat import NotebookNode

from tests.structure import text_rules
from tests.structure.sample_chapter import good_chapter


def replaced(old: str, new: str) -> Callable[[NotebookNode], None]:
    """Write `new` where `old` stands in the chapter's text (it must stand somewhere)."""

    def change(notebook: NotebookNode) -> None:
        assert any(old in cell.source for cell in notebook.cells)
        for cell in notebook.cells:
            if cell.cell_type == "markdown":
                cell.source = cell.source.replace(old, new)

    return change


def setup_first(notebook: NotebookNode) -> None:
    notebook.cells.insert(0, notebook.cells.pop(1))


def setup_late(notebook: NotebookNode) -> None:
    notebook.cells.insert(2, notebook.cells.pop(1))


def untested_solution(notebook: NotebookNode) -> None:
    notebook.cells[11].source = "# @title Solution\nprint(2)"


def banned_caption(notebook: NotebookNode) -> None:
    notebook.cells[7].metadata.mystnb.figure.caption = "It simply falls."


PLANTED = [
    (text_rules.opens_with_a_question, replaced("any length?", "any length.")),
    (text_rules.names_its_goals, replaced("- count\n", "")),
    (text_rules.names_its_goals, replaced("- count\n", "- a\n- b\n- c\n- d\n")),
    (text_rules.says_what_comes_before, replaced("[the warm-up](00-warm-up.ipynb)", "it")),
    (text_rules.says_what_comes_before, replaced("minute", "hour")),
    (text_rules.parts_are_in_order, setup_late),
    (text_rules.parts_are_in_order, replaced("## Summary", "## In short")),
    (text_rules.parts_are_in_order, replaced("# The sample", "# The warm-up")),
    (text_rules.headings_are_nested, replaced("### A figure", "#### A figure")),
    (text_rules.headings_are_nested, replaced("## Summary", "# A title\n\n## Summary")),
    (text_rules.exercises_are_graded, replaced("★★★", "★★")),
    (text_rules.exercises_are_graded, replaced("{exercise} ★★ Extend", "{exercise} Extend")),
    (text_rules.exercises_are_graded, replaced("Find the bug", "Find the error")),
    (text_rules.exercises_are_graded, replaced("Predict, then run", "Run")),
    (text_rules.exercises_have_tested_solutions, replaced(":label: ex-extend", "")),
    (
        text_rules.exercises_have_tested_solutions,
        replaced("{solution} ex-extend", "{solution} ex-x"),
    ),
    (text_rules.exercises_have_tested_solutions, replaced(":class: dropdown\n", "")),
    (text_rules.exercises_have_tested_solutions, untested_solution),
    (text_rules.reads_well_in_four_places, replaced("It falls.", ":::{note}\nIt falls.\n:::")),
    (text_rules.reads_well_in_four_places, replaced("It falls.", "{cite}`bahdanau`")),
    (text_rules.reads_well_in_four_places, replaced("It falls.", "It falls [@bahdanau].")),
    (text_rules.reads_well_in_four_places, replaced("### A figure", "(here)=\n### A figure")),
    (text_rules.prose_is_plain, replaced("It falls.", "It simply falls.")),
    (text_rules.prose_is_plain, replaced("It falls.", "Of\ncourse, it falls.")),
    (text_rules.prose_is_plain, replaced("It falls.", "It falls!")),
    (text_rules.prose_is_plain, banned_caption),
]


def test_a_good_chapter_breaks_no_rule() -> None:
    assert text_rules.violations(good_chapter()) == []


@pytest.mark.parametrize(("rule", "plant"), PLANTED)
def test_the_rule_fires(rule: Callable, plant: Callable) -> None:
    notebook = good_chapter()
    plant(notebook)
    assert rule(notebook) != []
    assert text_rules.violations(notebook) == rule(notebook)


def test_every_rule_is_planted_once() -> None:
    assert {rule for rule, _ in PLANTED} == set(text_rules.RULES)


def test_missing_parts_are_named() -> None:
    notebook = good_chapter()
    replaced("**You will be able to**", "**Goals**")(notebook)
    replaced("**Before you start**", "**First**")(notebook)
    setup_first(notebook)
    complaints = text_rules.violations(notebook)
    assert "`You will be able to` is missing" in complaints
    assert "`Before you start` is missing" in complaints


def test_fewer_than_five_exercises() -> None:
    notebook = good_chapter()
    del notebook.cells[16:18]  # the fourth exercise and its solution
    assert text_rules.violations(notebook) == ["4 exercises, at least 5"]


def test_the_warm_up_opens_with_a_self_test_and_needs_no_bug() -> None:
    notebook = good_chapter()
    replaced("# The sample", "# Warm-up")(notebook)
    replaced("## A section", "## Self-test")(notebook)
    replaced("Find the bug", "Compute")(notebook)
    assert text_rules.violations(notebook) == []
    setup_late(notebook)  # the self-test needs no code, so it may stand before the setup cell
    notebook.cells[3].source = "## A section"
    assert text_rules.violations(notebook) == []


@pytest.mark.parametrize(
    "text",
    [
        "Here is $n!$ and\n\n$$\nn! = 1\n$$",
        "`x != y` and ``just code``",
        "```python\n# just a comment!\n```",
        "![A figure](just.png) and [a link](https://example.org/just)",
        "Adjust the justification, coursework, offcourse.",
        "<!-- simply -->",
    ],
)
def test_code_formulas_and_addresses_are_no_prose(text: str) -> None:
    assert text_rules.banned_words(text_rules.prose(text)) == []
