import dataclasses

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from paying_attention.data.batching import Batch
from paying_attention.models.seq2seq import MEMORIES, FrozenVector, Seq2Seq, Seq2SeqConfig
from tests.slow_gru import slow_gru
from tests.toy import (
    SOURCE_LENGTHS,
    SOURCE_VOCAB,
    TARGET_VOCAB,
    sentence,
    toy_batch,
    toy_config,
    toy_model,
)

KINDS = [(memory, two_ways) for memory in MEMORIES for two_ways in (True, False)]


def weights_of(model):
    return {name: p.detach().numpy() for name, p in model.named_parameters()}


def slow_annotations(model, source):
    """Read one sentence, given without padding: annotations and summary."""
    weights = weights_of(model)
    embedded = [weights["encoder.embedding.weight"][word] for word in source]
    forwards = slow_gru(embedded, weights, "encoder.gru.", "_l0")
    if not model.config.bidirectional:
        return np.array(forwards), forwards[-1]
    backwards = slow_gru(embedded[::-1], weights, "encoder.gru.", "_l0_reverse")[::-1]
    annotations = [np.concatenate(pair) for pair in zip(forwards, backwards, strict=True)]
    return np.array(annotations), np.concatenate([forwards[-1], backwards[0]])


def slow_logits(model, source, target_input):
    """Read and write one sentence, one step at a time in float64."""
    weights = {name.removeprefix("decoder."): w for name, w in weights_of(model).items()}
    annotations, summary = slow_annotations(model, source)
    state = np.tanh(weights["start.weight"] @ summary + weights["start.bias"])
    logits = []
    for word in target_input:
        given = weights["embedding.weight"][word]
        if model.config.memory == "constant":
            given = np.concatenate([given, summary])
        if model.config.memory == "additive":
            asked = weights["attention.query_proj.weight"] @ state
            keys = annotations @ weights["attention.key_proj.weight"].T
            hidden = np.tanh(asked + keys + weights["attention.key_proj.bias"])
            scores = np.exp(hidden @ weights["attention.score_proj.weight"][0])
            given = np.concatenate([given, scores / scores.sum() @ annotations])
        (state,) = slow_gru([given], weights, "cell.", "", start=state)
        features = np.concatenate([state, given])
        logits.append(weights["readout.weight"] @ features + weights["readout.bias"])
    return np.array(logits)


def logits_of(model, batch):
    return model(batch.source, batch.source_lengths, batch.target_input).detach()


