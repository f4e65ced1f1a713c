import dataclasses
import math

import pytest
import torch
from torch import nn

from paying_attention.models.recurrent.config import ATTENTIONS, LOOKING
from paying_attention.models.recurrent.decoder import (
    BahdanauDecoder,
    Decoder,
    DecoderState,
    LuongDecoder,
)
from tests.toy import ASKING, SAMPLE, SOURCE_LENGTHS, WRITERS, toy_batch, toy_config, toy_model

SCORING = [attention for attention in LOOKING if not attention.startswith(("local", "multi"))]


def encode(model, batch):
    return model.encoder(batch.source, batch.source_lengths)


def write(model, batch, encoded=None):
    """All states, the first included, and what each step gave the readout and found."""
    encoded = encode(model, batch) if encoded is None else encoded
    state, prepared = model.decoder.begin(encoded)
    states, features, found = [state], [], []
    for previous in model.decoder.embedding(batch.target_input).unbind(dim=1):
        seen, state, answer = model.decoder.step(previous, state, encoded, prepared)
        states.append(state)
        features.append(seen)
        found.append(answer)
    return states, features, found


def seeded_draws(model, batch, seed):
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return model.decode(encode(model, batch), batch.target_input)


class Spy(nn.Module):
    """Writes down who asks, and passes everything on."""

    def __init__(self, attention):
        super().__init__()
        self.attention = attention
        self.queries, self.positions = [], []

    def prepare(self, annotations, mask):
        return self.attention.prepare(annotations, mask)

    def forward(self, query, annotations, prepared, mask=None, *, position=0):
        self.queries.append(query)
        self.positions.append(position)
        return self.attention(query, annotations, prepared, mask, position=position)


def close(one, other):
    return torch.allclose(one, other, rtol=1e-3, atol=1e-3)


# --- what is made ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("attention", "writer"), SAMPLE)
def test_the_query_decides_which_decoder_writes(attention, writer):
    decoder = toy_model(attention, **WRITERS[writer]).decoder
    assert type(decoder) is (BahdanauDecoder if writer == "bahdanau" else LuongDecoder)
    assert decoder.config == toy_config(attention, **WRITERS[writer])


def test_a_decoder_must_say_how_it_steps():
    batch, encoded = toy_batch(), encode(toy_model("none"), toy_batch())
    decoder = Decoder(toy_config("none"), None, 5, 7).double()
    state, prepared = decoder.begin(encoded)
    with pytest.raises(NotImplementedError):
        decoder.step(decoder.embedding(batch.target_input[:, 0]), state, encoded, prepared)


# --- the frozen vector ----------------------------------------------------------------------------


@pytest.mark.parametrize("two_ways", [True, False])
@pytest.mark.parametrize("lengths", [(4, 1, 7, 3, 7), (1,), (2, 2, 2), (1, 6)])
def test_the_frozen_vector_is_the_summary(two_ways, lengths):
    model = toy_model("constant", bidirectional=two_ways)
    encoded = encode(model, toy_batch(lengths, lengths))
    state, prepared = model.decoder.begin(encoded)
    assert torch.equal(prepared, encoded.summary)
    for position in (0, 3):
        answer = model.decoder.attention(
            state.hidden, encoded.annotations, prepared, encoded.mask, position=position
        )
        assert torch.equal(answer.output, encoded.summary)
        assert answer.weights is None


# --- the first state ------------------------------------------------------------------------------


@pytest.mark.parametrize(("attention", "writer"), SAMPLE)
def test_the_first_state_is_made_of_the_summary(attention, writer):
    model, batch = toy_model(attention, **WRITERS[writer]), toy_batch()
    encoded = encode(model, batch)
    state, prepared = model.decoder.begin(encoded)
    layer = model.decoder.start
    assert torch.allclose(state.hidden, torch.tanh(encoded.summary @ layer.weight.T + layer.bias))
    assert state.position == 0
    assert (state.attentional is None) is (writer != "fed")
    assert (prepared is None) is (attention == "none")


@pytest.mark.parametrize(("attention", "writer"), ASKING)
def test_a_first_state_of_zeros_knows_nothing_of_the_source(attention, writer):
    model, batch = toy_model(attention, start="zeros", **WRITERS[writer]), toy_batch()
    encoded = encode(model, batch)
    state, _ = model.decoder.begin(encoded)
    assert torch.equal(state.hidden, torch.zeros(5, model.config.d_decoder).double())
    assert not state.hidden.requires_grad
    # Nor does the summary come in elsewhere.
    decoded = model.decode(encoded, batch.target_input)
    blank = encoded._replace(summary=torch.full_like(encoded.summary, torch.nan))
    assert torch.equal(model.decode(blank, batch.target_input).logits, decoded.logits)


