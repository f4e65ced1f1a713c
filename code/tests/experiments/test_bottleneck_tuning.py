from dataclasses import asdict, replace

import pytest

from paying_attention.experiments.bottleneck_tuning import EXPERIMENT, TuningRun, runs, work
from paying_attention.experiments.runner import CANARY
from paying_attention.experiments.tasks.translation import BottleneckRun
from tests.experiments.bottleneck_files import check_beginning, check_counted

# One rate of each kind: a canary watches over what the rate does.
KINDS = {(r.width, r.batch_size, r.dropout): r.name for r in runs()}.values()


def test_names_say_the_settings():
    names = [run.name for run in runs()]
    assert len(set(names)) == len(names) == 10
    run = TuningRun("constant", 2, 1, 0, 700, 32, 4e-3, dropout=0.1)
    assert run.name == "constant-width2-time1-seed0-batch32-rate0.004-dropout0.1"
    assert asdict(run) == asdict(BottleneckRun(**asdict(run)))  # nothing else differs


def test_a_run_is_judged_on_validation_sentences(monkeypatch):
    run = next(runs())
    model, history, results = work(run, replace(CANARY, stop_after=4))
    assert len(history.losses) == 4
    assert results["parameters"] == sum(p.numel() for p in model.parameters())
    assert list(results["correct"]) == ["1"]  # a canary has single numbers to be judged on


def test_the_runs_are_stored_and_count_every_validation_sentence():
    check_counted(EXPERIMENT, "validation")


@pytest.mark.usefixtures("without_type_checks")  # the models' own tests run with them
@pytest.mark.parametrize("name", KINDS)
def test_a_stored_run_begins_as_it_would_today(name):
    check_beginning(EXPERIMENT, name)
