import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from paying_attention.attention.softmax import attend, masked_softmax
from tests.attention.slow_attention import gradients

BATCH, HEAD, QUERY, KEY, VALUE = 2, 3, 5, 7, 11


def normal(*shape, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(*shape, generator=generator, dtype=torch.float64)


def some_mask(seed=0):
    """About half of the cells; row (1, 0, 2) sees nothing, row (0, 1, 3) one key."""
    generator = torch.Generator().manual_seed(seed)
    mask = torch.rand(BATCH, HEAD, QUERY, KEY, generator=generator) < 0.5
    mask[1, 0, 2] = False
    mask[0, 1, 3] = torch.arange(KEY) == 4
    return mask


def slow_attend(scores, value, mask):
    """One number at a time, in float64."""
    weights = np.zeros(scores.shape)
    output = np.zeros((*scores.shape[:-1], value.shape[-1]))
    for *where, query in np.ndindex(scores.shape[:-1]):
        row = (*where, query)
        seen = [key for key in range(scores.shape[-1]) if mask[(*row, key)]]
        total = sum(math.exp(scores[(*row, key)]) for key in seen)
        for key in seen:
            weights[(*row, key)] = math.exp(scores[(*row, key)]) / total
            for column in range(value.shape[-1]):
                output[(*row, column)] += weights[(*row, key)] * value[(*where, key, column)]
    return weights, output


def test_softmax_by_hand():
    scores = torch.tensor([[0.0, math.log(3.0), 100.0]])
    weights = masked_softmax(scores, torch.tensor([[True, True, False]]))
    assert torch.allclose(weights, torch.tensor([[0.25, 0.75, 0.0]]))


def test_attend_by_hand():
    value = torch.tensor([[1.0, 0.0], [5.0, 8.0]])
    found = attend(torch.tensor([[0.0, math.log(3.0)]]), value)
    assert torch.allclose(found.weights, torch.tensor([[0.25, 0.75]]))
    assert torch.allclose(found.output, torch.tensor([[4.0, 6.0]]))


def test_against_a_slow_loop():
    scores, value, mask = (
        normal(BATCH, HEAD, QUERY, KEY),
        normal(BATCH, HEAD, KEY, VALUE),
        some_mask(),
    )
    weights, output = slow_attend(scores.numpy(), value.numpy(), mask.numpy())
    found = attend(scores, value, mask)
    assert np.allclose(found.weights, weights, rtol=1e-12, atol=0)
    assert np.allclose(found.output, output, rtol=1e-12, atol=1e-14)


def test_against_torch():
    query, key, value = (
        normal(2, 3, 5, 13),
        normal(2, 3, 7, 13, seed=1),
        normal(2, 3, 7, 11, seed=2),
    )
    mask = some_mask()
    mask[1, 0, 2, 0] = True  # torch gives NaN for a row that sees nothing
    ours = attend(query @ key.transpose(-1, -2) / 13**0.5, value, mask).output
    theirs = torch.nn.functional.scaled_dot_product_attention(query, key, value, attn_mask=mask)
    assert torch.allclose(ours, theirs)


def test_without_a_mask_everything_is_seen():
    scores = normal(QUERY, KEY)
    everything = torch.ones(QUERY, KEY, dtype=torch.bool)
    assert torch.equal(masked_softmax(scores), masked_softmax(scores, everything))
    assert torch.allclose(
        masked_softmax(scores).sum(dim=-1), torch.ones(QUERY, dtype=torch.float64)
    )


@given(
    st.lists(
        st.tuples(st.floats(-100, 100), st.booleans(), st.floats(-10, 10)), min_size=1, max_size=9
    )
)
def test_a_row_sums_to_one_and_its_output_lies_among_the_values(keys):
    scores, mask, value = (torch.tensor(part) for part in zip(*keys, strict=True))
    found = attend(scores[None].double(), value[:, None].double(), mask[None])
    assert (found.weights >= 0).all()
    assert (found.weights[0, ~mask] == 0).all()
    if mask.any():
        assert found.weights.sum() == pytest.approx(1)
        seen = value[mask]
        assert float(seen.min()) - 1e-9 <= float(found.output) <= float(seen.max()) + 1e-9
    else:
        assert found.weights.sum() == 0
        assert found.output == 0


def test_masked_weights_are_exactly_zero_and_the_others_are_not():
    mask = some_mask()
    weights = masked_softmax(normal(BATCH, HEAD, QUERY, KEY), mask)
    assert torch.equal(weights > 0, mask)


def test_a_row_that_sees_nothing_has_zeros_and_finite_gradients():
    scores = normal(BATCH, HEAD, QUERY, KEY).requires_grad_()
    value = normal(BATCH, HEAD, KEY, VALUE).requires_grad_()
    found = attend(scores, value, some_mask())
    assert (found.weights[1, 0, 2] == 0).all()
    assert (found.output[1, 0, 2] == 0).all()
    found.output.square().sum().backward()
    for tensor in (scores, value):
        assert tensor.grad.isfinite().all()
        assert tensor.grad.abs().sum() > 0
    assert (scores.grad[1, 0, 2] == 0).all()
    assert (scores.grad[~some_mask()] == 0).all()


def test_no_step_of_the_gradient_is_nan():
    """Not even one that a later step cleans up: whoever hunts a NaN must not be led here."""
    scores = normal(BATCH, HEAD, QUERY, KEY).requires_grad_()
    weights = masked_softmax(scores, some_mask())
    with torch.autograd.set_detect_anomaly(True):
        weights.square().sum().backward()


@pytest.mark.parametrize("rubbish", [torch.nan, torch.inf, -torch.inf])
def test_scores_at_masked_keys_may_be_rubbish(rubbish):
    mask = some_mask()  # one of its rows sees nothing
    clean = normal(BATCH, HEAD, QUERY, KEY)
    scores = clean.masked_fill(~mask, rubbish).requires_grad_()
    weights = masked_softmax(scores, mask)
    assert torch.equal(weights, masked_softmax(clean, mask))
    weights.square().sum().backward()
    assert scores.grad.isfinite().all()


def test_gradients_of_the_weights():
    mask = some_mask()[:, 0]  # its row (1, 2) sees nothing
    scores = normal(BATCH, QUERY, KEY).requires_grad_()
    assert torch.autograd.gradcheck(lambda s: masked_softmax(s, mask), (scores,))


def test_gradients_of_the_output():
    mask = some_mask()[:, 0]
    scores, value = (
        normal(BATCH, QUERY, KEY).requires_grad_(),
        normal(BATCH, KEY, 3).requires_grad_(),
    )
    assert torch.autograd.gradcheck(lambda s, v: attend(s, v, mask).output, (scores, value))


def test_what_stands_at_masked_keys_changes_nothing():
    scores, value = normal(BATCH, QUERY, KEY), normal(BATCH, KEY, VALUE)
    mask = (torch.arange(KEY) < 4).expand(BATCH, QUERY, KEY)
    found = attend(scores, value, mask)
    scores[..., 4:], value[:, 4:] = 1e9, -1e9
    again = attend(scores, value, mask)
    assert torch.equal(found.output, again.output)
    alone = attend(scores[..., :4], value[:, :4])
    assert torch.allclose(found.output, alone.output, rtol=1e-14)
    assert torch.allclose(found.weights[..., :4], alone.weights, rtol=1e-14)


@pytest.mark.parametrize("rubbish", [torch.nan, torch.inf])
def test_a_value_that_nobody_may_see_never_leaks(rubbish):
    scores = normal(BATCH, QUERY, KEY).requires_grad_()
    clean, spoilt = normal(BATCH, KEY, VALUE), normal(BATCH, KEY, VALUE)
    mask = (torch.arange(KEY) < 4).expand(BATCH, QUERY, KEY)
    spoilt[:, :4], spoilt[:, 4:] = clean[:, :4], rubbish
    found = attend(scores, spoilt.requires_grad_(), mask)
    assert torch.equal(found.output, attend(scores, clean, mask).output)
    found.output.sum().backward()
    assert scores.grad.isfinite().all()
    assert spoilt.grad.isfinite().all()


def test_the_mask_broadcasts():
    scores, keys = normal(BATCH, QUERY, KEY), torch.rand(BATCH, KEY) < 0.6
    wide = keys[:, None].expand(BATCH, QUERY, KEY)
    assert torch.equal(masked_softmax(scores, keys[:, None]), masked_softmax(scores, wide))


def test_a_shift_of_all_scores_changes_nothing():
    scores, mask = normal(BATCH, HEAD, QUERY, KEY), some_mask()
    assert torch.allclose(masked_softmax(scores + 500, mask), masked_softmax(scores, mask))


def test_the_order_of_the_pairs_does_not_matter():
    scores, value, mask = normal(BATCH, QUERY, KEY), normal(BATCH, KEY, VALUE), some_mask()[:, 0]
    order = torch.tensor([3, 0, 6, 1, 5, 2, 4])
    found = attend(scores, value, mask)
    shuffled = attend(scores[..., order], value[:, order], mask[..., order])
    assert torch.allclose(found.output, shuffled.output)
    assert torch.allclose(found.weights[..., order], shuffled.weights)


def test_the_order_of_the_queries_is_the_order_of_the_answers():
    scores, value, mask = normal(BATCH, QUERY, KEY), normal(BATCH, KEY, VALUE), some_mask()[:, 0]
    order = torch.tensor([3, 0, 1, 4, 2])
    shuffled = attend(scores[:, order], value, mask[:, order])
    assert torch.allclose(attend(scores, value, mask).output[:, order], shuffled.output)


def test_the_output_is_linear_in_the_values():
    scores, mask = normal(BATCH, QUERY, KEY), some_mask()[:, 0]
    first, second = normal(BATCH, KEY, VALUE), normal(BATCH, KEY, VALUE, seed=1)
    together = attend(scores, 3 * first - 2 * second, mask).output
    apart = 3 * attend(scores, first, mask).output - 2 * attend(scores, second, mask).output
    assert torch.allclose(together, apart)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_the_result_has_the_dtype_of_the_input(dtype):
    found = attend(torch.zeros(5, 7, dtype=dtype), torch.zeros(7, 3, dtype=dtype))
    assert found.output.dtype == found.weights.dtype == dtype


@pytest.mark.usefixtures("without_type_checks")
@pytest.mark.parametrize("dtype", [torch.float32, torch.int64])
def test_a_mask_of_numbers_is_refused(dtype):
    with pytest.raises(TypeError, match=f"mask: expected a boolean tensor, got {dtype}"):
        masked_softmax(torch.zeros(5, 7), torch.ones(5, 7, dtype=dtype))


@pytest.mark.usefixtures("without_type_checks")
def test_values_that_are_not_as_many_as_the_keys_are_named():
    with pytest.raises(ValueError, match=r"^value: expected 7 values, one for each key, got 5$"):
        attend(torch.zeros(3, 7), torch.zeros(5, 2))
    with pytest.raises(ValueError, match=r"^value: expected 7 values, one for each key, got 5$"):
        attend(torch.zeros(2, 3, 7), torch.zeros(2, 5, 11))


@pytest.mark.usefixtures("without_type_checks")
@pytest.mark.parametrize("shape", [(6,), (5, 1, 7), (2, 5, 7), (4, 7), (5, 8)])
def test_a_mask_that_does_not_broadcast_to_the_scores_is_named(shape):
    """Also one that broadcasts the wrong way: it would make more rows than there are queries."""
    mask = torch.ones(shape, dtype=torch.bool)
    for function in (masked_softmax, lambda scores, mask: attend(scores, torch.ones(7, 2), mask)):
        with pytest.raises(ValueError, match=r"mask: .* broadcasts to \(5, 7\), got \(") as error:
            function(torch.zeros(5, 7), mask)
        assert str(error.value).endswith(f"got {shape}")


# --- half precision, rubbish, dropout, sizes ----------------------------------------------------

HALVES = [torch.float16, torch.bfloat16]


@pytest.mark.parametrize("dtype", HALVES)
@pytest.mark.parametrize("mask", [None, some_mask(), some_mask() | True])
def test_half_precision_is_rounded_once(dtype, mask):
    """Half a unit in the last place, and what float32 adds."""
    scores, value = normal(BATCH, HEAD, QUERY, KEY).to(dtype), normal(BATCH, HEAD, KEY, VALUE)
    value = value.to(dtype)
    found = attend(scores, value, mask)
    right = attend(scores.double(), value.double(), mask)
    weights = masked_softmax(scores, mask)
    for mine, expected in zip((*found[:2], weights), (*right[:2], right.weights), strict=True):
        assert mine.dtype == dtype
        bound = 0.501 * torch.finfo(dtype).eps * expected.abs() + 1e-7
        assert ((mine - expected).abs() <= bound).all()


@pytest.mark.parametrize("rubbish", [math.nan, math.inf])
def test_a_score_that_is_nan_stays_with_its_query(rubbish):
    """An infinite one gives NaN as well; no gradient of the others notices."""
    scores, value = normal(BATCH, HEAD, QUERY, KEY), normal(BATCH, HEAD, KEY, VALUE, seed=1)
    mask = some_mask()
    lost = mask[1, 2, :, 3]
    spoilt = scores.clone()
    spoilt[1, 2, :, 3] = rubbish
    keep = torch.ones(BATCH, HEAD, QUERY, dtype=torch.bool)
    keep[1, 2] = ~lost

    def ask(scores, value):
        found = attend(scores, value, mask)
        return torch.cat([found.output[keep], found.weights[keep]], dim=-1)

    found = attend(spoilt, value, mask)
    for part in found[:2]:
        assert part[~keep].isnan().all()
        assert part.isnan().any(dim=-1).sum() == lost.sum() > 0
    with torch.autograd.set_detect_anomaly(True):
        output, gradient = gradients(ask, spoilt, value)
    expected, expected_gradient = gradients(ask, scores, value)
    assert torch.equal(output, expected)
    for got, wanted in zip(gradient, expected_gradient, strict=True):
        assert torch.allclose(got, wanted, rtol=1e-12)


def test_a_score_of_minus_infinity_gets_no_weight():
    scores = torch.tensor([[0.0, -math.inf, 0.0]])
    for mask in (None, torch.tensor([True, True, True])):
        assert masked_softmax(scores, mask).tolist() == [[0.5, 0, 0.5]]
    assert masked_softmax(scores, torch.tensor([True, True, False])).tolist() == [[1, 0, 0]]


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_the_smallest_score_wins_over_a_masked_one(dtype):
    """A mask that is a very small number, and not minus infinity, would share the weight."""
    scores = torch.tensor([[torch.finfo(dtype).min, 0.0]], dtype=dtype)
    assert masked_softmax(scores, torch.tensor([True, False])).tolist() == [[1, 0]]


def test_without_a_mask_a_nan_is_everywhere():
    scores = torch.tensor([[0.0, math.nan], [0.0, 0.0]])
    found = attend(scores, torch.ones(2, 3))
    assert found.output.isnan().all(dim=-1).tolist() == [True, False]
    assert attend(torch.zeros(2, 2), torch.tensor([[1.0], [math.nan]])).output.isnan().all()


@pytest.mark.parametrize(
    "shape", [(), (1,), (KEY,), (QUERY, 1), (QUERY, KEY), (HEAD, 1, 1), (BATCH, 1, QUERY, KEY)]
)
def test_a_mask_of_each_rank(shape):
    scores, value = normal(BATCH, HEAD, QUERY, KEY), normal(BATCH, HEAD, KEY, VALUE)
    for seed in range(3):
        mask = torch.rand(shape, generator=torch.Generator().manual_seed(seed)) < 0.5
        weights, output = slow_attend(
            scores.numpy(), value.numpy(), mask.expand(scores.shape).numpy()
        )
        found = attend(scores, value, mask)
        assert np.allclose(found.weights, weights, rtol=1e-12, atol=0)
        assert np.allclose(found.output, output, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize(("query", "key"), [(0, 7), (5, 0), (0, 0)])
@pytest.mark.parametrize("batch", [0, 2])
def test_lengths_of_zero(batch, query, key):
    scores, value = torch.zeros(batch, query, key), torch.ones(batch, key, VALUE)
    for mask in (None, torch.ones(query, key, dtype=torch.bool), torch.tensor(True)):
        found = attend(scores, value, mask)
        assert found.weights.shape == scores.shape
        assert found.output.shape == (batch, query, VALUE)
        assert not found.output.any()


@pytest.mark.parametrize("dropout_p", [-0.01, 1.01, math.nan])
def test_a_dropout_that_is_no_probability_is_named(dropout_p):
    for mask in (None, torch.tensor(True)):
        with pytest.raises(ValueError, match=f"^dropout_p: expected 0 to 1, got {dropout_p}$"):
            attend(torch.zeros(5, 7), torch.zeros(7, 3), mask, dropout_p=dropout_p)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_the_weights_are_those_that_made_the_output(dtype):
    scores, value = torch.zeros(99, 4, dtype=dtype), torch.eye(4, dtype=dtype)
    found = attend(scores, value, dropout_p=0.75, generator=torch.Generator().manual_seed(0))
    assert found.output.equal(found.weights)
    assert found.weights.unique().tolist() == [0, 1]  # a quarter, four times as much
    assert 60 < found.weights.sum() < 140
    assert found.output.dtype == dtype


def test_dropout_of_nothing_and_of_all():
    scores, value = normal(QUERY, KEY), normal(KEY, VALUE)
    nothing = attend(scores, value, dropout_p=0.0)
    assert nothing.weights.equal(masked_softmax(scores))
    everything = attend(scores.requires_grad_(), value, dropout_p=1.0)
    assert not everything.weights.any()
    assert everything.output.equal(torch.zeros(QUERY, VALUE, dtype=torch.float64))


@pytest.mark.parametrize("masked", [True, False])
def test_scores_and_values_of_two_widths_meet_in_the_wider_one(masked):
    scores, value = normal(QUERY, KEY), normal(KEY, VALUE, seed=1)
    mask = torch.ones(KEY, dtype=torch.bool) if masked else None
    wide = attend(scores.float().double(), value, mask).output
    assert torch.equal(attend(scores.float(), value, mask).output, wide.float())
    expected = attend(scores, value.float().double(), mask)
    assert torch.equal(attend(scores, value.float(), mask).output, expected.output)
