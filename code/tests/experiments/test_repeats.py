from dataclasses import asdict

import pytest

from paying_attention.experiments import repeats as module
from paying_attention.experiments import store
from paying_attention.experiments.__main__ import EXPERIMENTS
from paying_attention.experiments.repeats import AGAIN, repeat, repeats, share_right
from paying_attention.experiments.runner import run_missing
from tests.experiments.results_files import check_fingerprint
from tests.experiments.test_runner import SlopeRun, slopes


@pytest.mark.parametrize(
    ("results", "share"),
    [
        ({"test": [3, 4]}, 0.75),
        ({"test": [9, 8, 1, 10], "correct": {"1": [0, 1]}}, 0.1),
        ({"correct": {"1": [1, 2], "2": [0, 6]}}, 0.125),
        ({"correct": {"1/0": [[1, 2]], "2/0": [[0, 2], [2, 4]]}}, 0.375),
    ],
)
def test_a_share_is_counted_over_all_tests(results, share):
    assert share_right(results) == share


def test_results_without_right_answers_are_refused():
    with pytest.raises(ValueError, match=r"results: expected one of .* got \['noise'\]"):
        share_right({"noise": 1})


def test_only_what_was_chosen_is_trained_again_and_once(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(store, "results_path", lambda name: tmp_path / f"{name}.json")
    monkeypatch.setattr(module, "AGAIN", {"slope": ("slope-seed1",)})
    counted = slopes(
        work=lambda run, scale: (
            slopes()
            .work(run, scale)
            ._replace(results={"test": [run.seed + run.num_steps - 60, 4], "noise": 2})
        ),
        runs=lambda: map(SlopeRun, range(3)),
    )
    monkeypatch.setattr("paying_attention.experiments.runner.results_path", store.results_path)
    run_missing(counted)
    repeat(counted)
    repeat(counted)
    assert capsys.readouterr().out.count("repeats: slope/slope-seed1") == 1
    (entry,) = store.load_results("repeats").values()
    assert entry["results"] == {"test": [1, 4]}
    assert entry["config"] == asdict(SlopeRun(1))
    (row,) = repeats()
    assert row == ("slope", "slope-seed1", 0.25, 0.25, [0.0, 0.25, 0.5])


# The stored results.


def test_the_file_holds_the_runs_that_were_chosen():
    names = {f"{experiment}/{run}" for experiment, runs in AGAIN.items() for run in runs}
    assert set(store.load_results("repeats")) == names


def test_what_was_repeated_is_the_stored_run():
    """Same settings, same first losses, as many questions."""
    for name, entry in store.load_results("repeats").items():
        experiment, run = name.split("/", 1)
        stored = store.load_results(experiment)[run]
        assert entry["config"] == stored["config"]
        check_fingerprint(entry, stored["fingerprint"])
        for what, counts in entry["results"].items():
            before = stored["results"][what]
            if what == "test":
                assert counts[-1] == before[-1]
            else:
                assert counts.keys() == before.keys()


def test_a_row_says_how_much_the_seeds_differ():
    for row in repeats():
        assert row.stored in row.arm
        assert len(row.arm) >= 3
        assert 0 <= row.again <= 1


def test_each_file_that_is_repeated_belongs_to_an_experiment():
    assert set(AGAIN) <= set(EXPERIMENTS)
