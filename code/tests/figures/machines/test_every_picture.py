"""What holds in every picture of a machine."""

import importlib
import inspect
import pkgutil
from itertools import combinations

import matplotlib as mpl
import pytest
from matplotlib.axes import Axes

from paying_attention.figures import machines
from paying_attention.figures.inline_svg import VARIABLES, drawing
from paying_attention.figures.machine import WIDTH
from paying_attention.figures.palette import is_of_the_book
from tests.figures.drawn import every_box, every_text, inside, letters, lines, tables

MODULES = [
    importlib.import_module(f"{machines.__name__}.{module.name}")
    for module in pkgutil.iter_modules(machines.__path__)
]
PICTURES = {
    f"{module.__name__}:{name}": function
    for module in MODULES
    for name, function in inspect.getmembers(module, inspect.isfunction)
    if function.__module__ == module.__name__
    and not name.startswith("_")
    and inspect.signature(function).return_annotation is Axes
}
every_picture = pytest.mark.parametrize("draw", PICTURES.values(), ids=PICTURES)


def test_all_pictures_are_found():
    assert len(PICTURES) >= 8
    assert len(MODULES) == len({function.__module__ for function in PICTURES.values()})


@every_picture
def test_a_phone_shows_each_letter_at_eleven_pixels_or_more(draw):
    sizes = letters(draw())
    assert len(sizes) >= 7
    assert {text: size for text, size in sizes.items() if size < 11} == {}


@every_picture
def test_labels_stand_in_their_boxes(draw):
    axes = draw()
    outlines = [(label, outline) for label, outline in every_box(axes) if label]
    labels = every_text(axes, "label")
    for (label, place), (of_box, outline) in zip(labels, outlines, strict=True):
        assert label == of_box
        assert inside(place, outline.get_extents(), room=3), label


@every_picture
def test_no_letters_stand_on_anything_else(draw):
    axes = draw()
    written = every_text(axes, "word", "note")
    for (one, a), (other, b) in combinations(written, 2):
        assert not a.overlaps(b), f"{one} and {other}"
    filled = [(label, outline.get_extents()) for label, outline in every_box(axes)]
    filled += [("cells", table.place) for table in tables(axes)]
    for text, place in written:
        for name, b in filled:
            is_in_frame = not name and inside(place, b, room=3)
            assert is_in_frame or not place.overlaps(b), f"{text} and {name}"
        for line in lines(axes):
            room = place.padded(line.width / 2)
            assert not line.path.intersects_bbox(room, filled=False), f"{text} is crossed"


@every_picture
def test_parts_touch_but_do_not_cover_each_other(draw):
    axes = draw()
    parts = [(label, outline.get_extents()) for label, outline in every_box(axes)]
    parts += [("cells", table.place) for table in tables(axes)]
    for (one, a), (other, b) in combinations(parts, 2):
        is_frame = not one and inside(b, a, room=3)
        assert is_frame or not a.padded(-0.1).overlaps(b), f"{one} and {other}"


@every_picture
def test_a_picture_fills_its_margins_and_nothing_lies_outside(draw):
    figure = draw().figure
    cut = figure.get_tightbbox(figure.canvas.get_renderer()).padded(0.1)
    width, height = figure.get_size_inches()
    assert [*cut.min, *cut.max] == pytest.approx([0, 0, width, height])
    assert width == WIDTH / 72


@every_picture
def test_the_colours_are_those_of_the_book_and_a_dark_page_knows_them(draw):
    axes = draw()
    colors = [color for p in axes.patches for color in (p.get_facecolor(), p.get_edgecolor())]
    colors += [mpl.colors.to_rgba(text.get_color()) for text in axes.texts]
    seen = {mpl.colors.to_hex(color) for color in colors if color[3] > 0}
    assert {color for color in seen if not is_of_the_book(color)} == set()
    assert seen <= VARIABLES.keys()


@pytest.mark.parametrize("name", PICTURES)
def test_two_drawings_are_the_same_and_small(name):
    one, other = (drawing(name, "What is seen.") for _ in range(2))
    assert one == other
    assert len(one) < 130_000
