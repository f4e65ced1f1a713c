import copy as copying
import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from paying_attention.attention.multi_head import MultiHeadAttention
from paying_attention.data.batching import Corpus
from paying_attention.explain.alignment import attention_matrices
from paying_attention.explain.heads import entropy, head_matrices, mean_distance, without_heads
from tests.toy import numbers_and_model

# --- taking heads out -----------------------------------------------------------------------------

D_MODEL, HEADS, WIDTH = 12, 3, 4


def layer_and_tokens():
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        layer = MultiHeadAttention(D_MODEL, HEADS).double()
        torch.nn.init.normal_(layer.out_proj.bias)
        return layer, torch.randn(2, 5, D_MODEL, dtype=torch.float64)


def sum_over_heads(layer, tokens, heads):
    """What these heads find, each by its own columns of W^O, and the bias."""
    weights = layer(tokens).weights
    _, values = layer.project_kv(tokens, tokens)
    output = layer.out_proj.bias.expand_as(tokens)
    for head in heads:
        columns = layer.out_proj.weight[:, head * WIDTH : (head + 1) * WIDTH]
        output = output + weights[:, head] @ values[:, head] @ columns.T
    return output.detach()


@pytest.mark.parametrize("out", [(), (0,), (1,), (2,), (0, 2), (2, 1), (1, 1), (0, 1, 2)])
def test_without_heads_the_others_are_left(out):
    layer, tokens = layer_and_tokens()
    before = {name: p.clone() for name, p in layer.state_dict().items()}
    whole = layer(tokens)
    expected = sum_over_heads(layer, tokens, {0, 1, 2} - set(out))
    with without_heads(layer, *out):
        found = layer(tokens)
        fused = layer(tokens, need_weights=False)
    assert torch.allclose(found.output, expected, rtol=1e-10)
    assert torch.allclose(fused.output, expected, rtol=1e-10)
    assert torch.equal(found.weights, whole.weights)  # they look as before, and nobody listens
    assert torch.allclose(found.output, whole.output, atol=1e-2) is (not out)
    for name, parameter in layer.state_dict().items():
        assert torch.equal(parameter, before[name]), name
    assert torch.equal(layer(tokens).output, whole.output)


def test_heads_come_back_after_an_error():
    layer, tokens = layer_and_tokens()
    whole = layer(tokens).output
    with pytest.raises(KeyError), without_heads(layer, 1):
        raise KeyError("something else")
    assert torch.equal(layer(tokens).output, whole)


def test_one_after_the_other_and_back_in_steps():
    layer, tokens = layer_and_tokens()
    whole = layer(tokens).output
    with without_heads(layer, 0):
        with without_heads(layer, 2):
            assert torch.allclose(layer(tokens).output, sum_over_heads(layer, tokens, [1]))
        assert torch.allclose(layer(tokens).output, sum_over_heads(layer, tokens, [1, 2]))
    assert torch.equal(layer(tokens).output, whole)


def test_the_weights_are_still_the_same_parameter():
    layer, tokens = layer_and_tokens()
    parameter = layer.out_proj.weight
    with without_heads(layer, 1):
        assert layer.out_proj.weight is parameter
        assert parameter.requires_grad
    assert layer.out_proj.weight is parameter
    layer(tokens).output.sum().backward()
    assert parameter.grad is not None


def test_gradients_taken_outside_are_those_of_what_was_computed_inside():
    """Of the parameters too: a head that was out gets none, and the others get their own."""
    layer, tokens = layer_and_tokens()
    tokens.requires_grad_()
    copy = copying.deepcopy(layer)
    with torch.no_grad():
        copy.out_proj.weight[:, WIDTH : 2 * WIDTH] = 0
    given = [tokens, *layer.parameters()]
    with without_heads(layer, 1):
        output = layer(tokens).output
        inside = torch.autograd.grad(output.square().sum(), given, retain_graph=True)
    outside = torch.autograd.grad(output.square().sum(), given)
    expected = torch.autograd.grad(copy(tokens).output.square().sum(), [tokens, *copy.parameters()])
    names = ["tokens", *(name for name, _ in layer.named_parameters())]
    for name, one, other, reference in zip(names, inside, outside, expected, strict=True):
        assert torch.equal(one, other), name
        if name == "out_proj.weight":  # the columns of a head that found nothing get nothing
            assert not other[:, WIDTH : 2 * WIDTH].any()
            reference = reference.clone()
            reference[:, WIDTH : 2 * WIDTH] = 0
        assert torch.allclose(other, reference, atol=1e-12), name
    assert not dict(zip(names, outside, strict=True))["v_proj.weight"][WIDTH : 2 * WIDTH].any()


