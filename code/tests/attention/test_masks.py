import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from paying_attention.attention.masks import padding_mask


def test_by_hand():
    mask = padding_mask(torch.tensor([2, 0, 3]), 3)
    assert mask.tolist() == [[True, True, False], [False, False, False], [True, True, True]]
    assert mask.dtype == torch.bool


@given(st.lists(st.integers(0, 7), min_size=1, max_size=5), st.integers(7, 9))
def test_each_cell_by_a_slow_loop(lengths, key_len):
    mask = padding_mask(torch.tensor(lengths), key_len)
    expected = [[key < length for key in range(key_len)] for length in lengths]
    assert mask.tolist() == expected


def test_no_sentences_have_no_mask():
    assert padding_mask(torch.tensor([], dtype=torch.long), 7).shape == (0, 7)


@pytest.mark.parametrize("lengths", [[-1, 2], [2, 6]])
def test_lengths_out_of_range_are_named(lengths):
    with pytest.raises(
        ValueError, match=rf"lengths: expected 0 to key_len = 5, got \[{lengths[0]}"
    ):
        padding_mask(torch.tensor(lengths), 5)
