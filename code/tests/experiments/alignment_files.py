"""What the files of runs with attention on numbers are checked with."""

from paying_attention.experiments.runner import Experiment
from paying_attention.experiments.tasks.number_runs import EXAMPLE, training_of
from paying_attention.experiments.tasks.numbers import TRAINED_LENGTHS, number_task
from tests.experiments.results_files import (
    BEGINNING,
    check_counts,
    check_fingerprint,
    check_planned,
    stored,
)


def names_of_seed_0(experiment: Experiment) -> list[str]:
    """One run of each kind."""
    return [run.name for run in experiment.runs() if run.seed == 0]


def check_counted(experiment: Experiment) -> None:
    """Check that the planned runs are stored, and that each counts every test sentence."""
    check_planned(experiment)
    task = number_task()
    sure = {k: sum(len(pair.sure) for pair in task.test[k].pairs) for k in TRAINED_LENGTHS}
    for name, entry in stored(experiment.name).items():
        results = entry["results"]
        for length, counts in results["correct"].items():
            check_counts(name, counts, len(task.test[int(length)]))
        links = 0
        for length in TRAINED_LENGTHS:
            rows = results["alignment"][str(length)]
            assert sum(row[-1] for row in rows) == len(task.test[length])
            links += sum(row[2] * row[-1] for row in rows)
            assert sum(row[3] * row[-1] for row in rows) == sure[length]
        assert sum(results["places"].values()) == links
        pair = task.test[2].pairs[EXAMPLE]
        assert [len(row) for row in results["example"]] == [len(pair.source)] * len(pair.target)


def check_beginning(experiment: Experiment, name: str) -> None:
    """Check that a run would begin today as it did."""
    task = number_task()
    (run,) = [run for run in experiment.runs() if run.name == name]
    history = run.fit(training_of(run, task), run.build_for(task), BEGINNING)
    check_fingerprint(stored(experiment.name)[name], history.losses)


def check_seeds(experiment: Experiment) -> None:
    """Check that seeds are different runs, of which each has a name of its own."""
    runs = list(experiment.runs())
    assert len({run.name for run in runs}) == len(runs)
    prints = [tuple(entry["fingerprint"]) for entry in stored(experiment.name).values()]
    assert len(set(prints)) == len(prints) == len(runs)
