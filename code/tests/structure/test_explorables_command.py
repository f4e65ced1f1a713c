"""Scripts that are swapped in stored explorables are those that a run would store."""

from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from website.explorables import CHAPTERS, explorable_assets, main, swap, swap_assets
from website.notebooks import as_text, common_setup, refresh

from tests.structure.sample_chapter import code, text

DRAWN = """\
from paying_attention.explorables.alignment.figure import alignment_by_word

alignment_by_word([[0.5, 0.5], [1, 0]], ("</style>", "{words}"), ("<script>", "a & b"))"""


def aged(notebook: NotebookNode) -> NotebookNode:
    """The same chapter, stored by a package whose script and style were other ones."""
    old = {kind: (f"/* old {kind} */\n", "old();\n") for kind in explorable_assets()}
    return swap_assets(notebook, old)


def test_a_swapped_chapter_is_what_a_run_gives(tmp_path: Path) -> None:
    """A real kernel: 2 seconds. Labels that look like the parts that are swapped stay labels."""
    path = tmp_path / "small.ipynb"
    notebook = nbformat.v4.new_notebook(cells=[code(DRAWN), text("Words."), code("1 + 1")])
    path.write_text(nbformat.writes(notebook), encoding="utf-8")
    refresh(path, common_setup())
    fresh = path.read_text(encoding="utf-8")
    stale = as_text(aged(nbformat.reads(fresh, as_version=4)))
    assert "old();" in stale
    assert stale.count("currentScript") == 0
    path.write_text(stale, encoding="utf-8")
    main([str(path)])
    assert path.read_text(encoding="utf-8") == fresh
    assert swap(path, explorable_assets()).endswith("unchanged")
    assert path.read_text(encoding="utf-8") == fresh


def test_every_kind_can_be_swapped() -> None:
    assert len(explorable_assets()) >= 6
    for style, script in explorable_assets().values():
        assert ".pa-explorable" in style
        assert script.endswith("})();\n")


@pytest.mark.parametrize(
    "html",
    [
        "<p>no explorable</p>",
        '<div class="pa-explorable" data-kind="of-another-book">\n<style>\na</style>\n'
        "<script>\nb</script>\n</div>",
        '<div class="pa-explorable" data-kind="softmax-temperature">no script</div>',
    ],
)
def test_other_html_is_not_touched(html: str) -> None:
    output = nbformat.v4.new_output("display_data", data={"text/html": html})
    notebook = nbformat.v4.new_notebook(cells=[code("x", output), text("<style>\na</style>")])
    assert swap_assets(notebook, explorable_assets()) == notebook


@pytest.mark.parametrize("path", sorted(CHAPTERS.glob("*.ipynb")), ids=lambda path: path.stem)
def test_stored_explorables_carry_todays_scripts(path: Path) -> None:
    stored = path.read_text(encoding="utf-8")
    notebook = nbformat.reads(stored, as_version=4)
    assert as_text(swap_assets(notebook, explorable_assets())) == stored, (
        "run `python website/explorables.py`"
    )


def test_an_unknown_notebook_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["chapters/99-nowhere.ipynb"])
    assert "no such notebook: chapters/99-nowhere.ipynb" in capsys.readouterr().err
