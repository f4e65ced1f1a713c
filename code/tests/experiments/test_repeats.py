from dataclasses import asdict

from paying_attention.experiments import repeats as module
from paying_attention.experiments import store
from paying_attention.experiments.__main__ import EXPERIMENTS
from paying_attention.experiments.repeats import AGAIN, repeat
from paying_attention.experiments.runner import run_missing
from paying_attention.experiments.tasks.repeated import repeats
from tests.experiments.results_files import check_fingerprint
from tests.experiments.test_runner import SlopeRun, slopes


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


def test_each_file_that_is_repeated_belongs_to_an_experiment():
    assert set(AGAIN) <= set(EXPERIMENTS)
