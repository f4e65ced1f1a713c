from dataclasses import asdict, replace

import pytest

from paying_attention.experiments.bottleneck import EXPERIMENT, runs, work
from paying_attention.experiments.runner import CANARY
from paying_attention.experiments.tasks.numbers import PROFILE_LENGTH, TRAINED_LENGTHS
from tests.experiments.bottleneck_files import check_beginning, check_counted
from tests.experiments.results_files import stored

GRID = {run.name: run for run in runs()}
KINDS = [name for name, run in GRID.items() if (run.seed, run.time) == (0, 1)]


def test_the_grid_is_the_one_that_was_promised():
    found = {(r.attention, r.bidirectional, r.width, r.time, r.seed) for r in GRID.values()}
    for seed in range(3):
        assert ("additive", True, 1, 1, seed) in found
        assert {("constant", True, w, t, seed) for w in (1, 2) for t in (1, 2)} <= found
    assert {("constant", True, w, 10, 0) for w in (1, 2)} <= found
    for run in GRID.values():  # time multiplies the updates
        once = replace(run, time=1)
        assert run.num_steps == run.time * GRID[once.name].num_steps


@pytest.mark.parametrize("width", [1, 2])
def test_the_grid_uses_the_settings_that_were_best_on_validation(width):
    def share(entry):
        counts = entry["results"]["correct"]
        return sum(counts[str(k)][0] / counts[str(k)][1] for k in TRAINED_LENGTHS)

    tried = [e for e in stored("bottleneck_tuning").values() if e["config"]["width"] == width]
    best = max(tried, key=share)["config"]
    for run in GRID.values():
        if run.attention == "constant" and run.width == width:
            assert asdict(run).items() >= {
                (key, best[key]) for key in ("batch_size", "learning_rate", "dropout")
            }


def test_a_run_is_trained_and_measured():
    run = GRID["none-width1-time1-seed0"]
    model, history, results = work(run, replace(CANARY, stop_after=4))
    assert len(history.losses) == 4
    assert results["parameters"] == sum(p.numel() for p in model.parameters())
    assert list(results["correct"]) == [str(k) for k in range(1, 9)]  # test sentences
    assert len(results["gradient"]) == PROFILE_LENGTH
    assert sum(results["gradient"]) == pytest.approx(1, abs=PROFILE_LENGTH * 5e-6)


def test_the_runs_are_stored_and_count_every_test_sentence():
    check_counted(EXPERIMENT, "test")
    for entry in stored("bottleneck").values():
        gradient = entry["results"]["gradient"]
        assert len(gradient) == PROFILE_LENGTH
        assert all(0 <= share <= 1 for share in gradient)
        assert sum(gradient) == pytest.approx(1, abs=PROFILE_LENGTH * 5e-6)


@pytest.mark.usefixtures("without_type_checks")  # the models' own tests run with them
@pytest.mark.parametrize("name", KINDS)
def test_a_stored_run_begins_as_it_would_today(name):
    check_beginning(EXPERIMENT, name)


def test_more_time_changes_the_end_and_not_the_beginning():
    entries = stored("bottleneck")
    for name, run in GRID.items():
        once = entries[replace(run, time=1).name]
        assert entries[name]["fingerprint"] == pytest.approx(once["fingerprint"], rel=1e-3)
