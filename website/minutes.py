"""How long a page takes: its words, its lines of code in sight, and the minutes that follow.

    python website/minutes.py            a table of all pages
    python website/minutes.py 04         chapter 04, section by section
    python website/minutes.py --write    also write the minutes where pages and intro.md name them

A reader who follows the code reads about 42 words of text a minute, the code included: measured on
readers who timed themselves. What is folded is not counted, and neither are the exercises and what
comes after them.
"""

from __future__ import annotations

import argparse
import copy
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import nbformat
from nbformat import NotebookNode

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from website.notebooks import as_text, common_setup, normalise

ROOT = Path(__file__).resolve().parents[1]
CHAPTERS = ROOT / "chapters"
WORDS_A_MINUTE = 42
FOLDED = {"setup", "claims", "hide-input", "hide-cell", "solution"}
LINK = re.compile(
    r"\(chapters/(?P<page>[\w-]+)\.ipynb(?:#(?P<section>[\w-]+))?\) \((?P<minutes>\d+) min\)"
)
TOTAL = re.compile(r"About \d+ minutes")


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
    """Tell whether a cell is shown, not folded."""
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
        if not is_in_sight(cell):
            continue
        so_far = found.get(section, Size(0, 0))
        if cell.cell_type == "markdown":
            found[section] = so_far._replace(words=so_far.words + words(text))
        else:
            lines = sum(1 for line in cell.source.splitlines() if line.strip())
            found[section] = so_far._replace(lines=so_far.lines + lines)
    return found


def size(notebook: NotebookNode) -> Size:
    """The size of a page before its exercises."""
    every = sections(notebook).values()
    return Size(sum(one.words for one in every), sum(one.lines for one in every))


def slug(heading: str) -> str:
    """The anchor by which the book's Markdown pages link to a heading, as MyST makes it.

    >>> slug("Whose questions, what's `it` for?")
    'whose-questions-whats-it-for'
    """
    return re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")


def with_minutes(notebook: NotebookNode) -> NotebookNode:
    """A copy whose opening says how long the page takes: `About 40 minutes`, once."""
    result = copy.deepcopy(notebook)
    said = f"About {size(notebook).minutes} minutes"
    for cell in result.cells:
        if cell.cell_type == "markdown" and "**Before you start" in cell.source:
            cell.source = TOTAL.sub(said, cell.source, count=1)
    return result


def paths_with_minutes(text: str, pages: Mapping[str, NotebookNode]) -> str:
    """The landing page, with the minutes of each link and the sum of each path.

    Args:
        text: Markdown whose links to sections end in `(5 min)`, and whose paths begin with a
            line `About 90 minutes`.
        pages: The chapters, by name.

    Raises:
        KeyError: If a link names a page or a section that is not there.
    """

    def of_link(found: re.Match[str]) -> str:
        page, section = pages[found["page"]], found["section"]
        by_slug = {slug(heading): one for heading, one in sections(page).items()}
        minutes = (by_slug[section] if section else size(page)).minutes
        return re.sub(r"\d+ min\)$", f"{minutes} min)", found[0])

    def of_path(part: str) -> str:
        part = LINK.sub(of_link, part)
        total = sum(int(found["minutes"]) for found in LINK.finditer(part))
        return TOTAL.sub(f"About {total} minutes", part, count=1) if total else part

    return "".join(map(of_path, re.split(r"(?m)^(?=### )", text)))


def write(pages: Mapping[str, NotebookNode]) -> None:
    """Put the minutes where the pages and the landing page name them."""
    for name, page in pages.items():
        new = with_minutes(page)
        if new != page:
            (CHAPTERS / f"{name}.ipynb").write_text(
                as_text(normalise(new, common_setup())), encoding="utf-8", newline="\n"
            )
    intro = ROOT / "intro.md"
    text = paths_with_minutes(intro.read_text(encoding="utf-8"), pages)
    intro.write_text(text, encoding="utf-8", newline="\n")


def main(arguments: list[str] | None = None) -> None:
    """Read the command line, print the table, and write if asked to."""
    parser = argparse.ArgumentParser(description="Say how long each page takes to read.")
    parser.add_argument("names", nargs="*", help="pages that begin so, by section (default: all)")
    parser.add_argument("--write", action="store_true", help="write the minutes into the pages")
    options = parser.parse_args(arguments)
    pages = {
        path.stem: nbformat.read(path, as_version=4) for path in sorted(CHAPTERS.glob("*.ipynb"))
    }
    for name, page in pages.items():
        if options.names and not name.startswith(tuple(options.names)):
            continue
        print(line(name, size(page)))
        for heading, one in sections(page).items() if options.names else ():
            print(line(f"  {heading}", one))
    if options.write:
        write(pages)


def line(name: str, one: Size) -> str:
    """A row of the table."""
    return f"{name[:46]:46} {one.words:5} words {one.lines:4} lines {one.minutes:4} min"


if __name__ == "__main__":
    main()
