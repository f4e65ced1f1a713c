"""Chapters survive what people do with notebooks elsewhere: as scripts, and through jupytext."""

import jupytext
import nbformat
import pytest
from IPython.core.inputtransformer2 import TransformerManager
from nbformat import NotebookNode
from website.notebooks import setup_source

from tests.structure.repository import CHAPTER_NAMES, read_chapter


def as_script(notebook: NotebookNode) -> str:
    """What `jupyter nbconvert --to script` writes: it lets IPython spell magics out as calls."""
    cells = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    return "\n".join(TransformerManager().transform_cell(source) for source in cells)


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
    back = jupytext.reads(as_percent(chapter), fmt="py:percent")
    assert contents(back) == contents(chapter)


@pytest.mark.parametrize("name", CHAPTER_NAMES)
def test_a_script_gets_the_ending_of_python(name: str) -> None:
    """nbconvert reads these two; without them it writes a file that ends in .txt."""
    language = read_chapter(name).metadata.language_info
    assert (language.file_extension, language.nbconvert_exporter) == (".py", "python")


def test_a_block_of_nothing_but_a_magic_is_noticed() -> None:
    """jupytext turns it into a comment, and a block needs a statement."""
    cell = nbformat.v4.new_code_cell("if True:\n    %pip install numpy")
    notebook = nbformat.v4.new_notebook(cells=[cell])
    compile(as_script(notebook), "chapter", "exec")
    with pytest.raises(SyntaxError):
        compile(as_percent(notebook), "chapter", "exec")
    with pytest.raises(SyntaxError):
        compile(cell.source, "chapter", "exec")


def test_the_setup_cell_installs_what_it_says_wherever_it_is_run() -> None:
    asked: list[tuple[str, ...]] = []

    class Shell:
        def run_line_magic(self, *words: str) -> None:
            asked.append(words)

    source = setup_source("https://example.org/book").partition("import torch")[0]
    absent = TransformerManager().transform_cell(source.replace("paying_attention", "not_there"))
    namespace = {"get_ipython": Shell}
    exec(absent, namespace)
    assert asked == [("pip", 'install -q "{package}"')]  # the shell puts the variable in
    assert namespace["package"] == "git+https://example.org/book#subdirectory=code"
