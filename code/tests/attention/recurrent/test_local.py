import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from paying_attention.attention.masks import padding_mask
from paying_attention.attention.recurrent.local import LocalAttention
from tests.attention.recurrent.luong_loops import (
    D_ANNOTATION,
    D_QUERY,
    KEY,
    MASK,
    WINDOWS,
    arrays,
    ask,
    attention_and_inputs,
    slow_centre,
    slow_scores,
)

# --- the window ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("window", "position", "seen"),
    [
        (0, 0, [0]),
        (0, 4, [4]),
        (0, 5, []),
        (1, 0, [0, 1]),
        (1, 2, [1, 2, 3]),
        (1, 4, [3, 4]),
        (1, 5, [4]),
        (1, 6, []),
        (2, 1, [0, 1, 2, 3]),
        (2, 6, [4]),
        (2, 7, []),
        (9, 3, [0, 1, 2, 3, 4]),
    ],
)
def test_the_edges_of_a_monotonic_window_by_hand(window, position, seen):
    """A state of zeros scores all words alike, so whoever is seen has the same share."""
    local = LocalAttention(D_QUERY, D_ANNOTATION, window=window, centre="m")
    annotations = torch.randn(1, 5, D_ANNOTATION, generator=torch.Generator().manual_seed(0))
    found = ask(local, torch.zeros(1, D_QUERY), annotations, position=position)
    expected = [1 / len(seen) if j in seen else 0 for j in range(5)]
    assert found.weights[0].tolist() == pytest.approx(expected)
    mean = annotations[0, seen].mean(dim=0) if seen else torch.zeros(D_ANNOTATION)
    assert torch.allclose(found.output[0], mean, atol=1e-6)


def test_a_monotonic_window_ends_with_the_sentence():
    local = LocalAttention(D_QUERY, D_ANNOTATION, window=1, centre="m")
    mask = padding_mask(torch.tensor([7, 3]), KEY)
    seen = [
        ask(local, torch.zeros(2, D_QUERY), torch.ones(2, KEY, D_ANNOTATION), mask, position)
        .weights.gt(0)
        .tolist()
        for position in (2, 3, 4)
    ]
    assert [row[0].index(True) for row in seen] == [1, 2, 3]
    assert [sum(row[0]) for row in seen] == [3, 3, 3]
    assert [[j for j in range(KEY) if row[1][j]] for row in seen] == [[1, 2], [2], []]


@pytest.mark.parametrize("length", [1, 3])
def test_an_empty_window_gives_zeros_and_finite_gradients(length):
    attention, query, annotations = attention_and_inputs("local-m")
    inputs = query.requires_grad_(), annotations.requires_grad_()
    mask = padding_mask(torch.tensor([KEY, length]), KEY)
    with torch.autograd.set_detect_anomaly(True):
        found = ask(attention, *inputs, mask, position=length + 1)
        (found.output.square().sum() + found.weights.square().sum()).backward()
    assert (found.weights[1] == 0).all()
    assert (found.output[1] == 0).all()
    assert (found.weights[0] > 0).any()
    for tensor in (*inputs, *attention.parameters()):
        assert tensor.grad.isfinite().all()
    assert (query.grad[1] == 0).all()
    assert (annotations.grad[1] == 0).all()


@pytest.mark.parametrize("kind", list(WINDOWS))
def test_what_stands_outside_the_window_never_leaks(kind):
    attention, query, annotations = attention_and_inputs(kind)
    found = ask(attention, query, annotations)
    outside = found.weights == 0
    assert outside.any()
    spoilt = annotations.masked_fill(outside[..., None], math.nan)
    again = ask(attention, query, spoilt)
    assert torch.equal(again.output, found.output)
    assert torch.equal(again.weights, found.weights)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
@pytest.mark.parametrize("centre", ["m", "p"])
def test_half_precision_counts_beyond_256(centre, dtype):
    """bfloat16 knows no 301, and float16 no 2049: positions are counted in float32."""
    length, position = 4602, 2301
    local = LocalAttention(D_QUERY, D_ANNOTATION, window=1, centre=centre).to(dtype)
    query = torch.zeros(1, D_QUERY, dtype=dtype)  # the predicted centre is the middle
    found = ask(local, query, torch.ones(1, length, D_ANNOTATION, dtype=dtype), position=position)
    assert found.weights[0].nonzero().flatten().tolist() == [2300, 2301, 2302]
    assert found.weights.dtype == found.output.dtype == dtype


def test_autocast_changes_no_window_and_mixes_in_float32():
    local = LocalAttention(D_QUERY, D_ANNOTATION, window=1, centre="m")
    query = torch.zeros(1, D_QUERY)  # equal scores: in bfloat16 a third would be .334
    annotations = torch.randn(1, 400, D_ANNOTATION, generator=torch.Generator().manual_seed(0))
    exact = ask(local, query, annotations, position=301)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        found = ask(local, query, annotations, position=301)
    assert found.weights[0].nonzero().flatten().tolist() == [300, 301, 302]
    assert torch.equal(found.output, exact.output.bfloat16())


