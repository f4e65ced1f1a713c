import math
from dataclasses import replace

import pytest
import torch

from paying_attention.data.toys.associative_recall import (
    FILLER,
    NUM_KEYS,
    NUM_VALUES,
    VOCAB_SIZE,
    RecallBatch,
    recall_batch,
)
from paying_attention.experiments import recall
from paying_attention.experiments.recall import (
    EXPERIMENT,
    NUM_TEST,
    TESTED_FILLERS,
    TESTED_PAIRS,
    TRAINED_FILLERS,
    TRAINED_PAIRS,
    RecallRun,
    recall_by_lag,
    recall_loss,
    runs,
    work,
)
from paying_attention.experiments.runner import Scale
from paying_attention.models.toys.recurrent_reader import RecurrentReader
from tests.experiments.results_files import (
    BEGINNING,
    check_counts,
    check_fingerprint,
    check_planned,
    stored,
)

RUNS = {run.name: run for run in runs()}
ENTRIES = list(stored("recall"))


class PerfectReader(RecurrentReader):
    """Remembers the last pairs only, and answers 0 where it does not."""

    def __init__(self, memory):
        super().__init__(VOCAB_SIZE, NUM_VALUES, d_model=1)
        self.attention = memory

    def forward(self, tokens):
        is_value = (tokens >= NUM_KEYS) & (tokens < NUM_KEYS + NUM_VALUES)
        pairs = int(is_value[0].sum())
        keys, values = tokens[:, 0 : 2 * pairs : 2], tokens[:, 1 : 2 * pairs : 2]
        found = keys == tokens[:, -1:]
        found[:, : max(0, pairs - self.attention)] = False
        answers = (found * (values - NUM_KEYS)).sum(dim=1)
        return torch.nn.functional.one_hot(answers, NUM_VALUES).float()


def test_a_reader_that_remembers_everything_is_always_right():
    counts = recall_by_lag(PerfectReader(memory=NUM_KEYS))
    expected = [f"{pairs}/{fillers}" for pairs in TESTED_PAIRS for fillers in TESTED_FILLERS]
    assert list(counts) == expected
    for name, row in counts.items():
        assert row == [[NUM_TEST, NUM_TEST]] * int(name.split("/")[0])


def test_a_reader_that_remembers_three_pairs_is_right_up_to_lag_two():
    for name, row in recall_by_lag(PerfectReader(memory=3)).items():
        for lag, (right, asked) in enumerate(row):
            if lag < 3:
                assert right == asked, name
            else:  # it guesses: 1 of 4, give or take 6 standard deviations
                assert abs(right / asked - 0.25) < 0.12, name


def test_a_reader_that_fillers_confuse_is_right_without_them():
    class Distracted(PerfectReader):
        def forward(self, tokens):
            return super().forward(tokens) * (tokens != FILLER).all()

    for name, row in recall_by_lag(Distracted(memory=NUM_KEYS)).items():
        for right, asked in row:
            assert (right == asked) == name.endswith("/0"), name


def test_the_questions_are_always_the_same():
    reader = PerfectReader(memory=2)
    before = torch.get_rng_state()
    assert recall_by_lag(reader) == recall_by_lag(reader)
    assert torch.equal(torch.get_rng_state(), before)


def test_the_loss_by_hand():
    """The right answers have probability 1/4 and 3/6."""
    logits = torch.tensor([[0.0, 0.0, 0.0, 0.0], [0.0, math.log(3.0), 0.0, 0.0]])

    class Fixed(torch.nn.Module):
        def forward(self, tokens):
            return logits

    batch = RecallBatch(torch.zeros(2, 3).long(), torch.tensor([2, 1]), torch.tensor([0, 0]))
    expected = (math.log(4) + math.log(2)) / 2
    assert recall_loss(Fixed(), batch).item() == pytest.approx(expected)


def test_training_draws_all_kinds_of_questions(monkeypatch):
    asked = []

    def spy(batch_size, num_pairs, *, num_fillers, generator):
        asked.append((num_pairs, num_fillers))
        return recall_batch(batch_size, num_pairs, num_fillers=num_fillers, generator=generator)

    monkeypatch.setattr(recall, "recall_batch", spy)
    run = RecallRun(0, d_model=3, batch_size=2)
    questions = run.questions(torch.Generator().manual_seed(0))
    batches = list(questions)
    assert {pairs for pairs, _ in asked} == set(TRAINED_PAIRS) < set(TESTED_PAIRS)
    assert {fillers for _, fillers in asked} == set(TRAINED_FILLERS)
    assert all(len(batch.tokens) == 2 for batch in batches)


def test_the_seed_decides_and_an_early_stop_is_a_beginning():
    run = RecallRun(0, num_steps=60, d_model=5, batch_size=3)
    whole = run.fit(run.build(), Scale(stop_after=7)).losses
    assert run.fit(run.build(), Scale(stop_after=4)).losses == whole[:4]
    other = replace(run, seed=1)
    assert other.fit(other.build(), Scale(stop_after=4)).losses != whole[:4]
    assert len(whole) == 7


def test_a_run_is_trained_and_asked():
    run = RecallRun(0, num_steps=50, d_model=3, batch_size=2)
    model, history, results = work(run, Scale(stop_after=4))
    assert len(history.losses) == 4
    assert results == {"correct": recall_by_lag(model)}


# The stored results.


def test_the_file_holds_the_runs_that_were_planned():
    check_planned(EXPERIMENT)


@pytest.mark.usefixtures("without_type_checks")  # the models' own tests run with them
@pytest.mark.parametrize("name", ENTRIES)
def test_a_stored_run_begins_as_it_would_today(name):
    entry = stored("recall")[name]
    run = RUNS[name]
    check_fingerprint(entry, run.fit(run.build(), BEGINNING).losses)


@pytest.mark.parametrize("name", ENTRIES)
def test_stored_counts_can_be_true(name):
    correct = stored("recall")[name]["results"]["correct"]
    assert list(correct) == [f"{p}/{f}" for p in TESTED_PAIRS for f in TESTED_FILLERS]
    for key, row in correct.items():
        assert len(row) == int(key.split("/")[0])
        for counts in row:
            check_counts(f"{name}, {key}", counts, NUM_TEST)
