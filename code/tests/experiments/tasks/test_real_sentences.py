import os

import pytest

from paying_attention.data.corpora.multi30k import VARIABLE
from paying_attention.data.sentence_pairs import SentencePair
from paying_attention.experiments.tasks.real_sentences import (
    SEEN,
    real_task,
    shown_rows,
    stand_in_task,
    words_found,
)

NEEDS_DATA = pytest.mark.skipif(not os.environ.get(VARIABLE), reason=f"{VARIABLE} names no data")


def pair(length, target=("x",)):
    return SentencePair(("w",) * length, tuple(target))


def test_the_first_sentences_of_each_kind_are_shown():
    lengths = [9, 20, 5, 8, 13, 19, 6, 11, 7, 5, 12, 99, 4, 14, 15, 20, 13, 12, 21, 23]
    rows = shown_rows([pair(length) for length in lengths])
    assert rows == [2, 3, 6, 8, 4, 10, 13, 16, 1, 11, 15, 18]


def test_kinds_that_are_rare_show_fewer():
    assert shown_rows([pair(30), pair(10), pair(8)]) == [2, 0]


def test_words_count_as_often_as_they_stand_in_both():
    pairs = [
        pair(9, ["a", "a", "b", "c"]),
        pair(2, ["d", "e"]),
        pair(10, ["a", "b"]),
        pair(15, ["a"]),
        pair(40, ["b", "c"]),
    ]
    written = ["a c a a z", "", "b a", "a a", "c b b"]
    assert words_found(pairs, [line.split() for line in written]) == {
        "up to 9": [3, 5, 6, 2],
        "10 to 14": [2, 2, 2, 1],
        "15 or more": [3, 5, 3, 2],
    }
    assert words_found(pairs[:1], [["b"]]) == {"up to 9": [1, 1, 4, 1]}


def test_a_translation_that_is_missing_is_noticed():
    with pytest.raises(ValueError, match="translations: expected 1, got 0"):
        words_found([pair(3)], [])


def test_the_stand_in_has_the_same_parts():
    task = stand_in_task()
    assert task.test["all"].pairs == task.written
    held_out = {pair.source for corpus in task.validation.values() for pair in corpus.pairs}
    held_out |= {pair.source for pair in task.written}
    assert held_out.isdisjoint(pair.source for pair in task.training.pairs)


@NEEDS_DATA
def test_rare_words_are_hidden_from_models_and_not_from_readers():
    task = real_task()
    known = set(task.target_vocabulary.tokens)
    assert len(task.test["all"]) == len(task.written) == 1000
    counts = [sum(pair.target.count("dog") for pair in task.training.pairs)]
    assert counts[0] >= SEEN
    for hidden, written in zip(task.test["all"].pairs, task.written, strict=True):
        for word, original in zip(hidden.target, written.target, strict=True):
            assert word == (original if original in known else "<unk>")
    assert any("<unk>" in pair.source for pair in task.training.pairs)
