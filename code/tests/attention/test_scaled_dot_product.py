import itertools
import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional as F

from paying_attention.attention import scaled_dot_product
from paying_attention.attention.fused import fused_attention
from paying_attention.attention.masks import causal_mask, padding_mask, sliding_window_mask
from paying_attention.attention.scaled_dot_product import (
    scaled_dot_product_attention,
    share_heads,
    visible,
)
from paying_attention.attention.softmax import attend as scores_attend
from tests.attention.observers import Observer, own_calls
from tests.attention.slow_attention import (
    BATCH,
    HEAD,
    HEAD_DIM,
    KEY,
    QUERY,
    SHAPE,
    VALUE_DIM,
    gradients,
    normal,
    problems,
    slow_attention,
    some_mask,
    three,
)

attend = scaled_dot_product_attention
BOTH = [scaled_dot_product_attention, fused_attention]
RUBBISH = [math.nan, math.inf, -math.inf]
FEW = settings(max_examples=30)
# Every rank that broadcasts against (batch, head, query, key).
RANKS = [(), (1,), (KEY,), (QUERY, KEY), (QUERY, 1), (HEAD, 1, KEY), (BATCH, 1, 1, KEY), SHAPE]


def close(found, expected, rtol=1e-11, atol=1e-13, **more):
    found, expected = torch.as_tensor(found), torch.as_tensor(expected)
    return torch.allclose(found, expected, rtol=rtol, atol=atol, **more)


def tolerance(tensor):
    return {"rtol": 1e-4, "atol": 1e-5} if tensor.dtype == torch.float32 else {}


# --- by hand ------------------------------------------------------------------------------------

# head_dim 4, so that √head_dim is 2: the scores of query 0 are 0, log 2, log 3.
HAND_QUERY = torch.tensor([[2.0, 0, 0, 0], [0, 0, 0, 0], [4.0, 0, 0, 0]])
HAND_KEY = torch.tensor([[0.0, 5, 5, 5], [math.log(2), 5, 5, 5], [math.log(3), 5, 5, 5]])
HAND_VALUE = torch.tensor([[6.0, 0.0], [12.0, 6.0], [0.0, 6.0]])


def test_three_tokens_by_hand():
    found = attend(HAND_QUERY, HAND_KEY, HAND_VALUE)
    weights = [[1 / 6, 2 / 6, 3 / 6], [1 / 3, 1 / 3, 1 / 3], [1 / 14, 4 / 14, 9 / 14]]
    output = [[5, 5], [6, 4], [27 / 7, 39 / 7]]
    assert close(found.weights, torch.tensor(weights), rtol=1e-6)
    assert close(found.output, torch.tensor(output), rtol=1e-6)
    assert close(fused_attention(HAND_QUERY, HAND_KEY, HAND_VALUE).output, found.output, rtol=1e-6)


def test_three_tokens_by_hand_that_do_not_see_the_future():
    found = attend(HAND_QUERY, HAND_KEY, HAND_VALUE, causal_mask(3))
    weights = [[1, 0, 0], [1 / 2, 1 / 2, 0], [1 / 14, 4 / 14, 9 / 14]]
    assert close(found.weights, torch.tensor(weights), rtol=1e-6)
    assert close(found.output[:2], torch.tensor([[6.0, 0], [9, 3]]), rtol=1e-6)


def test_scale_softcap_and_bias_by_hand():
    """Scores 8 times 0.5 are 4; capped at 2: 2 tanh 2; then the bias comes on top of the cap."""
    query, key = torch.tensor([[8.0]]), torch.tensor([[1.0], [0.0]])
    value = torch.tensor([[1.0], [0.0]])
    more = {"scale": 0.5, "softcap": 2.0, "bias": torch.tensor([3.0, 0.0])}
    expected = 1 / (1 + math.exp(-(2 * math.tanh(2) + 3)))
    assert attend(query, key, value, **more).output.item() == pytest.approx(expected)


def test_heads_are_shared_by_neighbours_by_hand():
    """Four query heads, two key heads: 0 0 1 1, and not 0 1 0 1."""
    tensor = torch.tensor([[[1.0, 2.0]], [[3.0, 4.0]]])
    assert share_heads(tensor, 4)[:, 0].tolist() == [[1, 2], [1, 2], [3, 4], [3, 4]]
    assert share_heads(tensor, 2).equal(tensor)
    value = torch.tensor([[[7.0]], [[9.0]]])
    found = attend(torch.ones(4, 1, 2), tensor, value, enable_gqa=True)
    assert found.output.flatten().tolist() == [7, 7, 9, 9]


def test_a_bias_of_minus_infinity_becomes_a_mask_by_hand():
    bias = torch.tensor([0.0, -math.inf, math.inf, math.nan, -1e30])
    assert visible(None, bias).tolist() == [True, False, True, True, True]
    assert visible(None, None) is None
    assert visible(mask := torch.tensor([False, True, True, True, True]), None) is mask
    assert visible(mask, bias).tolist() == [False, False, True, True, True]
    assert visible(mask, bias[2:3]).tolist() == mask.tolist()


# --- against a slow loop, and against torch -----------------------------------------------------

TERMS = [
    {"bias": normal(*SHAPE, seed=3)},
    {"scale": 0.7},
    {"scale": -1.5},
    {"softcap": 0.5},
    {"softcap": 1.5, "scale": 2.0, "bias": 3 * normal(HEAD, 1, KEY, seed=4)},
    {},
]


@pytest.mark.parametrize("mask", [None, *RANKS])
@pytest.mark.parametrize("terms", TERMS, ids=lambda terms: "-".join(terms) or "plain")
def test_against_a_slow_loop(mask, terms):
    query, key, value = three()
    mask = None if mask is None else some_mask(*mask) if mask != SHAPE else some_mask()
    output, weights = slow_attention(query, key, value, mask, **terms)
    found = attend(query, key, value, mask, **terms)
    assert close(found.weights, weights)
    assert close(found.output, output)
    assert found.weights.shape == SHAPE
    if "softcap" not in terms:
        fused = fused_attention(query, key, value, mask, **terms)
        assert fused.weights is None
        assert close(fused.output, output)


