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
from dataclasses import asdict, dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from paying_attention.data.toys.two_rules import NUM_LETTERS, TwoRulesBatch, two_rules_batch
from paying_attention.experiments.store import has_entry, make_entry, save_entry
from paying_attention.models.toys.attention_reader import AttentionReader
from paying_attention.training.loop import History, TrainingConfig, train
from paying_attention.training.seeding import seeded

HEADS = (1, 2, 4)
D_FF = (0, 256)
RATES = (1e-3, 3e-3, 1e-2)
SEEDS = range(5)
LENGTH, BATCH_SIZE, NUM_TEST = 12, 64, 1000
VALIDATION_SEED, TEST_SEED = 2_000_000, 3_000_000  # far from the seeds of the trainings
FINGERPRINT_STEPS = 3


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

    def fit(self, model: AttentionReader, *, num_steps: int | None = None) -> History:
        """Train the reader.

        Args:
            model: Made by ``build``.
            num_steps: Stop after so many of the updates.
        """
        plan = TrainingConfig(
            num_steps=self.num_steps, learning_rate=self.learning_rate, seed=self.seed
        )
        return train(
            model, two_rules_loss, _batches, plan, description=self.name, stop_after=num_steps
        )


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


def runs() -> Iterator[TwoRulesRun]:
    """List the grid."""
    for seed in SEEDS:
        for heads in HEADS:
            for d_ff in D_FF:
                for rate in RATES:
                    yield TwoRulesRun(heads, d_ff, rate, seed)


def run_two_rules() -> None:
    """Train the grid and store what the tests say."""
    for run in runs():
        if has_entry("two_rules", run.name, asdict(run)):
            continue
        model = run.build()
        history = run.fit(model)
        results = {
            "parameters": sum(p.numel() for p in model.parameters()),
            "validation": count_right(model, rows(VALIDATION_SEED)),
            "test": count_right(model, rows(TEST_SEED)),
        }
        fingerprint = history.losses[:FINGERPRINT_STEPS]
        save_entry(
            "two_rules",
            make_entry(run.name, asdict(run), results, fingerprint, history.cpu_seconds),
        )
        print(run.name, results["test"], f"{history.cpu_seconds:.0f} CPU s", flush=True)


def _batches(generator: torch.Generator) -> Iterator[TwoRulesBatch]:
    for _ in range(100):
        yield two_rules_batch(BATCH_SIZE, LENGTH, generator=generator)
