import pytest

from paying_attention.figures.machine import QUIET, WITH
from paying_attention.figures.machines import luong
from paying_attention.figures.machines.luong import two_decoder_steps
from tests.figures.drawn import every_box, every_text, joined, lines

BEFORE, AFTER, LAST, NEXT = "s_{i-1}", "s_i", "y_{i-1}", "y_i"
ATTENTIONAL, FED = r"\tilde{h}_i", r"\tilde{h}_{i-1}"


@pytest.fixture
def axes():
    return two_decoder_steps()


def half(axes, side):
    """The parts and the ways of one step: 0 is Bahdanau's, left of the wall."""
    found = [(name, outline.get_extents()) for name, outline in every_box(axes)]
    parts = {name: place for name, place in found if (place.x0 > luong.WALL) == side}
    drawn = [line for line in lines(axes) if line.color != QUIET.line]
    ways = joined([line for line in drawn if (line.start[0] > luong.WALL) == side], parts)
    return parts, ways


def written(axes, side):
    texts = every_text(axes, "word", "note")
    return [text for text, place in texts if (place.x0 > luong.WALL) == side]


def test_both_steps_share_their_symbols_and_luong_adds_his_own(axes):
    shared = {"h_j", "c_i", BEFORE, AFTER, LAST, NEXT}
    assert half(axes, 0)[0].keys() == shared
    assert half(axes, 1)[0].keys() == shared | {ATTENTIONAL, FED}
    assert written(axes, 0) == ["Bahdanau", "ask, then step"]
    assert written(axes, 1) == ["Luong", "step, then ask", "W_c", "fed"]


def test_bahdanau_asks_then_steps(axes):
    _, ways = half(axes, 0)
    assert ways.keys() == {
        (BEFORE, "h_j"),
        ("h_j", "c_i"),
        ("c_i", AFTER),
        (BEFORE, AFTER),
        (LAST, AFTER),
        (AFTER, NEXT),
    }


def test_luong_steps_then_asks(axes):
    _, ways = half(axes, 1)
    assert ways.keys() == {
        (BEFORE, AFTER),
        (LAST, AFTER),
        (FED, AFTER),
        (AFTER, "h_j"),
        ("h_j", "c_i"),
        ("c_i", ATTENTIONAL),
        (AFTER, ATTENTIONAL),
        (ATTENTIONAL, NEXT),
    }


@pytest.mark.parametrize(("side", "asking"), [(0, BEFORE), (1, AFTER)])
def test_only_the_asking_arrow_is_dashed(axes, side, asking):
    _, ways = half(axes, side)
    assert [pair for pair, line in ways.items() if line.is_dashed] == [(asking, "h_j")]
    assert all(line.has_head for line in ways.values())
    assert {pair for pair, line in ways.items() if "c_i" in pair or "h_j" in pair} <= {
        pair for pair, line in ways.items() if line.color == WITH.line
    }


def test_the_wall_parts_them_and_nothing_crosses_it(axes):
    (wall,) = [line for line in lines(axes) if line.color == QUIET.line]
    assert wall.start[0] == wall.end[0] == luong.WALL
    places = [outline.get_extents() for _, outline in every_box(axes)]
    places += [line.path.get_extents() for line in lines(axes) if line != wall]
    places += [place for _, place in every_text(axes, "word", "note")]
    assert not [place for place in places if place.x0 < luong.WALL < place.x1]


def test_what_both_share_stands_at_the_same_height(axes):
    (one, _), (other, _) = half(axes, 0), half(axes, 1)
    for name, place in one.items():
        assert (place.y0, place.y1) == pytest.approx((other[name].y0, other[name].y1)), name


def test_words_at_arrows_stand_beside_their_own(axes):
    parts, ways = half(axes, 1)
    notes = dict(every_text(axes, "note"))
    for text, pair in (("fed", (FED, AFTER)), ("W_c", ("c_i", ATTENTIONAL))):
        assert not [name for name, box in parts.items() if box.overlaps(notes[text].padded(6))]
        place = notes[text].padded(11)
        near = [p for p, line in ways.items() if line.path.intersects_bbox(place, filled=False)]
        assert near == [pair]
