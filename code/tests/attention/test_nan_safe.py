import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from paying_attention.attention.nan_safe import (
    by_rows,
    careful_attention,
    clear_hidden,
    guarded_softmax,
    is_finite,
    match,
    mix,
    rows_are_finite,
    wide_dtype,
    without_autocast,
)
from tests.attention.observers import Observer
from tests.attention.slow_attention import (
    BATCH,
    HEAD,
    HEAD_DIM,
    KEY,
    QUERY,
    VALUE_DIM,
    gradients,
    normal,
    problems,
    some_mask,
    three,
)

RUBBISH = [math.nan, math.inf, -math.inf]
MASKS = [(), (1,), (KEY,), (QUERY, KEY), (QUERY, 1), (HEAD, 1, KEY), (BATCH, HEAD, QUERY, KEY)]


def some_weights(mask):
    return torch.softmax(normal(*mask.shape, seed=5), dim=-1) * mask


def slow_mix(weights, value, mask):
    """Only the visible ones are summed."""
    output = torch.zeros(*weights.shape[:-1], value.shape[-1], dtype=value.dtype)
    for *where, i, j in mask.nonzero().tolist():
        output[(*where, i)] += weights[(*where, i, j)] * value[(*where, j)]
    return output


# --- match --------------------------------------------------------------------------------------


def test_match_by_hand():
    """Query 0 may not see key 1, so that its NaN stays away; query 1 sees all three."""
    query = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
    key = torch.tensor([[1.0, 1.0], [math.nan, 1.0], [1.0, math.inf]])
    mask = torch.tensor([[True, False, True], [True, True, True]])
    scores = match(query, key, mask)
    assert scores[:, 0].tolist() == [3, 7]
    assert scores[0, 1].isfinite()
    assert scores[1, 1].isnan()
    assert scores[:, 2].tolist() == [math.inf, math.inf]
    assert match(query, key, torch.tensor(True))[0, 1].isnan()


@pytest.mark.parametrize("mask", MASKS)
def test_finite_numbers_are_one_matrix_product(mask):
    query, key, _ = three()
    scores = match(query, key, some_mask(*mask))
    assert torch.equal(scores, query @ key.transpose(-1, -2))


@pytest.mark.parametrize("shape", MASKS)
@pytest.mark.parametrize("rubbish", RUBBISH)
@pytest.mark.parametrize("side", ["query", "key"])
def test_visible_scores_are_those_of_the_plain_product(side, rubbish, shape):
    query, key, _ = three()
    spoilt = query if side == "query" else key
    spoilt[0, 1, 3, 2] = rubbish
    spoilt[1, 2, 0, 4] = rubbish
    mask = some_mask(*shape)
    scores = match(query, key, mask)
    seen = mask.expand(scores.shape)
    plain = query @ key.transpose(-1, -2)
    assert torch.allclose(scores[seen], plain[seen], rtol=1e-13, equal_nan=True)
    assert scores[~seen].isfinite().all()


@pytest.mark.parametrize("rubbish", RUBBISH)
def test_gradients_of_scores_are_as_if_rubbish_were_zero(rubbish):
    """Where a score is seen and spoilt it is a constant; all other pairs are as ever."""
    query, key, _ = three()
    mask = some_mask()
    query[0, 0, 1, 3] = key[0, 1, 4, 2] = key[1, :, 5] = rubbish
    clean_query = query.masked_fill(~query.isfinite().all(-1, keepdim=True), 0)
    clean_key = key.masked_fill(~key.isfinite().all(-1, keepdim=True), 0)

    _, found = gradients(lambda q, k: match(q, k, mask), query, key)
    rubbish_pair = ~(query @ key.transpose(-1, -2)).isfinite() & mask
    own = [tensor.clone().requires_grad_() for tensor in (clean_query, clean_key)]
    scores = own[0] @ own[1].transpose(-1, -2)
    factors = normal(*scores.shape, seed=9).masked_fill(rubbish_pair, 0)
    scores.backward(factors)
    bad = ~query.isfinite().all(-1), ~key.isfinite().all(-1)
    for got, expected, lost in zip(found, own, bad, strict=True):
        assert torch.allclose(got, expected.grad.masked_fill(lost[..., None], 0), rtol=1e-12)


