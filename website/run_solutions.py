"""nbval, and in the same run of a page every solution, given to its exercise's checker.

nbval makes one test of each code cell. Here two more follow each solution: its fence runs in the
page's kernel, and then the checker's call runs again, which now has to say that all is right. What
comes after a solution is compared with its stored output as ever: doing an exercise spoils nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import nbformat
from nbval.plugin import IPyNbCell, IPyNbFile
from website.exercises import exercises, fence, role


class SolutionCell(IPyNbCell):
    """A code cell that stands in no notebook; an error in it is a failure."""

    def reportinfo(self) -> tuple:
        """Name it by its exercise: it has no number on the page."""
        return self.fspath, 0, f"{self.fspath.relto(self.config.rootdir)}::{self.name}"


class CheckedSolution(SolutionCell):
    """The checker's call after a solution: its verdict must be ✓."""

    def runtest(self) -> None:
        """Run the call and read its verdict."""
        super().runtest()
        said = "".join(output.get("text", "") for output in self.test_outputs)
        if not said.startswith("✓ Exercise "):
            self.raise_cell_error(f"the checker does not accept the solution: {said.strip()}")


class ChapterFile(IPyNbFile):
    """A chapter: its cells, and its solutions behind their exercises."""

    def collect(self) -> Iterator[IPyNbCell]:
        """Give the tests in the order in which they run."""
        compared = list(super().collect())  # one for each code cell; reads the notebook
        code_cells = iter(compared)
        checks = {e.slug: e.of_role("check") for e in exercises(self.nb)}
        for cell in self.nb.cells:
            if cell.cell_type == "code":
                last = next(code_cells)
                yield last
            elif role(cell) == "solution" and fence(cell):
                slug = cell.metadata["exercise"]
                yield self._after(last, SolutionCell, f"Solution of {slug}", fence(cell))
                for check in checks[slug]:
                    yield self._after(last, CheckedSolution, f"Check of {slug}", check.source)

    def _after(
        self, last: IPyNbCell, kind: type[SolutionCell], name: str, source: str
    ) -> SolutionCell:
        return kind.from_parent(
            self,
            name=name,
            cell_num=last.cell_num,
            cell=nbformat.v4.new_code_cell(source, execution_count=0),
            options=defaultdict(bool, check=False),
        )
