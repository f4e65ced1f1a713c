"""Every rule about code cells fires on a chapter that breaks it, and on no other."""

from collections.abc import Callable

import pytest
from nbformat import NotebookNode

from tests.structure import cell_rules
from tests.structure.sample_chapter import code, good_chapter, numbered, picture, printed, text

ALT = {"image": {"alt": "a b c d e"}}


def add(*cells: NotebookNode) -> Callable[[NotebookNode], None]:
    """Put prose and these cells in the middle of the chapter."""

    def change(notebook: NotebookNode) -> None:
        notebook.cells[3:3] = [*cells, text("Words.")]
        numbered(notebook)

    return change


def never_run(notebook: NotebookNode) -> None:
    notebook.cells[3].execution_count = None


def run_twice(notebook: NotebookNode) -> None:
    notebook.cells[3].execution_count = 7


def other_setup(notebook: NotebookNode) -> None:
    notebook.cells[1].source += "\nimport numpy as np"


def other_address(notebook: NotebookNode) -> None:
    notebook.cells[1].source = notebook.cells[1].source.replace("https://", "https://fork.")


def no_setup(notebook: NotebookNode) -> None:
    notebook.cells[1].metadata.tags = []
    notebook.cells[1].source = "import torch"


def no_assertion(notebook: NotebookNode) -> None:
    del notebook.cells[4]
    numbered(notebook)


def no_title(notebook: NotebookNode) -> None:
    notebook.cells[4].source = notebook.cells[4].source.removeprefix("# @title Checks\n")


def not_folded(notebook: NotebookNode) -> None:
    notebook.cells[4].metadata.tags = ["nothing"]
    notebook.cells.insert(4, text("Words."))


def folded_without_a_check(notebook: NotebookNode) -> None:
    notebook.cells[3].metadata.tags = ["claims", "nbval-ignore-output"]
    notebook.cells[3].source = "# @title Checks\nprint(losses)"


def no_caption(notebook: NotebookNode) -> None:
    notebook.cells[7].source = notebook.cells[7].source.replace("*Figure 9.1.*", "Figure 9.1:")


def third_figure(notebook: NotebookNode) -> None:
    notebook.cells[7].source = notebook.cells[7].source.replace("9.1", "9.3")


PLANTED = [
    (cell_rules.every_cell_was_run_in_order, never_run),
    (cell_rules.every_cell_was_run_in_order, run_twice),
    (cell_rules.no_errors_or_warnings_are_stored, add(code("x", printed("Warning!", "stderr")))),
    (
        cell_rules.outputs_name_no_machine,
        add(code("x", printed("/usr/lib/python3/x.py:7: DeprecationWarning"))),
    ),
    (cell_rules.outputs_name_no_machine, add(code("x", printed("<object at 0x7f3a5c001000>")))),
    (cell_rules.numbers_are_rounded, add(code("x", printed("0.12345")))),
    (cell_rules.numbers_are_rounded, add(code("x", printed("tensor([3.00001e-05])")))),
    (cell_rules.no_trailing_semicolons, add(code("x = 1;"))),
    (cell_rules.cells_fit_the_page, add(code("x = 1\n" * 25 + "y = 1"))),
    (cell_rules.cells_fit_the_page, add(code("class A:\n" + "    x = 1\n" * 35))),
    (cell_rules.cells_fit_the_page, add(code("x = " + "1" * 69))),
    (cell_rules.prose_between_code, add(text("Words."), code("x = 1"), code("y = 1"))),
    (cell_rules.prose_between_code, add(text("Words."), code("x = 1"), text(" "), code("y = 1"))),
    (cell_rules.setup_cell_is_the_common_one, other_setup),
    (cell_rules.setup_cell_is_the_common_one, other_address),
    (cell_rules.setup_cell_is_the_common_one, no_setup),
    (cell_rules.figures_are_described, add(code("plt.show()", picture()))),
    (cell_rules.figures_are_described, add(code("plt.show()", picture(), mystnb=ALT))),
    (cell_rules.figures_have_captions, no_caption),
    (cell_rules.figures_have_captions, third_figure),
    (cell_rules.figures_are_described, add(code("plt.plot(x)", picture()))),
    (cell_rules.figures_are_described, add(code("plt.show()", picture(), picture()))),
    (cell_rules.training_is_followed_by_an_assertion, no_assertion),
    (cell_rules.folded_cells_have_a_title, no_title),
    (cell_rules.checks_stand_by_themselves, not_folded),
    (cell_rules.checks_stand_by_themselves, folded_without_a_check),
]


def test_a_good_chapter_breaks_no_rule() -> None:
    assert cell_rules.violations(good_chapter()) == []


@pytest.mark.parametrize(("rule", "plant"), PLANTED)
def test_the_rule_fires(rule: Callable, plant: Callable) -> None:
    notebook = good_chapter()
    plant(notebook)
    assert rule(notebook) != []
    assert cell_rules.violations(notebook) == rule(notebook)


def test_every_rule_is_planted_once() -> None:
    assert {rule for rule, _ in PLANTED} == set(cell_rules.RULES)


def test_ordinary_outputs_pass() -> None:
    notebook = good_chapter()
    words = "a/home/b 0.1234 1e-05 https://example.org/home/x 12345.0 and/or 0xff\n"
    add(code("print(x)", printed(words)))(notebook)
    assert cell_rules.violations(notebook) == []
