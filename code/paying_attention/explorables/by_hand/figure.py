"""Three annotations and a state: score, softmax, weighted mean (chapter 01)."""

import math
from collections.abc import Sequence

from paying_attention.explorables.by_hand.state import (
    SENTENCES,
    AttentionState,
    attention_state,
    attention_texts,
    checked_annotations,
)
from paying_attention.explorables.frame import drawing, plane
from paying_attention.explorables.frame.arguments import Number, checked_labels, told_apart
from paying_attention.explorables.frame.assets import Assets
from paying_attention.explorables.frame.explorable import Explorable, Table, identify, summary_html
from paying_attention.explorables.frame.texts import display, display_pair

ASSETS = Assets("attention-by-hand", __package__, parts=("plane",))
SMALLEST_PLANE = 2  # the axes reach at least from -2 to 2


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
    keys = checked_annotations(annotations)
    found = attention_state(keys, state)
    labels = told_apart(checked_labels(labels, 3))
    texts = attention_texts(found, labels)
    texts |= {f"annotation-{i}": display_pair(key) for i, key in enumerate(keys)}
    far = max(abs(number) for pair in (*keys, found.state) for number in pair)
    limit = max(SMALLEST_PLANE, math.ceil(far))
    inputs = {"annotations": keys, "state": found.state, "labels": labels, "limit": limit}
    identifier = identify(ASSETS.kind, inputs, name)
    rows = tuple(
        (label, (f"annotation-{i}", f"score-{i}", f"weight-{i}")) for i, label in enumerate(labels)
    )
    return Explorable(
        identifier=identifier,
        assets=ASSETS,
        title="Three annotations and a state",
        inputs=inputs,
        texts=texts,
        sentences=SENTENCES,
        panels=_panels(identifier, found, inputs, texts["summary"]),
        table=Table(
            ("annotation", "score", "weight"), (*rows, ("context", ("context", "", "total")))
        ),
    )


def _panels(identifier: str, found: AttentionState, inputs: dict, summary: str) -> str:
    labels = inputs["labels"]
    picture = drawing.figure(
        f"{identifier}-plane",
        f"A plane with the annotations of {', '.join(labels)}, a state and the context",
        summary,
        (plane.SIZE, plane.SIZE),
        _plane(inputs["annotations"], found, labels, inputs["limit"]),
    )
    bars = drawing.bars(labels, found.weights, [display(weight) for weight in found.weights])
    chart = drawing.figure(
        f"{identifier}-bars", "Three weights as bars", summary, drawing.BARS_SIZE, bars
    )
    side = f"{chart}\n{drawing.CONTROLS}\n{summary_html(summary)}"
    return f'{picture}\n<div class="pa-side">\n{side}\n</div>'


def _plane(keys: Sequence, found: AttentionState, labels: Sequence[str], limit: int) -> str:
    parts = [plane.grid(limit), plane.hull(keys, limit)]
    for i, (key, weight, label) in enumerate(zip(keys, found.weights, labels, strict=True)):
        parts += [plane.arrow(i, key, weight, limit), plane.label_of(label, key, limit)]
    parts += [plane.stem(found.state, limit), plane.diamond(found.context, limit, "context")]
    return "\n".join((*parts, plane.handle(found.state, limit, "state")))
