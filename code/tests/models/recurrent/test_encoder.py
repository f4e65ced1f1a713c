import dataclasses

import numpy as np
import pytest
import torch
from torch.nn.utils.rnn import pack_padded_sequence

from paying_attention.data.batching import Batch
from paying_attention.models.recurrent import encoder
from paying_attention.models.recurrent.encoder import Encoded, Encoder, check_ids
from tests.models.slow_seq2seq import slow_encode
from tests.toy import SOURCE_LENGTHS, SOURCE_VOCAB, toy_batch, toy_config, toy_model


def encode(model, batch):
    return model.encoder(batch.source, batch.source_lengths)


@pytest.mark.parametrize("two_ways", [True, False])
def test_annotations_and_summary_by_a_slow_loop(two_ways):
    model, batch = toy_model(bidirectional=two_ways), toy_batch()
    encoded = encode(model, batch)
    assert encoded.annotations.shape == (5, 7, 6)
    assert encoded.words.shape == (5, 7, 5)
    for row, length in enumerate(SOURCE_LENGTHS):
        words, annotations, summary = slow_encode(model, batch.source[row, :length].tolist())
        found = encoded.annotations[row].detach().numpy()
        assert np.allclose(found[:length], annotations, rtol=1e-10)
        assert (found[length:] == 0).all()
        assert np.allclose(encoded.summary[row].detach(), summary, rtol=1e-10)
        assert np.array_equal(encoded.words[row, :length].detach(), words)
        assert encoded.mask[row].tolist() == [True] * length + [False] * (7 - length)


def test_annotations_are_in_the_order_of_the_words():
    """An annotation feels a change of its own word at once, and later words only backwards."""
    model, batch = toy_model(), toy_batch((7,), (3,))
    changed = batch.source.clone()
    changed[0, 4] = 3 if changed[0, 4] != 3 else 4
    before, after = (
        model.encoder(source, batch.source_lengths) for source in (batch.source, changed)
    )
    forwards, backwards = (before.annotations != after.annotations)[0].split(3, dim=1)
    assert forwards.all(dim=1).tolist() == [False] * 4 + [True] * 3
    assert backwards.all(dim=1).tolist() == [True] * 5 + [False] * 2
    own = (before.words != after.words)[0]
    assert own.any(dim=1).tolist() == [j == 4 for j in range(7)]  # a word knows no neighbour


def test_torch_reads_one_sentence_alone_in_the_same_way():
    model, batch = toy_model(), toy_batch()
    encoded = encode(model, batch)
    for row, length in enumerate(SOURCE_LENGTHS):
        embedded = model.encoder.embedding(batch.source[row : row + 1, :length])
        states, last = model.encoder.gru(embedded)  # no packing, no padding
        assert torch.allclose(encoded.annotations[row, :length], states[0], rtol=1e-10)
        assert torch.allclose(encoded.summary[row], torch.cat([last[0, 0], last[1, 0]]))


@pytest.mark.parametrize("two_ways", [True, False])
def test_padding_changes_nothing(two_ways):
    model, batch = toy_model(bidirectional=two_ways), toy_batch()
    encoded = encode(model, batch)
    behind = torch.arange(batch.source.shape[1]) >= batch.source_lengths[:, None]
    other_ids = encode(
        model, dataclasses.replace(batch, source=batch.source.masked_fill(behind, 5))
    )
    wider = encode(model, toy_batch(more_padding=3))
    assert wider.mask.shape == (5, 10)
    assert not wider.mask[:, 7:].any()
    for other in (other_ids, wider):
        assert torch.equal(other.annotations[:, :7], encoded.annotations)
        assert torch.equal(other.summary, encoded.summary)
        assert torch.equal(other.mask[:, :7], encoded.mask)


def test_the_order_of_the_sentences_does_not_matter():
    model, batch = toy_model(), toy_batch()
    order = torch.tensor([3, 0, 4, 1, 2])
    shuffled = Batch(batch.source[order], batch.source_lengths[order], batch.target[order])
    for found, expected in zip(encode(model, shuffled), encode(model, batch), strict=True):
        assert torch.allclose(found, expected[order], rtol=1e-10)


def test_embeddings_are_read_as_their_ids_are():
    model, batch = toy_model(), toy_batch()
    embedded = model.encoder.embedding(batch.source).detach().requires_grad_()
    encoded = model.encoder.read(embedded, batch.source_lengths)
    for found, expected in zip(encoded, encode(model, batch), strict=True):
        assert torch.equal(found, expected)
    (encoded.annotations.sum() + encoded.summary.sum()).backward()
    assert torch.equal(embedded.grad.abs().sum(dim=-1) > 0, encoded.mask)  # not at the padding


