import re

import pytest

from paying_attention.explorables.frame.cells import Cells, matrix, tick
from tests.explorables.html_page import marked

ROWS, COLUMNS = ("ich", "sehe"), ("a", "b", "c")
CELLS = Cells(ROWS, COLUMNS, ("query", "key"), smallest=30, largest=40, right=10, below=26)


def test_squares_are_counted_row_by_row():
    assert CELLS.side == 40
    left, head = CELLS.corner(0)
    assert [CELLS.corner(k) for k in (2, 3, 5)] == [
        (left + 80, head),
        (left, head + 40),
        (left + 80, head + 40),
    ]


def test_a_square_is_as_dark_as_its_weight():
    weights = [0.1, 0.2, 0.7, 0.0, 0.5, 0.5]
    squares = marked(matrix(CELLS, weights, ["x"] * 6), "data-cell")
    assert [float(squares[str(k)]["fill-opacity"]) for k in range(6)] == weights
    places = [(float(squares[str(k)]["x"]), float(squares[str(k)]["y"])) for k in range(6)]
    assert places == [CELLS.corner(k) for k in range(6)]


def test_numbers_stand_in_their_squares_and_notes_do_not_change():
    markup = matrix(CELLS, [0.0] * 6, list("uvwxyz"), list("123456"))
    texts = re.findall(r'data-out="weight-(\d)">(.)<', markup)
    assert texts == [(str(k), letter) for k, letter in enumerate("uvwxyz")]
    notes = re.findall(r'<text class="pa-note" x="([\d.]+)" y="([\d.]+)"[^>]*>(\d)<', markup)
    for x, y, note in notes:
        left, top = CELLS.corner(int(note) - 1)
        assert left < float(x) < left + 40
        assert top < float(y) < top + 40
    assert len(notes) == 6


def test_squares_without_numbers_use_the_whole_range_of_colour():
    assert matrix(CELLS, [0.0] * 6).count("pa-bare") == 6
    assert "pa-weight" not in matrix(CELLS, [0.0] * 6)


def test_words_that_do_not_fit_above_are_turned():
    assert not CELLS.is_upright
    long = Cells(ROWS, ("hundert", "b"), ("query", "key"), 30, 40)
    assert long.is_upright
    assert long.head > CELLS.head + 20
    assert matrix(long, [0.0] * 4).count("rotate(-90)") == 2


@pytest.mark.parametrize("count", [1, 6, 14])
@pytest.mark.parametrize("word", ["a", "Donaudampfschiff"])
def test_everything_fits_into_the_drawing(count, word):
    cells = Cells((word,) * count, (word,) * count, ("query", "key"), 20, 40, right=30, below=5)
    width, height = cells.size
    x, y = cells.corner(count * count - 1)
    assert x + cells.side + 30 <= width + 1
    assert y + cells.side + 5 <= height + 1
    assert 20 <= cells.side <= 40
    assert cells.left >= 8.5 * len(word)


def test_words_are_escaped():
    cells = Cells(("<b>",), ("a&b",), ("query", "key"), 30, 40)
    markup = matrix(cells, [1.0])
    assert "&lt;b&gt;" in markup
    assert "a&amp;b" in markup
    assert 'text-anchor="end"' in tick("sum", 1, 2, "end")
