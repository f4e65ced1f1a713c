"""The alignment error rate, its floor, chance and interval."""

import itertools
import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from paying_attention.attention.recurrent.local import LocalAttention
from paying_attention.data.sentence_pairs import SentencePair
from paying_attention.evaluation.alignment_error import (
    AlignmentCounts,
    alignment_interval,
    argmax_links,
    chance_error,
    count_alignment,
    floor_links,
)

Z = 1.959963984540054  # the normal distribution leaves 2.5 % above it


def pair_of(num_target, num_source, sure=(), possible=()):
    source, target = (tuple(map(str, range(n))) for n in (num_source, num_target))
    return SentencePair(source, target, frozenset(sure), frozenset(possible))


DIAGONAL = {(0, 0), (1, 1), (2, 2)}


@pytest.mark.parametrize(
    ("links", "sure", "possible", "error"),
    [
        # As the annotators: everything sure was found, nothing else. 1 − (3 + 3) / (3 + 3).
        (DIAGONAL, DIAGONAL, (), 0),
        # A link that only one annotator drew costs nothing when it is found ...
        # 1 − (3 + 4) / (4 + 3).
        (DIAGONAL | {(2, 1)}, DIAGONAL, {(2, 1)}, 0),
        # ... and nothing when it is not: only sure links are missed. 1 − (3 + 3) / (3 + 3).
        (DIAGONAL, DIAGONAL, {(2, 1)}, 0),
        # One sure link was missed. 1 − (2 + 2) / (2 + 3).
        ({(0, 0), (1, 1)}, DIAGONAL, (), 1 / 5),
        # One link was invented. 1 − (3 + 3) / (4 + 3).
        (DIAGONAL | {(0, 2)}, DIAGONAL, (), 1 / 7),
        # One sure and one possible link found, one invented, one sure link missed.
        # |A| = 3, |S| = 2, |A∩S| = 1, |A∩P| = 2: 1 − (1 + 2) / (3 + 2).
        ({(0, 0), (1, 0), (2, 0)}, {(0, 0), (1, 1)}, {(1, 0)}, 2 / 5),
        # Only possible links found: |A∩S| = 0, |A∩P| = 2. 1 − (0 + 2) / (2 + 1).
        ({(1, 0), (1, 1)}, {(2, 2)}, {(1, 0), (1, 1)}, 1 / 3),
        # A sentence without sure links: 1 − (0 + 1) / (2 + 0).
        ({(0, 0), (1, 1)}, (), {(0, 0)}, 1 / 2),
        # Silence misses everything, and so does noise: 1 − 0 / (0 + 3) and 1 − 0 / (2 + 3).
        ((), DIAGONAL, (), 1),
        ({(0, 1), (1, 0)}, DIAGONAL, (), 1),
    ],
)
def test_the_error_rate_by_hand(links, sure, possible, error):
    counts = count_alignment(links, pair_of(3, 3, sure, possible))
    assert counts.error == pytest.approx(error, abs=1e-15)


def test_the_counts_by_hand():
    """Sure links are possible ones as well; the other way round they are not."""
    pair = pair_of(3, 4, {(0, 0), (1, 1)}, {(1, 0), (2, 3)})
    counts = count_alignment([(0, 0), (1, 0), (2, 3), (2, 0), (0, 0)], pair)
    assert counts == AlignmentCounts(sure_hits=1, possible_hits=3, links=4, sure=2)
    assert counts.error == pytest.approx(1 - 4 / 6)


def test_target_and_source_are_not_mixed_up():
    """(2, 0) is target word 2 and source word 0; a pair of 3 and 1 words has no (0, 2)."""
    pair = pair_of(3, 1, {(2, 0)})
    assert count_alignment({(2, 0)}, pair).error == 0
    with pytest.raises(ValueError, match=r"links: expected \(target < 3, source < 1\)"):
        count_alignment({(0, 2)}, pair)


cells = st.tuples(st.integers(0, 3), st.integers(0, 2))


@given(links=st.sets(cells), sure=st.sets(cells), possible=st.sets(cells))
def test_the_error_rate_lies_between_its_bounds(links, sure, possible):
    """Written with precision and recall, as Och & Ney introduce it."""
    pair = pair_of(4, 3, sure, possible)
    counts = count_alignment(links, pair)
    if not links and not sure:
        with pytest.raises(ValueError, match="expected links of the aligner or sure links"):
            _ = counts.error
        return
    error = counts.error
    assert 0 <= error <= 1
    found = sum(link in sure for link in links)
    allowed = sum(link in sure or link in possible for link in links)
    assert error == pytest.approx(1 - (found + allowed) / (len(links) + len(sure)), abs=1e-12)
    assert (error == 0) == (sure <= links <= sure | possible)


