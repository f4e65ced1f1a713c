import math
from itertools import pairwise

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from paying_attention.attention.scaled_dot_product import scaled_dot_product_attention
from paying_attention.explorables.mechanism.state import WIDTHS, steps_state, steps_texts

QUERY, KEYS, VALUES = (1, 1), ((1.5, 0.5), (-1, 1), (0, -1.5)), (3, 5, 9)
LABELS = ("river", "bank", "the")
numbers = st.floats(-4, 4)
pairs = st.tuples(numbers, numbers)
masks = st.tuples(st.booleans(), st.booleans(), st.booleans())
cases = st.tuples(
    pairs, st.tuples(pairs, pairs, pairs), st.tuples(*[st.floats(-100, 100)] * 3), masks
)


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
