import json
import math
import re
from importlib.resources import files

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from paying_attention.data.sentence_pairs import SentencePair
from paying_attention.evaluation.alignment_error import argmax_links
from paying_attention.explain.heads import entropy
from paying_attention.explorables.heads import chance, heads_state, heads_texts, heads_to_switch

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


rows = st.lists(st.floats(0, 1), min_size=5, max_size=5).map(
    lambda numbers: [number / max(sum(numbers), 1e-9) for number in numbers]
)
heads = st.lists(st.lists(rows, min_size=3, max_size=3), min_size=4, max_size=4)
some = st.sets(st.integers(0, 3), min_size=1).map(sorted)


@given(heads, some)
def test_the_mean_and_its_entropy_are_those_of_the_package(weights, on):
    mean = torch.tensor(weights, dtype=torch.float64)[on].mean(dim=0)
    found = heads_state(weights, on)
    assert found.weights == pytest.approx(mean.ravel().tolist())
    assert found.entropy == pytest.approx(entropy(mean).mean().item(), abs=1e-6)
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
    assert found.entropy == pytest.approx(entropy(mean[judged]).mean().item(), abs=1e-6)


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


def test_a_random_map_is_right_as_often_as_was_said():
    gold, draws = [[1], [], [0, 2]], np.random.default_rng(0).integers(4, size=(20_000, 3))
    hits = [sum(j in linked for j, linked in zip(draw, gold, strict=True)) for draw in draws]
    assert chance(gold, 4) == pytest.approx(np.mean(hits), abs=0.02)  # four standard errors


@pytest.mark.parametrize(
    ("on", "start"),
    [((0,), "head 1"), ((0, 2), "heads 1 and 3"), ((0, 1, 2), "heads 1, 2 and 3")],
)
def test_the_sentence_counts_heads_from_one(on, start):
    hits = heads_state(WEIGHTS, on, GOLD).hits
    assert summary(on) == (
        f"With {start} on, the largest weight lies on a gold link for {hits} of 2 words; "
        "a random map would be right for about 0.75."
    )


def test_without_gold_links_the_entropy_is_said():
    assert summary((1, 2), None) == "With heads 2 and 3 on, a row of their mean has 0.50 bits."
    found = heads_to_switch(WEIGHTS, SOURCE, TARGET)
    assert "gold" not in found.panels
    assert repr(found).splitlines()[1].split() == ["switch", "entropy,", "bits"]
    assert repr(found).splitlines()[3].split() == ["head", "2", "on", "0.00"]


def test_words_without_a_gold_link_are_not_judged():
    found = heads_to_switch(WEIGHTS, SOURCE, TARGET, gold=[[], [3]])
    assert found.texts["hits-0"] == "0 of 1"
    assert found.texts["entropy-0"] == "2.00"  # of the second row alone
    assert "for 1 of 1 word; a random map would be right for about 0.25." in found.texts["summary"]


def test_the_table_has_a_row_for_each_head_and_one_for_their_mean():
    shown = repr(heads_to_switch(WEIGHTS, SOURCE, TARGET, gold=GOLD)).splitlines()
    assert shown[1].split() == ["switch", "entropy,", "bits", "hits"]
    assert shown[2].split() == ["head", "1", "on", "1.50", "0", "of", "2"]
    assert shown[4].split() == ["head", "3", "on", "0.00", "1", "of", "2"]
    assert shown[5].split()[:5] == ["their", "mean", "3", "of", "3"]


def test_the_drawing_shows_the_mean_and_frames_the_gold_links():
    found = heads_to_switch(WEIGHTS, SOURCE, TARGET, gold=GOLD)
    assert re.findall(r'data-gold="(\d)"', found.panels) == ["1", "6", "7"]
    mean = np.mean(WEIGHTS, axis=0).ravel()
    darkness = [float(w) for w in re.findall(r'fill-opacity="([\d.]+)"', found.panels)]
    assert darkness == pytest.approx(mean, abs=5e-4)
    assert [found.texts[f"weight-{k}"] for k in (0, 1, 7)] == ["0.50", "0.50", "0.75"]
    assert 'data-out="weight-7">0.75<' in found.panels


