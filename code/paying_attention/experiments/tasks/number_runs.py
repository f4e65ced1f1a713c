"""What the experiments on numbers do with a run and with a canary."""

from typing import Any

from paying_attention.data.batching import Corpus
from paying_attention.experiments.runner import Outcome, Scale
from paying_attention.experiments.tasks.measures import (
    accuracy_by_test,
    alignment_by_test,
    num_parameters,
    rounded,
    translation_witness,
)
from paying_attention.experiments.tasks.numbers import (
    TRAINED_LENGTHS,
    NumberTask,
    balanced_training,
    number_task,
    small_number_task,
)
from paying_attention.experiments.tasks.translation import TranslationRun
from paying_attention.explain.alignment import attention_matrices
from paying_attention.models.recurrent.seq2seq import Seq2Seq

EXAMPLE = 5  # row of the test sentences of two numbers whose weights are stored


def numbers_at(scale: Scale) -> NumberTask:
    """Give the sentences: all of them, or the canary's.

    Args:
        scale: Of the run.
    """
    return small_number_task() if scale.small else number_task()


def training_of(run: TranslationRun, task: NumberTask) -> Corpus:
    """Give the numbers that a run is trained on.

    Args:
        run: Of the task ``"numbers"`` or ``"balanced"``.
        task: The numbers.
    """
    return balanced_training() if run.task == "balanced" else task.training


def trained_lengths(task: NumberTask) -> dict[int, Corpus]:
    """Give the test sentences that are as long as those of the training.

    Args:
        task: The numbers.
    """
    return {length: task.test[length] for length in TRAINED_LENGTHS}


def look_and_translate(run: TranslationRun, scale: Scale) -> Outcome:
    """Train one model with attention on numbers; count what is right and where it looks.

    Args:
        run: Which one.
        scale: How much of it.
    """
    task = numbers_at(scale)
    model = run.build_for(task)
    history = run.fit(training_of(run, task), model, scale)
    results = {
        "parameters": num_parameters(model),
        "correct": accuracy_by_test(model, task.test),
        **alignment_by_test(model, trained_lengths(task)),
        "example": rounded(attention_matrices(model, task.test[2])[EXAMPLE]),
    }
    return Outcome(model, history, results)


def number_witness(model: Seq2Seq) -> dict[str, Any]:
    """Say of which numbers a canary comes, and what its model makes of a few.

    Args:
        model: The canary's model.
    """
    return translation_witness(model, number_task(), small_number_task())
