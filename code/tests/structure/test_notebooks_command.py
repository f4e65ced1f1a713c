"""What `make notebooks` stores: one form, the same whenever and wherever it runs."""

import base64
import io
from pathlib import Path

import nbformat
import pytest
from matplotlib.figure import Figure
from nbformat import NotebookNode
from website.notebooks import (
    as_text,
    common_setup,
    keep_old_outputs,
    main,
    normalise,
    plain_png,
    refresh,
    release,
    repository_url,
    setup_source,
    tags,
)

from tests.structure.sample_chapter import PIXEL, code, good_chapter, printed, text

URL = "https://example.org/book"
SETUP_CELL = setup_source(URL, "1.2.3")


def as_jupyterlab_saves_it() -> NotebookNode:
    """A notebook full of what differs between two machines."""
    drawn = nbformat.v4.new_output(
        "display_data",
        data={"image/png": png(title="Drawn with version 1")},
        metadata={"image/png": {"width": 640}},
    )
    cells = [
        text("# Title  \n\n"),
        code("old setup", tags=["setup"]),
        code("x\n\n", printed("a\n"), printed("b\n"), printed("c\n", "stderr"), collapsed=True),
        code(
            "# @title Checks\nassert x",
            drawn,
            tags=["claims"],
            ExecuteTime={"start": 1},
            mystnb={"image": {"alt": "A line falls"}},
        ),
        code("x", editable=False, tags=[]),
        code("x", jupyter={"source_hidden": True}, cellView="form", id="colab"),
    ]
    metadata = {
        "kernelspec": {"display_name": "my kernel", "name": "mine", "language": "python"},
        "language_info": {"name": "python", "version": "3.12.1"},
        "colab": {"provenance": []},
    }
    return nbformat.v4.new_notebook(cells=cells, metadata=metadata)


def png(**words: str) -> str:
    """A small picture that says who made it."""
    stream = io.BytesIO()
    Figure(figsize=(1, 1)).savefig(stream, format="png", dpi=100, metadata=words)
    return base64.b64encode(stream.getvalue()).decode()


def repacked(picture: str) -> str:
    """The same pixels, compressed less: as another version of zlib might do."""
    from PIL import Image

    stream = io.BytesIO()
    Image.open(io.BytesIO(base64.b64decode(picture))).save(stream, "png", compress_level=1)
    return base64.b64encode(plain_png(stream.getvalue())).decode()


def test_normalising_twice_changes_nothing_more() -> None:
    once = normalise(as_jupyterlab_saves_it(), SETUP_CELL)
    assert as_text(normalise(once, SETUP_CELL)) == as_text(once)
    nbformat.validate(once)


def test_normalising_leaves_its_argument_alone() -> None:
    notebook = as_jupyterlab_saves_it()
    before = nbformat.writes(notebook)
    normalise(notebook, SETUP_CELL)
    assert nbformat.writes(notebook) == before


def test_machine_data_is_gone() -> None:
    stored = as_text(normalise(as_jupyterlab_saves_it(), SETUP_CELL))
    for word in ("my kernel", "3.12.1", "colab", "ExecuteTime", "collapsed", "640", "editable"):
        assert word not in stored


def test_the_setup_cell_is_written() -> None:
    cell = normalise(as_jupyterlab_saves_it(), SETUP_CELL).cells[1]
    assert cell.source == SETUP_CELL
    assert f"git+{URL}@v1.2.3#subdirectory=code" in cell.source


def test_setup_and_checks_are_folded_everywhere_and_others_are_not() -> None:
    cells = normalise(as_jupyterlab_saves_it(), SETUP_CELL).cells
    folded = {"jupyter": {"source_hidden": True}, "cellView": "form"}
    assert cells[1].metadata == {"tags": ["hide-input", "setup"], **folded}
    alt = {"image": {"alt": "A line falls"}}
    assert cells[3].metadata == {"tags": ["claims", "hide-cell"], "mystnb": alt, **folded}
    assert cells[4].metadata == cells[5].metadata == {}


def test_names_of_exercises_figures_and_drawings_stay() -> None:
    names = {"exercise": "ex-a", "figure": "fig-a", "drawing": "package.module:function"}
    cell = code("x", **names, scrolled=True)
    notebook = nbformat.v4.new_notebook(cells=[cell, text("# A")])
    assert normalise(notebook, SETUP_CELL).cells[0].metadata == names


def test_a_picture_says_how_large_it_is_shown_and_what_it_shows() -> None:
    drawn = normalise(as_jupyterlab_saves_it(), SETUP_CELL).cells[3].outputs[0]
    assert drawn.metadata == {"image/png": {"alt": "A line falls", "width": 50, "height": 50}}


