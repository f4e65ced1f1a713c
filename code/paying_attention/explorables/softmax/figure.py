"""Three scores and a temperature: what a softmax does to gaps (chapter 00)."""

from collections.abc import Sequence

from paying_attention.explorables.frame import drawing
from paying_attention.explorables.frame.arguments import Number, checked_labels, told_apart
from paying_attention.explorables.frame.assets import Assets
from paying_attention.explorables.frame.explorable import Explorable, Table, identify, summary_html
from paying_attention.explorables.softmax.state import SENTENCES, softmax_state, softmax_texts

ASSETS = Assets("softmax-temperature", __package__)


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
    labels = told_apart(checked_labels(labels, 3))
    texts = softmax_texts(state, labels)
    inputs = {"scores": state.scores, "temperature": state.temperature, "labels": labels}
    identifier = identify(ASSETS.kind, inputs, name)
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
        assets=ASSETS,
        title="Three scores and a temperature",
        inputs=inputs,
        texts=texts,
        sentences=SENTENCES,
        panels=f'{drawing.CONTROLS}\n<div class="pa-side">\n{chart}\n{summary}\n</div>',
        table=Table(("score", "score ÷ τ", "weight"), (*rows, ("sum", ("", "", "total")))),
    )