def test_before_the_first_word_input_feeding_has_zeros_to_give():
    model = toy_model("general", **WRITERS["fed"])
    state, _ = model.decoder.begin(encode(model, toy_batch()))
    assert torch.equal(state.attentional, torch.zeros(5, 7).double())
    assert state.hidden.all()


# --- who asks, and what the GRU is given ----------------------------------------------------------


@pytest.mark.parametrize(("attention", "writer"), ASKING)
def test_the_right_state_asks(attention, writer):
    """Bahdanau: s_{i-1} asks for word i. Luong: s_t does. Neither asks a step early or late."""
    model, batch = toy_model(attention, **WRITERS[writer]), toy_batch((5, 3), (4, 4))
    model.decoder.attention = spy = Spy(model.decoder.attention)
    hidden = [state.hidden for state in write(model, batch)[0]]
    late = 0 if writer == "bahdanau" else 1
    assert len(spy.queries) == 5
    assert spy.positions == [0, 1, 2, 3, 4]
    for step, query in enumerate(spy.queries):
        assert torch.equal(query, hidden[step + late])
        others = [state for i, state in enumerate(hidden) if i != step + late]
        assert not any(close(query, state) for state in others)


@pytest.mark.parametrize(("attention", "writer"), SAMPLE)
def test_positions_are_counted(attention, writer):
    states, _, _ = write(toy_model(attention, **WRITERS[writer]), toy_batch((5, 3), (4, 4)))
    assert [state.position for state in states] == [0, 1, 2, 3, 4, 5]


@pytest.mark.parametrize("writer", WRITERS)
def test_what_the_gru_is_given(writer):
    """Bahdanau's has this step's context; Luong's, with input feeding, h̃ of the step before."""
    model, batch = toy_model("general", **WRITERS[writer]), toy_batch((5, 3), (4, 4))
    given = []
    model.decoder.cell.register_forward_pre_hook(lambda _, inputs: given.append(inputs))
    states, features, found = write(model, batch)
    embedded = model.decoder.embedding(batch.target_input)
    contexts = [answer.output for answer in found]
    for step, (inputs, hidden) in enumerate(given):
        assert torch.equal(hidden, states[step].hidden)
        assert torch.equal(inputs[:, :5], embedded[:, step])
        extra = inputs[:, 5:]
        if writer == "luong":
            assert extra.shape[1] == 0
            continue
        candidates = contexts if writer == "bahdanau" else [torch.zeros(2, 7).double(), *features]
        assert torch.equal(extra, candidates[step])
        assert not any(close(extra, other) for i, other in enumerate(candidates) if i != step)


@pytest.mark.parametrize(("attention", "writer"), ASKING)
def test_what_the_readout_sees(attention, writer):
    """Bahdanau: [s_i; y_{i-1}; c_i]. Luong: h̃_t = tanh(W [c_t; s_t])."""
    model, batch = toy_model(attention, **WRITERS[writer]), toy_batch((5, 3), (4, 4))
    states, features, found = write(model, batch)
    embedded = model.decoder.embedding(batch.target_input)
    for step, seen in enumerate(features):
        hidden, context = states[step + 1].hidden, found[step].output
        if writer == "bahdanau":
            assert torch.equal(seen, torch.cat([hidden, embedded[:, step], context], dim=1))
            continue
        of_context, of_state = model.decoder.combine.weight.split([6, hidden.shape[1]], dim=1)
        inside = context @ of_context.T + hidden @ of_state.T + model.decoder.combine.bias
        assert torch.allclose(seen, torch.tanh(inside), rtol=1e-12)
        assert (states[step + 1].attentional is seen) is (writer == "fed")


@pytest.mark.parametrize(("attention", "writer"), SAMPLE[1:])
def test_every_step_looks_at_the_annotations_again(attention, writer):
    model, batch = toy_model(attention, **WRITERS[writer]), toy_batch((5, 3), (4, 4))
    encoded = encode(model, batch)
    state, prepared = model.decoder.begin(encoded)
    blank = encoded._replace(annotations=torch.zeros_like(encoded.annotations))
    _, nothing = model.decoder.begin(blank)
    for previous in model.decoder.embedding(batch.target_input).unbind(dim=1):
        seen, next_state, _ = model.decoder.step(previous, state, encoded, prepared)
        unseen, blank_state, _ = model.decoder.step(previous, state, blank, nothing)
        assert ((seen - unseen).abs().amax(dim=1) > 1e-3).all()
        if writer == "bahdanau":
            change = next_state.hidden - blank_state.hidden
            assert (change.abs().amax(dim=1) > 1e-4).all()
        else:  # Luong's state has stepped before it looks
            assert torch.equal(next_state.hidden, blank_state.hidden)
        if writer == "fed":
            change = next_state.attentional - blank_state.attentional
            assert (change.abs().amax(dim=1) > 1e-3).all()
        state = next_state


