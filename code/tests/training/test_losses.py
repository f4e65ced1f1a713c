import dataclasses
import itertools
import math

import pytest
import torch
from torch import nn

from paying_attention.data.batching import Batch
from paying_attention.data.toys.lookup import LookupBatch
from paying_attention.models.recurrent.seq2seq import Seq2Seq
from paying_attention.training.losses import (
    lookup_loss,
    score_function_loss,
    surrogate,
    translation_loss,
)
from tests.toy import TARGET_LENGTHS, TARGET_VOCAB, sentence, toy_batch, toy_config


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


def model_of(attention, **choices):
    """Untrained, in float64, with large weights; `dot` needs state and annotations of one width."""
    widths = {"d_encoder": 8, "d_decoder": 8} if attention in ("dot", "multi-head") else {}
    config = dataclasses.replace(toy_config(), attention=attention, **widths, **choices)
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.manual_seed(0)
        model = Seq2Seq(config).double()
        for parameter in model.parameters():
            parameter.mul_(2)
    return model


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


@pytest.mark.parametrize("attention", ["none", "additive", "local-p"])
def test_a_batch_is_the_mean_over_the_words_of_its_sentences(attention):
    model, batch = model_of(attention), toy_batch()
    alone = [translation_loss(model, sentence(batch, row)).item() for row in range(5)]
    words = [length + 1 for length in TARGET_LENGTHS]  # <eos> counts
    expected = sum(n * loss for n, loss in zip(words, alone, strict=True)) / sum(words)
    assert translation_loss(model, batch).item() == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("attention", ["none", "additive", "local-p"])
def test_padding_changes_nothing(attention):
    model, batch = model_of(attention), toy_batch()
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


def test_a_sentence_without_words_still_has_its_end_to_write():
    logits = torch.zeros(1, 1, TARGET_VOCAB)
    logits[0, 0, 2] = math.log(TARGET_VOCAB)
    loss = translation_loss(Fixed(logits), toy_batch((3,), (0,)))
    expected = math.log((2 * TARGET_VOCAB - 1) / TARGET_VOCAB)
    assert loss.item() == pytest.approx(expected, rel=1e-6)


def test_an_untrained_guess_costs_the_logarithm_of_the_vocabulary():
    batch = toy_batch()
    loss = translation_loss(Fixed(torch.zeros(5, 7, TARGET_VOCAB)), batch)
    assert loss.item() == pytest.approx(math.log(TARGET_VOCAB), rel=1e-6)
    assert loss.shape == ()


# --- the loss of what hard attention drew ---------------------------------------------------------


def test_a_surrogate_by_hand():
    """Losses 1, 2, 6: the others' means are 4, 3.5, 1.5, so advantages are −3, −1.5, 4.5.

    The gradient is a third of them, the same sign as the loss: what cost more is made less likely.
    """
    log_probs = torch.tensor([-0.1, -2.0, -0.7], requires_grad=True)
    losses = torch.tensor([1.0, 2.0, 6.0], requires_grad=True)
    found = surrogate(losses, log_probs)
    assert found.item() == 0
    assert found.shape == ()
    found.backward()
    assert log_probs.grad.tolist() == pytest.approx([-1, -0.5, 1.5])
    assert losses.grad is None  # the loss of a draw reaches the model by another way


def test_a_surrogate_of_two_draws_compares_them():
    log_probs = torch.tensor([-1.0, -2.0], requires_grad=True)
    surrogate(torch.tensor([3.0, 7.0]), log_probs).backward()
    assert log_probs.grad.tolist() == [-2, 2]


def test_what_is_the_same_for_all_draws_is_nobodys_merit():
    """The baseline takes it away: equal losses have no gradient, and a shift changes nothing."""
    gradients = []
    for losses in ([5.0] * 4, [1.0, 2.0, 6.0, 0.0], [101.0, 102.0, 106.0, 100.0]):
        log_probs = torch.zeros(4, requires_grad=True)
        surrogate(torch.tensor(losses), log_probs).backward()
        gradients.append(log_probs.grad)
    assert gradients[0].tolist() == [0] * 4
    assert torch.allclose(gradients[1], gradients[2])
    assert gradients[1].any()


@pytest.mark.parametrize("n", [0, 1])
def test_a_surrogate_of_fewer_than_two_draws_is_named(n):
    with pytest.raises(ValueError, match=f"losses: expected two draws or more, got {n}"):
        surrogate(torch.zeros(n), torch.zeros(n))


def hard_model(attention="general"):
    return model_of(attention, decoder="luong", hard=True)


