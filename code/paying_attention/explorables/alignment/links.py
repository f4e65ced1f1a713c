"""Two columns of words and the lines between them -> SVG.

The target stands on the left, the source on the right: then a long sentence is tall, not wide, and
fits a phone. ``data-row`` says which target word an element belongs to; the script marks those of
the picked word by ``aria-current``, as here, and the style sheet shows them.
"""

import html
from collections.abc import Sequence
from dataclasses import dataclass

from paying_attention.explorables.frame import drawing
from paying_attention.explorables.frame.arguments import Number

HEAD, ROW, FOOT = 24, 44, 26  # px: above the words, from word to word, below them
CELL = 38  # height of what surrounds a word
BAR_MIDDLE = 17  # px from the top of a label to the middle between it and its bar
NARROWEST = 64  # px that the lines have at least
MARGIN = 8  # px between the right column and what surrounds it
THICKEST = 14  # px of a line, at weight 1
THINNEST = 0.005  # a weight that reads 0.00 has no line


@dataclass(frozen=True)
class Columns:
    """Where the words of a translation and of its source stand.

    Attributes:
        target: The words on the left.
        source: The words on the right.
    """

    target: tuple[str, ...]
    source: tuple[str, ...]

    @property
    def left(self) -> float:
        """The width of the left column."""
        return drawing.width_of(self.target) + 20

    @property
    def right(self) -> float:
        """The width of the right column, which is also a weight of 1."""
        return max(100.0, drawing.width_of(self.source) + 36)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the drawing."""
        width = int(self.left + NARROWEST + self.right + 2 * MARGIN)
        return max(drawing.SIZE, width), HEAD + ROW * self._rows + FOOT

    @property
    def ends(self) -> tuple[float, float]:
        """Where lines begin and end, x."""
        return self.left + 1, self.bars - MARGIN

    @property
    def bars(self) -> float:
        """Where the right column begins, x."""
        return self.size[0] - self.right - MARGIN

    @property
    def _rows(self) -> int:
        return max(len(self.target), len(self.source))

    def middle(self, position: int, words: Sequence[str]) -> float:
        """Return the y of a word; both columns fill the height.

        Example:
            >>> columns = Columns(("one",), ("le", "un"))
            >>> [columns.middle(i, columns.source) for i in (0, 1)], columns.middle(0, ("one",))
            ([46.0, 90.0], 68.0)
        """
        return HEAD + ROW * self._rows * (position + 0.5) / len(words)


def alignment(
    columns: Columns,
    weights: Sequence[Sequence[Number]],
    gold: Sequence[Sequence[int]] | None,
    row: int,
    texts: Sequence[str],
) -> str:
    """Draw the words, the lines of every row and, at the source, the weights of one row.

    Example:
        >>> columns = Columns(("one",), ("un",))
        >>> alignment(columns, [[0.5]], [[0]], 0, ["0.50"]).count('stroke-width="7.00"')
        1
    """
    order = sorted(range(len(columns.target)), key=lambda i: i == row)  # the picked one on top
    parts = [
        _heads(columns, gold is not None),
        *(_lines(columns, weights[i], i, row) for i in order),
        *(_word(columns, i, row) for i in range(len(columns.target))),
    ]
    for i, linked in enumerate(gold or ()):
        parts += [_ring(columns, j, i, row) for j in linked]
    pitch = columns.middle(1, columns.source) - columns.middle(0, columns.source)
    layout = drawing.BarLayout(
        left=columns.bars,
        top=columns.middle(0, columns.source) - BAR_MIDDLE,
        width=columns.right,
        pitch=pitch,
        thickness=8,
        shades=1,
    )
    return "\n".join((*parts, drawing.bars(columns.source, weights[row], texts, layout)))


def _mark(row: int, picked: int) -> str:
    return f'data-row="{row}" aria-current="{str(row == picked).lower()}"'


def _heads(columns: Columns, has_gold: bool) -> str:
    left, right = columns.left - 9, columns.bars
    parts = [
        f'<text class="pa-tick" x="{left:g}" y="14" text-anchor="end" '
        f'fill="currentColor">target</text>',
        f'<text class="pa-tick" x="{right:g}" y="14" fill="currentColor">source</text>',
    ]
    if has_gold:
        y = columns.size[1] - 18
        parts.append(
            f'<rect class="pa-gold" x="1" y="{y}" width="18" height="13" rx="4" fill="none" '
            f'stroke="currentColor"/>\n<text class="pa-tick" x="25" y="{y + 10}" '
            f'fill="currentColor">gold link</text>'
        )
    return "\n".join(parts)


def _word(columns: Columns, i: int, row: int) -> str:
    y = columns.middle(i, columns.target)
    return (
        f'<rect class="pa-pick" x="1" y="{y - CELL / 2:.2f}" width="{columns.left:g}" '
        f'height="{CELL}" rx="6" fill="none" {_mark(i, row)}/>\n'
        f'<text x="{columns.left - 9:g}" y="{y + 5:.2f}" text-anchor="end" fill="currentColor" '
        f"{_mark(i, row)}>{html.escape(columns.target[i])}</text>"
    )


def _lines(columns: Columns, weights: Sequence[Number], i: int, row: int) -> str:
    start, end = columns.ends
    bend, y = (start + end) / 2, columns.middle(i, columns.target)
    paths = []
    for j, weight in enumerate(weights):
        if weight >= THINNEST:
            to = columns.middle(j, columns.source)
            paths.append(
                f'<path d="M{start:g} {y:.2f}C{bend:g} {y:.2f} {bend:g} {to:.2f} {end:g} {to:.2f}" '
                f'stroke-width="{THICKEST * weight:.2f}" data-line="{j}"/>'
            )
    body = "\n".join(paths)
    return (
        f'<g class="pa-lines" fill="none" stroke="{drawing.COLORS[0]}" {_mark(i, row)}>\n{body}</g>'
    )


def _ring(columns: Columns, j: int, i: int, row: int) -> str:
    y = columns.middle(j, columns.source) - CELL / 2 - 1
    return (
        f'<rect class="pa-gold" x="{columns.ends[1]:g}" y="{y:.2f}" '
        f'width="{columns.right + 2 * MARGIN - 1:g}" height="{CELL + 2}" rx="6" fill="none" '
        f'stroke="currentColor" data-gold="{j}" {_mark(i, row)}/>'
    )
