"""Sequences of German numbers, to be said in English: chapters 01 to 03 and 06."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import torch

from paying_attention.data.batching import Corpus
from paying_attention.data.sentence_pairs import SentencePair
from paying_attention.data.toys.number_words import (
    SEPARATOR,
    distinct_numbers,
    number_sequences,
    split_numbers,
)
from paying_attention.data.vocabulary import Vocabulary
from paying_attention.experiments.tasks.translation import TranslationTask, first_sentences

NUM_TRAINING = 40_000
NUM_TEST = 300
TRAINED_LENGTHS = range(1, 7)
TESTED_LENGTHS = range(1, 9)
PROFILE_LENGTH = 21  # source words of the sentences whose gradient is taken
NUM_SMALL = 20  # test sentences of each length that a canary translates


@dataclass(frozen=True)
class NumberTask(TranslationTask):
    """Sequences of 1 to 6 training numbers, and held-out numbers by how many a sequence holds.

    Every held-out number stands once at length 1; validation, test and training share none.

    Args:
        profile: Test sentences of one source length, for gradients by position.
    """

    profile: Corpus


@cache
def number_task() -> NumberTask:
    """Draw the sentences, always the same ones; takes about three seconds."""
    training, validation, test = split_numbers()
    generator = torch.Generator().manual_seed(1)
    train_pairs = _training_pairs(training, generator)
    source = Vocabulary.from_sentences(pair.source for pair in train_pairs)
    target = Vocabulary.from_sentences(pair.target for pair in train_pairs)

    def by_length(numbers: list[int]) -> dict[int, Corpus]:
        corpora = {1: distinct_numbers(numbers)}
        for length in TESTED_LENGTHS[1:]:
            corpora[length] = number_sequences(
                numbers, NUM_TEST, lengths=[length], generator=generator
            )
        return {k: Corpus.encode(pairs, source, target) for k, pairs in corpora.items()}

    validation_sets, test_sets = by_length(validation), by_length(test)
    candidates = number_sequences(test, 600, lengths=[4], generator=generator)
    profile = [pair for pair in candidates if len(pair.source) == PROFILE_LENGTH]
    return NumberTask(
        source,
        target,
        Corpus.encode(train_pairs, source, target),
        validation_sets,
        test_sets,
        Corpus.encode(profile, source, target),
    )


@cache
def balanced_training() -> Corpus:
    """Draw training sentences in which `hundred` is an even chance after the digit before it.

    Among the numbers from 0 to 999 a digit at the start is followed by `hundred` in 99 of 100
    cases. Here the digits from 1 to 9 stand alone as often as before `hundred`; apart from that the
    numbers are the same, and so are the tests.
    """
    task = number_task()
    training, _, _ = split_numbers()
    hundreds = sum(number >= 100 for number in training)
    alone = list(range(1, 10)) * (hundreds // 9)
    pairs = _training_pairs(training + alone, torch.Generator().manual_seed(1))
    return Corpus.encode(pairs, task.source_vocabulary, task.target_vocabulary)


@cache
def small_number_task() -> NumberTask:
    """Cut the sentences down to what a canary learns and translates in seconds.

    It learns from single numbers, the shortest of which a translator knows after a few steps, so
    that a canary can see translations that are right.
    """
    task = number_task()
    single = [pair for pair in task.training.pairs if SEPARATOR not in pair.source]
    words = task.source_vocabulary, task.target_vocabulary
    validation = {1: first_sentences(task.validation[1], NUM_SMALL)}
    test = {k: first_sentences(corpus, NUM_SMALL) for k, corpus in task.test.items()}
    profile = first_sentences(task.profile, NUM_SMALL)
    return NumberTask(*words, Corpus.encode(single, *words), validation, test, profile)


def _training_pairs(numbers: Sequence[int], generator: torch.Generator) -> list[SentencePair]:
    return number_sequences(numbers, NUM_TRAINING, lengths=TRAINED_LENGTHS, generator=generator)
