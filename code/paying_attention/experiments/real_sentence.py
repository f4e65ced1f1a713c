"""Chapters 01 and 02: a sentence that somebody wrote, translated with and without attention.

Chapter 01's decoder without attention (one vector starts it) and Bahdanau's, with the same widths,
settings, updates and batches, learn German to English from the 29,000 captions of Multi30k
(Elliott et al., 2016; see ``data/corpora/multi30k``). Words are lower-cased tokens; those that the
training holds fewer than three times are ``<unk>``. The validation loss chooses the best weights.
Nothing was tuned for either model: the settings were fixed when nothing was known but how long an
update takes.

Which sentences are shown was fixed before the run: of the test, in its order, the first four of 5
to 8 source tokens, the first four of 12 to 14, and the first four of 20 or more. A sentence is a
picture of the difference, not a measure of it; that is the count over all 1,000 test sentences, in
three bins of source length. Only one seed was trained.

Expected, before either model was trained:

1. In each bin attention finds a larger share of the reference's words.
2. The difference is largest for sentences of 15 tokens or more.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Literal

from torch import nn

from paying_attention.data.batching import Corpus
from paying_attention.data.vocabulary import PAD_ID
from paying_attention.evaluation.decoding import greedy_decode
from paying_attention.experiments.runner import Experiment, Outcome, Scale, fit_run
from paying_attention.experiments.tasks.digests import corpus_digest
from paying_attention.experiments.tasks.measures import (
    accuracy_by_test,
    num_parameters,
    translation_witness,
)
from paying_attention.experiments.tasks.phrases import phrase_task, small_phrase_task
from paying_attention.experiments.tasks.real_sentences import (
    RealTask,
    real_task,
    shown_rows,
    stand_in_task,
    words_found,
)
from paying_attention.experiments.tasks.translation import Translator
from paying_attention.models.recurrent.seq2seq import Seq2Seq
from paying_attention.training.losses import translation_loss

VALIDATE_EVERY = 200
MAX_WORDS = 50


@dataclass(frozen=True)
class RealRun(Translator):
    """One training.

    Args:
        attention: Bahdanau's, or none.
        seed: Of the weights and the order of the batches.
        num_steps: Updates.
        batch_size: Sentences in a batch.
        learning_rate: Its highest value.
        dropout: Share of the embeddings' features that training drops.
        d_embedding: Width of the word embeddings.
        d_encoder: Width of an annotation.
        d_decoder: Width of the decoder's state.
    """

    attention: Literal["none", "additive"]
    seed: int
    num_steps: int = 3200
    batch_size: int = 32
    learning_rate: float = 2e-3
    dropout: float = 0.2
    d_embedding: int = 128
    d_encoder: int = 192
    d_decoder: int = 192

    @property
    def name(self) -> str:
        """Name of the run in the results file."""
        return f"{self.attention}-seed{self.seed}"


def mean_loss(model: nn.Module, corpora: list[Corpus]) -> float:
    """Average the loss over all words of held-out sentences.

    Args:
        model: A translator.
        corpora: The sentences.
    """
    total, words = 0.0, 0
    for corpus in corpora:
        for batch in corpus.in_order(128):
            count = int((batch.target_output != PAD_ID).sum())
            total += float(translation_loss(model, batch)) * count
            words += count
    return total / words


def greedy_translations(model: Seq2Seq, task: RealTask) -> list[list[str]]:
    """Translate the test greedily.

    Args:
        model: A trained model.
        task: The sentences.
    """
    return [
        task.target_vocabulary.decode(ids)
        for batch in task.test["all"].in_order(128)
        for ids in greedy_decode(model, batch.source, batch.source_lengths, max_len=MAX_WORDS)
    ]


def runs() -> Iterator[RealRun]:
    """List the trainings."""
    yield RealRun("none", 0)
    yield RealRun("additive", 0)


def work(run: RealRun, scale: Scale) -> Outcome:
    """Train one model, let it translate the test, and keep the sentences that are shown.

    Args:
        run: Which one.
        scale: How much of it.
    """
    task = stand_in_task() if scale.small else real_task()
    model = run.build_for(task)
    history = fit_run(
        run,
        model,
        translation_loss,
        lambda generator: task.training.batches(run.batch_size, generator=generator),
        scale if scale.small else replace(scale, window=VALIDATE_EVERY),
        validate=partial(mean_loss, corpora=list(task.validation.values())),
    )
    translations = greedy_translations(model, task)
    shown = [
        {
            "row": row,
            "source": " ".join(task.written[row].source),
            "reference": " ".join(task.written[row].target),
            "translation": " ".join(translations[row]),
        }
        for row in shown_rows(task.written)
    ]
    results: dict[str, Any] = {
        "parameters": num_parameters(model),
        "vocabularies": [len(task.source_vocabulary), len(task.target_vocabulary)],
        "data": {
            name: corpus_digest([part])
            for name, part in (("training", task.training), ("test", task.test["all"]))
        },
        "validation": {step: round(loss, 4) for step, loss in history.validation.items()},
        "best_step": history.best_step,
        "correct": accuracy_by_test(model, task.test),
        "words": words_found(task.written, translations),
        "shown": shown,
    }
    return Outcome(model, history, results)


def witness(model: Seq2Seq) -> dict[str, Any]:
    """Say of which phrases the canary comes, and what its model makes of a few.

    Args:
        model: The canary's model.
    """
    return translation_witness(model, phrase_task("en-fr"), small_phrase_task("en-fr"))


EXPERIMENT = Experiment(
    name="real_sentence",
    runs=runs,
    work=work,
    canary=RealRun("additive", 6, num_steps=40, learning_rate=1e-2),
    witness=witness,
)
