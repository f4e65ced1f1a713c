"""Chapter 03: how well do Luong's scores translate in his decoder, and where do they look?

What was seen before these runs: a first round of Luong's decoder had the learning rate 1e-3;
general then had .97 and .89 of the test sentences of six numbers right, and the round was dropped
for the settings that chapter 01 chose for attention. What is stored is as in ``alignment``.
"""

from collections.abc import Iterator
from functools import partial

from paying_attention.experiments.runner import Experiment
from paying_attention.experiments.tasks.number_runs import look_and_translate, number_witness
from paying_attention.experiments.tasks.translation import SEEDS, TranslationRun


def runs() -> Iterator[TranslationRun]:
    """List the runs: Luong's scores in his decoder, and the two changed places.

    All have the settings of chapter 02, so that nothing but score and decoder differ.
    """
    for seed in SEEDS:
        luong = partial(TranslationRun, "numbers", seed=seed, decoder="luong")
        yield luong("general")
        yield luong("additive")
        yield TranslationRun("numbers", "general", seed)
        yield luong("general", input_feeding=True)
        for score in ("dot", "concat", "location", "local-m", "local-p"):
            yield luong(score)


EXPERIMENT = Experiment(
    name="scores",
    runs=runs,
    work=look_and_translate,
    canary=TranslationRun(
        *("numbers", "local-p", 6, "luong"), num_steps=40, batch_size=32, learning_rate=1e-2
    ),
    witness=number_witness,
)