def test_a_key_that_is_spoilt_in_one_sentence_learns_in_the_other():
    query, key, _ = three()
    key[0, :, 4] = math.nan
    _, (_, found) = gradients(
        lambda q, k: match(q, k, torch.ones(KEY, dtype=torch.bool)), query, key
    )
    assert not found[0, :, 4].any()
    assert (found[1, :, 4] != 0).all()


def test_gradients_of_match_against_differences():
    mask = some_mask(1, 3, 5, seed=1)
    query, key = (normal(2, 3, 2).requires_grad_(), normal(2, 5, 2, seed=1).requires_grad_())
    assert torch.autograd.gradcheck(lambda q, k: match(q, k, mask), (query, key))


# --- mix ----------------------------------------------------------------------------------------


def test_mix_by_hand():
    """Value 1 is NaN: query 0 does not see it, query 1 does. Value 2 has one infinity."""
    weights = torch.tensor([[0.5, 0.0, 0.5], [0.25, 0.25, 0.5]])
    value = torch.tensor([[2.0, 4.0], [math.nan, 8.0], [6.0, -math.inf]])
    mask = torch.tensor([[True, False, True], [True, True, True]])
    output = mix(weights, value, mask)
    assert output[0].tolist() == [4, -math.inf]
    assert output[1, 0].isnan()
    assert output[1, 1] == -math.inf
    assert mix(weights, value, torch.tensor(True))[0, 0].isnan()


@pytest.mark.parametrize("shape", MASKS)
def test_a_finite_mix_is_one_matrix_product(shape):
    value = three()[2]
    mask = some_mask(*shape).expand(BATCH, HEAD, QUERY, KEY)
    weights = some_weights(mask)
    assert torch.equal(mix(weights, value, some_mask(*shape)), weights @ value)


@pytest.mark.parametrize("shape", MASKS)
@pytest.mark.parametrize("rubbish", RUBBISH)
def test_the_mix_is_the_sum_over_what_is_seen(rubbish, shape):
    value = three()[2]
    value[0, 1, 4, 2] = value[1, 2, 0, 3] = rubbish
    value[1, 0, 3] = -rubbish
    mask = some_mask(*shape).expand(BATCH, HEAD, QUERY, KEY)
    weights = some_weights(mask)
    expected = slow_mix(weights, value, mask)
    found = mix(weights, value, some_mask(*shape))
    assert torch.allclose(found, expected, rtol=1e-12, equal_nan=True)
    assert found.isfinite().any()


@given(problems(least=1), st.sampled_from(RUBBISH), st.integers(0, 99))
@settings(max_examples=40)
def test_rubbish_in_a_mix_by_a_slow_loop(problem, rubbish, seed):
    """Each entry of the values is rubbish with probability 0.2, seen by some or by nobody."""
    _, _, value, mask = problem
    generator = torch.Generator().manual_seed(seed)
    bad = torch.rand(value.shape, generator=generator) < 0.2
    value = value.double().masked_fill(bad, rubbish)
    weights = some_weights(mask)
    found = mix(weights, value, mask)
    assert torch.allclose(found, slow_mix(weights, value, mask), rtol=1e-12, equal_nan=True)


@pytest.mark.parametrize("rubbish", RUBBISH)
def test_gradients_of_a_mix_are_as_if_rubbish_were_zero(rubbish):
    value, mask = three()[2], some_mask()
    value[0, 1, 4, 2] = value[1, 2, 0, 3] = value[1, 0, 3] = rubbish
    weights = some_weights(mask)
    bad = ~value.isfinite()
    _, (of_weights, of_value) = gradients(lambda w, v: mix(w, v, mask), weights, value)
    _, expected = gradients(lambda w, v: w @ v, weights, value.masked_fill(bad, 0))
    assert torch.allclose(of_weights, expected[0], rtol=1e-12)
    assert torch.allclose(of_value, expected[1].masked_fill(bad, 0), rtol=1e-12)


def test_gradients_of_mix_against_differences():
    mask = some_mask(2, 3, 5, seed=1)
    weights, value = some_weights(mask).requires_grad_(), normal(2, 5, 2, seed=1).requires_grad_()
    assert torch.autograd.gradcheck(lambda w, v: mix(w, v, mask), (weights, value))


