"""One query and three keys, step by step: score, scale, mask, softmax, mix (chapter 04)."""

import html
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from paying_attention.explorables import drawing
from paying_attention.explorables.arguments import Number, checked_labels, checked_numbers
from paying_attention.explorables.explorable import (
    Explorable,
    Table,
    display,
    display_pair,
    identify,
    largest,
    summary_html,
)

KIND = "attention-by-steps"
FARTHEST, LARGEST_VALUE = 4.0, 100.0  # of a coordinate, and of a value
SMALLEST_PLANE = 2  # the axes reach at least from -2 to 2
WIDTHS = (2, 8, 32, 128, 512)  # the number of pairs in them has a whole root
LINE_LEFT, LINE_WIDTH, LINE_Y = 48, 224, 240  # px of the line on which the values stand
FADED = 0.35  # opacity of the arrow of a hidden key
ROWS = (("key, x", "key-x", ""), ("key, y", "key-y", ""), ("score", "score", ""))
ROWS += (("scaled", "scaled", ""), ("masked", "masked", ""), ("weight", "weight", "total"))
ROWS += (("value", "value", ""), ("weight × value", "part", "output"))


@dataclass(frozen=True)
class StepsState:
    """What the figure shows: every number by the name that the script gives it.

    Attributes:
        scores: The dot product of the query with each key, at this width.
        scaled: The scores, divided or not.
        masked: The same, and None at a key that is hidden.
        weights: The softmax of what is left.
        parts: Each value times its weight.
        output: The sum of the parts.
        other: The largest weight if it were the other way: undivided, or divided.
    """

    query: tuple[float, ...]
    width: int
    divided: bool
    scores: tuple[float, ...]
    scaled: tuple[float, ...]
    masked: tuple[float | None, ...]
    weights: tuple[float, ...]
    total: float
    parts: tuple[float, ...]
    output: float
    other: float


