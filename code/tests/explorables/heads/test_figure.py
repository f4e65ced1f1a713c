import json
import math
import re
from importlib.resources import files

import numpy as np
import pytest
from hypothesis import strategies as st

from paying_attention.explorables.heads.figure import heads_to_switch
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


rows = st.lists(st.floats(0, 1), min_size=5, max_size=5).map(
    lambda numbers: [number / max(sum(numbers), 1e-9) for number in numbers]
)


def test_without_gold_links_the_entropy_is_said():
    assert summary((1, 2), None) == "With heads 1 and 2 on, a row of their mean has 0.50 bits."
    found = heads_to_switch(WEIGHTS, SOURCE, TARGET)
    assert "gold" not in found.panels
    assert repr(found).splitlines()[1].split() == ["switch", "entropy,", "bits"]
    assert repr(found).splitlines()[3].split() == ["head", "1", "on", "0.00"]


def test_words_without_a_gold_link_are_not_judged():
    found = heads_to_switch(WEIGHTS, SOURCE, TARGET, gold=[[], [3]])
    assert found.texts["hits-0"] == "0 of 1"
    assert found.texts["entropy-0"] == "2.00"  # of the second row alone
    assert "for 1 of 1 word; a random map would be right for about 0.25." in found.texts["summary"]


def test_the_table_has_a_row_for_each_head_and_one_for_their_mean():
    shown = repr(heads_to_switch(WEIGHTS, SOURCE, TARGET, gold=GOLD)).splitlines()
    assert shown[1].split() == ["switch", "entropy,", "bits", "hits"]
    assert shown[2].split() == ["head", "0", "on", "1.50", "0", "of", "2"]
    assert shown[4].split() == ["head", "2", "on", "0.00", "1", "of", "2"]
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
    stored = json.loads(files("paying_attention.results").joinpath("heads.json").read_text())
    for entry in stored["runs"]:
        example = entry["results"]["example"]
        rows, columns = len(example[0]), len(example[0][0])
        found = heads_to_switch(
            example, [f"s{j}" for j in range(columns)], [f"t{i}" for i in range(rows)]
        )
        assert found.panels.count("data-cell") == rows * columns


def test_the_order_and_repeats_of_the_gold_links_change_nothing():
    markup = heads_to_switch(WEIGHTS, SOURCE, TARGET, gold=GOLD)._repr_html_()
    again = heads_to_switch(WEIGHTS, SOURCE, TARGET, gold=[[1], [3, 2, 3]])
    assert markup == again._repr_html_()


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