@pytest.mark.parametrize("kv_heads", [1, 2, 3, 6])
def test_shared_heads_against_a_slow_loop(kv_heads):
    given = three(BATCH, 6, kv_batch=(BATCH, kv_heads))
    terms = {"bias": normal(6, QUERY, KEY, seed=3), "enable_gqa": True}
    mask = some_mask(BATCH, 6, QUERY, KEY)
    output, weights = slow_attention(*given, mask, **terms)
    found = attend(*given, mask, **terms)
    assert close(found.weights, weights)
    assert close(found.output, output)
    assert close(fused_attention(*given, mask, **terms).output, output)
    by_hand = given[0], *(share_heads(tensor, 6) for tensor in given[1:])
    assert close(attend(*by_hand, mask, bias=terms["bias"]).output, output)


@pytest.mark.parametrize("function", BOTH)
@pytest.mark.parametrize("scale", [None, 0.3])
@pytest.mark.parametrize("kind", ["none", "mask", "bias"])
def test_against_torch(function, scale, kind):
    query, key, value = three()
    mask = some_mask()
    mask[1, 0, 2, 0] = True
    given = {"none": {}, "mask": {"mask": mask}, "bias": {"bias": normal(*SHAPE, seed=3)}}[kind]
    found = function(query, key, value, **given, scale=scale).output
    added = next(iter(given.values()), None)
    theirs = F.scaled_dot_product_attention(query, key, value, attn_mask=added, scale=scale)
    assert close(found, theirs)


@pytest.mark.parametrize("kv_heads", [2, 3])
def test_shared_heads_against_torch(kv_heads):
    given = three(BATCH, 6, kv_batch=(BATCH, kv_heads))
    theirs = F.scaled_dot_product_attention(*given, enable_gqa=True)
    assert close(attend(*given, enable_gqa=True).output, theirs)


def test_gradients_against_torch():
    mask = some_mask()
    mask[1, 0, 2, 0] = True
    _, ours = gradients(lambda *given: attend(*given, mask).output, *three())
    _, theirs = gradients(
        lambda *given: F.scaled_dot_product_attention(*given, attn_mask=mask), *three()
    )
    assert all(close(*pair) for pair in zip(ours, theirs, strict=True))


# --- properties ---------------------------------------------------------------------------------


@given(problems())
@FEW
def test_rows_sum_to_one_or_to_zero(problem):
    weights = attend(*problem).weights
    assert (weights >= 0).all()
    assert not weights[~problem.mask].any()
    assert close(weights.sum(dim=-1), problem.mask.any(dim=-1).to(weights.dtype), atol=1e-5)


@given(problems())
@FEW
def test_the_output_lies_among_the_values_that_are_seen(problem):
    output = attend(*problem).output
    seen = problem.mask[..., None]
    value = problem.value.unsqueeze(-3)
    for row in itertools.product(*map(range, output.shape[:-1])):
        mine = value.expand(*seen.shape[:-1], -1)[row][problem.mask[row]]
        low, high = (mine.amin(0), mine.amax(0)) if len(mine) else (0, 0)
        assert ((output[row] >= low - 1e-5) & (output[row] <= high + 1e-5)).all()


@given(problems(), st.randoms(use_true_random=False))
@FEW
def test_the_order_of_the_queries_is_the_order_of_the_answers(problem, random):
    order = list(range(problem.query.shape[-2]))
    random.shuffle(order)
    order = torch.tensor(order, dtype=torch.long)
    found = attend(*problem)
    query, mask = problem.query[..., order, :], problem.mask[..., order, :]
    shuffled = attend(query, problem.key, problem.value, mask)
    assert close(shuffled.output, found.output[..., order, :], **tolerance(query))
    assert close(shuffled.weights, found.weights[..., order, :], **tolerance(query))


@given(problems(), st.randoms(use_true_random=False))
@FEW
def test_the_order_of_the_pairs_does_not_matter(problem, random):
    order = list(range(problem.key.shape[-2]))
    random.shuffle(order)
    order = torch.tensor(order, dtype=torch.long)
    query, key, value, mask = problem
    found = attend(*problem)
    shuffled = attend(query, key[..., order, :], value[..., order, :], mask[..., order])
    assert close(shuffled.output, found.output, **tolerance(query))
    assert close(shuffled.weights, found.weights[..., order], **tolerance(query))


@given(problems(dtypes=(torch.float64,)), st.floats(-50, 50))
@FEW
def test_a_shift_of_a_whole_row_changes_nothing(problem, shift):
    rows = normal(*problem.query.shape[:-1], 1, dtype=problem.query.dtype)
    shifted = attend(*problem, bias=shift + 10 * rows)
    assert close(shifted.output, attend(*problem).output, **tolerance(problem.query))


@given(problems(), st.floats(-3, 3), st.floats(-3, 3))
@FEW
def test_the_output_is_linear_in_the_values(problem, first, second):
    query, key, value, mask = problem
    other = normal(*value.shape, seed=7, dtype=value.dtype)
    together = attend(query, key, first * value + second * other, mask).output
    apart = [attend(query, key, part, mask).output for part in (value, other)]
    assert close(together, first * apart[0] + second * apart[1], **tolerance(value))


@given(problems(least=1), st.integers(-6, 6), st.integers(0, 5), st.sampled_from([7.0, *RUBBISH]))
@FEW
def test_the_future_never_changes_the_past(problem, offset, now, rubbish):
    """From key `now` on all is rubbish; the queries i with i + offset < now do not notice."""
    query, key, value, _ = problem
    mask = causal_mask(query.shape[-2], key.shape[-2], offset=offset)
    past = max(0, now - offset)
    changed = key.clone(), value.clone()
    for tensor in changed:
        tensor[..., now:, :] = rubbish
    for function in BOTH:
        found = function(query, *changed, mask).output
        expected = function(query, key, value, mask).output
        assert close(found[..., :past, :], expected[..., :past, :], **tolerance(query))


