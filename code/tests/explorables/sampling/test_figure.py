import math

import pytest

from paying_attention.explorables.sampling.figure import picks_to_draw


def test_the_axis_has_room_for_a_hundred_draws_or_more():
    assert [picks_to_draw(draws=draws).texts["axis"] for draws in (0, 100, 250)] == [
        "100",
        "100",
        "250",
    ]


@pytest.mark.parametrize(
    ("losses", "reach"), [((1, 2, 4), 1.5), ((3, 3, 3), 0.5), ((100, -100, 0), 120.0)]
)
def test_the_axis_of_slopes_shows_three_times_the_largest(losses, reach):
    assert picks_to_draw(losses=losses).inputs["reach"] == reach


def test_weights_that_float32_has_rounded_are_taken():
    assert picks_to_draw(weights=(0.5, 0.30000001192092896, 0.20000000298023224))


@pytest.mark.usefixtures("without_type_checks")
@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"weights": (0.5, 0.5)}, ValueError, "weights: expected 3 numbers, got 2"),
        ({"weights": (0.5, 0.5, 0.5)}, ValueError, "weights: expected a sum of 1, got 1.5"),
        ({"weights": (-0.5, 0.5, 1)}, ValueError, r"weights\[0\]: expected a number from 0 to 1"),
        ({"weights": "abc"}, TypeError, "weights: expected 3 numbers, got 'abc'"),
        ({"losses": (1, math.inf, 2)}, ValueError, r"losses\[1\]: expected .* got inf"),
        ({"losses": (1, 2, "3")}, TypeError, r"losses\[2\]: expected a number, got '3'"),
        ({"labels": ("a", "b")}, ValueError, "labels: expected 3 strings, got 2"),
        ({"draws": 1001}, ValueError, "draws: expected a number from 0 to 1000, got 1001"),
        ({"draws": 2.0}, TypeError, "draws: expected an integer, got 2.0"),
        ({"seed": 0}, ValueError, "seed: expected a number from 1 to"),
        ({"seed": True}, TypeError, "seed: expected an integer, got True"),
    ],
)
def test_bad_input_is_named(arguments, error, message):
    with pytest.raises(error, match=message):
        picks_to_draw(**arguments)
