"""Running means of estimates beside the exact gradient -> SVG; the script draws the same pixels."""

from collections.abc import Sequence
from dataclasses import dataclass

from paying_attention.explorables.frame import drawing
from paying_attention.explorables.frame.arguments import Number

LEFT, TOP, HEIGHT, BELOW = 40, 14, 200, 36  # px
APART = 15  # px from one label to the next, at least


@dataclass(frozen=True)
class Chart:
    """Where the lines of three words stand.

    Attributes:
        labels: The words, to the right of their lines.
        reach: The largest number that the axis of the slopes shows, above 0 and below.
        most: The draws that the other axis has room for.
    """

    labels: tuple[str, ...]
    reach: float
    most: int

    @property
    def width(self) -> float:
        """Px from the first draw to the last."""
        return drawing.SIZE - LEFT - drawing.width_of(self.labels) - 8

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the drawing."""
        return drawing.SIZE, TOP + HEIGHT + BELOW

    def y(self, slope: Number) -> float:
        """Return the y of a slope.

        Example:
            >>> Chart(("a",), 2.0, 100).y(1.0)
            64.0
        """
        return TOP + HEIGHT * (1 - slope / self.reach) / 2

    def path(self, slopes: Sequence[Number]) -> str:
        """Return the way of a line; it is lifted where a slope is out of reach.

        Example:
            >>> Chart(("a",), 2.0, 100).path([0, 3, 0])
            'M43.03 114.00M49.11 114.00'
        """
        steps, pen = [], "M"
        for k, slope in enumerate(slopes, start=1):
            seen = abs(slope) <= self.reach
            if seen:
                steps.append(f"{pen}{LEFT + self.width * k / self.most:.2f} {self.y(slope):.2f}")
            pen = "L" if seen else "M"
        return "".join(steps)


def chart(
    place: Chart,
    exact: Sequence[Number],
    means: Sequence[Sequence[Sequence[Number]]],
    subtracted: bool,
    legend: str,
) -> str:
    """Draw axes, the exact slopes, and the means without and with the baseline.

    Example:
        >>> lines = chart(Chart(("a", "b", "c"), 2.0, 100), (0, 1, -1), ([], []), False, "")
        >>> lines.count("data-mean=")
        6
    """
    right, bottom = LEFT + place.width, TOP + HEIGHT
    parts = [
        f'<rect class="pa-track" x="{LEFT}" y="{TOP}" width="{place.width:g}" height="{HEIGHT}" '
        f'fill="none" stroke="#8888"/>',
        drawing.word("slope of each score", LEFT, TOP - 4, "pa-tick", "start"),
        drawing.word("0", LEFT, bottom + 15, "pa-tick"),
        drawing.word("draws", LEFT + place.width / 2, bottom + 15, "pa-tick"),
        _changing("axis", str(place.most), right, bottom + 15, "end"),
        _changing("legend", legend, LEFT, bottom + 31, "start"),
    ]
    far = f"{place.reach:g}"
    for slope, text in ((place.reach, far), (0, "0"), (-place.reach, f"−{far}")):
        parts.append(drawing.word(text, LEFT - 6, place.y(slope) + 4, "pa-tick", "end"))
    for j, (slope, y) in enumerate(zip(exact, _spread([place.y(e) for e in exact]), strict=True)):
        paint = f'class="pa-c{j}" stroke="{drawing.COLORS[j]}"'
        at = f'y1="{place.y(slope):.2f}" y2="{place.y(slope):.2f}"'
        parts += [
            f'<line {paint} x1="{LEFT}" x2="{right:g}" {at} stroke-dasharray="6 4"/>',
            drawing.word(place.labels[j], right + 6, y + 5, "pa-name", "start"),
        ]
    parts += [_lines(place, kind, means[kind], kind == subtracted) for kind in (0, 1)]
    return "\n".join(parts)


def _changing(key: str, text: str, x: Number, y: Number, anchor: str) -> str:
    """Write a small word that the script changes."""
    return (
        f'<text class="pa-tick" x="{x:g}" y="{y:g}" text-anchor="{anchor}" fill="currentColor" '
        f'data-out="{key}">{text}</text>'
    )


def _lines(place: Chart, kind: int, means: Sequence[Sequence[Number]], shown: bool) -> str:
    """Draw the means of one kind, 0 without and 1 with the baseline."""
    lines = "\n".join(
        f'<path class="pa-c{j} pa-mean" d="{place.path([mean[j] for mean in means])}" fill="none" '
        f'stroke="{drawing.COLORS[j]}" data-mean="{kind}-{j}"/>'
        for j in range(3)
    )
    mark = f'aria-current="{str(shown).lower()}"'
    return f'<g class="pa-means" {mark} stroke-width="2">\n{lines}\n</g>'


def _spread(heights: Sequence[float]) -> list[float]:
    """Move labels apart that would overlap: each stands at least ``APART`` below the one above."""
    found, free = list(heights), TOP - APART / 2
    for j in sorted(range(len(heights)), key=lambda j: heights[j]):
        found[j] = max(heights[j], free)
        free = found[j] + APART
    return found
