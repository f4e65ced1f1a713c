"""A matrix of weights -> SVG: a square for each query and key, darker with its weight.

The script finds a square by ``data-cell`` and its number by ``data-out``; they are counted row by
row.
"""

import html
from collections.abc import Sequence
from dataclasses import dataclass

from paying_attention.explorables.frame import drawing
from paying_attention.explorables.frame.arguments import Number

TICKS = 20  # px above everything, for the name of the axis
FLAT = 20.0  # px of a word that is not turned


@dataclass(frozen=True)
class Cells:
    """Where the squares of a matrix stand in a drawing.

    Attributes:
        rows: The words that look, on the left.
        columns: The words that are looked at, above; upright where they do not fit side by side.
        axes: What a row and what a column is called.
        smallest: Px of the side of a square, at least.
        largest: Px of the side of a square, at most.
        right: Px beside the squares that are left free.
        below: Px below the squares that are left free.
    """

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    axes: tuple[str, str]
    smallest: int
    largest: int
    right: int = 2
    below: int = 2

    @property
    def left(self) -> float:
        """Where the squares begin, x."""
        return max(50.0, drawing.width_of(self.rows) + 12)

    @property
    def side(self) -> int:
        """Px of the side of a square."""
        fitting = int((drawing.SIZE - self.left - self.right) / len(self.columns))
        return min(self.largest, max(self.smallest, fitting))

    @property
    def is_upright(self) -> bool:
        """Whether the words above are turned."""
        return drawing.width_of(self.columns) > self.side - 2

    @property
    def head(self) -> float:
        """Where the squares begin, y."""
        return TICKS + (drawing.width_of(self.columns) + 6 if self.is_upright else FLAT)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the drawing; a small matrix is not blown up."""
        width = self.left + self.side * len(self.columns) + self.right
        height = self.head + self.side * len(self.rows) + self.below
        return max(drawing.SIZE, int(width)), int(height)

    def corner(self, index: int) -> tuple[float, float]:
        """Return the upper left corner of a square.

        Example:
            >>> cells = Cells(("a", "b"), ("c", "d", "e"), ("query", "key"), 30, 30)
            >>> cells.corner(4), cells.size
            ((80.0, 70.0), (360, 102))
        """
        i, j = divmod(index, len(self.columns))
        return self.left + self.side * j, self.head + self.side * i


def matrix(
    cells: Cells,
    weights: Sequence[Number],
    texts: Sequence[str] = (),
    notes: Sequence[str] = (),
) -> str:
    """Draw the words and the squares, the numbers in them, and smaller ones that do not change.

    Example:
        >>> cells = Cells(("a",), ("b", "c"), ("query", "key"), 40, 40)
        >>> matrix(cells, [0.25, 0.75], ["0.25", "0.75"]).count('fill-opacity="0.750"')
        1
    """
    parts = [_words(cells)]
    side, bare = cells.side, "" if texts else " pa-bare"
    for k, weight in enumerate(weights):
        x, y = cells.corner(k)
        parts.append(
            f'<rect class="pa-cell{bare}" x="{x:g}" y="{y:g}" width="{side}" height="{side}" '
            f'fill="{drawing.COLORS[0]}" fill-opacity="{weight:.3f}" stroke="#8888" '
            f'data-cell="{k}"/>'
        )
    up = side / 9 if notes else 0
    for k, text in enumerate(texts):
        x, y = cells.corner(k)
        place = f'x="{x + side / 2:g}" y="{y + side / 2 + 4 - up:g}"'
        parts.append(_number("pa-weight", place, text, f' data-out="weight-{k}"'))
    for k, text in enumerate(notes):
        x, y = cells.corner(k)
        parts.append(_number("pa-note", f'x="{x + side / 2:g}" y="{y + side / 2 + 12:g}"', text))
    return "\n".join(parts)


def tick(text: str, x: Number, y: Number, anchor: str = "start") -> str:
    """Write a small word beside the squares.

    Example:
        >>> tick("sum", 4, 12)[:40]
        '<text class="pa-tick" x="4" y="12" text-'
    """
    return (
        f'<text class="pa-tick" x="{x:g}" y="{y:g}" text-anchor="{anchor}" '
        f'fill="currentColor">{html.escape(text)}</text>'
    )


def _words(cells: Cells) -> str:
    parts = [
        tick(cells.axes[0], cells.left - 8, cells.head - 7, "end"),
        tick(cells.axes[1], cells.left, 12),
    ]
    for i, word in enumerate(cells.rows):
        y = cells.head + cells.side * (i + 0.5) + 5
        parts.append(
            f'<text x="{cells.left - 8:g}" y="{y:g}" text-anchor="end" '
            f'fill="currentColor">{html.escape(word)}</text>'
        )
    for j, word in enumerate(cells.columns):
        x, y = cells.left + cells.side * (j + 0.5), cells.head - 6
        turned = f'transform="translate({x + 5:g} {y:g}) rotate(-90)"'
        flat = f'x="{x:g}" y="{y:g}" text-anchor="middle"'
        parts.append(
            f'<text {turned if cells.is_upright else flat} fill="currentColor">'
            f"{html.escape(word)}</text>"
        )
    return "\n".join(parts)


def _number(kind: str, place: str, text: str, mark: str = "") -> str:
    return (
        f'<text class="{kind}" {place} text-anchor="middle" fill="currentColor"{mark}>{text}</text>'
    )
