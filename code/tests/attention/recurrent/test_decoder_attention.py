"""One question at a time: what every attention for a recurrent decoder shares."""

import numpy as np
import pytest
import torch

from paying_attention.attention.recurrent.decoder_attention import (
    DecoderAttention,
    ScoringAttention,
    context_vector,
)
from tests.attention.test_softmax import normal, slow_attend

BATCH, HEAD, QUERY, KEY, VALUE = 2, 3, 5, 7, 11


PADDED = torch.tensor([[True] * 7, [True, True, True, False, False, False, False]])


class Given(ScoringAttention):
    """Scores that were fixed beforehand, whatever is asked."""

    def __init__(self, scores):
        super().__init__(3, VALUE)
        self.given = scores

    def scores(self, query, prepared):
        return self.given


def answer(scores, annotations, mask=None, **more):
    attention = Given(scores)
    query = normal(len(scores), 3)
    return attention(query, annotations, attention.prepare(annotations, mask), mask, **more)


@pytest.mark.parametrize("mask", [None, PADDED])
def test_one_question_is_attend_with_one_query(mask):
    scores, annotations = normal(BATCH, KEY), normal(BATCH, KEY, VALUE, seed=1)
    found = answer(scores, annotations, mask)
    everything = np.ones((BATCH, 1, KEY), dtype=bool) if mask is None else mask[:, None].numpy()
    weights, output = slow_attend(scores[:, None].numpy(), annotations.numpy(), everything)
    assert np.allclose(found.weights, weights[:, 0], rtol=1e-12, atol=0)
    assert np.allclose(found.output, output[:, 0], rtol=1e-12)


class Asked(ScoringAttention):
    """Scores that are what was asked and what was prepared."""

    def scores(self, query, prepared):
        return query.sum(dim=-1, keepdim=True) * prepared.sum(dim=-1)


def test_a_decoder_scores_its_question_against_what_was_prepared():
    attention = Asked(3, VALUE)
    query, annotations, prepared = (
        normal(BATCH, 3),
        normal(BATCH, KEY, VALUE),
        normal(BATCH, KEY, 5),
    )
    found = attention(query, annotations, prepared)
    scores = query.sum(dim=-1, keepdim=True) * prepared.sum(dim=-1)
    assert torch.allclose(found.weights, torch.softmax(scores, dim=-1))


def test_a_shift_of_all_scores_of_a_decoder_changes_nothing():
    scores, annotations = normal(BATCH, KEY), normal(BATCH, KEY, VALUE, seed=1)
    found = answer(scores, annotations, PADDED)
    shifted = answer(scores + torch.tensor([[300.0], [-7.0]]), annotations, PADDED, position=4)
    assert torch.allclose(shifted.weights, found.weights, rtol=1e-12)
    assert torch.allclose(shifted.output, found.output, rtol=1e-12)


def test_a_decoder_that_sees_nothing_gets_zeros_and_finite_gradients():
    scores, annotations = normal(BATCH, KEY).requires_grad_(), normal(BATCH, KEY, VALUE)
    mask = PADDED.clone()
    mask[1] = False
    found = answer(scores, annotations.requires_grad_(), mask)
    assert not found.weights[1].any()
    assert not found.output[1].any()
    found.output.square().sum().backward()
    assert scores.grad.isfinite().all()
    assert annotations.grad.isfinite().all()
    assert scores.grad[0].any()


def test_prepare_only_takes_the_padding_away():
    attention, annotations = DecoderAttention(3, VALUE), normal(BATCH, KEY, VALUE)
    assert torch.equal(attention.prepare(annotations, None), annotations)
    spoilt = annotations.masked_fill(~PADDED[..., None], torch.nan)
    prepared = attention.prepare(spoilt, PADDED)
    assert torch.equal(prepared, annotations.masked_fill(~PADDED[..., None], 0))
    assert (attention.d_query, attention.d_context) == (3, VALUE)


def test_a_kind_of_attention_must_say_how_it_scores():
    annotations = normal(BATCH, KEY, VALUE)
    for kind in (DecoderAttention, ScoringAttention):
        with pytest.raises(NotImplementedError):
            kind(3, VALUE)(normal(BATCH, 3), annotations, annotations)


def test_a_context_is_the_sum_by_the_weights_and_nothing_hidden_leaks():
    weights, values = normal(BATCH, KEY).square() * PADDED, normal(BATCH, KEY, VALUE, seed=1)
    expected = np.einsum("bj,bjd->bd", weights.numpy(), values.numpy())
    found = []
    for rubbish in (0.0, torch.nan, -torch.inf):
        spoilt = values.masked_fill(~PADDED[..., None], rubbish).requires_grad_()
        given = weights.clone().requires_grad_()
        context = context_vector(given, spoilt, PADDED)
        context.square().sum().backward()
        found.append((context, given.grad, spoilt.grad))
        assert np.allclose(context.detach(), expected, rtol=1e-12)
    for other in found[1:]:
        assert all(torch.equal(*pair) for pair in zip(other, found[0], strict=True))


def test_a_context_shows_a_value_that_is_not_finite_to_those_who_look():
    weights, values = normal(BATCH, KEY).square() * PADDED, normal(BATCH, KEY, VALUE, seed=1)
    values[0, 6, 2] = torch.nan
    context = context_vector(weights, values, PADDED)
    assert context.isnan().nonzero().tolist() == [[0, 2]]


@pytest.mark.usefixtures("without_type_checks")
def test_a_decoder_with_other_widths_or_another_mask_is_named():
    scores, annotations = normal(BATCH, KEY), normal(BATCH, KEY, VALUE)
    attention = Given(scores)
    with pytest.raises(ValueError, match=r"^query: expected width 3, got 5$"):
        attention(normal(BATCH, 5), annotations, annotations)
    with pytest.raises(ValueError, match=r"^annotations: expected width 11, got 9$"):
        attention(normal(BATCH, 3), annotations[..., 2:], annotations)
    with pytest.raises(ValueError, match=r"^mask: expected shape \(2, 7\), got \(2, 6\)$"):
        attention(normal(BATCH, 3), annotations, annotations, PADDED[:, 1:])
    with pytest.raises(TypeError, match=r"mask: expected a boolean tensor, got torch\.float32"):
        attention(normal(BATCH, 3), annotations, annotations, PADDED.float())


@pytest.mark.parametrize(("d_query", "d_annotation"), [(0, 5), (5, 0), (5, -1)])
def test_a_decoder_without_width_is_named(d_query, d_annotation):
    name = "d_query" if d_query < 1 else "d_annotation"
    match = f"{name}: expected 1 or more, got {min(d_query, d_annotation)}"
    with pytest.raises(ValueError, match=match):
        DecoderAttention(d_query, d_annotation)
