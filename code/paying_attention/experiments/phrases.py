"""Chapter 02's phrases: English to French and back, the textbook's examples among the tests."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any, Literal

import torch

from paying_attention.data.batching import Corpus
from paying_attention.data.phrases.sentences import SHOWCASE, draw_phrases, split_phrases
from paying_attention.data.sentence_pairs import SentencePair
from paying_attention.data.vocabulary import Vocabulary
from paying_attention.evaluation.decoding import greedy_decode, translation_accuracy
from paying_attention.experiments.alignment import SEEDS, AlignmentRun, alignment_by_test, rounded
from paying_attention.experiments.bottleneck import FINGERPRINT_STEPS
from paying_attention.experiments.store import has_entry, make_entry, save_entry
from paying_attention.explain.alignment import attention_matrices

NUM_TRAINING = 20_000
NUM_STEPS = 2000
Direction = Literal["en-fr", "fr-en"]


@dataclass(frozen=True)
class PhraseTask:
    """The sentences of one direction.

    Args:
        source_vocabulary: Words to read.
        target_vocabulary: Words to write.
        training: Sentences drawn from the training part, each template equally often.
        validation: Held-out sentences by template.
        test: Others, by template.
        showcase: The textbook's examples; no other part holds them.
    """

    source_vocabulary: Vocabulary
    target_vocabulary: Vocabulary
    training: Corpus
    validation: dict[str, Corpus]
    test: dict[str, Corpus]
    showcase: Corpus


@cache
def phrase_task(direction: Direction) -> PhraseTask:
    """Draw the sentences, always the same ones.

    Args:
        direction: ``"en-fr"`` or ``"fr-en"``.

    Raises:
        ValueError: If the direction is another one.
    """
    if direction not in ("en-fr", "fr-en"):
        raise ValueError(f"direction: expected 'en-fr' or 'fr-en', got {direction!r}")
    training, validation, test = split_phrases()
    generator = torch.Generator().manual_seed(1)
    drawn = draw_phrases(training, NUM_TRAINING, generator=generator)
    everything = [pair for pairs in training.values() for pair in pairs]
    english = Vocabulary.from_sentences(pair.source for pair in everything)
    french = Vocabulary.from_sentences(pair.target for pair in everything)
    forwards = direction == "en-fr"
    source, target = (english, french) if forwards else (french, english)

    def corpus(pairs: tuple[SentencePair, ...] | list[SentencePair]) -> Corpus:
        turned = pairs if forwards else [pair.reverse() for pair in pairs]
        return Corpus.encode(turned, source, target)

    return PhraseTask(
        source,
        target,
        corpus(drawn),
        {name: corpus(pairs) for name, pairs in validation.items()},
        {name: corpus(pairs) for name, pairs in test.items()},
        corpus(SHOWCASE),
    )


def phrase_runs() -> Iterator[AlignmentRun]:
    """List the trainings: Bahdanau's model, and the one whose other sources are closed."""
    for seed in SEEDS:
        for direction in ("en-fr", "fr-en"):
            for changed in ({}, {"values": "words", "start": "zeros"}):
                yield AlignmentRun(
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


def run_phrases() -> None:
    """Train the runs and store what the test says."""
    for run in phrase_runs():
        if has_entry("phrases", run.name, asdict(run)):
            continue
        task = phrase_task(run.task)
        model = run.build(len(task.source_vocabulary), len(task.target_vocabulary))
        history = run.fit(task.training, model)
        counts = {name: translation_accuracy(model, part) for name, part in task.test.items()}
        results = {
            "correct": {name: [count.successes, count.n] for name, count in counts.items()},
            **alignment_by_test(model, task.test),
            "showcase": showcase_results(model, task),
        }
        fingerprint = history.losses[:FINGERPRINT_STEPS]
        entry = make_entry(run.name, asdict(run), results, fingerprint, history.cpu_seconds)
        save_entry("phrases", entry)
        print(run.name, results["correct"], f"{history.cpu_seconds:.0f} CPU s", flush=True)