def test_pooled_counts_are_sums_and_no_mean_of_rates():
    """1/2 in a sentence of two links and 0 in one of six: 1 − (1 + 6) / 8, not 1/4."""
    short, long = AlignmentCounts(0, 1, 1, 1), AlignmentCounts(3, 3, 3, 3)
    pooled = AlignmentCounts.pool([short, long])
    assert pooled == AlignmentCounts(3, 4, 4, 4)
    assert pooled.error == pytest.approx(1 / 8)
    assert AlignmentCounts.pool([long]) == long


def test_a_sentence_with_possible_links_only_counts_nothing_and_stops_nothing():
    """The error of a corpus is that of its other sentences; alone it has none."""
    empty = count_alignment(set(), pair_of(3, 4, possible={(1, 2)}))
    assert empty == AlignmentCounts(0, 0, 0, 0)
    some = AlignmentCounts(1, 2, 3, 2)
    assert AlignmentCounts.pool([empty, some, empty]) == some
    for nothing in (empty, AlignmentCounts.pool([empty, empty])):
        with pytest.raises(ValueError, match="counts: expected links of the aligner or sure links"):
            _ = nothing.error
    others = [some, AlignmentCounts(3, 3, 4, 5), AlignmentCounts(0, 1, 2, 2)]
    assert alignment_interval([empty, *others, empty]) == alignment_interval(others)
    found = count_alignment({(1, 2)}, pair_of(3, 4, possible={(1, 2)}))
    assert found == AlignmentCounts(0, 1, 1, 0)
    assert found.error == 0


def test_counts_that_are_pooled_stay_whole_numbers():
    pooled = AlignmentCounts.pool([AlignmentCounts(1, 2, 4, 3)] * 3)
    assert {type(n) for n in vars(pooled).values()} == {int}


def test_no_alignments_cannot_be_pooled():
    with pytest.raises(ValueError, match="parts: expected at least one, got none"):
        AlignmentCounts.pool([])


@pytest.mark.parametrize(
    "counts",
    [
        (-1, 0, 1, 1),
        (2, 1, 3, 3),  # a sure hit is a possible one
        (1, 3, 2, 2),  # more hits than links
        (2, 2, 2, 1),  # more sure hits than sure links
        (0, 0, 0, -1),
    ],
)
def test_alignment_counts_that_contradict_each_other_are_named(counts):
    match = r"counts: expected 0 <= sure_hits <= .*got AlignmentCounts\(sure_hits="
    with pytest.raises(ValueError, match=f"{match}{counts[0]}, "):
        AlignmentCounts(*counts)


@pytest.mark.parametrize("link", [(3, 0), (0, 4), (-1, 0), (0, -1)])
def test_a_link_outside_the_sentence_is_named(link):
    match = rf"links: expected \(target < 3, source < 4\), got \({link[0]}, {link[1]}\)"
    with pytest.raises(ValueError, match=match):
        count_alignment([(0, 0), link], pair_of(3, 4, {(0, 0)}))


@pytest.mark.parametrize("name", ["sure", "possible"])
@pytest.mark.parametrize("link", [(3, 0), (0, 4), (-1, 0), (0, -1)])
def test_a_gold_link_outside_the_sentence_is_named(link, name):
    match = rf"links: expected \(target < 3, source < 4\), got \({link[0]}, {link[1]}\)"
    with pytest.raises(ValueError, match=match):
        pair_of(3, 4, **{name: {link}})


# --- from weights to links ----------------------------------------------------------------------

WEIGHTS = torch.tensor([[0.1, 0.7, 0.2], [0.4, 0.3, 0.3], [0.0, 0.1, 0.9], [0.2, 0.5, 0.3]])


def test_each_word_is_linked_to_its_largest_weight():
    pair = pair_of(4, 3, {(0, 0), (1, 1), (2, 2), (3, 0)})
    assert argmax_links(WEIGHTS, pair) == {(0, 1), (1, 0), (2, 2), (3, 1)}


def test_words_without_a_sure_link_are_left_out():
    """Word 1 has none, word 2 only a possible one; word 3 has two and still gets one link."""
    pair = pair_of(4, 3, {(0, 1), (3, 0), (3, 2)}, {(2, 2)})
    assert argmax_links(WEIGHTS, pair) == {(0, 1), (3, 1)}
    assert argmax_links(WEIGHTS, pair_of(4, 3)) == set()