def test_huge_numbers_are_no_rubbish():
    """Their sum overflows, and so they are looked at closely; the results stay."""
    huge = torch.full((KEY, 2), 1.5e308, dtype=torch.float64)
    weights, mask = torch.eye(KEY, dtype=torch.float64)[:QUERY], some_mask(QUERY, KEY)
    assert torch.equal(mix(weights, huge, mask), huge[:QUERY])
    query = torch.full((QUERY, 2), 0.25, dtype=torch.float64)
    assert torch.equal(match(query, huge, mask), query @ huge.T)


# --- what nobody sees ---------------------------------------------------------------------------


def test_without_a_mask_all_values_stay():
    value = normal(BATCH, KEY, VALUE_DIM)
    assert clear_hidden(value, None) is value


def test_values_go_that_no_query_may_see():
    """Key 1 is seen by the second query only, key 2 by nobody."""
    value = torch.tensor([[[1.0, 2.0], [3.0, 4.0], [math.nan, math.inf]]])
    mask = torch.tensor([[[True, False, False], [True, True, False]]])
    assert clear_hidden(value, mask).tolist() == [[[1, 2], [3, 4], [0, 0]]]
    assert clear_hidden(value, mask[0]).tolist() == [[[1, 2], [3, 4], [0, 0]]]
    assert clear_hidden(value, mask[:, :1]).tolist() == [[[1, 2], [0, 0], [0, 0]]]
    assert clear_hidden(value, mask[0, 0]).tolist() == [[[1, 2], [0, 0], [0, 0]]]
    assert not clear_hidden(value, torch.tensor(False)).any()
    mask = torch.tensor([[[True]], [[False]]])  # for all keys at once
    both = clear_hidden(torch.ones(2, 3, 5), mask)
    assert both.sum(dim=(1, 2)).tolist() == [15, 0]


def test_the_gradient_of_unseen_values_is_zero():
    value = normal(BATCH, KEY, VALUE_DIM).requires_grad_()
    mask = (torch.arange(KEY) < 4).expand(BATCH, QUERY, KEY)
    clear_hidden(value, mask).sum().backward()
    assert (value.grad[:, :4] == 1).all()
    assert (value.grad[:, 4:] == 0).all()


# --- who is not finite --------------------------------------------------------------------------

DTYPES = [torch.float16, torch.bfloat16, torch.float32, torch.float64]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("rubbish", RUBBISH)
def test_one_number_that_is_not_finite_is_found(rubbish, dtype):
    tensor = normal(BATCH, HEAD, KEY, HEAD_DIM, dtype=dtype)
    others = normal(3), normal(2, 5, dtype=torch.float16)
    assert is_finite(tensor) is is_finite(others[0], tensor, others[1]) is True
    tensor[1, 2, 3, 4] = rubbish
    assert is_finite(tensor) is is_finite(others[0], tensor, others[1]) is False
    assert is_finite(tensor.requires_grad_()) is False
    rows = rows_are_finite(tensor)
    assert rows.shape == (BATCH, HEAD, KEY, 1)
    assert (~rows).nonzero().tolist() == [[1, 2, 3, 0]]


def test_opposite_infinities_do_not_cancel_and_nothing_is_finite():
    assert not is_finite(torch.tensor([math.inf]), torch.tensor([-math.inf]))
    assert is_finite(torch.zeros(0, 7)) is True
    assert rows_are_finite(torch.zeros(2, 0, 7)).shape == (2, 0, 1)


def test_many_half_precision_numbers_do_not_overflow():
    """Their sum is 66,000; the largest number of float16 is 65,504."""
    assert is_finite(torch.full((2_200_000,), 0.03, dtype=torch.float16))


def test_a_dtype_to_compute_in():
    half, single, double = (torch.ones(1, dtype=dtype) for dtype in DTYPES[1:])
    assert wide_dtype(half) == wide_dtype(single, None, half) == torch.float32
    assert wide_dtype(half, double) == wide_dtype(double) == torch.float64


