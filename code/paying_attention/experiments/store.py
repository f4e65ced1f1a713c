"""Results files: written by experiments, read by chapters, refused if somebody edits them."""

import hashlib
import json
import os
import platform
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib import metadata, resources
from pathlib import Path
from typing import Any

import torch

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
        ValueError: If the file is no list of entries, or if an entry lacks a field, occurs twice
            or was edited; the message names it.
    """
    path = path or results_path(experiment)
    if not path.exists():
        raise FileNotFoundError(f"experiment: no results of {experiment!r}; run `make results`")
    runs: dict[str, dict[str, Any]] = {}
    for entry in _entries(path):
        name = entry.get("name", "without a name")
        where = f"{path.name}, entry {name!r}"
        if missing := [key for key in FIELDS if key not in entry]:
            raise ValueError(f"{where}: expected the fields {FIELDS}, got none of {missing}")
        if missing := [key for key in ENVIRONMENT if key not in entry["environment"]]:
            raise ValueError(f"{where}: expected its environment to say {missing}, got none")
        if entry["digest"] != digest(entry):
            raise ValueError(
                f"{where}: expected digest {entry['digest']}, got {digest(entry)}: the entry "
                f"was edited; results are only written by `make results`"
            )
        if name in runs:
            raise ValueError(f"{where}: expected each name once, got it twice")
        runs[name] = entry
    return runs


def _entries(path: Path) -> list[dict[str, Any]]:
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise ValueError(f"{path.name}: expected a list of entries as JSON, got {error}") from error
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise ValueError(f"{path.name}: expected a list of entries, got {str(entries)[:40]!r}")
    return entries


def save_entry(experiment: str, entry: Mapping[str, Any], *, path: Path | None = None) -> None:
    """Add a run to an experiment's file, or replace the one of the same name.

    Args:
        experiment: Name of the experiment.
        entry: Made by ``make_entry``.
        path: Another file than the one that ships with the package.
    """
    path = path or results_path(experiment)
    runs = load_results(experiment, path=path) if path.exists() else {}
    runs[entry["name"]] = dict(entry)
    ordered = [runs[name] for name in sorted(runs)]
    lines = ",\n".join(json.dumps(run, ensure_ascii=False) for run in ordered)
    unfinished = path.with_suffix(".unfinished")
    unfinished.write_text(f"[\n{lines}\n]\n", encoding="utf-8")
    os.replace(unfinished, path)  # nobody ever reads half a file


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
