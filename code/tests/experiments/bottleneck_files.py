"""What the two files of chapter 01's runs on numbers are checked with."""

from functools import cache

from paying_attention.experiments.runner import Experiment
from paying_attention.experiments.tasks.measures import num_parameters
from paying_attention.experiments.tasks.numbers import number_task
from paying_attention.experiments.tasks.translation import BottleneckRun
from tests.experiments.results_files import (
    BEGINNING,
    check_counts,
    check_fingerprint,
    check_planned,
    stored,
)


@cache
def parameters(attention: str, width: int, bidirectional: bool) -> int:
    """Count those of a model of today."""
    run = BottleneckRun(attention, width, 1, 0, 50, bidirectional=bidirectional)
    return num_parameters(run.build_for(number_task()))


def check_counted(experiment: Experiment, part: str) -> None:
    """Check that the planned runs are stored, and that each counts every held-out sentence."""
    check_planned(experiment)
    asked = {str(k): len(corpus) for k, corpus in getattr(number_task(), part).items()}
    for name, entry in stored(experiment.name).items():
        results, config = entry["results"], entry["config"]
        assert list(results["correct"]) == list(asked)
        for length, counts in results["correct"].items():
            check_counts(name, counts, asked[length])
        size = parameters(*(config[key] for key in ("attention", "width", "bidirectional")))
        assert results["parameters"] == size
        assert entry["cpu_seconds"] > 0


def check_beginning(experiment: Experiment, name: str) -> None:
    """Check that a run would begin today as it did."""
    task = number_task()
    (run,) = [run for run in experiment.runs() if run.name == name]
    history = run.fit(task.training, run.build_for(task), BEGINNING)
    check_fingerprint(stored(experiment.name)[name], history.losses)
