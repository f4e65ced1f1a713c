from collections import Counter

import pytest

from paying_attention.experiments.scores import EXPERIMENT, runs
from tests.experiments.alignment_files import (
    check_beginning,
    check_counted,
    check_seeds,
    names_of_seed_0,
)


def test_nothing_but_score_decoder_and_feeding_differs():
    found = Counter((r.attention, r.decoder, r.input_feeding) for r in runs())
    scores = ["general", "additive", "dot", "concat", "location", "local-m", "local-p"]
    luong = {(score, "luong", False): 3 for score in scores}
    assert found == luong | {("general", "bahdanau", False): 3, ("general", "luong", True): 3}
    settings = {(r.num_steps, r.batch_size, r.learning_rate, r.dropout) for r in runs()}
    assert settings == {(1600, 16, 3e-3, 0.1)}


def test_the_runs_are_stored_and_count_every_test_sentence():
    check_counted(EXPERIMENT)


@pytest.mark.usefixtures("without_type_checks")  # the models' own tests run with them
@pytest.mark.parametrize("name", names_of_seed_0(EXPERIMENT))
def test_a_stored_run_begins_as_it_would_today(name):
    check_beginning(EXPERIMENT, name)


def test_seeds_are_different_runs():
    check_seeds(EXPERIMENT)
