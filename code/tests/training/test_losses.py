import dataclasses
import math

import pytest
import torch
from torch import nn

from paying_attention.data.batching import Batch
from paying_attention.models.seq2seq import MEMORIES
from paying_attention.training.losses import translation_loss
from tests.toy import TARGET_LENGTHS, TARGET_VOCAB, sentence, toy_batch, toy_model


class Fixed(nn.Module):
    """Answers with given logits, and remembers what it was asked."""

    def __init__(self, logits):
        super().__init__()
        self.logits = logits

    def forward(self, source, source_lengths, target_input):
        self.target_input = target_input
        return self.logits


class Echo(nn.Module):
    """Repeats each word that it is given, very sure of itself."""

    def forward(self, source, source_lengths, target_input):
        return 50 * torch.nn.functional.one_hot(target_input, TARGET_VOCAB).double()


def test_by_hand():
    """Two real words, said with probability 1/2 and 1/8; the padding behind counts nothing."""
    logits = torch.tensor([[[0.0, 0, 0, 0], [0.0, 0, 0, math.log(21)]]]).repeat(1, 2, 1)
    logits = torch.cat([logits[:, 1:2], logits[:, 0:1], logits[:, 1:2]], dim=1)
    batch = Batch(torch.tensor([[3]]), torch.tensor([1]), torch.tensor([[1, 3, 2, 0]]))
    expected = (math.log(24 / 21) + math.log(4)) / 2
    assert translation_loss(Fixed(logits), batch).item() == pytest.approx(expected, rel=1e-6)


def test_the_model_is_given_the_words_before_the_ones_that_it_is_asked_for():
    batch = toy_batch((3,), (5,))
    model = Fixed(torch.zeros(1, 6, TARGET_VOCAB))
    translation_loss(model, batch)
    assert model.target_input.tolist() == batch.target[:, :-1].tolist()
    assert model.target_input[0, 0] == 1


def test_repeating_the_given_word_earns_nothing():
    """A target that leaks into the input would make this model perfect."""
    target = torch.tensor([[1, 3, 4, 5, 6, 7, 2]])
    batch = Batch(torch.tensor([[3]]), torch.tensor([1]), target)
    assert translation_loss(Echo(), batch).item() == pytest.approx(50)


@pytest.mark.parametrize("memory", MEMORIES)
def test_a_batch_is_the_mean_over_the_words_of_its_sentences(memory):
    model, batch = toy_model(memory), toy_batch()
    alone = [translation_loss(model, sentence(batch, row)).item() for row in range(5)]
    words = [length + 1 for length in TARGET_LENGTHS]  # <eos> counts
    expected = sum(n * loss for n, loss in zip(words, alone, strict=True)) / sum(words)
    assert translation_loss(model, batch).item() == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("memory", MEMORIES)
def test_padding_changes_nothing(memory):
    model, batch = toy_model(memory), toy_batch()
    loss = translation_loss(model, batch).item()
    wider = toy_batch(more_padding=5)
    assert translation_loss(model, wider).item() == pytest.approx(loss, rel=1e-12)
    behind = torch.arange(batch.source.shape[1]) >= batch.source_lengths[:, None]
    other_ids = dataclasses.replace(batch, source=batch.source.masked_fill(behind, 9))
    assert translation_loss(model, other_ids).item() == loss


def test_padding_feels_no_gradient_and_every_word_does():
    batch = toy_batch()
    logits = torch.zeros(5, 7, TARGET_VOCAB, dtype=torch.float64, requires_grad=True)
    translation_loss(Fixed(logits), batch).backward()
    felt = logits.grad.abs().sum(dim=-1) > 0
    assert torch.equal(felt, batch.target_output != 0)


def test_an_untrained_guess_costs_the_logarithm_of_the_vocabulary():
    batch = toy_batch()
    loss = translation_loss(Fixed(torch.zeros(5, 7, TARGET_VOCAB)), batch)
    assert loss.item() == pytest.approx(math.log(TARGET_VOCAB), rel=1e-6)
    assert loss.shape == ()