def test_squares_that_are_too_small_have_no_numbers():
    wide = heads_to_switch([[[0.1] * 10] * 3], [f"w{j}" for j in range(10)], ("a", "b", "c"))
    assert wide.panels.count("pa-bare") == 30
    assert "pa-weight" not in wide.panels


def test_what_was_stored_can_be_shown():
    entries = json.loads(files("paying_attention.results").joinpath("heads.json").read_text())
    for entry in entries:
        example = entry["results"]["example"]
        rows, columns = len(example[0]), len(example[0][0])
        found = heads_to_switch(
            example, [f"s{j}" for j in range(columns)], [f"t{i}" for i in range(rows)]
        )
        assert found.panels.count("data-cell") == rows * columns


def test_the_static_page_is_safe_and_complete():
    arguments = (WEIGHTS, ("<b>x</b>", 'a"b&c', "</script>", "so"), TARGET)
    markup = heads_to_switch(*arguments, gold=GOLD)._repr_html_()
    assert markup == heads_to_switch(*arguments, gold=[[1], [3, 2, 3]])._repr_html_()
    assert "<b>" not in markup
    assert markup.count("</script>") == 1
    static = markup.partition("<script>")[0]
    assert not re.search(r"<(input|button|output)|https?:|url\(", static)
    assert 'KINDS["heads-to-switch"]' in markup
    assert "$" not in markup.partition("<script>")[2]


def test_ids_differ():
    made = [
        heads_to_switch(WEIGHTS, SOURCE, TARGET, **settings)
        for settings in ({}, {"gold": GOLD}, {"name": "again"})
    ]
    assert len({explorable.identifier for explorable in made}) == 3


@pytest.mark.usefixtures("without_type_checks")
@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"weights": np.array(WEIGHTS)}, TypeError, "weights: expected 1 to 8 heads"),
        ({"weights": []}, ValueError, "weights: expected 1 to 8 heads, got 0"),
        ({"weights": WEIGHTS * 3}, ValueError, "weights: expected 1 to 8 heads, got 9"),
        ({"weights": [WEIGHTS[0][:1]]}, ValueError, r"weights\[0\]: expected 2 rows, .* got 1"),
        (
            {"weights": [WEIGHTS[0], [[1.0] + [0] * 3, [1.0, 0]]]},
            ValueError,
            r"weights\[1\]\[1\]: expected 4 numbers, one per source word, got 2",
        ),
        ({"weights": [WEIGHTS[0], [0.5, 0.5]]}, TypeError, r"weights\[1\]\[0\]: expected 4 num"),
        (
            {"weights": [[[0.5, 0.5, 0.01, 0], [0] * 4]]},
            ValueError,
            r"weights\[0\]\[0\]: expected a sum of at most 1, got 1.01",
        ),
        ({"weights": [[[0] * 4, [0, -1, 0, 0]]]}, ValueError, r"weights\[0\]\[1\]\[1\]: .* got -1"),
        ({"weights": [[[0] * 4, [0, 0, 0, math.nan]]]}, ValueError, r"\[1\]\[3\]: .* got nan"),
        ({"source": ["a"] * 15}, ValueError, "source: expected 1 to 14 strings, got 15"),
        ({"target": "ab"}, TypeError, "target: expected 1 to 14 strings"),
        ({"gold": [[0]]}, ValueError, "gold: expected 2 lists of positions, .* got 1"),
        ({"gold": [[0], [4]]}, ValueError, r"gold\[1\]: expected 0 to 3, got 4"),
        ({"gold": [[0], [1.0]]}, TypeError, r"gold\[1\]: expected an integer, got 1.0"),
        ({"gold": [[0], 1]}, TypeError, r"gold\[1\]: expected a list of positions, got 1"),
        ({"gold": [[], []]}, ValueError, "gold: expected a link for at least one word, got none"),
        ({"name": "not an id"}, ValueError, "name: expected"),
    ],
)
def test_bad_input_is_named(arguments, error, message):
    given = {"weights": WEIGHTS, "source": SOURCE, "target": TARGET, "gold": GOLD} | arguments
    with pytest.raises(error, match=message):
        heads_to_switch(**given)
