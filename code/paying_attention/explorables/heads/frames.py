"""Frames around the squares of the gold links -> SVG."""

from collections.abc import Sequence

from paying_attention.explorables.frame import drawing
from paying_attention.explorables.frame.arguments import Number
from paying_attention.explorables.frame.cells import Cells, tick

INSET = 2.5  # px between a square and its frame


def frames(cells: Cells, positions: Sequence[int]) -> str:
    """Frame the squares of the gold links, and say below them what a frame means.

    Example:
        >>> cells = Cells(("a",), ("b", "c"), ("target", "source"), 40, 40, below=26)
        >>> frames(cells, [1]).count('data-gold="1"')
        1
    """
    parts = []
    for k in positions:
        x, y = cells.corner(k)
        parts.append(_frame(x, y, cells.side, f' data-gold="{k}"'))
    y = cells.size[1] - 16
    parts.append(_frame(cells.left, y, 15, ""))
    parts.append(tick("gold link", cells.left + 21, y + 11))
    return "\n".join(parts)


def _frame(x: Number, y: Number, side: Number, mark: str) -> str:
    place = f'x="{x + INSET:g}" y="{y + INSET:g}" width="{side - 2 * INSET:g}"'
    place += f' height="{side - 2 * INSET:g}" fill="none"'
    return (
        f'<rect class="pa-frame-edge" {place} stroke="currentColor" stroke-width="4"/>\n'
        f'<rect class="pa-frame" {place} stroke="{drawing.ORANGE}" stroke-width="2"{mark}/>'
    )
