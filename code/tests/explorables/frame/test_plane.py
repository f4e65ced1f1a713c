import re

import pytest

from paying_attention.explorables.frame import drawing, plane


def numbers(markup, *names):
    pattern = "|".join(names)
    return [float(found) for found in re.findall(rf' (?:{pattern})="(-?[\d.]+)"', markup)]


def test_y_points_upwards():
    assert plane.to_pixels((0.0, 1.0), limit=2)[1] < plane.HALF


@pytest.mark.parametrize("limit", [2, 3, 4])
def test_the_plane_reaches_its_limit_and_no_farther(limit):
    assert max(numbers(plane.grid(limit), "x1", "x2", "y1", "y2")) == plane.HALF + plane.REACH


@pytest.mark.parametrize("vector", [(2, 0), (-2, 0), (0, 2), (0, -2), (2, 2), (-2, -2)])
def test_a_long_label_stays_in_the_drawing(vector):
    label = "x" * 16
    markup = plane.label_of(label, vector, limit=2)
    place = float(re.search(r'<text [^>]*x="([\d.]+)"', markup)[1])
    anchor = re.search(r'text-anchor="(\w+)"', markup)[1]
    width = drawing.BOLD * len(label) + plane.WIDER
    left = place - {"start": 0, "middle": width / 2, "end": width}[anchor]
    assert left >= 0
    assert left + width <= plane.SIZE


def test_a_vector_too_short_for_an_arrow_is_a_dot():
    assert "<circle" in plane.arrow(0, (0.0, 0.1), 1.0, limit=2)
    assert "<polygon" in plane.arrow(0, (0.0, 1.0), 1.0, limit=2)


def test_the_arrow_ends_at_its_vector():
    tip = re.search(r'points="([\d.]+),([\d.]+) ', plane.arrow(0, (1.0, 1.0), 0.5, limit=2))
    assert (float(tip[1]), float(tip[2])) == plane.to_pixels((1.0, 1.0), 2)


@pytest.mark.parametrize("limit", [2, 4])
def test_the_handle_its_line_and_the_diamond_stand_at_their_points(limit):
    x, y = plane.to_pixels((1.0, -0.5), limit)
    at = f'translate({x:.2f} {y:.2f})"'
    assert at in plane.handle((1.0, -0.5), limit, "state")
    assert at in plane.diamond((1.0, -0.5), limit, "context")
    assert numbers(plane.stem((1.0, -0.5), limit), "x1", "y1", "x2", "y2") == [180, 180, x, y]


def test_names_are_escaped():
    for markup in (plane.handle((0, 0), 2, "<q>"), plane.diamond((0, 0), 2, "<q>")):
        assert ">&lt;q&gt;<" in markup


def test_the_triangle_has_its_corners():
    points = [(0.0, 0.0), (1.0, 0.0), (0.0, -1.0)]
    (corners,) = re.findall(r'points="([^"]+)"', plane.hull(points, 2))
    found = [tuple(map(float, corner.split(","))) for corner in corners.split()]
    assert found == [plane.to_pixels(point, 2) for point in points]