@pytest.mark.parametrize("attention", ["additive", "general", "location"])
def test_the_value_is_the_loss_of_the_draw(attention):
    model, batch = hard_model(attention), toy_batch()
    found = []
    for loss in (score_function_loss, translation_loss, score_function_loss):
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(len(found) // 2)
            found.append(loss(model, batch).item())
    assert found[0] == pytest.approx(found[1], rel=1e-12)
    assert found[0] != found[2]  # another draw


def gradient_of(scalar, model):
    parameters = list(model.parameters())
    return torch.autograd.grad(scalar, parameters, retain_graph=True, materialize_grads=True)


def draw(monkeypatch, picks):
    """Let attention draw these positions, step by step, as often as it is asked."""
    steps = itertools.cycle(picks.T[..., None])
    monkeypatch.setattr(torch, "multinomial", lambda *_, **__: next(steps))


def every_draw(batch):
    """Each combination of positions once; behind the end of a sentence, word 0."""
    lengths = (batch.target_output != 0).sum(dim=1).tolist()
    cells = [(row, step) for row, length in enumerate(lengths) for step in range(length)]
    choices = [range(int(batch.source_lengths[row])) for row, _ in cells]
    for combination in itertools.product(*choices):
        picks = torch.zeros(batch.target_output.shape, dtype=torch.long)
        for cell, pick in zip(cells, combination, strict=True):
            picks[cell] = pick
        yield picks


@pytest.mark.parametrize("attention", ["additive", "general"])
def test_the_estimate_is_unbiased_and_the_baseline_calms_it(attention, monkeypatch):
    """Two sentences of 2 and 3 words, 2 words and 1 to write: 2² · 3 = 12 ways to draw.

    Weighed by their probabilities, the estimates' mean is the gradient of the expected loss.
    """
    model, batch = hard_model(attention), toy_batch((2, 3), (1, 0))
    real, expected_loss, shares = batch.target_output != 0, 0.0, []
    estimates, without_draws, without_baseline = [], [], []
    for picks in every_draw(batch):
        draw(monkeypatch, picks)
        encoded = model.encoder(batch.source, batch.source_lengths)
        logits, weights, log_probs = model.decode(encoded, batch.target_input)
        assert torch.equal(weights.argmax(dim=-1)[real], picks[real])
        words = batch.target_output[..., None]
        losses = -logits.log_softmax(dim=-1).gather(-1, words)[..., 0][real]
        share = log_probs[real].sum().exp()
        expected_loss = expected_loss + share * losses.mean()
        plain = losses.mean() + (losses.detach() * log_probs[real]).mean()
        shares.append(share.item())
        without_draws.append(gradient_of(losses.mean(), model))
        without_baseline.append(gradient_of(plain, model))
        estimates.append(gradient_of(score_function_loss(model, batch), model))
    assert len(shares) == 12
    assert math.fsum(shares) == pytest.approx(1)

    def mean(gradients):
        return sum(share * gradient for share, gradient in zip(shares, gradients, strict=True))

    exact = gradient_of(expected_loss, model)
    missed, varies, varied = 0.0, 0.0, 0.0
    for place, gradient in enumerate(exact):
        assert torch.allclose(mean([e[place] for e in estimates]), gradient, atol=1e-12)
        missed += float((mean([e[place] for e in without_draws]) - gradient).square().sum())
        varies += float(mean([(e[place] - gradient).square().sum() for e in estimates]))
        varied += float(mean([(e[place] - gradient).square().sum() for e in without_baseline]))
    assert missed > 1e-5  # without the surrogate the mean would be another one
    assert varies < 0.7 * varied


def test_padding_does_not_count_as_a_draw(monkeypatch):
    """Wider sentences and other draws behind their ends: the same gradient."""
    model, batch = hard_model(), toy_batch((2, 3), (1, 4))
    wider = toy_batch((2, 3), (1, 4), more_padding=3)
    generator = torch.Generator().manual_seed(0)
    picks = torch.randint(2, wider.target_output.shape, generator=generator)
    draw(monkeypatch, picks[:, : batch.target_output.shape[1]])
    expected = gradient_of(score_function_loss(model, batch), model)
    for elsewhere in (picks, torch.where(wider.target_output == 0, 1 - picks, picks)):
        draw(monkeypatch, elsewhere)
        found = gradient_of(score_function_loss(model, wider), model)
        for one, other in zip(found, expected, strict=True):
            assert torch.allclose(one, other, atol=1e-12)


def test_the_scores_learn_from_the_draws_only():
    """The translation loss alone leaves the scores of hard attention where they are."""
    model, batch = hard_model(), toy_batch()
    weight = model.decoder.attention.soft.key_proj.weight
    translation_loss(model, batch).backward()
    assert weight.grad is None
    score_function_loss(model, batch).backward()
    assert weight.grad.any()


def test_a_model_that_draws_nothing_is_named():
    with pytest.raises(ValueError, match="model: expected hard attention, got a model that draws"):
        score_function_loss(model_of("general", decoder="luong"), toy_batch())


def test_a_single_word_has_nothing_to_be_compared_with():
    with pytest.raises(ValueError, match="losses: expected two draws or more, got 1"):
        score_function_loss(hard_model(), toy_batch((3,), (0,)))


def test_the_loss_of_two_lookups_by_hand():
    """The right answers have probability 1/4 and 3/6."""
    logits = torch.tensor([[0.0, 0.0, 0.0, 0.0], [0.0, math.log(3.0), 0.0, 0.0]])

    class Sure(nn.Module):
        def forward(self, asked, keys, values):
            return logits

    nothing = torch.zeros(2, 3).long()
    batch = LookupBatch(nothing, nothing, torch.tensor([0, 0]), torch.tensor([2, 1]))
    expected = (math.log(4) + math.log(2)) / 2
    assert lookup_loss(Sure(), batch).item() == pytest.approx(expected)


def test_no_lookup_at_all_is_no_mean():
    nothing = LookupBatch(
        torch.zeros(0, 3).long(), torch.zeros(0, 3).long(), *2 * [torch.zeros(0).long()]
    )
    with pytest.raises(ValueError, match=r"^batch: expected one question or more, got none$"):
        lookup_loss(nn.Identity(), nothing)
