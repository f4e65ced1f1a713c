"""Solutions run where nbval runs a page, and one that its checker refuses is a failure."""

import nbformat
import pytest
from nbformat import NotebookNode
from website.notebooks import common_setup, normalise

from tests.structure.repository import ROOT
from tests.structure.sample_chapter import code, exercise, numbered, text

pytest_plugins = ["pytester"]

CHECK = """\
class check:
    def by_hand_one(answer):
        print("✓" if answer == 2 else "✗", "Exercise 9.1: so it is.")"""


def small_page(solution: str = "answer = 1 + 1") -> NotebookNode:
    cells = [text("# A page"), code(CHECK), *exercise(1, "★", "By hand: one")]
    cells[-1].source = cells[-1].source.replace("answer = 1 + 1", solution)
    cells[-2].outputs[0].text = "✗ Exercise 9.1: so it is.\n"  # answer is still None here
    cells += [
        text("After it:"),
        code("print(answer)", nbformat.v4.new_output("stream", text="2\n")),
    ]
    return numbered(normalise(nbformat.v4.new_notebook(cells=cells), common_setup()))


def results(pytester: pytest.Pytester, notebook: NotebookNode) -> dict[str, int]:
    """Run pytest on one notebook, with the hook of this repository's conftest.py."""
    hook = (ROOT / "conftest.py").read_text(encoding="utf-8")
    pytester.makeconftest(f"import sys\nsys.path.insert(0, {str(ROOT)!r})\n{hook}")
    path = pytester.path / "page.ipynb"
    path.write_text(nbformat.writes(notebook), encoding="utf-8")
    run = pytester.runpytest_subprocess(
        "--nbval", "--nbval-current-env", "-p", "no:jaxtyping", path
    )
    return run.parseoutcomes()


def test_a_solution_runs_before_what_comes_after_it(pytester: pytest.Pytester) -> None:
    # four code cells, the fence, and the checker's call again
    assert results(pytester, small_page()) == {"passed": 6}


def test_a_solution_that_the_checker_refuses_fails(pytester: pytest.Pytester) -> None:
    page = small_page("answer = 1 + 1.5").copy()
    page.cells[-3].source = page.cells[-3].source.replace("assert answer == 2", "assert answer")
    page.cells[-1].outputs[0].text = "2.5\n"
    assert results(pytester, page) == {"passed": 5, "failed": 1}


def test_a_solution_that_raises_fails_twice(pytester: pytest.Pytester) -> None:
    """It raises, and the checker then finds the stub's answer."""
    page = small_page("answer = 1 / 0")
    page.cells[-1].outputs[0].text = "None\n"
    assert results(pytester, page) == {"passed": 4, "failed": 2}
