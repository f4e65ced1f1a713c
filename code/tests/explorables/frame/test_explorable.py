import dataclasses
import json

import pytest

from paying_attention.explorables.frame.assets import Assets
from paying_attention.explorables.frame.explorable import (
    Explorable,
    Table,
    identify,
    summary_html,
)
from tests.explorables.html_page import Elements, parsed

SMALL = Explorable(
    identifier="pa-small",
    assets=Assets("softmax-temperature", "paying_attention.explorables.softmax"),
    title="A < B & C",
    inputs={"numbers": (1.0, 0.5), "word": "\"'<&>"},
    texts={"a": "1.00", "b": "Donaudampf", "c": "<i>", "summary": 'All is "well".'},
    sentences={"summary": "All is {how}."},
    panels="<p>panel</p>",
    table=Table(("x", "y & z"), (("first", ("a", "b")), ("<last>", ("", "c")))),
)


def test_the_table_has_its_heads_its_texts_and_a_foot():
    page = parsed(SMALL)
    assert page.cells == ["", "x", "y & z", "first", "1.00", "Donaudampf", "<last>", "", "<i>"]
    tags = [tag for tag, _ in page.found]
    assert tags.index("tbody") < tags.index("tfoot")
    keys = [attributes.get("data-out") for tag, attributes in page.found if tag == "td"]
    assert keys == [None, "a", "b", None, "c"]


def test_the_text_form_is_the_title_the_table_and_the_sentence():
    assert repr(SMALL).splitlines() == [
        "A < B & C",
        "           x       y & z",
        "first   1.00  Donaudampf",
        "<last>               <i>",
        'All is "well".',
    ]


def test_what_the_script_reads_arrives_as_it_was_given():
    root = parsed(SMALL).root()
    assert json.loads(root["data-inputs"]) == {"numbers": [1.0, 0.5], "word": "\"'<&>"}
    assert json.loads(root["data-sentences"])["summary"] == "All is {how}."
    assert root["data-kind"] == SMALL.kind == "softmax-temperature"
    assert SMALL._repr_html_().isascii() is False  # the minus sign of the script, in UTF-8


def test_only_words_that_are_long_may_break_in_a_table():
    page = parsed(SMALL)
    breakable = [attributes for _, attributes in page.found if attributes.get("class") == "pa-long"]
    assert [attributes["data-out"] for attributes in breakable] == ["b"]


def test_the_picked_row_is_marked_and_no_other():
    picked = dataclasses.replace(
        SMALL,
        table=Table(("x",), (("one", ("a",)), ("two", ("b",)), ("foot", ("c",))), picked=1),
    )
    rows = [attributes for tag, attributes in parsed(picked).found if tag == "tr"]
    assert [row.get("aria-current") for row in rows] == [None, "false", "true", None]
    assert [row.get("data-row") for row in rows] == [None, "0", "1", None]


def test_the_sentence_is_escaped_and_announced():
    ((tag, attributes),) = Elements(summary_html("<b> & </p>")).found
    assert (tag, attributes["aria-live"]) == ("p", "polite")


def test_the_id_depends_on_the_kind_and_on_the_inputs():
    ids = {identify(kind, {"n": n}) for kind in ("a", "b") for n in (1, 2)}
    assert len(ids) == 4
    assert identify("a", {"n": 1}) in ids
    assert identify("a", {"n": 1}, name="my-figure") == "pa-my-figure"


def test_a_name_that_is_no_id_is_refused():
    with pytest.raises(ValueError, match="name: expected lower-case words"):
        identify("a", {}, name='x" onload="')
