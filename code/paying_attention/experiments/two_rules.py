"""Chapter 06: are two heads needed where two rules hold at once?

At each position the letter before it and the marked letter of the row are asked for. Models of one
layer, all with as many parameters: one head of width 64, two of 32, four of 16; then nothing, or a
feed-forward layer. The learning rate of each arm is chosen on validation rows, by the mean over the
seeds.

What was seen before: one pilot (seed 0, 1000 updates, rates .003 and .01), judged on rows that are
not used here. Share of positions where both answers were right, at the better rate: one head .960,
two 1.000, four 1.000; with a feed-forward layer .793, 1.000 and 1.000. At .003 two heads without it
had .175, since they had not learned the letter before by then.

Expected, for the runs below (five seeds, three rates, half as many updates again):

1. Two and four heads: both answers right at .99 or more of the positions in each seed.
2. One head reaches .99 in one seed of five at most, with or without a feed-forward layer.
3. But one head does not stay at what a blur of two values would leave it (both right at one of six
   positions or fewer): at least one seed has .5 or more. Its weights can say which letter it is.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

import torch

from paying_attention.data.toys.two_rules import NUM_LETTERS
from paying_attention.experiments.runner import FULL, Experiment, Outcome, Scale, fit_run
from paying_attention.experiments.tasks.digests import batch_digest
from paying_attention.experiments.tasks.measures import num_parameters
from paying_attention.experiments.tasks.two_rules import (
    LENGTH,
    TEST_SEED,
    VALIDATION_SEED,
    count_right,
    rows,
    training_rows,
    two_rules_loss,
)
from paying_attention.models.toys.attention_reader import AttentionReader
from paying_attention.training.loop import History
from paying_attention.training.seeding import seeded

HEADS = (1, 2, 4)
D_FF = (0, 256)
RATES = (1e-3, 3e-3, 1e-2)
SEEDS = range(5)


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
    num_steps: int = 1500

    @property
    def name(self) -> str:
        """Name of the run in the results file."""
        arm = f"heads{self.num_heads}-ff{self.d_ff}"
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


def runs() -> Iterator[TwoRulesRun]:
    """List the grid."""
    for seed in SEEDS:
        for heads in HEADS:
            for d_ff in D_FF:
                for rate in RATES:
                    yield TwoRulesRun(heads, d_ff, rate, seed)


def work(run: TwoRulesRun, scale: Scale) -> Outcome:
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


EXPERIMENT = Experiment(
    name="two_rules",
    runs=runs,
    work=work,
    canary=TwoRulesRun(2, 0, 3e-3, 2, num_steps=40),
    witness=witness,
    fingerprint_steps=3,
)
