"""What the matrix makes of the annotations -> SVG; the script draws the same pixels."""

import math
from collections.abc import Sequence

from paying_attention.explorables.frame import drawing, plane
from paying_attention.explorables.frame.arguments import Number

HEAD, HALF_WIDTH = 17, 9  # px of an arrow's head; a shorter arrow is all head
ABOVE, BELOW = 8, 20  # px from a tip to the word at it


def arrow(mark: str, paint: str, point: Sequence[Number], width: Number, limit: int) -> str:
    """Draw an arrow from the origin whose shaft and head the script can move.

    Example:
        >>> arrow("0", 'class="pa-c0"', (1, 0), 2, limit=2).count('data-head="0"')
        1
    """
    x, y = plane.to_pixels(point, limit)
    across, down = x - plane.HALF, y - plane.HALF
    far = math.hypot(across, down)
    head = min(HEAD, far)
    across, down = (across / far, down / far) if far else (0.0, 0.0)
    base = (x - head * across, y - head * down)
    side = (head * HALF_WIDTH / HEAD * down, head * HALF_WIDTH / HEAD * across)
    return (
        f'<line {paint} x1="{plane.HALF}" y1="{plane.HALF}" x2="{base[0]:.2f}" y2="{base[1]:.2f}" '
        f'stroke-width="{width:.2f}" stroke-linecap="round" data-shaft="{mark}"/>\n'
        f'<path {paint} stroke-width="0" data-head="{mark}" d="M{x:.2f} {y:.2f} '
        f"{base[0] - side[0]:.2f} {base[1] + side[1]:.2f} "
        f'{base[0] + side[0]:.2f} {base[1] - side[1]:.2f}Z"/>'
    )


def turned(
    index: int,
    point: Sequence[Number],
    foot: Sequence[Number],
    label: str,
    weight: Number,
    limit: int,
) -> str:
    """Draw a turned annotation, thicker with its weight, its word, and its way to the state's line.

    Example:
        >>> turned(0, (1, 1), (0, 1), "drei", 0.5, limit=2).count('data-drop="0"')
        1
    """
    (x, y), (foot_x, foot_y) = plane.to_pixels(point, limit), plane.to_pixels(foot, limit)
    color = drawing.COLORS[index]
    paint = f'class="pa-c{index}" fill="{color}" stroke="{color}"'
    half = (drawing.BOLD * len(label) + plane.WIDER) / 2
    place = min(max(x, half), drawing.SIZE - half)
    above = y - ABOVE if point[1] >= 0 else y + BELOW
    return (
        f'<line {paint} x1="{x:.2f}" y1="{y:.2f}" x2="{foot_x:.2f}" y2="{foot_y:.2f}" '
        f'stroke-width="1.5" stroke-dasharray="3 4" data-drop="{index}"/>\n'
        f"{arrow(str(index), paint, point, 2 + 6 * weight, limit)}\n"
        f'<g transform="translate({place:.2f} {above:.2f})" data-name="{index}">'
        f"{drawing.word(label, 0, 0, 'pa-word')}</g>"
    )


def question(state: Sequence[Number], limit: int) -> str:
    """Draw the state, and the line through it on which scores are read.

    Example:
        >>> question((0, 1), limit=2).count("<line")
        2
    """
    far = math.hypot(*state) or 1.0
    ends = [
        plane.to_pixels([way * limit * number / far for number in state], limit) for way in (-1, 1)
    ]
    (x1, y1), (x2, y2) = ends
    x, y = plane.to_pixels(state, limit)
    paint = 'class="pa-asks" fill="currentColor" stroke="currentColor"'
    return (
        f'<line class="pa-asks" x1="{x1:.2f}" y1="{y1:.2f}" x2="{x2:.2f}" y2="{y2:.2f}" '
        f'stroke="currentColor" stroke-dasharray="1 3"/>\n'
        f"{arrow('state', paint, state, 3, limit)}\n"
        f"{drawing.word('state', x + 14, y - 8, 'pa-word', 'start')}"
    )


def foot_of(score: Number, state: Sequence[Number]) -> tuple[float, float]:
    """Return where a point with this score falls on the state's line.

    Example:
        >>> foot_of(3.0, (0, 2))
        (0.0, 1.5)
    """
    size = state[0] ** 2 + state[1] ** 2 or 1.0
    return state[0] * score / size, state[1] * score / size
