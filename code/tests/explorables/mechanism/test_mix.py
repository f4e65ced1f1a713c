import re

import pytest

from paying_attention.explorables.frame import drawing
from paying_attention.explorables.mechanism.mix import LINE_LEFT, LINE_WIDTH, mix
from paying_attention.explorables.mechanism.state import steps_state

LABELS = ("<b>", "bank", "the")


def drawn(values, seen=(True, True, True)):
    found = steps_state((1, 1), ((1.5, 0.5), (-1, 1), (0, -1.5)), values, seen)
    ends = (min(0.0, *values), max(0.0, *values))
    return found, mix(found, LABELS, values, ends)


def places(markup):
    dots = re.findall(r'cx="([-\d.]+)"[^>]*data-dot', markup)
    (output,) = re.findall(r'translate\(([-\d.]+) [\d.]+\)" data-part="output"', markup)
    return [float(place) for place in (*dots, output)]


def test_values_and_their_mix_stand_where_their_numbers_say():
    found, markup = drawn((3, 5, 9))
    expected = [LINE_LEFT + LINE_WIDTH * value / 9 for value in (3, 5, 9, found.output)]
    assert places(markup) == pytest.approx(expected, abs=0.0051)


def test_a_dot_grows_with_its_weight():
    found, markup = drawn((3, 5, 9))
    sizes = [float(r) for r in re.findall(r' r="([\d.]+)"[^>]*data-dot', markup)]
    assert sizes == pytest.approx([3 + 6 * weight for weight in found.weights], abs=0.0051)


@pytest.mark.parametrize("values", [(0, 0, 0), (-3, -2, -1), (-100, 0, 100), (0.01, 0.01, 0.01)])
def test_any_values_stand_on_the_line(values):
    for seen in ((True, True, True), (False, False, False)):
        found = places(drawn(values, seen)[1])
        assert len(found) == 4
        assert all(LINE_LEFT <= place <= LINE_LEFT + LINE_WIDTH for place in found)


def test_words_are_escaped_and_have_their_value_behind_them():
    assert ">&lt;b&gt; −3.00<" in drawn((-3, 5, 9))[1]


@pytest.mark.parametrize("values", [(-100, 99.5, -3), (100, -99.5, 3), (100, 100, -100)])
def test_the_longest_words_stay_in_the_drawing(values):
    found = steps_state((1, 1), ((1.5, 0.5), (-1, 1), (0, -1.5)), values)
    markup = mix(found, ("x" * 16,) * 3, values, (min(values), max(values)))
    words = re.findall(r' x="([-\d.]+)" y="\d+" text-anchor="(\w+)" [^>]*>(x+ [^<]*)<', markup)
    assert len(words) == 3
    for x, anchor, text in words:
        width = drawing.BOLD * len(text)
        left = float(x) - (width if anchor == "end" else 0)
        assert -0.01 <= left <= drawing.BAR - width + 0.01