def test_words_are_what_the_encoder_read():
    """Dropped features stay dropped: attention that mixes words may not bring them back."""
    reader, batch = Encoder(toy_config(dropout=0.5)).double(), toy_batch()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        encoded = reader(batch.source, batch.source_lengths)
    again = reader.read(encoded.words, batch.source_lengths)
    for found, expected in zip(again, encoded, strict=True):
        assert torch.equal(found, expected)
    assert 0.3 < (encoded.words == 0).double().mean() < 0.7
    words = reader.eval()(batch.source, batch.source_lengths).words
    assert torch.equal(words, reader.embedding(batch.source))


class Elsewhere(torch.Tensor):
    """Lengths that stand on another device, as far as can be told without one."""

    def cpu(self):
        return torch.Tensor.as_subclass(self, torch.Tensor)

    def to(self, device):
        assert isinstance(device, torch.device)
        return self.cpu()


def test_lengths_go_to_the_cpu_for_packing_and_to_the_words_for_the_mask(monkeypatch):
    """Torch packs with lengths on the CPU only; the mask stands where the annotations do."""
    model, batch, given = toy_model(), toy_batch(), []

    def pack(embedded, lengths, **choices):
        given.append(type(lengths))
        return pack_padded_sequence(embedded, lengths, **choices)

    expected = encode(model, batch)
    monkeypatch.setattr(encoder, "pack_padded_sequence", pack)
    monkeypatch.setattr(
        encoder, "padding_mask", lambda lengths, _: given.append(type(lengths)) or expected.mask
    )
    embedded = model.encoder.embedding(batch.source)
    found = model.encoder.read(embedded, batch.source_lengths.as_subclass(Elsewhere))
    assert given == [torch.Tensor, torch.Tensor]
    assert torch.equal(found.annotations, expected.annotations)


def test_every_parameter_learns():
    model, batch = toy_model(), toy_batch()
    encode(model, batch).annotations.square().sum().backward()
    assert all(p.grad.any() for p in model.encoder.parameters())


@pytest.mark.parametrize("rows", [[3, 0], [1], [2, 2, 4, 0, 2, 1], []])
def test_a_selection_keeps_what_belongs_to_a_sentence_together(rows):
    encoded = encode(toy_model(), toy_batch())
    picked = encoded.select(torch.tensor(rows, dtype=torch.long))
    assert isinstance(picked, Encoded)
    for part, whole in zip(picked, encoded, strict=True):
        assert part.shape == (len(rows), *whole.shape[1:])
        for found, row in zip(part, rows, strict=True):
            assert torch.equal(found, whole[row])


@pytest.mark.parametrize("wrong", [-1, SOURCE_VOCAB, 999])
def test_a_source_id_outside_the_vocabulary_is_named(wrong):
    model, batch = toy_model(), toy_batch()
    batch.source[2, 3] = wrong
    with pytest.raises(ValueError, match=f"source: expected ids 0 to 12, got {wrong}"):
        model(batch.source, batch.source_lengths, batch.target_input)


def test_no_sentence_at_all_is_named():
    with pytest.raises(ValueError, match=r"^source: expected one sentence or more, got none$"):
        toy_model().encoder(torch.zeros(0, 4).long(), torch.zeros(0).long())


@pytest.mark.parametrize("lengths", [(0, 3), (3, 5), (2, -1)])
def test_lengths_out_of_range_are_named(lengths):
    source = torch.full((2, 4), 5)
    with pytest.raises(ValueError, match=rf"lengths: expected 1 to 4, got \[{lengths[0]}, "):
        toy_model().encoder(source, torch.tensor(lengths))


@pytest.mark.parametrize(
    ("ids", "wrong"), [([[0, 3], [-2, 1]], -2), ([[0, 3], [5, 4]], 5), ([[-1, 9]], 9), ([7], 7)]
)
def test_an_id_outside_a_vocabulary_is_named(ids, wrong):
    with pytest.raises(ValueError, match=f"^answers: expected ids 0 to 3, got {wrong}$"):
        check_ids("answers", torch.tensor(ids), 4)


def test_ids_inside_a_vocabulary_are_fine():
    check_ids("answers", torch.tensor([[0, 3], [1, 2]]), 4)
    check_ids("answers", torch.zeros(2, 0, dtype=torch.long), 4)