def test_without_input_feeding_what_was_found_is_forgotten():
    """Luong's later states then know nothing of the annotations, with it all but the first do."""
    for writer, knows in (("luong", False), ("fed", True)):
        model, batch = toy_model("general", **WRITERS[writer]), toy_batch((5, 3), (4, 4))
        encoded = encode(model, batch)
        blank = encoded._replace(annotations=torch.zeros_like(encoded.annotations))
        pairs = zip(write(model, batch)[0], write(model, batch, blank)[0], strict=True)
        changed = [bool((one.hidden != other.hidden).any()) for one, other in pairs]
        assert changed == [False, False, knows, knows, knows, knows]


def test_without_attention_a_step_looks_at_nothing():
    model, batch = toy_model("none"), toy_batch()
    encoded = encode(model, batch)
    before = model.decode(encoded, batch.target_input).logits
    blank = encoded._replace(annotations=torch.full_like(encoded.annotations, torch.nan))
    assert torch.equal(model.decode(blank, batch.target_input).logits, before)
    assert model.decoder.begin(encoded)[1] is None
    _, _, found = write(model, batch)
    assert all(answer.output.shape == (5, 0) for answer in found)


# --- where it looks -------------------------------------------------------------------------------


@pytest.mark.parametrize(("attention", "writer"), ASKING)
def test_attention_returns_its_weights_and_they_are_zero_at_padding(attention, writer):
    model, batch = toy_model(attention, **WRITERS[writer]), toy_batch()
    mask = encode(model, batch).mask
    looked = [answer.weights for answer in write(model, batch)[2]]
    for position, weights in enumerate(looked):
        seen = mask
        if attention == "local-m":
            seen = mask & ((torch.arange(7) - position).abs() <= 2)
        if attention == "local-p":
            assert (weights[~mask] == 0).all()
            assert (weights.sum(dim=1) < 1).all()
            assert weights.any(dim=1).all()
            continue
        assert torch.equal(weights > 0, seen)
        sums = seen.any(dim=1).double().tolist()  # behind a short source a window is empty
        assert weights.sum(dim=1).tolist() == pytest.approx(sums)
    assert not torch.allclose(looked[0], looked[-1], atol=1e-3)  # it looks elsewhere later


@pytest.mark.parametrize("attention", ["none", "constant"])
def test_without_attention_there_are_no_weights(attention):
    _, _, found = write(toy_model(attention), toy_batch())
    assert [answer.weights for answer in found] == [None] * 7


@pytest.mark.parametrize("attention", ATTENTIONS)
def test_rubbish_in_the_padding_of_the_annotations_is_not_seen(attention):
    model, batch = toy_model(attention), toy_batch()
    encoded = encode(model, batch)
    behind = ~encoded.mask[..., None]
    dirty = encoded._replace(annotations=encoded.annotations.masked_fill(behind, torch.nan))
    decoded = model.decode(dirty, batch.target_input)
    assert torch.equal(decoded.logits, model.decode(encoded, batch.target_input).logits)
    decoded.logits.square().sum().backward()
    assert all(p.grad.isfinite().all() for p in model.parameters())


@pytest.mark.parametrize("attention", LOOKING)
def test_rubbish_in_the_padding_of_the_words_is_not_seen(attention):
    model, batch = toy_model(attention, values="words"), toy_batch()
    encoded = encode(model, batch)
    dirty = encoded._replace(words=encoded.words.masked_fill(~encoded.mask[..., None], torch.nan))
    decoded = model.decode(dirty, batch.target_input)
    assert torch.equal(decoded.logits, model.decode(encoded, batch.target_input).logits)
    decoded.logits.square().sum().backward()
    assert all(p.grad is None or p.grad.isfinite().all() for p in model.parameters())


# --- words as values ------------------------------------------------------------------------------


