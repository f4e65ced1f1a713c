import re

import pytest

from paying_attention.explorables.frame import drawing
from paying_attention.explorables.sampling.chart import APART, LEFT, Chart, chart

PLACE = Chart(("a", "b", "c"), 1.5, 100)


def test_the_axes_reach_from_the_first_draw_to_the_last_and_from_below_to_above():
    points = re.findall(r"[ML](\S+) ([\d.]+)(?=[ML]|$)", PLACE.path([1.5, *[0.0] * 98, -1.5]))
    assert len(points) == 100
    assert tuple(map(float, points[0])) == pytest.approx((LEFT + PLACE.width / 100, 14), abs=0.01)
    assert tuple(map(float, points[-1])) == pytest.approx((LEFT + PLACE.width, 214), abs=0.01)


def test_a_line_is_lifted_where_it_leaves_the_drawing():
    assert re.sub(r"[\d. ]", "", PLACE.path([2, 0, 1, -2, 3, 1, 0])) == "MLML"
    assert PLACE.path([]) == ""


def test_labels_keep_apart_and_lines_do_not_move():
    drawn = chart(PLACE, (0.0, 0.01, 0.02), ([], []), True, "")
    labels = {
        word: float(y)
        for y, word in re.findall(r'class="pa-name" x="\S+" y="(\S+)".*?>(\w)<', drawn)
    }
    assert labels["a"] - labels["b"] >= APART - 0.01
    assert labels["b"] - labels["c"] >= APART - 0.01
    lines = re.findall(r'y1="(\S+)" y2="(\S+)" stroke-dasharray', drawn)
    assert lines == [(f"{PLACE.y(slope):.2f}",) * 2 for slope in (0.0, 0.01, 0.02)]


def test_a_long_label_leaves_the_lines_half_of_the_drawing():
    place = Chart(("x" * 16,) * 3, 1.5, 100)
    assert place.width > drawing.SIZE * 0.45
    assert LEFT + place.width + 6 + drawing.width_of(place.labels) <= drawing.SIZE


@pytest.mark.parametrize("subtracted", [False, True])
def test_the_lines_that_are_switched_on_are_marked(subtracted):
    drawn = chart(PLACE, (0, 0, 0), ([], []), subtracted, "")
    marks = re.findall(r'class="pa-means" aria-current="(\w+)"', drawn)
    assert marks == (["false", "true"] if subtracted else ["true", "false"])
