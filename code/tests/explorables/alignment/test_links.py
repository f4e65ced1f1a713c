import re
from itertools import pairwise

import pytest

from paying_attention.explorables.alignment.links import (
    CELL,
    HEAD,
    ROW,
    THICKEST,
    Columns,
    alignment,
)

WEIGHTS = [[0.9, 0.1, 0.0], [0.2, 0.3, 0.5]]
COLUMNS = Columns(("one", "two"), ("a", "b", "c"))


def drawn(row=0, gold=None, columns=COLUMNS, weights=WEIGHTS):
    return alignment(columns, weights, gold, row, ["0.00"] * len(columns.source))


def group(markup, row):
    return re.search(rf'<g class="pa-lines" [^>]*data-row="{row}"[^>]*>(.*?)</g>', markup, re.S)[1]


def ends(path):
    numbers = [float(n) for n in re.findall(r"-?[\d.]+", path)]
    return (numbers[0], numbers[1]), (numbers[6], numbers[7])


@pytest.mark.parametrize("row", [0, 1])
def test_a_line_goes_from_its_target_word_to_its_source_word(row):
    lines = re.findall(r'd="(.*?)" stroke-width="(.*?)" data-line="(\d)"', group(drawn(), row))
    assert [int(j) for _, _, j in lines] == [j for j, w in enumerate(WEIGHTS[row]) if w]
    for path, width, j in lines:
        start, end = ends(path)
        assert start == (COLUMNS.ends[0], COLUMNS.middle(row, COLUMNS.target))
        assert end == (COLUMNS.ends[1], COLUMNS.middle(int(j), COLUMNS.source))
        assert float(width) == pytest.approx(THICKEST * WEIGHTS[row][int(j)])


def test_a_weight_that_reads_zero_has_no_line():
    weights = [[0.0049, 0.0051, 0.99], [0, 0, 0]]
    assert re.findall(r'data-line="(\d)"', drawn(weights=weights)) == ["1", "2"]


@pytest.mark.parametrize("row", [0, 1])
def test_the_picked_word_is_marked_and_its_lines_lie_on_top(row):
    markup = drawn(row, gold=[[2], [0, 1]])
    marked = re.findall(r'data-row="(\d)" aria-current="true"', markup)
    assert set(marked) == {str(row)}
    assert re.findall(r'class="pa-lines" .*?data-row="(\d)"', markup)[-1] == str(row)
    assert len(marked) == 3 + (1 if row == 0 else 2)  # lines, frame, word; and rings


def test_a_ring_surrounds_each_gold_word():
    markup = drawn(gold=[[2], [0, 1]])
    pattern = r' y="([\d.]+)" width="[\d.]+" height="(\d+)" [^>]*data-gold="(\d)" data-row="(\d)"'
    rings = re.findall(pattern, markup)
    assert [(int(j), int(i)) for *_, j, i in rings] == [(2, 0), (0, 1), (1, 1)]
    for y, height, j, _ in rings:
        assert CELL < int(height) < ROW
        assert float(y) + int(height) / 2 == COLUMNS.middle(int(j), COLUMNS.source)
    assert "gold link" in markup
    assert "gold link" not in drawn()


def test_the_bars_are_the_picked_row():
    widths = re.findall(r'class="pa-bar[^>]* width="([\d.]+)"', drawn(row=1))
    assert [float(w) for w in widths] == [round(COLUMNS.right * w, 2) for w in WEIGHTS[1]]


@pytest.mark.parametrize(
    ("target", "source"), [(1, 14), (14, 1), (3, 5), (14, 14)], ids=lambda n: str(n)
)
def test_words_do_not_touch_and_fill_the_height(target, source):
    columns = Columns(("x" * 16,) * target, ("y" * 16,) * source)
    for words in (columns.target, columns.source):
        middles = [columns.middle(i, words) for i in range(len(words))]
        assert all(b - a >= ROW - 1e-9 for a, b in pairwise(middles))
        assert middles[0] - HEAD == pytest.approx(HEAD + ROW * max(target, source) - middles[-1])
    assert columns.ends[0] + 60 < columns.ends[1] < columns.bars
    assert columns.bars + columns.right < columns.size[0]


def test_wide_letters_get_more_room():
    assert Columns(("二十四",), ("a",)).left > Columns(("abc",), ("a",)).left
