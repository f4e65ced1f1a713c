from fractions import Fraction
from html.parser import HTMLParser

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from paying_attention.figures.tables import Table
from paying_attention.figures.words import columns as width_of

CURVES = {"vector": [1.0, 0.504, None], "attention": [1.0, 0.996, 0.04]}
SEEDS = {"none": [64, 0.01, (0.993, 1, 0.9836)], "by √d_k": [1024, 0.0003, [1.0, 1.0, 1.0]]}
TEXTS = st.text(st.characters(exclude_categories=["C", "Z", "M"]), min_size=1, max_size=8)
VALUES = st.one_of(
    TEXTS, st.none(), st.booleans(), st.integers(), st.floats(), st.lists(st.floats(), min_size=1)
)


class Reader(HTMLParser):
    """Reads back what stands in a table: tag, attributes and text of each cell, by row."""

    def __init__(self, html):
        super().__init__()
        self.rows, self.caption, self.inside = [], None, []
        self.feed(html)
        assert self.inside == [], "every tag is closed"

    def handle_starttag(self, tag, attributes):
        self.inside.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append([tag, dict(attributes), ""])

    def handle_endtag(self, tag):
        assert self.inside.pop() == tag

    def handle_data(self, data):
        if self.inside[-1:] == ["caption"]:
            self.caption = data
        elif self.inside[-1:] in (["td"], ["th"]):
            self.rows[-1][-1][2] += data
        else:
            assert data.strip() == "", "text between cells"


def read(table):
    return Reader(table._repr_html_())


def cell_of(value, **options):
    """What a single value is written as."""
    return Table([["row", value]], ["", "value"], **options).cells[0][1]


def test_the_html_by_hand():
    table = Table({"a < b": [0.5, "far & wide"]}, ["", 4, "where"], caption="Two <b>")
    assert table._repr_html_() == (
        '<table class="book-table tex2jax_ignore mathjax_ignore">\n'
        "<caption>Two &lt;b&gt;</caption>\n"
        '<thead>\n<tr><td></td><th scope="col" class="number">4</th>'
        '<th scope="col">where</th></tr>\n</thead>\n'
        '<tbody>\n<tr><th scope="row">a &lt; b</th><td class="number">0.50</td>'
        "<td>far &amp; wide</td></tr>\n</tbody>\n</table>"
    )


def test_the_plain_text_by_hand():
    formats = {"d_k": ",", "rate": "g", "three seeds": ".3f"}
    table = Table(SEEDS, ["", "d_k", "rate", "three seeds"], formats=formats, caption="Right")
    assert repr(table) == (
        "Right\n"
        "           d_k    rate        three seeds\n"
        "none        64    0.01  0.993 1.000 0.984\n"
        "by √d_k  1,024  0.0003  1.000 1.000 1.000"
    )


def test_words_stand_left_numbers_right_and_nothing_is_either():
    table = Table([["漢", "no", None, 1], ["abc", "a word", 12, None]], ["", "x", "y", "value"])
    assert repr(table) == (
        "     x        y  value\n"  #
        "漢   no       –      1\n"
        "abc  a word  12      –"
    )
    assert [[cell[1].get("class") for cell in row] for row in read(table).rows] == [
        [None, None, "number", "number"]
    ] * 3


def test_numbers_may_name_the_rows():
    table = Table([[1, 0.25], [10, 0.5]], ["heads", "error"])
    assert repr(table) == "heads  error\n    1   0.25\n   10   0.50"
    assert [row[0] for row in read(table).rows] == [
        ["th", {"scope": "col", "class": "number"}, "heads"],
        ["th", {"scope": "row", "class": "number"}, "1"],
        ["th", {"scope": "row", "class": "number"}, "10"],
    ]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.504, "0.50"),
        (9.994, "9.99"),
        (9.996, "10.0"),
        (159.64, "160"),
        (-1.4651, "-1.47"),
        (99.96, "100"),
        (12345.6, "12346"),
        (0.004, "0.00"),
        (-0.004, "0.00"),
        (7, "7"),
        (16640, "16640"),
        (Fraction(1, 3), "0.33"),
        (None, "–"),
        (float("nan"), "NaN"),
        (float("inf"), "∞"),
        (-float("inf"), "-∞"),
        (True, "yes"),
        (False, "no"),
        ("$x$ & <y>", "$x$ & <y>"),
        ("two\nlines", "two\\nlines"),
        ([0.5, 1, None, "all"], "0.50 1 – all"),
        (torch.tensor(0.504, requires_grad=True), "0.50"),
        (torch.tensor(3), "3"),
        (torch.tensor(1.5, dtype=torch.bfloat16), "1.50"),
        (torch.tensor([0.5, 0.25]), "0.50 0.25"),
        (torch.tensor(True), "yes"),
        (np.float32(0.1), "0.10"),
        (np.int64(12), "12"),
        (np.bool_(False), "no"),
        (np.array([1.0, 2.0]), "1.00 2.00"),
        ((torch.tensor(0.5), np.float64(1.0)), "0.50 1.00"),
    ],
)
def test_what_a_value_is_written_as(value, text):
    assert cell_of(value) == text


def test_digits_are_asked_for():
    assert [cell_of(159.6449, digits=n) for n in (0, 1, 3)] == ["160", "159.6", "159.645"]
    assert cell_of(-0.0001, digits=3) == "0.000"
    assert cell_of(3, digits=2) == "3"
    assert cell_of(None, digits=2) == "–"


