"""Dictionaries to look things up in: what experiments and chapter 04 share."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

import torch

from paying_attention.data.toys.lookup import LookupBatch, lookup_batch
from paying_attention.experiments.runner import FULL, Outcome, Scale, fit_run
from paying_attention.experiments.tasks.digests import batch_digest
from paying_attention.models.toys.soft_dictionary import Scaling, SoftDictionary
from paying_attention.training.loop import History, TrainingDivergedError
from paying_attention.training.losses import lookup_loss
from paying_attention.training.seeding import seeded

NUM_PAIRS, NUM_KEYS, NUM_VALUES = 16, 64, 16
BATCH_SIZE, NUM_TEST = 64, 2000
VALIDATION_SEED, TEST_SEED = 2_000_000, 3_000_000  # far from the seeds of the trainings
NUM_STEPS, FINGERPRINT_STEPS = 800, 3


def training_questions(generator: torch.Generator) -> Iterator[LookupBatch]:
    """Draw a pass of batches to learn from.

    Args:
        generator: Source of randomness.
    """
    for _ in range(100):
        yield _draw(BATCH_SIZE, generator)


def questions(seed: int) -> LookupBatch:
    """Draw the dictionaries that a training never sees.

    Args:
        seed: ``VALIDATION_SEED`` or ``TEST_SEED``.
    """
    generator = torch.Generator().manual_seed(seed)
    return _draw(NUM_TEST, generator)


@torch.no_grad()
def count_right(model: SoftDictionary, seed: int) -> int:
    """Count right answers among ``NUM_TEST``.

    Args:
        model: A trained dictionary.
        seed: ``VALIDATION_SEED`` or ``TEST_SEED``.
    """
    batch = questions(seed)
    return int((model(batch.asked, batch.keys, batch.values).argmax(dim=-1) == batch.answer).sum())


@dataclass(frozen=True)
class ScalingRun:
    """One training.

    Args:
        head_dim: Width of queries and keys.
        scaling: What is done about their growing dot products.
        learning_rate: Its highest value.
        seed: Of the weights and of the dictionaries.
        num_steps: Updates.
    """

    head_dim: int
    scaling: Scaling
    learning_rate: float
    seed: int
    num_steps: int = NUM_STEPS

    @property
    def name(self) -> str:
        """Name of the run in the results file; it says the updates where they are unusual."""
        arm = f"{self.scaling}-{self.head_dim}"
        if self.num_steps != NUM_STEPS:
            arm += f"-steps{self.num_steps}"
        return f"{arm}-rate{self.learning_rate:g}-seed{self.seed}"

    def build(self) -> SoftDictionary:
        """Make the untrained dictionary."""
        with seeded(self.seed):
            return SoftDictionary(
                NUM_KEYS, NUM_VALUES, head_dim=self.head_dim, scaling=self.scaling
            )

    def fit(self, model: SoftDictionary, scale: Scale = FULL) -> History:
        """Train the dictionary.

        Args:
            model: Made by ``build``.
            scale: How much of the run.
        """
        return fit_run(self, model, lookup_loss, training_questions, scale)


@torch.no_grad()
def measure(model: SoftDictionary) -> dict[str, float]:
    """Measure scores and weights on the validation dictionaries.

    Args:
        model: Trained or not.

    Returns:
        ``"score_variance"``: of the dot products before any division. ``"largest_weight"``: mean
        over the questions.
    """
    batch = questions(VALIDATION_SEED)
    query = model.q_proj(model.key_embedding(batch.asked))[:, None]
    scores = query @ model.k_proj(model.key_embedding(batch.keys)).transpose(1, 2)
    largest = model.look_up(batch.asked, batch.keys, batch.values).weights.amax(dim=-1)
    measured = {"score_variance": scores.var(), "largest_weight": largest.mean()}
    return {name: round(float(number), 4) for name, number in measured.items()}


def train_and_ask(run: ScalingRun, scale: Scale) -> Outcome:
    """Train one dictionary, unless it diverges, and ask it.

    Args:
        run: Which one.
        scale: How much of it.
    """
    model = run.build()
    results: dict[str, Any] = {"before": measure(model)}
    try:
        history = run.fit(model, scale)
    except TrainingDivergedError:
        history = run.fit(model := run.build(), replace(scale, stop_after=FINGERPRINT_STEPS))
        nothing = [0, NUM_TEST]
        return Outcome(
            model, history, {**results, "diverged": True, "validation": nothing, "test": nothing}
        )
    results |= {
        "diverged": False,
        "after": measure(model),
        "validation": [count_right(model, VALIDATION_SEED), NUM_TEST],
        "test": [count_right(model, TEST_SEED), NUM_TEST],
    }
    return Outcome(model, history, results)


@torch.no_grad()
def witness(model: SoftDictionary) -> dict[str, Any]:
    """Say of which questions the canary comes, and how well its dictionary answers them.

    Args:
        model: The canary's dictionary.
    """
    drawn = questions(VALIDATION_SEED), questions(TEST_SEED)
    trained = islice(training_questions(torch.Generator().manual_seed(0)), 5)
    loss = lookup_loss(model, drawn[0])
    return {"data": batch_digest([*drawn, *trained]), "loss": round(float(loss), 6)}


def _draw(batch_size: int, generator: torch.Generator) -> LookupBatch:
    return lookup_batch(
        batch_size, NUM_PAIRS, num_keys=NUM_KEYS, num_values=NUM_VALUES, generator=generator
    )
