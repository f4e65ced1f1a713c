"""Write every chapter without its solutions, to be handed out: what `make student` does.

    python website/student.py                     into _build/student/
    python website/student.py --into FOLDER

What is left is the chapter itself: text, figures, code, a stub under each exercise and the call
that checks it. Its code cells are the chapter's, so a student's copy runs as the chapter does.
"""

import argparse
import copy
from pathlib import Path

import nbformat
from nbformat import NotebookNode

ROOT = Path(__file__).resolve().parents[1]


def without_solutions(chapter: NotebookNode) -> NotebookNode:
    """A copy without the cells that are tagged `solution`."""
    result = copy.deepcopy(chapter)
    result.cells = [
        cell for cell in result.cells if "solution" not in cell.metadata.get("tags", [])
    ]
    return result


def write_all(into: Path, chapters: Path = ROOT / "chapters") -> list[Path]:
    """Write the students' copies of a folder of chapters, and give where they lie."""
    into.mkdir(parents=True, exist_ok=True)
    written = []
    for path in sorted(chapters.glob("*.ipynb")):
        student = without_solutions(nbformat.read(path, as_version=4))
        target = into / path.name
        target.write_text(nbformat.writes(student) + "\n", encoding="utf-8", newline="\n")
        written.append(target)
    return written


def main(arguments: list[str] | None = None) -> None:
    """Read the command line, write, and say where."""
    parser = argparse.ArgumentParser(description="Write the chapters without their solutions.")
    parser.add_argument("--into", type=Path, default=ROOT / "_build" / "student")
    options = parser.parse_args(arguments)
    written = write_all(options.into)
    print(f"{len(written)} chapters without solutions in {options.into}")


if __name__ == "__main__":
    main()
