import copy
import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from paying_attention.attention.masks import causal_mask, document_mask, padding_mask
from paying_attention.attention.multi_head import MultiHeadAttention
from paying_attention.attention.scaled_dot_product import scaled_dot_product_attention
from tests.attention.observers import Observer

BATCH, QUERY, KEY = 2, 5, 7
MAKE = {
    "plain": {"d_model": 12, "num_heads": 3},
    "memory": {"d_model": 12, "num_heads": 3, "d_memory": 10},
    "no bias": {"d_model": 12, "num_heads": 3, "d_memory": 10, "proj_bias": False},
    "grouped": {"d_model": 18, "num_heads": 6, "num_kv_heads": 2, "d_memory": 11},
    "multi-query": {"d_model": 20, "num_heads": 4, "num_kv_heads": 1, "d_memory": 9},
}
KINDS = list(MAKE)


def random(seed):
    return torch.Generator().manual_seed(seed)


def redrawn(module, seed=0, dtype=torch.float64):
    """The module with lively parameters: biases of zero would hide that they are forgotten."""
    module, generator = module.to(dtype), random(seed)
    with torch.no_grad():
        for parameter in module.parameters():
            drawn = torch.randn(parameter.shape, generator=generator, dtype=torch.float64)
            parameter.copy_(drawn * (0.5 if parameter.ndim > 1 else 1.0))
    return module


def layer_and_inputs(kind="plain", dtype=torch.float64, **choices):
    """Queries, and other keys and values, as wide as the layer wants them."""
    layer = redrawn(MultiHeadAttention(**MAKE[kind], **choices), dtype=dtype)
    shapes = (QUERY, layer.d_model), (KEY, layer.d_memory), (KEY, layer.d_memory)
    inputs = [
        torch.randn(BATCH, *shape, generator=random(seed), dtype=torch.float64).to(dtype)
        for seed, shape in enumerate(shapes, start=1)
    ]
    return layer, inputs


def some_mask(num_heads, seed=4):
    """A mask that differs between sentences and heads, and leaves each query the key 2."""
    mask = torch.rand(BATCH, num_heads, QUERY, KEY, generator=random(seed)) < 0.6
    mask[..., 2] = True
    return mask


def some_bias(num_heads):
    return torch.randn(BATCH, num_heads, QUERY, KEY, generator=random(5), dtype=torch.float64)


def close(one, other, rtol=1e-10, atol=1e-12):
    return torch.allclose(one, other, rtol=rtol, atol=atol)


# --- every number ---------------------------------------------------------------------------------


def test_two_heads_on_two_tokens_by_hand():
    """Scores 0 and √1 · ln 3 · (±1): the heads are one wide, so that nothing is divided."""
    layer = MultiHeadAttention(2, 2)
    with torch.no_grad():
        layer.q_proj.weight.copy_(torch.tensor([[1.0, 0.0], [0.0, 2.0]]))
        layer.k_proj.weight.copy_(torch.tensor([[0.0, math.log(3)], [math.log(3), 0.0]]))
        layer.v_proj.weight.copy_(torch.tensor([[4.0, 0.0], [0.0, 8.0]]))
        layer.out_proj.weight.copy_(torch.tensor([[1.0, 10.0], [100.0, 0.0]]))
        layer.out_proj.bias.copy_(torch.tensor([0.5, 0.0]))
    found = layer(torch.eye(2)[None])
    # Head 0: queries (1, 0), keys (0, ln 3), values (4, 0). Head 1: (0, 2), (ln 3, 0), (0, 8).
    weights = [[[1 / 4, 3 / 4], [1 / 2, 1 / 2]], [[1 / 2, 1 / 2], [9 / 10, 1 / 10]]]
    heads = [[1.0, 2.0], [4.0, 0.8]]  # by head, then by token
    output = [[0.5 + a + 10 * b, 100 * a] for a, b in zip(*heads, strict=True)]
    assert found.weights[0].flatten().tolist() == pytest.approx(np.ravel(weights).tolist())
    assert found.output[0].flatten().tolist() == pytest.approx(np.ravel(output).tolist())


def test_scores_are_divided_by_the_root_of_the_width_of_a_head():
    """Two heads of four: a dot product of 2 ln 3 becomes ln 3, and the weights 3 to 1."""
    layer = MultiHeadAttention(8, 2, proj_bias=False)
    for projection in (layer.q_proj, layer.k_proj, layer.v_proj, layer.out_proj):
        nn.init.eye_(projection.weight)
    query = torch.zeros(1, 8)
    query[0, [0, 4]] = 1.0
    memory = torch.zeros(2, 8)
    memory[0, 0] = memory[1, 4] = 2 * math.log(3)
    weights = layer(query, memory).weights
    assert weights[:, 0].flatten().tolist() == pytest.approx([0.75, 0.25, 0.25, 0.75])


