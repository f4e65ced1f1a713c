from itertools import combinations

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest

from paying_attention.figures.style import (
    OTHERS,
    WEIGHTS,
    WITH_ATTENTION,
    WITHOUT_ATTENTION,
    ink_on,
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
    """Relative luminance, as the web's rules for contrast define it."""
    channels = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in color]
    return sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), channels, strict=True))


def contrast(one, other):
    """Contrast of two colours, from 1 to 21 (WCAG 2)."""
    dark, light = sorted(brightness(mpl.colors.to_rgb(color)) for color in (one, other))
    return (light + 0.05) / (dark + 0.05)


def test_contrast_by_hand():
    assert contrast("black", "white") == pytest.approx(21)
    assert contrast("#777777", "white") == pytest.approx(4.48, abs=0.01)


def test_weights_go_from_white_to_dark_in_even_steps():
    assert mpl.colors.to_hex(WEIGHTS(0.0)) == "#ffffff"
    colors = WEIGHTS(np.linspace(0, 1, 11))[:, :3]
    lightness = np.array([116 * np.cbrt(brightness(color)) - 16 for color in colors])
    steps = -np.diff(lightness)
    assert lightness[-1] < 10
    assert steps.min() > 7.5  # even for the eye, so for grey paper too
    assert steps.max() < 12


def test_weights_are_blue_for_every_eye():
    red, _, blue = np.moveaxis(WEIGHTS(np.linspace(0, 1, 51))[:, :3], 1, 0)
    assert (blue >= red).all()


@pytest.mark.parametrize("weight", np.linspace(0, 1, 101))
def test_ink_reads_on_every_weight(weight):
    assert contrast(ink_on(WEIGHTS(weight)), WEIGHTS(weight)) >= 4.5


def test_ink_is_the_better_of_two():
    for grey in np.linspace(0, 1, 101):
        background = (grey, grey, grey)
        best = max(("black", "white"), key=lambda ink: contrast(ink, background))
        assert ink_on(background) == best


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
        assert not axes.spines["top"].get_visible()
        assert not axes.spines["right"].get_visible()
        assert figure.get_facecolor() == (1, 1, 1, 1)


def test_a_phone_shows_letters_of_eleven_pixels():
    with mpl.rc_context():
        use_book_style()
        figure, axes = plt.subplots()
        axes.plot([0, 1], [0, 1], label="line")
        axes.set(xlabel="x", ylabel="y", title="title")
        axes.legend()
        axes.annotate("here", (0, 0))
        figure.draw_without_rendering()
        seen = [text for text in figure.findobj(mpl.text.Text) if text.get_text()]
        cut = figure.get_tightbbox().padded(0.1)  # as a notebook stores it
        pixels = 358 / (72 * cut.width)
        assert len(seen) > 10
        assert min(text.get_fontsize() for text in seen) * pixels >= 11
