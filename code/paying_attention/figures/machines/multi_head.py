"""Chapter 06: the heads of one layer, side by side."""

import numpy as np
from matplotlib.axes import Axes

from paying_attention.figures.geometry import Box, Number, Point
from paying_attention.figures.machine import (
    PLAIN,
    SECOND,
    SYMBOL,
    WITH,
    Tone,
    board,
    draw_arrow,
    draw_box,
    draw_cells,
    draw_note,
)

WORDS, HEAD_DIM = 4, 3
HEADS = ((WITH, 1), (SECOND, -1))  # colours, and on which side of the middle: 1 is left

HEIGHT = 434
MIDDLE, APART, OUTPUT = 180, 118, 300  # across
INPUT, PROJECTED, SPLIT, ATTENDED, MERGED = 384, 286, 234, 146, 34  # up
SIDE, NAME, FRAME, THICK = 10, 13, (164, 108), 2
HALF = HEAD_DIM * SIDE / 2
SHAPES = {"X": r"n \times d_{\rm model}", "O": r"n \times d_{\rm model}"}
SHAPES |= dict.fromkeys("QKV", r"n \times h\,d_k")


def multi_head_flow() -> Axes:
    """Draw a layer of two heads: project, split, attend, merge.

    Head 0 has the columns of one colour and of the digit 0, head 1 those of the other. The cells
    hold a small example that is computed: the fuller a colour, the larger the number.

    Example:
        >>> axes = multi_head_flow()
        >>> sum("head" in text.get_text() for text in axes.texts)
        2
    """
    axes, numbers = board(HEIGHT), _shades(example())
    x = _cells(axes, numbers["X"], (MIDDLE, INPUT), PLAIN)
    _name(axes, x, "X")
    for name, across in (("Q", MIDDLE - APART), ("K", MIDDLE), ("V", MIDDLE + APART)):
        _project(axes, name, numbers[name], across, x)
    ends = ((MIDDLE - APART, SPLIT), (MIDDLE + APART, SPLIT))
    draw_arrow(axes, *ends, has_head=False)
    draw_note(axes, (MIDDLE, SPLIT - 18), "split")
    merged = _halves(axes, np.hstack([numbers["head_0"], numbers["head_1"]]), (MIDDLE, MERGED))
    for head in range(len(HEADS)):
        _attend(axes, head, numbers, merged)
    output = _cells(axes, numbers["O"], (OUTPUT, MERGED), PLAIN)
    _name(axes, output, "O")
    draw_arrow(axes, merged, output)
    draw_note(axes, ((MIDDLE + OUTPUT) / 2, MERGED + 13), "$W^O$", size=SYMBOL)
    left = merged.at(-1)[0] - 10
    draw_note(axes, (left, MERGED + 10), "merge", align="right")
    draw_note(axes, (left, MERGED - 9), f"${SHAPES['V']}$", align="right", size=SYMBOL)
    return axes


def example() -> dict[str, np.ndarray]:
    """Give the numbers that are drawn, and the matrices that make them: made up, then computed.

    Example:
        >>> sorted(example())
        ['A_0', 'A_1', 'K', 'O', 'Q', 'V', 'W^K', 'W^O', 'W^Q', 'W^V', 'X', 'head_0', 'head_1']
    """
    draw, width = np.random.default_rng(1), len(HEADS) * HEAD_DIM
    found = {"X": draw.normal(size=(WORDS, width))}
    found |= {f"W^{name}": draw.normal(size=(width, width)) for name in "QKVO"}
    found |= {name: found["X"] @ found[f"W^{name}"] for name in "QKV"}
    parts = zip(*(np.hsplit(found[name], len(HEADS)) for name in "QKV"), strict=True)
    for head, (query, key, value) in enumerate(parts):
        grown = np.exp(query @ key.T / np.sqrt(HEAD_DIM))
        found[f"A_{head}"] = grown / grown.sum(1, keepdims=True)
        found[f"head_{head}"] = found[f"A_{head}"] @ value
    return found | {"O": np.hstack([found["head_0"], found["head_1"]]) @ found["W^O"]}


