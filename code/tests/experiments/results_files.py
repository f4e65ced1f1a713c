"""What every results file is checked with."""

import math
from typing import Any

from paying_attention.experiments.store import load_results, results_path


def stored(experiment: str) -> dict[str, dict[str, Any]]:
    """The entries of an experiment; none where it was not run yet."""
    return load_results(experiment) if results_path(experiment).exists() else {}


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
