"""Numbers -> SVG. Colours stand here for readers whose viewer drops the style sheet.

The wrapper of each drawing carries ``hidden``, which the style sheet overrides: where a viewer
removes styles and SVG alike (a notebook that is not trusted), no loose labels stay behind.
"""

import html
import math
from collections.abc import Sequence
from dataclasses import dataclass

from paying_attention.explorables.arguments import Number

COLORS = ("#0072B2", "#009E73", "#CC79A7")  # Okabe-Ito: blue, green, purple
CONTROLS = '<div class="pa-controls"></div>'  # empty until the script runs
SIZE, HALF, REACH = 360, 180, 160  # of the plane, in px: its side, its centre, its outermost line
BAR = 320  # px of a weight of 1, and the width of the bars' drawing
BARS_SIZE = (BAR, 152)
LETTER = 7.5  # px that a letter takes, about
SHORTEST_ARROW = 0.25  # a shorter annotation is drawn as a dot


@dataclass(frozen=True)
class BarLayout:
    """Where bars stand, in px; by default they fill a drawing of their own.

    Attributes:
        left: Where the tracks begin.
        top: Where the first label begins.
        width: Of a weight of 1.
        pitch: From one bar to the next.
        thickness: Of a bar.
        shades: How many colours take turns.
    """

    left: Number = 0
    top: Number = 0
    width: Number = BAR
    pitch: Number = 46
    thickness: int = 14
    shades: int = len(COLORS)


def figure(key: str, title: str, description: str, size: tuple[int, int], body: str) -> str:
    """Wrap SVG elements as an accessible image; its ids begin with ``key``.

    Example:
        >>> figure("pa-x-bars", "Three weights", "All equal.", (360, 100), "<g></g>")[-13:]
        '</svg>\\n</div>'
    """
    width, height = size
    return (
        f'<div class="pa-figure" hidden>\n<svg viewBox="0 0 {width} {height}" '
        f'role="img" aria-labelledby="{key}-title {key}-desc">\n'
        f'<title id="{key}-title">{html.escape(title)}</title>\n'
        f'<desc id="{key}-desc" data-out="summary">{html.escape(description)}</desc>\n'
        f"{body}\n</svg>\n</div>"
    )


def bars(
    labels: Sequence[str],
    weights: Sequence[Number],
    texts: Sequence[str],
    layout: BarLayout = BarLayout(),
) -> str:
    """Draw one bar per weight on a track from 0 to 1, its label and its number above it.

    Example:
        >>> 'width="80.00"' in bars(["a"], [0.25], ["0.25"])
        True
    """
    left, right, thickness = layout.left, layout.left + layout.width, layout.thickness
    rows = []
    for i, (label, weight, text) in enumerate(zip(labels, weights, texts, strict=True)):
        y, shade = layout.top + layout.pitch * i, i % layout.shades
        rows.append(
            f'<text x="{left:g}" y="{y + 15:g}" fill="currentColor">{html.escape(label)}</text>\n'
            f'<text class="pa-number" x="{right:g}" y="{y + 15:g}" text-anchor="end" '
            f'fill="currentColor" data-out="weight-{i}">{text}</text>\n'
            f'<rect class="pa-track" x="{left:g}" y="{y + 22:g}" width="{layout.width:g}" '
            f'height="{thickness}" fill="none" stroke="#8888"/>\n'
            f'<rect class="pa-bar pa-c{shade}" x="{left:g}" y="{y + 22:g}" '
            f'width="{layout.width * weight:.2f}" height="{thickness}" fill="{COLORS[shade]}" '
            f'data-bar="{i}"/>'
        )
    y = layout.top + layout.pitch * (len(rows) - 1) + thickness + 42
    rows += [
        f'<text class="pa-tick" x="{left + layout.width * at:g}" y="{y:g}" '
        f'text-anchor="{anchor}" fill="currentColor">{at:g}</text>'
        for at, anchor in ((0, "start"), (0.5, "middle"), (1, "end"))
    ]
    return "\n".join(rows)


def to_pixels(point: Sequence[Number], limit: int) -> tuple[float, float]:
    """Place a point of the plane in the drawing, y upwards.

    Example:
        >>> to_pixels((2.0, -1.0), limit=2)
        (340.0, 260.0)
    """
    return HALF + point[0] * REACH / limit, HALF - point[1] * REACH / limit


