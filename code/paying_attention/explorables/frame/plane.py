"""The plane: vectors from the origin, and a handle that the reader drags -> SVG."""

import math
from collections.abc import Sequence

from paying_attention.explorables.frame import drawing
from paying_attention.explorables.frame.arguments import Number

SIZE, HALF, REACH = drawing.SIZE, 180, 160  # in px: its side, its centre, its outermost line
WIDER = 8  # px that a word of wide letters takes more
SHORTEST_ARROW = 0.25  # a shorter vector is drawn as a dot


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
            parts.append(drawing.word(number, x, HALF + 13, "pa-tick"))
            parts.append(drawing.word(number, HALF - 9, y + 4, "pa-tick"))
    return "\n".join(parts)


def arrow(index: int, vector: Sequence[Number], weight: Number, limit: int) -> str:
    """Draw a vector from the origin, thicker with its weight; a short one is a dot.

    Example:
        >>> 'stroke-width="5.00"' in arrow(0, (1.0, 0.0), 0.5, limit=2)
        True
    """
    x, y = to_pixels(vector, limit)
    paint = f'class="pa-c{index}" fill="{drawing.COLORS[index]}" stroke="{drawing.COLORS[index]}"'
    norm = math.hypot(*vector)
    if norm < SHORTEST_ARROW:
        return f'<circle {paint} cx="{x:.2f}" cy="{y:.2f}" r="5"/>'
    across, up = vector[0] / norm, vector[1] / norm
    side = (9 * up, 9 * across)
    base = (x - 17 * across, y + 17 * up)
    head = (
        f"{x:.2f},{y:.2f} {base[0] - side[0]:.2f},{base[1] - side[1]:.2f} "
        f"{base[0] + side[0]:.2f},{base[1] + side[1]:.2f}"
    )
    return (
        f'<line {paint} x1="{HALF}" y1="{HALF}" x2="{base[0]:.2f}" y2="{base[1]:.2f}" '
        f'stroke-width="{2 + 6 * weight:.2f}" data-arrow="{index}"/>\n'
        f'<polygon {paint} points="{head}" stroke-width="0"/>'
    )


def label_of(label: str, vector: Sequence[Number], limit: int) -> str:
    """Write a word beyond the tip of a vector, inside the drawing.

    Example:
        >>> 'text-anchor="start"' in label_of("drei", (1.0, 0.0), limit=2)
        True
    """
    x, y = to_pixels(vector, limit)
    norm = math.hypot(*vector)
    across, up = (0.0, 1.0) if norm < SHORTEST_ARROW else (vector[0] / norm, vector[1] / norm)
    beside = abs(across) > 0.5  # then it stands beside the tip, else above or below it
    anchor = ("start" if across > 0 else "end") if beside else "middle"
    width = drawing.BOLD * len(label) + WIDER
    low, high = {"start": (0, SIZE - width), "end": (width, SIZE)}.get(
        anchor, (width / 2, SIZE - width / 2)
    )
    place = min(max(x + (10 * across if beside else 0), low), high)
    return drawing.word(label, place, y - 14 * up + 5, "pa-word", anchor)


def hull(points: Sequence[Sequence[Number]], limit: int) -> str:
    """Draw the triangle that the context can never leave.

    Example:
        >>> hull([(0, 0), (1, 0), (0, 1)], limit=2).count(",")
        3
    """
    corners = " ".join("{:.2f},{:.2f}".format(*to_pixels(point, limit)) for point in points)
    return f'<polygon class="pa-hull" points="{corners}" fill="#8882" stroke="#888"/>'


def diamond(point: Sequence[Number], limit: int, name: str) -> str:
    """Draw what comes out, with its name.

    Example:
        >>> diamond((1, 0), 2, "context")[:37]
        '<g transform="translate(260.00 180.00'
    """
    x, y = to_pixels(point, limit)
    return (
        f'<g transform="translate({x:.2f} {y:.2f})" data-part="context">'
        f"{drawing.DIAMOND}{drawing.word(name, 0, -15, 'pa-word')}</g>"
    )


def stem(point: Sequence[Number], limit: int) -> str:
    """Draw the dashed line from the origin to the handle.

    Example:
        >>> 'x2="260.00" y2="180.00"' in stem((1, 0), 2)
        True
    """
    x, y = to_pixels(point, limit)
    return (
        f'<line class="pa-state-line" x1="{HALF}" y1="{HALF}" x2="{x:.2f}" y2="{y:.2f}" '
        f'stroke="currentColor" stroke-dasharray="4 4" data-part="state-line"/>'
    )


def handle(point: Sequence[Number], limit: int, name: str) -> str:
    """Draw the ring that the reader drags, with its name.

    Example:
        >>> handle((1, 0), 2, "state")[:37]
        '<g transform="translate(260.00 180.00'
    """
    x, y = to_pixels(point, limit)
    return (
        f'<g transform="translate({x:.2f} {y:.2f})" data-part="state">'
        f'<circle class="pa-reach" r="20" fill="none"/>'
        f'<circle class="pa-ring" r="9" fill="none" stroke="currentColor" stroke-width="2.5"/>'
        f'<circle r="3.5" fill="currentColor"/>{drawing.word(name, 0, 25, "pa-word")}</g>'
    )