def test_the_numbers_are_those_of_zeros_in_the_last_projection():
    """To the last bit, as stored results were measured in that way."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        layer, tokens = MultiHeadAttention(D_MODEL, HEADS), torch.randn(3, 7, D_MODEL)
    copy = copying.deepcopy(layer)
    with torch.no_grad():
        copy.out_proj.weight[:, :WIDTH] = 0
    with without_heads(layer, 0):
        assert torch.equal(layer(tokens).output, copy(tokens).output)


@pytest.mark.parametrize("wrong", [-1, 3, 12])
def test_a_head_that_does_not_exist_is_named(wrong):
    layer, tokens = layer_and_tokens()
    whole = layer(tokens).output
    with (
        pytest.raises(ValueError, match=f"^heads: expected 0 to 2, got {wrong}$"),
        without_heads(layer, 0, wrong),
    ):
        pass
    assert torch.equal(layer(tokens).output, whole)


# --- numbers about weights ------------------------------------------------------------------------


def test_entropy_by_hand():
    rows = [[0.5, 0.25, 0.25, 0.0], [1.0, 0.0, 0.0, 0.0], [0.25] * 4, [0.75, 0.25, 0, 0]]
    of_three_to_one = 2 - 0.75 * math.log2(3)
    found = entropy(torch.tensor([rows], dtype=torch.float64))
    assert found.shape == (1, 4)
    assert found[0].tolist() == pytest.approx([1.5, 0, 2, of_three_to_one], rel=1e-14)


def test_a_row_that_looks_nowhere_has_neither_entropy_nor_distance():
    """Zero would say that it looks at one word, its own; NaN lets no mean over rows hide it."""
    weights = torch.tensor([[0.5, 0.5], [0.0, 0.0], [1.0, 0.0]])
    for measure, expected in ((entropy, [1, math.nan, 0]), (mean_distance, [0.5, math.nan, 2])):
        found = measure(weights)
        assert found.tolist() == pytest.approx(expected, nan_ok=True)
        assert found.mean().isnan()


@pytest.mark.parametrize("n", [1, 2, 3, 7, 64])
def test_the_entropy_of_an_even_row_is_the_logarithm_of_its_length(n):
    assert entropy(torch.full((n,), 1 / n)).item() == pytest.approx(math.log2(n), abs=1e-5)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=9).filter(lambda row: sum(row) > 0.1))
def test_entropy_by_a_slow_loop(row):
    weights = torch.tensor(row, dtype=torch.float64) / sum(row)
    expected = -sum(w * math.log2(w) for w in weights.tolist() if w > 0)
    found = entropy(weights).item()
    assert found == pytest.approx(expected, abs=1e-12)
    assert -1e-12 <= found <= math.log2(len(row)) + 1e-12
    assert entropy(weights.flip(0)).item() == pytest.approx(found, abs=1e-12)


def test_mean_distance_by_hand():
    """Query 2 of the first head: .2 · 2 + .3 · 1 + .1 · 0 + .4 · 1 = 1.1."""
    one = [[1.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 1.0], [0.2, 0.3, 0.1, 0.4]]
    other = [[0.0, 0.0, 0.0, 1.0], [0.5, 0.0, 0.5, 0.0], [0.1, 0.0, 0.3, 0.0]]  # .4 is all it has
    found = mean_distance(torch.tensor([one, other]))
    assert found.shape == (2, 3)
    assert found[0].tolist() == pytest.approx([0, 2, 1.1])
    assert found[1].tolist() == pytest.approx([3, 1, 0.5])


# --- where the heads of a translator look ---------------------------------------------------------


def corpus_and_model(attention="multi-head", decoder="luong"):
    return numbers_and_model(
        {"attention": attention, "decoder": decoder, "num_heads": HEADS}, width=6
    )


def slow_matrices(model, corpus, row):
    """One sentence alone: the states that ask, then each head's own rows of W^Q and W^K."""
    batch = corpus.select(torch.tensor([row]))
    encoded = model.encoder(batch.source, batch.source_lengths)
    state, prepared = model.decoder.begin(encoded)
    asking = []
    for previous in model.decoder.embedding(batch.target_input).unbind(dim=1):
        before = state.hidden
        _, state, _ = model.decoder.step(previous, state, encoded, prepared)
        asking.append((before if model.config.decoder == "bahdanau" else state.hidden)[0])
    heads, width = model.decoder.attention.heads, 6 // HEADS
    q = torch.stack(asking) @ heads.q_proj.weight.T + heads.q_proj.bias
    k = encoded.annotations[0] @ heads.k_proj.weight.T + heads.k_proj.bias
    owns = [slice(head * width, (head + 1) * width) for head in range(HEADS)]
    scores = [q[:, own] @ k[:, own].T / math.sqrt(width) for own in owns]
    return torch.stack(scores).softmax(dim=-1).detach()


@pytest.mark.parametrize("decoder", ["bahdanau", "luong"])
def test_matrices_are_those_of_each_sentence_alone(decoder):
    corpus, model = corpus_and_model(decoder=decoder)
    together = head_matrices(model, corpus, batch_size=3)
    assert len(together) == 7
    for row, (matrix, pair) in enumerate(zip(together, corpus.pairs, strict=True)):
        assert matrix.shape == (HEADS, len(pair.target), len(pair.source))
        expected = slow_matrices(model, corpus, row)[:, : len(pair.target)]
        assert torch.allclose(matrix, expected, rtol=1e-8)
        assert not matrix.requires_grad
    assert not torch.allclose(together[0][0], together[0][1], atol=1e-2)


def test_the_mean_over_the_heads_is_where_the_model_looked():
    corpus, model = corpus_and_model()
    for heads, matrix in zip(
        head_matrices(model, corpus, batch_size=4), attention_matrices(model, corpus), strict=True
    ):
        assert torch.allclose(heads.mean(dim=0), matrix, rtol=1e-9)


def test_nothing_is_left_on_the_model(monkeypatch):
    corpus, model = corpus_and_model()
    attention = model.decoder.attention
    head_matrices(model, corpus)
    assert not attention._forward_hooks

    def fail(*given):
        raise KeyError("something else")

    monkeypatch.setattr(model, "decode", fail)
    with pytest.raises(KeyError):
        head_matrices(model, corpus)
    assert not attention._forward_hooks


@pytest.mark.parametrize("attention", ["general", "dot"])
def test_a_model_without_heads_is_refused(attention):
    corpus, model = corpus_and_model(attention)
    with pytest.raises(
        ValueError, match=f"^model: expected attention 'multi-head', got '{attention}'$"
    ):
        head_matrices(model, corpus)


def test_a_corpus_without_words_is_refused():
    corpus, model = corpus_and_model()
    with pytest.raises(ValueError, match="corpus: expected 7 pairs of sentences in words, got 0"):
        head_matrices(model, Corpus(corpus.table))
