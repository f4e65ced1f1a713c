from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paying_attention.figures.geometry import (
    FINE,
    Box,
    center_of,
    direction,
    hatching,
    middle_of,
    path_through,
    pull,
    touched,
)
from tests.figures.drawn import fine

SHAPES = [Box(50, 30, 40, 20, 0), Box(50, 30, 40, 20, 6), Box(50, 30, 40, 20, 10)]
CIRCLE = Box(7, -3, 30, 30, 15)


@pytest.mark.parametrize(
    ("towards", "edge"),
    [((90, 30), (70, 30)), ((50, -80), (50, 20)), ((10, 30), (30, 30)), ((60, 50), (55, 40))],
)
@pytest.mark.parametrize("box", SHAPES)
def test_a_line_leaves_a_side_where_it_does_by_hand(box, towards, edge):
    assert box.edge(towards) == pytest.approx(edge, abs=1e-5)


def test_a_line_leaves_a_round_corner_where_it_does_by_hand():
    """The corner's circle has its centre at (10, 10), on the line."""
    assert Box(0, 0, 40, 40, 10).edge((99, 99)) == pytest.approx([10 + 10 / sqrt(2)] * 2)
    assert Box(0, 0, 40, 40, 0).edge((99, 99)) == pytest.approx([20, 20])


@given(st.sampled_from([*SHAPES, CIRCLE]), st.floats(0, 6.28))
def test_every_line_ends_on_the_outline(box, angle):
    ahead = np.array([np.cos(angle), np.sin(angle)])
    x, y = box.edge(tuple((box.at() + 200 * ahead).tolist()))
    assert abs(ahead[0] * (y - box.y) - ahead[1] * (x - box.x)) < 1e-3  # on the line
    outline, edge = fine(box.outline()), np.array([x, y])
    assert outline.contains_point((edge - 0.02 * ahead) * FINE)
    assert not outline.contains_point((edge + 0.02 * ahead) * FINE)


def test_the_outline_of_a_circle_is_one():
    points = fine(CIRCLE.outline()).to_polygons()[0] / FINE
    assert np.hypot(*(points - [7, -3]).T) == pytest.approx(15, abs=0.01)


@pytest.mark.parametrize("box", [*SHAPES, CIRCLE])
def test_the_outline_is_as_large_as_the_box(box):
    size = box.outline().get_extents()
    assert [*size.min, *size.max] == pytest.approx([*box.at(-1, -1), *box.at(1, 1)])


def test_points_of_a_box_by_hand():
    box = Box(50, 30, 40, 20, 6)
    assert (box.at(), box.at(1), box.at(-0.5, 1)) == ((50, 30), (70, 30), (40, 40))
    assert (center_of(box), center_of((1, 2))) == ((50, 30), (1, 2))
    assert (touched(box, (99, 30)), touched((1, 2), (99, 30))) == ((70, 30), (1, 2))


def test_a_direction_has_length_one_and_none_where_there_is_no_way():
    assert direction((1, 1), (4, -3)).tolist() == [0.6, -0.8]
    assert direction((1, 1), (1, 1)).tolist() == [0, 0]


def test_a_line_bows_to_its_left():
    assert pull((0, 0), (10, 0), 0.25) == [(5, 5)]
    assert pull((0, 0), (0, 10), 0.25) == [(-5, 5)]
    assert pull((0, 0), (10, 0), -0.25) == [(5, -5)]
    start, end = (0, 0), (10, 0)
    bow = path_through([start, *pull(start, end, 0.25), end], 8, is_bow=True)
    assert middle_of(bow) == pytest.approx((5, 2.5), abs=0.005)  # a quarter of its length away


def test_a_path_turns_before_each_stop_and_at_most_half_way():
    path = path_through([(0, 0), (10, 0), (10, 4), (90, 4)], 8)
    assert path.vertices.tolist() == [
        *([0, 0], [8, 0], [10, 0], [10, 2]),
        *([10, 2], [10, 4], [12, 4], [90, 4]),
    ]
    assert path.codes.tolist() == [1, 2, 3, 3, 2, 3, 3, 2]
    assert path_through([(0, 0), (5, 7)], 8).vertices.tolist() == [[0, 0], [5, 7]]


def test_hatching_crosses_a_cell_and_stays_in_it():
    path = hatching((10, 20), (4, 8))
    assert path.vertices.tolist() == [
        *([10, 20], [14, 28]),
        *([10, 24], [12, 28]),
        *([12, 20], [14, 24]),
    ]
    assert path.codes.tolist() == [1, 2] * 3


def test_the_middle_is_half_way_along():
    assert middle_of(path_through([(0, 0), (6, 0)], 3)) == (3, 0)
    assert middle_of(path_through([(0, 0), (6, 0), (6, 20)], 0)) == pytest.approx((6, 7))
