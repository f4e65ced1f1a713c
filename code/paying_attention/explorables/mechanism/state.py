"""Score, scale, mask, softmax, mix for three keys, and what the figure says about it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from paying_attention.explorables.frame.arguments import Number
from paying_attention.explorables.frame.texts import (
    display,
    display_pair,
    fill,
    largest,
    listed,
    numbered,
)

WIDTHS = (2, 8, 32, 128, 512)  # the number of pairs in them has a whole root
SENTENCES = {
    "divided": (
        "The query {query} at width {width}: divided by √{width}, the scores give the largest "
        "weight, {top}, to {owners}; undivided, it would be {other}. {hidden}The output is "
        "{output}."
    ),
    "undivided": (
        "The query {query} at width {width}: undivided, the scores give the largest weight, "
        "{top}, to {owners}; divided by √{width}, it would be {other}. {hidden}The output is "
        "{output}."
    ),
    "hidden": "Hidden: {keys}. ",
    "all hidden": "Every key is hidden: all weights are 0, and so is the output.",
    "masked": "hidden",
    "narrow": "Width 2: a query and a key are one pair of numbers.",
    "wide": (
        "Width {width}: each pair stands {copies} times, and {flipped} of a key's {copies} have "
        "flipped signs. So a score is {kept} − {flipped} = √{copies} times that of one pair. "
        "Independent parts typically cancel as much."
    ),
}


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
        texts |= numbered(key[:-1], getattr(found, key))
    texts |= numbered("scaled", found.scaled)
    for i, masked in enumerate(found.masked):
        texts[f"masked-{i}"] = SENTENCES["masked"] if masked is None else display(masked)
    return texts


def _masked_softmax(scores: np.ndarray, seen: Sequence[bool]) -> np.ndarray:
    if not any(seen):  # then there is no largest score to subtract
        return np.zeros_like(scores)
    left = np.where(seen, scores, -np.inf)
    grown = np.exp(left - left.max())
    return grown / grown.sum()


def _width_text(copies: int) -> str:
    flipped = (copies - math.isqrt(copies)) // 2
    return fill(
        SENTENCES["narrow" if copies == 1 else "wide"],
        width=2 * copies,
        copies=copies,
        flipped=flipped,
        kept=copies - flipped,
    )


def _summary(found: StepsState, labels: Sequence[str]) -> str:
    hidden = [label for label, m in zip(labels, found.masked, strict=True) if m is None]
    if len(hidden) == len(labels):
        return SENTENCES["all hidden"]
    top, owners = largest(found.weights, labels)
    return fill(
        SENTENCES["divided" if found.divided else "undivided"],
        query=display_pair(found.query),
        width=found.width,
        top=top,
        owners=owners,
        other=display(found.other),
        hidden=fill(SENTENCES["hidden"], keys=listed(hidden)) if hidden else "",
        output=display(found.output),
    )
