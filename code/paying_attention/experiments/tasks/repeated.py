"""Stored runs beside the same runs trained again: how much of a number is the machine's?"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from paying_attention.evaluation.metrics import Proportion
from paying_attention.experiments.store import load_results, select

KEPT = ("test", "correct")  # the counts of right answers, however a file names them


class Repeat(NamedTuple):
    """One run, stored and again.

    ``arm`` holds the stored shares of all seeds that share the run's settings, in the order of the
    seeds.
    """

    experiment: str
    run: str
    stored: float
    again: float
    arm: list[float]


def share_right(results: Mapping[str, Any]) -> float:
    """Give the share of right answers over all tests of a run.

    Args:
        results: Of an entry, with ``"test"`` or ``"correct"``.

    Raises:
        ValueError: If it has neither.

    Example:
        >>> share_right({"test": [9, 8, 7, 10]})
        0.7
        >>> share_right({"correct": {"1": [3, 4], "2": [1, 4]}})
        0.5
    """
    if "test" in results:
        *_, right, asked = results["test"]
        return Proportion(right, asked).value
    if "correct" not in results:
        raise ValueError(f"results: expected one of {KEPT}, got {sorted(results)}")
    counts = list(results["correct"].values())
    if isinstance(counts[0][0], list):  # by lag
        counts = [pair for row in counts for pair in row]
    return Proportion(sum(right for right, _ in counts), sum(n for _, n in counts)).value


def repeats() -> Iterator[Repeat]:
    """Compare what is stored with what was found again.

    Returns:
        One row a repeated run, for a table.
    """
    for name, entry in load_results("repeats").items():
        experiment, run = name.split("/", 1)
        stored = load_results(experiment)
        arm = {key: value for key, value in stored[run]["config"].items() if key != "seed"}
        seeds = sorted(select(stored, **arm), key=lambda other: other["config"]["seed"])
        yield Repeat(
            experiment,
            run,
            share_right(stored[run]["results"]),
            share_right(entry["results"]),
            [share_right(other["results"]) for other in seeds],
        )
