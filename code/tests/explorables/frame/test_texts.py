import pytest
from hypothesis import given
from hypothesis import strategies as st

from paying_attention.explorables.frame.texts import (
    display,
    display_pair,
    fill,
    largest,
    listed,
    numbered,
    quoted,
    sentences_of,
)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0.0, "0.00"),
        (-0.0, "0.00"),
        (-0.004, "0.00"),
        (-0.005, "−0.01"),
        (0.125, "0.13"),  # an exact half
        (1.5 * 0.05, "0.08"),  # a half to the reader, and a float above or below it:
        (0.07499999999999998, "0.08"),
        (0.07500000000000002, "0.08"),
        (1.005, "1.01"),  # the float is 1.00499999999999989…
        (0.0749999, "0.07"),
        (22026.465794806718, "22026.47"),
        (-10000.0, "−10000.00"),
    ],
)
def test_halves_go_away_from_zero_and_zero_has_no_sign(number, text):
    assert display(number) == text


def test_numbers_stand_under_the_keys_of_their_places():
    assert numbered("part", (1, -0.5)) == {"part-0": "1.00", "part-1": "−0.50"}
    assert display_pair((0.125, -2)) == "(0.13, −2.00)"


words = st.text(alphabet='{}abtop_0 \\1$&<>"', max_size=12)


@given(words, words)
def test_what_is_filled_in_stays_as_it_is(top, other):
    assert fill("<{top}|{other}|{top}>", top=top, other=other) == f"<{top}|{other}|{top}>"


def test_a_place_without_a_value_is_an_error():
    with pytest.raises(KeyError, match="other"):
        fill("{top} and {other}", top=1)


def test_only_words_in_braces_are_places():
    assert fill("{ } {} {a-b} {{a}}", a=1) == "{ } {} {a-b} {1}"


def test_words_are_joined_and_quoted_in_the_order_that_is_asked_for():
    assert listed(["a"]) == "a"
    assert listed([]) == quoted([], ("a",)) == ""
    assert quoted((1, 0), ("{word}", "b")) == "“b” and “{word}”"


def test_weights_that_read_equal_share_the_largest():
    assert largest((0.3349, 0.3301, 0.335), ("a", "b", "c")) == ("0.34", "c")
    assert largest((0.3349, 0.3301, 0.33), ("a", "b", "c")) == ("0.33", "a and b and c")


def test_a_kind_may_say_a_common_word_in_its_own_way():
    assert sentences_of({"and": ", "})["and"] == ", "
    assert sentences_of({"x": "y"}).keys() == {"and", "quoted", "x"}
