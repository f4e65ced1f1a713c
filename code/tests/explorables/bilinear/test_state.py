import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from paying_attention.attention.recurrent.luong import GeneralAttention
from paying_attention.explorables.bilinear.state import bilinear_state, bilinear_texts

LABELS = ("a", "b", "c")
pairs = st.tuples(*[st.floats(-2, 2)] * 2)
columns = st.tuples(*[st.tuples(*[st.floats(-1, 1)] * 2)] * 2)
triangles = st.tuples(pairs, pairs, pairs)


def test_by_hand():
    # W = (0 .5; 1 −1) takes (2, 0), (0, 2), (1, 1) to (0, 2), (1, −2), (.5, 0)
    found = bilinear_state(((2, 0), (0, 2), (1, 1)), (2, 1), ((0, 1), (0.5, -1)))
    assert found.turned == ((0.0, 2.0), (1.0, -2.0), (0.5, 0.0))
    assert found.scores == (2.0, 0.0, 1.0)
    e = math.e
    assert found.weights == pytest.approx([part / (e**2 + 1 + e) for part in (e**2, 1, e)])


@given(triangles, pairs, columns)
def test_equals_the_package(annotations, state, matrix):
    general = GeneralAttention(2, 2).double()
    with torch.no_grad():
        general.key_proj.weight.copy_(torch.tensor(matrix, dtype=torch.float64).T)
        keys = torch.tensor(annotations, dtype=torch.float64)[None]
        asks = torch.tensor(state, dtype=torch.float64)[None]
        expected = general(asks, keys, general.prepare(keys, None)).weights[0]
    found = bilinear_state(annotations, state, matrix)
    assert found.weights == pytest.approx(expected.tolist(), abs=1e-12)


@given(triangles, pairs)
def test_the_identity_is_dot(annotations, state):
    found = bilinear_state(annotations, state, ((1, 0), (0, 1)))
    assert found.turned == annotations
    keys, asks = (torch.tensor(it, dtype=torch.float64) for it in (annotations, state))
    expected = keys @ asks
    assert found.scores == pytest.approx(expected.tolist(), abs=1e-12)


@given(triangles, columns, st.floats(-1, 1), st.floats(-1, 1))
def test_across_the_state_a_column_moves_no_score(annotations, matrix, first, second):
    moved = tuple((x, y) for (_, y), x in zip(matrix, (first, second), strict=True))
    found = [bilinear_state(annotations, (0, 1), each).scores for each in (matrix, moved)]
    assert found[0] == pytest.approx(found[1], abs=1e-12)


def test_only_the_identity_is_called_dot():
    for matrix, is_dot in ((((1, 0), (0, 1)), True), (((0, 1), (1, 0)), False)):
        found = bilinear_state(((1, 0), (0, 1), (1, 1)), (0, 1), matrix)
        summary = bilinear_texts(found, (0, 1), LABELS)["summary"]
        assert summary.endswith("this is the dot score.") == is_dot


def test_the_sentence_names_the_columns_the_state_and_who_shares_the_weight():
    found = bilinear_state(((1, 1), (-1, 0), (0, 1)), (0, 1), ((0.5, 0), (-0.25, 1)))
    assert bilinear_texts(found, (0.0, 1.0), LABELS)["summary"] == (
        "Wₐ takes (1, 0) to (0.50, 0.00) and (0, 1) to (−0.25, 1.00). Then the state (0.00, 1.00) "
        "gives its largest weight, 0.42, to a and c."
    )
