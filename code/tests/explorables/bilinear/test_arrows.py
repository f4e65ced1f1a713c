import math
import re

import pytest

from paying_attention.explorables.bilinear.arrows import arrow, foot_of, question, turned
from paying_attention.explorables.frame import drawing, plane

PAINT = 'class="pa-c0"'


def corners(markup):
    numbers = re.search(r' d="M([^Z]*)Z"', markup)[1].split()
    return [tuple(map(float, numbers[i : i + 2])) for i in (0, 2, 4)]


@pytest.mark.parametrize("point", [(1.0, 0.0), (-1.5, 0.5), (0.3, -2.0)])
def test_the_head_ends_at_the_point_and_the_shaft_at_the_head(point):
    markup = arrow("0", PAINT, point, 2.0, limit=2)
    tip, left, right = corners(markup)
    assert tip == pytest.approx(plane.to_pixels(point, 2), abs=0.01)
    end = [float(re.search(rf'{side}2="([^"]*)"', markup)[1]) for side in "xy"]
    assert end == pytest.approx([(a + b) / 2 for a, b in zip(left, right, strict=True)], abs=0.02)
    assert math.dist(tip, end) == pytest.approx(17, abs=0.02)
    assert math.dist(left, right) == pytest.approx(18, abs=0.02)


@pytest.mark.parametrize("far", [0.0, 0.05])
def test_a_short_arrow_is_all_head(far):
    tip, left, right = corners(arrow("0", PAINT, (far, 0.0), 2.0, limit=2))
    assert math.dist(left, right) == pytest.approx(80 * far * 18 / 17, abs=0.03)
    assert tip[0] == pytest.approx(180 + 80 * far, abs=0.01)


def test_the_way_to_the_states_line_meets_it_at_a_right_angle():
    state, point = (1.0, -0.5), (1.5, 1.0)
    foot = foot_of(1.0, state)  # the score of the point
    assert foot == pytest.approx((0.8, -0.4))
    assert (point[0] - foot[0]) * state[0] + (point[1] - foot[1]) * state[1] == pytest.approx(0)
    x, y = plane.to_pixels(foot, 2)
    assert f'x2="{x:.2f}" y2="{y:.2f}" stroke-width="1.5"' in turned(0, point, foot, "a", 0.5, 2)


def test_a_state_of_zeros_has_a_line_of_no_length():
    assert foot_of(0.0, (0, 0)) == (0, 0)
    assert 'x1="180.00" y1="180.00" x2="180.00" y2="180.00"' in question((0, 0), 2)


@pytest.mark.parametrize("point", [(2.0, 2.0), (-2.0, -2.0), (2.0, -2.0), (0.0, 0.0)])
def test_a_long_word_stays_in_the_drawing(point):
    markup = turned(0, point, (0, 0), "x" * 16, 0.5, 2)
    x, y = map(float, re.search(r'translate\((\S+) (\S+)\)" data-name', markup).groups())
    half = (drawing.BOLD * 16 + plane.WIDER) / 2
    assert half <= x <= plane.SIZE - half
    assert 10 < y <= plane.SIZE
