import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from paying_attention.data.sentence_pairs import SentencePair
from paying_attention.evaluation.alignment_error import argmax_links
from paying_attention.explain.heads import entropy
from paying_attention.explorables.heads.state import chance, heads_state, heads_texts

# three heads, two target words, four source words
WEIGHTS = [
    [[0.5, 0.5, 0.0, 0.0], [0.25, 0.25, 0.25, 0.25]],
    [[0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 0.0, 1.0]],
    [[1.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 1.0]],
]
SOURCE, TARGET, GOLD = ("ich", "sehe", "dich", "so"), ("see", "you"), [[1], [2, 3]]


def summary(on, gold=GOLD):
    judged = sum(map(bool, gold or ()))
    expected = None if gold is None else chance(gold, 4)
    return heads_texts(heads_state(WEIGHTS, on, gold), 3, judged, expected)["summary"]


@pytest.mark.parametrize(
    ("on", "weights", "bits", "hits"),
    [
        ((0,), (0.5, 0.5, 0, 0, 0.25, 0.25, 0.25, 0.25), (1 + 2) / 2, 0),  # both are ties
        ((1,), (0, 1, 0, 0, 0, 0, 0, 1), 0, 2),
        ((2,), (1, 0, 0, 0, 0, 0, 0, 1), 0, 1),
        ((1, 2), (0.5, 0.5, 0, 0, 0, 0, 0, 1), 0.5, 1),
        (
            (0, 1),
            (0.25, 0.75, 0, 0, 0.125, 0.125, 0.125, 0.625),
            (0.5 + 0.75 * math.log2(4 / 3) + 3 * 0.375 + 0.625 * math.log2(1.6)) / 2,
            2,
        ),
    ],
)
def test_by_hand(on, weights, bits, hits):
    found = heads_state(WEIGHTS, on, GOLD)
    assert found.on == on
    assert found.weights == pytest.approx(weights)
    assert found.entropy == pytest.approx(bits)
    assert found.hits == hits


def test_no_head_shows_nothing():
    found = heads_state(WEIGHTS, (), GOLD)
    assert (found.on, found.weights, found.entropy, found.hits) == ((), (), None, None)
    texts = heads_texts(found, 3, 2, 0.75)
    assert texts["summary"] == "All heads are off: there are no weights to show."
    assert (texts["count"], texts["entropy"], texts["hits"]) == ("0 of 3", "–", "–")
    assert not any(key.startswith("weight") for key in texts)


def rows_of(drawn):
    """Four heads, three rows of five weights that sum to 1, or of zeros."""
    numbers = np.frombuffer(drawn, dtype=np.uint8).reshape(4, 3, 5)
    return (numbers / np.maximum(numbers.sum(axis=-1, keepdims=True), 1)).tolist()


heads = st.binary(min_size=60, max_size=60).map(rows_of)  # drawn far faster than 60 floats
some = st.sets(st.integers(0, 3), min_size=1).map(sorted)


@given(heads, some)
def test_the_mean_and_its_entropy_are_those_of_the_package(weights, on):
    mean = torch.tensor(weights, dtype=torch.float64)[on].mean(dim=0)
    found = heads_state(weights, on)
    assert found.weights == pytest.approx(mean.ravel().tolist())
    bits = entropy(mean).nanmean().item()  # a row that looks nowhere has none
    assert found.entropy == (None if math.isnan(bits) else pytest.approx(bits, abs=1e-6))
    assert found.hits is None


@given(heads, some, st.lists(st.sets(st.integers(0, 4)), min_size=3, max_size=3))
def test_hits_and_their_words_are_those_of_the_package(weights, on, gold):
    links = frozenset((i, j) for i, linked in enumerate(gold) for j in linked)
    mean = torch.tensor(weights, dtype=torch.float64)[on].mean(dim=0)
    largest = mean.sort(dim=-1).values
    if not links or (largest[:, -1] - largest[:, -2]).min() < 1e-6:
        return  # torch breaks ties by order, and the figure does not
    pair = SentencePair(tuple("abcde"), tuple("abc"), links, frozenset())
    found = heads_state(weights, on, [sorted(linked) for linked in gold])
    assert found.hits == len(argmax_links(mean, pair) & links)
    judged = sorted({i for i, _ in links})
    bits = entropy(mean[judged]).nanmean().item()
    assert found.entropy == (None if math.isnan(bits) else pytest.approx(bits, abs=1e-6))


@given(st.permutations(range(4)), heads)
def test_the_order_of_the_heads_changes_nothing(order, weights):
    weights = [[[0.3, 0.3, 0.1, 0.2, 0.1]] * 3, *weights[1:]]
    before = heads_state(weights, range(4), [[0, 1], [2], []])
    after = heads_state([weights[h] for h in order], range(4), [[0, 1], [2], []])
    assert after.hits == before.hits
    assert after.weights == pytest.approx(before.weights)


def test_a_tie_in_the_sixteenth_digit_is_a_tie():
    weights = [[[0.1, 0.1]], [[0.2, 0.4]], [[0.4, 0.2]]]
    found = heads_state(weights, (0, 1, 2), [[0, 1]])
    assert found.hits == 1
    assert found.weights[0] != found.weights[1]
    assert [heads_state(weights, (0, 1, 2), [[j]]).hits for j in range(2)] == [0, 0]


def test_a_row_of_zeros_hits_nothing():
    found = heads_state([[[0.0, 0.0], [0.0, 1.0]]], (0,), [[0, 1], [1]])
    assert (found.hits, found.entropy) == (1, 0.0)


def test_where_no_word_looks_there_is_no_entropy_and_the_sentence_says_so():
    weights = [[[0.0, 0.0], [0.0, 0.0]], [[0.0, 0.0], [0.5, 0.5]]]
    nowhere, half = (heads_state(weights, (h,)) for h in range(2))
    assert (nowhere.entropy, half.entropy) == (None, 1.0)
    texts = heads_texts(nowhere, 2, 0, None)
    assert texts["entropy"] == "–"
    assert texts["summary"] == "With head 0 on, no word looks anywhere: all weights are 0."
    judged = heads_state(weights, (0,), [[0], [1]])
    assert (judged.entropy, judged.hits) == (None, 0)


def test_a_random_map_is_right_as_often_as_was_said():
    gold, draws = [[1], [], [0, 2]], np.random.default_rng(0).integers(4, size=(20_000, 3))
    hits = [sum(j in linked for j, linked in zip(draw, gold, strict=True)) for draw in draws]
    assert chance(gold, 4) == pytest.approx(np.mean(hits), abs=0.02)  # four standard errors


@pytest.mark.parametrize(
    ("on", "start"),
    [((0,), "head 0"), ((0, 2), "heads 0 and 2"), ((0, 1, 2), "heads 0, 1 and 2")],
)
def test_the_sentence_counts_heads_from_zero(on, start):
    hits = heads_state(WEIGHTS, on, GOLD).hits
    assert summary(on) == (
        f"With {start} on, the largest weight lies on a gold link for {hits} of 2 words; "
        "a random map would be right for about 0.75."
    )
