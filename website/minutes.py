"""How long a page takes: its words, its lines of code in sight, and the minutes that follow.

    python website/minutes.py            a table of all pages
    python website/minutes.py --write    also write the minutes where pages and intro.md name them

A reader who follows the code reads about 42 words of text a minute, the code included: measured on
readers who timed themselves. What is folded is not counted, and neither are the exercises and what
comes after them.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import nbformat
import yaml
from nbformat import NotebookNode

ROOT = Path(__file__).resolve().parents[1]
CHAPTERS = ROOT / "chapters"
WORDS_A_MINUTE = 42
FOLDED = {"setup", "claims", "hide-input", "hide-cell", "solution"}
HEADING = re.compile(r"(?m)^(#{1,6})[ \t]+(.+)$")
LINK_WITH_MINUTES = re.compile(r"\[[^\]]+\]\((chapters/[\w-]+)\.ipynb(#[\w-]+)?\) \((\d+) min\)")
PAGE_MINUTES = re.compile(r"About \d+ minutes")
PATH_MINUTES = re.compile(r"About \d+ minutes today")


class Size(NamedTuple):
    """What stands before the exercises of a page, or in one of its sections."""

    words: int
    lines: int

    @property
    def minutes(self) -> int:
        """Minutes of reading, at least one."""
        return max(1, round(self.words / WORDS_A_MINUTE))


def words(text: str) -> int:
    """Count the words of Markdown: a formula or a piece of code is one, an address none.

    >>> words("### Two *words*\\n\\nand $a + b$, `x = 1`: [a link](https://book.org/).")
    7
    """
    text = re.sub(r"(?ms)^(`{3,}|~{3,}).*?^\1[ \t]*$", " ", text)
    text = re.sub(r"(?s)<!--.*?-->|<[^>\n]+>|\]\([^)]*\)", " ", text)
    text = re.sub(r"(?s)\$\$.*?\$\$|\$[^$\n]+(?:\n[^$\n]+)?\$|(`+).+?\1", " code ", text)
    return sum(1 for word in text.split() if re.search(r"\w", word))


def is_in_sight(cell: NotebookNode) -> bool:
    """Tell whether a code cell is shown, not folded."""
    return not FOLDED & set(cell.metadata.get("tags", []))


def parts(notebook: NotebookNode) -> Iterator[tuple[str, str, NotebookNode]]:
    """Give (heading of level 2 above it, Markdown, cell), the cells cut at their headings."""
    section = ""
    for cell in notebook.cells:
        if cell.cell_type == "code":
            yield section, "", cell
            continue
        for piece in re.split(r"(?m)^(?=## )", cell.source):
            heading = re.match(r"## (.+)", piece)
            section = heading[1].strip() if heading else section
            yield section, piece, cell


def sections(notebook: NotebookNode) -> dict[str, Size]:
    """The size of each section before the exercises, by its heading; the opening is ``""``."""
    found: dict[str, Size] = {}
    for section, text, cell in parts(notebook):
        if section == "Exercises":
            break
        so_far = found.get(section, Size(0, 0))
        if cell.cell_type == "markdown":
            found[section] = so_far._replace(words=so_far.words + words(text))
        elif is_in_sight(cell):
            lines = sum(1 for line in cell.source.splitlines() if line.strip())
            found[section] = so_far._replace(lines=so_far.lines + lines)
    return found


def size(notebook: NotebookNode) -> Size:
    """The size of a page before its exercises."""
    every = sections(notebook).values()
    return Size(sum(one.words for one in every), sum(one.lines for one in every))


def slug(heading: str) -> str:
    """The id that a heading has on the site.

    >>> slug("What does $W$ do, and what's `it` for?")
    'what-does-w-do-and-what-s-it-for'
    """
    return re.sub(r"[^a-z0-9]+", "-", heading.lower()).strip("-")


def main(arguments: list[str]) -> None:
    """Print the table."""
    for path in sorted(CHAPTERS.glob("*.ipynb")):
        if arguments and not any(name in path.name for name in arguments):
            continue
        page = nbformat.read(path, as_version=4)
        total = size(page)
        print(f"{path.stem:28} {total.words:5} words {total.lines:4} lines {total.minutes:3} min")
        if arguments:
            for name, one in sections(page).items():
                print(f"      {one.words:5} {one.lines:4}   {name}")


if __name__ == "__main__":
    main(sys.argv[1:])