@given(problems(least=1), st.sampled_from([1e4, *RUBBISH]), st.data())
@FEW
def test_padding_changes_nothing(problem, rubbish, data):
    """Each sentence answers as if it stood alone, without its padding."""
    query, key, value = (t.reshape(-1, 1, *t.shape[-2:]) for t in problem[:3])
    lengths = data.draw(
        st.lists(st.integers(0, key.shape[-2]), min_size=len(key), max_size=len(key))
    )
    mask = padding_mask(torch.tensor(lengths), key.shape[-2])[:, None, None]
    padding = ~mask.transpose(-1, -2)
    padded = key.masked_fill(padding, rubbish), value.masked_fill(padding, rubbish)
    for function in BOTH:
        found = function(query, *padded, mask).output
        for row, length in enumerate(lengths):
            alone = query[row], key[row, :, :length], value[row, :, :length]
            assert close(found[row], function(*alone).output, **tolerance(query))


@given(problems(), st.booleans())
@FEW
def test_a_mask_is_a_bias_of_minus_infinity(problem, blind):
    query, key, value, mask = problem
    if blind:
        mask[..., :1, :] = False
    bias = torch.zeros(mask.shape, dtype=query.dtype).masked_fill(~mask, -math.inf)
    masked, biased = attend(*problem), attend(query, key, value, bias=bias)
    assert masked.output.equal(biased.output)
    assert masked.weights.equal(biased.weights)
    assert close(
        fused_attention(query, key, value, bias=bias).output, masked.output, **tolerance(query)
    )


@given(problems(), st.floats(0.01, 3))
@FEW
def test_a_soft_cap_bounds_how_much_weights_differ(problem, softcap):
    """Two scores are at most 2 softcap apart, however long the vectors are."""
    weights = attend(problem.query * 100, *problem[1:], softcap=softcap).weights
    largest = weights.masked_fill(~problem.mask, 0).sum(dim=-1, keepdim=True)
    for row in itertools.product(*map(range, largest.shape[:-1])):
        mine = weights[row][problem.mask[row]]
        if len(mine):
            assert mine.max() / mine.min() <= math.exp(2 * softcap) * (1 + 1e-5)


@given(problems(), st.booleans())
@FEW
def test_the_fused_path_gives_the_same(problem, biased):
    bias = normal(*problem.mask.shape, seed=3, dtype=problem.query.dtype) if biased else None
    found, expected = (function(*problem, bias=bias).output for function in BOTH)
    assert found.dtype == expected.dtype
    assert close(found, expected, **tolerance(found))


