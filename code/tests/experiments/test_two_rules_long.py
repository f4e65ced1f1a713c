from dataclasses import replace

import pytest

from paying_attention.experiments.runner import Scale
from paying_attention.experiments.store import load_results
from paying_attention.experiments.tasks.two_rules import NUM_TEST
from paying_attention.experiments.two_rules import RATES
from paying_attention.experiments.two_rules_long import BUDGETS, EXPERIMENT, runs
from tests.experiments.results_files import (
    check_counts,
    check_fingerprint,
    check_planned,
    stored,
)
from tests.experiments.test_two_rules import PLANNED as SHORT
from tests.experiments.test_two_rules import POSITIONS

PLANNED = {run.name: run for run in runs()}
CHEAP = [name for name, run in PLANNED.items() if (run.seed, run.num_steps) == (0, BUDGETS[0])]


def test_the_runs_are_those_of_two_rules_but_longer():
    assert len(PLANNED) == len(list(runs())) == 5 * 2 * (2 + 2 + 1 + 1)
    for run in PLANNED.values():
        assert replace(run, num_steps=1500) in SHORT.values()
        assert run.num_steps in BUDGETS


def test_what_was_not_trained_longer_is_what_the_module_says():
    """Each claim of the docstring about the runs of 1500 updates, from their file."""
    entries = load_results("two_rules")

    def both(**config):
        chosen = [e for e in entries.values() if config.items() <= e["config"].items()]
        return [e["results"]["validation"][2] for e in chosen]

    for d_ff in (0, 256):
        means = {rate: sum(both(num_heads=1, d_ff=d_ff, learning_rate=rate)) for rate in RATES}
        assert min(means, key=means.get) == 1e-2
    for heads in (2, 4):
        assert both(num_heads=heads, d_ff=0, learning_rate=1e-2) == [POSITIONS] * 5
        assert both(num_heads=heads, d_ff=256) == [POSITIONS] * 15


# The stored results.


def test_the_file_holds_the_runs_that_were_planned():
    check_planned(EXPERIMENT)


def test_stored_counts_can_be_true():
    for name, entry in stored("two_rules_long").items():
        for judged in ("validation", "test"):
            *right, asked = entry["results"][judged]
            assert asked == POSITIONS == 12 * NUM_TEST
            for count in right:
                check_counts(name, [count, asked], POSITIONS)
            by_position, by_content, both = right
            assert by_position + by_content - asked <= both <= min(by_position, by_content), name


def test_a_longer_plan_begins_like_a_short_one():
    """Same weights, same rows, and a rate that rises alike: the first losses are the same."""
    short, long = load_results("two_rules"), stored("two_rules_long")
    for name, run in PLANNED.items():
        check_fingerprint(long[name], short[replace(run, num_steps=1500).name]["fingerprint"])


@pytest.mark.usefixtures("without_type_checks")  # the models' own tests run with them
@pytest.mark.parametrize("name", CHEAP)
def test_a_stored_run_begins_as_it_would_today(name):
    run = PLANNED[name]
    history = run.fit(run.build(), Scale(stop_after=EXPERIMENT.fingerprint_steps))
    check_fingerprint(stored("two_rules_long")[name], history.losses)
