"""A matrix between state and annotations, whose columns are dragged: scores follow (chapter 03)."""

import math
from collections.abc import Sequence

from paying_attention.explorables.bilinear.arrows import foot_of, question, turned
from paying_attention.explorables.bilinear.state import (
    FARTHEST,
    IDENTITY,
    LARGEST_COORDINATE,
    SENTENCES,
    BilinearState,
    bilinear_state,
    bilinear_texts,
    checked_pairs,
)
from paying_attention.explorables.frame import drawing, plane
from paying_attention.explorables.frame.arguments import Number, checked_labels, told_apart
from paying_attention.explorables.frame.assets import Assets
from paying_attention.explorables.frame.explorable import Explorable, Table, identify, summary_html
from paying_attention.explorables.frame.texts import display, display_pair

ASSETS = Assets("matrix-to-turn", __package__, parts=("plane",))
SMALLEST_PLANE = 2  # the axes reach at least from -2 to 2
NAMES = ("column 1", "column 2")


def matrix_to_turn(
    annotations: Sequence[Sequence[Number]] = ((-0.5, 1.5), (-1.0, -1.0), (1.5, 0.5)),
    state: Sequence[Number] = (0.0, 1.0),
    matrix: Sequence[Sequence[Number]] = IDENTITY,
    labels: Sequence[str] = ("drei", "und", "zwanzig"),
    *,
    name: str | None = None,
) -> Explorable:
    """Show the general score of three annotations; the reader drags the columns of its matrix.

    Args:
        annotations: Three pairs of numbers from -2 to 2.
        state: A pair of numbers from -2 to 2.
        matrix: Two rows of two numbers from -1 to 1. With the identity the score is *dot*.
        labels: The words that the annotations belong to; at most 16 characters each.
        name: Needed only when the same figure stands twice on a page: makes its id differ.

    Raises:
        TypeError: If an argument has the wrong type.
        ValueError: If an argument has the wrong length or is out of its range.

    Example:
        >>> matrix_to_turn(matrix=((0, 1), (1, 0)))
        A matrix between state and annotations
                   annotation h            Wₐ h  score  weight
        drei      (−0.50, 1.50)   (1.50, −0.50)  −0.50    0.11
        und      (−1.00, −1.00)  (−1.00, −1.00)  −1.00    0.07
        zwanzig    (1.50, 0.50)    (0.50, 1.50)   1.50    0.82
        sum                                               1.00
        Wₐ takes (1, 0) to (0.00, 1.00) and (0, 1) to (1.00, 0.00). Then the state (0.00, 1.00) \
gives its largest weight, 0.82, to zwanzig.

    Derived in: chapters/03-luong.
    """
    keys = checked_pairs("annotations", annotations, 3, LARGEST_COORDINATE)
    rows = checked_pairs("matrix", matrix, 2, FARTHEST)
    found = bilinear_state(keys, state, tuple(zip(*rows, strict=True)))
    asks = tuple(float(number) + 0.0 for number in state)
    labels = told_apart(checked_labels(labels, 3))
    texts = bilinear_texts(found, asks, labels)
    texts |= {f"annotation-{i}": display_pair(key) for i, key in enumerate(keys)}
    inputs = {
        "annotations": keys,
        "state": asks,
        "columns": found.columns,
        "labels": labels,
        "limit": _limit(keys, asks),
    }
    identifier = identify(ASSETS.kind, inputs, name)
    cells = ("annotation", "turned", "score", "weight")
    table = [(label, tuple(f"{cell}-{i}" for cell in cells)) for i, label in enumerate(labels)]
    return Explorable(
        identifier=identifier,
        assets=ASSETS,
        title="A matrix between state and annotations",
        inputs=inputs,
        texts=texts,
        sentences=SENTENCES,
        panels=_panels(identifier, found, inputs, texts["summary"]),
        table=Table(
            ("annotation h", "Wₐ h", "score", "weight"), (*table, ("sum", ("", "", "", "total")))
        ),
    )


def _limit(keys: Sequence[Sequence[float]], state: Sequence[float]) -> int:
    """Return how far the axes must reach, so that no matrix takes an annotation out of them."""
    far = max(*(FARTHEST * (abs(key[0]) + abs(key[1])) for key in keys), *map(abs, state))
    return max(SMALLEST_PLANE, math.ceil(far))


def _panels(identifier: str, found: BilinearState, inputs: dict, summary: str) -> str:
    labels = inputs["labels"]
    picture = drawing.figure(
        f"{identifier}-plane",
        f"A plane with a state and, turned by a matrix, the annotations of {', '.join(labels)}",
        summary,
        (plane.SIZE, plane.SIZE),
        _plane(found, inputs),
    )
    bars = drawing.bars(labels, found.weights, [display(weight) for weight in found.weights])
    chart = drawing.figure(
        f"{identifier}-bars", "Three weights as bars", summary, drawing.BARS_SIZE, bars
    )
    side = f"{chart}\n{drawing.CONTROLS}\n{summary_html(summary)}"
    return f'{picture}\n<div class="pa-side">\n{side}\n</div>'


def _plane(found: BilinearState, inputs: dict) -> str:
    limit, state = inputs["limit"], inputs["state"]
    parts = [plane.grid(limit), question(state, limit)]
    for i, key in enumerate(inputs["annotations"]):
        x, y = plane.to_pixels(key, limit)
        parts.append(
            f'<circle class="pa-c{i} pa-before" cx="{x:.2f}" cy="{y:.2f}" r="4" fill="none" '
            f'stroke="{drawing.COLORS[i]}" stroke-width="2"/>'
        )
    rows = zip(found.turned, found.scores, inputs["labels"], found.weights, strict=True)
    for i, (point, score, label, weight) in enumerate(rows):
        parts.append(turned(i, point, foot_of(score, state), label, weight, limit))
    for k, (column, called) in enumerate(zip(found.columns, NAMES, strict=True)):
        parts.append(f'<g data-column="{k}">{plane.handle(column, limit, called)}</g>')
    parts.append(drawing.word("circle: h, arrow: Wₐ h", 4, plane.SIZE - 4, "pa-tick", "start"))
    return "\n".join(parts)
