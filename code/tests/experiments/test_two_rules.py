from dataclasses import replace

import pytest

from paying_attention.experiments.runner import Scale
from paying_attention.experiments.tasks.two_rules import (
    LENGTH,
    NUM_TEST,
    TEST_SEED,
    VALIDATION_SEED,
    TwoRulesRun,
    count_right,
    rows,
    train_and_ask,
)
from paying_attention.experiments.two_rules import D_FF, EXPERIMENT, HEADS, runs
from tests.experiments.results_files import (
    check_counts,
    check_fingerprint,
    check_planned,
    stored,
)

PLANNED = {run.name: run for run in runs()}
CHEAP = [name for name, run in PLANNED.items() if (run.seed, run.learning_rate) == (0, 3e-3)]
POSITIONS = NUM_TEST * LENGTH


def test_the_grid_is_whole():
    assert len(PLANNED) == len(list(runs())) == 5 * 3 * 2 * 3
    assert all(run.num_steps == 1500 for run in PLANNED.values())


def test_arms_have_as_many_parameters_with_any_number_of_heads():
    for d_ff in D_FF:
        models = [TwoRulesRun(heads, d_ff, 1e-3, 0).build() for heads in HEADS]
        assert [model.attention.num_heads for model in models] == list(HEADS)
        assert len({sum(p.numel() for p in model.parameters()) for model in models}) == 1
        assert all((model.feed_forward is None) is (d_ff == 0) for model in models)


def test_no_training_draws_the_rows_of_the_tests():
    assert not {TEST_SEED, VALIDATION_SEED} & {run.seed for run in PLANNED.values()}


def test_the_seed_decides_and_an_early_stop_is_a_beginning():
    run = TwoRulesRun(2, 0, 1e-3, 0, num_steps=60)
    whole = run.fit(run.build(), Scale(stop_after=5)).losses
    assert run.fit(run.build(), Scale(stop_after=3)).losses == whole[:3]
    other = replace(run, seed=1)
    assert other.fit(other.build(), Scale(stop_after=3)).losses != whole[:3]


def test_a_run_is_trained_and_asked():
    model, history, results = train_and_ask(TwoRulesRun(4, 0, 1e-3, 0), Scale(stop_after=5))
    assert len(history.losses) == 5
    assert results == {
        "parameters": sum(p.numel() for p in model.parameters()),
        "validation": count_right(model, rows(VALIDATION_SEED)),
        "test": count_right(model, rows(TEST_SEED)),
    }


# The stored results.


def test_the_file_holds_the_runs_that_were_planned():
    check_planned(EXPERIMENT)


def test_stored_counts_can_be_true():
    for name, entry in stored("two_rules").items():
        for judged in ("validation", "test"):
            *right, asked = entry["results"][judged]
            for count in right:
                check_counts(name, [count, asked], POSITIONS)
            by_position, by_content, both = right
            assert both <= min(by_position, by_content), name
            assert both >= by_position + by_content - asked, name


def test_stored_models_had_as_many_parameters_as_today():
    sizes = {
        d_ff: sum(p.numel() for p in TwoRulesRun(1, d_ff, 1e-3, 0).build().parameters())
        for d_ff in D_FF
    }
    for name, entry in stored("two_rules").items():
        assert entry["results"]["parameters"] == sizes[PLANNED[name].d_ff], name


@pytest.mark.usefixtures("without_type_checks")  # the models' own tests run with them
@pytest.mark.parametrize("name", CHEAP)
def test_a_stored_run_begins_as_it_would_today(name):
    run = PLANNED[name]
    history = run.fit(run.build(), Scale(stop_after=EXPERIMENT.fingerprint_steps))
    check_fingerprint(stored("two_rules")[name], history.losses)