@pytest.mark.parametrize(("attention", "writer"), ASKING)
def test_words_are_mixed_by_weights_that_come_from_the_annotations(attention, writer):
    """At the first step, where both models ask with the same state."""
    model = toy_model(attention, values="words", **WRITERS[writer])
    batch = toy_batch((7, 7), (3, 3))
    encoded = encode(model, batch)
    found = write(model, batch)[2][0]
    assert found.output.shape == (2, 5)
    assert torch.allclose(found.output, torch.einsum("bj,bjd->bd", found.weights, encoded.words))
    other_words = write(model, batch, encoded._replace(words=encoded.words.flip(0)))[2][0]
    assert torch.equal(other_words.weights, found.weights)
    expected = torch.einsum("bj,bjd->bd", found.weights, encoded.words.flip(0))
    assert torch.allclose(other_words.output, expected)
    assert not close(other_words.output, found.output)
    annotations = encoded.annotations + torch.linspace(-1, 2, 7)[:, None]
    annotations = annotations * torch.linspace(-2, 3, 6)
    changed = write(model, batch, encoded._replace(annotations=annotations))[2][0]
    assert close(changed.weights, found.weights) is (attention == "location")


@pytest.mark.parametrize("attention", ["additive", "general", "location"])
def test_a_neighbour_changes_a_context_of_words_through_the_weights_only(attention):
    """All but the neighbour's own part is the new weights times the old words.

    An annotation has read its neighbours, so a context of annotations is another one even then.
    """
    batch, neighbour = toy_batch((5,), (3,)), 2
    source = batch.source.clone()
    source[0, neighbour] = 3 if source[0, neighbour] != 3 else 4
    changed = dataclasses.replace(batch, source=source)
    for values in ("words", "annotations"):
        # Queries know nothing of the source at the first step: the state is made of zeros.
        model = toy_model(attention, values=values, start="zeros", decoder="luong")
        before, after = encode(model, batch), encode(model, changed)
        old, new = write(model, batch)[2][0], write(model, changed)[2][0]
        others = torch.arange(5) != neighbour
        own = getattr(after, values)[:, neighbour] * new.weights[:, neighbour, None]
        expected = (new.weights[..., None] * getattr(before, values))[:, others].sum(dim=1)
        assert close(new.output - own, expected) is (values == "words")
        assert close(new.weights, old.weights) is (attention == "location")
        assert not close(new.output, old.output)
        if (attention, values) == ("location", "words"):
            step = after.words[:, neighbour] - before.words[:, neighbour]
            assert torch.allclose(new.output - old.output, step * old.weights[:, neighbour, None])


# --- hard attention -------------------------------------------------------------------------------


def hard_and_soft(attention, **choices):
    """Two models with the same parameters; asked after a step that hears nothing of the context.

    They have the same states, so the soft one's weights are what the hard one draws from.
    """
    soft = toy_model(attention, decoder="luong", **choices)
    hard = toy_model(attention, decoder="luong", hard=True, **choices)
    parameters = soft.state_dict().items()
    hard.load_state_dict({k.replace("attention.", "attention.soft."): p for k, p in parameters})
    return hard, soft


@pytest.mark.parametrize(
    ("attention", "values"),
    [*((attention, "annotations") for attention in SCORING), ("general", "words")],
)
def test_after_training_the_best_position_is_picked(attention, values):
    hard, soft = hard_and_soft(attention, values=values)
    batch = toy_batch()
    encoded, before = encode(hard, batch), torch.get_rng_state()
    probabilities = soft.decode(encoded, batch.target_input).weights
    decoded = hard.eval().decode(encoded, batch.target_input)
    assert decoded.log_probs.shape == (5, 7)
    best, picks = probabilities.max(dim=-1)
    one_hot = nn.functional.one_hot(picks, 7).double()
    assert torch.equal(decoded.weights, one_hot)
    assert torch.allclose(decoded.log_probs, best.log(), rtol=1e-10)
    for step, answer in enumerate(write(hard, batch)[2]):
        picked = getattr(encoded, values)[torch.arange(5), picks[:, step]]
        assert torch.equal(answer.output, picked)
    assert len(picks.unique()) > 1
    assert torch.equal(torch.get_rng_state(), before)  # nothing was drawn


