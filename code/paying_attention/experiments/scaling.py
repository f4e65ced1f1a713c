"""Chapter 04: does attention train without √d_k?

Dictionaries of 16 pairs (64 keys, 16 values), embeddings of width 64, and queries and keys of width
16, 64, 256 or 1024. The scores are divided by √d_k, or not, or not but W^Q starts smaller by √d_k
(``SoftDictionary``). Every cell of the grid is trained with each learning rate and seed; the rate
of a cell is chosen on validation dictionaries, by the mean over the seeds.

What was seen before: one pilot (seed 0; 400 updates; widths 16, 128, 1024; rates .001, .003, .01),
judged on dictionaries that are not used here. Divided by √d_k, it reached 1.000 at every width and
rate. Not divided: 1.000 at 16, .997 at 128 and .739 at 1024, each at its best rate. Smaller from
the start: 1.000 at 16 and 128, and .955 at 1024, where .01 gave .417.

Expected, for the runs below (twice the updates, five rates):

1. Divided by √d_k, every seed answers .99 or more at every width.
2. Not divided, every seed answers .99 or more at widths 16 and 64, and none at 1024.
3. Smaller from the start, every seed answers .99 or more at every width, but at 1024 only with a
   lower rate than the best one of the first row: an update of Adam is as large for a small weight
   as for a large one, so that the division helps in training and not only at the start.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

import torch

from paying_attention.experiments.runner import FULL, Experiment, Outcome, Scale, fit_run
from paying_attention.experiments.tasks.digests import batch_digest
from paying_attention.experiments.tasks.lookup import (
    NUM_KEYS,
    NUM_TEST,
    NUM_VALUES,
    TEST_SEED,
    VALIDATION_SEED,
    count_right,
    questions,
    training_questions,
)
from paying_attention.models.toys.soft_dictionary import Scaling, SoftDictionary
from paying_attention.training.loop import History, TrainingDivergedError
from paying_attention.training.losses import lookup_loss
from paying_attention.training.seeding import seeded

WIDTHS = (16, 64, 256, 1024)
SCALINGS: tuple[Scaling, ...] = ("by √d_k", "none", "in the weights")
RATES = (3e-4, 1e-3, 3e-3, 1e-2, 3e-2)
SEEDS = range(3)
FINGERPRINT_STEPS = 3


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
    num_steps: int = 800

    @property
    def name(self) -> str:
        """Name of the run in the results file."""
        return f"{self.scaling}-{self.head_dim}-rate{self.learning_rate:g}-seed{self.seed}"

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


def runs() -> Iterator[ScalingRun]:
    """List the grid."""
    for seed in SEEDS:
        for width in WIDTHS:
            for scaling in SCALINGS:
                for rate in RATES:
                    yield ScalingRun(width, scaling, rate, seed)


def work(run: ScalingRun, scale: Scale) -> Outcome:
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


EXPERIMENT = Experiment(
    name="scaling",
    runs=runs,
    work=work,
    canary=ScalingRun(16, "none", 1e-2, 0, num_steps=40),
    witness=witness,
    fingerprint_steps=FINGERPRINT_STEPS,
)
