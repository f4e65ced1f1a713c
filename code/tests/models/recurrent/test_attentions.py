import dataclasses

import pytest

from paying_attention.attention.recurrent.additive import AdditiveAttention
from paying_attention.attention.recurrent.decoder_attention import ScoringAttention
from paying_attention.attention.recurrent.frozen_vector import FrozenVector
from paying_attention.attention.recurrent.hard import HardAttention
from paying_attention.attention.recurrent.heads import MultiHeadDecoderAttention
from paying_attention.attention.recurrent.local import LocalAttention
from paying_attention.attention.recurrent.luong import (
    ConcatAttention,
    DotAttention,
    GeneralAttention,
    LocationAttention,
)
from paying_attention.models.recurrent.attentions import MAKERS, make_attention
from paying_attention.models.recurrent.config import ATTENTIONS, LOOKING
from paying_attention.models.recurrent.seq2seq import Seq2Seq
from tests.toy import toy_batch, toy_config

CLASSES = {
    "additive": AdditiveAttention,
    "dot": DotAttention,
    "general": GeneralAttention,
    "concat": ConcatAttention,
    "location": LocationAttention,
    "local-m": LocalAttention,
    "local-p": LocalAttention,
    "multi-head": MultiHeadDecoderAttention,
}


def test_the_table_and_the_config_know_the_same_names():
    assert tuple(MAKERS) == ATTENTIONS
    assert tuple(CLASSES) == LOOKING


def test_an_attention_is_what_the_config_calls_it():
    assert make_attention(toy_config("none")) is None
    for attention, kind in ({"constant": FrozenVector} | CLASSES).items():
        made = make_attention(toy_config(attention))
        assert type(made) is kind
        d_decoder = 6 if attention in ("dot", "multi-head") else 7
        assert (made.d_query, made.d_context) == (d_decoder, 6)


def test_the_sizes_of_an_attention_come_from_the_config():
    config = dataclasses.replace(toy_config("location"), max_source_len=9)
    assert make_attention(config).position_proj.weight.shape == (9, 7)
    for attention, centre in (("local-m", "m"), ("local-p", "p")):
        made = make_attention(dataclasses.replace(toy_config(attention), window=4))
        assert made.window == 4
        assert (made.centre_proj is None) is (centre == "m")
    for attention in ("additive", "concat"):  # the small network has the decoder's width
        assert make_attention(toy_config(attention)).score_proj.weight.shape == (1, 7)
    for num_heads in (1, 2, 6):
        made = make_attention(toy_config("multi-head", num_heads=num_heads))
        assert made.heads.num_heads == num_heads
    for two_ways, d_forward in ((True, 3), (False, 6)):
        made = make_attention(toy_config("constant", bidirectional=two_ways))
        assert made.d_forward == d_forward


@pytest.mark.parametrize("attention", LOOKING)
def test_what_scores_every_position_can_be_hard_and_nothing_else(attention):
    """The config decides by names and hard attention by types: they agree."""
    choices = {"decoder": "luong", "hard": True}
    if issubclass(CLASSES[attention], ScoringAttention):
        made = make_attention(toy_config(attention, **choices))
        assert type(made) is HardAttention
        assert type(made.soft) is CLASSES[attention]
    else:
        match = "^hard: expected an attention that scores every position with it, got "
        with pytest.raises(ValueError, match=match) as error:
            toy_config(attention, **choices)
        assert str(error.value).endswith(repr(attention))


@pytest.mark.parametrize(("attention", "smallest"), [("local-m", 0), ("local-p", 1)])
def test_a_window_that_is_too_small_is_named(attention, smallest):
    match = f"^window: expected {smallest} or more, got {smallest - 1}$"
    with pytest.raises(ValueError, match=match):
        Seq2Seq(dataclasses.replace(toy_config(attention), window=smallest - 1))
    model, batch = (
        Seq2Seq(dataclasses.replace(toy_config(attention), window=smallest)),
        toy_batch(),
    )
    assert model(batch.source, batch.source_lengths, batch.target_input).isfinite().all()
