"""Rows of letters of which two things are asked: what experiment and chapter 06 share."""

from collections.abc import Iterator

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from paying_attention.data.toys.two_rules import NUM_LETTERS, TwoRulesBatch, two_rules_batch
from paying_attention.models.toys.attention_reader import AttentionReader

LENGTH, BATCH_SIZE, NUM_TEST = 12, 64, 1000
VALIDATION_SEED, TEST_SEED = 2_000_000, 3_000_000  # far from the seeds of the trainings


def training_rows(generator: torch.Generator) -> Iterator[TwoRulesBatch]:
    """Draw a pass of batches to learn from.

    Args:
        generator: Source of randomness.
    """
    for _ in range(100):
        yield two_rules_batch(BATCH_SIZE, LENGTH, generator=generator)


def two_rules_loss(model: nn.Module, batch: TwoRulesBatch) -> Tensor:
    """Average the cross-entropy of both answers over all positions.

    Args:
        model: Scores 16 answers by each rule.
        batch: Rows of letters.
    """
    logits = model(batch.tokens, marks=batch.marks).unflatten(-1, (2, NUM_LETTERS))
    return F.cross_entropy(logits.flatten(0, 2), batch.answers.flatten())


def rows(seed: int) -> TwoRulesBatch:
    """Draw the rows that a training never sees.

    Args:
        seed: ``VALIDATION_SEED`` or ``TEST_SEED``.
    """
    return two_rules_batch(NUM_TEST, LENGTH, generator=torch.Generator().manual_seed(seed))


@torch.no_grad()
def count_right(model: AttentionReader, batch: TwoRulesBatch) -> list[int]:
    """Count positions whose answers are right.

    Args:
        model: A trained reader.
        batch: Rows of letters.

    Returns:
        Right by rule 0, right by rule 1, right by both, and the number of positions.
    """
    logits = model(batch.tokens, marks=batch.marks).unflatten(-1, (2, NUM_LETTERS))
    right = logits.argmax(dim=-1) == batch.answers
    counts = [right[..., 0].sum(), right[..., 1].sum(), right.all(dim=-1).sum()]
    return [*(int(count) for count in counts), batch.tokens.numel()]
