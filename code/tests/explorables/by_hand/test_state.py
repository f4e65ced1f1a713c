import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from paying_attention.explorables.by_hand.state import attention_state, attention_texts

numbers = st.floats(-4, 4)
pairs = st.tuples(numbers, numbers)
triangles = st.tuples(pairs, pairs, pairs)


def test_by_hand():
    # scores 0, ln 2 and ln 5, so the weights are 1, 2 and 5 eighths
    annotations = ((2.0, 0.0), (0.0, math.log(2)), (-4.0, math.log(5)))
    found = attention_state(annotations, (0.0, 1.0))
    assert found.scores == pytest.approx((0.0, math.log(2), math.log(5)))
    assert found.weights == pytest.approx((0.125, 0.25, 0.625))
    expected = (2 / 8 - 20 / 8, (2 * math.log(2) + 5 * math.log(5)) / 8)
    assert found.context == pytest.approx(expected)


def test_a_state_at_the_origin_takes_the_plain_mean():
    found = attention_state(((3, 0), (0, 3), (0, 0)), (0, 0))
    assert found.weights == pytest.approx((1 / 3, 1 / 3, 1 / 3))
    assert found.context == pytest.approx((1.0, 1.0))


@given(triangles, pairs)
def test_equals_torch(annotations, state):
    keys = torch.tensor(annotations, dtype=torch.float64)
    weights = torch.softmax(keys @ torch.tensor(state, dtype=torch.float64), dim=0)
    found = attention_state(annotations, state)
    assert found.weights == pytest.approx(weights.tolist(), abs=1e-12)
    assert found.context == pytest.approx((weights @ keys).tolist(), abs=1e-12)


@given(triangles, pairs, st.floats(0, 2 * math.pi))
def test_the_context_never_leaves_the_triangle(annotations, state, angle):
    # inside a convex hull: in no direction farther than the farthest corner
    direction = np.array([math.cos(angle), math.sin(angle)])
    context = np.array(attention_state(annotations, state).context)
    assert context @ direction <= (np.array(annotations) @ direction).max() + 1e-9


def test_the_texts_name_the_winner_and_show_no_minus_zero():
    found = attention_state(((2, 0), (0, 2), (-2, 0)), (0, 1))
    texts = attention_texts(found, ("a", "b", "c"))
    assert texts["context"] == "(0.00, 1.57)"
    assert texts["summary"] == (
        "The state (0.00, 1.00) gives its largest weight, 0.79, to b. The context is (0.00, 1.57)."
    )
