"""The right guesses are those that the stored runs show."""

import math

import torch

from paying_attention.attention.softmax import attend
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


def test_a_state_of_zeros_gets_the_mean() -> None:
    annotations = torch.tensor([[-0.5, 1.5], [-1.0, -1.0], [1.5, 0.5]])
    context = attend((annotations @ torch.zeros(2))[None], annotations).output[0]
    is_mean = torch.allclose(context, annotations.mean(0))
    assert (is_mean and context.norm() > 0.1) == (guesses.origin.right == "at the mean")


def test_seven_numbers_stay_hard() -> None:
    assert (share(7, time=10) < 0.1) == (guesses.seven_numbers.right == "below .1")


def test_once_is_less_than_half_right() -> None:
    once = share(3, attention="none")
    assert (once < 0.5) == (guesses.once_at_the_start.right == "below .5")


def test_the_middle_is_remembered_worst() -> None:
    def shares(run: dict) -> list[float]:
        counts = [run["results"]["correct"][f"6/{silence}"] for silence in (0, 10, 20, 40, 80)]
        by_lag = zip(*counts, strict=True)
        return [Proportion.pool([Proportion(*one) for one in lag]).value for lag in by_lag]

    worst = [min(range(6), key=shares(run).__getitem__) for run in load_results("recall").values()]
    expected = guesses.worst_remembered.right == "one in the middle"
    assert all(0 < lag < 5 for lag in worst) == expected


def test_attention_is_less_even() -> None:
    def spreads(attention: str) -> list[float]:
        runs = select(GRID, attention=attention, width=1, time=1, bidirectional=True)
        shares = [run["results"]["gradient"] for run in runs]
        return [max(one) / min(one) for one in shares]

    least, most = min(spreads("additive")), max(spreads("constant"))
    assert (least > most) == (guesses.less_even.right == "attention's")
