"""Multi-head attention for a recurrent decoder."""

import numpy as np
import pytest
import torch

from paying_attention.attention.recurrent.heads import MultiHeadDecoderAttention
from tests.attention.test_multi_head import close, ones, random, redrawn, slow

BATCH, KEY, WIDTH, HEADS = 2, 7, 12, 3
MASK = torch.tensor([[True] * 7, [True, True, True, False, False, False, False]])


def decoder_attention():
    attention = redrawn(MultiHeadDecoderAttention(WIDTH, WIDTH, HEADS))
    query = torch.randn(BATCH, WIDTH, generator=random(1), dtype=torch.float64)
    annotations = torch.randn(BATCH, KEY, WIDTH, generator=random(2), dtype=torch.float64)
    return attention, query, annotations


def ask(attention, query, annotations, mask=None, **choices):
    prepared = attention.prepare(annotations, mask)
    return attention(query, annotations, prepared, mask, **choices)


@pytest.mark.parametrize("mask", [None, MASK])
def test_a_question_is_multi_head_attention_with_one_query(mask):
    attention, query, annotations = decoder_attention()
    found = ask(attention, query, annotations, mask)
    assert found.output.shape == (BATCH, WIDTH)
    assert found.weights.shape == (BATCH, KEY)
    for row in range(BATCH):
        length = KEY if mask is None else int(mask[row].sum())
        inputs = (t.numpy() for t in (query[row : row + 1], *[annotations[row, :length]] * 2))
        output, weights = slow(attention.heads, *inputs)
        assert np.allclose(found.output[row].detach(), output[0], rtol=1e-10)
        looked = found.weights[row].detach().numpy()
        assert np.allclose(looked[:length], weights[:, 0].mean(axis=0), rtol=1e-10)
        assert (looked[length:] == 0).all()
        assert all(abs(looked[:length] - head[0]).max() > 1e-2 for head in weights)


def test_rubbish_in_the_padding_is_not_seen():
    attention, query, annotations = decoder_attention()
    expected = ask(attention, query, annotations, MASK)
    dirty = annotations.masked_fill(~MASK[..., None], torch.nan).requires_grad_()
    prepared = attention.prepare(dirty, MASK)
    assert prepared.isfinite().all()
    found = attention(query, dirty, prepared, MASK)
    assert torch.equal(found.output, expected.output)
    assert torch.equal(found.weights, expected.weights)
    (found.output.square().sum() + found.weights.square().sum()).backward()
    assert all(p.grad.isfinite().all() for p in attention.parameters())
    assert torch.equal(dirty.grad.abs().sum(dim=-1) > 0, MASK)


def test_what_is_prepared_once_answers_all_questions():
    attention, query, annotations = decoder_attention()
    prepared = attention.prepare(annotations, MASK)
    assert prepared.shape == (BATCH, 2, HEADS, KEY, WIDTH // HEADS)
    kept = annotations.masked_fill(~MASK[..., None], 0.0)
    assert torch.equal(prepared, torch.stack(attention.heads.project_kv(kept, kept), dim=1))
    elsewhere = torch.full_like(annotations, torch.nan)  # nobody looks there again
    for position, asks in enumerate((query, query.flip(0), 2 * query)):
        found = attention(asks, elsewhere, prepared, MASK, position=position)
        assert torch.equal(found.output, ask(attention, asks, annotations, MASK).output)


def test_who_sees_no_annotation_gets_the_bias_of_the_output():
    attention, query, annotations = decoder_attention()
    mask = MASK & torch.tensor([[True], [False]])
    found = ask(attention, query, annotations, mask)
    assert close(found.output[1], attention.heads.out_proj.bias)
    assert (found.weights[1] == 0).all()
    assert found.weights[0].sum().item() == pytest.approx(1)


@pytest.mark.parametrize(
    ("sizes", "message"),
    [
        ((12, 10, 3), "d_annotation: expected d_query = 12, got 10"),
        ((0, 0, 1), "d_query: expected 1 or more, got 0"),
        ((12, 0, 1), "d_annotation: expected 1 or more, got 0"),
        ((12, 12, 0), "num_heads: expected 1 or more, got 0"),
        ((12, 12, 5), "num_heads: expected a divisor of 12, got 5"),
    ],
)
def test_widths_that_a_decoder_cannot_have_are_named(sizes, message):
    with pytest.raises(ValueError, match=f"^{message}$"):
        MultiHeadDecoderAttention(*sizes)


@pytest.mark.usefixtures("without_type_checks")
@pytest.mark.parametrize(
    ("wrong", "error", "message"),
    [
        ({"query": ones(2, 8)}, ValueError, "query: expected width 12, got 8"),
        ({"annotations": ones(2, 7, 8)}, ValueError, "annotations: expected width 12, got 8"),
        ({"mask": MASK.T}, ValueError, r"mask: expected shape \(2, 7\), got \(7, 2\)"),
        ({"mask": MASK.long()}, TypeError, "mask: expected a boolean tensor, got torch.int64"),
    ],
)
def test_what_a_decoder_may_not_ask_is_named(wrong, error, message):
    attention = MultiHeadDecoderAttention(WIDTH, WIDTH, HEADS)
    prepared = attention.prepare(ones(2, 7, WIDTH), MASK)
    given = {"query": ones(2, WIDTH), "annotations": ones(2, 7, WIDTH), "mask": MASK} | wrong
    with pytest.raises(error, match=f"^{message}$"):
        attention(given["query"], given["annotations"], prepared, given["mask"])
