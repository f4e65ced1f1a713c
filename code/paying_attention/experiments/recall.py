"""Chapter 01's memory test: a recurrent reader, asked about one of several pairs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from paying_attention.data.toys.associative_recall import (
    NUM_KEYS,
    NUM_VALUES,
    VOCAB_SIZE,
    RecallBatch,
    recall_batch,
)
from paying_attention.experiments.runner import FULL, Experiment, Outcome, Scale, fit_run
from paying_attention.experiments.tasks.digests import batch_digest
from paying_attention.models.toys.recurrent_reader import RecurrentReader
from paying_attention.training.loop import History
from paying_attention.training.seeding import seeded

TRAINED_PAIRS = range(1, 7)
TRAINED_FILLERS = (0, 1, 2, 5, 10, 20, 30)
TESTED_PAIRS = range(1, NUM_KEYS + 1)
TESTED_FILLERS = (0, 10, 20, 40, 80)
NUM_TEST, NUM_SMALL = 500, 50
TEST_SEED = 1_000_000  # far from the seeds of the trainings


@dataclass(frozen=True)
class RecallRun:
    """One training.

    Args:
        seed: Of the weights and of the questions.
        num_steps: Updates.
        d_model: Width of the reader.
        batch_size: Questions in a batch, all with as many pairs and fillers.
        learning_rate: Its highest value.
        pairs: How many pairs a question may hold, each equally likely.
        fillers: How many silent tokens may follow them, each equally likely.
    """

    seed: int
    num_steps: int = 4000
    d_model: int = 64
    batch_size: int = 64
    learning_rate: float = 4e-3
    pairs: Sequence[int] = tuple(TRAINED_PAIRS)
    fillers: Sequence[int] = TRAINED_FILLERS

    @property
    def name(self) -> str:
        """Name of the run in the results file."""
        return f"recurrent-seed{self.seed}"

    def build(self) -> RecurrentReader:
        """Make the untrained reader."""
        with seeded(self.seed):
            return RecurrentReader(VOCAB_SIZE, NUM_VALUES, d_model=self.d_model)

    def fit(self, model: RecurrentReader, scale: Scale = FULL) -> History:
        """Train on 1 to 6 pairs with 0 to 30 fillers behind them.

        Args:
            model: Made by ``build``.
            scale: How much of the run.
        """
        return fit_run(self, model, recall_loss, self.questions, scale)

    def questions(self, generator: torch.Generator) -> Iterator[RecallBatch]:
        """Draw a pass of batches to learn from.

        Args:
            generator: Source of randomness.
        """
        for _ in range(1000):
            pairs = self.pairs[torch.randint(len(self.pairs), (), generator=generator)]
            fillers = self.fillers[torch.randint(len(self.fillers), (), generator=generator)]
            yield recall_batch(self.batch_size, pairs, num_fillers=fillers, generator=generator)


def recall_loss(model: nn.Module, batch: RecallBatch) -> Tensor:
    """Average the cross-entropy of the answers.

    Args:
        model: Gives logits for tokens.
        batch: Questions.
    """
    return F.cross_entropy(model(batch.tokens), batch.answer)


def held_out_questions(num: int = NUM_TEST) -> Iterator[tuple[str, RecallBatch]]:
    """Draw the questions of the test, always the same ones.

    Args:
        num: How many of each kind.

    Returns:
        ``"pairs/fillers"`` and the questions, one batch for each lag, from 0 upwards.
    """
    generator = torch.Generator().manual_seed(TEST_SEED)
    for pairs in TESTED_PAIRS:
        for fillers in TESTED_FILLERS:
            for lag in range(pairs):
                yield (
                    f"{pairs}/{fillers}",
                    recall_batch(num, pairs, num_fillers=fillers, lag=lag, generator=generator),
                )


@torch.no_grad()
def recall_by_lag(model: RecurrentReader, num: int = NUM_TEST) -> dict[str, list[list[int]]]:
    """Count right answers by pairs, fillers and lag.

    Args:
        model: A trained reader.
        num: Questions of each kind.

    Returns:
        Under ``"pairs/fillers"`` one ``[right, asked]`` for each lag, from 0 upwards.
    """
    counts: dict[str, list[list[int]]] = {}
    for name, batch in held_out_questions(num):
        right = model(batch.tokens).argmax(dim=-1) == batch.answer
        counts.setdefault(name, []).append([int(right.sum()), len(right)])
    return counts


def runs() -> Iterator[RecallRun]:
    """List the trainings of three readers."""
    for seed in range(3):
        yield RecallRun(seed)


def work(run: RecallRun, scale: Scale) -> Outcome:
    """Train one reader and ask it.

    Args:
        run: Which one.
        scale: How much of it.
    """
    model = run.build()
    history = run.fit(model, scale)
    num = NUM_SMALL if scale.small else NUM_TEST
    return Outcome(model, history, {"correct": recall_by_lag(model, num)})


@torch.no_grad()
def witness(model: RecurrentReader) -> dict[str, Any]:
    """Say of which questions the canary comes, and how well its reader answers a few.

    Args:
        model: The canary's reader.
    """
    drawn = [batch for _, batch in held_out_questions()]
    trained = islice(RecallRun(0).questions(torch.Generator().manual_seed(0)), 5)
    loss = recall_loss(model, drawn[0])
    return {"data": batch_digest([*drawn, *trained]), "loss": round(float(loss), 6)}


EXPERIMENT = Experiment(
    name="recall", runs=runs, work=work, canary=RecallRun(0, num_steps=60), witness=witness
)
