"""Results files: written by experiments, read by chapters, refused if somebody edits them.

A file holds the ``"runs"`` of one experiment and its ``"canary"``, a small run from which a test
learns that the code no longer does what it did when the runs were made.
"""

import hashlib
import json
import os
import platform
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from importlib import metadata, resources
from pathlib import Path
from typing import Any

import torch

from paying_attention.evaluation.alignment_error import AlignmentCounts
from paying_attention.evaluation.metrics import Proportion

FIELDS = ("name", "config", "results", "fingerprint", "cpu_seconds", "environment", "digest")
ENVIRONMENT = ("date", "machine", "python", "torch", "numpy")


def results_path(experiment: str) -> Path:
    """Say where an experiment keeps its results: inside the package, so that Colab has them.

    Args:
        experiment: Name of the experiment, such as ``"bottleneck"``.
    """
    return Path(str(resources.files("paying_attention.results"))) / f"{experiment}.json"


def make_entry(
    name: str,
    config: Mapping[str, Any],
    results: Mapping[str, Any],
    fingerprint: Sequence[float],
    cpu_seconds: float,
) -> dict[str, Any]:
    """Seal the results of one run together with where they come from.

    Args:
        name: Name of the run, unique in its file.
        config: Everything that decides the run, the seed included.
        results: Counts rather than shares, so that intervals can be computed again.
        fingerprint: The first training losses, which a test reproduces.
        cpu_seconds: Processor time of the training.

    Example:
        >>> entry = make_entry("run", {"seed": 0}, {"right": [1, 2]}, [3.5], 0.1)
        >>> entry["digest"] == digest(entry)
        True
    """
    entry = {
        "name": name,
        "config": dict(config),
        "results": dict(results),
        "fingerprint": [round(float(loss), 6) for loss in fingerprint],
        "cpu_seconds": round(cpu_seconds, 1),
        "environment": {
            "date": datetime.now(UTC).date().isoformat(),
            "machine": f"{platform.system()} {platform.machine()}, one thread",
            "python": platform.python_version(),
            "torch": torch.__version__.split("+")[0],
            "numpy": metadata.version("numpy"),
        },
    }
    entry = json.loads(json.dumps(entry))  # what a file can hold: lists, text keys
    return {**entry, "digest": digest(entry)}


