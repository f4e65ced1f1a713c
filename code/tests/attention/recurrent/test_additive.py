import math

import numpy as np
import pytest
import torch

from paying_attention.attention.recurrent.additive import AdditiveAttention

BATCH, KEY, D_QUERY, D_ANNOTATION, D_SCORE = 2, 7, 11, 13, 5
MASK = torch.tensor([[True] * 7, [True, True, True, False, False, False, False]])


def attention_and_inputs(seed=0):
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        attention = AdditiveAttention(D_QUERY, D_ANNOTATION, D_SCORE).double()
        query = torch.randn(BATCH, D_QUERY, dtype=torch.float64)
        annotations = torch.randn(BATCH, KEY, D_ANNOTATION, dtype=torch.float64)
    return attention, query, annotations


def ask(attention, query, annotations, mask=None):
    return attention(query, annotations, attention.prepare(annotations, mask), mask)


def arrays(attention):
    return {name: p.detach().numpy().copy() for name, p in attention.named_parameters()}


def slow(parameters, query, annotations, mask):
    """Write vᵀ tanh(W s + U h) out, one number at a time."""
    w, u = parameters["query_proj.weight"], parameters["key_proj.weight"]
    bias, v = parameters["key_proj.bias"], parameters["score_proj.weight"][0]
    weights, output = np.zeros((BATCH, KEY)), np.zeros((BATCH, D_ANNOTATION))
    for b in range(BATCH):
        scores = {}
        for j in range(KEY):
            if not mask[b, j]:
                continue
            scores[j] = 0.0
            for i in range(D_SCORE):
                inside = bias[i]
                inside += sum(w[i, k] * query[b, k] for k in range(D_QUERY))
                inside += sum(u[i, k] * annotations[b, j, k] for k in range(D_ANNOTATION))
                scores[j] += v[i] * math.tanh(inside)
        total = sum(math.exp(score) for score in scores.values())
        for j, score in scores.items():
            weights[b, j] = math.exp(score) / total
            output[b] += weights[b, j] * annotations[b, j]
    return weights, output


def test_by_hand():
    """With W = U = v = 1 and no bias: scores tanh(0 + 0) and tanh(0 + h)."""
    attention = AdditiveAttention(1, 1, 1)
    with torch.no_grad():
        for parameter in attention.parameters():
            parameter.fill_(1)
        attention.key_proj.bias.zero_()
    annotations = torch.tensor([[[0.0], [math.atanh(0.5)]]])
    found = ask(attention, torch.zeros(1, 1), annotations)
    share = 1 / (1 + math.exp(-0.5))
    assert found.weights[0].tolist() == pytest.approx([1 - share, share])
    assert found.output.item() == pytest.approx(share * math.atanh(0.5))


@pytest.mark.parametrize("mask", [None, MASK])
def test_against_a_slow_loop(mask):
    attention, query, annotations = attention_and_inputs()
    found = ask(attention, query, annotations, mask)
    everything = torch.ones(BATCH, KEY, dtype=torch.bool) if mask is None else mask
    weights, output = slow(arrays(attention), query.numpy(), annotations.numpy(), everything)
    assert np.allclose(found.weights.detach(), weights, rtol=1e-12, atol=0)
    assert np.allclose(found.output.detach(), output, rtol=1e-12)


def test_weights_sum_to_one_over_the_keys_and_are_zero_at_padding():
    found = ask(*attention_and_inputs(), MASK)
    assert found.weights.shape == (BATCH, KEY)
    assert found.weights.sum(dim=1).tolist() == pytest.approx([1, 1])
    assert torch.equal(found.weights > 0, MASK)


def test_padding_changes_nothing():
    attention, query, annotations = attention_and_inputs()
    padded = ask(attention, query, annotations, MASK)
    alone = ask(attention, query[1:], annotations[1:, :3])
    assert torch.allclose(padded.output[1:], alone.output, rtol=1e-13)
    annotations[1, 3:] = 1e6
    assert torch.equal(ask(attention, query, annotations, MASK).output, padded.output)


def test_the_weights_depend_on_annotations_and_on_the_query():
    attention, query, annotations = attention_and_inputs()
    weights = ask(attention, query, annotations).weights
    other = annotations.clone()
    other[:, 4] += 1
    assert not torch.allclose(ask(attention, query, other).weights, weights, atol=1e-4)
    assert not torch.allclose(ask(attention, query + 1, annotations).weights, weights, atol=1e-4)
    # Whoever swaps two annotations swaps their weights.
    order = torch.tensor([0, 1, 6, 3, 4, 5, 2])
    swapped = ask(attention, query, annotations[:, order])
    assert torch.allclose(swapped.weights, weights[:, order], rtol=1e-13)
    assert torch.allclose(swapped.output, ask(attention, query, annotations).output, rtol=1e-12)


def test_a_large_score_wins_all_the_weight():
    attention, query, annotations = attention_and_inputs()
    with torch.no_grad():
        attention.score_proj.weight.mul_(1e4)
    found = ask(attention, query, annotations)
    best = found.weights.argmax(dim=1)
    assert torch.allclose(found.output, annotations[torch.arange(BATCH), best])


