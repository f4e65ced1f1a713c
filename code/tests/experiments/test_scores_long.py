from dataclasses import asdict, replace

import pytest

from paying_attention.experiments.scores_long import EXPERIMENT, runs
from paying_attention.experiments.store import load_results
from tests.experiments.alignment_files import (
    check_beginning,
    check_counted,
    check_seeds,
    names_of_seed_0,
)


def test_the_runs_are_those_of_the_scores_but_longer():
    short = load_results("scores")
    for run in runs():
        assert asdict(replace(run, num_steps=1600)) == short[run.name]["config"]
        assert run.num_steps == 3200


def test_the_runs_are_stored_and_count_every_test_sentence():
    check_counted(EXPERIMENT)


@pytest.mark.usefixtures("without_type_checks")  # the models' own tests run with them
@pytest.mark.parametrize("name", names_of_seed_0(EXPERIMENT))
def test_a_stored_run_begins_as_it_would_today(name):
    check_beginning(EXPERIMENT, name)


def test_seeds_are_different_runs():
    check_seeds(EXPERIMENT)
