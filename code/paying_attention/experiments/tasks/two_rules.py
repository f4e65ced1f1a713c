"""Rows of letters of which two things are asked: what experiments and chapter 06 share."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from paying_attention.data.toys.two_rules import NUM_LETTERS, TwoRulesBatch, two_rules_batch
from paying_attention.experiments.runner import FULL, Outcome, Scale, fit_run
from paying_attention.experiments.tasks.digests import batch_digest
from paying_attention.experiments.tasks.measures import num_parameters
from paying_attention.models.toys.attention_reader import AttentionReader
from paying_attention.training.loop import History
from paying_attention.training.seeding import seeded

LENGTH, BATCH_SIZE, NUM_TEST = 12, 64, 1000
VALIDATION_SEED, TEST_SEED = 2_000_000, 3_000_000  # far from the seeds of the trainings
NUM_STEPS = 1500


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


@dataclass(frozen=True)
class TwoRulesRun:
    """One training.

    Args:
        num_heads: Heads that share a width of 64.
        d_ff: Width of the feed-forward layer; there is none if 0.
        learning_rate: Its highest value.
        seed: Of the weights and of the letters.
        num_steps: Updates.
    """

    num_heads: int
    d_ff: int
    learning_rate: float
    seed: int
    num_steps: int = NUM_STEPS

    @property
    def name(self) -> str:
        """Name of the run in the results file; it says the updates where they are unusual."""
        arm = f"heads{self.num_heads}-ff{self.d_ff}"
        if self.num_steps != NUM_STEPS:
            arm += f"-steps{self.num_steps}"
        return f"{arm}-rate{self.learning_rate:g}-seed{self.seed}"

    def build(self) -> AttentionReader:
        """Make the untrained reader."""
        with seeded(self.seed):
            return AttentionReader(
                NUM_LETTERS,
                2 * NUM_LETTERS,
                num_heads=self.num_heads,
                d_ff=self.d_ff,
                max_len=LENGTH,
            )

    def fit(self, model: AttentionReader, scale: Scale = FULL) -> History:
        """Train the reader.

        Args:
            model: Made by ``build``.
            scale: How much of the run.
        """
        return fit_run(self, model, two_rules_loss, training_rows, scale)


def train_and_ask(run: TwoRulesRun, scale: Scale) -> Outcome:
    """Train one reader and ask it.

    Args:
        run: Which one.
        scale: How much of it.
    """
    model = run.build()
    history = run.fit(model, scale)
    results = {
        "parameters": num_parameters(model),
        "validation": count_right(model, rows(VALIDATION_SEED)),
        "test": count_right(model, rows(TEST_SEED)),
    }
    return Outcome(model, history, results)


@torch.no_grad()
def witness(model: AttentionReader) -> dict[str, Any]:
    """Say of which rows the canary comes, and how well its reader answers them.

    Args:
        model: The canary's reader.
    """
    drawn = rows(VALIDATION_SEED), rows(TEST_SEED)
    trained = islice(training_rows(torch.Generator().manual_seed(0)), 5)
    loss = two_rules_loss(model, drawn[0])
    return {"data": batch_digest([*drawn, *trained]), "loss": round(float(loss), 6)}
