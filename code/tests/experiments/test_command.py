import runpy
import sys

import pytest

from paying_attention.experiments.store import results_path

COMMAND = "paying_attention.experiments"
ALL = ["bottleneck_tuning", "bottleneck", "recall", "alignment", "scores", "scores_long"]
ALL += ["phrases", "hard", "scaling", "two_rules", "heads"]


def test_an_unknown_experiment_is_named(monkeypatch):
    monkeypatch.setattr(sys, "argv", ["experiments", "recall", "moonshot"])
    with pytest.raises(SystemExit, match=r"experiments: expected some of .* got \['moonshot'\]"):
        runpy.run_module(COMMAND, run_name="__main__")


@pytest.mark.parametrize(
    ("arguments", "expected"), [(["recall"], ["recall"]), (["heads", "recall"],) * 2, ([], ALL)]
)
def test_what_is_named_is_run(arguments, expected, monkeypatch):
    ran = []
    for name, run in runpy.run_module(COMMAND)["EXPERIMENTS"].items():  # none of them may train
        monkeypatch.setattr(
            sys.modules[run.__module__], run.__name__, lambda name=name: ran.append(name)
        )
    monkeypatch.setattr(sys, "argv", ["experiments", *arguments])
    runpy.run_module(COMMAND, run_name="__main__")
    assert ran == expected


def test_every_results_file_belongs_to_an_experiment():
    names = sorted(path.stem for path in results_path("any").parent.glob("*.json"))
    known = runpy.run_module(COMMAND)["EXPERIMENTS"]
    assert set(names) <= set(known)