@given(problems(dtypes=(torch.float64,)), st.integers(1, 3), st.integers(1, 3))
@FEW
def test_shared_heads_are_repeated_heads(problem, kv_heads, group):
    query, key, value, mask = (tensor.unsqueeze(-3) for tensor in problem)
    query = query * torch.arange(1.0, kv_heads * group + 1, dtype=query.dtype)[:, None, None]
    factors = torch.arange(1.0, kv_heads + 1, dtype=query.dtype)[:, None, None]
    key, value = key * factors, value * factors
    by_hand = [query]
    for tensor in (key, value):
        heads = [tensor[..., head // group, :, :] for head in range(kv_heads * group)]
        by_hand.append(torch.stack(heads, dim=-3))
    expected = attend(*by_hand, mask)
    for function in BOTH:
        found = function(query, key, value, mask, enable_gqa=True)
        assert close(found.output, expected.output, **tolerance(query))


@given(problems())
@FEW
def test_more_axes_in_front_are_a_loop(problem):
    """The batch of the problem, and another axis before it whose three entries differ."""
    query, key, value, mask = problem
    factors = torch.tensor([1.0, -2.0, 0.5], dtype=query.dtype)
    stacks = [torch.stack([f * tensor for f in factors]) for tensor in (query, key, value)]
    masks = torch.stack([mask, ~mask, mask])
    for function in BOTH:
        together = function(*stacks, masks).output
        for entry in range(3):
            alone = function(*(stack[entry] for stack in stacks), masks[entry]).output
            assert close(together[entry], alone, **tolerance(query))


@given(problems(least=1), st.integers(0, 3), st.integers(0, 3), st.integers(-3, 6))
@FEW
def test_a_window_is_the_sentence_cut_out(problem, left, right, offset):
    query, key, value, _ = problem
    mask = sliding_window_mask(
        query.shape[-2], key.shape[-2], left=left, right=right, offset=offset
    )
    found = attend(query, key, value, mask).output
    for i in range(query.shape[-2]):
        cut = slice(max(0, i + offset - left), max(0, i + offset + right + 1))
        alone = attend(query[..., i : i + 1, :], key[..., cut, :], value[..., cut, :]).output
        assert close(found[..., i : i + 1, :], alone, **tolerance(query))


# --- what may not be seen touches nothing -------------------------------------------------------


def answers(function, rows, mask, **more):
    """Output, and weights where there are some, of the rows that are asked for."""

    def ask(*tensors):
        query, key, value, *bias = tensors
        found = function(query, key, value, mask, **more, bias=bias[0] if bias else None)
        parts = [part.expand(*SHAPE[:3], -1)[rows] for part in found[:2] if part is not None]
        return torch.cat(parts, dim=-1)

    return ask


CASES = [
    (attend, {}),
    (attend, {"softcap": 1.5}),
    (attend, {"softcap": 1.5, "bias": normal(*SHAPE, seed=3)}),
    (fused_attention, {}),
    (fused_attention, {"bias": normal(*SHAPE, seed=3)}),
]


@pytest.mark.parametrize(("function", "more"), CASES)
@pytest.mark.parametrize("rubbish", RUBBISH)
@pytest.mark.parametrize("where", [("key",), ("value",), ("key", "value")])
def test_rubbish_that_some_may_see_touches_nobody_else(function, more, rubbish, where):
    """Output, weights and all gradients of the others are as if zeros stood there."""
    clean = dict(zip(("query", "key", "value"), three(), strict=True))
    mask = some_mask()
    for name in where:
        clean[name][:, 1, 4] = clean[name][1, 2, 0, 5] = 0
    spoilt = {name: tensor.clone() for name, tensor in clean.items()}
    for name in where:
        spoilt[name][:, 1, 4] = spoilt[name][1, 2, 0, 5] = rubbish
    seen = torch.zeros(SHAPE, dtype=torch.bool)
    seen[:, 1, :, 4] = seen[1, 2, :, 0] = True
    others = ~(seen & mask).any(dim=-1)
    assert 10 < others.sum() < others.numel() - 5
    more = dict(more)
    bias = [more.pop("bias")] if "bias" in more else []
    ask = answers(function, others, mask, **more)
    # Who sees a NaN under a soft cap has a step of NaN, and keeps it to itself.
    with torch.autograd.set_detect_anomaly("softcap" not in more):
        found = gradients(ask, *spoilt.values(), *bias)
    expected = gradients(ask, *clean.values(), *bias)
    assert found[0].isfinite().all()
    assert close(found[0], expected[0])
    for got, wanted in zip(found[1], expected[1], strict=True):
        assert got.isfinite().all()
        assert close(got, wanted)


@pytest.mark.parametrize("kv_heads", [2, 3])
def test_the_fused_path_forgets_nothing_where_there_is_rubbish(kv_heads):
    given = three(BATCH, 6, kv_batch=(BATCH, kv_heads))
    mask = some_mask(BATCH, 6, QUERY, KEY)
    mask[..., 4] = False
    more = {"scale": 0.7, "bias": normal(QUERY, KEY, seed=3), "enable_gqa": True}
    expected = attend(*given, mask, **more).output
    given[1][..., 4, :] = math.nan
    found = fused_attention(*given, mask, **more)
    assert found.weights is None
    assert close(found.output, expected)


@pytest.mark.parametrize("function", BOTH)
@pytest.mark.parametrize("where", [0, 1, 2])
def test_whoever_sees_a_nan_gets_it(function, where):
    given = three()
    given[where][1, 2, 3] = math.nan
    mask = some_mask()
    output = function(*given, mask).output
    hit = torch.zeros(SHAPE, dtype=torch.bool)
    hit[1, 2, 3 if where == 0 else slice(None), 3 if where else slice(None)] = True
    lost = (hit & mask).any(dim=-1)
    assert 0 < lost.sum() < 10
    assert output[lost].isnan().all()
    assert output[~lost].isfinite().all()
    assert function(*given).output[1, 2, 3].isnan().all()  # without a mask, too


def test_a_query_that_sees_a_nan_has_weights_of_nan():
    query, key, value = three()
    key[1, 2, 3] = math.nan
    mask = some_mask()
    weights = attend(query, key, value, mask).weights
    assert weights[1, 2].isnan().any(dim=-1).equal(mask[1, 2, :, 3])
    assert weights[0].isfinite().all()


@pytest.mark.parametrize(("function", "more"), CASES)
@pytest.mark.parametrize("rubbish", RUBBISH)
@pytest.mark.parametrize("where", [0, 1, 2])
def test_rubbish_that_nobody_sees_changes_no_number(function, more, rubbish, where):
    """Behind the end of the sentence, and at a query that may look nowhere."""
    mask = (torch.arange(KEY) < 4).expand(QUERY, KEY).clone()
    mask[2] = False
    results = []
    for filling in (0.0, rubbish):
        given = three()
        given[where][..., 2 if where == 0 else slice(4, None), :] = filling
        with torch.autograd.set_detect_anomaly(True):
            output, found = gradients(lambda *g: function(*g, mask, **more).output, *given)
        results.append([output, *found])
    for got, expected in zip(*results, strict=True):
        assert close(got, expected)
    assert not results[1][0][:, :, 2].any()


@pytest.mark.parametrize("function", BOTH)
@pytest.mark.parametrize("rubbish", [*RUBBISH, 1e300])
def test_a_bias_at_masked_places_is_never_used(function, rubbish):
    mask, bias = some_mask(), normal(*SHAPE, seed=3)
    results = []
    for filling in (0.0, rubbish):
        given = [*three(), bias.masked_fill(~mask, filling)]
        with torch.autograd.set_detect_anomaly(True):
            output, found = gradients(lambda q, k, v, b: function(q, k, v, mask, bias=b)[0], *given)
        results.append([output, *found])
    for got, expected in zip(*results, strict=True):
        assert close(got, expected)
    assert not results[1][-1][~mask].any()


@pytest.mark.parametrize("function", BOTH)
@pytest.mark.parametrize("rubbish", RUBBISH)
def test_a_bias_of_minus_infinity_hides_rubbish(function, rubbish):
    query, key, value = three()
    bias = normal(QUERY, KEY, seed=3)
    bias[:, 4:] = bias[2] = -math.inf
    clean = function(query, key, value, bias=bias).output
    key[..., 4:, :] = value[..., 4:, :] = query[..., 2, :] = rubbish
    output, found = gradients(
        lambda q, k, v: function(q, k, v, bias=bias).output, query, key, value
    )
    assert close(output, clean)
    assert not output[:, :, 2].any()
    assert all(gradient.isfinite().all() for gradient in found)


@pytest.mark.parametrize("function", BOTH)
@pytest.mark.parametrize("hidden", ["mask", "bias", "both"])
def test_a_query_that_sees_nothing_has_zeros_and_finite_gradients(function, hidden):
    mask, bias = some_mask(), torch.zeros(SHAPE, dtype=torch.float64)
    if hidden != "mask":
        bias[0, 2, 1] = -math.inf
    given = {"bias": {"bias": bias}, "mask": {"mask": mask}, "both": {"mask": mask, "bias": bias}}
    blind = (mask.any(-1) | (hidden == "bias")) & ~bias.isinf().all(-1)
    with torch.autograd.set_detect_anomaly(True):
        output, found = gradients(lambda *g: function(*g, **given[hidden]).output, *three())
    assert (output != 0).any(dim=-1).equal(blind)
    assert all(gradient.isfinite().all() for gradient in found)
    assert (found[0] != 0).any(-1).sum() > 20


@pytest.mark.parametrize("function", BOTH)
def test_nobody_sees_anything(function):
    mask = torch.zeros(QUERY, KEY, dtype=torch.bool)
    output, found = gradients(lambda *given: function(*given, mask).output, *three())
    assert not output.any()
    assert not any(gradient.any() for gradient in found)


# --- gradients against differences --------------------------------------------------------------


@pytest.mark.parametrize("softcap", [None, 0.8])
@pytest.mark.parametrize("with_bias", [False, True])
@pytest.mark.parametrize("rubbish", [None, math.nan])
def test_gradients_against_differences(softcap, with_bias, rubbish):
    """With six heads that share two, a query that sees nothing, and keys that nobody sees."""
    shapes = [(6, 2, 1), (2, 3, 1), (2, 3, 1)]
    given = [normal(*shape, seed=seed) for seed, shape in enumerate(shapes)]
    mask = some_mask(6, 2, 3)
    mask[4, 1], mask[:3, :, 2] = False, False
    if rubbish is not None:
        given[0][4, 1] = given[1][0, 2] = given[2][0, 2] = rubbish
    if with_bias:
        given.append(normal(6, 2, 3, seed=3))

    def ask(query, key, value, bias=None):
        return attend(query, key, value, mask, bias=bias, softcap=softcap, enable_gqa=True)[:2]

    assert torch.autograd.gradcheck(ask, [tensor.requires_grad_() for tensor in given])


# --- precision ----------------------------------------------------------------------------------

DTYPES = [torch.float16, torch.bfloat16, torch.float32]


def plain(query, key, value):
    scores = query @ key.transpose(-1, -2) * query.shape[-1] ** -0.5
    return torch.softmax(scores, dim=-1) @ value


def results(function, tensors, factors):
    """What a function gives, and all gradients of its weighted sum."""
    own = [tensor.clone().requires_grad_() for tensor in tensors]
    found = function(*own)
    output, *more = found if isinstance(found, tuple) else (found,)
    output.backward(factors.to(output.dtype))
    parts = [output, *(part for part in more if part is not None)]
    return [part.detach() for part in parts] + [tensor.grad for tensor in own]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("function", BOTH)
@pytest.mark.parametrize("size", [1, 4])
def test_no_less_exact_than_twice_the_plain_computation(function, dtype, size):
    """The norm of all errors of forty sentences: the largest alone would be a matter of luck."""
    given = three(40, HEAD, dtype=dtype)
    given[0] = size * given[0]
    factors = normal(40, HEAD, QUERY, VALUE_DIM, seed=9, dtype=dtype)
    right = results(plain, [tensor.double() for tensor in given], factors)
    ours = results(lambda *tensors: function(*tensors).output, given, factors)
    theirs = results(plain, given, factors)
    for expected, mine, other in zip(right, ours, theirs, strict=True):
        assert mine.dtype == dtype
        assert (mine - expected).norm() <= 2 * (other - expected).norm()


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
@pytest.mark.parametrize("more", [{}, {"softcap": 1.5}, {"bias": True}, {"mask": some_mask()}])
def test_half_precision_is_rounded_once(dtype, more):
    """Half a unit in the last place, and what float32 adds: scores in halves would be worse."""
    given = three(dtype=dtype)
    if "bias" in more:
        more = {"bias": normal(*SHAPE, seed=3)}  # wider than the query
    factors = normal(*SHAPE[:3], VALUE_DIM, seed=9, dtype=dtype)
    found = [
        results(lambda *g: attend(*g, **more)[:2], [tensor.to(width) for tensor in given], factors)
        for width in (torch.float64, dtype)
    ]
    for right, mine in zip(*found, strict=True):
        assert mine.dtype == dtype
        bound = 0.501 * torch.finfo(dtype).eps * right.abs() + 3e-6
        assert ((mine - right).abs() <= bound).all()


@pytest.mark.parametrize("function", BOTH)
@pytest.mark.parametrize("dtype", [*DTYPES, torch.float64])
def test_the_result_has_the_dtype_of_the_query(function, dtype):
    for bias in (None, torch.zeros(7), torch.zeros(7, dtype=torch.float64)):
        found = function(*three(dtype=dtype), some_mask(), bias=bias)
        assert {part.dtype for part in found if part is not None} == {dtype}
        assert found.output.isfinite().all()


def test_a_wide_bias_is_added_in_half_precision_without_loss():
    """100 and 100.03 are one number in bfloat16."""
    query, key, value = (torch.ones(1, 2, dtype=torch.bfloat16) for _ in range(3))
    bias = torch.tensor([100.0, 100.03])
    key, value = key.expand(2, 2), torch.tensor([[0.0], [64.0]], dtype=torch.bfloat16)
    found = attend(query, key, value, bias=bias).output.item()
    assert found == pytest.approx(64 / (1 + math.exp(-0.03)), rel=2**-9)


@pytest.mark.parametrize("function", BOTH)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_scores_of_ten_thousand(function, dtype):
    query = torch.tensor([[100.0], [-100.0]], dtype=dtype)
    key = torch.tensor([[100.0], [-100.0], [99.0]], dtype=dtype)
    value = torch.tensor([[1.0], [2.0], [3.0]], dtype=dtype)
    output, found = gradients(lambda *given: function(*given).output, query, key, value)
    assert output.flatten().tolist() == [1, 2]
    assert all(gradient.isfinite().all() for gradient in found)


def test_half_precision_scores_beyond_its_range():
    """A score of 90000 would be infinite in float16."""
    query, key = (torch.tensor(rows).half() for rows in ([[300.0]], [[300.0], [299.0]]))
    found = attend(query, key, torch.tensor([[1.0], [2.0]]).half())
    assert found.output.item() == 1
    assert found.weights.tolist() == [[1, 0]]


# --- one door -----------------------------------------------------------------------------------


def test_one_masked_call_is_a_few_calls_in_a_few_files_and_one_look():
    given = (*three(), some_mask() | causal_mask(QUERY, KEY))
    calls = own_calls(lambda: attend(*given))
    assert len(calls) <= 9, calls
    assert len({file for file, _ in calls}) <= 3
    with Observer() as observed:
        attend(*given)
    assert observed.looks == 1
    with Observer() as observed:
        attend(*given[:3], bias=normal(*SHAPE))
    assert observed.looks == 1


@pytest.mark.parametrize("function", BOTH)
def test_nothing_is_looked_at_without_a_mask_or_without_the_check(function):
    given = three()
    with Observer() as observed:
        function(*given)
        function(*given, some_mask(), check_finite=False)
        function(*given, bias=normal(*SHAPE), check_finite=False)
    assert observed.looks == 0


def test_only_without_the_door_the_softmax_itself_is_guarded(monkeypatch):
    def fail(scores):
        raise AssertionError("guarded")

    given, mask = three(), some_mask() | causal_mask(QUERY, KEY)
    monkeypatch.setattr(scaled_dot_product, "guarded_softmax", fail)
    attend(*given, mask)
    attend(*given, check_finite=False)
    with pytest.raises(AssertionError, match="guarded"):
        attend(*given, mask, check_finite=False)


def test_the_careful_path_drops_what_was_drawn():
    """A row that sees nothing takes the others along: their weights are dropped all the same."""
    given, mask = three(), some_mask() | causal_mask(QUERY, KEY)
    blind = mask.clone()
    blind[0, 0, 0] = False
    found = [
        attend(*given, m, dropout_p=0.5, generator=torch.Generator().manual_seed(1))
        for m in (mask, blind)
    ]
    assert close(found[0].weights[1], found[1].weights[1])
    assert close(found[0].output[1], found[1].output[1])


@pytest.mark.parametrize("dropout_p", [0.0, 0.4])
@pytest.mark.parametrize("check_finite", [True, False])
@pytest.mark.parametrize("dtype", [torch.float16, torch.float32, torch.float64])
def test_the_last_lines_are_attends_bit_for_bit(dtype, check_finite, dropout_p):
    query, key, value = three(dtype=dtype)
    wide = torch.promote_types(dtype, torch.float32)
    scores = query.to(wide) @ key.to(wide).mT * HEAD_DIM**-0.5
    mask = some_mask() | causal_mask(QUERY, KEY)
    choices = [
        {"dropout_p": dropout_p, "generator": torch.Generator().manual_seed(4)} for _ in range(2)
    ]
    output, weights = scores_attend(scores, value.to(wide), mask, **choices[0])
    found = attend(query, key, value, mask, check_finite=check_finite, **choices[1])
    assert torch.equal(found.output, output.to(dtype))
    assert torch.equal(found.weights, weights.to(dtype))


@pytest.mark.parametrize("more", [{}, {"bias": normal(*SHAPE)}, {"softcap": 2.0}])
@pytest.mark.parametrize("function", BOTH)
def test_without_the_check_the_numbers_are_the_same(function, more):
    if function is fused_attention and "softcap" in more:
        return
    given, mask = three(), some_mask()
    results = [
        gradients(lambda q, k, v, c=c: function(q, k, v, mask, check_finite=c, **more)[0], *given)
        for c in (True, False)
    ]
    for checked, unchecked in zip(results[0][1], results[1][1], strict=True):
        assert close(unchecked, checked)
    assert close(results[0][0], results[1][0])
    assert not results[1][0][1, 0, 2].any()  # sees nothing


@pytest.mark.usefixtures("without_type_checks")  # what compiles does not trace their wrappers
@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("function", BOTH)
@pytest.mark.parametrize("hidden", ["mask", "bias"])
def test_without_the_check_it_compiles_exports_and_runs_in_vmap_and_on_meta(function, hidden):
    given, mask = three(), some_mask()
    bias = torch.zeros(SHAPE, dtype=torch.float64).masked_fill(~mask, -math.inf)
    last = {"mask": mask, "bias": bias}[hidden]

    def call(query, key, value, last):
        return function(query, key, value, check_finite=False, **{hidden: last}).output

    expected = call(*given, last)
    assert not expected[1, 0, 2].any()
    compiled = torch.compile(call, fullgraph=True, backend="eager", dynamic=False)
    assert torch.equal(compiled(*given, last), expected)
    exported = torch.export.export(AsModule(call), (*given, last)).module()
    assert torch.equal(exported(*given, last), expected)
    assert close(torch.func.vmap(call)(*given, last), expected)
    assert call(*(tensor.to("meta") for tensor in (*given, last))).shape == expected.shape
    loss = torch.func.grad(lambda *args: call(*args).square().sum(), argnums=(0, 1, 2))
    each = torch.func.vmap(loss)(*given, last)
    _, whole = gradients_of_squares(call, *given, last)
    for one, all_of_them in zip(each, whole, strict=True):
        assert one.isfinite().all()
        assert close(one, all_of_them)


class AsModule(nn.Module):
    """A function as torch.export wants it."""

    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, *args):
        return self.function(*args)


def gradients_of_squares(call, query, key, value, last):
    given = [tensor.clone().requires_grad_() for tensor in (query, key, value)]
    output = call(*given, last)
    return output, torch.autograd.grad(output.square().sum(), given)


@pytest.mark.parametrize("where", [0, 1, 2])
def test_without_the_check_rubbish_leaks(where):
    """What is given up, as the docstring says: a hidden NaN in one key is everywhere."""
    given, mask = three(), torch.arange(KEY) < 4
    given[where][..., 4, :] = math.nan
    _, (of_query, of_key, _) = gradients(
        lambda q, k, v: attend(q, k, v, mask, check_finite=False).output, *given
    )
    assert of_query.isnan().any() or of_key.isnan().any()


@pytest.mark.parametrize("function", BOTH)
@pytest.mark.parametrize("rubbish", RUBBISH)
@pytest.mark.parametrize("sign", [1, -1])
def test_no_hidden_key_passes_the_door_unseen(function, rubbish, sign):
    """One query, one hidden key: where an infinity makes a score of -inf, no output shows it."""
    query, key, value = sign * torch.ones(1, 1, 2), torch.ones(1, 3, 2), torch.ones(1, 3, 2)
    key[0, 2, 0] = rubbish
    output, found = gradients(
        lambda q, k, v: function(q, k, v, torch.tensor([True, True, False])).output,
        query,
        key,
        value,
    )
    assert output.isfinite().all()
    assert all(gradient.isfinite().all() for gradient in found)


@pytest.mark.parametrize("function", BOTH)
@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float32])
@pytest.mark.parametrize("shown", ["nobody", "the last query"])
def test_padding_at_the_end_of_the_range_overflows_in_no_gradient(function, dtype, shown):
    """Finite numbers: the output is right, and the gradient of a weight of 0 would be infinite."""
    mask = (torch.arange(KEY) < 5).expand(QUERY, KEY).clone()
    mask[-1] = shown == "the last query"
    for extreme in (torch.finfo(dtype).max, torch.finfo(dtype).min):
        query, key, value = three(dtype=dtype)
        key[..., 5:, :] = value[..., 5:, :] = extreme
        given = [tensor.requires_grad_() for tensor in (query, key, value)]
        output = function(*given, mask).output[..., :-1, :]
        output.square().sum().backward()
        assert output.isfinite().all()
        assert all(tensor.grad.isfinite().all() for tensor in given)


