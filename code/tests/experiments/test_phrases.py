from dataclasses import asdict

import pytest
import torch

from paying_attention.data.phrases.sentences import SHOWCASE, split_phrases
from paying_attention.evaluation.decoding import greedy_decode
from paying_attention.experiments.bottleneck import FINGERPRINT_STEPS
from paying_attention.experiments.phrases import (
    NUM_TRAINING,
    phrase_runs,
    phrase_task,
    showcase_results,
)
from tests.experiments.results_files import check_counts, check_fingerprint, stored

PLANNED = {run.name: run for run in phrase_runs()}


@pytest.mark.parametrize("direction", ["en-fr", "fr-en"])
def test_the_task_keeps_the_split(direction):
    task = phrase_task(direction)
    training, validation, test = split_phrases()
    forwards = direction == "en-fr"

    def sentences(parts):
        return {pair.source if forwards else pair.target for pairs in parts for pair in pairs}

    seen = {pair.source for pair in task.training.pairs}
    assert len(task.training) == NUM_TRAINING
    assert seen <= sentences(training.values())
    held_out = {pair.source for corpus in task.test.values() for pair in corpus.pairs}
    assert held_out == sentences(test.values())
    assert seen.isdisjoint(held_out)
    assert seen.isdisjoint(sentences([SHOWCASE]))
    checked = {pair.source for corpus in task.validation.values() for pair in corpus.pairs}
    assert checked == sentences(validation.values())
    assert [p if forwards else p.reverse() for p in task.showcase.pairs] == list(SHOWCASE)


def test_an_unknown_direction_is_named(without_type_checks):
    with pytest.raises(ValueError, match="direction: expected 'en-fr' or 'fr-en', got 'de-en'"):
        phrase_task.__wrapped__("de-en")


def test_the_file_holds_the_runs_that_were_planned():
    entries = stored("phrases")
    assert sorted(entries) == sorted(PLANNED)
    for name, run in PLANNED.items():
        assert entries[name]["config"] == asdict(run)
        task, results = phrase_task(run.task), entries[name]["results"]
        for template, corpus in task.test.items():
            check_counts(name, results["correct"][template], len(corpus))
            rows = results["alignment"][template]
            assert sum(row[-1] for row in rows) == len(corpus)
        shown = results["showcase"]
        assert [row["reference"] for row in shown] == [
            " ".join(pair.target) for pair in task.showcase.pairs
        ]
        for row, pair in zip(shown, task.showcase.pairs, strict=True):
            shape = [len(pair.source)] * len(pair.target)
            assert [len(weights) for weights in row["weights"]] == shape


@pytest.mark.parametrize("name", [name for name in PLANNED if name.endswith("seed0")])
def test_the_first_losses_are_those_of_today(name):
    run = PLANNED[name]
    task = phrase_task(run.task)
    model = run.build(len(task.source_vocabulary), len(task.target_vocabulary))
    history = run.fit(task.training, model, num_steps=FINGERPRINT_STEPS)
    check_fingerprint(stored("phrases")[name], history.losses)


def test_the_showcase_is_what_the_model_writes():
    task = phrase_task("fr-en")
    run = next(run for run in PLANNED.values() if run.task == "fr-en")
    model = run.build(len(task.source_vocabulary), len(task.target_vocabulary)).eval()
    rows = showcase_results(model, task)
    assert len(rows) == len(SHOWCASE)
    batch = task.showcase.select(torch.tensor([3]))
    (words,) = greedy_decode(model, batch.source, batch.source_lengths, max_len=20)
    assert rows[3]["written"] == " ".join(task.target_vocabulary.decode(words))
    assert rows[3]["source"] == "je suis étudiant"
    assert rows[3]["reference"] == "I am a student"
    assert sum(rows[3]["weights"][0]) == pytest.approx(1, abs=2e-3)
