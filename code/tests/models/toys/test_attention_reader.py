import numpy as np
import pytest
import torch

from paying_attention.attention.masks import causal_mask, padding_mask
from paying_attention.models.toys.attention_reader import AttentionReader

TOKENS = torch.tensor([[3, 1, 4, 1, 5, 9, 2], [2, 7, 1, 8, 2, 8, 1]])
MARKS = torch.tensor([[False] * 2 + [True] + [False] * 4, [False] * 6 + [True]])
MASK = causal_mask(7)


def reader(*, seed=0, **choices):
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        sizes = {"d_model": 6, "num_heads": 3, "max_len": 9}
        model = AttentionReader(11, 5, **sizes | choices).double()
        for name, parameter in model.named_parameters():
            if name.endswith("bias"):
                torch.nn.init.normal_(parameter)
        return model


def slow(model, tokens, mask, marks):
    """One row, by the layer's formulas; returns the logits and the weights of each head."""
    w = {name: p.detach().numpy() for name, p in model.named_parameters()}

    def linear(name, x):
        return x @ w[f"{name}.weight"].T + w[f"{name}.bias"]

    x = w["embedding.weight"][tokens] + w["positions.weight"][: len(tokens)]
    x = x + np.outer(marks, w["mark"])
    q, k, v = (linear(f"attention.{name}_proj", x) for name in "qkv")
    heads, looked = [], []
    for own in np.split(np.arange(x.shape[1]), model.attention.num_heads):
        scores = q[:, own] @ k[:, own].T / np.sqrt(len(own))
        weights = np.exp(scores) * mask
        looked.append(weights / weights.sum(axis=1, keepdims=True))
        heads.append(looked[-1] @ v[:, own])
    found = linear("attention.out_proj", np.concatenate(heads, axis=1))
    x = x + found
    if model.feed_forward is not None:
        x = x + linear("feed_forward.2", np.maximum(0, linear("feed_forward.0", x)))
    return linear("readout", x), np.array(looked), found


@pytest.mark.parametrize("mask", [None, MASK])
@pytest.mark.parametrize("marks", [None, MARKS])
@pytest.mark.parametrize("choices", [{}, {"d_ff": 13}, {"num_heads": 1}])
def test_every_answer_by_the_formulas(choices, marks, mask):
    model = reader(**choices)
    logits = model(TOKENS, mask=mask, marks=marks)
    looked = model.look(TOKENS, mask=mask, marks=marks)
    assert logits.shape == (2, 7, 5)
    seen = np.ones((7, 7)) if mask is None else mask.numpy()
    for row in range(2):
        marked = np.zeros(7) if marks is None else marks[row].numpy()
        expected, weights, found = slow(model, TOKENS[row].numpy(), seen, marked)
        assert np.allclose(logits[row].detach(), expected, rtol=1e-9, atol=1e-12)
        assert np.allclose(looked.weights[row].detach(), weights, rtol=1e-9)
        assert np.allclose(looked.output[row].detach(), found, rtol=1e-9, atol=1e-12)


def test_a_mask_hides_what_comes_later():
    model = reader()
    before = model(TOKENS, mask=MASK)
    changed = TOKENS.clone()
    changed[:, 4] = 10
    after = model(changed, mask=MASK)
    assert torch.equal(after[:, :4], before[:, :4])
    assert ((after[:, 4:] - before[:, 4:]).abs().amax(dim=-1) > 1e-6).all()
    assert ((model(changed) - model(TOKENS)).abs().amax(dim=-1) > 1e-6).all()


def test_padding_changes_nothing():
    model = reader(d_ff=13)
    mask = padding_mask(torch.tensor([7, 4]), 7)[:, None, None]
    alone = model(TOKENS[1:, :4], marks=MARKS[1:, :4])
    assert torch.allclose(model(TOKENS, mask=mask, marks=MARKS)[1, :4], alone[0], rtol=1e-9)


