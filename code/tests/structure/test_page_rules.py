"""Every rule about a page as a sitting fires on a page that breaks it, and on no other."""

from collections.abc import Callable

import pytest
from nbformat import NotebookNode

from tests.structure import page_rules
from tests.structure.sample_chapter import code, good_chapter, printed, text

CORE, STUDY = "09-sample", "09b-sample"
PLACE = 5  # in the middle of the sample's first section


def add(*cells: NotebookNode) -> Callable[[NotebookNode], None]:
    """Put cells into the first section."""

    def change(notebook: NotebookNode) -> None:
        notebook.cells[PLACE:PLACE] = list(cells)

    return change


def guess(source: str = 'guess = None  # "a" or "b"\nreply.which(guess)') -> NotebookNode:
    """A guess as it is stored."""
    return code(source, printed('○ No guess yet. Write "a" or "b".\n'), tags=["guess"])


def without_guess(notebook: NotebookNode) -> None:
    notebook.cells = [c for c in notebook.cells if "guess" not in c.metadata.get("tags", [])]


def answered(notebook: NotebookNode) -> None:
    add(guess('guess = "a"  # "a" or "b"\nreply.which(guess)'))(notebook)


def said_already(notebook: NotebookNode) -> None:
    cell = guess()
    cell.outputs[0].text = "✓ Yes.\n"
    add(cell)(notebook)


def two_meanings(notebook: NotebookNode) -> None:
    add(code("scores = 1"), text("## Another\n\nWords."), code("(scores, rest) = 2, 3"))(notebook)


def two_functions(notebook: NotebookNode) -> None:
    first, second = code("def f():\n    return 1"), code("def f():\n    return 2")
    add(first, text("## Another\n\nWords."), second)(notebook)


def fewer_exercises(notebook: NotebookNode) -> None:
    slugs = ["ex-by-hand-one", "ex-predict-then-run-two", "ex-find-the-bug-three"]
    notebook.cells = [c for c in notebook.cells if c.metadata.get("exercise") not in slugs]


def needs_a_check(notebook: NotebookNode) -> None:
    check = code("# @title Checks\nimport math as m\nassert m", tags=["claims"])
    add(check, text("Words."), code("print(m.pi)"))(notebook)


PLANTED = [
    add(text("word " * page_rules.MAX_WORDS)),
    add(code("x = [\n" + "    1,\n" * page_rules.MAX_LINES + "]")),
    answered,
    said_already,
    without_guess,
    fewer_exercises,
    two_meanings,
    two_functions,
    needs_a_check,
]


def good_page() -> NotebookNode:
    """The sample chapter, with a guess."""
    notebook = good_chapter()
    add(guess())(notebook)
    return notebook


def test_a_good_page_breaks_no_rule() -> None:
    assert page_rules.violations(good_page(), CORE) == []
    assert page_rules.violations(good_chapter(), STUDY) == [], "a study may do without a guess"


@pytest.mark.parametrize("plant", PLANTED, ids=lambda plant: plant.__name__)
def test_the_rule_fires(plant: Callable) -> None:
    notebook = good_page()
    plant(notebook)
    assert len(page_rules.violations(notebook, CORE)) == 1


def test_some_pages_may_be_longer_and_none_much_longer() -> None:
    long, too_long = good_page(), good_page()
    add(text("word " * 2400), code("x = 1\n" * 190))(long)
    add(text("word " * 2500), code("x = 1\n" * 200))(too_long)
    assert page_rules.violations(long, CORE, longer=True) == []
    assert len(page_rules.violations(too_long, CORE, longer=True)) == 2


def test_what_is_folded_or_follows_the_exercises_is_not_counted() -> None:
    notebook = good_page()
    folded = code("# @title The picture\n" + "x = 1\n" * 200, tags=["hide-input"])
    add(folded)(notebook)
    notebook.cells.append(text("word " * 3000))
    assert page_rules.violations(notebook, CORE) == []


def test_a_name_may_come_again_as_it_is_and_some_names_belong_to_nobody() -> None:
    notebook = good_page()
    first, second = code("n = 3\nfigure = 1\n_ = 1"), code("n = 3\nfigure = 2\n_ = 2")
    add(first, text("## Another\n\nWords."), second)(notebook)
    assert page_rules.violations(notebook, CORE) == []


def test_what_is_imported_again_in_sight_needs_no_check() -> None:
    notebook = good_page()
    check = code("# @title Checks\nimport math\nassert math", tags=["claims"])
    add(check, text("Words."), code("import math\nprint(math.pi, len(losses))"))(notebook)
    assert page_rules.violations(notebook, CORE) == []
