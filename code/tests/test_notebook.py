import base64
import os
import struct
import subprocess
import sys
from pathlib import Path

import matplotlib as mpl
import nbformat
import pytest
import torch
from website.notebooks import run

from paying_attention.notebook import set_up

DRAW = "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()"


@pytest.fixture(autouse=True)
def _leave_all_as_it_was():
    threads, state = torch.get_num_threads(), torch.get_rng_state()
    with mpl.rc_context():
        yield
    torch.set_num_threads(threads)
    torch.set_rng_state(state)


def outputs(*sources, monkeypatch):
    """What cells leave behind that a kernel runs one after the other."""
    monkeypatch.delenv("MPLBACKEND", raising=False)
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    ran = run(nbformat.v4.new_notebook(cells=cells), Path.cwd())
    return [output for cell in ran.cells for output in cell.outputs]


def size_and_resolution(png):
    """Width and height in pixels, and dots an inch, as the header and `pHYs` of a PNG say."""
    width, height = struct.unpack(">II", png[16:24])
    at = png.index(b"pHYs") + 4
    return (width, height), struct.unpack(">I", png[at : at + 4])[0] * 0.0254


def test_style_threads_and_seed_are_those_of_the_book():
    torch.manual_seed(1)
    torch.set_num_threads(2)
    mpl.rcParams["axes.spines.top"] = True
    set_up()
    assert mpl.rcParams["axes.spines.top"] is False
    assert torch.get_num_threads() == 1
    drawn = torch.rand(3)
    assert torch.equal(drawn, torch.rand(3, generator=torch.Generator().manual_seed(0)))


def test_a_notebook_shows_figures_at_their_size_with_twice_the_pixels(monkeypatch):
    lines = "from paying_attention.notebook import set_up; set_up()"
    first, second = outputs(lines, DRAW, DRAW, monkeypatch=monkeypatch)  # set_up shows nothing
    assert first == second
    pixels, resolution = size_and_resolution(base64.b64decode(first.data["image/png"]))
    shown = {"width": pixels[0] // 2, "height": pixels[1] // 2}
    assert first.metadata == {"image/png": shown}
    assert resolution == pytest.approx(2 * 110, abs=0.1)
    assert 500 < shown["width"] < 600


def test_the_package_needs_no_notebook():
    """Neither IPython nor what belongs to it is loaded, and a script sets up as well."""
    lines = (
        "import sys; from paying_attention.notebook import set_up; set_up()\n"
        "print(sorted({'IPython', 'matplotlib_inline', 'ipykernel'} & set(sys.modules)))"
    )
    environment = {**os.environ, "MPLBACKEND": "agg"}
    command = [sys.executable, "-c", lines]
    ran = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    assert ran.stdout == "[]\n"


def test_where_no_shell_runs_none_is_asked(monkeypatch):
    class Library:
        @staticmethod
        def get_ipython():
            return None

    monkeypatch.setitem(sys.modules, "IPython", Library)
    mpl.rcParams["axes.spines.top"] = True
    set_up()
    assert mpl.rcParams["axes.spines.top"] is False
