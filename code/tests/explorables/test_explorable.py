import re
import subprocess
import sys
from html.parser import HTMLParser

import pytest

from paying_attention.explorables.alignment import alignment_by_word
from paying_attention.explorables.by_hand import attention_by_hand
from paying_attention.explorables.explorable import display
from paying_attention.explorables.softmax import softmax_temperature

WEIGHTS = [[0.94, 0.03, 0.03], [0.05, 0.07, 0.88], [0.03, 0.95, 0.02]]


def alignment(labels=("je", "t'", "aime"), **settings):
    target, gold = ("I", "love", "you"), [(0, 0), (1, 2), (2, 1)]
    return alignment_by_word(WEIGHTS, target, labels, gold, **settings)


ALL = pytest.mark.parametrize("build", [softmax_temperature, attention_by_hand, alignment])


class Elements(HTMLParser):
    """Every element's tag and attributes, and the text of the cells of a table."""

    def __init__(self, markup):
        super().__init__()
        self.found, self.cells, self._open = [], [], []
        self.feed(markup)
        self.close()
        assert not self._open, f"not closed: {self._open}"

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))
        self._open.append(tag)
        if tag in ("td", "th"):
            self.cells.append("")

    def handle_startendtag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def handle_data(self, data):
        if self._open and self._open[-1] in ("td", "th"):
            self.cells[-1] += data

    def ids(self):
        return [attributes["id"] for _, attributes in self.found if "id" in attributes]


def parsed(explorable):
    return Elements(explorable._repr_html_())


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


@ALL
def test_the_same_call_gives_the_same_bytes(build):
    assert build()._repr_html_() == build()._repr_html_()


def test_another_process_gives_the_same_bytes():
    # a hash that Python salts, or the order of a set, would differ here
    program = (
        "from paying_attention.explorables.softmax import softmax_temperature\n"
        "import hashlib; html = softmax_temperature()._repr_html_()\n"
        "print(hashlib.sha256(html.encode()).hexdigest())"
    )
    runs = {
        subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, check=True
        ).stdout
        for _ in range(2)
    }
    assert len(runs) == 1


@ALL
def test_the_static_form_has_a_named_picture_and_a_table(build):
    page = parsed(build())
    ids = page.ids()
    pictures = [attributes for tag, attributes in page.found if tag == "svg"]
    assert pictures
    for picture in pictures:
        assert picture["role"] == "img"
        assert all(name in ids for name in picture["aria-labelledby"].split())
    tags = [tag for tag, _ in page.found]
    assert tags.count("title") == tags.count("desc") == len(pictures)
    assert tags.count("table") == 1
    shown = (
        {"2.00", "0.67", "0.24", "0.09", "1.00"},
        {"(1.11, 0.51)", "0.11", "0.07", "0.82"},
        {"0.94", "0.88", "0.95", "yes", "3 of 3"},
    )
    assert any(numbers <= set(page.cells) for numbers in shown)
    heads = [attributes for tag, attributes in page.found if tag == "th"]
    assert {head["scope"] for head in heads} == {"row", "col"}


@ALL
def test_nothing_that_needs_the_script_stands_on_the_static_page(build):
    tags = {tag for tag, _ in parsed(build()).found}
    assert not tags & {"input", "button", "output", "template"}


@ALL
def test_every_drawing_vanishes_with_the_style_sheet(build):
    # a viewer that drops <style> and <svg> would otherwise leave loose labels behind
    figures = [a for _, a in parsed(build()).found if a.get("class") == "pa-figure"]
    assert figures
    assert all("hidden" in attributes for attributes in figures)


def test_ids_are_unique_on_a_page_of_many():
    many = (
        softmax_temperature(),
        softmax_temperature((2, 1, 0.5)),
        softmax_temperature(name="again"),
        softmax_temperature(labels=("a", "b", "c")),
        attention_by_hand(),
        attention_by_hand(state=(0, 1)),
        alignment(),
        alignment(row=1),
        alignment(name="another"),
    )
    ids = [name for explorable in many for name in parsed(explorable).ids()]
    assert len(ids) == len(set(ids))


def test_integers_and_floats_are_the_same_figure():
    assert softmax_temperature((2, 1, 0))._repr_html_() == softmax_temperature()._repr_html_()


@ALL
def test_labels_are_escaped_everywhere(build):
    labels = ("<b>x</b>", 'a"b&c', "</script>")
    markup = build(labels=labels)._repr_html_()
    page = Elements(markup)
    assert "b" not in {tag for tag, _ in page.found}
    assert markup.count("</script>") == 1
    assert set(labels) <= set(page.cells)
    inputs = page.found[0][1]["data-inputs"]
    assert r"a\"b&c" in inputs


@ALL
def test_nothing_is_fetched_and_nothing_leaks(build):
    markup = build()._repr_html_()
    assert not re.search(r"https?:|@import|url\(|\bsrc=|\bimport\b", markup)
    script = markup.partition("<script>")[2]
    assert script.strip().startswith('(function () {\n  "use strict";')
    assert "$" not in script  # a page that typesets formulas would look for its partner


def test_only_words_that_are_long_may_break_in_a_table():
    page = parsed(alignment(labels=("je", "Donaudampf", "eightlet")))
    breakable = [attributes for _, attributes in page.found if attributes.get("class") == "pa-long"]
    assert [attributes["data-out"] for attributes in breakable] == ["most-2", "gold-2"]


@ALL
def test_the_text_form_is_the_table(build):
    explorable = build()
    text = repr(explorable)
    cells = [cell for cell in parsed(explorable).cells if cell]
    assert all(cell in text for cell in cells)
