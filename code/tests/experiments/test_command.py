import runpy
import sys

import pytest

from paying_attention.experiments import bottleneck, recall
from paying_attention.experiments.store import results_path

COMMAND = "paying_attention.experiments"


def test_an_unknown_experiment_is_named(monkeypatch):
    monkeypatch.setattr(sys, "argv", ["experiments", "recall", "moonshot"])
    with pytest.raises(SystemExit, match=r"experiments: expected some of .* got \['moonshot'\]"):
        runpy.run_module(COMMAND, run_name="__main__")


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [(["recall"], ["recall"]), ([], ["bottleneck_tuning", "bottleneck", "recall"])],
)
def test_what_is_named_is_run(arguments, expected, monkeypatch):
    ran = []
    monkeypatch.setattr(bottleneck, "run_tuning", lambda: ran.append("bottleneck_tuning"))
    monkeypatch.setattr(bottleneck, "run_grid", lambda: ran.append("bottleneck"))
    monkeypatch.setattr(recall, "run_recall", lambda: ran.append("recall"))
    monkeypatch.setattr(sys, "argv", ["experiments", *arguments])
    runpy.run_module(COMMAND, run_name="__main__")
    assert ran == expected


def test_every_results_file_belongs_to_an_experiment():
    names = sorted(path.stem for path in results_path("any").parent.glob("*.json"))
    known = runpy.run_module(COMMAND)["EXPERIMENTS"]
    assert set(names) <= set(known)
