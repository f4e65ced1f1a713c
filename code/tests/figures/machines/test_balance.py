import numpy as np
import pytest

from paying_attention.figures.machines import balance
from paying_attention.figures.machines.balance import weighted_sum
from tests.figures.drawn import boxes, is_of, lines, texts

NAMES = ("1", "2", "3")


def middle(place):
    return (place.x0 + place.x1) / 2


@pytest.fixture
def axes():
    return weighted_sum()


@pytest.fixture
def squares(axes):
    """Each weight as it hangs."""
    return [boxes(axes)[rf"\alpha_{name}"].get_extents() for name in NAMES]


def wedge(axes):
    (found,) = [patch for patch in axes.patches if is_of("wedge", patch)]
    return found.get_xy()[:3]


def test_the_symbols_are_those_of_the_formula(axes):
    values = {f"v_{name}" for name in NAMES}
    assert texts(axes, "note").keys() == values
    assert texts(axes, "label").keys() == {rf"\alpha_{name}" for name in NAMES} | {"c"}


def test_the_area_of_a_weight_is_its_share(squares):
    areas = np.array([square.width * square.height for square in squares])
    assert [square.width for square in squares] == pytest.approx([s.height for s in squares])
    assert areas / areas.sum() == pytest.approx(np.array(balance.WEIGHTS))
    assert sum(balance.WEIGHTS) == pytest.approx(1)


def test_each_weight_hangs_at_its_value(axes, squares):
    values = texts(axes, "note")
    hooks = [line for line in lines(axes) if line.start[0] == line.end[0]]
    places = [middle(values[f"v_{name}"]) for name in NAMES]
    assert [middle(square) for square in squares] == pytest.approx(places, abs=0.5)
    for hook, square in zip(hooks, squares, strict=True):
        assert hook.end == pytest.approx((middle(square), square.y1))
        assert hook.start[1] == balance.BEAM
    low, high = places[0], places[-1]
    shares = [(place - low) / (high - low) for place in places]
    assert shares == pytest.approx(balance.VALUES, abs=0.005)


def test_the_beam_is_level_and_in_balance_where_it_rests(axes, squares):
    (beam,) = [line for line in lines(axes) if line.width == 4]
    tip, *feet = wedge(axes)
    assert beam.start[1] == beam.end[1] == balance.BEAM
    assert tip[1] == pytest.approx(balance.BEAM - beam.width / 2)
    assert {y for _, y in feet} == {balance.GROUND}
    turning = sum(square.width**2 * (middle(square) - tip[0]) for square in squares)
    assert turning == pytest.approx(0, abs=1e-6 * sum(s.width**2 for s in squares))
    assert middle(boxes(axes)["c"].get_extents()) == pytest.approx(tip[0])


def test_the_sum_lies_between_the_values_and_is_none_of_them(axes):
    assert (np.diff(balance.VALUES) > 0).all()
    places = [middle(place) for place in texts(axes, "note").values()]
    assert places[1] + 30 < wedge(axes)[0][0] < places[2] - 30
