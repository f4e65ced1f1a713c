"""Chapter 01's memory test: a recurrent reader, asked about one of several pairs."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

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
from paying_attention.experiments.store import has_entry, make_entry, save_entry
from paying_attention.models.toys.recurrent_reader import RecurrentReader
from paying_attention.training.loop import History, TrainingConfig, train
from paying_attention.training.seeding import seeded

TRAINED_PAIRS = range(1, 7)
TRAINED_FILLERS = (0, 1, 2, 5, 10, 20, 30)
TESTED_PAIRS = range(1, NUM_KEYS + 1)
TESTED_FILLERS = (0, 10, 20, 40, 80)
NUM_TEST = 500
FINGERPRINT_STEPS = 5


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

    def fit(self, *, num_steps: int | None = None) -> tuple[RecurrentReader, History]:
        """Train on 1 to 6 pairs with 0 to 30 fillers behind them.

        Args:
            num_steps: Stop after so many of the updates.
        """
        with seeded(self.seed):
            model = RecurrentReader(VOCAB_SIZE, NUM_VALUES, d_model=self.d_model)
        config = TrainingConfig(
            num_steps=self.num_steps, learning_rate=self.learning_rate, seed=self.seed
        )
        history = train(
            model, recall_loss, self._questions, config, description=self.name, stop_after=num_steps
        )
        return model, history

    def _questions(self, generator: torch.Generator) -> Iterator[RecallBatch]:
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


@torch.no_grad()
def recall_by_lag(model: RecurrentReader) -> dict[str, list[list[int]]]:
    """Count right answers by pairs, fillers and lag.

    Args:
        model: A trained reader.

    Returns:
        Under ``"pairs/fillers"`` one ``[right, asked]`` for each lag, from 0 upwards.
    """
    generator = torch.Generator().manual_seed(1_000_000)  # far from the seeds of the trainings
    counts: dict[str, list[list[int]]] = {}
    for pairs in TESTED_PAIRS:
        for fillers in TESTED_FILLERS:
            row = []
            for lag in range(pairs):
                batch = recall_batch(
                    NUM_TEST, pairs, num_fillers=fillers, lag=lag, generator=generator
                )
                right = model(batch.tokens).argmax(dim=-1) == batch.answer
                row.append([int(right.sum()), NUM_TEST])
            counts[f"{pairs}/{fillers}"] = row
    return counts


def run_recall() -> None:
    """Train three readers and ask them."""
    for seed in range(3):
        run = RecallRun(seed)
        if has_entry("recall", run.name, asdict(run)):
            continue
        model, history = run.fit()
        results = {"correct": recall_by_lag(model)}
        fingerprint = history.losses[:FINGERPRINT_STEPS]
        entry = make_entry(run.name, asdict(run), results, fingerprint, history.cpu_seconds)
        save_entry("recall", entry)
        print(run.name, results["correct"]["6/0"], f"{history.cpu_seconds:.0f} CPU s", flush=True)
