"""One step of attention by hand: score, softmax, weighted mean, and what the figure says of it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from paying_attention.explorables.frame.arguments import Number, checked_length, checked_numbers
from paying_attention.explorables.frame.texts import display, display_pair, fill, largest, numbered

LARGEST_COORDINATE = 4.0
SENTENCES = {
    "summary": (
        "The state {state} gives its largest weight, {top}, to {owners}. The context is {context}."
    ),
}


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
    keys = np.array(checked_annotations(annotations))
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
    context = display_pair(found.context)
    texts = {
        "context": context,
        "total": display(found.total),
        "summary": fill(
            SENTENCES["summary"],
            state=display_pair(found.state),
            top=top,
            owners=owners,
            context=context,
        ),
    }
    return texts | numbered("score", found.scores) | numbered("weight", found.weights)


def checked_annotations(annotations: Sequence[Sequence[Number]]) -> tuple[tuple[float, ...], ...]:
    """Return three pairs of numbers from -4 to 4.

    Example:
        >>> checked_annotations([(2, 0), (0, 2), (-2, 0)])
        ((2.0, 0.0), (0.0, 2.0), (-2.0, 0.0))
    """
    return tuple(
        checked_numbers(f"annotations[{i}]", pair, 2, LARGEST_COORDINATE)
        for i, pair in enumerate(checked_length("annotations", annotations, 3, "pairs of numbers"))
    )
