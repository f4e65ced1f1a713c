"""The values on a line, and their mix -> SVG."""

import html
from collections.abc import Sequence

from paying_attention.explorables.frame import drawing
from paying_attention.explorables.frame.arguments import Number
from paying_attention.explorables.frame.texts import display
from paying_attention.explorables.mechanism.state import StepsState

LINE_LEFT, LINE_WIDTH, LINE_Y = 48, 224, 240  # px of the line on which the values stand


def mix(
    found: StepsState, labels: Sequence[str], values: Sequence[Number], ends: Sequence[Number]
) -> str:
    """Draw the values on a line, larger with their weights, and the output among them.

    Args:
        found: From ``steps_state``.
        labels: The words that the keys belong to.
        values: Where they stand on the line.
        ends: The numbers at the two ends of the line.

    Example:
        >>> from paying_attention.explorables.mechanism.state import steps_state
        >>> found = steps_state((0, 0), [(1, 0)] * 3, (3, 5, 10))
        >>> '>output <tspan data-out="output">6.00' in mix(found, "abc", (3, 5, 10), (0, 10))
        True
    """

    def place(value: Number) -> float:
        return LINE_LEFT + LINE_WIDTH * (value - ends[0]) / ((ends[1] - ends[0]) or 1)

    parts = [
        f'<path class="pa-axis" d="M{LINE_LEFT} {LINE_Y}h{LINE_WIDTH}" stroke="#888"/>\n'
        f'<text class="pa-tick" x="{place(0) - 12:.2f}" y="{LINE_Y + 4}" text-anchor="end" '
        'fill="currentColor">0</text>'
    ]
    for i, (value, weight) in enumerate(zip(values, found.weights, strict=True)):
        parts.append(_value(i, place(value), weight, f"{labels[i]} {display(value)}"))
    return "\n".join(parts) + (
        f'\n<g transform="translate({place(found.output):.2f} {LINE_Y})" data-part="output">'
        f'{drawing.DIAMOND}<text class="pa-word" y="27" text-anchor="middle" '
        'fill="currentColor">output '
        f'<tspan data-out="output">{display(found.output)}</tspan></text></g>'
    )


def _value(i: int, x: float, weight: Number, text: str) -> str:
    y, color, width = LINE_Y - 70 + 22 * i, drawing.COLORS[i], drawing.BOLD * len(text)
    at, anchor = min(x + 14, drawing.BAR - width), "start"
    if x > LINE_LEFT + LINE_WIDTH / 2:  # where is room
        at, anchor = max(x - 14, width), "end"
    return (
        f'<path class="pa-c{i}" d="M{x:.2f} {y}V{LINE_Y}" stroke="{color}"/>\n<circle '
        f'class="pa-c{i}" cx="{x:.2f}" cy="{y}" r="{3 + 6 * weight:.2f}" fill="{color}" '
        f'data-dot="{i}"/>\n<text class="pa-word" x="{at:.2f}" y="{y + 5}" '
        f'text-anchor="{anchor}" fill="currentColor">{html.escape(text)}</text>'
    )
