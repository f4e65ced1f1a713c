import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from paying_attention.explorables.softmax.state import softmax_state, softmax_texts

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