def test_prepare_is_the_part_that_does_not_depend_on_the_state():
    attention, _, annotations = attention_and_inputs()
    prepared = attention.prepare(annotations, MASK)
    kept = annotations.masked_fill(~MASK[..., None], 0)
    assert torch.allclose(
        prepared, kept @ attention.key_proj.weight.T + attention.key_proj.bias, rtol=1e-12
    )
    assert attention.d_context == D_ANNOTATION


def test_gradients_of_inputs_and_weights():
    attention, query, annotations = attention_and_inputs()
    names = [name for name, _ in attention.named_parameters()]

    def mix(query, annotations, *parameters):
        given = dict(zip(names, parameters, strict=True))
        key = annotations @ given["key_proj.weight"].T + given["key_proj.bias"]
        found = torch.func.functional_call(attention, given, (query, annotations, key, MASK))
        return found.output, found.weights

    inputs = [query, annotations, *(p.detach().clone() for p in attention.parameters())]
    inputs = tuple(tensor.requires_grad_() for tensor in inputs)
    # Random directions instead of one number after the other: a tenth of the time.
    assert torch.autograd.gradcheck(mix, inputs, fast_mode=True)


def test_a_gradient_against_differences_of_the_slow_loop():
    """Of one number in each parameter and input; `gradcheck` compares the others with torch."""
    attention, query, annotations = attention_and_inputs()
    random = np.random.default_rng(1)
    factors = random.normal(size=(BATCH, KEY)), random.normal(size=(BATCH, D_ANNOTATION))
    found = ask(attention, query.requires_grad_(), annotations.requires_grad_(), MASK)
    parts = zip((found.weights, found.output), factors, strict=True)
    sum((part * torch.from_numpy(factor)).sum() for part, factor in parts).backward()
    given = dict(attention.named_parameters()) | {"query": query, "annotations": annotations}
    values = {name: tensor.detach().numpy().copy() for name, tensor in given.items()}

    def mixed(name, place, step):
        values[name][place] += step
        found = slow(values, values["query"], values["annotations"], MASK)
        values[name][place] -= step
        return sum((part * factor).sum() for part, factor in zip(found, factors, strict=True))

    for name, tensor in given.items():
        place = tuple(size // 2 if size > BATCH else size - 1 for size in tensor.shape)
        place = (1, 2, 7) if name == "annotations" else place
        expected = (mixed(name, place, 1e-5) - mixed(name, place, -1e-5)) / 2e-5
        assert abs(expected) > 1e-3
        assert float(tensor.grad[place]) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("rubbish", [math.nan, math.inf])
def test_rubbish_at_padding_reaches_neither_output_nor_gradient(rubbish):
    attention, asked, clean = attention_and_inputs()
    found = []
    for padding in (0.0, rubbish):
        attention.zero_grad()
        query = asked.clone().requires_grad_()
        annotations = clean.masked_fill(~MASK[..., None], padding).requires_grad_()
        seen = ask(attention, query, annotations, MASK)
        seen.output.square().sum().backward()
        parameters = [p.grad for p in attention.parameters()]
        found.append([seen.output, seen.weights, query.grad, annotations.grad, *parameters])
    for expected, got in zip(*found, strict=True):
        assert torch.equal(got, expected)


def test_a_sentence_without_words_has_zeros_and_finite_gradients():
    attention, query, annotations = attention_and_inputs()
    mask = MASK.clone()
    mask[1] = False
    found = ask(attention, query.requires_grad_(), annotations.requires_grad_(), mask)
    assert (found.weights[1] == 0).all()
    assert (found.output[1] == 0).all()
    with torch.autograd.set_detect_anomaly(True):
        found.output.square().sum().backward()
    assert all(p.grad.isfinite().all() for p in attention.parameters())
    assert (query.grad[1] == 0).all()
    assert (annotations.grad[1] == 0).all()
    assert query.grad[0].any()


def test_the_target_position_does_not_matter():
    attention, query, annotations = attention_and_inputs()
    prepared = attention.prepare(annotations, MASK)
    first, later = (
        attention(query, annotations, prepared, MASK, position=position) for position in (0, 5)
    )
    assert torch.equal(first.weights, later.weights)


def test_every_parameter_learns():
    attention, query, annotations = attention_and_inputs()
    ask(attention, query, annotations, MASK).output.square().sum().backward()
    assert all(p.grad.abs().sum() > 0 for p in attention.parameters())


@pytest.mark.parametrize("widths", [(0, 3, 5), (3, 0, 5), (3, 5, 0), (-1, 3, 5)])
def test_a_width_below_one_is_named(widths):
    names = ("d_query", "d_annotation", "d_score")
    name, width = next(pair for pair in zip(names, widths, strict=True) if pair[1] < 1)
    with pytest.raises(ValueError, match=f"^{name}: expected 1 or more, got {width}"):
        AdditiveAttention(*widths)
