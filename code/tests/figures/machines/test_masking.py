import numpy as np
import pytest
import torch

from paying_attention.attention import masks as package
from paying_attention.figures.machines import masking
from paying_attention.figures.machines.masking import five_masks, masks
from tests.figures.drawn import every_text, tables

WORDS = ["the", "cat", "sat", "down", "<pad>"]
LENGTH = len(WORDS)


@pytest.fixture
def axes():
    return five_masks()


@pytest.fixture
def grids(axes):
    """Each grid by the name below it."""
    found = {}
    for table in tables(axes)[:-2]:
        (name,) = [
            text
            for text, place in every_text(axes, "note")
            if 0 < table.place.y0 - place.y1 < 15 and is_over(table.place, place)
        ]
        found[name] = table
    return found


def is_over(above, below):
    return above.x0 <= below.x0 and below.x1 <= above.x1


def by_the_package():
    """The five masks of the chapter, made by the book's own functions."""
    return {
        "padding": package.padding_mask(torch.tensor([4]), LENGTH).expand(LENGTH, -1),
        "causal": package.causal_mask(LENGTH),
        "window": package.sliding_window_mask(LENGTH, left=2, right=1),
        "prefix": package.prefix_mask(2, LENGTH),
        "documents": package.document_mask(torch.tensor([0, 0, 1, 1, 2])),
    }


def test_the_masks_are_those_of_the_package():
    right = by_the_package()
    assert list(masks()) == list(right)
    for name, mask in masks().items():
        assert np.array_equal(mask, right[name].numpy()), name


def test_what_is_hidden_is_hatched_and_empty(grids):
    assert grids.keys() == masks().keys()
    for name, mask in masks().items():
        assert np.array_equal(grids[name].hidden, ~mask), name
        assert np.array_equal(grids[name].shades > 0, mask), name


def test_the_five_differ_and_each_hides_something_and_leaves_each_query_something():
    found = {mask.tobytes() for mask in masks().values()}
    assert len(found) == 5
    for name, mask in masks().items():
        assert mask.any(1).all(), name
        assert not mask.all(), name


def test_rows_and_columns_are_named_by_the_words(axes, grids):
    upright = [(text, p) for text, p in every_text(axes, "word") if p.x1 - p.x0 < p.y1 - p.y0]
    flat = [(text, place) for text, place in every_text(axes, "note") if text in WORDS]
    for name in ("padding", "causal", "window"):
        place = grids[name].place
        above = [(text, p) for text, p in upright if place.x0 < p.x0 < place.x1]
        assert [text for text, _ in above] == WORDS
        for column, (_, word) in enumerate(above):
            middle = place.x0 + (column + 0.5) * masking.SIDE
            assert (word.x0 + word.x1) / 2 == pytest.approx(middle, abs=1)
            assert 1 < word.y0 - place.y1 < 8  # all begin at the grid
    for name in ("padding", "prefix"):
        place = grids[name].place
        beside = [(text, p) for text, p in flat if place.y0 < p.y0 < place.y1]
        assert [text for text, _ in beside] == WORDS
        for row, (_, word) in enumerate(beside):
            middle = place.y1 - (row + 0.5) * masking.SIDE
            assert (word.y0 + word.y1) / 2 == pytest.approx(middle, abs=1.5)
            assert 2 < place.x0 - word.x1 < 12


def test_the_key_says_what_a_cell_adds(axes):
    open_cell, hatched = tables(axes)[-2:]
    notes = dict(every_text(axes, "note"))
    for cell, text, is_hidden in ((open_cell, "M = 0", False), (hatched, r"M = -\infty", True)):
        assert cell.hidden.tolist() == [[is_hidden]]
        assert abs((notes[text].y0 + notes[text].y1 - cell.place.y0 - cell.place.y1) / 2) < 2
        assert 0 < notes[text].x0 - cell.place.x1 < 15
    assert {"row: query", "column: key"} < notes.keys()
