"""Slanted lines over squares that are closed -> SVG; the script finds them by ``data-hatch``."""

from collections.abc import Sequence

from paying_attention.explorables.frame.cells import Cells

BETWEEN = 7  # px from one line of a hatched square to the next


def hatch(cells: Cells, closed: Sequence[bool]) -> str:
    """Draw slanted lines over each square; only those of the closed ones are displayed.

    Example:
        >>> cells = Cells(("a",), ("b", "c"), ("query", "key"), 40, 40)
        >>> hatch(cells, [False, True]).count('display="none"')
        1
    """
    parts = []
    for k, hidden in enumerate(closed):
        (x, y), side = cells.corner(k), cells.side
        lines = []
        for at in range(BETWEEN, 2 * side, BETWEEN):
            near, far = min(at, side), max(0, at - side)
            lines.append(f"M{x + far:g} {y + near:g}L{x + near:g} {y + far:g}")
        shown = "inline" if hidden else "none"
        parts.append(
            f'<path class="pa-hatch" d="{"".join(lines)}" fill="none" stroke="#8888" '
            f'display="{shown}" data-hatch="{k}"/>'
        )
    return "\n".join(parts)
