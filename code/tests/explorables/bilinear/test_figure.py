import math

import pytest

from paying_attention.explorables.bilinear.figure import matrix_to_turn
from tests.explorables.html_page import marked


def test_the_matrix_is_given_by_rows_and_dragged_by_columns():
    found = matrix_to_turn(matrix=((0.5, -1), (0.25, 0)))
    assert found.inputs["columns"] == ((0.5, 0.25), (-1.0, 0.0))
    assert set(marked(found._repr_html_(), "data-column")) == {"0", "1"}


def test_it_starts_with_the_dot_score():
    assert matrix_to_turn().texts["summary"].endswith("this is the dot score.")
    assert matrix_to_turn().texts["score-0"] == matrix_to_turn().texts["turned-0"][-5:-1] == "1.50"


@pytest.mark.parametrize("corner", [(2, 2), (-2, 2), (0.5, 0)])
def test_no_matrix_takes_an_annotation_out_of_the_plane(corner):
    far = [[1, 1], [1, 1]]
    found = matrix_to_turn((corner, (0, 0), (1, 0)), matrix=far)
    assert abs(corner[0] + corner[1]) <= found.inputs["limit"]
    assert found.inputs["limit"] == max(2, math.ceil(abs(corner[0]) + abs(corner[1])))
    assert "nan" not in found._repr_html_().partition("<script>")[0]


@pytest.mark.usefixtures("without_type_checks")
@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"annotations": ((1, 2), (1, 1))}, ValueError, "annotations: expected 3 pairs .* got 2"),
        ({"annotations": None}, TypeError, "annotations: expected 3 pairs of numbers, got None"),
        (
            {"annotations": ((1, 2), (1, 2.5), (1, 1))},
            ValueError,
            r"annotations\[1\]\[1\]: expected a number from -2 to 2, got 2.5",
        ),
        ({"state": (1, math.nan)}, ValueError, r"state\[1\]: expected a number from -2 to 2"),
        ({"state": 1.0}, TypeError, "state: expected 2 numbers, got 1.0"),
        ({"matrix": ((1, 0),)}, ValueError, "matrix: expected 2 pairs of numbers, got 1"),
        ({"matrix": ((1, 0), (0, 1.5))}, ValueError, r"matrix\[1\]\[1\]: .* from -1 to 1, got 1.5"),
        ({"labels": ("a", "b")}, ValueError, "labels: expected 3 strings, got 2"),
        ({"labels": "abc"}, TypeError, "labels: expected 3 strings, got 'abc'"),
    ],
)
def test_bad_input_is_named(arguments, error, message):
    with pytest.raises(error, match=message):
        matrix_to_turn(**arguments)
