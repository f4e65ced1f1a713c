from dataclasses import replace

import pytest

from paying_attention.data.batching import Corpus
from paying_attention.data.sentence_pairs import SentencePair
from paying_attention.data.toys.number_words import number_pair
from paying_attention.experiments.runner import CANARY, FULL, Scale
from paying_attention.experiments.tasks import number_runs
from paying_attention.experiments.tasks.measures import num_parameters
from paying_attention.experiments.tasks.number_runs import (
    EXAMPLE,
    look_and_translate,
    number_witness,
    numbers_at,
    trained_lengths,
    training_of,
)
from paying_attention.experiments.tasks.numbers import (
    TRAINED_LENGTHS,
    balanced_training,
    number_task,
    small_number_task,
)
from paying_attention.experiments.tasks.translation import TranslationRun
from tests.experiments.tasks.tiny import tiny_task


def test_the_scale_says_how_many_sentences():
    assert numbers_at(FULL) is number_task()
    assert numbers_at(CANARY) is small_number_task()


def test_the_run_says_which_sentences():
    task = tiny_task()
    run = TranslationRun("numbers", "additive", 0)
    assert training_of(run, task) is task.training
    assert training_of(replace(run, task="balanced"), task) is balanced_training()


def test_lengths_of_the_training_are_kept():
    task = number_task()
    assert trained_lengths(task) == {length: task.test[length] for length in TRAINED_LENGTHS}


def test_a_run_is_trained_and_measured(monkeypatch):
    task = tiny_task()
    sentences = Corpus.encode(
        [SentencePair.join([number_pair(n), number_pair(3)], ";") for n in range(6)],
        task.source_vocabulary,
        task.target_vocabulary,
    )
    task = replace(task, test={k: sentences for k in range(1, 9)})
    monkeypatch.setattr(number_runs, "number_task", lambda: task)
    run = TranslationRun("numbers", "dot", 0, decoder="luong", num_steps=50, batch_size=3)
    model, history, results = look_and_translate(run, Scale(stop_after=4))
    assert len(history.losses) == 4
    assert results["parameters"] == num_parameters(model)
    assert list(results["correct"].values()) == [[0, 6]] * 8
    assert list(results["alignment"]) == [str(k) for k in TRAINED_LENGTHS]
    pair = sentences.pairs[EXAMPLE]
    assert [len(row) for row in results["example"]] == [len(pair.source)] * len(pair.target)
    assert [sum(row) for row in results["example"]] == pytest.approx([1] * 3, abs=3e-3)


def test_the_witness_is_of_the_small_task(monkeypatch):
    monkeypatch.setattr(number_runs, "translation_witness", lambda *given: {"given": given})
    model = TranslationRun("numbers", "dot", 0).build(9, 9)
    asked, task, small = number_witness(model)["given"]
    assert asked is model
    assert task is number_task()
    assert small is small_number_task()
