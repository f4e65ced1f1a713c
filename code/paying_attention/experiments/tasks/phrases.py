"""Phrases in English and French, the textbook's examples among the tests: chapter 02."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

import torch

from paying_attention.data.batching import Corpus
from paying_attention.data.phrases.sentences import SHOWCASE, draw_phrases, split_phrases
from paying_attention.data.sentence_pairs import SentencePair
from paying_attention.data.vocabulary import Vocabulary
from paying_attention.experiments.tasks.translation import TranslationTask, first_sentences

NUM_TRAINING = 20_000
NUM_SMALL = 20  # test sentences of each template that a canary translates
Direction = Literal["en-fr", "fr-en"]


@dataclass(frozen=True)
class PhraseTask(TranslationTask):
    """The sentences of one direction; held-out ones go by template.

    Args:
        showcase: The textbook's examples; no other part holds them.
    """

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

    def corpus(pairs: Sequence[SentencePair]) -> Corpus:
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


@cache
def small_phrase_task(direction: Direction) -> PhraseTask:
    """Cut the sentences down to what a canary learns and translates in seconds.

    It learns from sentences that consist of words of the idioms, `I am hungry`, which a translator
    gets right after a few steps, so that a canary can see translations that are right.

    Args:
        direction: ``"en-fr"`` or ``"fr-en"``.
    """
    task = phrase_task(direction)
    known = {word for pair in task.test["idioms"].pairs for word in pair.source}
    short = [pair for pair in task.training.pairs if known.issuperset(pair.source)]
    words = task.source_vocabulary, task.target_vocabulary
    validation = {"idioms": first_sentences(task.validation["idioms"], NUM_SMALL)}
    test = {name: first_sentences(corpus, NUM_SMALL) for name, corpus in task.test.items()}
    return PhraseTask(*words, Corpus.encode(short, *words), validation, test, task.showcase)