def test_prints_that_a_kernel_split_are_joined() -> None:
    outputs = normalise(as_jupyterlab_saves_it(), SETUP_CELL).cells[2].outputs
    assert [(output.name, output.text) for output in outputs] == [
        ("stdout", "a\nb\n"),
        ("stderr", "c\n"),
    ]


def test_ids_depend_on_the_text_alone_and_are_unique() -> None:
    first, second = (normalise(as_jupyterlab_saves_it(), SETUP_CELL) for _ in range(2))
    ids = [cell.id for cell in first.cells]
    assert ids == [cell.id for cell in second.cells]
    assert len(set(ids)) == len(ids)


def test_a_picture_keeps_its_pixels_and_loses_its_words() -> None:
    one, other = (base64.b64decode(png(Title=title)) for title in ("one", "other"))
    assert one != other
    assert plain_png(one) == plain_png(other)
    assert b"Software" not in plain_png(one)
    assert base64.b64decode(repacked(png())) != plain_png(one)


def test_no_png_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"picture must be a PNG, got .*GIF89a"):
        plain_png(b"GIF89a")


def varying(answer: str, picture: str = PIXEL) -> NotebookNode:
    """A run whose first cell says something else each time."""
    drawn = nbformat.v4.new_output("display_data", data={"image/png": picture})
    cells = [
        code("train()", printed(answer), tags=["nbval-ignore-output"], execution_count=1),
        text("Words."),
        code("test()", printed(answer)),
        text("Words."),
        code("plt.show()", drawn),
    ]
    notebook = normalise(nbformat.v4.new_notebook(cells=cells), SETUP_CELL)
    for number, cell in enumerate(notebook.cells[::2], start=1):
        cell.execution_count = number
    return notebook


def texts(notebook: NotebookNode) -> list[str]:
    return [notebook.cells[index].outputs[0].text for index in (0, 2)]


def test_outputs_that_vary_are_kept_and_all_others_are_new() -> None:
    assert texts(keep_old_outputs(varying("new"), varying("old"))) == ["old", "new"]


def test_fresh_replaces_them_too() -> None:
    assert texts(keep_old_outputs(varying("new"), varying("old"), fresh=True)) == ["new", "new"]


def test_a_changed_cell_gets_its_new_output() -> None:
    new, old = varying("new"), varying("old")
    new.cells[0].source = "train(longer=True)"
    assert texts(keep_old_outputs(normalise(new, SETUP_CELL), old)) == ["new", "new"]


def test_a_cell_that_was_never_run_has_nothing_to_keep() -> None:
    old = varying("old")
    old.cells[0].execution_count = None
    assert texts(keep_old_outputs(varying("new"), old)) == ["new", "new"]


def test_a_picture_with_the_same_pixels_keeps_its_bytes() -> None:
    old, same, other = png(), repacked(png()), PIXEL
    kept = keep_old_outputs(varying("", same), varying("", old))
    assert kept == varying("", old)
    assert keep_old_outputs(varying("", other), varying("", old)) == varying("", other)


def test_the_address_comes_from_the_books_settings(tmp_path: Path) -> None:
    config = tmp_path / "_config.yml"
    config.write_text(f"title: x\nrepository:\n  url: {URL}\n", encoding="utf-8")
    assert repository_url(config) == URL
    assert repository_url().startswith("https://")


def test_the_release_is_the_packages_version(tmp_path: Path) -> None:
    project = tmp_path / "pyproject.toml"
    project.write_text('[project]\nversion = "7.8"\n', encoding="utf-8")
    assert release(project) == "7.8"
    assert release()[0].isdigit()


def test_a_second_run_changes_no_byte(tmp_path: Path) -> None:
    """A real kernel: 2 seconds."""
    path = tmp_path / "small.ipynb"
    source = (
        "import os\nfor i in range(3):\n    print(i, flush=True)\nos.path.basename(os.getcwd())"
    )
    notebook = nbformat.v4.new_notebook(cells=[code(source), text("Words."), code("1 + 1")])
    path.write_text(nbformat.writes(notebook), encoding="utf-8")
    assert refresh(path, SETUP_CELL).endswith("stored")
    stored = path.read_bytes()
    assert refresh(path, SETUP_CELL).endswith("unchanged")
    assert path.read_bytes() == stored
    cell = nbformat.reads(stored.decode(), as_version=4).cells[0]
    assert cell.outputs[0].text == "0\n1\n2\n"
    assert cell.outputs[1].data["text/plain"] == repr(tmp_path.name)


def test_an_unknown_notebook_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["chapters/99-nowhere.ipynb"])
    assert "no such notebook: chapters/99-nowhere.ipynb" in capsys.readouterr().err


def test_the_sample_is_in_the_stored_form() -> None:
    sample = good_chapter()
    assert normalise(sample, common_setup()) == sample
    assert tags(sample.cells[1]) == ["hide-input", "setup"]
