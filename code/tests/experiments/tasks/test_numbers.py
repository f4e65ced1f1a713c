from collections import Counter

import pytest

from paying_attention.data.toys.number_words import SEPARATOR, number_pair, split_numbers
from paying_attention.experiments.tasks.numbers import (
    NUM_SMALL,
    PROFILE_LENGTH,
    balanced_training,
    number_task,
    small_number_task,
)

TRAINING, VALIDATION, TEST = split_numbers()
HELD_OUT_LENGTHS = range(1, 9)


@pytest.fixture(scope="module")
def task():
    return number_task()  # drawn once for all tests


def texts(table, vocabulary, ids):
    """Each sentence as the text of its numbers."""
    words = [vocabulary.tokens[index] for index in ids.flatten().tolist()]
    width = ids.shape[1]
    rows = (words[i : i + width] for i in range(0, len(words), width))
    special = {"<pad>", "<bos>", "<eos>"}
    return [" ".join(w for w in row if w not in special).split(" ; ") for row in rows]


def both_texts(corpus, task):
    table = corpus.table
    source = texts(table, task.source_vocabulary, table.source)
    target = texts(table, task.target_vocabulary, table.target)
    return source, target


def words_of(numbers, side):
    return {" ".join(getattr(number_pair(number), side)) for number in numbers}


@pytest.fixture(scope="module")
def read(task):
    """All sentences of the task as text: name of the corpus, source, target."""
    corpora = {"training": task.training, "profile": task.profile}
    corpora |= {f"validation{k}": corpus for k, corpus in task.validation.items()}
    corpora |= {f"test{k}": corpus for k, corpus in task.test.items()}
    return {name: both_texts(corpus, task) for name, corpus in corpora.items()}


def test_held_out_numbers_never_occur_in_training(read):
    source, target = read["training"]
    held_out = VALIDATION + TEST
    assert {n for row in source for n in row}.isdisjoint(words_of(held_out, "source"))
    assert {n for row in target for n in row}.isdisjoint(words_of(held_out, "target"))
    assert {n for row in source for n in row} == words_of(TRAINING, "source")


def test_validation_and_test_share_no_number(read):
    seen = {
        kind: {
            n for name, (rows, _) in read.items() if name.startswith(kind) for r in rows for n in r
        }
        for kind in ("validation", "test")
    }
    assert seen["validation"] == words_of(VALIDATION, "source")
    assert seen["test"] == words_of(TEST, "source")
    assert seen["validation"].isdisjoint(seen["test"])


def test_every_sentence_is_translated_number_by_number(read):
    english = {
        " ".join(pair.source): " ".join(pair.target) for pair in map(number_pair, range(1000))
    }
    for source, target in read.values():
        assert [[english[n] for n in row] for row in source] == target


def test_how_many_sentences_of_which_length(read, task):
    lengths = Counter(len(row) for row in read["training"][0])
    assert lengths.total() == len(task.training) == 40_000
    assert sorted(lengths) == [1, 2, 3, 4, 5, 6]
    assert min(lengths.values()) > 6300  # 6667 expected, standard deviation 75
    assert sorted(task.validation) == sorted(task.test) == list(HELD_OUT_LENGTHS)
    for kind, distinct in (("validation", VALIDATION), ("test", TEST)):
        for k in HELD_OUT_LENGTHS:
            rows = read[f"{kind}{k}"][0]
            assert {len(row) for row in rows} == {k}
            assert len(rows) == (len(distinct) if k == 1 else 300)
        assert sorted(n for (n,) in read[f"{kind}1"][0]) == sorted(words_of(distinct, "source"))


def test_sentences_of_the_gradient_profile_have_one_length(read, task):
    assert set(task.profile.table.source_lengths.tolist()) == {PROFILE_LENGTH}
    assert len(task.profile) >= 30
    assert {n for row in read["profile"][0] for n in row} <= words_of(TEST, "source")


def test_balanced_training_leaves_hundred_open():
    balanced, usual = balanced_training(), number_task().training
    digits = {"one", "two", "three", "four", "five", "six", "seven", "eight", "nine"}

    def share_of_hundred(corpus):
        """How often a digit that opens a number is followed by `hundred`."""
        after = [
            (*pair.target, "end")[i + 1]
            for pair in corpus.pairs
            for i, word in enumerate(pair.target)
            if word in digits and (i == 0 or pair.target[i - 1] == ";")
        ]
        return after.count("hundred") / len(after)

    assert share_of_hundred(usual) > 0.98
    assert 0.48 < share_of_hundred(balanced) < 0.52
    numbers = {n for p in balanced.pairs for n in " ".join(p.target).split(" ; ")}
    assert numbers == {n for p in usual.pairs for n in " ".join(p.target).split(" ; ")}


def test_the_small_task_is_a_piece_of_the_whole(task):
    small = small_number_task()
    assert small.source_vocabulary == task.source_vocabulary
    assert small.target_vocabulary == task.target_vocabulary
    assert 5000 < len(small.training) < 8000  # every sixth sentence is a single number
    assert {SEPARATOR in pair.source for pair in small.training.pairs} == {False}
    assert set(small.training.pairs) <= set(task.training.pairs)
    assert small.validation[1].pairs == task.validation[1].pairs[:NUM_SMALL]
    assert list(small.test) == list(task.test)
    for length, corpus in small.test.items():
        assert corpus.pairs == task.test[length].pairs[:NUM_SMALL]
        assert len(corpus) == NUM_SMALL
