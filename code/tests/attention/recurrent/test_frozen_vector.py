"""Attention that looks at nothing; test_decoder.py compares it with the summary."""

import pytest
import torch

from paying_attention.attention.recurrent.decoder_attention import DecoderAttention
from paying_attention.attention.recurrent.frozen_vector import FrozenVector

ANNOTATIONS = torch.tensor([[[1, 2, 3], [4, 5, 6], [7, 8, 9]], [[10, 20, 30]] + [[0] * 3] * 2])
MASK = torch.tensor([[True, True, False], [True, False, False]])


@pytest.mark.parametrize(
    ("d_forward", "mask", "expected"),
    [
        (2, MASK, [[4, 5, 3], [10, 20, 30]]),
        (3, MASK, [[4, 5, 6], [10, 20, 30]]),
        (1, None, [[7, 2, 3], [0, 20, 30]]),
        (2, MASK & torch.tensor([[False], [True]]), [[0, 0, 0], [10, 20, 30]]),
    ],
)
def test_the_last_word_forwards_and_the_first_backwards(d_forward, mask, expected):
    assert FrozenVector(5, 3, d_forward).prepare(ANNOTATIONS.float(), mask).tolist() == expected


def test_every_question_has_the_same_answer():
    frozen, annotations = FrozenVector(5, 3, 2), ANNOTATIONS.float()
    assert isinstance(frozen, DecoderAttention)
    assert (frozen.d_query, frozen.d_context) == (5, 3)
    prepared = frozen.prepare(annotations, MASK)
    elsewhere = torch.full_like(annotations, torch.nan)
    for position, query in enumerate(torch.randn(3, 2, 5)):
        found = frozen(query, elsewhere, prepared, MASK, position=position)
        assert torch.equal(found.output, prepared)
        assert found.weights is None


@pytest.mark.parametrize("rubbish", [torch.nan, torch.inf])
def test_rubbish_at_padding_reaches_neither_output_nor_gradient(rubbish):
    spoilt = ANNOTATIONS.float().masked_fill(~MASK[..., None], rubbish).requires_grad_()
    prepared = FrozenVector(5, 3, 2).prepare(spoilt, MASK)
    assert prepared.tolist() == [[4, 5, 3], [10, 20, 30]]
    prepared.square().sum().backward()
    assert spoilt.grad.isfinite().all()
    assert (spoilt.grad[~MASK] == 0).all()


def test_it_stays_on_the_device_of_the_annotations():
    """The device "meta" holds shapes only: a look at the data would fail."""
    prepared = FrozenVector(5, 3, 2).prepare(ANNOTATIONS.float().to("meta"), MASK.to("meta"))
    assert (prepared.device.type, prepared.shape) == ("meta", (2, 3))


def test_a_width_below_one_is_named():
    with pytest.raises(ValueError, match=r"^d_annotation: expected 1 or more, got 0$"):
        FrozenVector(5, 0, 2)


def test_it_computes_where_its_inputs_are():
    attention = FrozenVector(4, 6, 3).to("meta")
    query, annotations = torch.zeros(2, 4, device="meta"), torch.zeros(2, 5, 6, device="meta")
    mask = torch.ones(2, 5, dtype=torch.bool, device="meta")
    found = attention(query, annotations, attention.prepare(annotations, mask), mask)
    assert found.output.shape == (2, 6)
    assert found.output.device.type == "meta"
