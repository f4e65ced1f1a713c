import math
from dataclasses import replace

import pytest
import torch
from torch import nn

from paying_attention.experiments.runner import FULL, Scale
from paying_attention.experiments.scaling import EXPERIMENT, RATES, runs
from paying_attention.experiments.tasks.lookup import (
    FINGERPRINT_STEPS,
    NUM_KEYS,
    NUM_PAIRS,
    NUM_TEST,
    NUM_VALUES,
    TEST_SEED,
    VALIDATION_SEED,
    ScalingRun,
    measure,
    questions,
    train_and_ask,
)
from paying_attention.training.loop import TrainingDivergedError
from tests.experiments.results_files import (
    check_counts,
    check_fingerprint,
    check_planned,
    stored,
)

PLANNED = {run.name: run for run in runs()}
CHEAP = [
    name
    for name, run in PLANNED.items()
    if run.head_dim in (16, 256) and (run.seed, run.learning_rate) == (0, 3e-3)
]


def test_the_grid_is_whole():
    assert len(PLANNED) == len(list(runs())) == 4 * 3 * 5 * 3
    assert all(run.num_steps == 800 for run in PLANNED.values())


def test_no_training_draws_the_questions_of_the_tests():
    assert not {TEST_SEED, VALIDATION_SEED} & {run.seed for run in PLANNED.values()}


def test_a_run_builds_what_it_says():
    for run in (ScalingRun(16, "none", 1e-3, 0), ScalingRun(5, "by √d_k", 1e-3, 0)):
        model = run.build()
        assert model.k_proj.weight.shape == (run.head_dim, 64)
        assert model.scale == (1 if run.scaling == "none" else run.head_dim**-0.5)
        assert model.key_embedding.num_embeddings == NUM_KEYS
        assert model.readout.out_features == NUM_VALUES
    one, other = (ScalingRun(16, "none", 1e-3, seed).build() for seed in (0, 1))
    assert not torch.equal(one.q_proj.weight, other.q_proj.weight)
    again = ScalingRun(16, "none", 1e-2, 0).build()
    assert torch.equal(one.q_proj.weight, again.q_proj.weight)


@pytest.mark.parametrize("kind", ["by √d_k", "none", "in the weights"])
def test_scores_and_weights_are_measured(kind):
    """The variance of the scores before any division, and the mean of the largest weights."""
    model, batch = ScalingRun(9, kind, 1e-3, 0).build(), questions(VALIDATION_SEED)
    query = model.key_embedding(batch.asked) @ model.q_proj.weight.T
    keys = model.key_embedding(batch.keys) @ model.k_proj.weight.T
    scores = [(query * key).sum(dim=1) for key in keys.unbind(dim=1)]
    scores = torch.stack(scores, dim=1).double()
    largest = (scores / (3 if kind == "by √d_k" else 1)).softmax(dim=1).max(dim=1).values
    found = measure(model)
    assert found["score_variance"] == pytest.approx(scores.var().item(), rel=1e-3)
    assert found["largest_weight"] == pytest.approx(largest.mean().item(), abs=1e-4)


def test_the_seed_decides_and_an_early_stop_is_a_beginning():
    run = ScalingRun(4, "none", 1e-3, 0, num_steps=60)
    whole = run.fit(run.build(), Scale(stop_after=7)).losses
    assert run.fit(run.build(), Scale(stop_after=4)).losses == whole[:4]
    other = replace(run, seed=1)
    assert other.fit(other.build(), Scale(stop_after=4)).losses != whole[:4]


class Exploding(ScalingRun):
    """Diverges after its first steps."""

    def fit(self, model, scale=FULL):
        if scale.stop_after is None:
            nn.init.constant_(model.readout.weight, math.nan)
            raise TrainingDivergedError("far too fast")
        return super().fit(model, scale)


def test_a_run_is_measured_whether_it_diverges_or_not():
    learned = train_and_ask(ScalingRun(4, "none", 1e-3, 0, num_steps=50), FULL)
    exploding = Exploding(4, "none", 3.0, 0, num_steps=50)
    exploded = train_and_ask(exploding, FULL)
    assert learned.results["diverged"] is False
    assert learned.results["after"] != learned.results["before"]
    assert exploded.results == {
        **{"diverged": True, "before": learned.results["before"]},
        **{"validation": [0, NUM_TEST], "test": [0, NUM_TEST]},
    }
    beginning = super(Exploding, exploding).fit(exploding.build(), Scale(stop_after=3))
    assert exploded.history.losses == beginning.losses  # a fingerprint, from the first weights


# The stored results.


def test_the_file_holds_the_runs_that_were_planned():
    check_planned(EXPERIMENT)


def test_stored_numbers_can_be_true():
    for name, entry in stored("scaling").items():
        results = entry["results"]
        for judged in ("validation", "test"):
            check_counts(name, results[judged], NUM_TEST)
        assert ("after" in results) is (not results["diverged"]), name
        if results["diverged"]:
            assert results["validation"] == results["test"] == [0, NUM_TEST], name
        for when in {"before", "after"} & set(results):
            assert 1 / NUM_PAIRS <= results[when]["largest_weight"] <= 1, name
            assert results[when]["score_variance"] > 0, name


def test_runs_that_differ_in_the_rate_begin_alike():
    entries = stored("scaling")
    for name, entry in entries.items():
        run = PLANNED[name]
        first = entries[replace(run, learning_rate=RATES[0]).name]["results"]["before"]
        assert entry["results"]["before"] == first, name
        # Before training, scores spread as the module says: by head_dim, or by 1.
        expected = 1 if run.scaling == "in the weights" else run.head_dim
        assert first["score_variance"] == pytest.approx(expected, rel=0.4), name


@pytest.mark.usefixtures("without_type_checks")  # the models' own tests run with them
@pytest.mark.parametrize("name", CHEAP)
def test_a_stored_run_begins_as_it_would_today(name):
    run, entry = PLANNED[name], stored("scaling")[name]
    model = run.build()
    for measured, number in measure(model).items():
        expected = entry["results"]["before"][measured]
        assert number == pytest.approx(expected, rel=1e-2, abs=2e-4)
    check_fingerprint(entry, run.fit(model, Scale(stop_after=FINGERPRINT_STEPS)).losses)
