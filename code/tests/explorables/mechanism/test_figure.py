import math
import re
from itertools import product

import pytest

from paying_attention.explorables.frame import drawing, plane
from paying_attention.explorables.mechanism.figure import FADED, attention_by_steps
from paying_attention.explorables.mechanism.state import steps_state
from tests.explorables.html_page import parsed

QUERY, KEYS, VALUES = (1, 1), ((1.5, 0.5), (-1, 1), (0, -1.5)), (3, 5, 9)
LABELS = ("river", "bank", "the")


def build(labels=LABELS, **settings):
    given = {"query": QUERY, "keys": KEYS, "values": VALUES, "labels": labels} | settings
    return attention_by_steps(**given)


def test_the_text_form_goes_from_the_keys_to_the_output():
    shown = repr(build(width=8, seen=(True, True, False))).splitlines()
    assert [line.split() for line in shown[1:10]] == [
        ["river", "bank", "the", "sum"],
        ["key,", "x", "1.50", "−1.00", "0.00"],
        ["key,", "y", "0.50", "1.00", "−1.50"],
        ["score", "4.00", "0.00", "−3.00"],
        ["scaled", "1.41", "0.00", "−1.06"],
        ["masked", "1.41", "0.00", "hidden"],
        ["weight", "0.80", "0.20", "0.00", "1.00"],
        ["value", "3.00", "5.00", "9.00"],
        ["weight", "×", "value", "2.41", "0.98", "0.00", "3.39"],
    ]
    assert shown[10].endswith("Hidden: the. The output is 3.39.")


def attributes(explorable, pattern):
    return [float(number) for number in re.findall(pattern, explorable.panels)]


def test_the_static_figure_shows_the_weights_and_the_mix():
    explorable = build()
    found = steps_state(QUERY, KEYS, VALUES)
    bars = attributes(explorable, r'class="pa-bar[^>]* width="([\d.]+)"')
    assert bars == [round(drawing.BAR * weight, 2) for weight in found.weights]
    arrows = attributes(explorable, r'stroke-width="([\d.]+)" data-arrow')
    assert arrows == pytest.approx([2 + 6 * weight for weight in found.weights], abs=0.0051)
    point = re.search(r'translate\(([\d.]+) ([\d.]+)\)" data-part="state"', explorable.panels)
    assert tuple(map(float, point.groups())) == plane.to_pixels(QUERY, 2)


@pytest.mark.parametrize("seen", list(product((True, False), repeat=3)))
def test_a_hidden_key_is_hatched_and_its_arrow_is_faded(seen):
    panels = build(seen=seen).panels
    shown = re.findall(r'data-hidden="(\d)" visibility="(\w+)"', panels)
    assert shown == [(str(i), "hidden" if may else "visible") for i, may in enumerate(seen)]
    faded = re.findall(r'data-key="(\d)" opacity="([\d.]+)"', panels)
    assert faded == [(str(i), "1" if may else str(FADED)) for i, may in enumerate(seen)]


@pytest.mark.parametrize("point", [(0, 0), (0.1, 0.1), (4, 4), (-4, 4)])
def test_any_key_can_be_drawn(point):
    assert "nan" not in build(keys=(point, (1, 1), (1, -1))).panels


@pytest.mark.parametrize(
    ("query", "key", "limit"),
    [
        ((0, 0), (0, 0), 2),
        ((0, 0), (1.5, 0), 2),
        ((0, 0), (0, -2), 3),
        ((-2.5, 0), (1, 0), 3),
        ((0, 0), (4, -4), 4),
        ((4, 0), (0, 0), 4),
    ],
)
def test_the_plane_leaves_room_for_the_word_beyond_a_key(query, key, limit):
    explorable = build(query=query, keys=(key, (1, 1), (1, -1)))
    assert explorable.inputs["limit"] == limit
    point = re.search(r'translate\(([\d.]+) ([\d.]+)\)" data-part="state"', explorable.panels)
    placed = tuple(map(float, point.groups()))
    assert placed == pytest.approx(plane.to_pixels(query, limit), abs=0.0051)


def test_ids_are_unique_and_the_same_call_gives_the_same_bytes():
    assert build()._repr_html_() == build(query=(1.0, 1.0), seen=[True] * 3)._repr_html_()
    many = (build(), build(width=8), build(scaled=False), build(seen=(True, True, False)))
    ids = [name for found in (*many, build(name="again")) for name in parsed(found).ids()]
    assert len(ids) == len(set(ids))


@pytest.mark.usefixtures("without_type_checks")
@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"query": (1,)}, ValueError, "query: expected 2 numbers, got 1"),
        ({"query": (1, 5)}, ValueError, r"query\[1\]: expected a number from -4 to 4, got 5"),
        ({"keys": KEYS[:2]}, ValueError, "keys: expected 3 pairs of numbers, got 2"),
        ({"keys": "abc"}, TypeError, "keys: expected 3 pairs of numbers, got 'abc'"),
        ({"keys": None}, TypeError, "keys: expected 3 pairs of numbers, got None"),
        ({"keys": (*KEYS[:2], (1, 2, 3))}, ValueError, r"keys\[2\]: expected 2 numbers, got 3"),
        ({"keys": (*KEYS[:2], (1, math.nan))}, ValueError, r"keys\[2\]\[1\]: .* 4, got nan"),
        ({"values": (1, 2)}, ValueError, "values: expected 3 numbers, got 2"),
        ({"values": (1, 2, 101)}, ValueError, r"values\[2\]: .* from -100 to 100, got 101"),
        ({"values": ((1, 2), 1, 2)}, TypeError, r"values\[0\]: expected a number, got \(1, 2\)"),
        ({"labels": ("a", "b")}, ValueError, "labels: expected 3 strings, got 2"),
        ({"seen": (True, False)}, ValueError, "seen: expected 3 times True or False, got 2"),
        ({"seen": True}, TypeError, "seen: expected 3 times True or False, got True"),
        ({"seen": (1, 0, 1)}, TypeError, r"seen, scaled: expected True or False, got \(1, 0, 1\)"),
        ({"scaled": 1}, TypeError, r"seen, scaled: expected True or False, got .*, 1"),
        ({"width": 64}, ValueError, r"width: expected one of \(2, 8, 32, 128, 512\), got 64"),
        ({"width": 8.0}, ValueError, r"width: expected one of .*, got 8.0"),
        ({"name": "not an id"}, ValueError, "name: expected"),
    ],
)
def test_bad_input_is_named(arguments, error, message):
    with pytest.raises(error, match=message):
        build(**arguments)
