from itertools import pairwise

import numpy as np
import pytest

from paying_attention.figures.machine import PLAIN, WITH
from paying_attention.figures.machines import bahdanau
from paying_attention.figures.machines.bahdanau import bahdanau_step
from tests.figures.drawn import boxes, joined, lines, reached, texts

WORDS = ("1", "2", "3")
SCORES, WEIGHTS = [f"e_{{i{j}}}" for j in WORDS], [rf"\alpha_{{i{j}}}" for j in WORDS]
ANNOTATIONS = [f"h_{j}" for j in WORDS]


@pytest.fixture
def axes():
    return bahdanau_step()


@pytest.fixture
def parts(axes):
    return {name: outline.get_extents() for name, outline in boxes(axes).items()}


@pytest.fixture
def ways(axes, parts):
    return joined(lines(axes), parts)


def test_the_symbols_are_those_of_the_chapter(axes):
    step = {"s_{i-1}", "s_i", "c_i", "y_{i-1}", "y_i", "softmax"}
    assert boxes(axes).keys() == {*SCORES, *WEIGHTS, *ANNOTATIONS} | step
    names = {"scores", "annotations", "weights"}
    assert texts(axes, "note").keys() == names | {"W", "U", r"v^{\!\top}\tanh"}


def test_every_line_leads_from_part_to_part(ways):
    assert ways.keys() == {
        ("s_{i-1}", SCORES[1]),  # the middle of the column
        *zip(ANNOTATIONS, SCORES, strict=True),
        (SCORES[-1], "softmax"),
        ("softmax", WEIGHTS[-1]),
        *zip(ANNOTATIONS, WEIGHTS, strict=True),
        *((weight, "c_i") for weight in WEIGHTS),
        ("c_i", "s_i"),
        ("s_{i-1}", "s_i"),
        ("y_{i-1}", "s_i"),
        ("s_i", "y_i"),
    }


def test_the_state_before_asks_and_only_it(ways):
    assert [pair for pair, line in ways.items() if line.is_dashed] == [("s_{i-1}", SCORES[1])]
    assert ways["s_{i-1}", SCORES[1]].has_head
    assert "s_i" not in {start for start, end in ways if end in {*SCORES, *WEIGHTS, "c_i"}}
    assert reached(ways, "c_i") == {"c_i", "s_i", "y_i"}


def test_a_softmax_takes_all_scores_and_gives_all_weights(parts):
    """The cells of a column touch: an arrow from one is an arrow from all."""
    for column in (SCORES, WEIGHTS):
        for above, below in pairwise(column):
            assert parts[above].y0 == parts[below].y1
            assert (parts[above].x0, parts[above].x1) == (parts[below].x0, parts[below].x1)
    for row in zip(SCORES, ANNOTATIONS, WEIGHTS, strict=True):
        assert len({(parts[name].y0 + parts[name].y1) / 2 for name in row}) == 1


def test_the_thicker_a_line_the_larger_its_weight(ways):
    first = [ways[pair].width for pair in zip(ANNOTATIONS, WEIGHTS, strict=True)]
    second = [ways[weight, "c_i"].width for weight in WEIGHTS]
    assert first == second
    assert np.argsort(first).tolist() == np.argsort(bahdanau.WEIGHTS).tolist()
    assert min(first) >= 1.3  # a thin line can be seen
    assert sum(bahdanau.WEIGHTS) == pytest.approx(1)
    assert all(weight > 0 for weight in bahdanau.WEIGHTS)


def test_attention_is_blue_and_the_rest_is_not(ways):
    plain = {("s_{i-1}", "s_i"), ("y_{i-1}", "s_i"), ("s_i", "y_i")}
    assert {pair for pair, line in ways.items() if line.color == PLAIN.line} == plain
    assert {line.color for pair, line in ways.items() if pair not in plain} == {WITH.line}


@pytest.mark.parametrize(
    ("matrix", "pair"), [("W", ("s_{i-1}", SCORES[1])), ("U", (ANNOTATIONS[0], SCORES[0]))]
)
def test_each_matrix_stands_beside_its_arrow(axes, ways, matrix, pair):
    place = texts(axes, "note")[matrix].padded(15)
    near = [ends for ends, line in ways.items() if line.path.intersects_bbox(place, filled=False)]
    assert near == [pair]


def test_the_formula_of_the_score_stands_over_the_scores(axes, parts):
    formula, first = texts(axes, "note")[r"v^{\!\top}\tanh"], parts[SCORES[0]]
    assert first.x0 < (formula.x0 + formula.x1) / 2 < first.x1
    assert formula.y0 > first.y1
