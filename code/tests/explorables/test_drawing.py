import re

import pytest

from paying_attention.explorables import drawing


def numbers(markup, *names):
    pattern = "|".join(names)
    return [float(found) for found in re.findall(rf' (?:{pattern})="(-?[\d.]+)"', markup)]


def test_a_bar_is_as_long_as_its_weight():
    markup = drawing.bars(("a", "b", "c"), (0.0, 0.25, 1.0), ("0.00", "0.25", "1.00"))
    assert numbers(markup, "width")[1::2] == [0.0, 80.0, 320.0]


def test_bars_of_a_narrow_column_stand_where_its_layout_says():
    layout = drawing.BarLayout(left=200, top=30, width=100, pitch=42, thickness=8, shades=1)
    weights = [i / 13 for i in range(14)]
    markup = drawing.bars(["w"] * 14, weights, ["0"] * 14, layout)
    assert numbers(markup, "width")[1::2] == [round(100 * weight, 2) for weight in weights]
    assert numbers(markup, "y")[2:-3:4] == [30 + 42 * i + 22 for i in range(14)]
    assert set(re.findall(r"pa-c\d+", markup)) == {"pa-c0"}
    assert (min(numbers(markup, "x")), max(numbers(markup, "x"))) == (200, 300)


def test_y_points_upwards():
    assert drawing.to_pixels((0.0, 1.0), limit=2)[1] < drawing.HALF


@pytest.mark.parametrize("limit", [2, 3, 4])
def test_the_plane_reaches_its_limit_and_no_farther(limit):
    assert max(numbers(drawing.grid(limit), "x1", "x2", "y1", "y2")) == drawing.HALF + drawing.REACH


@pytest.mark.parametrize("vector", [(2, 0), (-2, 0), (0, 2), (0, -2), (2, 2), (-2, -2)])
def test_a_long_label_stays_in_the_drawing(vector):
    label = "x" * 16
    markup = drawing.arrow(0, vector, 1.0, label, limit=2)
    place = float(re.search(r'<text [^>]*x="([\d.]+)"', markup)[1])
    anchor = re.search(r'text-anchor="(\w+)"', markup)[1]
    width = drawing.LETTER * len(label)
    left = place - {"start": 0, "middle": width / 2, "end": width}[anchor]
    assert left >= 0
    assert left + width <= drawing.SIZE


def test_a_vector_too_short_for_an_arrow_is_a_dot():
    assert "<circle" in drawing.arrow(0, (0.0, 0.1), 1.0, "a", limit=2)
    assert "<polygon" in drawing.arrow(0, (0.0, 1.0), 1.0, "a", limit=2)


def test_the_arrow_ends_at_its_vector():
    tip = re.search(r'points="([\d.]+),([\d.]+) ', drawing.arrow(0, (1.0, 1.0), 0.5, "a", limit=2))
    assert (float(tip[1]), float(tip[2])) == drawing.to_pixels((1.0, 1.0), 2)
