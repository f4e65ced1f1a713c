import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from paying_attention.explorables.softmax import softmax_state, softmax_temperature, softmax_texts

LABELS = ("a", "b", "c")
triples = st.tuples(*[st.floats(-1000, 1000)] * 3)
temperatures = st.floats(0.1, 10)


def test_by_hand():
    # scores ln 1, ln 2, ln 5: the weights are 1, 2 and 5 eighths
    found = softmax_state((0.0, math.log(2), math.log(5)))
    assert found.weights == pytest.approx((0.125, 0.25, 0.625), abs=1e-15)
    assert found.total == pytest.approx(1.0, abs=1e-15)
    assert found.factor == pytest.approx(math.e)


def test_a_temperature_of_two_takes_the_square_root_of_every_ratio():
    found = softmax_state((0.0, math.log(4), math.log(25)), temperature=2)
    assert found.scaled == pytest.approx((0.0, math.log(2), math.log(5)))
    assert found.weights == pytest.approx((0.125, 0.25, 0.625))


@given(triples, temperatures)
def test_equals_torch(scores, temperature):
    expected = torch.softmax(torch.tensor(scores, dtype=torch.float64) / temperature, dim=0)
    found = softmax_state(scores, temperature)
    assert found.weights == pytest.approx(expected.tolist(), abs=1e-12)
    assert found.total == pytest.approx(1.0, abs=1e-12)


def test_the_largest_scores_at_the_lowest_temperature_do_not_overflow():
    found = softmax_state((1000, -1000, 1000), 0.1)
    assert found.weights == (0.5, 0.0, 0.5)


def test_the_texts_say_who_shares_the_largest_weight():
    texts = softmax_texts(softmax_state((1, -2, 1), 0.1), LABELS)
    assert texts["summary"].startswith(
        "At temperature 0.10 the largest weight, 0.50, goes to a and c"
    )
    assert texts["summary"].endswith("22026.47 times the weight.")
    assert texts["scaled-1"] == "−20.00"
    assert texts["weight-1"] == "0.00"


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
