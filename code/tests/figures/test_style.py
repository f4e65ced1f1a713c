from itertools import combinations

import matplotlib as mpl
import matplotlib.pyplot as plt
import pytest

from paying_attention.figures.style import (
    OTHERS,
    WITH_ATTENTION,
    WITHOUT_ATTENTION,
    use_book_style,
)

ALL = [WITH_ATTENTION, WITHOUT_ATTENTION, *OTHERS]


@pytest.mark.parametrize("field", ["color", "marker", "dash", "hatch"])
def test_categories_differ_in_more_than_colour(field):
    assert len({getattr(look, field) for look in ALL}) == len(ALL)


def test_colours_are_those_of_the_book():
    assert WITH_ATTENTION.color == "#0072B2"
    assert WITHOUT_ATTENTION.color == "#D55E00"


def brightness(color):
    channels = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in color]
    return sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), channels, strict=True))


def test_colours_stay_apart_and_visible_on_white():
    rgb = [mpl.colors.to_rgb(look.color) for look in ALL]
    for one, other in combinations(rgb, 2):
        assert max(abs(a - b) for a, b in zip(one, other, strict=True)) > 0.15
    assert all(1.05 / (brightness(color) + 0.05) > 2 for color in rgb)


def test_matplotlib_understands_every_look():
    _, axes = plt.subplots()
    for look in ALL:
        (line,) = axes.plot([0, 1], color=look.color, marker=look.marker, linestyle=look.dash)
        assert line.get_marker() == look.marker
        axes.bar(0, 1, hatch=look.hatch)


def test_the_style_makes_figures_that_a_phone_can_show():
    with mpl.rc_context():
        use_book_style()
        figure, axes = plt.subplots()
        assert figure.get_size_inches()[0] <= 7
        assert not axes.spines["top"].get_visible()
        assert not axes.spines["right"].get_visible()
        assert mpl.rcParams["font.size"] >= 10
        assert figure.get_facecolor() == (1, 1, 1, 1)
