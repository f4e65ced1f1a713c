"""Chapters survive what people do with notebooks elsewhere: as scripts, and through jupytext."""

import importlib.util

import jupytext
import pytest
from IPython.core.inputtransformer2 import TransformerManager
from nbformat import NotebookNode
from website.notebooks import common_setup, release, setup_source

from tests.structure.repository import CHAPTER_NAMES, read_chapter


def as_script(notebook: NotebookNode) -> str:
    """What `jupyter nbconvert --to script` writes: it lets IPython spell magics out as calls."""
    cells = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    return "\n".join(TransformerManager().transform_cell(source) for source in cells)


def as_myst(notebook: NotebookNode) -> str:
    """What jupytext writes for MyST: a Markdown file with directives for code cells."""
    return jupytext.writes(notebook, fmt="md:myst")


def as_percent(notebook: NotebookNode) -> str:
    """What jupytext writes: one script with all cells, text and magics in comments."""
    return jupytext.writes(notebook, fmt="py:percent")


def contents(notebook: NotebookNode) -> list[tuple]:
    return [(cell.cell_type, cell.source, cell.metadata) for cell in notebook.cells]


@pytest.mark.parametrize("name", CHAPTER_NAMES)
@pytest.mark.parametrize("convert", [as_script, as_percent])
def test_a_chapter_as_a_script_compiles(name: str, convert) -> None:
    compile(convert(read_chapter(name)), name, "exec")


@pytest.mark.parametrize("name", CHAPTER_NAMES)
def test_jupytext_brings_every_cell_back(name: str) -> None:
    chapter = read_chapter(name)
    for text, kind in (as_percent(chapter), "py:percent"), (as_myst(chapter), "md:myst"):
        assert contents(jupytext.reads(text, fmt=kind)) == contents(chapter)


@pytest.mark.parametrize("name", CHAPTER_NAMES)
def test_a_script_gets_the_ending_of_python(name: str) -> None:
    """nbconvert reads these two; without them it writes a file that ends in .txt."""
    language = read_chapter(name).metadata.language_info
    assert (language.file_extension, language.nbconvert_exporter) == (".py", "python")


def run_setup(monkeypatch: pytest.MonkeyPatch, found: list[bool]) -> list[tuple[str, ...]]:
    """Run the setup cell where the package is found or not; give what the shell was asked."""
    asked: list[tuple[str, ...]] = []

    class Shell:
        def run_line_magic(self, *words: str) -> None:
            asked.append(words)

    answers = iter(found)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: next(answers) or None)
    exec(setup_source("https://example.org/book", "1.2.3"), {"get_ipython": Shell})
    return asked


def test_the_setup_cell_installs_the_release_where_the_package_is_missing(monkeypatch) -> None:
    source = "install -q 'git+https://example.org/book@v1.2.3#subdirectory=code'"
    assert run_setup(monkeypatch, [False, True]) == [("pip", source)]


def test_the_setup_cell_leaves_an_installed_package_alone(monkeypatch) -> None:
    assert run_setup(monkeypatch, [True, True]) == []


def test_without_a_network_the_setup_cell_says_what_to_do(monkeypatch) -> None:
    with pytest.raises(ImportError, match=r"release 1\.2\.3, could not be reached: connect to"):
        run_setup(monkeypatch, [False, False])


def test_the_setup_cell_is_five_lines_whose_first_says_what_it_is() -> None:
    lines = common_setup().splitlines()
    assert len(lines) == 5
    assert lines[0].startswith("# @title Setup")
    compile(common_setup(), "setup", "exec")
    assert f"@v{release()}#subdirectory=code" in common_setup()