def test_autocast_is_off_inside_and_on_again_behind():
    x = torch.ones(2, 2)
    with torch.autocast("cpu", torch.bfloat16):
        with without_autocast(x):
            assert (x @ x).dtype == torch.float32
        assert (x @ x).dtype == torch.bfloat16
    with without_autocast(x), without_autocast(x.to("meta")):
        assert (x @ x).dtype == torch.float32


# --- softmax, rows ------------------------------------------------------------------------------


def test_a_guarded_softmax_by_hand():
    ln2, inf, nan = math.log(2), math.inf, math.nan
    scores = torch.tensor([[ln2, 0, -inf], [-inf] * 3, [0, nan, 1], [0, inf, 1], [-inf, nan, 0]])
    weights = guarded_softmax(scores)
    assert weights[0].tolist() == pytest.approx([2 / 3, 1 / 3, 0])
    assert weights[1].tolist() == [0, 0, 0]
    assert weights[2:].isnan().all()
    assert guarded_softmax(torch.zeros(2, 0)).shape == (2, 0)


def test_the_guard_changes_no_bit_of_a_regular_row():
    scores = normal(BATCH, QUERY, KEY).masked_fill(some_mask(BATCH, QUERY, KEY), -math.inf)
    scores[:, :, 0] = 0.5
    assert torch.equal(guarded_softmax(scores), torch.softmax(scores, dim=-1))
    assert torch.autograd.gradcheck(guarded_softmax, normal(2, 3).requires_grad_())


@pytest.mark.parametrize("rubbish", [math.nan, math.inf])
def test_irregular_rows_send_no_gradient(rubbish):
    scores = torch.tensor([[0.0, 1.0], [rubbish, 0.0], [-math.inf, -math.inf]]).requires_grad_()
    guarded_softmax(scores).mul(torch.tensor([1.0, 3.0])).sum().backward()
    assert (scores.grad[0] != 0).all()
    assert not scores.grad[1:].any()


@pytest.mark.parametrize("rubbish", RUBBISH)
def test_a_row_that_is_not_finite_meets_no_gradient_of_a_map(rubbish):
    linear = torch.nn.Linear(3, 2).double()
    tokens = normal(2, 4, 3)
    spoilt = tokens.clone()
    spoilt[1, 2, 0] = rubbish
    output = by_rows(linear, spoilt.requires_grad_())
    assert output[1, 2].isnan().all()
    kept = torch.ones(2, 4, dtype=torch.bool)
    kept[1, 2] = False
    assert torch.equal(output[kept], linear(tokens)[kept])
    output[kept].square().sum().backward()
    assert not spoilt.grad[1, 2].any()
    found = linear.weight.grad.clone()
    linear.zero_grad()
    linear(tokens)[kept].square().sum().backward()
    assert torch.allclose(found, linear.weight.grad, rtol=1e-12)


# --- the careful path ---------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["nobody", "some", "all"])
def test_the_careful_path_needs_no_more_memory_than_the_weights(who):
    """One sentence hides what the other might see: no tensor has an axis for each pair's values."""
    query, key, value = (
        normal(2, 3, 16, 8),
        normal(2, 3, 16, 8, seed=1),
        normal(2, 3, 16, 8, seed=2),
    )
    value[0, :, 9:] = math.nan
    mask = torch.ones(2, 1, 16, 16, dtype=torch.bool)
    mask[0, :, : {"nobody": 16, "some": 5, "all": 0}[who], 9:] = False
    with Observer() as observed:
        output, _ = careful_attention(query, key, value, mask, torch.tanh, None)
    assert observed.largest == 2 * 3 * 16 * 16
    assert output[0].isnan().any() == (who != "nobody")
    assert output[1].isfinite().all()


def test_the_careful_path_is_the_formula_where_all_is_finite():
    query, key, value = three()
    mask, kept = some_mask(), some_mask(seed=3).double() * 2
    output, weights = careful_attention(query, key, value, mask, lambda s: 3 * s, kept)
    scores = (3 * query @ key.mT).masked_fill(~mask, -math.inf)
    expected = torch.softmax(scores, dim=-1).nan_to_num() * kept
    assert torch.allclose(weights, expected, rtol=1e-12)
    assert torch.allclose(output, expected @ value, rtol=1e-12)
