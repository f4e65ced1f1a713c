"""What students get holds the chapter and nothing of its solutions."""

import re
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from website.exercises import exercises, fence
from website.student import main, without_solutions, write_all

from tests.structure.repository import CHAPTER_NAMES, read_chapter
from tests.structure.sample_chapter import good_chapter


def code_of(notebook: NotebookNode) -> list[str]:
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]


def telling_lines(text: str) -> set[str]:
    """Lines that say something: not a bracket, an `else:` or one word."""
    lines = (line.strip() for line in text.splitlines())
    return {line for line in lines if len(re.findall(r"\w+", line)) > 2}


def leaks(chapter: NotebookNode, student: NotebookNode) -> list[str]:
    """What of the solutions stands in the students' copy, and nowhere else in the chapter."""
    solutions = [cell for exercise in exercises(chapter) for cell in exercise.of_role("solution")]
    others = "\n".join(cell.source for cell in chapter.cells if cell not in solutions)
    handed_out = nbformat.writes(student)
    found = ["a cell tagged solution"] if '"solution"' in handed_out else []
    found += ["the words <details>"] if "<details>" in handed_out else []
    lines = telling_lines("\n".join(map(fence, solutions))) - telling_lines(others)
    texts = telling_lines("\n".join(cell.source for cell in student.cells))
    return found + sorted(lines & texts)


@pytest.mark.parametrize("name", CHAPTER_NAMES)
def test_no_line_of_a_solution_is_handed_out(name: str) -> None:
    chapter = read_chapter(name)
    student = without_solutions(chapter)
    assert leaks(chapter, student) == []
    assert code_of(student) == code_of(chapter)
    removed = len(chapter.cells) - len(student.cells)
    assert removed == len(list(exercises(chapter))) > 0


def test_a_solution_that_stays_is_noticed() -> None:
    chapter = good_chapter()
    assert leaks(chapter, without_solutions(chapter)) == []
    assert "a cell tagged solution" in leaks(chapter, chapter)
    forgotten = without_solutions(chapter)
    forgotten.cells[0].source += "\n\n    assert answer == 2"
    assert leaks(chapter, forgotten) == ["assert answer == 2"]


def test_the_command_writes_every_chapter(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["--into", str(tmp_path / "new" / "folder")])
    assert f"{len(CHAPTER_NAMES)} chapters without solutions" in capsys.readouterr().out
    written = sorted((tmp_path / "new" / "folder").iterdir())
    assert [path.stem for path in written] == CHAPTER_NAMES
    for path in written:
        nbformat.validate(nbformat.read(path, as_version=4))
    assert write_all(tmp_path / "new" / "folder") == written, "a second time writes over the first"
