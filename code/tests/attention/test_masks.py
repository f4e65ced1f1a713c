import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.overrides import TorchFunctionMode

from paying_attention.attention.masks import (
    causal_mask,
    document_mask,
    padding_mask,
    prefix_mask,
    sliding_window_mask,
)

LENGTHS = {"query_len": st.integers(0, 6), "key_len": st.integers(0, 7)}
OFFSETS = st.integers(-8, 8)
SIDES = st.none() | st.integers(0, 8)


def cells(query_len, key_len, may_look):
    """A mask by a slow loop."""
    return [[may_look(i, j) for j in range(key_len)] for i in range(query_len)]


# --- padding ------------------------------------------------------------------------------------


def test_padding_by_hand():
    mask = padding_mask(torch.tensor([2, 0, 3]), 3)
    assert mask.tolist() == [[True, True, False], [False, False, False], [True, True, True]]
    assert mask.dtype == torch.bool


@given(st.lists(st.integers(0, 7), min_size=1, max_size=5), st.integers(7, 9))
def test_each_cell_of_padding_by_a_slow_loop(lengths, key_len):
    mask = padding_mask(torch.tensor(lengths), key_len)
    assert mask.tolist() == cells(len(lengths), key_len, lambda i, j: j < lengths[i])


def test_no_sentences_have_no_mask():
    assert padding_mask(torch.tensor([], dtype=torch.long), 7).shape == (0, 7)


def test_sentences_without_words_have_no_keys():
    assert padding_mask(torch.tensor([0, 0]), 0).shape == (2, 0)


@pytest.mark.parametrize("lengths", [[-1, 2], [2, 6], [6, 2], [2, -1]])
def test_lengths_out_of_range_are_named(lengths):
    message = rf"^lengths: expected 0 to key_len = 5, got \[{lengths[0]}, {lengths[1]}\]$"
    with pytest.raises(ValueError, match=message):
        padding_mask(torch.tensor(lengths), 5)


# --- causal, window, prefix ---------------------------------------------------------------------


def test_causal_by_hand():
    """A query sees itself and the past; the offset moves the first query to the right."""
    assert causal_mask(3).int().tolist() == [[1, 0, 0], [1, 1, 0], [1, 1, 1]]
    assert causal_mask(2, 4).int().tolist() == [[1, 0, 0, 0], [1, 1, 0, 0]]
    assert causal_mask(2, 4, offset=2).int().tolist() == [[1, 1, 1, 0], [1, 1, 1, 1]]
    assert causal_mask(3, 2, offset=-1).int().tolist() == [[0, 0], [1, 0], [1, 1]]


def test_a_window_by_hand():
    window = sliding_window_mask(3, 6, left=1, right=2, offset=1)
    assert window.int().tolist() == [[1, 1, 1, 1, 0, 0], [0, 1, 1, 1, 1, 0], [0, 0, 1, 1, 1, 1]]
    assert window.dtype == torch.bool


def test_a_prefix_by_hand():
    assert prefix_mask(2, 2, 4).int().tolist() == [[1, 1, 0, 0], [1, 1, 0, 0]]
    assert prefix_mask(1, 2, 4, offset=2).int().tolist() == [[1, 1, 1, 0], [1, 1, 1, 1]]
    assert prefix_mask(0, 3).equal(causal_mask(3))


@given(**LENGTHS, offset=OFFSETS)
def test_each_cell_of_a_causal_mask_by_a_slow_loop(query_len, key_len, offset):
    mask = causal_mask(query_len, key_len, offset=offset)
    assert mask.shape == (query_len, key_len)
    assert mask.tolist() == cells(query_len, key_len, lambda i, j: j <= i + offset)


@given(**LENGTHS, left=SIDES, right=SIDES, offset=OFFSETS)
def test_each_cell_of_a_window_by_a_slow_loop(query_len, key_len, left, right, offset):
    def may_look(i, j):
        distance = j - (i + offset)
        before = math.inf if left is None else left
        behind = math.inf if right is None else right
        return -before <= distance <= behind

    mask = sliding_window_mask(query_len, key_len, left=left, right=right, offset=offset)
    assert mask.shape == (query_len, key_len)
    assert mask.dtype == torch.bool
    assert mask.tolist() == cells(query_len, key_len, may_look)


@given(**LENGTHS, prefix_len=st.integers(0, 8), offset=OFFSETS)
def test_each_cell_of_a_prefix_by_a_slow_loop(query_len, key_len, prefix_len, offset):
    mask = prefix_mask(prefix_len, query_len, key_len, offset=offset)
    assert mask.tolist() == cells(
        query_len, key_len, lambda i, j: j < prefix_len or j <= i + offset
    )


@given(**LENGTHS, left=SIDES, right=SIDES, offset=OFFSETS)
def test_a_window_is_made_of_its_two_sides(query_len, key_len, left, right, offset):
    both, before, behind, causal = (
        sliding_window_mask(query_len, key_len, left=left, right=right, offset=offset)
        for left, right in ((left, right), (left, None), (None, right), (None, 0))
    )
    assert both.equal(before & behind)
    assert causal.equal(causal_mask(query_len, key_len, offset=offset))


@given(sides=st.tuples(st.integers(0, 4), st.integers(0, 4)), **LENGTHS, offset=OFFSETS)
def test_the_smaller_of_two_windows_wins(sides, query_len, key_len, offset):
    windows = [
        sliding_window_mask(query_len, key_len, left=side, right=side, offset=offset)
        for side in (*sides, min(sides), max(sides))
    ]
    assert (windows[0] & windows[1]).equal(windows[2])
    assert (windows[0] | windows[1]).equal(windows[3])


