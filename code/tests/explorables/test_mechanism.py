import math
import re
from itertools import pairwise, product

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from paying_attention.attention.scaled_dot_product import scaled_dot_product_attention
from paying_attention.explorables import drawing
from paying_attention.explorables.mechanism import (
    FADED,
    LINE_LEFT,
    LINE_WIDTH,
    WIDTHS,
    attention_by_steps,
    steps_state,
    steps_texts,
)
from tests.explorables.test_explorable import parsed

QUERY, KEYS, VALUES = (1, 1), ((1.5, 0.5), (-1, 1), (0, -1.5)), (3, 5, 9)
LABELS = ("river", "bank", "the")
numbers = st.floats(-4, 4)
pairs = st.tuples(numbers, numbers)
masks = st.tuples(st.booleans(), st.booleans(), st.booleans())
cases = st.tuples(
    pairs, st.tuples(pairs, pairs, pairs), st.tuples(*[st.floats(-100, 100)] * 3), masks
)


def build(labels=LABELS, **settings):
    given = {"query": QUERY, "keys": KEYS, "values": VALUES, "labels": labels} | settings
    return attention_by_steps(**given)


def sentence(labels=LABELS, **settings):
    return steps_texts(steps_state(QUERY, KEYS, VALUES, **settings), labels)["summary"]