def test_the_order_of_the_tokens_matters_because_of_positions():
    model, order = reader(), torch.tensor([3, 0, 6, 1, 5, 2, 4])
    swapped = model(TOKENS[:, order], marks=MARKS[:, order])
    assert not torch.allclose(swapped, model(TOKENS, marks=MARKS)[:, order], atol=1e-2)
    torch.nn.init.zeros_(model.positions.weight)
    swapped = model(TOKENS[:, order], marks=MARKS[:, order])
    assert torch.allclose(swapped, model(TOKENS, marks=MARKS)[:, order], rtol=1e-9)


def test_a_mark_adds_the_same_vector_wherever_it_stands():
    model = reader()
    plain, marked = model.embed(TOKENS), model.embed(TOKENS, MARKS)
    assert torch.equal(marked[~MARKS], plain[~MARKS])
    assert torch.allclose(marked[MARKS] - plain[MARKS], model.mark.expand(2, 6), rtol=1e-9)
    assert torch.equal(model(TOKENS, marks=torch.zeros_like(MARKS)), model(TOKENS))
    change = (model(TOKENS, marks=MARKS) - model(TOKENS)).abs().amax(dim=-1)
    assert (change > 1e-6).all()  # the others see it


def test_each_row_is_read_alone():
    model = reader(d_ff=13)
    assert torch.allclose(model(TOKENS)[1:], model(TOKENS[1:]), rtol=1e-10)


@pytest.mark.parametrize("d_ff", [0, 13])
def test_the_number_of_heads_costs_no_parameter(d_ff):
    counts = [
        sum(p.numel() for p in reader(num_heads=heads, d_ff=d_ff).parameters())
        for heads in (1, 2, 3, 6)
    ]
    assert len(set(counts)) == 1
    assert (reader(d_ff=d_ff).feed_forward is None) is (d_ff == 0)


@pytest.mark.parametrize("d_ff", [0, 13])
def test_every_parameter_learns(d_ff):
    """All but the keys' bias, which changes no weight."""
    model = reader(d_ff=d_ff)
    model(TOKENS, marks=MARKS).square().sum().backward()
    still = [n for n, p in model.named_parameters() if not (p.grad.abs() > 1e-8).any()]
    assert still == ["attention.k_proj.bias"]


@pytest.mark.parametrize(
    ("choices", "message"),
    [
        ({"vocab_size": 0}, "vocab_size: expected 1 or more, got 0"),
        ({"num_answers": 0}, "num_answers: expected 1 or more, got 0"),
        ({"max_len": 0}, "max_len: expected 1 or more, got 0"),
        ({"d_model": 0}, "d_model: expected 1 or more, got 0"),
        ({"num_heads": 0}, "num_heads: expected 1 or more, got 0"),
        ({"num_heads": 5}, "num_heads: expected a divisor of 64, got 5"),
        ({"d_ff": -1}, "d_ff: expected 0 or more, got -1"),
    ],
)
def test_a_size_out_of_range_is_named(choices, message):
    with pytest.raises(ValueError, match=f"^{message}$"):
        AttentionReader(**{"vocab_size": 11, "num_answers": 5} | choices)


@pytest.mark.usefixtures("without_type_checks")
@pytest.mark.parametrize("name", ["vocab_size", "num_answers", "max_len", "num_heads", "d_ff"])
def test_a_size_that_is_no_integer_is_named(name):
    with pytest.raises(TypeError, match=f"^{name}: expected an integer, got bool$"):
        AttentionReader(**{"vocab_size": 11, "num_answers": 5} | {name: True})


def test_a_row_that_is_too_long_is_named():
    model = reader(max_len=6)
    assert model(TOKENS[:, :6]).shape == (2, 6, 5)
    with pytest.raises(ValueError, match=r"^tokens: expected at most 6 in a row, got 7$"):
        model(TOKENS)
