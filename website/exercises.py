"""Exercises as a chapter's cells give them: heading, code, stub, call of the checker, solution."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from nbformat import NotebookNode

HEADING = re.compile(
    r'\A<a id="(?P<slug>ex-[a-z0-9-]+)"></a>\n\n'
    r"### Exercise (?P<number>\d+\.\d+) (?P<stars>★+) (?P<title>.+)\n\n"
    r"\*(?P<minutes>\d+) minutes\.\* (?P<text>\S[\s\S]*)\Z"
)
SOLUTION = re.compile(
    r"\A<details><summary>Solution to Exercise (?P<number>\d+\.\d+)</summary>\n\n"
    r"(?P<text>[\s\S]+)\n\n</details>\Z"
)
FENCE = re.compile(r"^```python\n(.*?)^```[ \t]*$", re.DOTALL | re.MULTILINE)
ROLES = ("heading", "given", "stub", "check", "solution")


def role(cell: NotebookNode) -> str:
    """What a cell is for in its exercise: one of ``ROLES``."""
    for name in ("stub", "check", "solution"):
        if name in cell.metadata.get("tags", []):
            return name
    return "heading" if cell.cell_type == "markdown" else "given"


def fence(cell: NotebookNode) -> str:
    """The code of a solution; empty if it has words alone."""
    return "\n".join(FENCE.findall(cell.source)).strip("\n")


@dataclass(frozen=True)
class Exercise:
    """The cells that carry one slug in their metadata, in their order."""

    slug: str
    cells: tuple[NotebookNode, ...]

    def of_role(self, name: str) -> list[NotebookNode]:
        """Its cells of one role."""
        return [cell for cell in self.cells if role(cell) == name]

    def part(self, group: str) -> str:
        """A part of its heading cell: number, stars, title, minutes or text; empty if malformed."""
        heading = HEADING.match(self.cells[0].source)
        return heading[group] if heading else ""


def exercises(notebook: NotebookNode) -> Iterator[Exercise]:
    """All exercises of a chapter in the order in which they begin."""
    found: dict[str, list[NotebookNode]] = {}
    for cell in notebook.cells:
        slug = cell.metadata.get("exercise")
        if slug:
            found.setdefault(slug, []).append(cell)
    for slug, cells in found.items():
        yield Exercise(slug, tuple(cells))
