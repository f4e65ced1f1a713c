"""Chapter 02: how well does Bahdanau's attention translate, and where does it look?

Every run trains one recurrent model with attention and stores, for test sentences, how many
translations are right as a whole and how its largest weights compare with the gold links.

What was seen before these runs: in pilots, scored on validation sentences, the `;` had sure links;
it was often written without a look at its twin, so its links became possible, as the hyphen's are
(counts by word are stored, the `;` among them).
"""

from collections.abc import Iterator
from functools import partial
from typing import Any

from paying_attention.experiments.runner import Experiment
from paying_attention.experiments.tasks.digests import corpus_digest
from paying_attention.experiments.tasks.number_runs import look_and_translate, number_witness
from paying_attention.experiments.tasks.numbers import balanced_training
from paying_attention.experiments.tasks.translation import SEEDS, TranslationRun
from paying_attention.models.recurrent.seq2seq import Seq2Seq

BALANCED_STEPS = 2100  # its sentences are shorter: as much processor time as 1600 of the others


def runs() -> Iterator[TranslationRun]:
    """List the runs: Bahdanau's decoder, and what else the words could come from.

    The settings are those that chapter 01 chose for attention on validation sentences.
    """
    for seed in SEEDS:
        additive = partial(TranslationRun, "numbers", "additive", seed)
        yield additive()
        yield additive(values="words", start="zeros")
        yield additive(values="words")
        yield additive(start="zeros")
        yield additive(bidirectional=False)
        yield TranslationRun("balanced", "additive", seed, num_steps=BALANCED_STEPS)


def witness(model: Seq2Seq) -> dict[str, Any]:
    """Say of which numbers the canary comes, the balanced ones too.

    Args:
        model: The canary's model.
    """
    return {**number_witness(model), "balanced": corpus_digest([balanced_training()])}


EXPERIMENT = Experiment(
    name="alignment",
    runs=runs,
    work=look_and_translate,
    canary=TranslationRun(
        "numbers", "additive", 6, num_steps=40, batch_size=32, learning_rate=1e-2
    ),
    witness=witness,
)
