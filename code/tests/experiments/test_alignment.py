import pytest

from paying_attention.experiments import alignment
from paying_attention.experiments.alignment import EXPERIMENT, runs, witness
from paying_attention.experiments.tasks.digests import corpus_digest
from paying_attention.experiments.tasks.numbers import balanced_training
from paying_attention.experiments.tasks.translation import SEEDS, TranslationRun
from tests.experiments.alignment_files import (
    check_beginning,
    check_counted,
    check_seeds,
    names_of_seed_0,
)
from tests.experiments.results_files import stored


def test_every_source_of_words_is_closed_in_turn():
    assert len(list(runs())) == 6 * len(SEEDS)
    found = {(r.task, r.values, r.start, r.bidirectional) for r in runs()}
    assert found == {
        ("numbers", "annotations", "summary", True),
        ("numbers", "words", "zeros", True),
        ("numbers", "words", "summary", True),
        ("numbers", "annotations", "zeros", True),
        ("numbers", "annotations", "summary", False),
        ("balanced", "annotations", "summary", True),
    }


def test_the_runs_are_stored_and_count_every_test_sentence():
    check_counted(EXPERIMENT)


@pytest.mark.usefixtures("without_type_checks")  # the models' own tests run with them
@pytest.mark.parametrize("name", names_of_seed_0(EXPERIMENT))
def test_a_stored_run_begins_as_it_would_today(name):
    check_beginning(EXPERIMENT, name)


def test_seeds_are_different_runs():
    check_seeds(EXPERIMENT)


def test_bahdanau_is_the_attention_of_chapter_01():
    for seed in SEEDS:
        here = stored("alignment")[f"numbers-additive-rate0.003-seed{seed}"]["results"]
        there = stored("bottleneck")[f"additive-width1-time1-seed{seed}"]["results"]
        assert here["correct"] == there["correct"]


def test_the_witness_knows_the_balanced_numbers_too(monkeypatch):
    monkeypatch.setattr(alignment, "number_witness", lambda model: {"model": model})
    model = TranslationRun("numbers", "dot", 0).build(9, 9)
    assert witness(model) == {
        "model": model,
        "balanced": corpus_digest([balanced_training()]),
    }