def repeated(pair, width, flipped=0):
    """Build the vector of a width: its pair again and again, the first ones with flipped signs."""
    signs = [-1.0] * flipped + [1.0] * (width // 2 - flipped)
    return [sign * number for sign in signs for number in pair]


def test_by_hand():
    # undivided scores 0, ln 2 and ln 5: the weights are 1, 2 and 5 eighths
    keys = ((0, 3), (math.log(2), 0), (math.log(5), -4))
    found = steps_state((1, 0), keys, (8, 4, 16), divided=False)
    assert found.scores == found.scaled == found.masked
    assert found.scores == pytest.approx((0, math.log(2), math.log(5)))
    assert found.weights == pytest.approx((0.125, 0.25, 0.625))
    assert found.parts == pytest.approx((1, 1, 10))
    assert (found.output, found.total) == pytest.approx((12, 1))


def test_the_division_by_hand():
    # scores 0, 2 ln 2 and 2 ln 3 at width 2 · 4: divided by √8 they are 0, ln 2 / √2, ln 3 / √2
    found = steps_state((1, 0), ((0, 1), (math.log(2), 0), (math.log(3), 0)), VALUES, width=8)
    assert found.scores == pytest.approx((0, 2 * math.log(2), 2 * math.log(3)))
    root = math.sqrt(2)
    assert found.scaled == pytest.approx((0, math.log(2) / root, math.log(3) / root))
    grown = (1, 2 ** (1 / root), 3 ** (1 / root))
    assert found.weights == pytest.approx([number / sum(grown) for number in grown])
    assert found.other == pytest.approx(9 / (1 + 4 + 9))  # undivided: e to the scores is 1, 4, 9


def test_a_hidden_key_leaves_the_softmax_by_hand():
    keys = ((0, 3), (math.log(2), 0), (math.log(5), -4))
    found = steps_state((1, 0), keys, (8, 4, 16), (True, False, True), divided=False)
    assert found.masked == pytest.approx((0, None, math.log(5)))
    assert found.weights == pytest.approx((1 / 6, 0, 5 / 6))
    assert found.output == pytest.approx(88 / 6)
    assert found.scores[1] == found.scaled[1] == pytest.approx(math.log(2))  # still shown


@given(cases, st.sampled_from(WIDTHS), st.booleans())
def test_equals_the_packages_attention_on_vectors_of_that_width(case, width, divided):
    query, keys, values, seen = case
    copies = width // 2
    flipped = next(n for n in range(copies + 1) if (copies - 2 * n) ** 2 == copies)
    tensors = (
        [repeated(query, width)],
        [repeated(key, width, flipped) for key in keys],
        [[value] for value in values],
    )
    expected = scaled_dot_product_attention(
        *(torch.tensor(tensor, dtype=torch.float64) for tensor in tensors),
        torch.tensor([seen]),
        scale=None if divided else 1.0,
    )
    found = steps_state(query, keys, values, seen, divided, width)
    assert found.weights == pytest.approx(expected.weights[0].tolist(), abs=1e-11)
    assert found.output == pytest.approx(expected.output.item(), abs=1e-9)
    assert found.total == pytest.approx(float(any(seen)))


@given(cases)
def test_divided_scores_give_the_same_weights_at_every_width(case):
    query, keys, values, seen = case
    first, *others = (steps_state(query, keys, values, seen, width=width) for width in WIDTHS)
    for other in others:
        assert other.weights == pytest.approx(first.weights, abs=1e-12)


def test_undivided_scores_let_the_winner_take_all_as_the_width_grows():
    tops = [max(steps_state(QUERY, KEYS, VALUES, divided=False, width=w).weights) for w in WIDTHS]
    assert all(narrow < wide for narrow, wide in pairwise(tops))
    assert tops[0] < 0.9 < 0.99999 < tops[-1]


@given(cases, st.booleans())
def test_the_other_way_is_what_the_switch_gives(case, divided):
    query, keys, values, seen = case
    here, there = (
        steps_state(query, keys, values, seen, way, 32) for way in (divided, not divided)
    )
    assert (here.other, there.other) == (max(there.weights), max(here.weights))


@given(cases, st.integers(0, 2), st.floats(-100, 100), pairs)
def test_a_hidden_key_and_its_value_change_nothing(case, hidden, value, key):
    query, keys, values, seen = case
    seen = tuple(may and i != hidden for i, may in enumerate(seen))
    changed = steps_state(
        query,
        tuple(key if i == hidden else old for i, old in enumerate(keys)),
        tuple(value if i == hidden else old for i, old in enumerate(values)),
        seen,
    )
    found = steps_state(query, keys, values, seen)
    assert changed.weights == pytest.approx(found.weights, abs=1e-12)
    assert changed.output == pytest.approx(found.output, abs=1e-10)
    assert (found.weights[hidden], found.masked[hidden]) == (0.0, None)


@given(cases, st.sampled_from(WIDTHS), st.booleans())
def test_the_output_lies_between_the_values_that_are_seen(case, width, divided):
    query, keys, values, seen = case
    left = [value for value, may in zip(values, seen, strict=True) if may] or [0.0]
    output = steps_state(query, keys, values, seen, divided, width).output
    assert min(left) - 1e-9 <= output <= max(left) + 1e-9


def test_the_largest_scores_do_not_overflow():
    keys = ((4, 4), (-4, -4), (4, 4))
    found = steps_state((4, 4), keys, VALUES, divided=False, width=512)
    assert found.scores == (512.0, -512.0, 512.0)
    assert found.weights == (0.5, 0.0, 0.5)
    huge = steps_state((4, 4), ((400, 400), (-400, 400), (400, 400)), VALUES, divided=False)
    assert huge.weights == (0.5, 0.0, 0.5)  # 3200 apart: far from what e to the score can hold
    only = steps_state((4, 4), keys, VALUES, (False, True, False), divided=False, width=512)
    assert only.weights == (0.0, 1.0, 0.0)  # its own score is the largest that is left


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("divided", [True, False])
def test_if_all_keys_are_hidden_everything_is_zero_and_the_sentence_says_so(width, divided):
    found = steps_state(QUERY, KEYS, VALUES, (False,) * 3, divided, width)
    assert found.weights == found.parts == (0.0, 0.0, 0.0)
    assert (found.total, found.output, found.other) == (0.0, 0.0, 0.0)
    assert found.masked == (None, None, None)
    texts = steps_texts(found, LABELS)
    assert texts["summary"] == "Every key is hidden: all weights are 0, and so is the output."
    assert texts["masked-0"] == texts["masked-2"] == "hidden"


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (
            {"width": 32},
            "The query (1.00, 1.00) at width 32: divided by √32, the scores give the largest "
            "weight, 0.75, to river; undivided, it would be 1.00. The output is 3.75.",
        ),
        (
            {"divided": False},
            "The query (1.00, 1.00) at width 2: undivided, the scores give the largest weight, "
            "0.86, to river; divided by √2, it would be 0.75. The output is 3.39.",
        ),
        (
            {"seen": (False, True, False)},
            "The query (1.00, 1.00) at width 2: divided by √2, the scores give the largest weight, "
            "1.00, to bank; undivided, it would be 1.00. Hidden: river and the. "
            "The output is 5.00.",
        ),
    ],
)
def test_the_sentence(settings, expected):
    assert sentence(**settings) == expected


def test_the_sentence_says_who_shares_the_largest_weight():
    texts = steps_texts(steps_state((0, 0), KEYS, VALUES, (True, True, False)), LABELS)
    assert "0.50, to river and bank;" in texts["summary"]