@pytest.mark.parametrize(
    ("attention", "values"),
    [*((attention, "annotations") for attention in SCORING), ("general", "words")],
)
def test_training_draws_from_the_weights_of_soft_attention(attention, values):
    hard, soft = hard_and_soft(attention, values=values)
    one = toy_batch((4, 7), (1, 1))
    twice = toy_batch((4, 7) * 1500, (1, 1) * 1500)
    rows = torch.arange(2).repeat(1500)
    batch = dataclasses.replace(twice, source=one.source[rows], target=one.target[rows])
    decoded = seeded_draws(hard.train(), batch, seed=1)
    assert decoded.log_probs.shape == (3000, 2)
    assert ((decoded.weights == 0) | (decoded.weights == 1)).all()
    assert (decoded.weights.sum(dim=-1) == 1).all()
    expected = soft.decode(encode(soft, one), one.target_input).weights.detach()
    shares = decoded.weights.reshape(1500, 2, 2, 7).mean(dim=0)
    assert (shares - expected).abs().max() < 4 * math.sqrt(0.25 / 1500)
    drawn = (expected[rows] * decoded.weights).sum(dim=-1).log()
    assert torch.allclose(decoded.log_probs, drawn, rtol=1e-10)


def test_a_draw_decides_about_its_own_word_only():
    hard, _ = hard_and_soft("general")
    batch = toy_batch()
    one, other = (seeded_draws(hard.train(), batch, seed) for seed in (1, 2))
    alike = (one.weights == other.weights).all(dim=-1)
    assert 0 < alike.sum() < alike.numel()
    assert torch.equal((one.logits == other.logits).all(dim=-1), alike)


@pytest.mark.parametrize("attention", ["additive", "general"])
def test_scores_learn_from_the_log_probabilities_and_not_from_the_logits(attention):
    hard, _ = hard_and_soft(attention)
    decoded = seeded_draws(hard.train(), toy_batch(), seed=1)
    scoring = list(hard.decoder.attention.parameters())
    unfelt = torch.autograd.grad(
        decoded.logits.square().sum(), scoring, retain_graph=True, allow_unused=True
    )
    assert unfelt == (None,) * len(scoring)
    assert not decoded.weights.requires_grad
    assert all(g.any() for g in torch.autograd.grad(decoded.log_probs.sum(), scoring))


# --- some of the sentences ------------------------------------------------------------------------


SELECTIONS = [
    *((attention, writer, {}) for attention, writer in SAMPLE),
    *(("general", writer, {"values": "words", "start": "zeros"}) for writer in WRITERS),
    ("general", "luong", {"hard": True}),
]


@pytest.mark.parametrize(("attention", "writer", "choices"), SELECTIONS)
def test_a_step_with_some_sentences_is_the_step_with_all_of_them(attention, writer, choices):
    """Rows of the state and of what was encoded go together, whatever their order."""
    model, batch = toy_model(attention, **WRITERS[writer], **choices).eval(), toy_batch()
    decoder, encoded = model.decoder, encode(model, batch)
    rows = torch.tensor([3, 0, 3, 4])
    state, prepared = decoder.begin(encoded)
    given = decoder.embedding(batch.target_input)
    _, state, _ = decoder.step(given[:, 0], state, encoded, prepared)
    seen, after, answer = decoder.step(given[:, 1], state, encoded, prepared)
    picked, part = encoded.select(rows), None if prepared is None else prepared[rows]
    some = state.select(rows)
    assert isinstance(some, DecoderState)
    found, after_some, some_answer = decoder.step(given[rows, 1], some, picked, part)
    assert torch.allclose(found, seen[rows], rtol=1e-10)
    assert torch.allclose(after_some.hidden, after.hidden[rows], rtol=1e-10)
    assert torch.allclose(some_answer.output, answer.output[rows], rtol=1e-10)
    assert after_some.position == after.position == 2
    if attention in LOOKING:
        assert torch.allclose(some_answer.weights, answer.weights[rows], rtol=1e-10)
    # Alone, a sentence does the same.
    for row in range(len(SOURCE_LENGTHS)):
        alone = torch.tensor([row])
        own = None if prepared is None else prepared[alone]
        found, _, _ = decoder.step(given[alone, 1], state.select(alone), encoded.select(alone), own)
        assert torch.allclose(found, seen[alone], rtol=1e-10)


def test_rows_of_a_state_by_hand():
    hidden, attentional = torch.arange(6.0).reshape(3, 2), torch.arange(6.0).reshape(3, 2) * 10
    state = DecoderState(hidden, attentional, 4)
    rows = torch.tensor([2, 0, 2])
    picked = state.select(rows)
    assert picked.hidden.tolist() == [[4, 5], [0, 1], [4, 5]]
    assert picked.attentional.tolist() == [[40, 50], [0, 10], [40, 50]]
    assert picked.position == 4
    assert DecoderState(hidden, None, 1).select(rows).attentional is None
    assert state.select(rows[:0]).hidden.shape == (0, 2)
