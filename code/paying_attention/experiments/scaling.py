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
from dataclasses import asdict, dataclass

import torch

from paying_attention.data.toys.lookup import LookupBatch, lookup_batch
from paying_attention.experiments.store import has_entry, make_entry, save_entry
from paying_attention.models.toys.soft_dictionary import Scaling, SoftDictionary
from paying_attention.training.loop import History, TrainingConfig, TrainingDivergedError, train
from paying_attention.training.losses import lookup_loss
from paying_attention.training.seeding import seeded

WIDTHS = (16, 64, 256, 1024)
SCALINGS: tuple[Scaling, ...] = ("by √d_k", "none", "in the weights")
RATES = (3e-4, 1e-3, 3e-3, 1e-2, 3e-2)
SEEDS = range(3)
NUM_PAIRS, NUM_KEYS, NUM_VALUES = 16, 64, 16
BATCH_SIZE, NUM_TEST = 64, 2000
VALIDATION_SEED, TEST_SEED = 2_000_000, 3_000_000  # far from the seeds of the trainings
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

    def fit(self, model: SoftDictionary, *, num_steps: int | None = None) -> History:
        """Train the dictionary.

        Args:
            model: Made by ``build``.
            num_steps: Stop after so many of the updates.
        """
        plan = TrainingConfig(
            num_steps=self.num_steps, learning_rate=self.learning_rate, seed=self.seed
        )
        return train(
            model, lookup_loss, _batches, plan, description=self.name, stop_after=num_steps
        )


def questions(seed: int) -> LookupBatch:
    """Draw the dictionaries that a training never sees.

    Args:
        seed: ``VALIDATION_SEED`` or ``TEST_SEED``.
    """
    generator = torch.Generator().manual_seed(seed)
    return _draw(NUM_TEST, generator)


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


@torch.no_grad()
def count_right(model: SoftDictionary, seed: int) -> int:
    """Count right answers among ``NUM_TEST``.

    Args:
        model: A trained dictionary.
        seed: ``VALIDATION_SEED`` or ``TEST_SEED``.
    """
    batch = questions(seed)
    return int((model(batch.asked, batch.keys, batch.values).argmax(dim=-1) == batch.answer).sum())


def runs() -> Iterator[ScalingRun]:
    """List the grid."""
    for seed in SEEDS:
        for width in WIDTHS:
            for scaling in SCALINGS:
                for rate in RATES:
                    yield ScalingRun(width, scaling, rate, seed)


def run_scaling() -> None:
    """Train the grid and store what the tests say."""
    for run in runs():
        if has_entry("scaling", run.name, asdict(run)):
            continue
        model = run.build()
        results = {"before": measure(model)}
        try:
            history = run.fit(model)
        except TrainingDivergedError:
            history = run.fit(model := run.build(), num_steps=FINGERPRINT_STEPS)
            results |= {"diverged": True, "validation": [0, NUM_TEST], "test": [0, NUM_TEST]}
        else:
            results |= {
                "diverged": False,
                "after": measure(model),
                "validation": [count_right(model, VALIDATION_SEED), NUM_TEST],
                "test": [count_right(model, TEST_SEED), NUM_TEST],
            }
        fingerprint = history.losses[:FINGERPRINT_STEPS]
        save_entry(
            "scaling",
            make_entry(run.name, asdict(run), results, fingerprint, history.cpu_seconds),
        )
        print(run.name, results["test"], f"{history.cpu_seconds:.0f} CPU s", flush=True)


def _batches(generator: torch.Generator) -> Iterator[LookupBatch]:
    for _ in range(100):
        yield _draw(BATCH_SIZE, generator)


def _draw(batch_size: int, generator: torch.Generator) -> LookupBatch:
    return lookup_batch(
        batch_size, NUM_PAIRS, num_keys=NUM_KEYS, num_values=NUM_VALUES, generator=generator
    )