def steps_state(
    query: Sequence[Number],
    keys: Sequence[Sequence[Number]],
    values: Sequence[Number],
    seen: Sequence[bool] = (True, True, True),
    divided: bool = True,
    width: int = 2,
) -> StepsState:
    """Attend from a query to three keys, which may be wider than the pairs that are given.

    A wider vector repeats its pair. Equal copies would all add up, but the parts of independent
    vectors mostly cancel. So of m copies of a key (m - √m) / 2 have flipped signs: √m times the
    score of a pair is left, as m independent products have √m times the spread of one.

    Args:
        query: A pair of numbers.
        keys: Three such pairs.
        values: Three numbers.
        seen: True where the query may look.
        divided: Whether the scores are divided by √width.
        width: One of ``WIDTHS``.

    Example:
        >>> found = steps_state((1, 0), [(1, 0), (-1, 0), (1, 1)], (3, 5, 9), width=32)
        >>> found.scores, [round(number, 3) for number in found.scaled]
        ((4.0, -4.0, 4.0), [0.707, -0.707, 0.707])
        >>> steps_state((0, 0), [(1, 0)] * 3, (3, 5, 9), seen=(True, False, True)).output
        6.0
    """
    scores = np.array(keys, dtype=float) @ np.array(query, dtype=float) * math.isqrt(width // 2)
    ways = (scores / math.sqrt(width), scores)
    scaled, opposite = ways if divided else ways[::-1]
    weights = _masked_softmax(scaled, seen)
    parts = weights * np.array(values)
    return StepsState(
        query=tuple(map(float, query)),
        width=width,
        divided=divided,
        scores=tuple(scores.tolist()),
        scaled=tuple(scaled.tolist()),
        masked=tuple(n if may else None for n, may in zip(scaled.tolist(), seen, strict=True)),
        weights=tuple(weights.tolist()),
        total=float(weights.sum()),
        parts=tuple(parts.tolist()),
        output=float(parts.sum()),
        other=float(_masked_softmax(opposite, seen).max()),
    )


def steps_texts(found: StepsState, labels: Sequence[str]) -> dict[str, str]:
    """Write every number of the figure as it is shown, and the sentences about them.

    Example:
        >>> found = steps_state((1, 0), [(1, 0), (-1, 0), (1, 1)], (3, 5, 9))
        >>> steps_texts(found, ("a", "b", "c"))["masked-1"]
        '−0.71'
    """
    texts = {"total": display(found.total), "output": display(found.output)}
    texts |= {"width": _width_text(found.width // 2), "summary": _summary(found, labels)}
    for key in ("scores", "weights", "parts"):
        texts |= _numbered(key[:-1], getattr(found, key))
    texts |= _numbered("scaled", found.scaled)
    for i, masked in enumerate(found.masked):
        texts[f"masked-{i}"] = "hidden" if masked is None else display(masked)
    return texts


def attention_by_steps(
    query: Sequence[Number],
    keys: Sequence[Sequence[Number]],
    values: Sequence[Number],
    labels: Sequence[str],
    *,
    seen: Sequence[bool] | None = None,
    scaled: bool = True,
    width: int = 2,
    name: str | None = None,
) -> Explorable:
    """Show a query and three keys in the plane, the weights as bars and the mix of the values.

    The reader moves the query, sets the width, divides by its root or not, and hides keys.

    Args:
        query: A pair of numbers from -4 to 4.
        keys: Three such pairs.
        values: Three numbers from -100 to 100.
        labels: The words that the keys belong to; at most 16 characters each.
        seen: True where the query may look; everywhere if None.
        scaled: Whether the scores are divided by √width.
        width: Of the head: 2, 8, 32, 128 or 512. A larger one repeats the pairs.
        name: Needed only when the same figure stands twice on a page: makes its id differ.

    Raises:
        TypeError: If an argument has the wrong type.
        ValueError: If an argument has the wrong length or is out of its range.

    Example:
        >>> keys = [(1.5, 0.5), (-1, 1), (0, -1.5)]
        >>> attention_by_steps((1, 1), keys, (3, 5, 9), ("river", "bank", "the")).texts["summary"]
        'The query (1.00, 1.00) at width 2: divided by √2, the scores give the largest weight, \
0.75, to river; undivided, it would be 0.86. The output is 3.75.'

    Derived in: chapters/04-scaled-dot-product.
    """
    query, labels = checked_numbers("query", query, 2, FARTHEST), checked_labels(labels, 3)
    values = checked_numbers("values", values, 3, LARGEST_VALUE)
    keys = tuple(
        checked_numbers(f"keys[{i}]", key, 2, FARTHEST)
        for i, key in enumerate(_three("keys", keys, "pairs of numbers"))
    )
    seen = (True,) * 3 if seen is None else _three("seen", seen, "times True or False")
    if not all(isinstance(flag, bool) for flag in (*seen, scaled)):
        raise TypeError(f"seen, scaled: expected True or False, got {seen!r}, {scaled!r}")
    if width not in WIDTHS or not isinstance(width, int):
        raise ValueError(f"width: expected one of {WIDTHS}, got {width!r}")
    far = max(abs(n) for key in keys for n in key) + 0.5  # beyond its tip stands a key's word
    limit = min(4, max(SMALLEST_PLANE, *(math.ceil(abs(n)) for n in (far, *query))))
    ends = min(0.0, *values), max(0.0, *values)
    inputs = {"query": query, "keys": keys, "values": values, "labels": labels, "seen": seen}
    inputs |= {"divided": scaled, "width": width, "limit": limit, "ends": ends}
    found = steps_state(query, keys, values, seen, scaled, width)
    texts = steps_texts(found, labels) | _numbered("value", values)
    texts |= _numbered("key-x", [x for x, _ in keys]) | _numbered("key-y", [y for _, y in keys])
    identifier, summary = identify(KIND, inputs, name), texts["summary"]

    def figure(part: str, title: str, size: tuple[int, int], body: str) -> str:
        return drawing.figure(f"{identifier}-{part}", title, summary, size, body)

    mix = f"{_bars(found, labels)}\n{_mix(found, labels, values, ends)}"
    plane = _plane(keys, found, labels, limit)
    plane = figure("plane", f"The keys of {', '.join(labels)}; a query", (drawing.SIZE,) * 2, plane)
    mix = figure("mix", "Three weights as bars, and the mix", (drawing.BAR, LINE_Y + 32), mix)
    return Explorable(
        identifier=identifier,
        kind=KIND,
        title="Score, scale, mask, softmax, mix",
        inputs=inputs,
        texts=texts,
        panels="\n".join((plane, mix, drawing.CONTROLS, summary_html(summary))),
        table=Table(
            (*labels, "sum"),
            tuple((head, (*(f"{key}-{i}" for i in range(3)), last)) for head, key, last in ROWS),
        ),
        addition="mechanism",
    )


def _masked_softmax(scores: np.ndarray, seen: Sequence[bool]) -> np.ndarray:
    if not any(seen):  # then there is no largest score to subtract
        return np.zeros_like(scores)
    left = np.where(seen, scores, -np.inf)
    grown = np.exp(left - left.max())
    return grown / grown.sum()


def _numbered(key: str, numbers: Sequence[Number]) -> dict[str, str]:
    return {f"{key}-{i}": display(number) for i, number in enumerate(numbers)}


def _width_text(copies: int) -> str:
    flipped = (copies - math.isqrt(copies)) // 2
    if copies == 1:
        return "Width 2: a query and a key are one pair of numbers."
    return (
        f"Width {2 * copies}: each pair stands {copies} times, and {flipped} of a key's {copies} "
        f"have flipped signs. So a score is {copies - flipped} − {flipped} = √{copies} times that "
        "of one pair. Independent parts typically cancel as much."
    )


def _summary(found: StepsState, labels: Sequence[str]) -> str:
    hidden = [label for label, m in zip(labels, found.masked, strict=True) if m is None]
    if len(hidden) == len(labels):
        return "Every key is hidden: all weights are 0, and so is the output."
    top, owners = largest(found.weights, labels)
    this, that = f"divided by √{found.width}", "undivided"
    this, that = (this, that) if found.divided else (that, this)
    return (
        f"The query {display_pair(found.query)} at width {found.width}: {this}, the scores give "
        f"the largest weight, {top}, to {owners}; {that}, it would be {display(found.other)}. "
        + (f"Hidden: {' and '.join(hidden)}. " if hidden else "")
        + f"The output is {display(found.output)}."
    )


def _plane(keys: Sequence, found: StepsState, labels: Sequence[str], limit: int) -> str:
    parts = [drawing.grid(limit)]
    for i, item in enumerate(zip(keys, found.weights, labels, strict=True)):
        mark, _, word = drawing.arrow(i, *item, limit).rpartition("\n")
        opacity = FADED if found.masked[i] is None else 1
        parts += [f'<g data-key="{i}" opacity="{opacity}">{mark}</g>', word]
    line, _, handle = drawing.context_and_state((0, 0), found.query, limit).split("\n")
    return "\n".join((*parts, line, handle.replace(">state<", ">query<")))


def _bars(found: StepsState, labels: Sequence[str]) -> str:
    parts = [drawing.bars(labels, found.weights, [display(weight) for weight in found.weights])]
    for i, masked in enumerate(found.masked):
        y = 46 * i + 36  # where the track of drawing.bars ends
        lines = "".join(f"M{x} {y}l14-14" for x in range(0, 307, 9))
        parts.append(
            f'<g data-hidden="{i}" visibility="{"visible" if masked is None else "hidden"}">'
            f'<path class="pa-hatch" d="{lines}" stroke="#8888"/>'
            f'<text class="pa-tick" x="10" y="{y - 3}" fill="currentColor">hidden</text></g>'
        )
    return "\n".join(parts)


def _mix(found: StepsState, labels: Sequence[str], values: Sequence, ends: Sequence) -> str:
    def place(value: Number) -> float:
        return LINE_LEFT + LINE_WIDTH * (value - ends[0]) / ((ends[1] - ends[0]) or 1)

    parts = [
        f'<path class="pa-axis" d="M{LINE_LEFT} {LINE_Y}h{LINE_WIDTH}" stroke="#888"/>\n'
        f'<text class="pa-tick" x="{place(0) - 12:.2f}" y="{LINE_Y + 4}" text-anchor="end" '
        'fill="currentColor">0</text>'
    ]
    for i, (value, weight) in enumerate(zip(values, found.weights, strict=True)):
        x, y, color = place(value), LINE_Y - 70 + 22 * i, drawing.COLORS[i]
        aside, anchor = (-14, "end") if value > sum(ends) / 2 else (14, "start")  # where is room
        parts.append(
            f'<path class="pa-c{i}" d="M{x:.2f} {y}V{LINE_Y}" stroke="{color}"/>\n<circle '
            f'class="pa-c{i}" cx="{x:.2f}" cy="{y}" r="{3 + 6 * weight:.2f}" fill="{color}" '
            f'data-dot="{i}"/>\n<text class="pa-word" x="{x + aside:.2f}" y="{y + 5}" '
            f'text-anchor="{anchor}" fill="currentColor">{html.escape(labels[i])} '
            f"{display(value)}</text>"
        )
    return "\n".join(parts) + (
        f'\n<g transform="translate({place(found.output):.2f} {LINE_Y})" data-part="output">'
        '<path class="pa-context" d="M0-9 9 0 0 9-9 0Z" fill="#E69F00" stroke="currentColor"/>'
        '<text class="pa-word" y="27" text-anchor="middle" fill="currentColor">output '
        f'<tspan data-out="output">{display(found.output)}</tspan></text></g>'
    )


def _three(argument: str, items: Sequence, what: str) -> tuple:
    if isinstance(items, str) or not isinstance(items, Sequence):
        raise TypeError(f"{argument}: expected 3 {what}, got {items!r}")
    if len(items) != 3:
        raise ValueError(f"{argument}: expected 3 {what}, got {len(items)}")
    return tuple(items)