def slow(layer, query, key, value, mask=None, bias=None):
    """One sentence, one head, one query and one key after the other, as in the paper."""
    w = {name: p.detach().numpy() for name, p in layer.named_parameters()}
    width, group = layer.head_dim, layer.num_heads // layer.num_kv_heads

    def project(name, head, vector):
        rows = slice(head * width, (head + 1) * width)
        offset = w[f"{name}.bias"][rows] if f"{name}.bias" in w else 0.0
        return w[f"{name}.weight"][rows] @ vector + offset

    weights = np.zeros((layer.num_heads, len(query), len(key)))
    output = np.zeros((len(query), layer.d_model))
    for i, asks in enumerate(query):
        joined = []
        for head in range(layer.num_heads):
            q = project("q_proj", head, asks)
            for j, answers in enumerate(key):
                if mask is None or mask[head, i, j]:
                    score = q @ project("k_proj", head // group, answers) / math.sqrt(width)
                    score += 0.0 if bias is None else bias[head, i, j]
                    weights[head, i, j] = math.exp(score)
            total = weights[head, i].sum()
            weights[head, i] /= total if total else 1.0
            values = [project("v_proj", head // group, given) for given in value]
            joined += sum(a * v for a, v in zip(weights[head, i], values, strict=True)).tolist()
        output[i] = w["out_proj.weight"] @ np.array(joined)
        output[i] += w.get("out_proj.bias", 0.0)
    return output, weights


@pytest.mark.parametrize("hidden", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_against_a_slow_loop(kind, hidden):
    layer, inputs = layer_and_inputs(kind)
    mask, bias = some_mask(layer.num_heads), some_bias(layer.num_heads)
    mask[1, 0, 3] = False  # this head sees nothing, the others do
    given = {"mask": mask, "bias": bias} if hidden else {}
    found = layer(*inputs, **given)
    assert found.output.shape == (BATCH, QUERY, layer.d_model)
    assert found.weights.shape == (BATCH, layer.num_heads, QUERY, KEY)
    for row in range(BATCH):
        sentence = [tensor[row].numpy() for tensor in inputs]
        extra = {name: tensor[row].numpy() for name, tensor in given.items()}
        output, weights = slow(layer, *sentence, **extra)
        assert np.allclose(found.output[row].detach(), output, rtol=1e-10, atol=1e-12)
        assert np.allclose(found.weights[row].detach(), weights, rtol=1e-10, atol=1e-15)


def torch_layer(layer):
    """torch's own layer with the same parameters."""
    other = nn.MultiheadAttention(
        layer.d_model,
        layer.num_heads,
        bias=layer.out_proj.bias is not None,
        kdim=layer.d_memory,
        vdim=layer.d_memory,
        batch_first=True,
        dtype=torch.float64,
    )
    projections = [layer.q_proj, layer.k_proj, layer.v_proj]
    with torch.no_grad():
        if other.in_proj_weight is None:
            for name, projection in zip("qkv", projections, strict=True):
                getattr(other, f"{name}_proj_weight").copy_(projection.weight)
        else:
            other.in_proj_weight.copy_(torch.cat([p.weight for p in projections]))
        other.out_proj.load_state_dict(layer.out_proj.state_dict())
        if other.in_proj_bias is not None:
            other.in_proj_bias.copy_(torch.cat([p.bias for p in projections]))
    return other


def gradients(module):
    """Of W^Q, W^K and W^V as one, of their biases as one, and of the output."""
    if isinstance(module, MultiHeadAttention):
        projections = [module.q_proj, module.k_proj, module.v_proj]
        weights, biases = [p.weight for p in projections], [p.bias for p in projections]
    else:
        weights, biases = [module.in_proj_weight], [module.in_proj_bias]
        if weights == [None]:
            weights = [module.q_proj_weight, module.k_proj_weight, module.v_proj_weight]
    parts = [weights, biases, [module.out_proj.weight], [module.out_proj.bias]]
    parts = [part for part in parts if part[0] is not None]
    return [torch.cat([p.grad.flatten() for p in part]) for part in parts]


@pytest.mark.parametrize("hidden", [False, True])
@pytest.mark.parametrize("kind", ["plain", "memory", "no bias"])
def test_against_torchs_layer_with_gradients(kind, hidden):
    """torch's mask says the opposite: True hides."""
    layer, inputs = layer_and_inputs(kind)
    other = torch_layer(layer)
    mask = some_mask(layer.num_heads) if hidden else None
    hides = None if mask is None else ~mask.flatten(0, 1)
    for tensor in inputs:
        tensor.requires_grad_()
    found = layer(*inputs, mask=mask)
    output, weights = other(*inputs, attn_mask=hides, average_attn_weights=False)
    assert close(found.output, output)
    assert close(found.weights, weights)
    felt = []
    for module, *outputs in ((layer, found.output, found.weights), (other, output, weights)):
        loss = (outputs[0] * torch.linspace(-1, 2, 12)).sum()
        loss += (outputs[1] * torch.linspace(0, 3, KEY)).sum()
        of_inputs = torch.autograd.grad(loss, inputs, retain_graph=True)
        loss.backward(inputs=list(module.parameters()))
        felt.append((*of_inputs, *gradients(module)))
    for here, there in zip(*felt, strict=True):
        assert close(here, there)
        assert here.any()


@pytest.mark.parametrize("kind", ["memory", "grouped"])
def test_gradients_are_those_of_differences(kind):
    layer, inputs = layer_and_inputs(kind)
    small = [tensor[:1, :2].requires_grad_() for tensor in inputs]
    mask = torch.tensor([[True, False], [True, True]])

    def run(*tensors):
        found = layer(*tensors, mask=mask)
        return found.output, found.weights

    assert torch.autograd.gradcheck(run, small)


# --- without weights ------------------------------------------------------------------------------


def situations(layer):
    heads = layer.num_heads
    blind = some_mask(heads)
    blind[0, :, 1] = False
    blind[1] = False
    return {
        "open": {},
        "mask": {"mask": some_mask(heads)},
        "mask of keys": {"mask": torch.arange(KEY) < 4},
        "padding": {"mask": padding_mask(torch.tensor([3, 7]), KEY)[:, None, None]},
        "blind rows": {"mask": blind},
        "bias": {"bias": some_bias(heads).to(layer.q_proj.weight.dtype)},
        "both": {"mask": blind, "bias": some_bias(heads).to(layer.q_proj.weight.dtype)},
        "bias that hides": {
            "bias": torch.zeros(QUERY, KEY, dtype=layer.q_proj.weight.dtype).masked_fill(
                ~some_mask(1)[0, 0], -torch.inf
            )
        },
    }


SITUATIONS = list(situations(MultiHeadAttention(2, 1)))


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
@pytest.mark.parametrize("kind", KINDS)
def test_without_weights_the_output_is_the_same(kind, dtype):
    layer, inputs = layer_and_inputs(kind, dtype)
    rtol = 1e-10 if dtype == torch.float64 else 1e-4
    outputs = {}
    for name, hidden in situations(layer).items():
        found, fused = layer(*inputs, **hidden), layer(*inputs, need_weights=False, **hidden)
        assert fused.weights is None
        assert close(fused.output, found.output, rtol, rtol), name
        outputs[name] = found.output
    for name, output in outputs.items():  # and each of them says something of its own
        assert name == "open" or not close(output, outputs["open"], 1e-2, 1e-2), name


@pytest.mark.parametrize("given", [{}, {"mask": causal_mask(QUERY)}])
def test_without_weights_self_attention_is_the_same(given):
    layer, (query, _, _) = layer_and_inputs()
    output = layer(query, **given).output
    assert close(layer(query, need_weights=False, **given).output, output)


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32])
@pytest.mark.parametrize("need_weights", [True, False])
@pytest.mark.parametrize("kind", ["memory", "grouped"])
def test_what_stands_at_hidden_keys_is_not_seen(kind, need_weights, dtype):
    """NaN and infinities, in the keys and in the values, with a mask and with a bias of -inf."""
    layer, (query, key, value) = layer_and_inputs(kind, dtype)
    mask = padding_mask(torch.tensor([3, 6]), KEY)
    bias = torch.zeros(BATCH, 1, 1, KEY, dtype=dtype).masked_fill(~mask[:, None, None], -torch.inf)
    rtol = 1e-10 if dtype == torch.float64 else 1e-4
    for hidden in ({"mask": mask[:, None, None]}, {"bias": bias}):
        expected = layer(query, key, value, **hidden).output
        for rubbish in (torch.nan, torch.inf):
            key, value = (t.masked_fill(~mask[..., None], rubbish) for t in (key, value))
            asks = query.clone().requires_grad_()
            output = layer(asks, key, value, need_weights=need_weights, **hidden).output
            assert close(output, expected, rtol, rtol)
            leaves = [asks, *layer.parameters()]  # the projections meet the keys as well
            gradients = torch.autograd.grad(output.square().sum(), leaves)
            assert all(gradient.isfinite().all() for gradient in gradients)


@pytest.mark.parametrize("need_weights", [True, False])
@pytest.mark.parametrize("spoilt", ["key", "value", "both"])
def test_a_hidden_key_sends_the_projections_no_gradient(spoilt, need_weights):
    """Hidden by the mask, or by the bias."""
    layer, (query, key, value) = layer_and_inputs()
    mask, bias = torch.arange(KEY) != 6, torch.zeros(KEY, dtype=torch.float64)
    bias[1] = -torch.inf
    hidden = ~mask | bias.isneginf()
    choices = {"mask": mask, "bias": bias, "need_weights": need_weights}
    found = []
    for rubbish in (0.0, torch.nan):
        given = [
            t.masked_fill(hidden[:, None], rubbish if spoilt in (name, "both") else 0.0)
            for name, t in (("key", key), ("value", value))
        ]
        output = layer(query, *given, **choices).output
        found.append(torch.autograd.grad(output.square().sum(), list(layer.parameters())))
    assert all(close(one, other) for one, other in zip(*found, strict=True))


def test_a_key_that_one_head_sees_for_one_query_spoils_this_query_only():
    layer, (query, key, value) = layer_and_inputs()
    mask = torch.ones(BATCH, layer.num_heads, QUERY, KEY, dtype=torch.bool)
    mask[..., 4] = False
    expected = layer(query, key, value, mask=mask).output
    mask[0, 1, 3, 4] = True
    key = key.index_fill(1, torch.tensor([4]), torch.nan)
    output = layer(query, key, value, mask=mask).output
    assert output[0, 3].isnan().all()
    others = torch.ones(BATCH, QUERY, dtype=torch.bool)
    others[0, 3] = False
    assert close(output[others], expected[others])


@pytest.mark.parametrize("need_weights", [True, False])
@pytest.mark.parametrize("kind", ["memory", "no bias", "multi-query"])
def test_who_sees_nothing_gets_the_bias_of_the_output(kind, need_weights):
    layer, inputs = layer_and_inputs(kind)
    mask = some_mask(layer.num_heads)
    mask[0, :, 1] = mask[1] = False
    for tensor in inputs:
        tensor.requires_grad_()
    found = layer(*inputs, mask=mask, need_weights=need_weights)
    bias = layer.out_proj.bias
    bias = torch.zeros(layer.d_model, dtype=torch.float64) if bias is None else bias
    blind = torch.cat([found.output[0, 1:2], found.output[1]])
    assert close(blind, bias.expand_as(blind))
    assert not close(found.output[0, 0], bias)
    if need_weights:
        assert (found.weights[~mask.any(dim=-1)] == 0).all()
    found.output.square().sum().backward()
    assert all(t.grad.isfinite().all() for t in [*inputs, *layer.parameters()])
    assert (inputs[0].grad[1] == 0).all()


# --- groups ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["grouped", "multi-query"])
def test_groups_are_a_plain_layer_whose_heads_repeat(kind):
    """Key and value head 0 serves the first group of neighbours, head 1 the second."""
    layer, inputs = layer_and_inputs(kind)
    plain = MultiHeadAttention(layer.d_model, layer.num_heads, d_memory=layer.d_memory).double()
    state, group = layer.state_dict(), layer.num_heads // layer.num_kv_heads
    for name in ("k_proj.weight", "k_proj.bias", "v_proj.weight", "v_proj.bias"):
        one_per_group = state[name].unflatten(0, (layer.num_kv_heads, layer.head_dim))
        each = [one_per_group[head // group] for head in range(layer.num_heads)]
        state[name] = torch.cat(each)
    plain.load_state_dict(state)
    mask = some_mask(layer.num_heads)
    for need_weights in (True, False):
        given = {"mask": mask, "need_weights": need_weights}
        found, expected = layer(*inputs, **given), plain(*inputs, **given)
        assert close(found.output, expected.output)
    assert close(layer(*inputs, mask=mask).weights, plain(*inputs, mask=mask).weights)


def test_groups_need_fewer_keys():
    layer, (_, key, value) = layer_and_inputs("grouped")
    keys, values = layer.project_kv(key, value)
    assert keys.shape == values.shape == (BATCH, 2, KEY, 3)
    with_all_heads = sum(p.numel() for p in MultiHeadAttention(18, 6, d_memory=11).parameters())
    assert sum(p.numel() for p in layer.parameters()) == with_all_heads - 2 * 12 * (11 + 1)


# --- project_kv and attend_to ---------------------------------------------------------------------


@pytest.mark.parametrize("need_weights", [True, False])
@pytest.mark.parametrize("kind", ["memory", "grouped"])
def test_project_kv_and_attend_to_are_forward_in_two_steps(kind, need_weights):
    layer, (query, key, value) = layer_and_inputs(kind)
    given = {
        "mask": some_mask(layer.num_heads),
        "bias": some_bias(layer.num_heads),
        "need_weights": need_weights,
    }
    kept = layer.project_kv(key, value)
    found = layer.attend_to(query, *kept, **given)
    expected = layer(query, key, value, **given)
    assert torch.equal(found.output, expected.output)
    assert (found.weights is None) is (not need_weights)
    assert not need_weights or torch.equal(found.weights, expected.weights)


def test_keys_are_the_queries_and_values_are_the_keys_if_nobody_says():
    layer, (query, _, _) = layer_and_inputs()
    key, value = torch.randn(2, BATCH, KEY, 12, generator=random(7), dtype=torch.float64)
    assert torch.equal(layer(query).output, layer(query, query, query).output)
    assert torch.equal(layer(query, key).output, layer(query, key, key).output)
    assert not close(layer(query, key, value).output, layer(query, key).output, 1e-2, 1e-2)
    assert torch.equal(layer(key, value=value).output, layer(key, key, value).output)


@pytest.mark.parametrize("steps", [[1] * QUERY, [2, 3], [1, 0, 4]])
@pytest.mark.parametrize("kind", ["plain", "grouped"])
def test_a_cache_that_grows_gives_what_all_tokens_give_at_once(kind, steps):
    layer = redrawn(MultiHeadAttention(**MAKE[kind] | {"d_memory": MAKE[kind]["d_model"]}))
    tokens = torch.randn(BATCH, QUERY, layer.d_model, generator=random(1), dtype=torch.float64)
    whole = layer(tokens, mask=causal_mask(QUERY))
    keys, values = layer.project_kv(tokens[:, :0], tokens[:, :0])
    outputs = []
    for new in tokens.split(steps, dim=1):
        cached = keys.shape[-2]
        new_keys, new_values = layer.project_kv(new, new)
        keys, values = torch.cat([keys, new_keys], -2), torch.cat([values, new_values], -2)
        mask = causal_mask(new.shape[1], keys.shape[-2], offset=cached)
        found = layer.attend_to(new, keys, values, mask=mask)
        expected = whole.weights[:, :, cached : keys.shape[-2], : keys.shape[-2]]
        assert close(found.weights, expected)
        outputs.append(found.output)
    assert close(torch.cat(outputs, dim=1), whole.output)


# --- axes -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("need_weights", [True, False])
@pytest.mark.parametrize("kind", ["memory", "grouped"])
def test_more_axes_in_front_and_none_are_fine(kind, need_weights):
    layer, inputs = layer_and_inputs(kind)
    mask = some_mask(layer.num_heads)
    expected = layer(*inputs, mask=mask)
    for row in range(BATCH):
        alone = layer(*(t[row] for t in inputs), mask=mask[row], need_weights=need_weights)
        assert close(alone.output, expected.output[row])
    more = [torch.stack([t, t.flip(0), t * 2], dim=1) for t in inputs]
    masks = torch.stack([mask, mask.flip(0), mask], dim=1)
    found = layer(*more, mask=masks, need_weights=need_weights)
    assert close(found.output[:, 0], expected.output)
    assert close(found.output[:, 1].flip(0), expected.output)
    if need_weights:
        assert found.weights.shape == (BATCH, 3, layer.num_heads, QUERY, KEY)
        assert close(found.weights[:, 1].flip(0), expected.weights)


@pytest.mark.parametrize("need_weights", [True, False])
def test_nothing_to_ask_and_nothing_to_see(need_weights):
    for kind in ("memory", "grouped"):
        layer, (query, key, value) = layer_and_inputs(kind)
        given = {"need_weights": need_weights}
        assert layer(query[:0], key[:0], value[:0], **given).output.shape[0] == 0
        found = layer(query[:, :0], key, value, **given)
        assert found.output.shape == (BATCH, 0, layer.d_model)
        assert not need_weights or found.weights.shape == (BATCH, layer.num_heads, 0, KEY)
        found = layer(query, key[:, :0], value[:, :0], **given)
        assert close(found.output, layer.out_proj.bias.expand_as(found.output))
        assert not need_weights or found.weights.shape == (BATCH, layer.num_heads, QUERY, 0)


# --- properties -----------------------------------------------------------------------------------


@given(order=st.permutations(range(QUERY)), seed=st.integers(0, 99))
@settings(max_examples=15)
def test_who_swaps_tokens_swaps_outputs(order, seed):
    """Self-attention knows nothing of positions; behind a causal mask it does."""
    layer, order = redrawn(MultiHeadAttention(**MAKE["plain"])), torch.tensor(order)
    tokens = torch.randn(BATCH, QUERY, 12, generator=random(seed), dtype=torch.float64)
    found, swapped = layer(tokens), layer(tokens[:, order])
    assert close(swapped.output, found.output[:, order], 1e-8)
    assert close(swapped.weights, found.weights[:, :, order][..., order], 1e-8)
    mask = causal_mask(QUERY)
    found, swapped = layer(tokens, mask=mask).output, layer(tokens[:, order], mask=mask).output
    in_order = bool((order == torch.arange(QUERY)).all())
    assert close(swapped, found[:, order], 1e-6, 1e-6) is in_order


@given(order=st.permutations(range(KEY)), seed=st.integers(0, 99), kind=st.sampled_from(KINDS))
@settings(max_examples=15)
def test_the_order_of_the_memory_does_not_matter(order, seed, kind):
    layer, (query, key, value) = layer_and_inputs(kind)
    order, mask = torch.tensor(order), some_mask(layer.num_heads, seed)
    found = layer(query, key, value, mask=mask)
    swapped = layer(query, key[:, order], value[:, order], mask=mask[..., order])
    assert close(swapped.output, found.output, 1e-8)
    assert close(swapped.weights, found.weights[..., order], 1e-8)


@given(lengths=st.tuples(st.integers(0, KEY), st.integers(0, KEY)), kind=st.sampled_from(KINDS))
@settings(max_examples=15)
def test_padding_changes_nothing(lengths, kind):
    layer, (query, key, value) = layer_and_inputs(kind)
    mask = padding_mask(torch.tensor(lengths), KEY)[:, None, None]
    for need_weights in (True, False):
        found = layer(query, key, value, mask=mask, need_weights=need_weights)
        for row, length in enumerate(lengths):
            alone = layer(query[row], key[row, :length], value[row, :length])
            assert close(found.output[row], alone.output, 1e-8)
            if need_weights:
                assert close(found.weights[row, ..., :length], alone.weights, 1e-8)
                assert (found.weights[row, ..., length:] == 0).all()


def test_queries_do_not_see_each_other():
    layer, (query, key, value) = layer_and_inputs("memory")
    output = layer(query, key, value).output
    other = query.clone()
    other[0, 3] += 1
    changed = (layer(other, key, value).output - output).abs().amax(dim=-1) > 1e-6
    assert changed.nonzero().tolist() == [[0, 3]]


# --- dropout --------------------------------------------------------------------------------------


def test_dropout_drops_weights_in_training_only():
    layer, inputs = layer_and_inputs("grouped", dropout_p=0.25)
    plain = layer.eval()(*inputs)
    assert torch.equal(layer(*inputs).output, plain.output)
    assert close(layer(*inputs, need_weights=False).output, plain.output)
    found = layer.train()(*inputs, generator=random(3))
    dropped = found.weights == 0
    assert 0.15 < dropped.double().mean() < 0.35
    assert close(found.weights[~dropped], plain.weights[~dropped] / 0.75)
    assert not close(found.output, plain.output, 1e-2, 1e-2)


@pytest.mark.parametrize("need_weights", [True, False])
def test_dropout_mixes_by_the_weights_that_are_left(need_weights):
    layer, (query, key, value) = layer_and_inputs("memory", dropout_p=0.5)
    weights = layer(query, key, value, generator=random(3)).weights
    found = layer(query, key, value, generator=random(3), need_weights=need_weights)
    _, values = layer.project_kv(key, value)
    heads = torch.einsum("bhij,bhjd->bihd", weights, values)
    assert close(found.output, layer.out_proj(heads.reshape(BATCH, QUERY, 12)))
    assert (found.weights is None) is (not need_weights)


def test_the_generator_decides_what_is_dropped():
    layer, inputs = layer_and_inputs(dropout_p=0.5)
    query, before = inputs[0], torch.get_rng_state()
    one, again, other = (layer(query, generator=random(seed)) for seed in (1, 1, 2))
    assert torch.equal(one.output, again.output)
    assert not torch.equal(one.weights == 0, other.weights == 0)
    assert torch.equal(torch.get_rng_state(), before)
    layer(query)
    assert not torch.equal(torch.get_rng_state(), before)


def test_who_drops_everything_gets_the_bias_of_the_output():
    layer, inputs = layer_and_inputs("memory", dropout_p=1.0)
    output = layer(*inputs, need_weights=False).output
    assert close(output, layer.out_proj.bias.expand_as(output))


# --- half precision -------------------------------------------------------------------------------


@pytest.mark.parametrize(("dtype", "rtol"), [(torch.bfloat16, 4e-2), (torch.float16, 5e-3)])
@pytest.mark.parametrize("need_weights", [True, False])
def test_half_precision_is_near_and_stays_half(dtype, rtol, need_weights):
    layer, inputs = layer_and_inputs("grouped", dtype)
    mask = some_mask(layer.num_heads)
    found = layer(*inputs, mask=mask, need_weights=need_weights)
    assert found.output.dtype == dtype
    assert not need_weights or found.weights.dtype == dtype
    exact = layer.double()(*(t.double() for t in inputs), mask=mask)
    size = exact.output.abs().max().item()
    assert close(found.output.double(), exact.output, rtol, rtol * size)


def test_scores_that_half_precision_cannot_hold():
    """200 · 200 · 4 / √4 is more than float16 can hold."""
    layer = MultiHeadAttention(8, 2, proj_bias=False).half()
    for projection in (layer.q_proj, layer.k_proj, layer.v_proj, layer.out_proj):
        nn.init.eye_(projection.weight)
    tokens = torch.stack([torch.full((8,), 200.0), torch.full((8,), -200.0)]).half()
    found = layer(tokens)
    assert torch.equal(found.weights, torch.eye(2).half().expand(2, 2, 2))
    assert torch.equal(found.output, tokens)


# --- one door -------------------------------------------------------------------------------------


@pytest.mark.parametrize("need_weights", [True, False])
def test_only_what_hides_is_a_reason_to_look(need_weights):
    layer, inputs = layer_and_inputs("grouped")
    mask = some_mask(6)
    for choices, looks in (({}, 0), ({"mask": mask}, 2), ({"bias": some_bias(6)}, 2)):
        with Observer() as observed:
            layer(*inputs, need_weights=need_weights, **choices)
        assert observed.looks == looks
    query, kept = inputs[0], layer.project_kv(*inputs[1:])
    for choices, looks in (({}, 0), ({"mask": mask}, 2), ({"bias": some_bias(6)}, 2)):
        with Observer() as observed:
            layer.attend_to(query, *kept, need_weights=need_weights, **choices)
        assert observed.looks == looks
    layer.check_finite = False
    with Observer() as observed:
        layer(*inputs, need_weights=need_weights, mask=mask)
        layer.attend_to(query, *layer.project_kv(*inputs[1:]), mask=mask, bias=some_bias(6))
    assert observed.looks == 0


class OutputOf(nn.Module):
    """A layer as torch.export wants it: tensors in, one tensor out."""

    def __init__(self, layer, need_weights):
        super().__init__()
        self.layer, self.need_weights = layer, need_weights

    def forward(self, query, key, value, mask=None):
        return self.layer(query, key, value, mask=mask, need_weights=self.need_weights).output


@pytest.mark.usefixtures("without_type_checks")  # what compiles does not trace their wrappers
@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("need_weights", [True, False])
@pytest.mark.parametrize("masked", [True, False])
def test_it_compiles_exports_gives_each_samples_gradients_and_runs_on_meta(masked, need_weights):
    """Without a mask as it is, with a mask without the check; one query of it sees nothing."""
    layer, inputs = layer_and_inputs("grouped", check_finite=not masked)
    mask = some_mask(6)
    mask[1, :, 3] = False
    given = (*inputs, mask) if masked else tuple(inputs)
    call = OutputOf(layer, need_weights)
    expected = call(*given)
    assert expected.isfinite().all()
    compiled = torch.compile(call, fullgraph=True, backend="eager", dynamic=False)
    assert close(compiled(*given), expected)
    assert close(torch.export.export(call, given).module()(*given), expected)
    on_meta = copy.deepcopy(call).to("meta")
    assert on_meta(*(tensor.to("meta") for tensor in given)).shape == expected.shape

    parameters = {name: p.detach() for name, p in call.named_parameters()}

    def loss(parameters, *sample):
        return torch.func.functional_call(call, parameters, sample).square().sum()

    axes = (None, *[0] * len(given))
    each = torch.func.vmap(torch.func.grad(loss), in_dims=axes)(parameters, *given)
    for row in range(BATCH):
        call.zero_grad()
        call(*(tensor[row] for tensor in given)).square().sum().backward()
        for name, parameter in call.named_parameters():
            assert each[name][row].isfinite().all()
            assert close(each[name][row], parameter.grad, rtol=1e-8, atol=1e-9), name


@pytest.mark.parametrize("spoilt", ["query", "key", "value"])
@pytest.mark.parametrize("hidden", ["mask", "bias"])
def test_in_two_steps_each_part_may_hold_what_no_loss_sees(spoilt, hidden):
    """Query 4 and key 6 are not finite; query 4 sees key 6, and no loss sees query 4."""
    layer, inputs = layer_and_inputs("grouped")
    mask = torch.ones(QUERY, KEY, dtype=torch.bool)
    mask[:4, 6] = False
    bias = torch.zeros(QUERY, KEY, dtype=torch.float64).masked_fill(~mask, -torch.inf)
    hiding = {"mask": mask} if hidden == "mask" else {"bias": bias}
    found = []
    for rubbish in (0.0, torch.nan):
        given = dict(zip(("query", "key", "value"), (t.clone() for t in inputs), strict=True))
        given[spoilt][:, 4 if spoilt == "query" else 6] = rubbish
        kept = layer.project_kv(given["key"], given["value"])
        output = layer.attend_to(given["query"], *kept, **hiding).output
        loss = output[:, :4].square().sum()
        found.append((loss, *torch.autograd.grad(loss, list(layer.parameters()))))
    assert output[:, 4].isnan().all()
    assert all(close(clean, rubbish) for clean, rubbish in zip(*found, strict=True))


@pytest.mark.parametrize("rubbish", [torch.nan, torch.inf])
@pytest.mark.parametrize("need_weights", [True, False])
@pytest.mark.parametrize("way", ["self", "two steps", "documents"])
def test_tokens_that_no_loss_sees_send_the_projections_no_gradient(way, need_weights, rubbish):
    """Tokens that are not finite, in self-attention: they ask, answer and are mixed."""
    layer = redrawn(MultiHeadAttention(12, 3))
    tokens = torch.randn(BATCH, KEY, 12, generator=random(1), dtype=torch.float64)
    real = padding_mask(torch.tensor([3, 6]), KEY)
    mask = real[:, None, None]
    if way == "documents":  # the padding sees itself
        mask = document_mask(real.long())[:, None]
    found = []
    for padding in (0.0, rubbish):
        x = tokens.masked_fill(~real[..., None], padding).requires_grad_()
        if way == "two steps":
            kept = layer.project_kv(x, x)
            output = layer.attend_to(x, *kept, mask=mask, need_weights=need_weights).output
        else:
            output = layer(x, mask=mask, need_weights=need_weights).output
        gradients = torch.autograd.grad(output[real].square().sum(), [x, *layer.parameters()])
        found.append((output[real], *gradients))
    assert output[~real].isnan().all()
    for clean, spoilt in zip(*found, strict=True):
        assert close(clean, spoilt)


def test_autocast_computes_the_attention_itself_in_float32():
    layer = redrawn(MultiHeadAttention(12, 3), dtype=torch.float32)
    x = torch.randn(BATCH, KEY, 12, generator=random(1))
    with torch.autocast("cpu", torch.bfloat16):
        output, weights = layer(x)
        queries = layer.q_proj(x).unflatten(-1, (3, 4)).transpose(1, 2).float()
        keys = layer.k_proj(x).unflatten(-1, (3, 4)).transpose(1, 2).float()
    assert output.dtype == torch.bfloat16
    expected = torch.softmax(queries @ keys.mT / 2, dim=-1).to(torch.bfloat16)
    assert torch.equal(weights, expected)


# --- between projection and scores ----------------------------------------------------------------


class Turn(nn.Module):
    """Turns pairs of numbers by an angle that grows with the position, as rotary positions do."""

    def __init__(self):
        super().__init__()
        self.speed = nn.Parameter(torch.tensor(0.7, dtype=torch.float64))
        self.heard = []

    def forward(self, heads, positions):
        self.heard.append(positions.tolist())
        angle = self.speed * positions[:, None]
        first, second = heads.chunk(2, dim=-1)
        turned = (
            first * angle.cos() - second * angle.sin(),
            first * angle.sin() + second * angle.cos(),
        )
        return torch.cat(turned, dim=-1)


def test_queries_and_keys_are_transformed_by_their_positions_and_values_are_not():
    turn = Turn()
    plain, (query, key, value) = layer_and_inputs("memory")
    layer = MultiHeadAttention(**MAKE["memory"], query_transform=turn, key_transform=turn)
    layer.double().load_state_dict(plain.state_dict(), strict=False)
    with torch.no_grad():
        turn.speed.fill_(0)
    assert close(layer(query, key, value).output, plain(query, key, value).output)
    with torch.no_grad():
        turn.speed.fill_(0.7)
    found = layer(query, key, value)
    assert turn.heard[-2:] == [list(range(KEY)), list(range(QUERY))]
    keys, values = plain.project_kv(key, value)
    queries = plain.q_proj(query).unflatten(-1, (3, -1)).transpose(1, 2)
    turned = turn(queries, torch.arange(QUERY)), turn(keys, torch.arange(KEY))
    expected = scaled_dot_product_attention(*turned, values)
    assert close(found.weights, expected.weights)
    assert close(layer.project_kv(key, value)[1], values)
    assert "query_transform.speed" in dict(layer.named_parameters())


def test_positions_are_made_where_the_tokens_are():
    layer = MultiHeadAttention(12, 3, query_transform=Turn(), key_transform=Turn()).to("meta")
    layer.query_transform.forward = layer.key_transform.forward = lambda h, at: h + at[:, None]
    assert layer(torch.zeros(2, 5, 12, device="meta")).output.shape == (2, 5, 12)


def test_a_cache_that_knows_its_offset_gives_what_all_tokens_give_at_once():
    turn = Turn()
    layer = MultiHeadAttention(12, 3, query_transform=turn, key_transform=turn)
    layer = redrawn(layer)
    tokens = torch.randn(BATCH, KEY, 12, generator=random(1), dtype=torch.float64)
    whole = layer(tokens, mask=causal_mask(KEY)).output
    keys, values = layer.project_kv(tokens[:, :4], tokens[:, :4])
    new = tokens[:, 4:]
    more = layer.project_kv(new, new, offset=4)
    assert turn.heard[-1] == [4, 5, 6]
    keys, values = (torch.cat(parts, dim=-2) for parts in zip((keys, values), more, strict=True))
    mask = causal_mask(3, KEY, offset=4)
    assert close(layer.attend_to(new, keys, values, offset=4, mask=mask).output, whole[:, 4:])
    first = layer.attend_to(new, keys, values, mask=mask)
    assert not close(first.output, whole[:, 4:])
    assert turn.heard[-1] == [0, 1, 2]


# --- parameters -----------------------------------------------------------------------------------


def test_the_shapes_of_the_parameters():
    layer = MultiHeadAttention(18, 6, num_kv_heads=2, d_memory=11)
    assert {name: tuple(p.shape) for name, p in layer.named_parameters()} == {
        "q_proj.weight": (18, 18),
        "q_proj.bias": (18,),
        "k_proj.weight": (6, 11),
        "k_proj.bias": (6,),
        "v_proj.weight": (6, 11),
        "v_proj.bias": (6,),
        "out_proj.weight": (18, 18),
        "out_proj.bias": (18,),
    }
    sizes = (layer.d_model, layer.num_heads, layer.num_kv_heads, layer.head_dim, layer.d_memory)
    assert sizes == (18, 6, 2, 3, 11)


def test_the_number_of_heads_costs_no_parameter():
    counts = {
        heads: sum(p.numel() for p in MultiHeadAttention(12, heads).parameters())
        for heads in (1, 2, 3, 4, 6, 12)
    }
    assert set(counts.values()) == {4 * (12 * 12 + 12)}


def test_without_bias_there_is_none():
    names = [name for name, _ in MultiHeadAttention(12, 3, proj_bias=False).named_parameters()]
    assert names == [f"{name}_proj.weight" for name in ("q", "k", "v", "out")]


def test_the_text_of_a_layer_names_heads_and_dropout():
    layer = MultiHeadAttention(12, 6, num_kv_heads=2, dropout_p=0.1)
    assert "(num_heads=6, num_kv_heads=2, dropout_p=0.1" in repr(layer).replace("\n  ", "")


def test_parameters_can_be_drawn_again():
    layers = [redrawn(MultiHeadAttention(12, 3), seed) for seed in range(2)]
    with torch.random.fork_rng(devices=[]):
        for layer in layers:
            torch.manual_seed(5)
            layer.reset_parameters()
    first, second = (layer.state_dict() for layer in layers)
    assert all(torch.equal(first[name], second[name]) for name in first)
    assert not first["k_proj.bias"].any()
    assert first["k_proj.weight"].abs().max() <= math.sqrt(6 / 24)


def test_weights_start_xavier_uniform_and_biases_at_zero():
    layer = MultiHeadAttention(96, 3, num_kv_heads=1, d_memory=64)
    for name, parameter in layer.named_parameters():
        if parameter.ndim == 1:
            assert not parameter.any()
            continue
        bound = math.sqrt(6 / sum(parameter.shape))
        assert parameter.abs().max() <= bound, name
        assert parameter.max() > 0.98 * bound, name
        assert parameter.min() < -0.98 * bound, name
        assert parameter.std().item() == pytest.approx(bound / math.sqrt(3), rel=0.05), name


@pytest.mark.parametrize("kind", KINDS)
def test_every_parameter_learns(kind):
    """All but the keys' bias: the same number added to a row of scores changes no weight."""
    layer, inputs = layer_and_inputs(kind)
    layer(*inputs, mask=some_mask(layer.num_heads)).output.square().sum().backward()
    for name, parameter in layer.named_parameters():
        assert (parameter.grad.abs() > 1e-8).any() == (name != "k_proj.bias"), name


# --- what is refused ------------------------------------------------------------------------------


@pytest.mark.usefixtures("without_type_checks")
@pytest.mark.parametrize(("wrong", "kind"), [(True, "bool"), (3.0, "float"), ("3", "str")])
def test_a_size_that_is_no_integer_is_named(wrong, kind):
    with pytest.raises(TypeError, match=f"^num_heads: expected an integer, got {kind}$"):
        MultiHeadAttention(12, wrong)


@pytest.mark.parametrize(
    ("sizes", "message"),
    [
        ({"d_model": 0}, "d_model: expected 1 or more, got 0"),
        ({"num_heads": 0}, "num_heads: expected 1 or more, got 0"),
        ({"num_heads": -3}, "num_heads: expected 1 or more, got -3"),
        ({"num_kv_heads": 0}, "num_kv_heads: expected 1 or more, got 0"),
        ({"d_memory": 0}, "d_memory: expected 1 or more, got 0"),
        ({"num_heads": 5}, "num_heads: expected a divisor of 12, got 5"),
        ({"num_heads": 24}, "num_heads: expected a divisor of 12, got 24"),
        ({"num_kv_heads": 4}, "num_kv_heads: expected a divisor of 6, got 4"),
        ({"num_kv_heads": 12}, "num_kv_heads: expected a divisor of 6, got 12"),
        ({"dropout_p": -0.1}, "dropout_p: expected 0 to 1, got -0.1"),
        ({"dropout_p": 1.5}, "dropout_p: expected 0 to 1, got 1.5"),
        ({"dropout_p": math.nan}, "dropout_p: expected 0 to 1, got nan"),
    ],
)
def test_sizes_that_do_not_fit_are_named(sizes, message):
    with pytest.raises(ValueError, match=f"^{message}$"):
        MultiHeadAttention(**{"d_model": 12, "num_heads": 6} | sizes)


def ones(*shape, dtype=torch.float32):
    return torch.ones(shape, dtype=dtype)


BAD_CALLS = [
    ({"query": ones(2, 5, 11)}, ValueError, "query: expected width 12, got 11"),
    ({"key": ones(2, 7, 12)}, ValueError, "key: expected width 10, got 12"),
    ({"value": ones(2, 7, 9)}, ValueError, "value: expected width 10, got 9"),
    ({"value": ones(2, 6, 10)}, ValueError, "value: expected 7 values, one for each key, got 6"),
    ({"key": ones(3, 7, 10), "value": None}, ValueError, "key: expected leading axes .2, 3. as"),
    ({"value": ones(1, 7, 10)}, ValueError, "value: expected leading axes .2, 3. as key, got .1,"),
    ({"key": ones(2, 7, 10, dtype=torch.float64)}, TypeError, "key: expected torch.float32 as qu"),
    ({"value": ones(2, 7, 10, dtype=torch.float16)}, TypeError, "value: expected torch.float32 as"),
    ({"mask": ones(5, 7, dtype=torch.int64)}, TypeError, "mask: expected a boolean tensor, got"),
    ({"mask": ones(5, 7)}, TypeError, "mask: expected a boolean tensor, got torch.float32"),
    ({"mask": ones(2, 5, 7, dtype=torch.bool)}, ValueError, "mask: expected a shape that broadc"),
    ({"mask": ones(5, 6, dtype=torch.bool)}, ValueError, "mask: expected a shape that broadcasts"),
    ({"bias": ones(7, 5)}, ValueError, r"bias: expected a shape that broadcasts to .2, 3, 5, 7., "),
    ({"bias": ones(5, 7, dtype=torch.int64)}, TypeError, "bias: expected a floating-point tensor"),
]


@pytest.mark.usefixtures("without_type_checks")
@pytest.mark.parametrize("need_weights", [True, False])
@pytest.mark.parametrize(("wrong", "error", "message"), BAD_CALLS)
def test_what_does_not_fit_is_named(wrong, error, message, need_weights):
    layer = MultiHeadAttention(12, 3, d_memory=10)
    given = {"query": ones(2, 5, 12), "key": ones(2, 7, 10), "value": ones(2, 7, 10)} | wrong
    with pytest.raises(error, match=f"^{message}"):
        layer(**given, need_weights=need_weights)


@pytest.mark.usefixtures("without_type_checks")
@pytest.mark.parametrize("need_weights", [True, False])
def test_cached_keys_of_another_dtype_are_named(need_weights):
    layer = MultiHeadAttention(12, 3, d_memory=10)
    query = ones(2, 5, 12)
    keys, values = layer.project_kv(ones(2, 7, 10), ones(2, 7, 10))
    for name, kept in (("key", (keys.double(), values)), ("value", (keys, values.double()))):
        match = f"^{name}: expected torch.float32 as query, got torch.float64$"
        with pytest.raises(TypeError, match=match):
            layer.attend_to(query, *kept, need_weights=need_weights)
