"""Chapter 02's phrases: English to French and back, the textbook's examples among the tests."""

from collections.abc import Iterator
from typing import Any

from paying_attention.evaluation.decoding import greedy_decode
from paying_attention.experiments.runner import Experiment, Outcome, Scale
from paying_attention.experiments.tasks.measures import (
    accuracy_by_test,
    alignment_by_test,
    rounded,
    translation_witness,
)
from paying_attention.experiments.tasks.phrases import PhraseTask, phrase_task, small_phrase_task
from paying_attention.experiments.tasks.translation import SEEDS, TranslationRun
from paying_attention.explain.alignment import attention_matrices
from paying_attention.models.recurrent.seq2seq import Seq2Seq

NUM_STEPS = 2000


def runs() -> Iterator[TranslationRun]:
    """List the trainings: Bahdanau's model, and the one whose other sources are closed."""
    for seed in SEEDS:
        for direction in ("en-fr", "fr-en"):
            for changed in ({}, {"values": "words", "start": "zeros"}):
                yield TranslationRun(
                    direction, "additive", seed, num_steps=NUM_STEPS, batch_size=32, **changed
                )


def showcase_results(model: Any, task: PhraseTask) -> list[dict[str, Any]]:
    """Translate the showcase and keep where the model looked while it wrote the reference.

    Args:
        model: A trained model.
        task: The sentences.
    """
    table = task.showcase.table
    written = greedy_decode(model, table.source, table.source_lengths, max_len=20)
    matrices = attention_matrices(model, task.showcase)
    return [
        {
            "source": " ".join(pair.source),
            "written": " ".join(task.target_vocabulary.decode(words)),
            "reference": " ".join(pair.target),
            "weights": rounded(matrix),
        }
        for pair, words, matrix in zip(task.showcase.pairs, written, matrices, strict=True)
    ]


def work(run: TranslationRun, scale: Scale) -> Outcome:
    """Train one model and measure it, and let it translate the showcase.

    Args:
        run: Which one.
        scale: How much of it.
    """
    task = small_phrase_task(run.task) if scale.small else phrase_task(run.task)
    model = run.build_for(task)
    history = run.fit(task.training, model, scale)
    results = {
        "correct": accuracy_by_test(model, task.test),
        **alignment_by_test(model, task.test),
        "showcase": showcase_results(model, task),
    }
    return Outcome(model, history, results)


def witness(model: Seq2Seq) -> dict[str, Any]:
    """Say of which sentences the canary comes, and what its model makes of a few.

    Args:
        model: The canary's model.
    """
    return translation_witness(model, phrase_task("en-fr"), small_phrase_task("en-fr"))


EXPERIMENT = Experiment(
    name="phrases",
    runs=runs,
    work=work,
    canary=TranslationRun("en-fr", "additive", 4, num_steps=50, batch_size=32, learning_rate=1e-2),
    witness=witness,
)
