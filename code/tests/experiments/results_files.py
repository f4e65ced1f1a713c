"""What every results file is checked with."""

import math
from dataclasses import asdict
from typing import Any

from paying_attention.experiments.runner import Experiment, Scale
from paying_attention.experiments.store import load_results, results_path

BEGINNING = Scale(stop_after=5)


def stored(experiment: str) -> dict[str, dict[str, Any]]:
    """The entries of an experiment; none where it was not run yet."""
    return load_results(experiment) if results_path(experiment).exists() else {}


def check_planned(experiment: Experiment) -> None:
    """Check that the file holds the runs that the experiment would do today, and no others."""
    planned = list(experiment.runs())
    entries = stored(experiment.name)
    assert sorted(entries) == sorted(run.name for run in planned), "run `make results`"
    for run in planned:
        config = asdict(run)
        assert entries[run.name]["config"] == config | {
            name: list(value) for name, value in config.items() if isinstance(value, tuple)
        }, f"{experiment.name}.json: {run.name} had other settings"
        assert len(entries[run.name]["fingerprint"]) == experiment.fingerprint_steps


def check_fingerprint(entry: dict[str, Any], losses: list[float]) -> None:
    """Compare the first losses of a stored run with those of the same run today."""
    name, expected = entry["name"], entry["fingerprint"]
    same = len(expected) == len(losses) and all(
        math.isclose(a, b, rel_tol=1e-3) for a, b in zip(expected, losses, strict=True)
    )
    assert same, f"{name}: stored fingerprint {expected}, but today's first losses are {losses}"


def check_counts(name: str, counts: list[int], asked: int) -> None:
    """Check ``[right, asked]``."""
    right, n = counts
    assert n == asked, f"{name}: expected {asked} questions, got {n}"
    assert 0 <= right <= n, f"{name}: expected 0 to {n} right answers, got {right}"


def differences(then: Any, now: Any, where: str = "") -> list[str]:
    """What a canary says today and did not say when it was stored.

    Counts, texts and the step whose weights were kept must be the same, numbers close. That is no
    question of luck: canaries were chosen for it. First weights that differ by a millionth, ten
    times the rounding, and a processor without wide instructions move their losses by 2e-4 at
    most, and no count. Weights are stored with three decimals, hence the absolute bound. The window
    of steps with the best weights beats the second best by 0.9 % or more, a validation that chooses
    them by 0.3 %.
    """
    if type(then) is not type(now):
        return [f"{where}: {then!r} was stored, today it is {now!r}"]
    if isinstance(then, dict) and then.keys() == now.keys():
        return [line for key in then for line in differences(then[key], now[key], f"{where}/{key}")]
    if isinstance(then, list) and len(then) == len(now):
        both = enumerate(zip(then, now, strict=True))
        return [line for i, (a, b) in both for line in differences(a, b, f"{where}/{i}")]
    close = isinstance(then, float) and math.isclose(then, now, rel_tol=1e-3, abs_tol=1.5e-3)
    return [] if close or then == now else [f"{where}: {then!r} was stored, today it is {now!r}"]
