"""Every rule about exercises fires on a chapter that breaks it, and on no other."""

import ast
from collections.abc import Callable

import pytest
from nbformat import NotebookNode

from tests.structure import exercise_rules
from tests.structure.sample_chapter import code, good_chapter, text

FIRST = 9  # the index of the first exercise's heading; stub, check and solution follow
BUG = 18  # the code in which a bug is to be found


def changed(old: str, new: str) -> Callable[[NotebookNode], None]:
    """Write `new` where `old` stands, text and code (it must stand somewhere)."""

    def change(notebook: NotebookNode) -> None:
        assert any(old in cell.source for cell in notebook.cells)
        for cell in notebook.cells:
            cell.source = cell.source.replace(old, new)

    return change


def with_cell(index: int, **new: object) -> Callable[[NotebookNode], None]:
    """Change the source, the tags or the outputs of one cell."""

    def change(notebook: NotebookNode) -> None:
        cell = notebook.cells[index]
        cell.source = new.get("source", cell.source)
        if "tags" in new:
            cell.metadata.tags = new["tags"]
        if "said" in new:
            cell.outputs[0].text = new["said"]

    return change


def a_cell_between(notebook: NotebookNode) -> None:
    notebook.cells.insert(FIRST + 1, text("Words."))


def solution_first(notebook: NotebookNode) -> None:
    notebook.cells.insert(FIRST + 1, notebook.cells.pop(FIRST + 3))


def no_slug(notebook: NotebookNode) -> None:
    del notebook.cells[FIRST + 1].metadata["exercise"]


def no_call(notebook: NotebookNode) -> None:
    del notebook.cells[FIRST + 2]


def no_solution(notebook: NotebookNode) -> None:
    del notebook.cells[FIRST + 3]


def two_solutions(notebook: NotebookNode) -> None:
    notebook.cells.insert(FIRST + 4, notebook.cells[FIRST + 3])


def bug_in_the_text(notebook: NotebookNode) -> None:
    notebook.cells[BUG - 1].source += "\n\n```python\nsum([1, 1], start=1)\n```"


def one_exercise_less(notebook: NotebookNode) -> None:
    del notebook.cells[22:26]
    changed("9.5", "9.4")(notebook)


FENCE = "answer = 1 + 1\nassert answer == 2\n```"
PLANTED = [
    (exercise_rules.cells_of_an_exercise_stand_together, a_cell_between),
    (exercise_rules.cells_of_an_exercise_stand_together, solution_first),
    (exercise_rules.cells_of_an_exercise_stand_together, no_slug),
    (
        exercise_rules.exercises_have_headings,
        changed('<a id="ex-extend"></a>', '<a id="ex-other"></a>'),
    ),
    (exercise_rules.exercises_have_headings, changed("★★ Extend", "★★★★ Extend")),
    (exercise_rules.exercises_are_numbered, changed("9.5", "9.4")),
    (exercise_rules.exercises_are_numbered, changed("9.5", "8.5")),
    (exercise_rules.bugs_can_be_run, bug_in_the_text),
    (exercise_rules.bugs_can_be_run, with_cell(BUG, tags=["stub"])),
    (exercise_rules.stubs_are_empty, with_cell(FIRST + 1, source="answer = 2")),
    (exercise_rules.stubs_are_empty, with_cell(FIRST + 1, source="def f(x):\n    return x")),
    (exercise_rules.checkers_are_called, no_call),
    (exercise_rules.checkers_are_called, with_cell(FIRST + 2, source="check.other(answer)")),
    (exercise_rules.checkers_are_called, with_cell(FIRST + 2, source="x = 1\ncheck.x(x)")),
    (exercise_rules.checkers_are_called, with_cell(FIRST + 2, said="✓ Exercise 9.1: done.\n")),
    (exercise_rules.checkers_are_called, with_cell(FIRST + 2, said="○ Exercise 9.2: nothing")),
    (exercise_rules.solutions_are_folded_and_tested, no_solution),
    (exercise_rules.solutions_are_folded_and_tested, two_solutions),
    (exercise_rules.solutions_are_folded_and_tested, changed("assert answer == 2\n", "")),
    (exercise_rules.solutions_are_folded_and_tested, changed("Solution to Exercise 9.4", "Solved")),
    (
        exercise_rules.solutions_are_folded_and_tested,
        changed("It is two.", "It is two.\n\n## More\n"),
    ),
    (exercise_rules.solutions_are_folded_and_tested, changed("\n</details>", "\n")),
    (
        exercise_rules.solutions_are_folded_and_tested,
        changed(FENCE, FENCE + "\n\n```python\nx = 1\n```"),
    ),
    (exercise_rules.solutions_are_folded_and_tested, changed("1 + 1", "1" + " + 0" * 20)),
    (exercise_rules.solutions_are_folded_and_tested, changed(FENCE, "x = 1\n" * 50 + FENCE)),
]


