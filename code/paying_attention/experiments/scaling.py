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

from paying_attention.experiments.runner import Experiment
from paying_attention.experiments.tasks.lookup import (
    FINGERPRINT_STEPS,
    ScalingRun,
    train_and_ask,
    witness,
)
from paying_attention.models.toys.soft_dictionary import Scaling

WIDTHS = (16, 64, 256, 1024)
SCALINGS: tuple[Scaling, ...] = ("by √d_k", "none", "in the weights")
RATES = (3e-4, 1e-3, 3e-3, 1e-2, 3e-2)
SEEDS = range(3)


def runs() -> Iterator[ScalingRun]:
    """List the grid."""
    for seed in SEEDS:
        for width in WIDTHS:
            for scaling in SCALINGS:
                for rate in RATES:
                    yield ScalingRun(width, scaling, rate, seed)


EXPERIMENT = Experiment(
    name="scaling",
    runs=runs,
    work=train_and_ask,
    canary=ScalingRun(16, "none", 1e-2, 0, num_steps=40),
    witness=witness,
    fingerprint_steps=FINGERPRINT_STEPS,
)