@given(cached=st.integers(0, 5), new=st.integers(0, 5))
def test_behind_a_cache_stand_the_last_rows(cached, new):
    """The offset is the number of tokens in the cache."""
    whole = causal_mask(cached + new)
    assert causal_mask(new, cached + new, offset=cached).equal(whole[cached:])


@pytest.mark.parametrize("make", [causal_mask, lambda *a, **k: prefix_mask(2, *a, **k)])
def test_there_are_as_many_keys_as_queries_unless_said(make):
    assert make(5).equal(make(5, 5, offset=0))
    assert make(5, 0).shape == (5, 0)


def test_a_window_is_square_unless_said():
    window = sliding_window_mask(5, left=1, right=0)
    assert window.equal(sliding_window_mask(5, 5, left=1, right=0, offset=0))
    assert sliding_window_mask(5, 0, left=1, right=0).shape == (5, 0)


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (lambda: causal_mask(-1), "query_len"),
        (lambda: causal_mask(2, -1), "key_len"),
        (lambda: sliding_window_mask(-1, 3, left=1, right=1), "query_len"),
        (lambda: sliding_window_mask(3, -1, left=1, right=1), "key_len"),
        (lambda: sliding_window_mask(3, left=-1, right=1), "left"),
        (lambda: sliding_window_mask(3, left=1, right=-1), "right"),
        (lambda: prefix_mask(-1, 3), "prefix_len"),
        (lambda: prefix_mask(1, -1), "query_len"),
        (lambda: prefix_mask(1, 2, -1), "key_len"),
    ],
)
def test_a_negative_size_is_named(make, name):
    with pytest.raises(ValueError, match=f"^{name}: expected 0 or more, got -1$"):
        make()


class Made(TorchFunctionMode):
    """Remembers on which device each new tensor is made."""

    def __init__(self):
        super().__init__()
        self.devices = []

    def __torch_function__(self, function, types, args=(), kwargs=None):
        if function in (torch.arange, torch.ones):
            self.devices.append((kwargs or {}).get("device"))
        return function(*args, **(kwargs or {}))


@pytest.mark.parametrize("device", [torch.device("cpu"), None])
def test_a_mask_is_made_where_it_is_wanted(device):
    with Made() as made:
        causal_mask(3, device=device)
        sliding_window_mask(3, left=1, right=1, device=device)
        prefix_mask(1, 3, device=device)
    assert made.devices == [device] * len(made.devices)
    assert len(made.devices) > 3


def test_padding_is_where_the_lengths_are():
    with Made() as made:
        padding_mask(torch.tensor([1]), 2)
    assert made.devices == [torch.device("cpu")]


# --- documents ----------------------------------------------------------------------------------


def test_documents_by_hand():
    mask = document_mask(torch.tensor([[7, 2]]), torch.tensor([[2, 7, 2]]))
    assert mask.int().tolist() == [[[0, 1, 0], [1, 0, 1]]]


@given(
    st.lists(st.integers(-1, 2), max_size=6),
    st.none() | st.lists(st.integers(-1, 2), max_size=6),
    st.sampled_from([(), (1,), (2, 3)]),
)
def test_each_cell_of_documents_by_a_slow_loop(query, key, batch):
    def rows(documents):
        return torch.tensor(documents, dtype=torch.long).expand(*batch, len(documents))

    mask = document_mask(rows(query), None if key is None else rows(key))
    keys = query if key is None else key
    expected = cells(len(query), len(keys), lambda i, j: query[i] == keys[j])
    assert mask.shape == (*batch, len(query), len(keys))
    expected = torch.tensor(expected, dtype=torch.bool).reshape(len(query), len(keys))
    assert mask.equal(expected.expand(mask.shape))


def test_each_row_of_a_batch_has_its_own_documents():
    documents = torch.tensor([[0, 0, 1], [0, 1, 1]])
    both = document_mask(documents)
    assert [both[0].equal(document_mask(documents[0])), both[1].equal(both[0])] == [True, False]


def test_masks_combine():
    """Causal inside each of two packed documents: two triangles on the diagonal."""
    mask = causal_mask(4) & document_mask(torch.tensor([0, 0, 1, 1]))
    assert mask.int().tolist() == [[1, 0, 0, 0], [1, 1, 0, 0], [0, 0, 1, 0], [0, 0, 1, 1]]


# --- what is no integer -------------------------------------------------------------------------


@pytest.mark.usefixtures("without_type_checks")
@pytest.mark.parametrize("dtype", [torch.float32, torch.bool, torch.complex64])
def test_lengths_that_are_no_integers_are_named(dtype):
    with pytest.raises(TypeError, match=f"^lengths: expected integers, got {dtype}$"):
        padding_mask(torch.tensor([1, 2]).to(dtype), 3)


@pytest.mark.usefixtures("without_type_checks")
@pytest.mark.parametrize(
    ("wrong", "kind"), [(torch.tensor([1, 2]), "Tensor"), (1.0, "float"), (True, "bool")]
)
def test_numbers_that_are_no_integers_are_named(wrong, kind):
    """A tensor of offsets would broadcast over the queries."""
    for name, call in {
        "offset": lambda: causal_mask(2, 2, offset=wrong),
        "query_len": lambda: causal_mask(wrong),
        "left": lambda: sliding_window_mask(3, left=wrong, right=0),
        "prefix_len": lambda: prefix_mask(wrong, 3),
        "key_len": lambda: padding_mask(torch.tensor([1]), wrong),
    }.items():
        with pytest.raises(TypeError, match=f"^{name}: expected an integer, got {kind}$"):
            call()
