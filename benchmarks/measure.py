"""How long one thing takes beside another, and how its memory grows."""

import math
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

Work = Callable[[], object]


@dataclass(frozen=True)
class Ratio:
    """CPU time of one side over that of the other: above 1, the first is slower."""

    median: float
    lower_quartile: float
    upper_quartile: float
    repeats: int
    milliseconds: float  # median of the first side
    milliseconds_other: float


def compare(
    first: Work,
    second: Work,
    *,
    seconds: float,
    repeats: int = 5,
    clock: Callable[[], float] = time.process_time,
) -> Ratio:
    """Time two sides in turn, so that what slows the machine down slows both.

    Args:
        first: The side whose cost is asked for.
        second: What it is compared with.
        seconds: How long to go on; never fewer than ``repeats`` repeats, nor more than 25.
        repeats: The least number of repeats.
        clock: What tells the time: CPU time of this process, all its threads together.
    """
    pair = _timed(first, 1, clock) + _timed(second, 1, clock)  # the warm-up
    if pair < 1:  # the first call loads what later calls find loaded
        pair = _timed(first, 1, clock) + _timed(second, 1, clock)
    pair = max(pair, 1e-6)
    calls = math.ceil(0.02 / pair)  # a clock's tick must not matter
    repeats = max(repeats, min(25, int(seconds / (pair * calls))))
    times: dict[bool, list[float]] = {True: [], False: []}
    for repeat in range(repeats):
        for is_first in (True, False) if repeat % 2 else (False, True):
            times[is_first].append(_timed(first if is_first else second, calls, clock))
    return summary(times[True], times[False])


def _timed(work: Work, calls: int, clock: Callable[[], float]) -> float:
    start = clock()
    for _ in range(calls):
        work()
    return (clock() - start) / calls


def summary(first: Sequence[float], second: Sequence[float]) -> Ratio:
    """Sum up the times of two sides, in seconds, that were taken in pairs.

    Args:
        first: Times of the side whose cost is asked for.
        second: Times of the other side, in the same order.

    Raises:
        ValueError: If there are not as many of both, or fewer than 2.
    """
    if len(first) != len(second) or len(first) < 2:
        raise ValueError(
            f"first, second: expected 2 pairs or more, got {len(first)} and {len(second)}"
        )
    ratios = [one / other for one, other in zip(first, second, strict=True)]
    lower, median, upper = statistics.quantiles(ratios, n=4, method="inclusive")
    milliseconds = [1000 * statistics.median(times) for times in (first, second)]
    return Ratio(median, lower, upper, len(ratios), *milliseconds)


def growth_exponent(lengths: Sequence[int], amounts: Sequence[float]) -> float | None:
    """Fit amount = c · length^exponent: the slope of one logarithm against the other.

    Args:
        lengths: Lengths of the sequences.
        amounts: What was used at each length.

    Returns:
        The exponent, or None where nothing measurable was used.
    """
    if min(amounts) <= 0:
        return None
    slope, _ = statistics.linear_regression(
        [math.log(length) for length in lengths], [math.log(amount) for amount in amounts]
    )
    return slope
