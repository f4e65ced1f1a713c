import math

import pytest

from paying_attention.explorables.softmax.figure import softmax_temperature


def test_the_text_form_holds_every_number():
    text = repr(softmax_temperature((2, 1, 0), labels=("cat", "dog", "cow")))
    assert text.splitlines()[2].split() == ["cat", "2.00", "2.00", "0.67"]
    assert text.splitlines()[5].split() == ["sum", "1.00"]


@pytest.mark.usefixtures("without_type_checks")
@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"scores": (1, 2)}, ValueError, "scores: expected 3 numbers, got 2"),
        ({"scores": (1, math.inf, 2)}, ValueError, r"scores\[1\]: expected .* got inf"),
        ({"scores": (1, 2, 1001)}, ValueError, r"scores\[2\]: .* -1000 to 1000, got 1001"),
        ({"scores": (1, 2, "3")}, TypeError, r"scores\[2\]: expected a number, got '3'"),
        ({"temperature": 0}, ValueError, "temperature: expected a number from 0.1 to 10, got 0"),
        ({"temperature": -1.0}, ValueError, "temperature: expected"),
        ({"temperature": "hot"}, TypeError, "temperature: expected a number, got 'hot'"),
        ({"labels": ("a", "b")}, ValueError, "labels: expected 3 strings, got 2"),
        ({"name": "not an id"}, ValueError, "name: expected"),
    ],
)
def test_bad_input_is_named(arguments, error, message):
    with pytest.raises(error, match=message):
        softmax_temperature(**arguments)
