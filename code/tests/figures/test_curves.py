import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest

from paying_attention.figures.curves import draw_bars, draw_curve
from paying_attention.figures.style import OTHERS, WITH_ATTENTION, WITHOUT_ATTENTION

X, Y = [1, 2, 4, 8, 16], [0.9, 0.7, 0.5, 0.2, 0.0]
INTERVALS = [(0.8, 0.95), (0.6, 0.8), (0.4, 0.6), (0.1, 0.4), (0.0, 0.05)]


@pytest.fixture
def axes():
    return plt.subplots()[1]


def error_bars(axes):
    """Read the error bars back: x, low end, high end."""
    (container,) = (c for c in axes.containers if isinstance(c, mpl.container.ErrorbarContainer))
    _, _, (lines,) = container
    return [(s[0, 0], s[0, 1], s[1, 1]) for s in lines.get_segments()]


def test_a_curve_shows_its_data(axes):
    draw_curve(axes, X, Y, label="accuracy", look=WITHOUT_ATTENTION)
    (line,) = axes.lines
    assert line.get_xdata().tolist() == X
    assert line.get_ydata().tolist() == Y
    assert line.get_color() == "#D55E00"
    assert (line.get_marker(), line.get_linestyle()) == ("s", "--")
    assert axes.get_legend_handles_labels()[1] == ["accuracy"]
    assert axes.containers == []


def test_error_bars_end_where_the_intervals_end(axes):
    draw_curve(axes, X, Y, intervals=INTERVALS, label="accuracy")
    expected = [(x, low, high) for x, (low, high) in zip(X, INTERVALS, strict=True)]
    assert np.allclose(error_bars(axes), expected)
    assert axes.get_legend_handles_labels()[1] == ["accuracy"]  # the bars add no second entry


def test_two_curves_differ_in_marker_and_dash(axes):
    draw_curve(axes, X, Y, label="with", look=WITH_ATTENTION)
    draw_curve(axes, X, Y[::-1], label="without", look=WITHOUT_ATTENTION)
    with_attention, without = axes.lines
    assert with_attention.get_marker() != without.get_marker()
    assert with_attention.get_linestyle() != without.get_linestyle()
    assert axes.get_legend_handles_labels()[1] == ["with", "without"]


def test_bars_show_their_data(axes):
    draw_bars(axes, ["one", "two", "three"], [0.25, 1.0, 0.5])
    assert [bar.get_height() for bar in axes.patches] == [0.25, 1.0, 0.5]
    assert [text.get_text() for text in axes.texts] == ["0.25", "1.00", "0.50"]
    assert [label.get_text() for label in axes.get_xticklabels()] == ["one", "two", "three"]
    centres = [bar.get_x() + bar.get_width() / 2 for bar in axes.patches]
    assert centres == pytest.approx(list(axes.get_xticks()))
    assert len({bar.get_hatch() for bar in axes.patches}) == 3


def test_bars_have_their_intervals(axes):
    draw_bars(axes, ["a", "b"], [0.5, 0.9], intervals=[(0.3, 0.7), (0.85, 0.95)])
    assert np.allclose(error_bars(axes), [(0, 0.3, 0.7), (1, 0.85, 0.95)])
    assert [text.xy for text in axes.texts] == [(0, 0.7), (1, 0.95)]  # above the interval


def test_looks_are_used_in_order_and_repeat(axes):
    draw_bars(axes, list("abc"), [1, 2, 3], looks=[WITH_ATTENTION, WITHOUT_ATTENTION])
    colors = [mpl.colors.to_hex(bar.get_facecolor()).upper() for bar in axes.patches]
    assert colors == ["#0072B2", "#D55E00", "#0072B2"]
    assert [bar.get_hatch() for bar in axes.patches] == ["", "//", ""]


def test_more_bars_than_looks(axes):
    draw_bars(axes, list("abcdef"), [1, 2, 3, 4, 5, 6])
    assert len(axes.patches) == 6 > len(OTHERS)


def draw_a_curve(axes, x, y, intervals):
    draw_curve(axes, x, y, intervals=intervals, label="a curve")


def draw_some_bars(axes, x, y, intervals):
    draw_bars(axes, [str(position) for position in x], y, intervals=intervals)


@pytest.mark.parametrize("draw", [draw_a_curve, draw_some_bars])
@pytest.mark.parametrize(
    ("y", "intervals", "given"),
    [(Y[:4], None, "4 and none"), (Y, INTERVALS[:3], "5 and 3"), (Y[:4], INTERVALS, "4 and 5")],
)
def test_numbers_that_differ_are_named(draw, y, intervals, given, axes):
    with pytest.raises(ValueError, match=f"expected 5 values and intervals, got {given}"):
        draw(axes, X, y, intervals)
    assert (len(axes.lines), len(axes.patches)) == (0, 0)


@pytest.mark.parametrize("draw", [draw_a_curve, draw_some_bars])
@pytest.mark.parametrize("interval", [(0.6, 0.8), (0.1, 0.4), (0.6, 0.4), (float("nan"), 1.0)])
def test_a_value_outside_its_interval_is_named(draw, interval, axes):
    with pytest.raises(ValueError, match=r"intervals: expected one around 0\.5, got"):
        draw(axes, [1], [0.5], [interval])
