import pytest

from paying_attention.experiments.asking_state import EXPERIMENT, runs
from paying_attention.experiments.store import load_results
from paying_attention.experiments.tasks.numbers import TRAINED_LENGTHS, number_task
from tests.experiments.alignment_files import check_beginning
from tests.experiments.results_files import check_counts, check_fingerprint, check_planned, stored


def test_the_runs_are_chapter_02s():
    planned = {run.name for run in runs()}
    assert len(planned) == 3
    assert planned <= set(load_results("alignment"))


def test_the_file_holds_the_runs_that_were_planned():
    check_planned(EXPERIMENT)


def test_stored_counts_can_be_true():
    task = number_task()
    words = sum(len(pair.target) for k in TRAINED_LENGTHS for pair in task.test[k].pairs)
    for name, entry in stored("asking_state").items():
        results = entry["results"]
        for what in ("test", "untrained", "commonest"):
            check_counts(name, results[what], words)  # each word but <eos> was written last once
        for length, counts in results["correct"].items():
            check_counts(name, counts, len(task.test[int(length)]))
    assert len({tuple(e["results"]["commonest"]) for e in stored("asking_state").values()}) == 1


def test_they_begin_like_those_of_chapter_02():
    before = load_results("alignment")
    for name, entry in stored("asking_state").items():
        check_fingerprint(entry, before[name]["fingerprint"])


@pytest.mark.usefixtures("without_type_checks")  # the models' own tests run with them
def test_a_stored_run_begins_as_it_would_today():
    check_beginning(EXPERIMENT, next(iter(runs())).name)