def test_a_good_chapter_breaks_no_rule() -> None:
    assert exercise_rules.violations(good_chapter()) == []


@pytest.mark.parametrize(("rule", "plant"), PLANTED)
def test_the_rule_fires(rule: Callable, plant: Callable) -> None:
    notebook = good_chapter()
    plant(notebook)
    assert rule(notebook) != []


def test_every_rule_is_planted_once() -> None:
    assert {rule for rule, _ in PLANTED} == set(exercise_rules.RULES)


@pytest.mark.parametrize(
    "plant",
    [
        changed("★★★", "★★"),
        one_exercise_less,
        changed("9.5", "9.6"),
        changed("Predict, then run", "Run"),
        changed("By hand", "With a machine"),
        changed("Find the bug", "Find it"),
    ],
)
def test_what_a_chapter_lacks_is_named(plant: Callable) -> None:
    notebook = good_chapter()
    assert exercise_rules.wrong_with_a_chapter([notebook]) == []
    plant(notebook)
    assert len(exercise_rules.wrong_with_a_chapter([notebook])) == 1


def test_a_chapter_is_its_core_and_its_studies() -> None:
    core, study = good_chapter(), good_chapter()
    core.cells = [c for c in core.cells if c.metadata.get("exercise") != "ex-extend"]
    study.cells = [c for c in study.cells if c.metadata.get("exercise") == "ex-extend"]
    assert exercise_rules.wrong_with_a_chapter([core]) != []
    assert exercise_rules.wrong_with_a_chapter([core, study]) == []
    assert exercise_rules.violations(core) == []


@pytest.mark.parametrize(
    "source",
    [
        "def f(x):\n    ...",
        'def f(x):\n    """What it does."""\n    ...',
        "class A:\n    def f(self):\n        ...",
        'class A(B):\n    """What it is."""\n\n    def f(self): ...',
        'answer = {"a": None, "b": (None, None)}',
        "first = second = None",
    ],
)
def test_what_is_empty(source: str) -> None:
    (step,) = ast.parse(source).body
    assert exercise_rules.is_empty(step)


@pytest.mark.parametrize(
    "source",
    [
        "def f(x):\n    return 1",
        "answer = 0",
        'answer = {"a": 1}',
        "class A:\n    x = 1",
        "print(1)",
    ],
)
def test_what_is_not(source: str) -> None:
    (step,) = ast.parse(source).body
    assert not exercise_rules.is_empty(step)


def test_a_stub_may_import_and_a_check_may_take_several_answers() -> None:
    notebook = good_chapter()
    stub = "from torch import nn\n\nclass A(nn.Module):\n    ...\n\nb = None"
    with_cell(FIRST + 1, source=stub)(notebook)
    with_cell(FIRST + 2, source="check.by_hand_one(A, b)")(notebook)
    assert exercise_rules.violations(notebook) == []


def test_a_heading_out_of_form_is_noticed() -> None:
    notebook = good_chapter()
    notebook.cells.insert(FIRST, text("### Exercise 9.0 ★ Without an anchor\n\nHow?"))
    notebook.cells.insert(FIRST, code("answer = None", tags=["stub"]))
    complaints = exercise_rules.cells_of_an_exercise_stand_together(notebook)
    assert len(complaints) == 2