def grid(limit: int) -> str:
    """Draw the plane's lines and the numbers beside its axes.

    Example:
        >>> grid(2).count("<line")
        10
    """
    low, high = HALF - REACH, HALF + REACH
    parts = []
    for at in range(-limit, limit + 1):
        x, y = to_pixels((at, at), limit)
        kind = "pa-axis" if at == 0 else "pa-grid"
        for x1, y1, x2, y2 in ((x, low, x, high), (low, y, high, y)):
            parts.append(
                f'<line class="{kind}" x1="{x1:.2f}" y1="{y1:.2f}" x2="{x2:.2f}" y2="{y2:.2f}" '
                f'stroke="#8886"/>'
            )
        if at:
            number = f"−{-at}" if at < 0 else str(at)
            parts.append(_text(number, x, HALF + 13, "pa-tick"))
            parts.append(_text(number, HALF - 9, y + 4, "pa-tick"))
    return "\n".join(parts)


def arrow(index: int, vector: Sequence[Number], weight: Number, label: str, limit: int) -> str:
    """Draw an annotation from the origin, its label beyond the tip; thicker with its weight.

    Example:
        >>> 'stroke-width="5.00"' in arrow(0, (1.0, 0.0), 0.5, "drei", limit=2)
        True
    """
    x, y = to_pixels(vector, limit)
    paint = f'class="pa-c{index}" fill="{COLORS[index]}" stroke="{COLORS[index]}"'
    norm = math.hypot(*vector)
    if norm < SHORTEST_ARROW:
        mark = f'<circle {paint} cx="{x:.2f}" cy="{y:.2f}" r="5"/>'
        across, up = 0.0, 1.0
    else:
        across, up = vector[0] / norm, vector[1] / norm
        side = (9 * up, 9 * across)
        base = (x - 17 * across, y + 17 * up)
        head = (
            f"{x:.2f},{y:.2f} {base[0] - side[0]:.2f},{base[1] - side[1]:.2f} "
            f"{base[0] + side[0]:.2f},{base[1] + side[1]:.2f}"
        )
        mark = (
            f'<line {paint} x1="{HALF}" y1="{HALF}" x2="{base[0]:.2f}" y2="{base[1]:.2f}" '
            f'stroke-width="{2 + 6 * weight:.2f}" data-arrow="{index}"/>\n'
            f'<polygon {paint} points="{head}" stroke-width="0"/>'
        )
    beside = abs(across) > 0.5  # then the label stands beside the tip, else above or below it
    anchor = ("start" if across > 0 else "end") if beside else "middle"
    width = LETTER * len(label)
    low, high = {"start": (0, SIZE - width), "end": (width, SIZE)}.get(
        anchor, (width / 2, SIZE - width / 2)
    )
    place = min(max(x + (10 * across if beside else 0), low), high)
    return f"{mark}\n{_text(label, place, y - 14 * up + 5, 'pa-word', anchor)}"


def hull(points: Sequence[Sequence[Number]], limit: int) -> str:
    """Draw the triangle that the context can never leave.

    Example:
        >>> hull([(0, 0), (1, 0), (0, 1)], limit=2).count(",")
        3
    """
    corners = " ".join("{:.2f},{:.2f}".format(*to_pixels(point, limit)) for point in points)
    return f'<polygon class="pa-hull" points="{corners}" fill="#8882" stroke="#888"/>'


def context_and_state(context: Sequence[Number], state: Sequence[Number], limit: int) -> str:
    """Draw the context as a diamond, and the state as a ring on a dashed line: the handle.

    Example:
        >>> context_and_state((0, 0), (1, 1), limit=2).count('transform="translate(')
        2
    """
    (cx, cy), (sx, sy) = to_pixels(context, limit), to_pixels(state, limit)
    return (
        f'<line class="pa-state-line" x1="{HALF}" y1="{HALF}" x2="{sx:.2f}" y2="{sy:.2f}" '
        f'stroke="currentColor" stroke-dasharray="4 4" data-part="state-line"/>\n'
        f'<g transform="translate({cx:.2f} {cy:.2f})" data-part="context">'
        f'<path class="pa-context" d="M0-9 9 0 0 9-9 0Z" fill="#E69F00" stroke="currentColor"/>'
        f"{_text('context', 0, -15, 'pa-word')}</g>\n"
        f'<g transform="translate({sx:.2f} {sy:.2f})" data-part="state">'
        f'<circle class="pa-reach" r="20" fill="none"/>'
        f'<circle class="pa-ring" r="9" fill="none" stroke="currentColor" stroke-width="2.5"/>'
        f'<circle r="3.5" fill="currentColor"/>{_text("state", 0, 25, "pa-word")}</g>'
    )


def _text(content: str, x: Number, y: Number, kind: str, anchor: str = "middle") -> str:
    return (
        f'<text class="{kind}" x="{x:.2f}" y="{y:.2f}" text-anchor="{anchor}" '
        f'fill="currentColor">{html.escape(content)}</text>'
    )
