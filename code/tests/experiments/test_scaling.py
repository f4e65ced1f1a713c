from dataclasses import asdict, replace

import pytest
import torch
from torch import nn

from paying_attention.experiments import scaling, store
from paying_attention.experiments.scaling import (
    BATCH_SIZE,
    FINGERPRINT_STEPS,
    NUM_KEYS,
    NUM_PAIRS,
    NUM_TEST,
    NUM_VALUES,
    RATES,
    TEST_SEED,
    VALIDATION_SEED,
    ScalingRun,
    count_right,
    measure,
    questions,
    run_scaling,
    runs,
)
from paying_attention.models.toys.soft_dictionary import SoftDictionary
from paying_attention.training.loop import TrainingDivergedError
from tests.experiments.results_files import check_counts, check_fingerprint, stored

PLANNED = {run.name: run for run in runs()}
CHEAP = [
    name
    for name, run in PLANNED.items()
    if run.head_dim in (16, 256) and (run.seed, run.learning_rate) == (0, 3e-3)
]


def test_the_grid_is_whole():
    assert len(PLANNED) == len(list(runs())) == 4 * 3 * 5 * 3
    assert all(run.num_steps == 800 for run in PLANNED.values())


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


def test_the_questions_are_always_the_same_and_never_those_of_the_training():
    one, again, other = (questions(s) for s in (TEST_SEED, TEST_SEED, VALIDATION_SEED))
    assert one.keys.shape == (NUM_TEST, NUM_PAIRS)
    assert torch.equal(one.keys, again.keys)
    assert not torch.equal(one.keys, other.keys)
    assert not {TEST_SEED, VALIDATION_SEED} & {run.seed for run in PLANNED.values()}
    trained = list(scaling._batches(torch.Generator().manual_seed(0)))
    assert {tuple(batch.keys.shape) for batch in trained} == {(BATCH_SIZE, NUM_PAIRS)}
    seen = {str(row) for batch in trained for row in batch.keys.tolist()}
    assert seen.isdisjoint(str(row) for row in one.keys.tolist())


def test_right_answers_are_counted():
    class OftenRight(SoftDictionary):
        """Wrong in the first rows."""

        def forward(self, asked, keys, values):
            answers = values[keys == asked[:, None]]
            answers[:300] = (answers[:300] + 1) % NUM_VALUES
            return nn.functional.one_hot(answers, NUM_VALUES).float()

    model = OftenRight(NUM_KEYS, NUM_VALUES)
    assert count_right(model, TEST_SEED) == count_right(model, VALIDATION_SEED) == NUM_TEST - 300


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
    whole = run.fit(run.build(), num_steps=7).losses
    assert run.fit(run.build(), num_steps=4).losses == whole[:4]
    other = replace(run, seed=1)
    assert other.fit(other.build(), num_steps=4).losses != whole[:4]


class Exploding(ScalingRun):
    """Diverges after its first steps."""

    def fit(self, model, *, num_steps=None):
        if num_steps is None:
            raise TrainingDivergedError("far too fast")
        return super().fit(model, num_steps=num_steps)


def test_a_run_is_stored_once_whether_it_diverges_or_not(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(store, "results_path", lambda experiment: tmp_path / f"{experiment}.json")
    two = [ScalingRun(4, "none", 1e-3, 0, num_steps=50), Exploding(4, "none", 3.0, 0, num_steps=50)]
    monkeypatch.setattr(scaling, "runs", lambda: iter(two))
    run_scaling()
    found = store.load_results("scaling")
    assert sorted(found) == sorted(run.name for run in two)
    learned, exploded = (found[run.name] for run in two)
    assert learned["results"]["diverged"] is False
    assert learned["results"]["after"] != learned["results"]["before"]
    assert exploded["results"]["diverged"] is True
    assert exploded["results"]["test"] == exploded["results"]["validation"] == [0, NUM_TEST]
    assert len(learned["fingerprint"]) == len(exploded["fingerprint"]) == FINGERPRINT_STEPS
    capsys.readouterr()
    run_scaling()
    assert capsys.readouterr().out == ""


# The stored results.


def test_the_file_holds_the_runs_that_were_planned():
    entries = stored("scaling")
    assert sorted(entries) == sorted(PLANNED), "run `make results`"
    for name, run in PLANNED.items():
        assert entries[name]["config"] == asdict(run)


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


@pytest.mark.parametrize("name", CHEAP)
def test_a_stored_run_begins_as_it_would_today(name):
    run, entry = PLANNED[name], stored("scaling")[name]
    model = run.build()
    for measured, number in measure(model).items():
        expected = entry["results"]["before"][measured]
        assert number == pytest.approx(expected, rel=1e-2, abs=2e-4)
    check_fingerprint(entry, run.fit(model, num_steps=FINGERPRINT_STEPS).losses)