def test_padding_and_the_end_of_the_sentence_are_not_looked_at():
    pair = pair_of(4, 3, {(0, 0), (1, 1), (2, 2), (3, 0)})
    wider = torch.nn.functional.pad(WEIGHTS, (0, 2, 0, 3), value=9.0)
    assert argmax_links(wider, pair) == argmax_links(WEIGHTS, pair)
    wider[:, 3:], wider[4:] = torch.nan, torch.nan
    assert argmax_links(wider, pair) == argmax_links(WEIGHTS, pair)


def test_a_row_that_looks_nowhere_gives_no_link():
    """Word 0 looks at word 1, word 1 at padding only, word 2 nowhere, word 3 at its left end."""
    weights = torch.tensor(
        [[0.0, 0.3, 0.0, 0.7], [0.0, 0.0, 0.0, 1.0], [0.0] * 4, [1e-30, 0.0, 0.0, 0.0]]
    )
    pair = pair_of(4, 3, {(0, 1), (1, 0), (2, 0), (3, 0)})
    links = argmax_links(weights, pair)
    assert links == {(0, 1), (3, 0)}
    assert count_alignment(links, pair) == AlignmentCounts(2, 2, 2, 4)
    assert argmax_links(torch.zeros(4, 3), pair) == set()


def test_a_window_that_has_left_the_source_gives_no_link():
    """Local-m with a window of 1: its words 3 and 4 are written without a look at the 2 words."""
    local = LocalAttention(5, 4, window=1, centre="m")
    annotations = torch.randn(1, 2, 4, generator=torch.Generator().manual_seed(0))
    prepared = local.prepare(annotations, None)
    rows = [local(torch.ones(1, 5), annotations, prepared, position=i).weights for i in range(5)]
    links = argmax_links(torch.cat(rows), pair_of(5, 2, {(target, 0) for target in range(5)}))
    assert {target for target, _ in links} == {0, 1, 2}


@pytest.mark.parametrize("place", [(0, 0), (2, 1)])
def test_weights_that_are_no_numbers_are_refused(place):
    """NaN is larger than any number to an argmax, and would be the link."""
    weights = torch.full((4, 4), 0.25)
    weights[place] = math.nan
    pair = pair_of(3, 2, {(0, 1)})
    with pytest.raises(ValueError, match="weights: expected numbers, got NaN"):
        argmax_links(weights, pair)
    weights[place] = 0.25
    weights[3], weights[:, 2:] = math.nan, math.nan  # behind the words: not looked at
    assert argmax_links(weights, pair) == {(0, 0)}


@pytest.mark.usefixtures("without_type_checks")
@pytest.mark.parametrize("shape", [(3, 3), (4, 2), (3, 4)])
def test_too_few_weights_are_named(shape):
    match = "weights: expected 4 rows and 3 columns or more, got " + f"{shape[0]} and {shape[1]}"
    with pytest.raises(ValueError, match=match):
        argmax_links(torch.ones(shape), pair_of(4, 3, {(0, 0)}))


@given(sure=st.sets(cells, min_size=1), possible=st.sets(cells))
def test_the_floor_is_the_best_of_all_argmax_alignments(sure, possible):
    """Every way to point each word that has a sure link to one source word, by brute force."""
    pair = pair_of(4, 3, sure, possible)
    words = sorted({target for target, _ in sure})
    errors = [
        count_alignment(set(zip(words, choice, strict=True)), pair).error
        for choice in itertools.product(range(3), repeat=len(words))
    ]
    floor = floor_links(pair)
    assert sorted(target for target, _ in floor) == words
    assert count_alignment(floor, pair).error == pytest.approx(min(errors), abs=1e-15)


@given(sure=st.sets(cells, min_size=1), possible=st.sets(cells))
def test_chance_is_the_mean_of_all_argmax_alignments(sure, possible):
    """All have as many links, so the mean of their error rates is the rate of their mean hits."""
    pair = pair_of(4, 3, sure, possible)
    words = sorted({target for target, _ in sure})
    errors = [
        count_alignment(set(zip(words, choice, strict=True)), pair).error
        for choice in itertools.product(range(3), repeat=len(words))
    ]
    assert chance_error([pair]) == pytest.approx(math.fsum(errors) / len(errors), abs=1e-12)


def test_chance_pools_its_sentences_by_hand():
    """Two words, two links: 2/2 + 2/2 hits of 2 + 2. One word, one link and a possible one, five
    source words: 1/5 + 2/5 of 1 + 1. Together 1 − 2.6 / 6.
    """
    pairs = [pair_of(2, 2, {(0, 0), (1, 1)}), pair_of(2, 5, {(0, 4)}, {(0, 1), (1, 2)})]
    assert chance_error(pairs) == pytest.approx(1 - 2.6 / 6)
    assert chance_error([*pairs, pair_of(3, 3)]) == chance_error(pairs)  # nothing to be found


