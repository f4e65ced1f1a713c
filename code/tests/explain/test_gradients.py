import dataclasses

import numpy as np
import pytest
import torch

from paying_attention.explain.gradients import gradient_by_position
from tests.toy import sentence, toy_batch, toy_model

MODELS = {
    "start": {"attention": "none"},
    "constant": {"attention": "constant"},
    "Bahdanau": {"attention": "additive"},
    "Luong": {"attention": "general", "decoder": "luong", "input_feeding": True, "values": "words"},
}


def log_probability(model, embedded, batch):
    """Log-probability of the right translation of one sentence, summed word by word."""
    with torch.no_grad():
        encoded = model.encoder.read(embedded, batch.source_lengths)
        log_probs = torch.log_softmax(model.decode(encoded, batch.target_input).logits, dim=-1)
    words = enumerate(batch.target_output[0].tolist())
    return sum(log_probs[0, step, word].item() for step, word in words if word != 0)


def slow_shares(model, batch):
    """Wiggle each number of each embedding, and see what the log-probability does."""
    embedded = model.encoder.embedding(batch.source).detach()
    norms = np.zeros(embedded.shape[1])
    for position in range(embedded.shape[1]):
        slopes = []
        for column in range(embedded.shape[2]):
            values = []
            for wiggle in (1e-5, -1e-5):
                moved = embedded.clone()
                moved[0, position, column] += wiggle
                values.append(log_probability(model, moved, batch))
            slopes.append((values[0] - values[1]) / 2e-5)
        norms[position] = np.linalg.norm(slopes)
    return norms / norms.sum()


@pytest.mark.parametrize("name", MODELS)
def test_against_finite_differences(name):
    model, batch = toy_model(**MODELS[name]), toy_batch((5, 5), (4, 2))
    alone = [slow_shares(model, sentence(batch, row)) for row in range(2)]
    shares = gradient_by_position(model, batch)
    assert shares.shape == (5,)
    assert np.allclose(shares, np.mean(alone, axis=0), rtol=1e-5)


@pytest.mark.parametrize("name", MODELS)
def test_shares_sum_to_one(name):
    batch = toy_batch((7,) * 5, (3, 1, 4, 1, 5))
    shares = gradient_by_position(toy_model(**MODELS[name]), batch)
    assert shares.sum().item() == pytest.approx(1)
    assert (shares > 0).all()


def test_every_sentence_counts_alike():
    """Shares are taken by sentence first: one with steep gradients does not drown the others."""
    model, batch = toy_model(), toy_batch((5, 5), (9, 1))
    alone = [gradient_by_position(model, sentence(batch, row)) for row in range(2)]
    assert torch.allclose(gradient_by_position(model, batch), (alone[0] + alone[1]) / 2)


def test_padding_behind_the_target_changes_nothing():
    model = toy_model()
    batch = toy_batch((5, 5), (4, 2))
    wider = torch.nn.functional.pad(batch.target, (0, 3))
    longer = dataclasses.replace(batch, target=wider)
    assert torch.allclose(gradient_by_position(model, longer), gradient_by_position(model, batch))


def test_nothing_is_left_behind_in_the_model():
    model = toy_model()
    shares = gradient_by_position(model, toy_batch((5, 5), (4, 2)))
    assert not shares.requires_grad
    assert all(p.grad is None for p in model.parameters())


def test_sentences_of_different_lengths_are_refused():
    with pytest.raises(ValueError, match=r"batch: expected sentences of one length, got \[5, 4\]"):
        gradient_by_position(toy_model(), toy_batch((5, 4), (3, 3)))


@pytest.mark.parametrize("factor", [0.0, 1e200, torch.nan])
def test_a_gradient_that_cannot_be_shared_out_is_refused(factor):
    """A readout of zeros feels nothing: 0 / 0 of each position would be NaN; so would ∞ / ∞."""
    model = toy_model()
    with torch.no_grad():
        model.decoder.readout.weight.mul_(factor)
    with pytest.raises(ValueError, match="batch: expected gradients to share out, got "):
        gradient_by_position(model, toy_batch((5, 5), (4, 2)))
