import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paying_attention.evaluation.metrics import Proportion, exact_match

Z = 1.959963984540054  # the normal distribution leaves 2.5 % above it


def wilson(successes, n):
    """Wilson (1927), as textbooks write it."""
    share = successes / n
    centre = (share + Z**2 / (2 * n)) / (1 + Z**2 / n)
    half = Z / (1 + Z**2 / n) * math.sqrt(share * (1 - share) / n + Z**2 / (4 * n**2))
    return centre - half, centre + half


@given(st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_interval_is_wilsons(counts):
    found = Proportion(*counts)
    low, high = found.interval
    assert (low, high) == pytest.approx(wilson(*counts), abs=1e-9)
    assert 0 <= low <= found.value <= high <= 1
    assert low < high


def test_numbers_by_hand():
    """At 5 of 10 the centre is 1/2, and half the width is z / (2 √(10 + z²))."""
    half = Z / (2 * math.sqrt(10 + Z**2))
    assert Proportion(5, 10).interval == pytest.approx((0.5 - half, 0.5 + half))
    assert Proportion(5, 10).value == 0.5


@pytest.mark.parametrize("n", [1, 7, 300])
def test_at_none_and_at_all(n):
    """One end is certain, the other one z² / (n + z²) away."""
    assert Proportion(0, n).interval == pytest.approx((0, Z**2 / (n + Z**2)))
    assert Proportion(n, n).interval == pytest.approx((n / (n + Z**2), 1))
    assert Proportion(0, n).interval[0] == 0
    assert Proportion(n, n).interval[1] == 1


def test_more_sentences_make_a_narrower_interval():
    widths = [high - low for low, high in (Proportion(n // 2, n).interval for n in (4, 40, 400))]
    assert widths == sorted(widths, reverse=True)


def test_text_gives_share_interval_and_n():
    low, high = wilson(3, 50)
    assert str(Proportion(3, 50)) == f"0.060 [{low:.3f}, {high:.3f}], n = 50"


def test_pool_adds_the_counts():
    assert Proportion.pool([Proportion(1, 2), Proportion(9, 30)]) == Proportion(10, 32)


@pytest.mark.parametrize("counts", [(0, 0), (1, 0), (-1, 5), (6, 5), (0, -1)])
def test_counts_that_contradict_each_other_are_named(counts):
    with pytest.raises(ValueError, match=f"n >= 1, got {counts[0]} and {counts[1]}"):
        Proportion(*counts)


def test_nothing_cannot_be_pooled():
    with pytest.raises(ValueError, match="got 0 and 0"):
        Proportion.pool([])


@pytest.mark.parametrize(
    ("predictions", "references", "right"),
    [
        ([["a", "b"]], [["a", "b"]], 1),
        ([["a", "b"]], [["b", "a"]], 0),
        ([["a"]], [["a", "b"]], 0),  # too short
        ([["a", "b", "b"]], [["a", "b"]], 0),  # too long
        ([[]], [[]], 1),
        ([[]], [["a"]], 0),
        ([("a",), [1, 2], [3]], [["a"], (1, 2), [4]], 2),
    ],
)
def test_exact_match_by_hand(predictions, references, right):
    assert exact_match(predictions, references) == Proportion(right, len(references))


@pytest.mark.parametrize("predictions", [[], [["a"]], [["a"]] * 3])
def test_a_wrong_number_of_predictions_is_named(predictions):
    match = f"predictions: expected 2, one for each reference, got {len(predictions)}"
    with pytest.raises(ValueError, match=match):
        exact_match(predictions, [["a"], ["b"]])


def test_no_sentences_have_no_share():
    with pytest.raises(ValueError, match="got 0 and 0"):
        exact_match([], [])


@pytest.mark.parametrize("wrong", ["abc", ["a b c"], [["a"], "abc"]])
def test_a_string_is_no_sentence(wrong):
    """Letter by letter it would be right."""
    right = [list(each) for each in wrong]
    with pytest.raises(TypeError, match="predictions: expected sequences of tokens, got 'a"):
        exact_match(wrong, right)
    with pytest.raises(TypeError, match="references: expected sequences of tokens, got 'a"):
        exact_match(right, wrong)
