import math
import os

import pytest
import torch

from paying_attention.data.corpora.multi30k import VARIABLE
from paying_attention.data.sentence_pairs import SentencePair
from paying_attention.evaluation.decoding import greedy_decode
from paying_attention.experiments.real_sentence import (
    EXPERIMENT,
    VALIDATE_EVERY,
    RealRun,
    greedy_translations,
    mean_loss,
    runs,
)
from paying_attention.experiments.runner import Scale
from paying_attention.experiments.tasks.digests import corpus_digest
from paying_attention.experiments.tasks.real_sentences import (
    BINS,
    NUM_SHOWN,
    SHOWN_LENGTHS,
    real_task,
    stand_in_task,
    words_found,
)
from paying_attention.training.losses import translation_loss
from tests.experiments.results_files import check_fingerprint, check_planned, stored

NEEDS_DATA = pytest.mark.skipif(not os.environ.get(VARIABLE), reason=f"{VARIABLE} names no data")


def test_the_two_models_differ_in_their_attention_alone():
    none, additive = (run.__dict__ for run in runs())
    assert {name for name in none if none[name] != additive[name]} == {"attention"}


def test_the_loss_is_that_of_all_words():
    task = stand_in_task()
    model = RealRun("additive", 0).build_for(task).eval()
    total, words = 0.0, 0
    with torch.no_grad():
        for corpus in task.validation.values():
            for row in range(len(corpus)):
                batch = corpus.select(torch.tensor([row]))
                count = batch.target.shape[1] - 1
                total += translation_loss(model, batch).item() * count
                words += count
        found = mean_loss(model, list(task.validation.values()))
    assert found == pytest.approx(total / words, rel=1e-4)


def test_translations_are_greedy_and_in_the_order_of_the_test():
    task = stand_in_task()
    model = RealRun("none", 0).build_for(task).eval()
    found = greedy_translations(model, task)
    assert len(found) == len(task.written)
    for row in (0, len(found) - 1):
        batch = task.test["all"].select(torch.tensor([row]))
        (ids,) = greedy_decode(model, batch.source, batch.source_lengths, max_len=50)
        assert found[row] == task.target_vocabulary.decode(ids)


# The stored results.


def test_the_file_holds_the_runs_that_were_planned():
    check_planned(EXPERIMENT)


def test_both_models_show_the_same_sentences_chosen_by_length():
    shown = [entry["results"]["shown"] for entry in stored("real_sentence").values()]
    for one, other in zip(*shown, strict=True):
        assert all(one[what] == other[what] for what in ("row", "source", "reference"))
    lengths = [len(line["source"].split()) for line in shown[0]]
    kinds = [kind for kind in SHOWN_LENGTHS for _ in range(NUM_SHOWN)]
    assert all(low <= n <= high for n, (low, high) in zip(lengths, kinds, strict=True))
    for start in range(0, len(kinds), NUM_SHOWN):
        rows = [line["row"] for line in shown[0][start : start + NUM_SHOWN]]
        assert rows == sorted(set(rows))


def test_stored_counts_can_be_true():
    for name, entry in stored("real_sentence").items():
        words = entry["results"]["words"]
        assert list(words) == list(BINS)
        assert sum(counts[3] for counts in words.values()) == 1000
        for found, written, reference, _ in words.values():
            assert 0 < found <= min(written, reference), name
        for line in entry["results"]["shown"]:
            pair = SentencePair(tuple(line["source"].split()), tuple(line["reference"].split()))
            (counts,) = words_found([pair], [line["translation"].split()]).values()
            assert counts[0] <= counts[2]
        first = math.log(entry["results"]["vocabularies"][1])
        assert entry["fingerprint"][0] == pytest.approx(first, rel=0.05), name


def test_the_best_weights_are_those_of_the_lowest_validation_loss():
    for entry in stored("real_sentence").values():
        losses = {int(k): loss for k, loss in entry["results"]["validation"].items()}
        assert losses[entry["results"]["best_step"]] == min(losses.values())
        assert list(losses) == list(range(VALIDATE_EVERY, 3201, VALIDATE_EVERY))


@NEEDS_DATA
@pytest.mark.usefixtures("without_type_checks")
@pytest.mark.parametrize("run", list(runs()), ids=lambda run: run.name)
def test_a_stored_run_begins_as_it_would_today(run):
    task, entry = real_task(), stored("real_sentence")[run.name]
    for name, part in (("training", task.training), ("test", task.test["all"])):
        assert entry["results"]["data"][name] == corpus_digest([part])
    history = run.fit(task.training, run.build_for(task), Scale(stop_after=5))
    check_fingerprint(entry, history.losses)
