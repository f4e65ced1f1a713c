import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from paying_attention.attention import masks
from paying_attention.attention.softmax import masked_softmax
from paying_attention.explorables.masks.state import mask_state, mask_texts, presets

LN2, LN3 = math.log(2), math.log(3)
SCORES = [[0, LN2, LN3], [LN3, 0, 0], [LN2, LN3, 5]]
LABELS = ("the", "cat", "sat")
CAUSAL = [[True, False, False], [True, True, False], [True, True, True]]


def summary(mask, labels=LABELS):
    return mask_texts(mask_state(np.zeros((len(labels),) * 2).tolist(), mask), labels)["summary"]


def test_by_hand():
    mask = [[True, True, True], [False, False, False], [True, True, False]]
    found = mask_state(SCORES, mask)
    expected = (1 / 6, 2 / 6, 3 / 6, 0, 0, 0, 2 / 5, 3 / 5, 0)
    assert found.weights == pytest.approx(expected)
    assert found.sums == pytest.approx((1, 0, 1))
    assert (found.open, found.blind, found.ahead) == (5, (1,), (0,))
    assert found.mask == tuple(map(tuple, mask))


numbers = st.floats(-1000, 1000)
# drawn far faster than lists: sixteen numbers from -1000 to 1000, and sixteen cells
matrices = st.binary(min_size=32, max_size=32).map(
    lambda drawn: (np.frombuffer(drawn, dtype=np.int16).reshape(4, 4) / 32.768).tolist()
)
grids = st.integers(0, 2**16 - 1).map(
    lambda cells: [[bool(cells >> (4 * i + j) & 1) for j in range(4)] for i in range(4)]
)


@given(matrices, grids)
def test_the_weights_are_those_of_the_package(scores, mask):
    expected = masked_softmax(torch.tensor(scores, dtype=torch.float64), torch.tensor(mask))
    found = mask_state(scores, mask)
    assert found.weights == pytest.approx(expected.ravel().tolist(), abs=1e-12)
    assert found.sums == pytest.approx([float(any(row)) for row in mask])


@given(grids)
def test_open_cells_blind_rows_and_the_future_are_counted(mask):
    found = mask_state([[0.0] * 4] * 4, mask)
    assert found.open == sum(may for row in mask for may in row)
    assert found.blind == tuple(i for i in range(4) if not any(mask[i]))
    assert found.ahead == tuple(i for i in range(4) if any(mask[i][i + 1 :]))


@given(matrices, grids, st.integers(0, 3), st.integers(0, 3), numbers)
def test_a_score_that_is_masked_changes_nothing(scores, mask, i, j, other):
    mask[i][j] = False
    before = mask_state(scores, mask).weights
    scores[i][j] = other
    assert mask_state(scores, mask).weights == before


@pytest.mark.parametrize("size", range(1, 7))
def test_the_masks_to_start_from_are_those_of_the_package(size):
    causal = masks.causal_mask(size)
    last_row = torch.arange(size)[:, None] == size - 1
    expected = {
        "everything": torch.ones(size, size, dtype=torch.bool),
        "causal": causal,
        "one to the left": masks.sliding_window_mask(size, left=1, right=0),
        "last token is padding": masks.padding_mask(torch.tensor([size - 1]), size).expand(
            size, -1
        ),
        "prefix of two": masks.prefix_mask(2, size),
        "nothing for the last": causal & ~last_row,
    }
    found = presets(size)
    assert list(found) == list(expected)
    for name, mask in expected.items():
        assert [list(row) for row in found[name]] == mask.tolist(), name


T, F = True, False


@pytest.mark.parametrize(
    ("mask", "sentence"),
    [
        (CAUSAL, "6 of 9 cells are open. Every query sees something. No query sees the future."),
        (
            [[F, T, F], [F, F, F], [T, F, F]],
            "2 of 9 cells are open. “cat” sees nothing: its weights are all 0. "
            "“the” sees the future.",
        ),
        (
            [[F, F, F], [F, F, T], [F, F, F]],
            "1 of 9 cells is open. “the” and “sat” see nothing: their weights are all 0. "
            "“cat” sees the future.",
        ),
        (
            [[T, T, T]] * 3,
            "9 of 9 cells are open. Every query sees something. “the” and “cat” see the future.",
        ),
        (
            [[F, F, F]] * 3,
            "0 of 9 cells are open. “the” and “cat” and “sat” see nothing: their weights are "
            "all 0. No query sees the future.",
        ),
    ],
)
def test_the_sentence_says_who_sees_what(mask, sentence):
    assert summary(mask) == sentence


def test_of_many_queries_the_number_is_said():
    labels = tuple("abcde")
    assert "4 queries see the future" in summary([[True] * 5] * 5, labels)
    assert "5 queries see nothing: their" in summary([[False] * 5] * 5, labels)
