import math

import pytest

from paying_attention.explorables.by_hand.figure import attention_by_hand


@pytest.mark.parametrize("point", [(0, 0), (0.1, 0.1), (4, 4), (-4, 4)])
def test_any_annotation_can_be_drawn_inside_the_figure(point):
    drawn = attention_by_hand((point, (1, 1), (1, -1)))._repr_html_()
    assert "nan" not in drawn.partition("<script>")[0]


@pytest.mark.usefixtures("without_type_checks")
@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"annotations": ((1, 2), (3, 4))}, ValueError, "annotations: expected 3 pairs .* got 2"),
        ({"annotations": None}, TypeError, "annotations: expected 3 pairs of numbers, got None"),
        ({"annotations": "abc"}, TypeError, "annotations: expected 3 pairs of numbers, got 'abc'"),
        (
            {"annotations": ((1, 2), (3, 4), (1, 2, 3))},
            ValueError,
            r"annotations\[2\]: expected 2 numbers, got 3",
        ),
        (
            {"annotations": ((1, 2), (3, math.nan), (1, 2))},
            ValueError,
            r"annotations\[1\]\[1\]: expected a number from -4 to 4, got nan",
        ),
        ({"state": (1,)}, ValueError, "state: expected 2 numbers, got 1"),
        ({"state": (1, 5)}, ValueError, r"state\[1\]: expected a number from -4 to 4, got 5"),
        ({"state": 1.0}, TypeError, "state: expected 2 numbers, got 1.0"),
        ({"labels": ("a", "b", "c", "d")}, ValueError, "labels: expected 3 strings, got 4"),
        ({"labels": "abc"}, TypeError, "labels: expected 3 strings, got 'abc'"),
    ],
)
def test_bad_input_is_named(arguments, error, message):
    with pytest.raises(error, match=message):
        attention_by_hand(**arguments)
