import numpy as np
import pytest

from paying_attention.explorables.frame.arguments import (
    checked_labels,
    checked_links,
    checked_name,
    checked_number,
    checked_numbers,
    checked_position,
    checked_weights,
    checked_words,
)

pytestmark = pytest.mark.usefixtures("without_type_checks")


@pytest.mark.parametrize("value", [0.1, 10.0, 1, np.float64(2.5)])
def test_a_number_in_range_comes_back_as_a_float(value):
    found = checked_number("temperature", value, 0.1, 10.0)
    assert found == value
    assert type(found) is float


def test_minus_zero_becomes_zero():
    assert str(checked_number("score", -0.0, -1, 1)) == "0.0"


@pytest.mark.parametrize("value", [0.0, -1.0, 10.1, float("nan"), float("inf"), -float("inf")])
def test_a_number_out_of_range_is_named_with_what_was_expected(value):
    with pytest.raises(ValueError, match=rf"temperature: expected .* 0.1 to 10, got {value!r}"):
        checked_number("temperature", value, 0.1, 10.0)


@pytest.mark.parametrize("value", ["1", None, True, 1j, [1.0]])
def test_something_else_than_a_number_is_a_type_error(value):
    with pytest.raises(TypeError, match="temperature: expected a number, got"):
        checked_number("temperature", value, 0.1, 10.0)


def test_the_entry_at_fault_is_named():
    with pytest.raises(ValueError, match=r"scores\[1\]: expected a number from -5 to 5, got nan"):
        checked_numbers("scores", (1.0, float("nan"), 0.0), 3, 5)


@pytest.mark.parametrize("values", [(), (1.0,), (1.0, 2.0, 3.0, 4.0)])
def test_a_wrong_length_is_named(values):
    with pytest.raises(ValueError, match=f"scores: expected 3 numbers, got {len(values)}"):
        checked_numbers("scores", values, 3, 5)


@pytest.mark.parametrize("values", ["123", 3.0, None, {1.0, 2.0, 3.0}])
def test_something_else_than_a_sequence_is_a_type_error(values):
    with pytest.raises(TypeError, match="scores: expected 3 numbers"):
        checked_numbers("scores", values, 3, 5)


@pytest.mark.parametrize("labels", ["abc", ("a", "b", 3), None, 5])
def test_labels_that_are_no_strings_are_a_type_error(labels):
    with pytest.raises(TypeError, match="labels: expected 3 strings"):
        checked_labels(labels, 3)


def test_a_wrong_number_of_labels_is_named():
    with pytest.raises(ValueError, match="labels: expected 3 strings, got 2"):
        checked_labels(("a", "b"), 3)


@pytest.mark.parametrize("label", ["", "  ", "a\nb", "\x00", "x" * 17])
def test_a_label_that_cannot_be_drawn_is_named(label):
    with pytest.raises(ValueError, match="labels: expected 1 to 16 printable characters"):
        checked_labels(("a", "b", label), 3)


@pytest.mark.parametrize("name", ["", "Upper", "two words", "-a", "a--b", '"><script>', "1a"])
def test_a_name_that_is_no_id_is_refused(name):
    with pytest.raises(ValueError, match="name: expected lower-case words"):
        checked_name(name)


def test_the_argument_is_named_as_the_caller_says():
    with pytest.raises(ValueError, match="source: expected 1 to 16 printable characters, got ''"):
        checked_words("source", ["a", ""], most=14)


@pytest.mark.parametrize("row", [(0.5, 0.25), (0.0, 0.0), (1.0000001, 0.0), (0.5, 0.5004)])
def test_weights_may_sum_to_less_than_one_and_miss_it_by_rounding(row):
    found = checked_weights([row], rows=1, columns=2)
    assert found == (tuple(min(number, 1.0) for number in row),)


@pytest.mark.parametrize("row", [(0.6, 0.5), (1.01, 0.0), (-0.01, 0.5), (0.5, float("nan"))])
def test_weights_above_one_or_below_zero_are_refused(row):
    with pytest.raises(ValueError, match=r"weights\[0\].*: expected .* 1, got"):
        checked_weights([row], rows=1, columns=2)


def test_links_are_listed_by_row():
    found = checked_links("gold", [(2, 1), (0, 3), (2, 0), (2, 1)], rows=3, columns=4)
    assert found == ((3,), (), (0, 1))


def test_the_links_of_a_row_are_in_order():
    # a set of these two has another order when they come the other way round
    assert checked_links("gold", [(0, 8), (0, 0)], rows=1, columns=9) == ((0, 8),)
    assert checked_links("gold", [(0, 0), (0, 8)], rows=1, columns=9) == ((0, 8),)


def test_a_link_is_target_first():
    with pytest.raises(ValueError, match=r"gold, target of \(3, 0\): expected 0 to 2, got 3"):
        checked_links("gold", [(3, 0)], rows=3, columns=4)


@pytest.mark.parametrize(
    ("position", "error"), [(-1, ValueError), (3, ValueError), (1.0, TypeError)]
)
def test_a_position_without_a_word_is_refused(position, error):
    with pytest.raises(error, match=f"row: expected .*, got {position}"):
        checked_position("row", position, length=3)