@pytest.mark.parametrize(("memory", "two_ways"), KINDS)
def test_every_logit_by_a_slow_loop(memory, two_ways):
    model, batch = toy_model(memory, bidirectional=two_ways), toy_batch()
    logits = logits_of(model, batch).numpy()
    assert logits.shape == (5, 7, TARGET_VOCAB)
    for row, length in enumerate(SOURCE_LENGTHS):
        source = batch.source[row, :length].tolist()
        expected = slow_logits(model, source, batch.target_input[row].tolist())
        assert np.allclose(logits[row], expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("two_ways", [True, False])
def test_annotations_and_summary_by_a_slow_loop(two_ways):
    model, batch = toy_model(bidirectional=two_ways), toy_batch()
    encoded = model.encoder(batch.source, batch.source_lengths)
    assert encoded.annotations.shape == (5, 7, 6)
    for row, length in enumerate(SOURCE_LENGTHS):
        annotations, summary = slow_annotations(model, batch.source[row, :length].tolist())
        found = encoded.annotations[row].detach().numpy()
        assert np.allclose(found[:length], annotations, rtol=1e-10)
        assert (found[length:] == 0).all()
        assert np.allclose(encoded.summary[row].detach(), summary, rtol=1e-10)
        assert encoded.mask[row].tolist() == [True] * length + [False] * (7 - length)


def test_annotations_are_in_the_order_of_the_words():
    """An annotation feels a change of its own word at once, and later words only backwards."""
    model, batch = toy_model(), toy_batch((7,), (3,))
    changed = batch.source.clone()
    changed[0, 4] = 3 if changed[0, 4] != 3 else 4
    before, after = (
        model.encoder(source, batch.source_lengths).annotations[0]
        for source in (batch.source, changed)
    )
    forwards, backwards = (before != after).split(3, dim=1)
    assert forwards.all(dim=1).tolist() == [False] * 4 + [True] * 3
    assert backwards.all(dim=1).tolist() == [True] * 5 + [False] * 2


def test_torch_reads_one_sentence_alone_in_the_same_way():
    model, batch = toy_model(), toy_batch()
    encoded = model.encoder(batch.source, batch.source_lengths)
    for row, length in enumerate(SOURCE_LENGTHS):
        embedded = model.encoder.embedding(batch.source[row : row + 1, :length])
        states, last = model.encoder.gru(embedded)  # no packing, no padding
        assert torch.allclose(encoded.annotations[row, :length], states[0], rtol=1e-10)
        assert torch.allclose(encoded.summary[row], torch.cat([last[0, 0], last[1, 0]]))


@pytest.mark.parametrize("two_ways", [True, False])
@pytest.mark.parametrize("lengths", [(4, 1, 7, 3, 7), (1,), (2, 2, 2), (1, 6)])
def test_the_frozen_vector_is_the_summary(two_ways, lengths):
    model = toy_model("constant", bidirectional=two_ways)
    batch = toy_batch(lengths, lengths)
    encoded = model.encoder(batch.source, batch.source_lengths)
    state, prepared = model.decoder.begin(encoded)
    assert torch.equal(prepared, encoded.summary)
    answer = model.decoder.attention(state, encoded.annotations, prepared, encoded.mask)
    assert torch.equal(answer.output, encoded.summary)
    assert answer.weights is None


def test_the_frozen_vector_by_hand():
    annotations = torch.tensor([[[1, 2, 3], [4, 5, 6], [7, 8, 9]], [[10, 20, 30]] + [[0] * 3] * 2])
    mask = torch.tensor([[True, True, False], [True, False, False]])
    vector = FrozenVector(3, 2).prepare(annotations.float(), mask)
    assert vector.tolist() == [[4, 5, 3], [10, 20, 30]]


@pytest.mark.parametrize(("memory", "two_ways"), KINDS)
def test_padding_changes_nothing(memory, two_ways):
    model, batch = toy_model(memory, bidirectional=two_ways), toy_batch()
    logits = logits_of(model, batch)
    for row in range(len(SOURCE_LENGTHS)):
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
    memory=st.sampled_from(MEMORIES),
    seed=st.integers(0, 9),
)
@settings(max_examples=25)
def test_a_sentence_in_company_is_translated_as_alone(lengths, memory, seed):
    model = toy_model(memory)
    batch = toy_batch(*zip(*lengths, strict=True), seed=seed)
    logits = logits_of(model, batch)
    for row in range(len(lengths)):
        alone = logits_of(model, sentence(batch, row))[0]
        assert torch.allclose(logits[row, : len(alone)], alone, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("memory", MEMORIES)
def test_padding_feels_no_gradient(memory):
    model, batch = toy_model(memory), toy_batch()
    embedded = model.encoder.embedding(batch.source).detach().requires_grad_()
    encoded = model.encoder.read(embedded, batch.source_lengths)
    model.decode(encoded, batch.target_input).square().sum().backward()
    felt = embedded.grad.abs().sum(dim=-1) > 0
    assert torch.equal(felt, encoded.mask)


@pytest.mark.parametrize("memory", MEMORIES)
def test_teacher_forcing_leaks_no_word_before_it_is_written(memory):
    model, batch = toy_model(memory), toy_batch((5, 3), (6, 6))
    logits = logits_of(model, batch)
    for t in range(1, batch.target.shape[1] - 1):
        target = batch.target.clone()
        target[:, t] = torch.where(target[:, t] == 3, 4, 3)
        changed = logits_of(model, dataclasses.replace(batch, target=target))
        # logits[:, t - 1] predict word t, which was changed: they may not have seen it.
        assert torch.equal(changed[:, :t], logits[:, :t])
        # All later ones have.
        assert ((changed[:, t:] - logits[:, t:]).abs().amax(dim=-1) > 1e-9).all()


@pytest.mark.parametrize("memory", MEMORIES)
def test_the_last_word_of_a_sentence_is_never_read(memory):
    model, batch = toy_model(memory), toy_batch((5, 3), (6, 6))
    target = batch.target.clone()
    target[:, -1] = 7
    changed = logits_of(model, dataclasses.replace(batch, target=target))
    assert torch.equal(changed, logits_of(model, batch))


@pytest.mark.parametrize("memory", MEMORIES)
def test_every_source_word_matters(memory):
    model, batch = toy_model(memory), toy_batch((5,), (3,))
    logits = logits_of(model, batch)
    for position in range(5):
        source = batch.source.clone()
        source[0, position] = 3 if source[0, position] != 3 else 4
        changed = logits_of(model, dataclasses.replace(batch, source=source))
        assert ((changed - logits).abs().amax(dim=-1) > 1e-9).all()


@pytest.mark.parametrize("memory", MEMORIES)
def test_the_summary_starts_the_decoder(memory):
    model, batch = toy_model(memory), toy_batch()
    encoded = model.encoder(batch.source, batch.source_lengths)
    before = model.decode(encoded, batch.target_input)
    blank = encoded._replace(summary=torch.zeros_like(encoded.summary))
    after = model.decode(blank, batch.target_input)
    assert ((before - after).abs().amax(dim=(1, 2)) > 1e-3).all()


@pytest.mark.parametrize("memory", ["constant", "additive"])
def test_every_step_looks_at_the_annotations_again(memory):
    model, batch = toy_model(memory), toy_batch((5, 3), (4, 4))
    encoded = model.encoder(batch.source, batch.source_lengths)
    state, prepared = model.decoder.begin(encoded)
    blank = encoded._replace(annotations=torch.zeros_like(encoded.annotations))
    _, nothing = model.decoder.begin(blank)
    for previous in model.decoder.embedding(batch.target_input).unbind(dim=1):
        seen, next_state, _ = model.decoder.step(previous, state, encoded, prepared)
        unseen, blank_state, _ = model.decoder.step(previous, state, blank, nothing)
        assert ((seen - unseen).abs().amax(dim=1) > 1e-3).all()
        assert ((next_state - blank_state).abs().amax(dim=1) > 1e-4).all()
        state = next_state


def test_without_attention_a_step_looks_at_nothing():
    model, batch = toy_model("start"), toy_batch()
    encoded = model.encoder(batch.source, batch.source_lengths)
    before = model.decode(encoded, batch.target_input)
    blank = encoded._replace(annotations=torch.full_like(encoded.annotations, torch.nan))
    assert torch.equal(model.decode(blank, batch.target_input), before)
    assert model.decoder.begin(encoded)[1] is None


def test_attention_returns_its_weights_and_they_are_zero_at_padding():
    model, batch = toy_model("additive"), toy_batch()
    encoded = model.encoder(batch.source, batch.source_lengths)
    state, prepared = model.decoder.begin(encoded)
    looked = []
    for previous in model.decoder.embedding(batch.target_input).unbind(dim=1):
        _, state, weights = model.decoder.step(previous, state, encoded, prepared)
        assert torch.equal(weights > 0, encoded.mask)
        assert weights.sum(dim=1).tolist() == pytest.approx([1] * len(SOURCE_LENGTHS))
        looked.append(weights)
    assert not torch.allclose(looked[0], looked[-1], atol=1e-3)  # it looks elsewhere later


@pytest.mark.parametrize("memory", ["start", "constant"])
def test_without_attention_there_are_no_weights(memory):
    model, batch = toy_model(memory), toy_batch()
    encoded = model.encoder(batch.source, batch.source_lengths)
    state, prepared = model.decoder.begin(encoded)
    previous = model.decoder.embedding(batch.target_input[:, 0])
    assert model.decoder.step(previous, state, encoded, prepared)[2] is None


def test_the_order_of_the_sentences_does_not_matter():
    model, batch = toy_model(), toy_batch()
    order = torch.tensor([3, 0, 4, 1, 2])
    shuffled = Batch(batch.source[order], batch.source_lengths[order], batch.target[order])
    assert torch.allclose(logits_of(model, shuffled), logits_of(model, batch)[order], rtol=1e-10)


@pytest.mark.parametrize(("memory", "two_ways"), KINDS)
def test_every_parameter_learns(memory, two_ways):
    model = toy_model(memory, bidirectional=two_ways)
    batch = toy_batch()
    model(batch.source, batch.source_lengths, batch.target_input).square().sum().backward()
    still = [name for name, p in model.named_parameters() if p.grad is None or not p.grad.any()]
    assert still == []


@pytest.mark.parametrize("wrong", [-1, SOURCE_VOCAB, 999])
def test_a_source_id_outside_the_vocabulary_is_named(wrong):
    model, batch = toy_model(), toy_batch()
    batch.source[2, 3] = wrong
    with pytest.raises(ValueError, match=f"source: expected ids 0 to 12, got {wrong}"):
        model(batch.source, batch.source_lengths, batch.target_input)


@pytest.mark.parametrize("wrong", [-1, TARGET_VOCAB, 999])
def test_a_target_id_outside_the_vocabulary_is_named(wrong):
    model, batch = toy_model(), toy_batch()
    batch.target[2, 3] = wrong
    with pytest.raises(ValueError, match=f"target_input: expected ids 0 to 10, got {wrong}"):
        model(batch.source, batch.source_lengths, batch.target_input)


@pytest.mark.parametrize("lengths", [(0, 3), (3, 5), (2, -1)])
def test_lengths_out_of_range_are_named(lengths):
    source = torch.full((2, 4), 5)
    with pytest.raises(ValueError, match=rf"lengths: expected 1 to 4, got \[{lengths[0]}, "):
        toy_model().encoder(source, torch.tensor(lengths))


@pytest.mark.parametrize(
    "name", ["source_vocab_size", "target_vocab_size", "d_embedding", "d_encoder", "d_decoder"]
)
@pytest.mark.parametrize("size", [0, -4])
def test_a_size_below_one_is_named(name, size):
    with pytest.raises(ValueError, match=f"^{name}: expected 1 or more, got {size}"):
        dataclasses.replace(toy_config(), **{name: size})


def test_an_odd_width_cannot_be_shared_by_two_directions():
    with pytest.raises(ValueError, match=r"d_encoder: expected an even width .* got 7"):
        dataclasses.replace(toy_config(), d_encoder=7)
    one_way = Seq2SeqConfig(13, 11, d_encoder=7, bidirectional=False)
    assert one_way.d_direction == 7
    assert toy_config().d_direction == 3


@pytest.mark.usefixtures("without_type_checks")
def test_an_unknown_memory_is_named():
    with pytest.raises(ValueError, match=r"memory: expected one of .*'additive'.*, got 'none'"):
        dataclasses.replace(toy_config(), memory="none")


@pytest.mark.parametrize("dropout", [-0.1, 1.0, 1.5, float("nan")])
def test_a_dropout_out_of_range_is_named(dropout):
    with pytest.raises(ValueError, match=f"dropout: expected 0 or more and below 1, got {dropout}"):
        dataclasses.replace(toy_config(), dropout=dropout)


@pytest.mark.parametrize("memory", MEMORIES)
def test_dropout_is_for_training_only(memory):
    plain, batch = toy_model(memory), toy_batch()
    model = Seq2Seq(dataclasses.replace(plain.config, dropout=0.5)).double()
    model.load_state_dict(plain.state_dict())
    assert torch.equal(logits_of(model.eval(), batch), logits_of(plain, batch))
    assert torch.equal(logits_of(plain.train(), batch), logits_of(plain.eval(), batch))
    assert not torch.allclose(logits_of(model.train(), batch), logits_of(model, batch))


@pytest.mark.parametrize("silent", ["encoder", "decoder"])
def test_dropout_reaches_both_sides(silent):
    """With the embeddings of one side at zero, whatever still varies is the other side's."""
    config = dataclasses.replace(toy_config(), dropout=0.5)
    model, batch = Seq2Seq(config).double(), toy_batch()
    torch.nn.init.zeros_(getattr(model, silent).embedding.weight)
    assert not torch.allclose(logits_of(model, batch), logits_of(model, batch))


def test_a_config_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Seq2Seq(toy_config()).config.d_encoder = 8
