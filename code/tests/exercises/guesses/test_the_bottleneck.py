"""The right guesses are those that the stored runs show."""

import math

from paying_attention.evaluation.metrics import Proportion
from paying_attention.exercises.guesses import the_bottleneck as guesses
from paying_attention.experiments.store import load_results, seed_accuracies, select

GRID = load_results("bottleneck")


def share(length: int, width: int = 1, time: int = 1, attention: str = "constant") -> float:
    """Exact match, averaged over the seeds, with an encoder of two directions."""
    setting = {"attention": attention, "width": width, "time": time, "bidirectional": True}
    seeds = seed_accuracies(select(GRID, **setting))[length]
    return sum(seed.value for seed in seeds) / len(seeds)


def test_there_is_room() -> None:
    times_over = 128 * 32 / (6 * math.log2(1000))
    assert (times_over > 10) == (guesses.room.right == "many times over")


def test_five_numbers_are_fewer_than_independence_gives() -> None:
    assert (share(5) < share(1) ** 5 / 3) == (guesses.five_numbers.right == "much lower")


def test_time_is_the_better_buy() -> None:
    gained = all(share(n, time=2) > share(n, width=2) for n in (3, 4, 5, 6))
    assert gained == (guesses.width_or_time.right == "time")


def test_each_step_is_not_the_start() -> None:
    apart = share(3) - share(3, attention="none") > 0.3
    assert apart == (guesses.once_or_always.right == "different")


def test_pairs_cost_more_than_dots() -> None:
    def right(pairs: int, silence: int) -> float:
        counts = [run["results"]["correct"][f"{pairs}/{silence}"] for run in runs]
        return Proportion.pool([Proportion(*lag) for lags in counts for lag in lags]).value

    runs = list(load_results("recall").values())
    dots, pairs = right(2, 10) - right(2, 80), right(2, 10) - right(6, 10)
    assert (pairs > dots + 0.1) == (guesses.dots_or_pairs.right == "four pairs")


def test_the_slope_is_gone() -> None:
    runs = select(GRID, attention="constant", width=1, time=1, bidirectional=False)
    slopes = [run["results"]["gradient"][-1] / run["results"]["gradient"][0] for run in runs]
    assert (max(slopes) < 2.5) == (guesses.slope_after_training.right == "gone")