def _project(axes: Axes, name: str, table: np.ndarray, across: Number, x: Box) -> None:
    """Q, K or V; each half of it belongs to a head."""
    part = _halves(axes, table, (across, PROJECTED))
    _name(axes, part, name)
    corners = [] if across == x.x else [(across, x.y)]
    end = part.at(up=1)[1] + 2 * NAME - 1
    draw_arrow(axes, x, (across, end), through=corners)
    draw_note(axes, (across + 21, end + 15), f"$W^{name}$")
    draw_arrow(axes, part, (across, SPLIT), has_head=False)
    for head, (tone, side) in enumerate(HEADS):
        draw_note(axes, (across - side * HALF, part.at(up=-1)[1] - 10), str(head), tone=tone)


def _attend(axes: Axes, head: int, numbers: dict[str, np.ndarray], merged: Box) -> None:
    """The weights of a head, and the output that it brings to its half of all columns."""
    tone, side = HEADS[head]
    frame = draw_box(axes, (MIDDLE - side * 88, ATTENDED), size=FRAME, corner=10, tone=tone)
    axes.patches[-1].set_zorder(0)  # below the arrow in it
    draw_arrow(axes, (frame.x, SPLIT), frame, tone=tone, width=THICK)
    parts = f"$Q_{head}, K_{head}, V_{head}$"
    draw_note(axes, (frame.x - side * 42, SPLIT - 16), parts, tone=tone, size=SYMBOL)
    weights = _cells(axes, numbers[f"A_{head}"], (MIDDLE - side * 128, ATTENDED), tone)
    output = _cells(axes, numbers[f"head_{head}"], (MIDDLE - side * 46, ATTENDED), tone)
    draw_arrow(axes, weights, output, tone=tone)
    names = ((weights, f"A_{head}", "n"), (output, rf"\mathrm{{head}}_{head}", "d_k"))
    for box, name, columns in names:
        draw_note(axes, (box.x, box.at(up=1)[1] + NAME), f"${name}$", tone=tone, size=SYMBOL)
        shape = rf"$n \times {columns}$"
        draw_note(axes, (box.x, box.at(up=-1)[1] - NAME), shape, tone=tone, size=SYMBOL)
    end = (MIDDLE - side * HALF, merged.at(up=1)[1])
    start = (MIDDLE - side * 46, frame.at(up=-1)[1])
    draw_arrow(axes, start, end, tone=tone, width=THICK)


def _halves(axes: Axes, table: np.ndarray, center: Point) -> Box:
    """Cells whose left columns are the first head's, and the right ones the second's."""
    (x, y), parts = center, np.hsplit(table, 2)
    for (tone, side), part in zip(HEADS, parts, strict=True):
        _cells(axes, part, (x - side * HALF, y), tone)
    return Box(x, y, 4 * HALF, WORDS * SIDE, 0)


def _cells(axes: Axes, table: np.ndarray, center: Point, tone: Tone) -> Box:
    return draw_cells(axes, center, table, cell=(SIDE, SIDE), tone=tone)


def _name(axes: Axes, box: Box, name: str) -> None:
    """The name and the shape above the cells."""
    up, left = box.at(up=1)[1] + NAME, box.x - (42 if name in "XO" else 40)
    draw_note(axes, (left, up), f"${name}$", tone=PLAIN, align="left", size=SYMBOL)
    draw_note(axes, (left + 19, up), f"${SHAPES[name]}$", align="left", size=SYMBOL)


def _shades(numbers: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Weights as they are, the numbers of each other matrix brought to 0..1."""
    brought = {name: (table - table.min()) / np.ptp(table) for name, table in numbers.items()}
    brought |= {name: table for name, table in numbers.items() if name[0] == "A"}
    return {name: table.round(3) for name, table in brought.items()}
