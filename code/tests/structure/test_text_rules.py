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


def banned_alt(notebook: NotebookNode) -> None:
    notebook.cells[6].metadata.mystnb.image.alt = "It simply falls."


PLANTED = [
    (text_rules.opens_with_a_question, replaced("any length?", "any length.")),
    (text_rules.names_its_goals, replaced("- count\n", "")),
    (text_rules.names_its_goals, replaced("- count\n", "- a\n- b\n- c\n- d\n")),
    (
        text_rules.says_what_comes_before,
        replaced("[the warm-up](https://example.org/00-warm-up.html)", "it"),
    ),
    (text_rules.says_what_comes_before, replaced("minute", "hour")),
    (text_rules.parts_are_in_order, setup_late),
    (text_rules.parts_are_in_order, replaced("## Summary", "## In short")),
    (text_rules.parts_are_in_order, replaced("# The sample", "# The warm-up")),
    (text_rules.headings_are_nested, replaced("### A figure", "#### A figure")),
    (text_rules.headings_are_nested, replaced("## Summary", "# A title\n\n## Summary")),
    (text_rules.reads_well_in_four_places, replaced("It falls.", ":::{note}\nIt falls.\n:::")),
    (text_rules.reads_well_in_four_places, replaced("It falls.", "{cite}`bahdanau`")),
    (text_rules.reads_well_in_four_places, replaced("It falls.", "It falls [@bahdanau].")),
    (text_rules.reads_well_in_four_places, replaced("### A figure", "(here)=\n### A figure")),
    (text_rules.prose_is_plain, replaced("It falls.", "It simply falls.")),
    (text_rules.prose_is_plain, replaced("It falls.", "Of\ncourse, it falls.")),
    (text_rules.prose_is_plain, replaced("It falls.", "It falls!")),
    (text_rules.links_lead_somewhere_from_everywhere, replaced("It falls.", "[It](#here) falls.")),
    (text_rules.links_lead_somewhere_from_everywhere, replaced("https://example.org/", "")),
    (text_rules.marks_are_known, replaced("**Predict.**", "**Guess.**")),
    (
        text_rules.a_section_has_one_result,
        replaced("It falls.", "> **Result.** It falls.\n\n> **Result.** It does."),
    ),
    (text_rules.prose_is_plain, banned_alt),
    (text_rules.prose_is_plain, replaced("Nothing rises.", "Nothing rises!")),
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


def test_the_warm_up_opens_with_a_self_test() -> None:
    notebook = good_chapter()
    replaced("# The sample", "# Warm-up")(notebook)
    replaced("## A section", "## Self-test")(notebook)
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
        "`just[0](x)` and $f[0](just)$",
    ],
)
def test_code_formulas_and_addresses_are_no_prose(text: str) -> None:
    assert text_rules.banned_words(text_rules.prose(text)) == []
