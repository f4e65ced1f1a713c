"""Picks to draw: the mean of their estimates beside the exact gradient (chapter 03d)."""

import math
from collections.abc import Sequence

from paying_attention.explorables.frame import drawing
from paying_attention.explorables.frame.arguments import (
    Number,
    checked_labels,
    checked_length,
    checked_number,
    told_apart,
)
from paying_attention.explorables.frame.assets import Assets
from paying_attention.explorables.frame.explorable import Explorable, Table, identify, summary_html
from paying_attention.explorables.frame.texts import display, numbered
from paying_attention.explorables.sampling.chart import Chart, chart
from paying_attention.explorables.sampling.state import (
    PRIME,
    SENTENCES,
    sampling_state,
    sampling_texts,
)

ASSETS = Assets("picks-to-draw", __package__)
PICTURE = "The mean of the estimates after each draw, three lines, and the exact slopes, dashed"
MOST_DRAWS, ROOM = 1000, 100  # the axis has room for at least so many draws
LARGEST_LOSS = 100.0
ROUNDED = 1e-6  # what the sum of probabilities may miss


def picks_to_draw(
    weights: Sequence[Number] = (0.5, 0.3, 0.2),
    losses: Sequence[Number] = (1.0, 2.0, 4.0),
    labels: Sequence[str] = ("word 0", "word 1", "word 2"),
    *,
    draws: int = 100,
    seed: int = 1,
    name: str | None = None,
) -> Explorable:
    """Show estimates of a gradient from draws; the reader draws more, and switches the baseline.

    One word is drawn with the probabilities ``weights`` and costs its loss. The score-function
    estimate is that loss times the slope of the draw's log-probability; its mean is the gradient
    of the expected loss with respect to the scores. The baseline is the expected loss.

    Args:
        weights: Three probabilities that sum to 1.
        losses: Three numbers from -100 to 100.
        labels: What the words are called; at most 16 characters each.
        draws: How many are drawn at first, 0 to 1000.
        seed: Where the generator starts, 1 to 2147483646.
        name: Needed only when the same figure stands twice on a page: makes its id differ.

    Raises:
        TypeError: If an argument has the wrong type.
        ValueError: If an argument has the wrong length or is out of its range.

    Example:
        >>> picks_to_draw(draws=2)
        Draw picks, and estimate the gradient
                  weight  loss  drawn  mean, b = 0  mean, b = 1.90  exact
        word 0      0.50  1.00      2         0.50           −0.45  −0.45
        word 1      0.30  2.00      0        −0.30            0.27   0.03
        word 2      0.20  4.00      0        −0.20            0.18   0.42
        variance                    2         1.40            0.12
        2 draws without a baseline: the mean of the estimates is 1.18 away from the exact \
gradient, the variance of one estimate is 1.40. The same draws with the baseline 1.90: 0.34 and \
0.12.

    Derived in: chapters/03d-hard-attention.
    """
    shares, costs = _checked_weights(weights), _checked_losses(losses)
    labels = told_apart(checked_labels(labels, 3))
    draws = _checked_integer("draws", draws, 0, MOST_DRAWS)
    seed = _checked_integer("seed", seed, 1, PRIME - 1)
    found = sampling_state(shares, costs, seed, 0, draws, subtracted=False)
    place = Chart(labels, _reach(found.exact), max(ROOM, draws))
    texts = sampling_texts(found, place.most)
    texts |= numbered("weight", shares) | numbered("loss", costs)
    inputs = {
        "weights": shares,
        "losses": costs,
        "labels": labels,
        "seed": seed,
        "skipped": 0,
        "draws": draws,
        "subtracted": False,
    }
    identifier = identify(ASSETS.kind, inputs, name)
    lines = chart(place, found.exact, found.means, found.subtracted, texts["legend"])
    picture = drawing.figure(f"{identifier}-means", PICTURE, texts["summary"], place.size, lines)
    side = f'<div class="pa-side">\n{drawing.CONTROLS}\n{summary_html(texts["summary"])}\n</div>'
    limits = {"most": MOST_DRAWS, "room": ROOM, "reach": place.reach, "width": place.width}
    return Explorable(
        identifier=identifier,
        assets=ASSETS,
        title="Draw picks, and estimate the gradient",
        inputs=inputs | limits,
        texts=texts,
        sentences=SENTENCES,
        panels=f"{picture}\n{side}",
        table=_table(labels, display(found.baseline)),
    )


def _table(labels: Sequence[str], baseline: str) -> Table:
    keys = ("weight-{}", "loss-{}", "count-{}", "mean-0-{}", "mean-1-{}", "exact-{}")
    rows = [(label, tuple(key.format(j) for key in keys)) for j, label in enumerate(labels)]
    foot = ("variance", ("", "", "draws", "variance-0", "variance-1", ""))
    heads = ("weight", "loss", "drawn", "mean, b = 0", f"mean, b = {baseline}", "exact")
    return Table(heads, (*rows, foot))


def _reach(exact: Sequence[float]) -> float:
    """Return how far the axis of the slopes reaches: three times the largest, in halves."""
    return max(math.ceil(6 * max(map(abs, exact)) - ROUNDED) / 2, 0.5)


def _checked_weights(weights: Sequence[Number]) -> tuple[float, ...]:
    listed = checked_length("weights", weights, 3, "numbers")
    found = tuple(checked_number(f"weights[{j}]", n, 0, 1) for j, n in enumerate(listed))
    if abs(sum(found) - 1) > ROUNDED:
        raise ValueError(f"weights: expected a sum of 1, got {sum(found):g}")
    return found


def _checked_losses(losses: Sequence[Number]) -> tuple[float, ...]:
    listed = checked_length("losses", losses, 3, "numbers")
    return tuple(
        checked_number(f"losses[{j}]", n, -LARGEST_LOSS, LARGEST_LOSS) for j, n in enumerate(listed)
    )


def _checked_integer(argument: str, value: int, low: int, high: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{argument}: expected an integer, got {value!r}")
    return int(checked_number(argument, value, low, high))
