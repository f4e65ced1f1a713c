import json
from dataclasses import asdict, dataclass, replace
from functools import cache

import pytest
import torch
from torch import nn

from paying_attention.evaluation import decoding
from paying_attention.experiments import runner, store
from paying_attention.experiments.__main__ import EXPERIMENTS
from paying_attention.experiments.runner import (
    CANARY,
    FULL,
    Experiment,
    Outcome,
    Run,
    Scale,
    fit_run,
    run_missing,
    send_canary,
    store_canary,
)
from paying_attention.experiments.store import load_canary, load_results
from paying_attention.experiments.tasks import measures, numbers
from paying_attention.training import loop
from tests.experiments.results_files import differences, stored


@dataclass(frozen=True)
class SlopeRun:
    """A run that takes no time: one weight, which should be 1."""

    seed: int
    num_steps: int = 60
    learning_rate: float = 0.1

    @property
    def name(self):
        return f"slope-seed{self.seed}"

    def build(self):
        model = nn.Linear(1, 1, bias=False)
        nn.init.constant_(model.weight, self.seed)
        return model

    def fit(self, model, scale):
        return fit_run(self, model, square, lambda generator: iter([torch.ones(3, 1)]), scale)


def square(model, batch):
    return (model(batch) - 1).square().mean()


def slope_work(run, scale):
    model = run.build()
    history = run.fit(model, scale)
    return Outcome(model, history, {"weight": [1, len(history.losses)], "small": scale.small})


def slopes(**changes):
    fields = {
        "name": "slope",
        "runs": lambda: map(SlopeRun, range(2)),
        "work": slope_work,
        "canary": SlopeRun(5, num_steps=9),
        "witness": lambda model: {"sign": model.weight.sign().item()},
        "fingerprint_steps": 3,
    }
    return Experiment(**fields | changes)


@pytest.fixture
def folder(monkeypatch, tmp_path):
    monkeypatch.setattr(store, "results_path", lambda name: tmp_path / f"{name}.json")
    monkeypatch.setattr(runner, "results_path", lambda name: tmp_path / f"{name}.json")
    return tmp_path


def test_a_run_is_anything_with_a_name_a_seed_and_a_plan():
    assert isinstance(SlopeRun(0), Run)
    assert not isinstance(nn.Linear(1, 1), Run)


def test_what_is_missing_is_run_and_stored_once(folder, capsys):
    run_missing(slopes())
    assert capsys.readouterr().out.count("slope: slope-seed") == 2
    found = load_results("slope")
    assert [entry["config"] for entry in found.values()] == [asdict(SlopeRun(s)) for s in (0, 1)]
    for seed, entry in enumerate(found.values()):
        assert entry["results"] == {"weight": [1, 60], "small": False}
        assert entry["fingerprint"] == pytest.approx(
            [round(loss, 6) for loss in slope_work(SlopeRun(seed), FULL).history.losses[:3]]
        )
    before = (folder / "slope.json").read_bytes()
    run_missing(slopes())
    assert capsys.readouterr().out == ""
    assert (folder / "slope.json").read_bytes() == before


def test_a_run_with_other_settings_replaces_the_old_one(folder):
    run_missing(slopes())
    longer = [SlopeRun(0, num_steps=70)]
    run_missing(slopes(runs=lambda: iter(longer)))
    found = load_results("slope")
    assert [entry["results"]["weight"][1] for entry in found.values()] == [70, 60]
    run_missing(slopes(runs=lambda: iter(longer)))  # and a third time changes nothing
    assert load_results("slope") == found


def test_a_training_goes_as_its_run_and_its_scale_say(monkeypatch):
    seen = {}

    def note(model, loss, epoch, plan, **more):
        seen.update(model=model, loss=loss, epoch=epoch, plan=plan, **more)
        return loop.History()

    monkeypatch.setattr(runner, "train", note)
    run, model, epoch = SlopeRun(4, num_steps=77, learning_rate=0.3), nn.Linear(1, 1), iter
    fit_run(run, model, square, epoch, Scale(stop_after=6, warmup_steps=5, window=7))
    plan = loop.TrainingConfig(num_steps=77, learning_rate=0.3, warmup_steps=5, seed=4)
    assert seen == {
        **{"model": model, "loss": square, "epoch": epoch, "plan": plan, "window": 7},
        **{"stop_after": 6, "description": "slope-seed4", "validate": None},
    }
    fit_run(run, model, square, epoch, validate=abs)
    assert seen["validate"] is abs
    assert seen["plan"] == loop.TrainingConfig(num_steps=77, learning_rate=0.3, seed=4)
    assert (seen["window"], seen["stop_after"]) == (50, None)  # the loop's own