@pytest.mark.parametrize("pull", [-1e4, 1e4])
@pytest.mark.parametrize("length", [1, 2, 5])
def test_a_predicted_window_is_never_empty(length, pull):
    """Not even if the sigmoid is 0 or 1 in float32: the centre stands at a word or one behind."""
    local = LocalAttention(D_QUERY, D_ANNOTATION, window=1, centre="p")
    for parameter in local.centre_proj.parameters():
        nn.init.constant_(parameter, pull if parameter.shape[0] == 1 else 1.0)
    mask = padding_mask(torch.tensor([length]), 7)
    found = ask(local, torch.ones(1, D_QUERY), torch.ones(1, 7, D_ANNOTATION), mask)
    assert 0 < found.weights.sum() <= 1
    assert (found.weights[~mask] == 0).all()


def test_a_predicted_window_by_hand():
    """Nothing predicted: p = S sigmoid(0), the middle. Four words, window 1, so σ = 1/2.

    Words 1, 2, 3 share the softmax, and exp(−(j − 2)² / (2 · 1/4)) = exp(−2) on both sides. The
    second sentence has three words: p = 3/2, words 1 and 2, half a step from it: exp(−1/2).
    """
    local = LocalAttention(D_QUERY, D_ANNOTATION, window=1, centre="p")
    mask = padding_mask(torch.tensor([4, 3]), 5)
    found = ask(local, torch.zeros(2, D_QUERY), torch.ones(2, 5, D_ANNOTATION), mask)
    side, half = math.exp(-2) / 3, math.exp(-1 / 2) / 2
    assert found.weights[0].tolist() == pytest.approx([0, side, 1 / 3, side, 0])
    assert found.weights[1].tolist() == pytest.approx([0, half, half, 0, 0])
    assert found.output[:, 0].tolist() == pytest.approx([1 / 3 + 2 * side, 2 * half])


@given(
    lengths=st.lists(st.integers(1, 12), min_size=1, max_size=4),
    window=st.integers(1, 6),
    seed=st.integers(0, 99),
)
@settings(max_examples=60)
def test_a_predicted_window_by_its_formula(lengths, window, seed):
    """The softmax inside the window times the Gaussian, and not divided by the sum again."""
    local = LocalAttention(D_QUERY, D_ANNOTATION, window=window, centre="p").double()
    generator = torch.Generator().manual_seed(seed)
    for parameter in local.parameters():
        nn.init.normal_(parameter, generator=generator)
    random = {"generator": generator, "dtype": torch.float64}
    query = torch.randn(len(lengths), D_QUERY, **random)
    annotations = torch.randn(len(lengths), max(lengths), D_ANNOTATION, **random)
    mask = padding_mask(torch.tensor(lengths), max(lengths))
    weights = ask(local, query, annotations, mask).weights.detach().numpy()
    parameters = arrays(local)
    for row, length in enumerate(lengths):
        s, h = query[row].numpy(), annotations[row].numpy()
        centre = slow_centre("local-p", parameters, s, length, None)
        assert 0 <= centre <= length
        seen = [j for j in range(length) if abs(j - centre) <= window]
        scores = slow_scores("local-p", parameters, s, h)
        gauss = {j: math.exp(-((j - centre) ** 2) / (2 * (window / 2) ** 2)) for j in seen}
        largest = max(scores[j] for j in seen)
        total = sum(math.exp(scores[j] - largest) for j in seen)
        expected = [
            math.exp(scores[j] - largest) / total * gauss[j] if j in seen else 0
            for j in range(max(lengths))
        ]
        assert weights[row] == pytest.approx(expected, rel=1e-9, abs=1e-300)
        assert weights[row].sum() <= 1 + 1e-12
        # Without its Gaussian the row sums to 1.
        inside = sum(weights[row, j] / gauss[j] for j in seen)
        assert inside == pytest.approx(1)


def test_a_predicted_window_gives_some_weight_away():
    sums = torch.stack(
        [ask(*attention_and_inputs("local-p", seed), MASK).weights.sum(dim=1) for seed in range(9)]
    )
    assert (sums < 0.999).all()
    assert (sums > 0.1).all()


def test_the_predicted_centre_moves_with_the_state_and_within_the_sentence():
    attention, query, _ = attention_and_inputs("local-p")
    with torch.no_grad():
        attention.centre_proj[2].weight.mul_(100)
    lengths = torch.tensor([7.0, 3.0], dtype=torch.float64)
    found = torch.stack([attention.centres(sign * query, lengths, 5) for sign in (1, -1)])
    assert torch.allclose(found.sum(dim=0), lengths)  # sigmoid(−x) = 1 − sigmoid(x)
    assert (found >= 0).all()
    assert (found <= lengths).all()
    assert ((found[0] - found[1]).abs() > 1).all()
