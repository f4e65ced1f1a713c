"""An explorable and its answer fit one screen: a reader sees what a move does without scrolling."""

from __future__ import annotations

from collections.abc import Iterator

import nbformat
import pytest
from browser import opened
from pages import ROOT

SCREEN = {"width": 1280, "height": 800}
COLUMN = 688  # px of a chapter's text on such a screen
PAGE = "<!doctype html><meta charset=utf-8><title>x</title><main style='width: {width}px'>{body}"


def stored_explorables() -> Iterator[tuple[str, str]]:
    """The name of each chapter that stores an explorable, and the explorable's html."""
    for path in sorted((ROOT / "chapters").glob("*.ipynb")):
        for cell in nbformat.read(path, as_version=4).cells:
            for output in cell.get("outputs", []):
                html = output.get("data", {}).get("text/html", "")
                if html.startswith('<div class="pa-explorable'):
                    yield path.stem, html


STORED = list(stored_explorables())
EACH = pytest.mark.parametrize(("name", "html"), STORED, ids=[name for name, _ in STORED])


def boxes(browser, html: str, width: int) -> tuple[dict, list[dict]]:
    """The box of an explorable in a column, and those of its answer, its picture and its table."""
    with opened(browser, PAGE.format(width=width, body=html), viewport=SCREEN) as page:
        root = page.locator(".pa-explorable[data-live]")
        parts = (".pa-summary", ".pa-figure >> nth=0", "table")
        return root.bounding_box(), [root.locator(part).bounding_box() for part in parts]


def test_there_is_one_in_many_chapters():
    assert len(STORED) >= 6


@EACH
def test_it_is_no_taller_than_the_screen_and_its_answer_stands_in_it(browser, name, html):
    whole, parts = boxes(browser, html, COLUMN)
    assert whole["height"] <= SCREEN["height"]
    bottom = whole["y"] + whole["height"]
    assert all(part["y"] + part["height"] <= bottom for part in parts)


@EACH
def test_it_uses_the_width(browser, name, html):
    """No quarter of the column stays empty beside its picture, answer and table."""
    whole, parts = boxes(browser, html, COLUMN)
    left = min(part["x"] for part in parts)
    right = max(part["x"] + part["width"] for part in parts)
    assert right - left > 0.75 * whole["width"]


def test_one_that_is_too_tall_would_be_noticed(browser):
    """In half of the column the parts stand below each other."""
    (html,) = (html for name, html in STORED if name == "02-bahdanau")
    assert boxes(browser, html, COLUMN // 2)[0]["height"] > SCREEN["height"]
