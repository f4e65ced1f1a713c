import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paying_attention.explorables.alignment.state import row_state, row_texts

WEIGHTS = ((0.94, 0.03, 0.03), (0.05, 0.07, 0.88), (0.03, 0.95, 0.02), (0.4, 0.1, 0.4))
TARGET, SOURCE = ("I", "love", "you", "both"), ("je", "t'", "aime")
GOLD = ((0,), (2,), (0, 2), (0,))


def summary(row, gold=GOLD, weights=WEIGHTS):
    return row_texts(row_state(weights, row, gold), TARGET, SOURCE)["summary"]


@pytest.mark.parametrize(
    ("row", "most", "agrees", "sentence"),
    [
        (0, (0,), "yes", "“I” looks most at “je”, 0.94; the gold link agrees."),
        (1, (2,), "yes", "“love” looks most at “aime”, 0.88; the gold link agrees."),
        (2, (1,), "no", "“you” looks most at “t'”, 0.95; the gold links are “je” and “aime”."),
        (
            3,
            (0, 2),
            "in part",
            "“both” looks most at “je” and “aime”, 0.40 each; the gold link is “je”, "
            "so it agrees in part.",
        ),
    ],
)
def test_by_hand(row, most, agrees, sentence):
    found = row_state(WEIGHTS, row, GOLD)
    assert (found.row, found.weights, found.gold) == (row, WEIGHTS[row], GOLD[row])
    assert (found.most, found.agrees) == (most, agrees)
    assert summary(row) == sentence


@pytest.mark.parametrize(
    ("gold", "sentence"),
    [
        (None, "“you” looks most at “t'”, 0.95."),
        (((),) * 4, "“you” looks most at “t'”, 0.95; it has no gold link."),
        (((0,),) * 4, "“you” looks most at “t'”, 0.95; the gold link is “je”."),
        (((1, 2),) * 4, "“you” looks most at “t'”, 0.95; the gold links, “t'” and “aime”, agree."),
    ],
)
def test_the_sentence_says_what_the_gold_links_are(gold, sentence):
    assert summary(2, gold) == sentence


def test_weights_that_read_equal_tie_and_no_order_breaks_the_tie():
    found = row_state([[0.3349, 0.3251, 0.34 - 0.006]], 0)  # 0.33 each
    assert found.most == (0, 1, 2)
    assert row_state([[0.3351, 0.3349, 0.33]], 0).most == (0,)  # 0.34 to the reader


def test_a_row_that_reads_zero_looks_at_nothing():
    found = row_state([[0.004, 0.0, 0.004]], 0, [[0]])
    assert (found.most, found.agrees) == ((), "no")
    expected = "“I” looks at no word: every weight reads 0.00; the gold link is “je”."
    assert row_texts(found, TARGET, SOURCE)["summary"] == expected


rows = st.lists(st.floats(0, 1), min_size=7, max_size=7).map(
    lambda numbers: [number / max(1.0, sum(numbers)) for number in numbers]
)


@given(st.lists(rows, min_size=3, max_size=3), st.integers(0, 2), st.sets(st.integers(0, 6)))
def test_what_a_row_looks_at_most_is_numpys_largest(weights, row, linked):
    found = row_state(weights, row, [sorted(linked)] * 3)
    array = np.array(weights)[row]
    near = set(np.flatnonzero(array > array.max() - 0.0099).tolist())
    assert set(found.most) <= near  # read equal: less than a hundredth apart
    if array.max() > 0.0051:
        assert int(array.argmax()) in found.most
    if linked and found.most:
        share = len(linked & set(found.most)) / len(found.most)
        assert found.agrees == {0: "no", 1: "yes"}.get(share, "in part")