def test_a_canary_goes_the_whole_way_at_a_small_size(folder, capsys):
    experiment = slopes()
    store_canary(experiment)
    entry = load_canary("slope")
    assert entry["config"] == asdict(experiment.canary)
    losses = slope_work(experiment.canary, CANARY).history.losses
    assert entry["results"] == {
        **{"losses": [round(loss, 6) for loss in losses], "best_step": 9},
        **{"measured": {"weight": [1, 9], "small": True}, "witness": {"sign": 1.0}},
    }
    assert load_results("slope") == {}
    capsys.readouterr()
    store_canary(replace(experiment, witness=lambda model: {"sign": 3.0}))
    assert capsys.readouterr().out == ""
    assert load_canary("slope") == entry  # it is there: nothing is measured again


def test_a_canary_is_measured_again_on_request_and_leaves_the_runs_alone(folder):
    run_missing(slopes())
    store_canary(slopes())
    runs = load_results("slope")
    store_canary(slopes(witness=lambda model: {"sign": 3.0}), again=True)
    assert load_canary("slope")["results"]["witness"] == {"sign": 3.0}
    assert load_results("slope") == runs
    run_missing(slopes())
    assert load_canary("slope")["results"]["witness"] == {"sign": 3.0}


# The canaries of the results files.


@cache
def todays(name):
    return send_canary(EXPERIMENTS[name])


@pytest.mark.usefixtures("without_type_checks")  # the other tests of each room run with them
@pytest.mark.parametrize("name", EXPERIMENTS)
def test_the_canary_says_what_it_said(name):
    then = load_canary(name)
    assert then["config"] == json.loads(json.dumps(asdict(EXPERIMENTS[name].canary)))
    assert differences(then["results"], todays(name)["results"]) == []


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_the_canary_can_notice(name):
    """Its best weights are not its last, its rate falls to the end, and it can be right."""
    results, run = load_canary(name)["results"], EXPERIMENTS[name].canary
    assert CANARY.warmup_steps < results["best_step"] < len(results["losses"]) == run.num_steps
    assert stored(name), "a canary without runs guards nothing"
    measured = results["measured"]
    right = [measured["test"]] if "test" in measured else measured["correct"].values()
    if name == "recall":
        right = [counts for row in right for counts in row]
    best = max(counts[0] / counts[-1] for counts in right)
    # Hard attention learns from few sentences, since one draw that rounding turns changes all.
    assert best > 0.1 or (name == "hard" and results["witness"]["written"] > 0)


def said(name):
    """What the canary of an experiment says differently, now that something was changed."""
    found = differences(load_canary(name)["results"], send_canary(EXPERIMENTS[name])["results"])
    return {line.split(":")[0].split("/")[1] for line in found}


def test_a_canary_notices_a_straight_line_in_place_of_the_cosine(monkeypatch):
    def straight(step, *, num_steps, warmup_steps, learning_rate=1.0):
        if step < warmup_steps:
            return learning_rate * (step + 1) / warmup_steps
        return learning_rate * (1 - (step - warmup_steps) / (num_steps - warmup_steps))

    monkeypatch.setattr(loop, "warmup_cosine", straight)
    assert "losses" in said("scores_long")


def test_a_canary_notices_that_the_last_weights_were_kept(monkeypatch):
    train = runner.train

    def keep_last(*given, window, **more):
        """One window, as long as the training: its weights are the last."""
        return train(*given, window=given[3].num_steps, **more)

    monkeypatch.setattr(runner, "train", keep_last)
    assert said("scores_long") == {"best_step", "measured", "witness"}


def test_a_canary_notices_translations_that_are_cut_off(monkeypatch):
    decode = decoding.greedy_decode

    def cut(model, source, lengths, *, max_len):
        return [words[:-4] for words in decode(model, source, lengths, max_len=max_len)]

    monkeypatch.setattr(decoding, "greedy_decode", cut)
    monkeypatch.setattr(measures, "greedy_decode", cut)
    assert said("scores_long") == {"measured", "witness"}


def test_a_canary_notices_other_sentences():
    """Whatever changes a sentence or a link of the task changes what the canary stores."""
    for name in ("scores_long", "bottleneck"):
        assert load_canary(name)["results"]["witness"]["data"] == numbers.number_task().digests


@pytest.mark.parametrize("what", ["split", "seed"])
def test_another_split_or_seed_gives_other_digests(monkeypatch, what):
    monkeypatch.setattr(numbers, "NUM_TRAINING", 2000)  # to be quick
    monkeypatch.setattr(numbers, "NUM_TEST", 40)
    draw = numbers.number_task.__wrapped__
    usual = draw().digests
    if what == "split":
        split = numbers.split_numbers
        monkeypatch.setattr(numbers, "split_numbers", lambda: split(seed=1))
    else:
        drawn = numbers._training_pairs

        def other_seed(given, generator):
            return drawn(given, generator.manual_seed(2))

        monkeypatch.setattr(numbers, "_training_pairs", other_seed)
    changed = draw().digests
    assert all(changed[part] != usual[part] for part in usual)
