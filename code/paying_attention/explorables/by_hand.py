"""Three annotations and a state: score, softmax, weighted mean (chapter 01)."""

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

KIND = "attention-by-hand"
LARGEST_COORDINATE = 4.0
SMALLEST_PLANE = 2  # the axes reach at least from -2 to 2


@dataclass(frozen=True)
class AttentionState:
    """What the figure shows: every number by the name that the script gives it.

    Attributes:
        scores: The dot product of the state with each annotation.
        weights: The softmax of the scores.
        total: The sum of the weights.
        context: The mean of the annotations under these weights.
    """

    state: tuple[float, ...]
    scores: tuple[float, ...]
    weights: tuple[float, ...]
    total: float
    context: tuple[float, ...]


def attention_state(
    annotations: Sequence[Sequence[Number]], state: Sequence[Number]
) -> AttentionState:
    """Attend from a state to three annotations, all in the plane.

    Args:
        annotations: Three pairs of numbers from -4 to 4.
        state: A pair of numbers from -4 to 4.

    Raises:
        TypeError: If an argument holds something that is no number.
        ValueError: If a length is wrong or a number is out of its range.

    Example:
        >>> found = attention_state([(2, 0), (0, 2), (-2, 0)], state=(0, 1))
        >>> found.scores
        (0.0, 2.0, 0.0)
        >>> round(found.context[1], 3)  # 2 e² / (e² + 2)
        1.574
    """
    keys = np.array(_checked_annotations(annotations))
    query = np.array(checked_numbers("state", state, 2, LARGEST_COORDINATE))
    scores = keys @ query
    grown = np.exp(scores - scores.max())
    weights = grown / grown.sum()
    return AttentionState(
        state=tuple(query.tolist()),
        scores=tuple(scores.tolist()),
        weights=tuple(weights.tolist()),
        total=float(weights.sum()),
        context=tuple((weights @ keys).tolist()),
    )


def attention_texts(found: AttentionState, labels: Sequence[str]) -> dict[str, str]:
    """Write every number of the figure as it is shown.

    Example:
        >>> found = attention_state([(2, 0), (0, 2), (-2, 0)], state=(0, 1))
        >>> attention_texts(found, ("a", "b", "c"))["context"]
        '(0.00, 1.57)'
    """
    top, owners = largest(found.weights, labels)
    texts = {
        "context": display_pair(found.context),
        "total": display(found.total),
        "summary": (
            f"The state {display_pair(found.state)} gives its largest weight, {top}, to {owners}. "
            f"The context is {display_pair(found.context)}."
        ),
    }
    for i in range(3):
        texts[f"score-{i}"] = display(found.scores[i])
        texts[f"weight-{i}"] = display(found.weights[i])
    return texts


def attention_by_hand(
    annotations: Sequence[Sequence[Number]] = ((-0.5, 1.5), (-1.0, -1.0), (1.5, 0.5)),
    state: Sequence[Number] = (1.0, 0.0),
    labels: Sequence[str] = ("drei", "und", "zwanzig"),
    *,
    name: str | None = None,
) -> Explorable:
    """Show three annotations as arrows and the decoder's state as a point that can be dragged.

    The context is a weighted mean of the annotations, so it never leaves their triangle.

    Args:
        annotations: Three pairs of numbers from -4 to 4.
        state: A pair of numbers from -4 to 4.
        labels: The words that the annotations belong to; at most 16 characters each.
        name: Needed only when the same figure stands twice on a page: makes its id differ.

    Raises:
        TypeError: If an argument has the wrong type.
        ValueError: If an argument has the wrong length or is out of its range.

    Example:
        >>> attention_by_hand()
        Three annotations and a state
                     annotation  score  weight
        drei      (−0.50, 1.50)  −0.50    0.11
        und      (−1.00, −1.00)  −1.00    0.07
        zwanzig    (1.50, 0.50)   1.50    0.82
        context    (1.11, 0.51)           1.00
        The state (1.00, 0.00) gives its largest weight, 0.82, to zwanzig. The context is \
(1.11, 0.51).

    Derived in: chapters/01-the-bottleneck.
    """
    keys = _checked_annotations(annotations)
    found = attention_state(keys, state)
    labels = checked_labels(labels, 3)
    texts = attention_texts(found, labels)
    texts |= {f"annotation-{i}": display_pair(key) for i, key in enumerate(keys)}
    far = max(abs(number) for pair in (*keys, found.state) for number in pair)
    limit = max(SMALLEST_PLANE, math.ceil(far))
    inputs = {"annotations": keys, "state": found.state, "labels": labels, "limit": limit}
    identifier = identify(KIND, inputs, name)
    plane = drawing.figure(
        f"{identifier}-plane",
        f"A plane with the annotations of {', '.join(labels)}, a state and the context",
        texts["summary"],
        (drawing.SIZE, drawing.SIZE),
        _plane(keys, found, labels, limit),
    )
    bars = drawing.bars(labels, found.weights, [texts[f"weight-{i}"] for i in range(3)])
    chart = drawing.figure(
        f"{identifier}-bars", "Three weights as bars", texts["summary"], drawing.BARS_SIZE, bars
    )
    summary = summary_html(texts["summary"])
    rows = tuple(
        (label, (f"annotation-{i}", f"score-{i}", f"weight-{i}")) for i, label in enumerate(labels)
    )
    return Explorable(
        identifier=identifier,
        kind=KIND,
        title="Three annotations and a state",
        inputs=inputs,
        texts=texts,
        panels=f'{plane}\n<div class="pa-side">\n{chart}\n{drawing.CONTROLS}\n{summary}\n</div>',
        table=Table(
            ("annotation", "score", "weight"), (*rows, ("context", ("context", "", "total")))
        ),
    )


def _checked_annotations(annotations: Sequence[Sequence[Number]]) -> tuple[tuple, ...]:
    if isinstance(annotations, str) or not isinstance(annotations, Sequence):
        raise TypeError(f"annotations: expected 3 pairs of numbers, got {annotations!r}")
    if len(annotations) != 3:
        raise ValueError(f"annotations: expected 3 pairs of numbers, got {len(annotations)}")
    return tuple(
        checked_numbers(f"annotations[{i}]", pair, 2, LARGEST_COORDINATE)
        for i, pair in enumerate(annotations)
    )


def _plane(keys: Sequence, found: AttentionState, labels: Sequence[str], limit: int) -> str:
    arrows = (
        drawing.arrow(i, *item, limit)
        for i, item in enumerate(zip(keys, found.weights, labels, strict=True))
    )
    parts = (drawing.grid(limit), drawing.hull(keys, limit), *arrows)
    return "\n".join((*parts, drawing.context_and_state(found.context, found.state, limit)))
