"""Chapter 03: what does Luong's model with general learn in twice as many updates?"""

from collections.abc import Iterator

from paying_attention.experiments.runner import Experiment
from paying_attention.experiments.tasks.number_runs import look_and_translate, number_witness
from paying_attention.experiments.tasks.translation import SEEDS, TranslationRun

NUM_STEPS = 3200


def runs() -> Iterator[TranslationRun]:
    """List the runs: those of ``scores``, but for their length."""
    for seed in SEEDS:
        yield TranslationRun("numbers", "general", seed, decoder="luong", num_steps=NUM_STEPS)


EXPERIMENT = Experiment(
    name="scores_long",
    runs=runs,
    work=look_and_translate,
    canary=TranslationRun(
        *("numbers", "general", 6, "luong"), num_steps=40, batch_size=32, learning_rate=1e-2
    ),
    witness=number_witness,
)
