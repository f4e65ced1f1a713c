import math
import re

import numpy as np
import pytest

from paying_attention.explorables.alignment.figure import alignment_by_word
from paying_attention.explorables.alignment.state import row_state, row_texts

WEIGHTS = ((0.94, 0.03, 0.03), (0.05, 0.07, 0.88), (0.03, 0.95, 0.02), (0.4, 0.1, 0.4))
TARGET, SOURCE = ("I", "love", "you", "both"), ("je", "t'", "aime")
GOLD = ((0,), (2,), (0, 2), (0,))
LINKS = [(0, 0), (3, 0), (2, 2), (2, 0), (1, 2)]


def summary(row, gold=GOLD, weights=WEIGHTS):
    return row_texts(row_state(weights, row, gold), TARGET, SOURCE)["summary"]


@pytest.mark.parametrize(("count", "start"), [(3, "“w0” and “w1” and “w2”, 0"), (4, "4 words, 0")])
def test_of_many_words_that_tie_the_number_is_said(count, start):
    words = [f"w{j}" for j in range(5)]
    weights = [[0.2] * count + [0.05] * (5 - count)]
    text = row_texts(row_state(weights, 0), ["a"], words)["summary"]
    assert text == f"“a” looks most at {start}.20 each."
    assert alignment_by_word(weights, ["a"], words).texts["most-0"] == (
        "w0 and w1 and w2" if count == 3 else "4 words"
    )


def test_the_table_has_a_row_for_each_target_word_and_sums_up():
    shown = repr(alignment_by_word(WEIGHTS, TARGET, SOURCE, LINKS, 1)).splitlines()
    assert shown[1].split() == ["looks", "at", "weight", "gold", "agrees"]
    assert shown[2].split() == ["I", "je", "0.94", "je", "yes"]
    assert shown[4].split() == ["you", "t'", "0.95", "je", "and", "aime", "no"]
    assert shown[5].split() == ["both", "je", "and", "aime", "0.40", "je", "in", "part"]
    assert shown[6].split() == ["in", "all", "2", "of", "4"]
    assert shown[7] == summary(1)


def test_words_without_a_gold_link_do_not_count():
    texts = alignment_by_word(WEIGHTS, TARGET, SOURCE, {(0, 0), (1, 1)}).texts
    assert (texts["gold-2"], texts["agrees-2"]) == ("none", "–")
    assert texts["share"] == "1 of 2"


def test_without_gold_links_the_table_ends_with_the_mean_of_the_largest_weights():
    shown = repr(alignment_by_word(WEIGHTS, TARGET, SOURCE)).splitlines()
    assert shown[1].split() == ["looks", "at", "weight"]
    assert shown[6].split() == ["mean", "0.79"]  # (0.94 + 0.88 + 0.95 + 0.40) / 4 = 0.7925


def test_only_the_picked_row_is_marked():
    markup = alignment_by_word(WEIGHTS, TARGET, SOURCE, LINKS, row=2)._repr_html_()
    table = markup.partition("<tbody>")[2].partition("</tbody>")[0]
    assert table.count("<tr data-row=") == 4
    assert table.count('aria-current="true"') == 1
    assert '<tr data-row="2" aria-current="true"><th scope="row">you<' in table
    figure = markup.partition("<svg")[2].partition("</svg>")[0]
    assert set(re.findall(r'data-row="(\d)" aria-current="true"', figure)) == {"2"}
    assert [float(w) for w in re.findall(r'width="([\d.]+)"[^>]*data-bar', figure)] == [3, 95, 2]


def test_a_word_that_occurs_twice_has_its_position_behind_it():
    found = alignment_by_word([[0.1, 0.8, 0.1]] * 2, ("a", "a"), ("le", "un", "le"), [(1, 2)], 1)
    assert found.texts["summary"] == "“a (2)” looks most at “un”, 0.80; the gold link is “le (3)”."


def test_the_order_and_the_type_of_the_gold_links_change_nothing():
    many = (LINKS, LINKS[::-1], set(LINKS), frozenset(LINKS), [list(link) for link in LINKS * 2])
    assert len({alignment_by_word(WEIGHTS, TARGET, SOURCE, g)._repr_html_() for g in many}) == 1


def test_one_word_and_fourteen_words_can_be_shown():
    assert "nan" not in alignment_by_word([[1.0]], ["a"], ["b"]).panels
    words = [f"word-{i}" for i in range(14)]
    assert alignment_by_word([[1 / 14] * 14] * 14, words, words).panels.count("<path") == 14 * 14


@pytest.mark.usefixtures("without_type_checks")
@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"weights": np.ones((4, 3))}, TypeError, "weights: expected 4 rows, one per target word"),
        ({"weights": WEIGHTS[:3]}, ValueError, "weights: expected 4 rows, .* got 3"),
        ({"weights": list(zip(*WEIGHTS, strict=True))}, ValueError, "weights: expected 4 rows"),
        (
            {"weights": (*WEIGHTS[:3], (0.5, 0.5))},
            ValueError,
            r"weights\[3\]: expected 3 numbers, one per source word, got 2",
        ),
        ({"weights": (*WEIGHTS[:3], 0.5)}, TypeError, r"weights\[3\]: expected 3 numbers"),
        (
            {"weights": (*WEIGHTS[:3], (0.5, -0.1, 0))},
            ValueError,
            r"weights\[3\]\[1\]: expected a number from 0 to 1, got -0.1",
        ),
        ({"weights": (*WEIGHTS[:3], (0.5, math.nan, 0))}, ValueError, r"\[1\]: .* got nan"),
        (
            {"weights": (*WEIGHTS[:3], (0.5, 0.5, 0.2))},
            ValueError,
            r"weights\[3\]: expected a sum of at most 1, got 1.2",
        ),
        ({"target": ("a", "b", "c")}, ValueError, "weights: expected 3 rows, .* got 4"),
        ({"target": ()}, ValueError, "target: expected 1 to 14 strings, got 0"),
        ({"source": ["a"] * 15}, ValueError, "source: expected 1 to 14 strings, got 15"),
        ({"source": "aim"}, TypeError, "source: expected 1 to 14 strings, got 'aim'"),
        ({"source": ("a", "", "b")}, ValueError, "source: expected 1 to 16 printable characters"),
        ({"gold": [(0, 3)]}, ValueError, r"gold, source of \(0, 3\): expected 0 to 2, got 3"),
        ({"gold": [(4, 0)]}, ValueError, r"gold, target of \(4, 0\): expected 0 to 3, got 4"),
        ({"gold": [(0, -1)]}, ValueError, r"gold, source of .*: expected 0 to 2, got -1"),
        ({"gold": [(0, 1, 2)]}, ValueError, r"gold: expected pairs \(target, source\), got"),
        ({"gold": [(0, 1.0)]}, TypeError, "gold, source of .*: expected an integer, got 1.0"),
        ({"gold": 3}, TypeError, "gold: expected pairs"),
        ({"gold": ["01"]}, TypeError, "gold: expected pairs"),
        ({"row": 4}, ValueError, "row: expected 0 to 3, got 4"),
        ({"row": True}, TypeError, "row: expected an integer, got True"),
        ({"name": "not an id"}, ValueError, "name: expected"),
    ],
)
def test_bad_input_is_named(arguments, error, message):
    given = {"weights": WEIGHTS, "target": TARGET, "source": SOURCE} | arguments
    with pytest.raises(error, match=message):
        alignment_by_word(**given)
