"""The scores s W h of three annotations for one matrix W, and what the figure says of them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from paying_attention.explorables.frame.arguments import Number, checked_length, checked_numbers
from paying_attention.explorables.frame.texts import display, display_pair, fill, largest, numbered

LARGEST_COORDINATE = 2.0
FARTHEST = 1.0  # that an entry of W may be from 0
IDENTITY = ((1.0, 0.0), (0.0, 1.0))
SENTENCES = {
    "summary": (
        "Wₐ takes (1, 0) to {first} and (0, 1) to {second}. Then the state {state} gives its "
        "largest weight, {top}, to {owners}.{dot}"
    ),
    "dot": " Wₐ is the identity: this is the dot score.",
}

Pair = tuple[float, ...]


@dataclass(frozen=True)
class BilinearState:
    """What the figure shows: every number by the name that the script gives it.

    Attributes:
        columns: The columns of W: where it takes (1, 0) and (0, 1).
        turned: W times each annotation.
        scores: The dot product of the state with each of these.
        weights: The softmax of the scores.
        total: The sum of the weights.
    """

    columns: tuple[Pair, ...]
    turned: tuple[Pair, ...]
    scores: tuple[float, ...]
    weights: tuple[float, ...]
    total: float


def bilinear_state(
    annotations: Sequence[Sequence[Number]],
    state: Sequence[Number],
    columns: Sequence[Sequence[Number]],
) -> BilinearState:
    """Score three annotations by a state and a matrix, all in the plane.

    Args:
        annotations: Three pairs of numbers from -2 to 2.
        state: A pair of numbers from -2 to 2.
        columns: The two columns of the matrix, numbers from -1 to 1.

    Raises:
        TypeError: If an argument holds something that is no number.
        ValueError: If a length is wrong or a number is out of its range.

    Example:
        >>> found = bilinear_state([(1, 0), (0, 1), (1, 1)], (2, 0), [(0.5, 1), (1, 0)])
        >>> found.turned, found.scores
        (((0.5, 1.0), (1.0, 0.0), (1.5, 1.0)), (1.0, 2.0, 3.0))
    """
    keys = np.array(checked_pairs("annotations", annotations, 3, LARGEST_COORDINATE))
    query = np.array(checked_numbers("state", state, 2, LARGEST_COORDINATE))
    pair = checked_pairs("columns", columns, 2, FARTHEST)
    turned = keys @ np.array(pair)  # each row: h₁ times the first column, h₂ times the second
    scores = turned @ query
    grown = np.exp(scores - scores.max())
    weights = grown / grown.sum()
    return BilinearState(
        columns=pair,
        turned=tuple(map(tuple, turned.tolist())),
        scores=tuple(scores.tolist()),
        weights=tuple(weights.tolist()),
        total=float(weights.sum()),
    )


def bilinear_texts(
    found: BilinearState, state: Sequence[Number], labels: Sequence[str]
) -> dict[str, str]:
    """Write every number of the figure as it is shown.

    Example:
        >>> found = bilinear_state([(1, 0), (0, 1), (1, 1)], (2, 0), [(0.5, 1), (1, 0)])
        >>> bilinear_texts(found, (2, 0), ("a", "b", "c"))["turned-2"]
        '(1.50, 1.00)'
    """
    top, owners = largest(found.weights, labels)
    first, second = map(display_pair, found.columns)
    texts = {
        "total": display(found.total),
        "summary": fill(
            SENTENCES["summary"],
            first=first,
            second=second,
            state=display_pair(state),
            top=top,
            owners=owners,
            dot=SENTENCES["dot"] if found.columns == IDENTITY else "",
        ),
    }
    texts |= {f"turned-{i}": display_pair(point) for i, point in enumerate(found.turned)}
    return texts | numbered("score", found.scores) | numbered("weight", found.weights)


def checked_pairs(
    argument: str, pairs: Sequence[Sequence[Number]], length: int, limit: Number
) -> tuple[Pair, ...]:
    """Return ``length`` pairs of numbers from ``-limit`` to ``limit``.

    Raises:
        TypeError: If ``pairs`` is no sequence of sequences of numbers.
        ValueError: If a length is wrong or a number is out of its range.

    Example:
        >>> checked_pairs("columns", [(1, 0), (0, 1)], 2, limit=1)
        ((1.0, 0.0), (0.0, 1.0))
    """
    return tuple(
        checked_numbers(f"{argument}[{i}]", pair, 2, limit)
        for i, pair in enumerate(checked_length(argument, pairs, length, "pairs of numbers"))
    )
