import hashlib
import os
import re
import subprocess
import sys
from xml.etree import ElementTree

import matplotlib as mpl
import matplotlib.pyplot as plt
import pytest
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from paying_attention.figures import inline_svg as module
from paying_attention.figures.inline_svg import VARIABLES, drawing, inline_svg
from paying_attention.figures.machines import unrolled
from paying_attention.figures.palette import is_of_the_book
from paying_attention.figures.style import use_book_style

NAMES = [
    "paying_attention.figures.machines.unrolled:encoder_decoder",
    "paying_attention.figures.machines.unrolled:encoder_decoder_with_attention",
]
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def drawings():
    return [drawing(name, "What is seen.") for name in NAMES]


def ids(svg):
    return re.findall(r'\bid="([^"]*)"', svg)


def references(svg):
    return re.findall(r'href="#([^"]*)"|url\(#([^)]*)\)', svg)


SCRIPT = """
import hashlib, sys
import matplotlib
matplotlib.use("agg")
from paying_attention.figures.inline_svg import drawing
for name in sys.argv[1:]:
    print(hashlib.sha256(drawing(name, "What is seen.").encode()).hexdigest())
"""


@pytest.mark.parametrize("seed", ["1", "2"])
def test_another_process_writes_the_same_bytes(drawings, seed):
    environment = os.environ | {"PYTHONHASHSEED": seed}
    command = [sys.executable, "-c", SCRIPT, *NAMES]
    run = subprocess.run(command, capture_output=True, env=environment, text=True, check=True)
    expected = [hashlib.sha256(svg.encode()).hexdigest() for svg in drawings]
    assert run.stdout.split() == expected


STYLES = {
    **{"font.size": 30, "font.family": "serif", "text.color": "red", "mathtext.fontset": "cm"},
    **{"lines.linewidth": 9, "patch.linewidth": 9, "patch.edgecolor": "red", "axes.grid": True},
    **{"figure.constrained_layout.use": True, "figure.facecolor": "black", "figure.dpi": 250},
    **{"savefig.dpi": 33, "savefig.bbox": "tight", "svg.fonttype": "none", "path.simplify": False},
}


@pytest.mark.parametrize("draw", [unrolled.encoder_decoder_with_attention])
def test_a_style_that_was_set_changes_nothing(drawings, draw):
    with mpl.rc_context():
        use_book_style()
        mpl.rcParams.update(STYLES)
        with mpl.rc_context({"path.sketch": (1, 100, 2)}):  # drawn as by hand
            assert drawing(NAMES[1], "What is seen.") == drawings[1]
        figure = draw().figure  # as a notebook draws it
        name = "encoder-decoder-with-attention"
        assert inline_svg(figure, name, "What is seen.") == drawings[1]
    assert inline_svg(figure, name, "What is seen.") == drawings[1]


def test_the_style_is_left_as_it_was():
    with mpl.rc_context({"font.size": 30}):
        drawing(NAMES[0], "What is seen.")
        assert mpl.rcParams["font.size"] == 30


def test_a_page_gets_a_picture_with_a_sentence(drawings):
    for svg in drawings:
        root = ElementTree.fromstring(svg)
        assert root.tag == f"{SVG}svg"
        assert root.get("role") == "img"
        assert root.get("aria-label") == "What is seen."
        assert root.get("viewBox") == "0 0 360 314"
        assert "width: 100%; max-width: 480px; height: auto" in root.get("style")
        assert {element.tag.removeprefix(SVG) for element in root.iter()} <= {
            *("svg", "defs", "g", "path", "use")
        }
        for word in ("<text", "<style", "<metadata", "<!--", "<?xml", "xlink", "rdf", "\n", "20"):
            assert word not in re.sub(r'"[^"]*"', '""', svg)


def test_the_sentence_is_escaped():
    alt = 'Five < six & "seven"'
    assert ElementTree.fromstring(drawing(NAMES[0], alt)).get("aria-label") == alt


def test_no_id_stands_twice_on_a_page(drawings):
    twice = [*drawings, drawing(NAMES[0], "Again.", figure="fig-again")]
    page = "".join(twice)
    assert len(ids(page)) == len(set(ids(page))) > 30
    for svg, name in zip(
        twice, ("encoder-decoder", "encoder-decoder-with-attention", "fig-again"), strict=True
    ):
        assert all(re.fullmatch(rf"{name}-\d+", own) for own in ids(svg))
        assert {one or other for one, other in references(svg)} == set(ids(svg))


def test_clips_and_hatches_keep_what_they_refer_to():
    figure = Figure((3, 2))
    axes = figure.subplots()
    axes.add_patch(Rectangle((0, 0), 1, 1, hatch="///", facecolor="none"))
    axes.set_facecolor("#F6F8FA")
    axes.plot([0, 1], [1, 0], marker="o")
    svg = inline_svg(figure, "hatched", "A hatched square.")
    used = {one or other for one, other in references(svg)}
    assert used == set(ids(svg))
    assert len(ids(svg)) == len(used)
    assert inline_svg(figure, "hatched", "A hatched square.") == svg
    for part in ("clip-path=", "fill: url(#", "<use "):
        assert part in svg


