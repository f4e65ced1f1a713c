import dataclasses
import itertools

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from paying_attention.data.batching import Batch
from paying_attention.models.recurrent.config import ATTENTIONS, LOOKING
from paying_attention.models.recurrent.seq2seq import Decoded, Seq2Seq
from tests.models.slow_seq2seq import slow_decode
from tests.toy import (
    ASKING,
    SAMPLE,
    TARGET_VOCAB,
    WRITERS,
    sentence,
    toy_batch,
    toy_config,
    toy_model,
)

KINDS = [(attention, True) for attention in ATTENTIONS]
KINDS += [(attention, False) for attention in ("none", "constant", "additive")]


def decode(model, batch):
    return model.decode(model.encoder(batch.source, batch.source_lengths), batch.target_input)


def logits_of(model, batch):
    return model(batch.source, batch.source_lengths, batch.target_input).detach()


def other_word(ids, position):
    """The same sentences with another word at one position."""
    changed = ids.clone()
    changed[:, position] = torch.where(changed[:, position] == 3, 4, 3)
    return changed


# --- every number, by a slow loop -----------------------------------------------------------------


def check_by_a_slow_loop(model, batch, decoded):
    steps, width = batch.target_input.shape[1], batch.source.shape[1]
    assert decoded.logits.shape == (len(batch.source), steps, TARGET_VOCAB)
    for row, length in enumerate(batch.source_lengths.tolist()):
        source, written = batch.source[row, :length].tolist(), batch.target_input[row].tolist()
        picks = decoded.weights[row].argmax(dim=-1).tolist() if model.config.hard else None
        expected = slow_decode(model, source, written, picks=picks if model.training else None)
        found = decoded.logits[row].detach().numpy()
        assert np.allclose(found, expected.logits, rtol=1e-9, atol=1e-12)
        for name in ("weights", "log_probs"):
            assert (getattr(decoded, name) is None) is (getattr(expected, name) is None)
        if decoded.weights is not None:
            assert decoded.weights.shape == (len(batch.source), steps, width)
            weights = decoded.weights[row].detach().numpy()
            assert np.allclose(weights[:, :length], expected.weights, rtol=1e-9, atol=1e-15)
            assert (weights[:, length:] == 0).all()
        if decoded.log_probs is not None:
            found = decoded.log_probs[row].detach().numpy()
            assert np.allclose(found, expected.log_probs, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(("attention", "two_ways"), KINDS)
def test_every_logit_by_a_slow_loop(attention, two_ways):
    model, batch = toy_model(attention, bidirectional=two_ways), toy_batch()
    check_by_a_slow_loop(model, batch, decode(model, batch))
    assert torch.equal(logits_of(model, batch), decode(model, batch).logits)


def each_pair_of_choices():
    """Every attention with every writer, and each pair of choices together at least once."""
    starts, values = ("summary", "zeros"), ("annotations", "words")
    for (i, attention), (j, writer) in itertools.product(enumerate(LOOKING), enumerate(WRITERS)):
        both = (i + j) % 4
        yield attention, writer, starts[both // 2], values[both % 2]


def test_the_sample_has_each_pair_of_choices():
    rows = list(each_pair_of_choices())
    for one, other in itertools.combinations(range(4), 2):
        pairs = {(row[one], row[other]) for row in rows}
        assert len(pairs) == len({row[one] for row in rows}) * len({row[other] for row in rows})
    assert len(rows) == 8 * 3


@pytest.mark.parametrize(("attention", "writer", "start", "values"), list(each_pair_of_choices()))
def test_every_choice_by_a_slow_loop(attention, writer, start, values):
    model = toy_model(attention, start=start, values=values, **WRITERS[writer])
    batch = toy_batch()
    check_by_a_slow_loop(model, batch, decode(model, batch))


@pytest.mark.parametrize(
    ("attention", "values", "training"),
    [
        (attention, values, (i + j) % 2 == 0)
        for i, attention in enumerate(["additive", "dot", "general", "concat", "location"])
        for j, values in enumerate(["annotations", "words"])
    ],
)
def test_hard_attention_by_a_slow_loop(attention, values, training):
    """In training the loop is told what was drawn, and says what follows from it."""
    model = toy_model(attention, decoder="luong", hard=True, values=values).train(training)
    batch = toy_batch()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(3)
        check_by_a_slow_loop(model, batch, decode(model, batch))


@pytest.mark.parametrize("attention", ATTENTIONS)
def test_logits_come_with_weights_where_there_are_any(attention):
    model, batch = toy_model(attention), toy_batch()
    decoded = decode(model, batch)
    assert isinstance(decoded, Decoded)
    assert (decoded.weights is None) is (attention in ("none", "constant"))
    assert decoded.log_probs is None


# --- padding and company --------------------------------------------------------------------------


PADDED = [
    *((attention, {"bidirectional": two_ways}) for attention, two_ways in KINDS),
    *(
        (attention, {"values": "words", "start": "zeros", **WRITERS["fed"]})
        for attention in LOOKING
    ),
    ("general", {"decoder": "luong", "hard": True}),
]


@pytest.mark.parametrize(("attention", "choices"), PADDED)
def test_padding_changes_nothing(attention, choices):
    model, batch = toy_model(attention, **choices).eval(), toy_batch()
    logits = logits_of(model, batch)
    for row in (1, 3):  # sources of one word and of three among seven
        alone = sentence(batch, row)
        steps = alone.target_input.shape[1]
        assert torch.allclose(logits[row, :steps], logits_of(model, alone)[0], rtol=1e-10)
    # Neither do other ids behind the sentence, or more of them.
    behind = torch.arange(batch.source.shape[1]) >= batch.source_lengths[:, None]
    other_ids = batch.source.masked_fill(behind, 5)
    assert not torch.equal(other_ids, batch.source)
    assert torch.equal(logits_of(model, dataclasses.replace(batch, source=other_ids)), logits)
    wider = toy_batch(more_padding=3)
    assert wider.source.shape[1] == batch.source.shape[1] + 3
    assert torch.allclose(logits_of(model, wider)[:, : logits.shape[1]], logits, rtol=1e-10)


@given(
    lengths=st.lists(st.tuples(st.integers(1, 5), st.integers(0, 4)), min_size=1, max_size=5),
    attention=st.sampled_from(ATTENTIONS),
    writer=st.sampled_from(list(WRITERS)),
    values=st.sampled_from(["annotations", "words"]),
    seed=st.integers(0, 9),
)
@settings(max_examples=25)
def test_a_sentence_in_company_is_translated_as_alone(lengths, attention, writer, values, seed):
    choices = {"values": values, **WRITERS[writer]} if attention in LOOKING else {}
    model = toy_model(attention, **choices)
    batch = toy_batch(*zip(*lengths, strict=True), seed=seed)
    logits = logits_of(model, batch)
    for row in range(len(lengths)):
        alone = logits_of(model, sentence(batch, row))[0]
        assert torch.allclose(logits[row, : len(alone)], alone, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(
    ("attention", "values"),
    [*((attention, "annotations") for attention in ATTENTIONS), *((m, "words") for m in LOOKING)],
)
def test_padding_feels_no_gradient(attention, values):
    model, batch = toy_model(attention, values=values), toy_batch()
    embedded = model.encoder.embedding(batch.source).detach().requires_grad_()
    encoded = model.encoder.read(embedded, batch.source_lengths)
    model.decode(encoded, batch.target_input).logits.square().sum().backward()
    felt = embedded.grad.abs().sum(dim=-1) > 0
    assert torch.equal(felt, encoded.mask)


def test_the_order_of_the_sentences_does_not_matter():
    model, batch = toy_model(), toy_batch()
    order = torch.tensor([3, 0, 4, 1, 2])
    shuffled = Batch(batch.source[order], batch.source_lengths[order], batch.target[order])
    assert torch.allclose(logits_of(model, shuffled), logits_of(model, batch)[order], rtol=1e-10)


# --- what a word may know -------------------------------------------------------------------------


@pytest.mark.parametrize(("attention", "writer"), SAMPLE)
def test_teacher_forcing_leaks_no_word_before_it_is_written(attention, writer):
    model, batch = toy_model(attention, **WRITERS[writer]), toy_batch((5, 3), (6, 6))
    logits = logits_of(model, batch)
    for t in range(1, batch.target.shape[1] - 1):
        changed = logits_of(model, dataclasses.replace(batch, target=other_word(batch.target, t)))
        # logits[:, t - 1] predict word t, which was changed: they may not have seen it.
        assert torch.equal(changed[:, :t], logits[:, :t])
        # All later ones have.
        assert ((changed[:, t:] - logits[:, t:]).abs().amax(dim=-1) > 1e-9).all()


@pytest.mark.parametrize(("attention", "writer"), SAMPLE)
def test_every_source_word_matters(attention, writer):
    model, batch = toy_model(attention, **WRITERS[writer]), toy_batch((5,), (3,))
    logits = logits_of(model, batch)
    for position in range(5):
        source = other_word(batch.source, position)
        changed = logits_of(model, dataclasses.replace(batch, source=source))
        assert ((changed - logits).abs().amax(dim=-1) > 1e-9).all()


@pytest.mark.parametrize(("attention", "writer"), SAMPLE)
def test_the_summary_starts_the_decoder(attention, writer):
    model, batch = toy_model(attention, **WRITERS[writer]), toy_batch()
    encoded = model.encoder(batch.source, batch.source_lengths)
    before = model.decode(encoded, batch.target_input).logits
    blank = encoded._replace(summary=torch.zeros_like(encoded.summary))
    after = model.decode(blank, batch.target_input).logits
    assert ((before - after).abs().amax(dim=(1, 2)) > 1e-3).all()


# --- learning -------------------------------------------------------------------------------------


LEARNERS = [
    *((attention, {"bidirectional": two_ways}) for attention, two_ways in KINDS),
    *((attention, WRITERS[writer]) for attention, writer in ASKING if writer != "bahdanau"),
    *((attention, {"values": "words"}) for attention in LOOKING),
]


def parameters_that_stand_still(model, batch):
    """All that no gradient reaches, or nothing but rounding."""
    decode(model, batch).logits.square().sum().backward()
    return [
        name
        for name, p in model.named_parameters()
        if p.grad is None or not (p.grad.abs() > 1e-12).any()
    ]


def without_influence(model):
    """A bias of the keys changes no weight; heads that mix words need no values of their own."""
    if model.config.attention != "multi-head":
        return []
    still = ["k_proj.bias"]
    if model.config.values == "words":
        still += [f"{name}_proj.{kind}" for name in ("v", "out") for kind in ("weight", "bias")]
    return [f"decoder.attention.heads.{name}" for name in still]


@pytest.mark.parametrize(("attention", "choices"), LEARNERS)
def test_every_parameter_learns(attention, choices):
    model = toy_model(attention, **choices)
    assert parameters_that_stand_still(model, toy_batch()) == without_influence(model)


@pytest.mark.parametrize(("attention", "writer"), ASKING)
def test_all_but_the_start_learns_with_a_start_of_zeros(attention, writer):
    """The layer is made all the same, and nothing comes out of it that anybody hears."""
    model = toy_model(attention, start="zeros", **WRITERS[writer])
    still = parameters_that_stand_still(model, toy_batch())
    expected = ["decoder.start.weight", "decoder.start.bias"]
    assert still == [*without_influence(model), *expected]


def test_nobody_reads_an_annotation_if_neither_start_nor_score_nor_values_do():
    """Scores by location, words as values, a start of zeros: an encoder for nothing."""
    model = toy_model("location", start="zeros", values="words", decoder="luong")
    still = parameters_that_stand_still(model, toy_batch())
    gru = [f"encoder.{name}" for name, _ in model.encoder.named_parameters() if "gru" in name]
    assert still == [*gru, "decoder.start.weight", "decoder.start.bias"]


@pytest.mark.parametrize(
    ("attention", "choices"),
    [
        *((attention, {}) for attention in ATTENTIONS),
        ("general", {"values": "words", **WRITERS["fed"]}),
    ],
)
def test_dropout_is_for_training_only(attention, choices):
    plain, batch = toy_model(attention, **choices), toy_batch()
    model = Seq2Seq(dataclasses.replace(plain.config, dropout=0.5)).double()
    model.load_state_dict(plain.state_dict())
    assert torch.equal(logits_of(model.eval(), batch), logits_of(plain, batch))
    assert torch.equal(logits_of(plain.train(), batch), logits_of(plain.eval(), batch))
    assert not torch.allclose(logits_of(model.train(), batch), logits_of(model, batch))


@pytest.mark.parametrize("silent", ["encoder", "decoder"])
def test_dropout_reaches_both_sides(silent):
    """With the embeddings of one side at zero, whatever still varies is the other side's."""
    model, batch = Seq2Seq(toy_config(dropout=0.5)).double(), toy_batch()
    torch.nn.init.zeros_(getattr(model, silent).embedding.weight)
    assert not torch.allclose(logits_of(model, batch), logits_of(model, batch))


# --- what is refused ------------------------------------------------------------------------------


@pytest.mark.parametrize("wrong", [-1, TARGET_VOCAB, 999])
def test_a_target_id_outside_the_vocabulary_is_named(wrong):
    model, batch = toy_model(), toy_batch()
    batch.target[2, 3] = wrong
    with pytest.raises(ValueError, match=f"target_input: expected ids 0 to 10, got {wrong}"):
        model(batch.source, batch.source_lengths, batch.target_input)


def test_nothing_to_write_is_named():
    model, batch = toy_model(), toy_batch()
    with pytest.raises(ValueError, match=r"^target_input: expected <bos> at least, got no step$"):
        model(batch.source, batch.source_lengths, batch.target_input[:, :0])


def test_a_model_that_scores_positions_refuses_a_longer_sentence():
    model, batch = toy_model("location"), toy_batch((9, 3), (1, 1))
    with pytest.raises(ValueError, match="expected at most max_source_len = 8 words, got up to 9"):
        logits_of(model, batch)


def test_a_model_knows_its_config():
    config = toy_config("local-p", decoder="luong", values="words")
    assert Seq2Seq(config).config == config
    with pytest.raises(dataclasses.FrozenInstanceError):
        Seq2Seq(config).config.d_encoder = 8
