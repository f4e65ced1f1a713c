import math

import pytest
import torch
from torch import nn

from paying_attention.data.toys.two_rules import NUM_LETTERS, TwoRulesBatch
from paying_attention.experiments.tasks.two_rules import (
    BATCH_SIZE,
    LENGTH,
    NUM_TEST,
    TEST_SEED,
    VALIDATION_SEED,
    count_right,
    rows,
    training_rows,
    two_rules_loss,
)
from paying_attention.models.toys.attention_reader import AttentionReader


class Knowing(AttentionReader):
    """Gives answers that it was told, as certain as a loss of 0 wants them."""

    def __init__(self, answers):
        super().__init__(NUM_LETTERS, 2 * NUM_LETTERS)
        self.answers = answers

    def forward(self, tokens, *, mask=None, marks=None):
        return 50.0 * nn.functional.one_hot(self.answers, NUM_LETTERS).float().flatten(2)


def three_letters():
    answers = torch.tensor([[[3, 9], [3, 9], [7, 9]]])
    tokens, marks = torch.tensor([[3, 7, 9]]), torch.tensor([[False, False, True]])
    return TwoRulesBatch(tokens, marks, answers)


def test_right_answers_are_counted_by_rule():
    batch = three_letters()
    assert count_right(Knowing(batch.answers), batch) == [3, 3, 3, 3]
    wrong = batch.answers.clone()
    wrong[0, 0, 0] += 1
    wrong[0, 1, 0] += 1
    wrong[0, 1, 1] += 1
    assert count_right(Knowing(wrong), batch) == [1, 2, 1, 3]
    wrong[0, 2, 1] += 1
    assert count_right(Knowing(wrong), batch) == [1, 1, 0, 3]
    assert count_right(Knowing(batch.answers.flip(-1)), batch) == [0, 0, 0, 3]


def test_the_marks_reach_the_model():
    batch, seen = three_letters(), []

    class Spy(Knowing):
        def forward(self, tokens, *, mask=None, marks=None):
            seen.append((tokens, marks))
            return super().forward(tokens)

    count_right(Spy(batch.answers), batch)
    two_rules_loss(Spy(batch.answers), batch)
    assert len(seen) == 2
    assert all(tokens is batch.tokens and marks is batch.marks for tokens, marks in seen)


def test_the_loss_by_hand():
    """Right answers cost nothing; all letters alike cost ln 16; the mean is over both rules."""
    batch = three_letters()
    assert two_rules_loss(Knowing(batch.answers), batch).item() == pytest.approx(0, abs=1e-6)

    class HalfBlind(Knowing):
        def forward(self, tokens, *, mask=None, marks=None):
            logits = super().forward(tokens).unflatten(-1, (2, NUM_LETTERS))
            return torch.cat([logits[..., :1, :], 0 * logits[..., 1:, :]], dim=-2).flatten(2)

    expected = math.log(NUM_LETTERS) / 2
    assert two_rules_loss(HalfBlind(batch.answers), batch).item() == pytest.approx(expected)


def test_the_rows_are_always_the_same_and_never_those_of_the_training():
    one, again, other = (rows(seed) for seed in (TEST_SEED, TEST_SEED, VALIDATION_SEED))
    assert one.tokens.shape == (NUM_TEST, LENGTH)
    assert torch.equal(one.tokens, again.tokens)
    assert not torch.equal(one.tokens, other.tokens)
    trained = list(training_rows(torch.Generator().manual_seed(0)))
    assert {tuple(batch.tokens.shape) for batch in trained} == {(BATCH_SIZE, LENGTH)}
    seen = {str(row) for batch in trained for row in batch.tokens.tolist()}
    assert seen.isdisjoint(str(row) for row in one.tokens.tolist())