def test_a_soft_cap_sends_no_gradient_to_a_hidden_product_that_is_no_number():
    """3e38 minus 3e38, doubled: both parts overflow."""
    query = torch.full((1, 2), 2.0, requires_grad=True)
    key = torch.tensor([[1.0, 0.0], [3e38, -3e38]])
    attend(
        query, key, torch.ones(2, 2), torch.tensor([True, False]), softcap=5.0
    ).output.sum().backward()
    assert query.grad.isfinite().all()


@pytest.mark.parametrize("function", BOTH)
def test_one_large_value_that_is_hidden_overflows_in_no_gradient(function):
    """2e38 is a number, and so is the sum of all values; four times 2e38 is none."""
    query = torch.ones(1, 2, requires_grad=True)
    value = torch.tensor([[1.0, 1.0], [2e38, 0.0]])
    output = function(query, torch.eye(2), value, torch.tensor([True, False])).output
    (4 * output).sum().backward()
    assert query.grad.isfinite().all()


def test_beside_a_row_that_sees_nothing_a_hidden_product_that_is_no_number_stays_hidden():
    query = torch.full((2, 2), 2.0, requires_grad=True)
    key = torch.tensor([[1.0, 0.0], [3e38, -3e38]])
    mask = torch.tensor([[True, False], [False, False]])
    attend(query, key, torch.ones(2, 2), mask, softcap=5.0).output.sum().backward()
    assert query.grad.isfinite().all()


