"""Chapter 05: one grid of queries and keys, five masks."""

import numpy as np
from matplotlib.axes import Axes

from paying_attention.figures.geometry import Box, Point
from paying_attention.figures.machine import (
    NOTE,
    PLAIN,
    WITH,
    board,
    draw_cells,
    draw_note,
    draw_word,
)

WORDS = ("the", "cat", "sat", "down", "<pad>")
LEFT, RIGHT = 2, 1  # words that the window shows before and after
PREFIX = 2  # words that everybody sees
DOCUMENTS = (0, 0, 1, 1, 2)  # two short texts share the row; the padding is one of its own
OPEN = 0.45

HEIGHT = 299
SIDE = 17
COLUMNS, ROWS = (101, 203, 305), (199, 69)


def five_masks() -> Axes:
    """Draw five masks over the same words: a row for each query, a column for each key.

    What a query may not see is hatched.

    Example:
        >>> axes = five_masks()
        >>> [text.get_text() for text in axes.texts if text.get_text() in masks()]
        ['padding', 'causal', 'window', 'prefix', 'documents']
    """
    axes = board(HEIGHT)
    places = [(x, y) for y in ROWS for x in COLUMNS]
    for (name, mask), (x, y) in zip(masks().items(), places, strict=False):
        box = _grid(axes, (x, y), mask)
        draw_note(axes, (x, box.at(up=-1)[1] - 13), name, tone=PLAIN)
        if x == COLUMNS[0]:
            _queries(axes, box)
        if y == ROWS[0]:
            _keys(axes, box)
    _key_to_cells(axes, places[-1])
    return axes


def masks() -> dict[str, np.ndarray]:
    """Give the masks that are drawn: True where a query may look.

    Example:
        >>> masks()["causal"].sum(1).tolist()
        [1, 2, 3, 4, 5]
    """
    query, key = np.indices((len(WORDS), len(WORDS)))
    return {
        "padding": key < WORDS.index("<pad>"),
        "causal": key <= query,
        "window": (query - LEFT <= key) & (key <= query + RIGHT),
        "prefix": (key <= query) | (key < PREFIX),
        "documents": np.equal.outer(DOCUMENTS, DOCUMENTS),
    }


def _grid(axes: Axes, center: Point, mask: np.ndarray) -> Box:
    look = {"cell": (SIDE, SIDE), "tone": WITH, "hidden": ~mask}
    return draw_cells(axes, center, OPEN * mask, **look)


def _queries(axes: Axes, box: Box) -> None:
    for row, word in enumerate(WORDS):
        y = box.at(up=1)[1] - (row + 0.5) * SIDE
        draw_note(axes, (box.at(-1)[0] - 6, y), word, tone=PLAIN, align="right")


def _keys(axes: Axes, box: Box) -> None:
    for column, word in enumerate(WORDS):
        x = box.at(-1)[0] + (column + 0.5) * SIDE
        draw_word(axes, (x, box.at(up=1)[1] + 5), word, size=NOTE, is_upright=True)


def _key_to_cells(axes: Axes, center: Point) -> None:
    """What an open and what a hatched cell adds to a score."""
    (x, y), side = center, (SIDE, SIDE)
    for up, value, text in ((32, OPEN, "$M = 0$"), (4, 0.0, r"$M = -\infty$")):
        look = {"cell": side, "tone": WITH, "hidden": not value}
        draw_cells(axes, (x - 34, y + up), [value], **look)
        draw_note(axes, (x - 18, y + up), text, tone=PLAIN, align="left")
    for up, text in ((-22, "row: query"), (-38, "column: key")):
        draw_note(axes, (x - 42.5, y + up), text, align="left")
