import math

import matplotlib as mpl
import numpy as np
import pytest

from paying_attention.figures.machine import QUIET, WITH, WITHOUT
from paying_attention.figures.machines import unrolled
from paying_attention.figures.machines.unrolled import (
    encoder_decoder,
    encoder_decoder_with_attention,
)
from tests.figures.drawn import boxes, gap, lines, reached, texts

PICTURES = [encoder_decoder, encoder_decoder_with_attention]
every_picture = pytest.mark.parametrize("draw", PICTURES)

ANNOTATIONS, STATES = {"h_1", "h_2", "h_3"}, {"s_0", "s_1", "s_2", "s_3"}


def arrows(axes):
    """All lines but the wall."""
    return [line for line in lines(axes) if line.color != QUIET.line]


def part_at(outlines, words, point):
    """The one box or word that an end of a line touches."""
    found = [name for name, outline in outlines.items() if gap(outline, point) < 0.1]
    found += [word for word, place in words.items() if inside_word(place, point)]
    assert len(found) == 1, f"{point} touches {found}"
    return found[0]


def inside_word(place, point):
    """Whether a point is as near to a word as its arrows are; above and below there is room."""
    return place.x0 < point[0] < place.x1 and place.y0 - 4 < point[1] < place.y1 + 4


def ways(axes):
    """Which part leads to which, and by which line."""
    parts = boxes(axes), texts(axes, "word")
    return {(part_at(*parts, line.start), part_at(*parts, line.end)): line for line in arrows(axes)}


@every_picture
def test_every_arrow_goes_from_part_to_part(draw):
    axes = draw()
    assert len(ways(axes)) == len(arrows(axes))  # and none is drawn twice


@every_picture
def test_only_attention_is_blue_and_only_the_bottleneck_vermilion(draw):
    axes = draw()
    colors = [color for p in axes.patches for color in (p.get_facecolor(), p.get_edgecolor())]
    colors += [text.get_color() for text in axes.texts]
    seen = {mpl.colors.to_hex(color).upper() for color in colors}
    ours, other = (WITHOUT, WITH) if draw is encoder_decoder else (WITH, WITHOUT)
    assert seen > {*ours}
    assert not seen & {*other}


def test_both_pictures_share_the_places_of_what_they_share():
    one, other = (draw() for draw in PICTURES)
    first, second = boxes(one), boxes(other)
    assert first.keys() == ANNOTATIONS | STATES | {"v"}
    assert second.keys() == first.keys() | {"c_1", "c_2", "c_3"}
    for name, outline in first.items():
        assert np.array_equal(outline.vertices, second[name].vertices), name
    kinds = ("word", "label", "note")
    before, after = texts(one, *kinds), texts(other, *kinds)
    assert {"drei", "und", "zwanzig", "twenty", "-", "three"} < before.keys()
    for text, place in before.items():
        assert place.extents.tolist() == after[text].extents.tolist(), text
    assert after.keys() - before.keys() == {"c_1", "c_2", "c_3", "e_j", r"\alpha_j"}
    assert (one.figure.get_size_inches() == other.figure.get_size_inches()).all()


@every_picture
def test_the_encoder_reads_both_ways_and_its_last_states_are_the_summary(draw):
    pairs = set(ways(draw()))
    assert {(a, b) for a, b in pairs if {a, b} <= ANNOTATIONS} == {
        *(("h_1", "h_2"), ("h_2", "h_3")),
        *(("h_3", "h_2"), ("h_2", "h_1")),
    }
    assert {a for a, b in pairs if b == "v"} == {"h_1", "h_3"}
    assert {("drei", "h_1"), ("und", "h_2"), ("zwanzig", "h_3")} < pairs
    assert {("s_1", "twenty"), ("s_2", "-"), ("s_3", "three")} < pairs
    assert {(a, b) for a, b in pairs if {a, b} <= STATES} == {
        ("s_0", "s_1"),
        ("s_1", "s_2"),
        ("s_2", "s_3"),
    }


def test_without_attention_all_that_was_read_passes_the_one_vector():
    found = ways(encoder_decoder())
    assert {b for a, b in found if a == "v"} == STATES  # the first state, and each step's input
    for annotation in ANNOTATIONS:
        assert reached(found, annotation) > STATES
        assert not STATES & reached(found, annotation, without={"v"})
    narrow = [line for pair, line in found.items() if "v" in pair]
    assert {line.color for line in narrow} == {WITHOUT.line}
    assert len({line.end for (_, end), line in found.items() if end == "v"}) == 1
    assert len({line.start for (start, _), line in found.items() if start == "v"}) == 1
    others = [line for pair, line in found.items() if "v" not in pair]
    assert min(line.width for line in narrow) > max(line.width for line in others)


def test_the_wall_leaves_the_one_vector_as_its_door():
    axes = encoder_decoder()
    wall = [line for line in lines(axes) if line.color == QUIET.line]
    door = boxes(axes)["v"].get_extents()
    assert {line.start[1] for line in wall} == {(door.y0 + door.y1) / 2}
    right, left = sorted(wall, key=lambda line: -line.start[0])
    assert left.end[0] < door.x0 < door.x1 < right.start[0]
    assert not [line for line in lines(encoder_decoder_with_attention()) if not_ours(line)]


def not_ours(line):
    """Whether it is a piece of the wall."""
    return line.color == QUIET.line


def test_with_attention_the_state_before_asks_and_the_context_enters_the_next():
    found = ways(encoder_decoder_with_attention())
    assert {b for a, b in found if a == "v"} == {"s_0"}
    for i in (1, 2, 3):
        asks = found[f"s_{i - 1}", f"c_{i}"]
        assert (asks.is_dashed, asks.has_head, asks.color) == (True, True, WITH.line)
        assert found[f"c_{i}", f"s_{i}"].has_head
        assert {a for a, b in found if b == f"c_{i}"} == ANNOTATIONS | {f"s_{i - 1}"}
    assert [pair for pair, line in found.items() if line.is_dashed] == [
        ("s_0", "c_1"),
        ("s_1", "c_2"),
        ("s_2", "c_3"),
    ]


def test_the_thicker_a_line_back_the_larger_its_weight():
    found = ways(encoder_decoder_with_attention())
    steps, words = ("c_1", "c_2", "c_3"), ("h_1", "h_2", "h_3")
    widths = np.array([[found[word, step].width for word in words] for step in steps])
    order = np.argsort(np.array(unrolled.WEIGHTS), axis=None)
    assert (np.diff(widths.flatten()[order]) >= 0).all()
    assert widths.argmax(1).tolist() == [2, 1, 0]  # zwanzig, und, drei
    assert widths.min() > 0.9  # thin lines can be seen


def test_weights_sum_to_one_and_the_first_are_those_of_the_chapter():
    assert np.sum(unrolled.WEIGHTS, axis=1) == pytest.approx([1, 1, 1])
    scores = [math.exp(score) for score in (-0.5, -1, 1.5)]
    by_hand = [score / sum(scores) for score in scores]
    assert unrolled.WEIGHTS[0] == pytest.approx(by_hand, abs=0.005)
