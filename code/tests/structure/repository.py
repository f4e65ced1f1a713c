"""What the structure tests read: the repository's files, and nothing else."""

import ast
import re
import subprocess
from functools import cache
from pathlib import Path

import nbformat
import yaml
from nbformat import NotebookNode
from website.pages import files_in

ROOT = Path(__file__).resolve().parents[3]
PACKAGE = ROOT / "code" / "paying_attention"
CHAPTERS = sorted(
    (ROOT / "chapters").glob("*.ipynb"),
    key=lambda path: path.stem.partition("-")[0],  # 04, then 04b
)
CHAPTER_NAMES = [path.stem for path in CHAPTERS]


@cache
def read_chapter(name: str) -> NotebookNode:
    """One chapter, by its file name without ending."""
    return nbformat.read(ROOT / "chapters" / f"{name}.ipynb", as_version=4)


@cache
def chapter_code(name: str) -> ast.Module:
    """All code cells of a chapter, one after the other; `pass` for what is no Python."""
    cells = [cell.source for cell in read_chapter(name).cells if cell.cell_type == "code"]
    return ast.parse(re.sub(r"(?m)^(\s*)[%!].*$", r"\1pass", "\n".join(cells)))


def table_of_contents(path: Path = ROOT / "_toc.yml") -> list[str]:
    """All pages of the book in reading order, as _toc.yml names them."""

    return files_in(yaml.safe_load(path.read_text(encoding="utf-8")))


@cache
def files_of_the_repository() -> tuple[Path, ...]:
    """What git tracks, or would track: paths below the root, ignored files left out."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    names = sorted(name for name in listing.split("\0") if name)
    return tuple(Path(name) for name in names if (ROOT / name).is_file())
