"""One query and three keys, step by step: score, scale, mask, softmax, mix (chapter 04)."""

import math
from collections.abc import Sequence

from paying_attention.explorables.frame import drawing, plane
from paying_attention.explorables.frame.arguments import (
    Number,
    checked_labels,
    checked_length,
    checked_numbers,
    told_apart,
)
from paying_attention.explorables.frame.assets import Assets
from paying_attention.explorables.frame.explorable import Explorable, Table, identify, summary_html
from paying_attention.explorables.frame.texts import display, numbered
from paying_attention.explorables.mechanism.mix import LINE_Y, mix
from paying_attention.explorables.mechanism.state import (
    SENTENCES,
    WIDTHS,
    StepsState,
    steps_state,
    steps_texts,
)

ASSETS = Assets("attention-by-steps", __package__, parts=("plane",))
FARTHEST, LARGEST_VALUE = 4.0, 100.0  # of a coordinate, and of a value
SMALLEST_PLANE = 2  # the axes reach at least from -2 to 2
GIVEN = ("query", "keys", "values", "labels", "seen")
FADED = 0.35  # opacity of the arrow of a hidden key
ROWS = (("key, x", "key-x", ""), ("key, y", "key-y", ""), ("score", "score", ""))
ROWS += (("scaled", "scaled", ""), ("masked", "masked", ""), ("weight", "weight", "total"))
ROWS += (("value", "value", ""), ("weight × value", "part", "output"))


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
    inputs = _checked(query, keys, values, labels, seen, scaled, width)
    query, keys, values, labels, seen = (inputs[key] for key in GIVEN)
    found = steps_state(query, keys, values, seen, scaled, width)
    texts = steps_texts(found, labels) | numbered("value", values)
    texts |= numbered("key-x", [x for x, _ in keys]) | numbered("key-y", [y for _, y in keys])
    identifier = identify(ASSETS.kind, inputs, name)
    return Explorable(
        identifier=identifier,
        assets=ASSETS,
        title="Score, scale, mask, softmax, mix",
        inputs=inputs,
        texts=texts,
        sentences=SENTENCES,
        panels=_panels(identifier, found, inputs, texts["summary"]),
        table=Table(
            (*labels, "sum"),
            tuple((head, (*(f"{key}-{i}" for i in range(3)), last)) for head, key, last in ROWS),
        ),
    )


def _checked(
    query: Sequence[Number],
    keys: Sequence[Sequence[Number]],
    values: Sequence[Number],
    labels: Sequence[str],
    seen: Sequence[bool] | None,
    scaled: bool,
    width: int,
) -> dict:
    query = checked_numbers("query", query, 2, FARTHEST)
    labels = told_apart(checked_labels(labels, 3))
    values = checked_numbers("values", values, 3, LARGEST_VALUE)
    keys = tuple(
        checked_numbers(f"keys[{i}]", key, 2, FARTHEST)
        for i, key in enumerate(checked_length("keys", keys, 3, "pairs of numbers"))
    )
    seen = (
        (True,) * 3
        if seen is None
        else tuple(checked_length("seen", seen, 3, "times True or False"))
    )
    if not all(isinstance(flag, bool) for flag in (*seen, scaled)):
        raise TypeError(f"seen, scaled: expected True or False, got {seen!r}, {scaled!r}")
    if width not in WIDTHS or not isinstance(width, int):
        raise ValueError(f"width: expected one of {WIDTHS}, got {width!r}")
    far = max(abs(n) for key in keys for n in key) + 0.5  # beyond its tip stands a key's word
    limit = min(4, max(SMALLEST_PLANE, *(math.ceil(abs(n)) for n in (far, *query))))
    ends = min(0.0, *values), max(0.0, *values)
    inputs = {"query": query, "keys": keys, "values": values, "labels": labels, "seen": seen}
    inputs |= {"divided": scaled, "width": width, "limit": limit, "ends": ends}
    return inputs


def _panels(identifier: str, found: StepsState, inputs: dict, summary: str) -> str:
    keys, labels, values = inputs["keys"], inputs["labels"], inputs["values"]
    picture = drawing.figure(
        f"{identifier}-plane",
        f"The keys of {', '.join(labels)}; a query",
        summary,
        (plane.SIZE, plane.SIZE),
        _plane(keys, found, labels, inputs["limit"]),
    )
    chart = drawing.figure(
        f"{identifier}-mix",
        "Three weights as bars, and the mix",
        summary,
        (drawing.BAR, LINE_Y + 32),
        f"{_bars(found, labels)}\n{mix(found, labels, values, inputs['ends'])}",
    )
    return "\n".join((picture, chart, drawing.CONTROLS, summary_html(summary)))


def _plane(keys: Sequence, found: StepsState, labels: Sequence[str], limit: int) -> str:
    parts = [plane.grid(limit)]
    for i, (key, weight, label) in enumerate(zip(keys, found.weights, labels, strict=True)):
        opacity = FADED if found.masked[i] is None else 1
        mark = plane.arrow(i, key, weight, limit)
        parts += [f'<g data-key="{i}" opacity="{opacity}">{mark}</g>']
        parts += [plane.label_of(label, key, limit)]
    parts += [plane.stem(found.query, limit), plane.handle(found.query, limit, "query")]
    return "\n".join(parts)


def _bars(found: StepsState, labels: Sequence[str]) -> str:
    parts = [drawing.bars(labels, found.weights, [display(weight) for weight in found.weights])]
    for i, masked in enumerate(found.masked):
        y = 46 * i + 36  # where the track of drawing.bars ends
        lines = "".join(f"M{x} {y}l14-14" for x in range(0, 307, 9))
        parts.append(
            f'<g data-hidden="{i}" visibility="{"visible" if masked is None else "hidden"}">'
            f'<path class="pa-hatch" d="{lines}" stroke="#8888"/>'
            f'<text class="pa-tick" x="10" y="{y - 3}" fill="currentColor">'
            f"{SENTENCES['masked']}</text></g>"
        )
    return "\n".join(parts)