def test_a_format_writes_the_numbers_of_its_column_and_nothing_else():
    rows = [["one", 16640, 16640, 0.5], ["two", None, 1, float("nan")], ["three", "no", 2, [0, 1]]]
    formats = {"b": ",", "d": lambda x: f"{x:.0%}"}
    assert Table(rows, ["", "b", "c", "d"], formats=formats).cells == (
        ("one", "16,640", "16640", "50%"),
        ("two", "–", "1", "NaN"),
        ("three", "no", "2", "0% 100%"),
    )


def test_a_format_is_found_by_the_title_whatever_its_kind():
    table = Table([["a", 0.5, 0.5, 0.5]], ["", 4, "4", 5], formats={4: ".1f"}, digits=3)
    assert table.cells == (("a", "0.5", "0.5", "0.500"),)


def test_rows_come_in_every_form():
    expected = repr(Table({"a": [1, 2], "b": [3, 4]}, ["", "x", "y"]))
    for rows in (
        [["a", 1, 2], ("b", 3, 4)],
        (row for row in [["a", 1, 2], ["b", 3, 4]]),
        {"a": torch.tensor([1, 2]), "b": np.array([3, 4])},
        {"a": (x for x in (1, 2)), "b": {3: 0, 4: 0}.keys()},
    ):
        assert repr(Table(rows, ["", "x", "y"])) == expected


@given(st.data())
def test_html_and_plain_text_hold_the_same_cells(data):
    """Words without spaces, so that the plain text can be taken apart again."""
    width = data.draw(st.integers(1, 5))
    titles = data.draw(st.lists(TEXTS, min_size=width, max_size=width))
    row = st.tuples(TEXTS, *[VALUES] * (width - 1))
    rows = data.draw(st.lists(row, min_size=1, max_size=5))
    table = Table(rows, titles)
    html = [[text for _, _, text in cells] for cells in read(table).rows]
    plain = repr(table).splitlines()
    assert html == [titles, *map(list, table.cells)]
    assert [" ".join(line.split()) for line in plain] == [" ".join(cells) for cells in html]
    # Cells of a column of numbers end below each other, the others begin so.
    ends = {width_of(line) for line in plain}
    assert len(ends) == 1 or not table.is_number[-1]


@given(st.lists(st.tuples(st.text(max_size=5), st.floats()), min_size=1), st.text(max_size=5))
def test_any_text_is_shown_as_it_is_and_the_same_twice(rows, caption):
    table = Table(rows, ["", "x"], caption=caption)
    again = Table(rows, ["", "x"], caption=caption)
    assert (repr(table), table._repr_html_()) == (repr(again), again._repr_html_())
    assert len(repr(table).split("\n")) == 1 + len(rows) + bool(caption)
    reader = read(table)
    assert (reader.caption or "") == table.caption
    assert [row[0][2] for row in reader.rows[1:]] == [row[0] for row in table.cells]
    table._repr_html_().encode()


def test_a_screen_reader_finds_the_header_of_every_number():
    table = Table(CURVES, ["", 4, 6, 8])
    head, *body = read(table).rows
    assert head[0] == ["td", {}, ""]  # an empty header cell would name nothing
    assert all(tag == "th" and about["scope"] == "col" for tag, about, _ in head[1:])
    for name, *numbers in body:
        assert (name[0], name[1]) == ("th", {"scope": "row"})
        assert all(cell[:2] == ["td", {"class": "number"}] for cell in numbers)


@pytest.mark.usefixtures("without_type_checks")
@pytest.mark.parametrize(
    ("rows", "error", "message"),
    [
        ([], ValueError, "rows: expected at least one, got none"),
        ({}, ValueError, "rows: expected at least one, got none"),
        ([["a", 1], ["b"]], ValueError, "row 2: expected 2 items, one a title, got 1"),
        ({"a": [1, 2]}, ValueError, "row 1: expected 2 items, one a title, got 3"),
        (["ab"], TypeError, "row 1: expected a sequence of values, got 'ab'"),
        ({"a": 0.5}, TypeError, "row 'a': expected a sequence of values, got 0.5"),
        ({"a": [{}]}, TypeError, "column 'y': expected a number, a word or None, got {}"),
        ({"a": [1j]}, TypeError, "column 'y': expected a number, a word or None, got 1j"),
        ({"a": [[]]}, ValueError, r"column 'y': expected a list of values, got \[\]"),
        ({"a": [np.eye(2)]}, ValueError, "column 'y': expected a list of values, got"),
    ],
)
def test_what_is_no_table_is_refused(rows, error, message):
    with pytest.raises(error, match=message):
        Table(rows, ["x", "y"])


@pytest.mark.usefixtures("without_type_checks")
@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"formats": {"z": "d"}}, ValueError, "formats: expected titles of .*'y'.*, got 'z'"),
        ({"formats": {"y": "d"}}, ValueError, "formats: 'd' does not fit 0.5: Unknown format"),
        ({"formats": {"y": int}}, TypeError, "formats: expected a text in column 'y', got 0"),
        ({"digits": -1}, ValueError, "digits: expected a whole number, 0 or more.*, got -1"),
        ({"digits": True}, ValueError, "digits: expected a whole number, .*, got True"),
        ({"digits": 2.0}, ValueError, "digits: expected a whole number, .*, got 2.0"),
    ],
)
def test_what_writes_no_numbers_is_refused(options, error, message):
    with pytest.raises(error, match=message):
        Table({"a": [0.5]}, ["x", "y"], **options)


def test_a_table_has_columns():
    with pytest.raises(ValueError, match="row 1: expected 0 items"):
        Table([[]], [])


def test_one_string_is_no_sequence_of_titles():
    with pytest.raises(TypeError, match="columns: expected a sequence of titles, got the string"):
        Table({"a": [1]}, "ab")
