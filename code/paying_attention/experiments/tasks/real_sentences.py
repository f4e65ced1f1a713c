"""Captions of Multi30k, German to English: sentences that nobody made by a rule."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from paying_attention.data.batching import Corpus
from paying_attention.data.corpora.multi30k import frequent_words, hide_rare, multi30k_pairs
from paying_attention.data.sentence_pairs import SentencePair
from paying_attention.data.vocabulary import Vocabulary
from paying_attention.experiments.tasks.phrases import phrase_task, small_phrase_task
from paying_attention.experiments.tasks.translation import TranslationTask, first_sentences

SEEN = 3  # how often a word must occur in the training to be known
SHOWN_LENGTHS = ((5, 8), (12, 14), (20, 99))  # source tokens of the sentences that are shown
NUM_SHOWN = 4  # of each kind, the first ones of the test
BINS = {"up to 9": (1, 9), "10 to 14": (10, 14), "15 or more": (15, 99)}
NUM_OTHERS = 12  # phrases of another kind that validate a canary


@dataclass(frozen=True)
class RealTask(TranslationTask):
    """Sentences whose rare words are hidden, and the test as it was written.

    Args:
        written: The pairs of the test with all their words.
    """

    written: tuple[SentencePair, ...]


@cache
def real_task() -> RealTask:
    """Read Multi30k; it has to be there.

    Raises:
        FileNotFoundError: If the environment does not say where the data are.
    """
    training, validation, test = map(multi30k_pairs, ("train", "val", "test_2016_flickr"))
    read = frequent_words((pair.source for pair in training), at_least=SEEN)
    write = frequent_words((pair.target for pair in training), at_least=SEEN)

    def hidden(pairs: Sequence[SentencePair]) -> list[SentencePair]:
        return [
            SentencePair(hide_rare(pair.source, read), hide_rare(pair.target, write))
            for pair in pairs
        ]

    known = hidden(training)
    words = (
        Vocabulary.from_sentences(pair.source for pair in known),
        Vocabulary.from_sentences(pair.target for pair in known),
    )
    parts = [Corpus.encode(hidden(pairs), *words) for pairs in (validation, test)]
    learned = Corpus.encode(known, *words)
    return RealTask(*words, learned, {"all": parts[0]}, {"all": parts[1]}, tuple(test))


@cache
def stand_in_task() -> RealTask:
    """Give short phrases of the package instead, for a canary: it cannot count on the data.

    It learns from idioms alone and is validated on a few other phrases too, so that the best
    weights are not the last.
    """
    task, small = phrase_task("en-fr"), small_phrase_task("en-fr")
    pairs = [pair for kind in ("idioms", "objects") for pair in small.test[kind].pairs]
    words = task.source_vocabulary, task.target_vocabulary
    few = {"objects": first_sentences(task.validation["objects"], NUM_OTHERS)}
    test = {"all": Corpus.encode(pairs, *words)}
    return RealTask(*words, small.training, {**small.validation, **few}, test, tuple(pairs))


def shown_rows(pairs: Sequence[SentencePair]) -> list[int]:
    """Choose by a rule which sentences are shown: the first ones of each kind of length.

    Args:
        pairs: Sentences of the test, in its order.

    Returns:
        Rows, ``NUM_SHOWN`` for each of ``SHOWN_LENGTHS`` in turn, or as many as there are.
    """
    rows = []
    for low, high in SHOWN_LENGTHS:
        fitting = [row for row, pair in enumerate(pairs) if low <= len(pair.source) <= high]
        rows += fitting[:NUM_SHOWN]
    return rows


def words_found(
    pairs: Sequence[SentencePair], translations: Sequence[Sequence[str]]
) -> dict[str, list[int]]:
    """Count by source length how many words of a translation stand in its reference too.

    A word counts as often as it stands in both. Order does not count.

    Args:
        pairs: Sentences with their references.
        translations: As many, as words.

    Returns:
        For each of ``BINS`` that is not empty: words found, words written, words of the
        references, sentences. Found / written is a clipped unigram precision, found / references
        a share of the words that had to be found.

    Raises:
        ValueError: If there are not as many translations as pairs.
    """
    if len(pairs) != len(translations):
        raise ValueError(f"translations: expected {len(pairs)}, got {len(translations)}")
    counts: dict[str, list[int]] = {}
    for name, (low, high) in BINS.items():
        for pair, words in zip(pairs, translations, strict=True):
            if low <= len(pair.source) <= high:
                both = (Counter(words) & Counter(pair.target)).total()
                new = (both, len(words), len(pair.target), 1)
                old = counts.get(name, [0] * 4)
                counts[name] = [a + b for a, b in zip(old, new, strict=True)]
    return counts
