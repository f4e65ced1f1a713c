"""Chapter 04: does attention train without √d_k, if it trains four times as long?

The dictionaries and seeds of ``scaling`` with 3200 updates instead of 800. The rate of an arm is
chosen on validation dictionaries, by the mean over the seeds, as there.

Not the whole grid was trained again: width 16 is left out, at which all three kinds had all answers
right. Undivided scores, which need help, have four rates; .03 was never the best one for them. The
other two, which had all validation answers right at .0003 and at each width from 64 upwards, have
the rates .0003 and .001. So nobody was tuned more than the arm that is expected to lose.

What was known before: at 800 updates undivided scores had .993 1.000 .984 at 64, .997 .988 .963 at
256 and .898 .936 .871 at 1024, and a reader of the chapter had trained one seed at 1024 for 3200
updates, which gave .963.

Expected, for the runs below:

1. Divided by √d_k, and smaller from the start: .99 or more in every seed at every width.
2. Not divided, at 64 and at 256: .99 or more in every seed. What was missing there was time.
3. Not divided, at 1024: every seed is above what it had at 800 updates, and none reaches .99.
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

NUM_STEPS = 3200
WIDTHS = (64, 1024, 256)
RATES: dict[Scaling, tuple[float, ...]] = {
    "none": (3e-4, 1e-3, 3e-3, 1e-2),
    "by √d_k": (3e-4, 1e-3),
    "in the weights": (3e-4, 1e-3),
}
SEEDS = range(3)


def runs() -> Iterator[ScalingRun]:
    """List the trainings."""
    for width in WIDTHS:
        for scaling, rates in RATES.items():
            for rate in rates:
                for seed in SEEDS:
                    yield ScalingRun(width, scaling, rate, seed, num_steps=NUM_STEPS)


EXPERIMENT = Experiment(
    name="scaling_long",
    runs=runs,
    work=train_and_ask,
    canary=ScalingRun(64, "none", 1e-2, 8, num_steps=40),
    witness=witness,
    fingerprint_steps=FINGERPRINT_STEPS,
)
