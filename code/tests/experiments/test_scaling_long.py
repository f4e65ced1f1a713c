from dataclasses import replace

import pytest

from paying_attention.experiments.runner import Scale
from paying_attention.experiments.scaling import RATES as TRIED
from paying_attention.experiments.scaling_long import EXPERIMENT, NUM_STEPS, RATES, WIDTHS, runs
from paying_attention.experiments.store import load_results, select
from paying_attention.experiments.tasks.lookup import FINGERPRINT_STEPS, NUM_TEST
from tests.experiments.results_files import (
    check_counts,
    check_fingerprint,
    check_planned,
    stored,
)
from tests.experiments.test_scaling import PLANNED as SHORT

PERFECT = 3 * NUM_TEST
PLANNED = {run.name: run for run in runs()}
CHEAP = [
    name
    for name, run in PLANNED.items()
    if run.head_dim in (64, 256) and (run.seed, run.learning_rate) == (0, 1e-3)
]


def test_the_runs_are_those_of_scaling_but_longer():
    assert len(PLANNED) == len(list(runs())) == 3 * 3 * (4 + 2 + 2)
    for run in PLANNED.values():
        assert replace(run, num_steps=800) in SHORT.values()
        assert run.num_steps == NUM_STEPS == 4 * 800


def test_what_was_not_trained_longer_is_what_the_module_says():
    """Each claim of the docstring about the runs of 800 updates, from their file."""
    entries = load_results("scaling")

    def right(**config):
        return sum(e["results"]["validation"][0] for e in select(entries, **config))

    for scaling in RATES:
        assert max(right(scaling=scaling, head_dim=16, learning_rate=r) for r in TRIED) == PERFECT
        for width in WIDTHS:
            means = {r: right(scaling=scaling, head_dim=width, learning_rate=r) for r in TRIED}
            if scaling == "none":
                assert means[3e-2] < max(means.values())
            else:
                assert means[3e-4] == PERFECT


# The stored results.


def test_the_file_holds_the_runs_that_were_planned():
    check_planned(EXPERIMENT)


def test_stored_numbers_can_be_true():
    for name, entry in stored("scaling_long").items():
        results = entry["results"]
        assert results["diverged"] is False
        for judged in ("validation", "test"):
            check_counts(name, results[judged], NUM_TEST)


def test_a_longer_plan_begins_like_a_short_one():
    """Same weights, same dictionaries, and a rate that rises alike."""
    short, long = load_results("scaling"), stored("scaling_long")
    for name, run in PLANNED.items():
        before = short[replace(run, num_steps=800).name]
        check_fingerprint(long[name], before["fingerprint"])
        assert long[name]["results"]["before"] == pytest.approx(
            before["results"]["before"], rel=1e-2, abs=2e-4
        )


@pytest.mark.usefixtures("without_type_checks")  # the models' own tests run with them
@pytest.mark.parametrize("name", CHEAP)
def test_a_stored_run_begins_as_it_would_today(name):
    run = PLANNED[name]
    history = run.fit(run.build(), Scale(stop_after=FINGERPRINT_STEPS))
    check_fingerprint(stored("scaling_long")[name], history.losses)