# --- autocast and wide biases -------------------------------------------------------------------


@pytest.mark.parametrize("function", BOTH)
@pytest.mark.parametrize("half", [torch.float16, torch.bfloat16])
def test_autocast_changes_no_bit(function, half):
    given, mask = three(dtype=torch.float32), some_mask()
    given[0] *= 1000  # scores beyond the range of float16
    given[1] *= 100
    expected = function(*given, mask)
    with torch.autocast("cpu", half):
        found = function(*given, mask)
    assert found.output.dtype == torch.float32
    assert torch.equal(found.output, expected.output)
    if found.weights is not None:
        assert torch.equal(found.weights, expected.weights)


@pytest.mark.parametrize("wide", [torch.float32, torch.float64])
@pytest.mark.parametrize("extreme", [-1e9, 7e4, -7e4, 1e30, -1e300])
def test_a_bias_that_half_precision_cannot_hold_means_the_same_in_both_paths(wide, extreme):
    if wide == torch.float32 and abs(extreme) > 1e38:
        return
    given = three(dtype=torch.float16)
    bias = torch.zeros(QUERY, KEY, dtype=wide)
    bias[:, 4:] = extreme
    bias[3] = extreme  # a row that is finite throughout
    with_weights, without = attend(*given, bias=bias), fused_attention(*given, bias=bias)
    assert with_weights.output.isfinite().all()
    assert close(without.output.float(), with_weights.output.float(), atol=2e-3, rtol=2e-3)
    assert (with_weights.weights[:, :, 3].sum(-1) > 0.99).all()