def test_chance_needs_a_sure_link():
    with pytest.raises(ValueError, match="pairs: expected a sure link in one of them, got none"):
        chance_error([pair_of(3, 3, (), {(0, 1)})])


def test_the_floor_of_one_to_one_links_is_zero_and_of_a_phrase_it_is_not():
    pair = pair_of(3, 3, DIAGONAL, {(0, 1)})
    assert floor_links(pair) == DIAGONAL
    # One word for two: the best argmax finds one of the two links. 1 − (1 + 1) / (1 + 2).
    phrase = pair_of(1, 2, {(0, 0), (0, 1)})
    assert count_alignment(floor_links(phrase), phrase).error == pytest.approx(1 / 3)
    assert floor_links(pair_of(3, 3, (), {(0, 1)})) == set()


@given(sure=st.sets(cells, min_size=1), seed=st.integers(0, 99))
def test_no_weights_beat_the_floor(sure, seed):
    pair = pair_of(4, 3, sure)
    weights = torch.rand(4, 3, generator=torch.Generator().manual_seed(seed))
    floor = count_alignment(floor_links(pair), pair).error
    assert count_alignment(argmax_links(weights, pair), pair).error >= floor - 1e-12


# --- how sure an error rate is ------------------------------------------------------------------


def some_sentences(n, seed=0):
    """Sentences of 3 to 9 sure links, of which most were found."""
    generator = torch.Generator().manual_seed(seed)
    sentences = []
    for _ in range(n):
        sure = int(torch.randint(3, 10, (1,), generator=generator))
        hits = int((torch.rand(sure, generator=generator) < 0.8).sum())
        sentences.append(AlignmentCounts(hits, hits, sure, sure))
    return sentences


@given(n=st.integers(2, 30), seed=st.integers(0, 99))
@settings(max_examples=20)
def test_the_interval_contains_the_pooled_rate(n, seed):
    sentences = some_sentences(n, seed)
    low, high = alignment_interval(sentences)
    assert 0 <= low <= AlignmentCounts.pool(sentences).error <= high <= 1


def test_the_interval_shrinks_like_a_root():
    """Sixteen times as many sentences: a quarter of the width, by a third more or less."""
    widths = [
        high - low for low, high in (alignment_interval(some_sentences(n)) for n in (25, 400))
    ]
    assert widths[0] / widths[1] == pytest.approx(4, rel=1 / 3)


def test_the_interval_against_a_normal_approximation():
    """Equally long sentences: their rates are a plain mean, ± 1.96 standard errors."""
    generator = torch.Generator().manual_seed(1)
    hits = torch.randint(2, 11, (300,), generator=generator)
    sentences = [AlignmentCounts(int(hit), int(hit), 10, 10) for hit in hits]
    rates = 1 - hits.double() / 10
    half = Z * float(rates.std()) / 300**0.5
    expected = float(rates.mean()) - half, float(rates.mean()) + half
    assert alignment_interval(sentences) == pytest.approx(expected, abs=0.15 * half)


def test_links_of_one_sentence_are_right_or_wrong_together():
    """As many links, half of them right, but in whole sentences: the interval is much wider."""
    mixed = [AlignmentCounts(5, 5, 10, 10)] * 40
    whole = [AlignmentCounts(hit, hit, 10, 10) for hit in (0, 10)] * 20
    low, high = alignment_interval(whole)
    assert alignment_interval(mixed) == pytest.approx((0.5, 0.5))
    assert high - low > 0.2
    assert (low + high) / 2 == pytest.approx(0.5, abs=0.05)


def test_a_long_sentence_counts_more_than_a_short_one():
    """100 links right, 1 wrong, and both again: whatever is drawn, the ends are the two alone."""
    sentences = [AlignmentCounts(100, 100, 100, 100), AlignmentCounts(0, 0, 1, 1)]
    low, high = alignment_interval(sentences)
    assert (low, high) == pytest.approx((0, 1))
    many = alignment_interval(sentences * 50)
    assert many[1] < 0.03


def test_the_interval_is_the_same_each_time():
    assert alignment_interval(some_sentences(9)) == alignment_interval(some_sentences(9))


def test_two_identical_sentences_leave_no_doubt():
    low, high = alignment_interval([AlignmentCounts(2, 3, 4, 3)] * 2)
    assert low == high == pytest.approx(2 / 7)


@pytest.mark.parametrize("n", [0, 1])
def test_an_interval_needs_two_sentences(n):
    with pytest.raises(ValueError, match=f"expected two or more with links, got {n}"):
        alignment_interval(some_sentences(n))
