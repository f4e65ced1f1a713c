"""The softmax of three scores at a temperature, and what the figure says about it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from paying_attention.explorables.frame.arguments import Number, checked_number, checked_numbers
from paying_attention.explorables.frame.texts import display, fill, largest, numbered

LARGEST_SCORE = 1000.0
TEMPERATURES = (0.1, 10.0)
SENTENCES = {
    "summary": (
        "At temperature {temperature} the largest weight, {top}, goes to {owners}. A gap of 1 "
        "between two scores means {factor} times the weight."
    ),
}


@dataclass(frozen=True)
class SoftmaxState:
    """What the figure shows: every number by the name that the script gives it.

    Attributes:
        scaled: Each score divided by the temperature.
        weights: The softmax of ``scaled``.
        total: The sum of the weights.
        factor: How many times the weight a gap of 1 between two scores means.
    """

    scores: tuple[float, ...]
    temperature: float
    scaled: tuple[float, ...]
    weights: tuple[float, ...]
    total: float
    factor: float


def softmax_state(scores: Sequence[Number], temperature: Number = 1.0) -> SoftmaxState:
    """Compute the softmax of three scores at a temperature.

    Args:
        scores: Three numbers from -1000 to 1000.
        temperature: From 0.1 to 10: the scores are divided by it before the softmax.

    Raises:
        TypeError: If an argument holds something that is no number.
        ValueError: If there are not three scores, or a number is out of its range.

    Example:
        >>> softmax_state((2, 1, 0)).scaled
        (2.0, 1.0, 0.0)
        >>> [round(weight, 3) for weight in softmax_state((2, 1, 0)).weights]
        [0.665, 0.245, 0.09]
    """
    checked = checked_numbers("scores", scores, 3, LARGEST_SCORE)
    temperature = checked_number("temperature", temperature, *TEMPERATURES)
    scaled = np.array(checked) / temperature
    grown = np.exp(scaled - scaled.max())  # a softmax ignores shifts; this one prevents overflow
    weights = grown / grown.sum()
    return SoftmaxState(
        scores=checked,
        temperature=temperature,
        scaled=tuple(scaled.tolist()),
        weights=tuple(weights.tolist()),
        total=float(weights.sum()),
        factor=float(np.exp(1 / temperature)),
    )


def softmax_texts(state: SoftmaxState, labels: Sequence[str]) -> dict[str, str]:
    """Write every number of the figure as it is shown.

    Example:
        >>> softmax_texts(softmax_state((2, 1, 0)), ("a", "b", "c"))["weight-0"]
        '0.67'
    """
    top, owners = largest(state.weights, labels)
    texts = {
        "total": display(state.total),
        "summary": fill(
            SENTENCES["summary"],
            temperature=display(state.temperature),
            top=top,
            owners=owners,
            factor=display(state.factor),
        ),
    }
    for key, numbers in (("score", state.scores), ("scaled", state.scaled)):
        texts |= numbered(key, numbers)
    return texts | numbered("weight", state.weights)
