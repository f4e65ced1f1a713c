import math
from dataclasses import asdict, replace

import pytest
import torch
from torch import nn

from paying_attention.data.toys.two_rules import NUM_LETTERS, TwoRulesBatch
from paying_attention.experiments import store, two_rules
from paying_attention.experiments.store import load_results
from paying_attention.experiments.two_rules import (
    BATCH_SIZE,
    D_FF,
    FINGERPRINT_STEPS,
    HEADS,
    LENGTH,
    NUM_TEST,
    TEST_SEED,
    VALIDATION_SEED,
    TwoRulesRun,
    count_right,
    rows,
    run_two_rules,
    runs,
    two_rules_loss,
)
from paying_attention.models.toys.attention_reader import AttentionReader
from tests.experiments.results_files import check_counts, check_fingerprint, stored

PLANNED = {run.name: run for run in runs()}
CHEAP = [name for name, run in PLANNED.items() if (run.seed, run.learning_rate) == (0, 3e-3)]
POSITIONS = NUM_TEST * LENGTH


class Knowing(AttentionReader):
    """Gives answers that it was told, as certain as a loss of 0 wants them."""

    def __init__(self, answers):
        super().__init__(NUM_LETTERS, 2 * NUM_LETTERS)
        self.answers = answers

    def forward(self, tokens, *, mask=None, marks=None):
        return 50.0 * nn.functional.one_hot(self.answers, NUM_LETTERS).float().flatten(2)


def three_letters():
    answers = torch.tensor([[[3, 9], [3, 9], [7, 9]]])
    tokens, marks = torch.tensor([[3, 7, 9]]), torch.tensor([[False, False, True]])
    return TwoRulesBatch(tokens, marks, answers)


def test_the_grid_is_whole():
    assert len(PLANNED) == len(list(runs())) == 5 * 3 * 2 * 3
    assert all(run.num_steps == 1500 for run in PLANNED.values())


def test_arms_have_as_many_parameters_with_any_number_of_heads():
    for d_ff in D_FF:
        models = [TwoRulesRun(heads, d_ff, 1e-3, 0).build() for heads in HEADS]
        assert [model.attention.num_heads for model in models] == list(HEADS)
        assert len({sum(p.numel() for p in model.parameters()) for model in models}) == 1
        assert all((model.feed_forward is None) is (d_ff == 0) for model in models)


def test_right_answers_are_counted_by_rule():
    batch = three_letters()
    assert count_right(Knowing(batch.answers), batch) == [3, 3, 3, 3]
    wrong = batch.answers.clone()
    wrong[0, 0, 0] += 1
    wrong[0, 1, 0] += 1
    wrong[0, 1, 1] += 1
    assert count_right(Knowing(wrong), batch) == [1, 2, 1, 3]
    wrong[0, 2, 1] += 1
    assert count_right(Knowing(wrong), batch) == [1, 1, 0, 3]
    assert count_right(Knowing(batch.answers.flip(-1)), batch) == [0, 0, 0, 3]


def test_the_marks_reach_the_model():
    batch, seen = three_letters(), []

    class Spy(Knowing):
        def forward(self, tokens, *, mask=None, marks=None):
            seen.append((tokens, marks))
            return super().forward(tokens)

    count_right(Spy(batch.answers), batch)
    two_rules_loss(Spy(batch.answers), batch)
    assert len(seen) == 2
    assert all(tokens is batch.tokens and marks is batch.marks for tokens, marks in seen)


def test_the_loss_by_hand():
    """Right answers cost nothing; all letters alike cost ln 16; the mean is over both rules."""
    batch = three_letters()
    assert two_rules_loss(Knowing(batch.answers), batch).item() == pytest.approx(0, abs=1e-6)

    class HalfBlind(Knowing):
        def forward(self, tokens, *, mask=None, marks=None):
            logits = super().forward(tokens).unflatten(-1, (2, NUM_LETTERS))
            return torch.cat([logits[..., :1, :], 0 * logits[..., 1:, :]], dim=-2).flatten(2)

    expected = math.log(NUM_LETTERS) / 2
    assert two_rules_loss(HalfBlind(batch.answers), batch).item() == pytest.approx(expected)


def test_the_rows_are_always_the_same_and_never_those_of_the_training():
    one, again, other = (rows(seed) for seed in (TEST_SEED, TEST_SEED, VALIDATION_SEED))
    assert one.tokens.shape == (NUM_TEST, LENGTH)
    assert torch.equal(one.tokens, again.tokens)
    assert not torch.equal(one.tokens, other.tokens)
    assert not {TEST_SEED, VALIDATION_SEED} & {run.seed for run in PLANNED.values()}
    trained = list(two_rules._batches(torch.Generator().manual_seed(0)))
    assert {tuple(batch.tokens.shape) for batch in trained} == {(BATCH_SIZE, LENGTH)}
    seen = {str(row) for batch in trained for row in batch.tokens.tolist()}
    assert seen.isdisjoint(str(row) for row in one.tokens.tolist())


def test_the_seed_decides_and_an_early_stop_is_a_beginning():
    run = TwoRulesRun(2, 0, 1e-3, 0, num_steps=60)
    whole = run.fit(run.build(), num_steps=5).losses
    assert run.fit(run.build(), num_steps=3).losses == whole[:3]
    other = replace(run, seed=1)
    assert other.fit(other.build(), num_steps=3).losses != whole[:3]


class Short(TwoRulesRun):
    """Stops early."""

    def fit(self, model, *, num_steps=None):
        return super().fit(model, num_steps=num_steps or 5)


def test_a_run_is_stored_once_and_skipped_the_next_time(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(store, "results_path", lambda experiment: tmp_path / f"{experiment}.json")
    one = Short(4, 0, 1e-3, 0)
    monkeypatch.setattr(two_rules, "runs", lambda: iter([one]))
    run_two_rules()
    (entry,) = load_results("two_rules").values()
    assert entry["name"] == one.name
    assert entry["config"] == asdict(one)
    assert len(entry["fingerprint"]) == FINGERPRINT_STEPS
    capsys.readouterr()
    run_two_rules()
    assert capsys.readouterr().out == ""


# The stored results.


def test_the_file_holds_the_runs_that_were_planned():
    entries = stored("two_rules")
    assert sorted(entries) == sorted(PLANNED), "run `make results`"
    for name, run in PLANNED.items():
        assert entries[name]["config"] == asdict(run)


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


@pytest.mark.parametrize("name", CHEAP)
def test_a_stored_run_begins_as_it_would_today(name):
    run = PLANNED[name]
    history = run.fit(run.build(), num_steps=FINGERPRINT_STEPS)
    check_fingerprint(stored("two_rules")[name], history.losses)