@pytest.mark.parametrize(
    ("width", "text"),
    [
        (8, "4 times, and 1 of a key's 4 have flipped signs. So a score is 3 − 1 = √4 times"),
        (32, "16 times, and 6 of a key's 16 have flipped signs. So a score is 10 − 6 = √16 times"),
        (512, "120 of a key's 256 have flipped signs. So a score is 136 − 120 = √256 times"),
    ],
)
def test_the_note_says_how_a_wide_vector_is_built(width, text):
    assert text in steps_texts(steps_state(QUERY, KEYS, VALUES, width=width), LABELS)["width"]


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
    dots = attributes(explorable, r'cx="([\d.]+)"[^>]*data-dot')
    assert dots == pytest.approx([LINE_LEFT + LINE_WIDTH * v / 9 for v in VALUES], abs=0.0051)
    (mix,) = attributes(explorable, r'translate\(([\d.]+) [\d.]+\)" data-part="output"')
    assert mix == pytest.approx(LINE_LEFT + LINE_WIDTH * found.output / 9, abs=0.0051)
    point = re.search(r'translate\(([\d.]+) ([\d.]+)\)" data-part="state"', explorable.panels)
    assert tuple(map(float, point.groups())) == drawing.to_pixels(QUERY, 2)


@pytest.mark.parametrize("seen", list(product((True, False), repeat=3)))
def test_a_hidden_key_is_hatched_and_its_arrow_is_faded(seen):
    panels = build(seen=seen).panels
    shown = re.findall(r'data-hidden="(\d)" visibility="(\w+)"', panels)
    assert shown == [(str(i), "hidden" if may else "visible") for i, may in enumerate(seen)]
    faded = re.findall(r'data-key="(\d)" opacity="([\d.]+)"', panels)
    assert faded == [(str(i), "1" if may else str(FADED)) for i, may in enumerate(seen)]


@pytest.mark.parametrize("values", [(0, 0, 0), (-3, -2, -1), (-100, 0, 100), (0.01, 0.01, 0.01)])
def test_any_values_stand_on_the_line(values):
    explorable = build(values=values, seen=(False,) * 3)
    places = attributes(explorable, r'cx="([-\d.]+)"[^>]*data-dot')
    places += attributes(explorable, r'translate\(([-\d.]+) [\d.]+\)" data-part="output"')
    assert len(places) == 4
    assert all(LINE_LEFT <= place <= LINE_LEFT + LINE_WIDTH for place in places)


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
    assert placed == pytest.approx(drawing.to_pixels(query, limit), abs=0.0051)


def test_the_static_form_has_named_pictures_a_table_and_no_controls():
    page = parsed(build())
    ids = page.ids()
    pictures = [found for tag, found in page.found if tag == "svg"]
    assert len(pictures) == 2
    assert all(name in ids for p in pictures for name in p["aria-labelledby"].split())
    tags = [tag for tag, _ in page.found]
    assert tags.count("title") == tags.count("desc") == 2
    assert tags.count("table") == 1
    assert not set(tags) & {"input", "button", "fieldset", "output", "template"}
    figures = [found for _, found in page.found if found.get("class") == "pa-figure"]
    assert len(figures) == 2
    assert all("hidden" in found for found in figures)  # vanish with the style sheet


def test_ids_are_unique_and_the_same_call_gives_the_same_bytes():
    assert build()._repr_html_() == build(query=(1.0, 1.0), seen=[True] * 3)._repr_html_()
    many = (build(), build(width=8), build(scaled=False), build(seen=(True, True, False)))
    ids = [name for found in (*many, build(name="again")) for name in parsed(found).ids()]
    assert len(ids) == len(set(ids))


def test_labels_are_escaped_and_nothing_is_fetched():
    labels = ("<b>x</b>", 'a"b&c', "</script>")
    explorable = build(labels=labels)
    markup = explorable._repr_html_()
    page = parsed(explorable)
    assert "b" not in {tag for tag, _ in page.found}
    assert markup.count("</script>") == 1
    assert set(labels) <= set(page.cells)
    assert not re.search(r"https?:|@import|url\(|\bsrc=|\bimport\b", markup)
    assert "$" not in markup.partition("<script>")[2]


def test_only_this_kind_brings_its_script():
    script = build()._repr_html_().partition("<script>")[2]
    own = 'KINDS["attention-by-steps"] = {'
    assert script.count(own) == 1
    assert script.index("const KINDS") < script.index(own) < script.index("// The page.")


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