def digest(entry: Mapping[str, Any]) -> str:
    """Hash everything in an entry but its own digest.

    Args:
        entry: One run of a results file.
    """
    content = {key: value for key, value in entry.items() if key != "digest"}
    text = json.dumps(content, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def load_results(experiment: str, *, path: Path | None = None) -> dict[str, dict[str, Any]]:
    """Read the runs of an experiment by their names.

    Args:
        experiment: Name of the experiment.
        path: Another file than the one that ships with the package.

    Raises:
        FileNotFoundError: If the experiment was never run.
        ValueError: If the file does not hold a canary and a list of entries, or if an entry lacks a
            field, occurs twice or was edited; the message names it.
    """
    return _load(experiment, path)[1]


def load_canary(experiment: str, *, path: Path | None = None) -> dict[str, Any] | None:
    """Read the canary of an experiment; None if it has none yet.

    Args:
        experiment: Name of the experiment.
        path: Another file than the one that ships with the package.

    Raises:
        FileNotFoundError: If the experiment was never run.
        ValueError: As ``load_results``.
    """
    return _load(experiment, path)[0]


def save_entry(experiment: str, entry: Mapping[str, Any], *, path: Path | None = None) -> None:
    """Add a run to an experiment's file, or replace the one of the same name.

    Args:
        experiment: Name of the experiment.
        entry: Made by ``make_entry``.
        path: Another file than the one that ships with the package.
    """
    path = path or results_path(experiment)
    canary, runs = _load(experiment, path) if path.exists() else (None, {})
    _save(path, canary, {**runs, entry["name"]: dict(entry)})


def save_canary(experiment: str, canary: Mapping[str, Any], *, path: Path | None = None) -> None:
    """Put a canary into an experiment's file, in place of the one that was there.

    Args:
        experiment: Name of the experiment.
        canary: Made by ``make_entry``.
        path: Another file than the one that ships with the package.
    """
    path = path or results_path(experiment)
    _, runs = _load(experiment, path) if path.exists() else (None, {})
    _save(path, dict(canary), runs)


def has_entry(experiment: str, name: str, config: Mapping[str, Any]) -> bool:
    """Tell whether a run is already stored with this very configuration.

    Args:
        experiment: Name of the experiment.
        name: Name of the run.
        config: Its configuration.
    """
    if not results_path(experiment).exists():
        return False
    entry = load_results(experiment).get(name)
    return entry is not None and entry["config"] == json.loads(json.dumps(dict(config)))


def select(results: Mapping[str, dict[str, Any]], **config: Any) -> list[dict[str, Any]]:
    """Pick the runs whose configuration agrees, such as all seeds of one model.

    Args:
        results: What ``load_results`` gives.
        config: Fields of the configuration.

    Raises:
        ValueError: If no run agrees.
    """
    runs = [run for run in results.values() if config.items() <= run["config"].items()]
    if not runs:
        raise ValueError(f"config: expected a run with {config}, got none")
    return runs


def seed_accuracies(runs: Sequence[Mapping[str, Any]]) -> dict[int, list[Proportion]]:
    """Give the accuracy of each run, by how many numbers a sequence holds.

    Args:
        runs: Entries of a results file of translations.

    Raises:
        ValueError: If there are no runs.
    """
    if not runs:
        raise ValueError("runs: expected at least one, got none")
    lengths = runs[0]["results"]["correct"]
    return {int(k): [Proportion(*run["results"]["correct"][k]) for run in runs] for k in lengths}


def sentence_counts(entry: Mapping[str, Any], tests: Iterable[Any]) -> list[AlignmentCounts]:
    """Give the counts of each test sentence of a stored run, for ``AlignmentCounts.pool``.

    Args:
        entry: One run whose links were counted.
        tests: Which tests, such as ``range(1, 7)``.
    """
    rows = [row for test in tests for row in entry["results"]["alignment"][str(test)]]
    return [AlignmentCounts(*counts) for *counts, n in rows for _ in range(n)]


def _load(
    experiment: str, path: Path | None
) -> tuple[dict[str, Any] | None, dict[str, dict[str, Any]]]:
    path = path or results_path(experiment)
    if not path.exists():
        raise FileNotFoundError(f"experiment: no results of {experiment!r}; run `make results`")
    canary, entries = _parts(path)
    if canary is not None:
        _check(canary, f"{path.name}, canary")
    runs: dict[str, dict[str, Any]] = {}
    for entry in entries:
        name = entry.get("name", "without a name")
        where = f"{path.name}, entry {name!r}"
        _check(entry, where)
        if name in runs:
            raise ValueError(f"{where}: expected each name once, got it twice")
        runs[name] = entry
    return canary, runs


def _parts(path: Path) -> tuple[dict[str, Any] | None, list[dict[str, Any]]]:
    expected = f"{path.name}: expected a canary and a list of runs as JSON"
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise ValueError(f"{expected}, got {error}") from error
    if not isinstance(found, dict) or sorted(found) != ["canary", "runs"]:
        raise ValueError(f"{expected}, got {str(found)[:40]!r}")
    canary, runs = found["canary"], found["runs"]
    if not isinstance(canary, dict | None) or not isinstance(runs, list):
        raise ValueError(f"{expected}, got {type(canary).__name__} and {type(runs).__name__}")
    if not all(isinstance(run, dict) for run in runs):
        raise ValueError(f"{expected}, got runs like {str(runs)[:40]!r}")
    return canary, runs


def _check(entry: Mapping[str, Any], where: str) -> None:
    if missing := [key for key in FIELDS if key not in entry]:
        raise ValueError(f"{where}: expected the fields {FIELDS}, got none of {missing}")
    if missing := [key for key in ENVIRONMENT if key not in entry["environment"]]:
        raise ValueError(f"{where}: expected its environment to say {missing}, got none")
    if entry["digest"] != digest(entry):
        raise ValueError(
            f"{where}: expected digest {entry['digest']}, got {digest(entry)}: the entry "
            f"was edited; results are only written by `make results`"
        )


def _save(
    path: Path, canary: Mapping[str, Any] | None, runs: Mapping[str, Mapping[str, Any]]
) -> None:
    lines = ",\n".join(json.dumps(runs[name], ensure_ascii=False) for name in sorted(runs))
    text = f'{{"canary": {json.dumps(canary, ensure_ascii=False)},\n"runs": [\n{lines}\n]}}\n'
    unfinished = path.with_suffix(".unfinished")
    unfinished.write_text(text, encoding="utf-8")
    os.replace(unfinished, path)  # nobody ever reads half a file