@pytest.mark.parametrize("which", [0, 1])
def test_every_colour_may_be_said_by_the_page(drawings, which):
    svg = drawings[which]
    said = re.findall(r"var\((--book-[a-z-]+), (#[0-9a-f]{6})\)", svg)
    assert {color: variable for variable, color in said}.items() <= VARIABLES.items()
    assert len(re.findall("#[0-9a-f]{6}", svg)) == len(said) > 50
    assert "white" not in svg
    assert "black" not in svg
    blue_or_vermilion = ("--book-bottleneck", "--book-attention")
    assert blue_or_vermilion[which] in svg
    assert blue_or_vermilion[1 - which] not in svg


def test_each_variable_is_one_colour_of_the_book():
    assert len(set(VARIABLES.values())) == len(VARIABLES) == 15
    assert all(is_of_the_book(color) and color == color.lower() for color in VARIABLES)


def test_the_ground_is_the_page(drawings):
    first = re.search(r"<path [^>]*>", drawings[0])[0]
    assert 'style="fill: none"' in first


def test_a_figure_stays_as_it_is_and_a_drawing_is_closed():
    before = plt.get_fignums()
    figure = unrolled.encoder_decoder().figure
    look = (figure.dpi, figure.get_facecolor(), figure.get_size_inches().tolist())
    inline_svg(figure, "name", "What is seen.")
    assert look == (figure.dpi, figure.get_facecolor(), figure.get_size_inches().tolist())
    drawing(NAMES[0], "What is seen.")
    assert len(plt.get_fignums()) == len(before) + 1


@pytest.mark.parametrize("name", ["", "Fig", "1st", "a b", 'a"b', "a_b", "-a", "a\n"])
def test_a_name_that_is_no_id_is_refused(name):
    with pytest.raises(ValueError, match="name: expected small letters, digits and hyphens, got"):
        inline_svg(Figure(), name, "What is seen.")


@pytest.mark.parametrize("alt", ["", " \n"])
def test_a_picture_needs_a_sentence(alt):
    with pytest.raises(ValueError, match="alt: expected a sentence, got"):
        inline_svg(Figure(), "name", alt)
    with pytest.raises(ValueError, match="alt: expected a sentence, got"):
        drawing(NAMES[0], alt)


@pytest.mark.parametrize(
    "name",
    [
        *("encoder_decoder", "paying_attention.figures.machines", "os:getcwd", "shutil:rmtree"),
        *("paying_attention.figures.machines:_halves", "paying_attention.claims:claim", ""),
        *("paying_attention.figures.machines:a.b", "paying_attention.figures.a.b:c"),
        "paying_attention/figures/machines:encoder_decoder",
    ],
)
def test_a_foreign_function_is_refused(name):
    match = r"name: expected 'paying_attention\.figures\.<module>:<function>', got"
    with pytest.raises(ValueError, match=match):
        drawing(name, "What is seen.")


def test_a_missing_module_or_function_is_named():
    with pytest.raises(ValueError, match=r"there is no module paying_attention\.figures\.moths"):
        drawing("paying_attention.figures.moths:draw", "What is seen.")
    match = r"paying_attention\.figures\.machines\.unrolled has no function encoder"
    with pytest.raises(ValueError, match=match):
        drawing("paying_attention.figures.machines.unrolled:encoder", "What is seen.")


def test_what_is_no_function_is_refused():
    with pytest.raises(ValueError, match="has no function lowercase_board"):
        drawing("paying_attention.figures.machines.unrolled:lowercase_board", "What is seen.")
    for name in ("np", "plt"):
        with pytest.raises(ValueError, match="name: expected a function, got <module"):
            drawing(f"paying_attention.figures.machine:{name}", "What is seen.")


def test_a_module_that_needs_something_that_is_missing_says_so(tmp_path, monkeypatch):
    (tmp_path / "needy.py").write_text("import not_there_at_all\n", encoding="utf-8")
    package = sys.modules["paying_attention.figures"]
    monkeypatch.setattr(package, "__path__", [*package.__path__, str(tmp_path)])
    with pytest.raises(ModuleNotFoundError, match="not_there_at_all"):
        drawing("paying_attention.figures.needy:draw", "What is seen.")


def test_a_function_that_wants_arguments_is_refused():
    match = r"name: expected a function without arguments, got .*draw_mask\(axes"
    with pytest.raises(TypeError, match=match):
        drawing("paying_attention.figures.masks:draw_mask", "What is seen.")


def test_a_function_that_draws_nothing_is_refused():
    with pytest.raises(TypeError, match="name: expected a function that gives axes, got"):
        drawing("paying_attention.figures.style:use_book_style", "What is seen.")


def test_a_drawing_that_fails_is_closed_too(monkeypatch):
    def fail(*_):
        raise OSError("no room")

    monkeypatch.setattr(module, "inline_svg", fail)
    with pytest.raises(OSError, match="no room"):
        drawing(NAMES[0], "What is seen.")
    assert plt.get_fignums() == []
