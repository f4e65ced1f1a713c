"""Chapter 04: scaled dot-product attention, each matrix with its shape."""

import numpy as np
from matplotlib.axes import Axes

from paying_attention.figures.geometry import Box, Number, Point
from paying_attention.figures.machine import (
    PLAIN,
    SYMBOL,
    WITH,
    Tone,
    board,
    draw_arrow,
    draw_box,
    draw_cells,
    draw_note,
)

WORDS, D_MODEL, D_K, D_V = 4, 6, 3, 2  # as many rows and columns as the cells show

HEIGHT = 352
QUERY, SCORES, KEY, WEIGHTS, VALUE = 44, 104, 180, 212, 316  # across
TOP, MIDDLE, OPERATIONS, LOW = 300, 204, 128, 34  # up
SIDE, NAME = 11, 13  # of a cell; from a matrix to its name
SIZES = {"X": r"d_{\rm model}", "Q": "d_k", "K": "d_k", "V": "d_v", "S": "n", "A": "n", "O": "d_v"}


def attention_flow() -> Axes:
    """Draw the way from X to Q, K and V, to scores, to weights and to the output.

    The cells hold a small example that is computed: the fuller a colour, the larger the number.

    Example:
        >>> axes = attention_flow()
        >>> sum("times n" in text.get_text() for text in axes.texts)
        2
    """
    axes, numbers = board(HEIGHT), example()
    x = _matrix(axes, "X", numbers, (KEY, TOP), PLAIN)
    query, key, value = (
        _projected(axes, name, numbers, across, x)
        for name, across in (("Q", QUERY), ("K", KEY), ("V", VALUE))
    )
    compare = _operation(axes, r"$QK^{\!\top}/\sqrt{d_k}$", SCORES, 88, PLAIN)
    for part in (query, key):
        draw_arrow(axes, part, compare, through=[(part.x, OPERATIONS)])
    mix = _operation(axes, "$AV$", VALUE, 44, WITH)
    draw_arrow(axes, value, mix)
    scores = _matrix(axes, "S", numbers, (SCORES, LOW), PLAIN)
    weights = _matrix(axes, "A", numbers, (WEIGHTS, LOW), WITH)
    output = _matrix(axes, "O", numbers, (VALUE, LOW), WITH)
    draw_arrow(axes, compare, _over(scores))
    draw_arrow(axes, scores, weights, tone=WITH)
    draw_note(axes, ((SCORES + WEIGHTS) / 2, LOW + 11), "softmax", tone=WITH)
    turn = (WEIGHTS + VALUE) / 2 - 2
    draw_arrow(axes, weights, mix, through=[(turn, LOW), (turn, OPERATIONS)], tone=WITH)
    draw_arrow(axes, mix, _over(output), tone=WITH)
    return axes


def example() -> dict[str, np.ndarray]:
    """Give the numbers that are drawn, and the matrices that make them: made up, then computed.

    Example:
        >>> example()["A"].sum(1).round(6).tolist()
        [1.0, 1.0, 1.0, 1.0]
    """
    draw = np.random.default_rng(0)
    x = draw.normal(size=(WORDS, D_MODEL))
    columns = {"Q": D_K, "K": D_K, "V": D_V}
    learned = {f"W^{name}": draw.normal(size=(D_MODEL, columns[name])) for name in columns}
    query, key, value = (x @ matrix for matrix in learned.values())
    scores = query @ key.T / np.sqrt(D_K)
    grown = np.exp(scores)
    weights = grown / grown.sum(1, keepdims=True)
    values = (x, query, key, value, scores, weights, weights @ value)
    return learned | dict(zip("XQKVSAO", values, strict=True))


def _projected(
    axes: Axes, name: str, numbers: dict[str, np.ndarray], across: Number, x: Box
) -> Box:
    """Q, K or V, and the way to it from X by a learned matrix."""
    part = _matrix(axes, name, numbers, (across, MIDDLE), PLAIN)
    corners = [] if across == x.x else [(across, x.y)]
    draw_arrow(axes, x, _over(part), through=corners)
    draw_note(axes, (across + 20, (x.y + MIDDLE) / 2 + 10), f"$W^{name}$")
    return part


def _operation(axes: Axes, label: str, across: Number, width: Number, tone: Tone) -> Box:
    return draw_box(axes, (across, OPERATIONS), label, size=(width, 34), corner=17, tone=tone)


def _matrix(
    axes: Axes, name: str, numbers: dict[str, np.ndarray], center: Point, tone: Tone
) -> Box:
    """Cells, with the name and the shape above them."""
    table = numbers[name]
    shades = table if name == "A" else (table - table.min()) / np.ptp(table)
    box = draw_cells(axes, center, shades.round(3), cell=(SIDE, SIDE), tone=tone)
    shape, up = rf"$n \times {SIZES[name]}$", box.at(up=1)[1] + NAME
    left = center[0] - (44 if name == "X" else 28)
    draw_note(axes, (left, up), f"${name}$", tone=tone, align="left", size=SYMBOL)
    draw_note(axes, (left + 19, up), shape, align="left", size=SYMBOL)
    return box


def _over(box: Box) -> Point:
    """Where an arrow to a matrix ends: above its name."""
    return box.x, box.at(up=1)[1] + 2 * NAME - 1