def test_the_weights_are_on_the_way_to_the_output_but_in_half_precision():
    query, key, value = (tensor.float().requires_grad_() for tensor in three())
    found = attend(query, key, value, some_mask())
    (gradient,) = torch.autograd.grad(found.output.sum(), found.weights)
    assert close(gradient, value.sum(-1)[..., None, :].expand_as(gradient).detach(), atol=1e-5)
    found = attend(query.half(), key.half(), value.half(), some_mask())
    with pytest.raises(RuntimeError, match="appears to not have been used in the graph"):
        torch.autograd.grad(found.output.sum(), found.weights)


@pytest.mark.parametrize("scale", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("function", BOTH)
def test_a_scale_that_is_not_finite_is_named(function, scale):
    with pytest.raises(ValueError, match=f"^scale: expected a finite number, got {scale}$"):
        function(*three(), scale=scale)


# --- shapes -------------------------------------------------------------------------------------


@pytest.mark.parametrize("function", BOTH)
@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize(
    ("batch", "query", "key"), [(2, 0, 7), (2, 5, 0), (0, 5, 7), (2, 0, 0), (0, 0, 0)]
)
def test_lengths_of_zero(function, masked, batch, query, key):
    given = torch.ones(batch, 3, query, 11), torch.ones(batch, 3, key, 11)
    value = torch.ones(batch, 3, key, 13)
    mask = torch.ones(query, key, dtype=torch.bool) if masked else None
    output, found = gradients(lambda *given: function(*given, mask).output, *given, value)
    assert output.shape == (batch, 3, query, 13)
    assert not output.any() or key
    assert [tensor.shape for tensor in found] == [*(t.shape for t in given), value.shape]
    if function is attend:
        assert attend(*given, value, mask).weights.shape == (batch, 3, query, key)


@pytest.mark.parametrize("function", BOTH)
@pytest.mark.parametrize("batch", [(), (3,), (2, 3), (2, 1, 3), (2, 1, 2, 3)])
def test_any_number_of_axes_in_front(function, batch):
    query, key, value = normal(*batch, 5, 11), normal(*batch, 7, 11), normal(*batch, 7, 13)
    mask = some_mask(5, 7)
    found = function(query, key, value, mask).output
    assert found.shape == (*batch, 5, 13)
    assert close(found, slow_attention(query, key, value, mask)[0])


@pytest.mark.parametrize("function", BOTH)
def test_how_the_numbers_lie_in_memory_does_not_matter(function):
    given, mask = three(), some_mask()
    turned = [t.transpose(-1, -2).contiguous().transpose(-1, -2) for t in given]
    strided = [torch.stack([t, -t], dim=-1)[..., 0] for t in given]
    expected = function(*given, mask).output
    for other in (turned, strided):
        assert not any(tensor.is_contiguous() for tensor in other)
        wide = mask.transpose(0, 2).contiguous().transpose(0, 2)
        assert close(function(*other, wide).output, expected)


def test_arguments_stay_as_they_were():
    given, mask, bias = three(), some_mask(), normal(*SHAPE, seed=3)
    given[1][0, 0, 0] = math.nan
    before = [tensor.clone() for tensor in (*given, mask, bias)]
    for function in BOTH:
        function(*given, mask, bias=bias)
    for now, then in zip((*given, mask, bias), before, strict=True):
        assert torch.equal(now.nan_to_num(), then.nan_to_num())


# --- dropout ------------------------------------------------------------------------------------


def drop(p, seed=0, copies=1, **more):
    query, key, value = (tensor.expand(copies, *tensor.shape) for tensor in three(HEAD))
    generator = torch.Generator().manual_seed(seed)
    return attend(query, key, value, dropout_p=p, generator=generator, **more), value


def test_dropout_drops_and_scales():
    found, value = drop(0.3, copies=400)
    weights = drop(0.0)[0].weights.expand(400, -1, -1, -1)
    dropped = found.weights == 0
    assert close(found.weights[~dropped], weights[~dropped] / 0.7)
    # 42 000 draws: a standard deviation is 0.0022
    assert dropped.double().mean().item() == pytest.approx(0.3, abs=0.01)
    assert close(found.output, found.weights @ value)  # the weights that made the output


def test_dropout_keeps_the_mean():
    """Of 4000 copies, within five standard errors."""
    found = drop(0.4, copies=4000)[0].output
    error = found.std(dim=0) / 4000**0.5
    assert ((found.mean(dim=0) - drop(0.0)[0].output[0]).abs() < 5 * error).all()


def test_dropout_is_repeated_by_its_generator():
    assert drop(0.5)[0].weights.equal(drop(0.5)[0].weights)
    assert not drop(0.5)[0].weights.equal(drop(0.5, seed=1)[0].weights)
    state = torch.random.get_rng_state()
    drop(0.5)
    assert torch.random.get_rng_state().equal(state)


def test_without_a_generator_torch_draws():
    given = three()
    with torch.random.fork_rng(devices=[]):
        found = []
        for seed in (0, 0, 1):
            torch.manual_seed(seed)
            found.append(attend(*given, dropout_p=0.5).weights)
    assert found[0].equal(found[1])
    assert not found[0].equal(found[2])


@pytest.mark.parametrize(("p", "draws"), [(0.0, False), (0.5, True), (1.0, False)])
def test_dropout_of_nothing_or_all_draws_nothing(p, draws):
    generator = torch.Generator().manual_seed(3)
    before = generator.get_state()
    found = attend(*three(), dropout_p=p, generator=generator)
    assert generator.get_state().equal(before) is not draws
    plain_weights = attend(*three()).weights
    if p == 0:
        assert found.weights.equal(plain_weights)
    if p == 1:
        assert not found.weights.any()
        assert not found.output.any()


def test_dropout_passes_gradients_of_what_stayed():
    query, key, value = three()
    value = value.requires_grad_()
    found = attend(query, key, value, dropout_p=0.5, generator=torch.Generator().manual_seed(0))
    found.output.sum().backward()
    assert close(value.grad, found.weights.sum(dim=-2)[..., None].expand(value.shape))


def test_dropout_beside_rubbish():
    """Whoever does not see it has the same draw as without it; dropped values of NaN stay NaN."""
    query, key, value = three()
    mask = some_mask()
    results = []
    for filling in (0.0, math.nan):
        key[:, 1, 4] = filling
        generator = torch.Generator().manual_seed(0)
        results.append(attend(query, key, value, mask, dropout_p=0.5, generator=generator))
    others = ~(mask & (torch.arange(KEY) == 4) & (torch.arange(HEAD) == 1)[:, None, None]).any(-1)
    for got, expected in zip(results[1][:2], results[0][:2], strict=True):
        assert close(got[others], expected[others])
        assert got[~others].isnan().all()


def test_widths_of_keys_and_values_may_differ():
    found = attend(*three())
    assert found.output.shape == (BATCH, HEAD, QUERY, VALUE_DIM)
    assert HEAD_DIM != VALUE_DIM
