"""The same runs again: how much of a stored number is the machine's?

``python -m paying_attention.experiments --repeat`` trains the runs of ``AGAIN`` once more, with
their own settings and seeds, and stores today's counts beside the stored ones in ``repeats.json``.
The code and the seeds are the same; what is left is the order in which a processor adds, and the
versions. The runs were chosen before any was repeated: of each file the first two seeds of an arm
that a chapter shows. Files whose models stand in another one too are left out, and those that cost
most.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any, NamedTuple

from paying_attention.evaluation.metrics import Proportion
from paying_attention.experiments.runner import FULL, Experiment
from paying_attention.experiments.store import (
    has_entry,
    load_results,
    make_entry,
    save_entry,
    select,
)

AGAIN = {
    "recall": ("recurrent-seed0", "recurrent-seed1"),
    "scaling": ("none-1024-rate0.001-seed0", "none-1024-rate0.001-seed1"),
    "scaling_long": ("none-256-steps3200-rate0.003-seed0", "none-256-steps3200-rate0.003-seed1"),
    "two_rules": ("heads1-ff0-rate0.001-seed0", "heads1-ff0-rate0.001-seed1"),
    "two_rules_long": (
        "heads1-ff0-steps3000-rate0.001-seed0",
        "heads1-ff0-steps3000-rate0.001-seed1",
    ),
    "phrases": (
        "en-fr-additive-rate0.003-seed0",
        "en-fr-additive-rate0.003-seed1",
    ),
    "alignment": ("numbers-additive-rate0.003-seed0", "numbers-additive-rate0.003-seed1"),
    "bottleneck": ("constant-width1-time1-seed0", "constant-width1-time1-seed1"),
}
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


def repeat(experiment: Experiment) -> None:
    """Train the chosen runs of an experiment again, unless that was done, and store their counts.

    Args:
        experiment: One of ``AGAIN``.
    """
    for run in experiment.runs():
        name, config = f"{experiment.name}/{run.name}", asdict(run)
        if run.name not in AGAIN.get(experiment.name, ()) or has_entry("repeats", name, config):
            continue
        _, history, results = experiment.work(run, FULL)
        found = {key: results[key] for key in KEPT if key in results}
        fingerprint = history.losses[: experiment.fingerprint_steps]
        save_entry("repeats", make_entry(name, config, found, fingerprint, history.cpu_seconds))
        print(f"repeats: {name}, {history.cpu_seconds:.0f} CPU s", flush=True)


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
