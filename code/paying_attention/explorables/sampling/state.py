"""Draws of a pick, the score-function estimates they give, and how far their mean is off.

The draws come from a generator that Python and the script both compute exactly: Park and Miller's,
multiplication by 48271 modulo the prime 2³¹ − 1.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np

from paying_attention.explorables.frame.arguments import Number
from paying_attention.explorables.frame.texts import display, fill, numbered

PRIME = 2**31 - 1
FACTOR = 48271
SENTENCES = {
    "summary": (
        "{draws} {how}: the mean of the estimates is {far} away from the exact gradient, the "
        "variance of one estimate is {variance}. The same draws {other}: {other_far} and "
        "{other_variance}."
    ),
    "one": "1 draw",
    "many": "{count} draws",
    "without": "without a baseline",
    "with": "with the baseline {b}",
    "nothing": "Nothing is drawn yet, so there is no estimate of the gradient.",
    "none": "–",
    "legend": "strong: baseline {own}; faint: {other}; dashed: exact",
    "off": "off",
    "on": "on",
}

Triples = tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class SamplingState:
    """What the figure shows: every number by the name that the script gives it.

    ``means``, ``far`` and ``variances`` have two entries, without and with the baseline.

    Attributes:
        weights: The probability of each pick.
        exact: The gradient of the expected loss with respect to the scores.
        baseline: The expected loss.
        subtracted: Whether the reader has switched the baseline on.
        counts: How often each word was drawn.
        means: After each draw the mean of the estimates so far, three numbers.
        far: How far the last of these lies from the exact gradient; None before the first draw.
        variances: The mean of the estimates' squared distances from the exact gradient, or None.
    """

    weights: tuple[float, ...]
    exact: tuple[float, ...]
    baseline: float
    subtracted: bool
    counts: tuple[int, ...]
    means: tuple[Triples, Triples]
    far: tuple[float | None, ...]
    variances: tuple[float | None, ...]


def picks(weights: Sequence[Number], seed: int, skipped: int, draws: int) -> tuple[int, ...]:
    """Draw words with given probabilities, after so many draws that nobody looks at.

    Example:
        >>> picks((0.5, 0.3, 0.2), seed=1, skipped=0, draws=8)
        (0, 0, 1, 2, 2, 0, 1, 0)
    """
    edges = list(accumulate(weights))[:-1]  # the last word gets what rounding leaves
    found, number = [], seed
    for _ in range(skipped + draws):
        number = number * FACTOR % PRIME
        found.append(sum(number / PRIME >= edge for edge in edges))
    return tuple(found[skipped:])


def sampling_state(
    weights: Sequence[Number],
    losses: Sequence[Number],
    seed: int,
    skipped: int,
    draws: int,
    subtracted: bool,
) -> SamplingState:
    """Estimate the gradient of the expected loss from draws, without and with a baseline.

    The estimate of a draw is its loss times the slope of its log-probability: 1 minus the
    probability at the word drawn, minus the probability elsewhere. A baseline is subtracted from
    the loss first.

    Args:
        weights: The probabilities of three words; they sum to 1.
        losses: What reading each of them costs.
        seed: Where the generator starts.
        skipped: How many draws of it are past.
        draws: How many count.
        subtracted: Whether the reader has switched the baseline on.

    Example:
        >>> found = sampling_state((0.5, 0.3, 0.2), (1, 2, 4), 1, 0, 2, False)
        >>> found.counts, found.means[0][-1]  # word 0 twice: 1 · (1 − .5, −.3, −.2)
        ((2, 0, 0), (0.5, -0.3, -0.2))
        >>> [round(number, 2) for number in found.exact]
        [-0.45, 0.03, 0.42]
    """
    shares, costs = np.array(weights, dtype=float), np.array(losses, dtype=float)
    baseline = float(shares @ costs)
    exact = shares * (costs - baseline)
    drawn = np.array(picks(weights, seed, skipped, draws), dtype=int)
    slopes = np.eye(3)[drawn] - shares
    after = np.arange(1, draws + 1)[:, None]
    means, far, variances = [], [], []
    for subtract in (0.0, baseline):
        estimates = (costs[drawn] - subtract)[:, None] * slopes
        mean = np.cumsum(estimates, axis=0) / after
        means.append(tuple(map(tuple, mean.tolist())))
        far.append(float(np.linalg.norm(mean[-1] - exact)) if draws else None)
        squares = ((estimates - exact) ** 2).sum(axis=1)
        variances.append(float(squares.mean()) if draws else None)
    return SamplingState(
        weights=tuple(shares.tolist()),
        exact=tuple(exact.tolist()),
        baseline=baseline,
        subtracted=subtracted,
        counts=tuple(np.bincount(drawn, minlength=3).tolist()),
        means=tuple(means),
        far=tuple(far),
        variances=tuple(variances),
    )


def sampling_texts(found: SamplingState, axis: int) -> dict[str, str]:
    """Write every number of the figure as it is shown; ``axis`` is how many draws it has room for.

    Example:
        >>> found = sampling_state((0.5, 0.3, 0.2), (1, 2, 4), 1, 0, 1, False)
        >>> sampling_texts(found, 100)["mean-0-2"]
        '−0.20'
    """
    draws = len(found.means[0])
    names = SENTENCES["off"], SENTENCES["on"]
    own, other = reversed(names) if found.subtracted else names
    texts = {"draws": str(draws), "axis": str(axis), "summary": _sentence(found, draws)}
    texts["legend"] = fill(SENTENCES["legend"], own=own, other=other)
    for kind in (0, 1):
        last = found.means[kind][-1] if draws else (None,) * 3
        texts |= {f"mean-{kind}-{j}": _number(number) for j, number in enumerate(last)}
        texts[f"variance-{kind}"] = _number(found.variances[kind])
    texts |= {f"count-{j}": str(count) for j, count in enumerate(found.counts)}
    return texts | numbered("exact", found.exact)


def _sentence(found: SamplingState, draws: int) -> str:
    if not draws:
        return SENTENCES["nothing"]
    named = [SENTENCES["without"], fill(SENTENCES["with"], b=display(found.baseline))]
    own, other = (1, 0) if found.subtracted else (0, 1)
    return fill(
        SENTENCES["summary"],
        draws=fill(SENTENCES["one" if draws == 1 else "many"], count=draws),
        how=named[own],
        far=_number(found.far[own]),
        variance=_number(found.variances[own]),
        other=named[other],
        other_far=_number(found.far[other]),
        other_variance=_number(found.variances[other]),
    )


def _number(number: Number | None) -> str:
    return SENTENCES["none"] if number is None else display(number)
