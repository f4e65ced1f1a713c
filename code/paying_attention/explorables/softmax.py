"""Three scores and a temperature: what a softmax does to gaps (chapter 00)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from paying_attention.explorables import drawing
from paying_attention.explorables.arguments import (
    Number,
    checked_labels,
    checked_number,
    checked_numbers,
)
from paying_attention.explorables.explorable import (
    Explorable,
    Table,
    display,
    identify,
    largest,
    summary_html,
)

KIND = "softmax-temperature"
LARGEST_SCORE = 1000.0
TEMPERATURES = (0.1, 10.0)


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
        "summary": (
            f"At temperature {display(state.temperature)} the largest weight, {top}, goes to "
            f"{owners}. A gap of 1 between two scores means {display(state.factor)} times the "
            "weight."
        ),
    }
    for i in range(3):
        texts[f"score-{i}"] = display(state.scores[i])
        texts[f"scaled-{i}"] = display(state.scaled[i])
        texts[f"weight-{i}"] = display(state.weights[i])
    return texts


def softmax_temperature(
    scores: Sequence[Number] = (2.0, 1.0, 0.0),
    temperature: Number = 1.0,
    labels: Sequence[str] = ("score 1", "score 2", "score 3"),
    *,
    name: str | None = None,
) -> Explorable:
    """Show three scores and a temperature with sliders, and the softmax as bars.

    Args:
        scores: Three numbers from -1000 to 1000.
        temperature: From 0.1 to 10.
        labels: What the scores are called; at most 16 characters each.
        name: Needed only when the same figure stands twice on a page: makes its id differ.

    Raises:
        TypeError: If an argument has the wrong type.
        ValueError: If an argument has the wrong length or is out of its range.

    Example:
        >>> softmax_temperature(labels=("cat", "dog", "cow"))
        Three scores and a temperature
             score  score ÷ τ  weight
        cat   2.00       2.00    0.67
        dog   1.00       1.00    0.24
        cow   0.00       0.00    0.09
        sum                      1.00
        At temperature 1.00 the largest weight, 0.67, goes to cat. A gap of 1 between two scores \
means 2.72 times the weight.

    Derived in: chapters/00-warm-up.
    """
    state = softmax_state(scores, temperature)
    labels = checked_labels(labels, 3)
    texts = softmax_texts(state, labels)
    inputs = {"scores": state.scores, "temperature": state.temperature, "labels": labels}
    identifier = identify(KIND, inputs, name)
    bars = drawing.bars(labels, state.weights, [texts[f"weight-{i}"] for i in range(3)])
    chart = drawing.figure(
        f"{identifier}-bars", "Three weights as bars", texts["summary"], drawing.BARS_SIZE, bars
    )
    summary = summary_html(texts["summary"])
    rows = tuple(
        (label, (f"score-{i}", f"scaled-{i}", f"weight-{i}")) for i, label in enumerate(labels)
    )
    return Explorable(
        identifier=identifier,
        kind=KIND,
        title="Three scores and a temperature",
        inputs=inputs,
        texts=texts,
        panels=f'{drawing.CONTROLS}\n<div class="pa-side">\n{chart}\n{summary}\n</div>',
        table=Table(("score", "score ÷ τ", "weight"), (*rows, ("sum", ("", "", "total")))),
    )
