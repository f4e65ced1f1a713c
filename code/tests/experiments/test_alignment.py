from dataclasses import asdict, replace

import pytest
import torch

from paying_attention.data.batching import Corpus
from paying_attention.data.sentence_pairs import SentencePair
from paying_attention.data.toys.number_words import number_pair, number_sequences
from paying_attention.data.vocabulary import Vocabulary
from paying_attention.evaluation.alignment_error import AlignmentCounts
from paying_attention.experiments import alignment, store
from paying_attention.experiments.alignment import (
    EXAMPLE,
    SEEDS,
    AlignmentRun,
    alignment_by_test,
    bahdanau_runs,
    long_runs,
    luong_runs,
    rounded,
    sentence_counts,
    training_of,
)
from paying_attention.experiments.bottleneck import (
    FINGERPRINT_STEPS,
    TRAINED_LENGTHS,
    NumberTask,
    number_task,
)
from paying_attention.explain.alignment import attention_matrices
from paying_attention.training.loop import History
from paying_attention.training.losses import score_function_loss
from tests.experiments.results_files import check_counts, check_fingerprint, stored

PLANNED = {
    "alignment": {run.name: run for run in bahdanau_runs()},
    "scores": {run.name: run for run in luong_runs()},
    "scores_long": {run.name: run for run in long_runs()},
}
ENTRIES = [(file, name) for file, runs in PLANNED.items() for name in runs]
REPEATED = [(file, name) for file, name in ENTRIES if name.endswith("seed0")]


@pytest.fixture(scope="module")
def task():
    return number_task()


def test_names_tell_the_runs_apart():
    assert len(PLANNED["alignment"]) == len(list(bahdanau_runs())) == 6 * len(SEEDS)
    assert len(PLANNED["scores"]) == len(list(luong_runs()))
    run = AlignmentRun("numbers", "dot", 4, decoder="luong", learning_rate=1e-3)
    assert run.name == "numbers-dot-luong-rate0.001-seed4"
    fed = replace(run, input_feeding=True, start="zeros", values="words", bidirectional=False)
    assert fed.name == "numbers-dot-luong-fed-zeros-words-one-way-rate0.001-seed4"
    assert replace(run, hard=True).name == "numbers-dot-luong-hard-rate0.001-seed4"


@pytest.mark.parametrize("file", PLANNED)
def test_the_file_holds_the_runs_that_were_planned(file):
    entries = stored(file)
    assert sorted(entries) == sorted(PLANNED[file])
    for name, run in PLANNED[file].items():
        assert entries[name]["config"] == asdict(run)


@pytest.mark.parametrize(("file", "name"), ENTRIES)
def test_an_entry_counts_every_test_sentence(task, file, name):
    results = stored(file)[name]["results"]
    for length, counts in results["correct"].items():
        check_counts(name, counts, len(task.test[int(length)]))
    links = 0
    for length in TRAINED_LENGTHS:
        rows = results["alignment"][str(length)]
        assert sum(row[-1] for row in rows) == len(task.test[length])
        links += sum(row[2] * row[-1] for row in rows)
        gold = sum(len(pair.sure) for pair in task.test[length].pairs)
        assert sum(row[3] * row[-1] for row in rows) == gold
    assert sum(results["places"].values()) == links
    pair = task.test[2].pairs[EXAMPLE]
    assert [len(row) for row in results["example"]] == [len(pair.source)] * len(pair.target)


@pytest.mark.parametrize(("file", "name"), REPEATED)
def test_the_first_losses_are_those_of_today(task, file, name):
    run = PLANNED[file][name]
    model = run.build(len(task.source_vocabulary), len(task.target_vocabulary))
    history = run.fit(training_of(run), model, num_steps=FINGERPRINT_STEPS)
    check_fingerprint(stored(file)[name], history.losses)


def test_seeds_are_different_runs():
    for file, runs in PLANNED.items():
        prints = [tuple(stored(file)[name]["fingerprint"]) for name in runs]
        assert len(set(prints)) == len(prints)


def test_bahdanau_is_the_attention_of_chapter_01():
    for seed in SEEDS:
        here = stored("alignment")[f"numbers-additive-rate0.003-seed{seed}"]["results"]
        there = stored("bottleneck")[f"additive-width1-time1-seed{seed}"]["results"]
        assert here["correct"] == there["correct"]


def test_balanced_training_leaves_hundred_open():
    balanced, usual = (
        training_of(PLANNED["alignment"][f"{task}-additive-rate0.003-seed0"])
        for task in ("balanced", "numbers")
    )
    digits = {"one", "two", "three", "four", "five", "six", "seven", "eight", "nine"}

    def share_of_hundred(corpus):
        """How often a digit that opens a number is followed by `hundred`."""
        after = [
            (*pair.target, "end")[i + 1]
            for pair in corpus.pairs
            for i, word in enumerate(pair.target)
            if word in digits and (i == 0 or pair.target[i - 1] == ";")
        ]
        return after.count("hundred") / len(after)

    assert share_of_hundred(usual) > 0.98
    assert 0.48 < share_of_hundred(balanced) < 0.52
    numbers = {n for p in balanced.pairs for n in " ".join(p.target).split(" ; ")}
    assert numbers == {n for p in usual.pairs for n in " ".join(p.target).split(" ; ")}


def tiny_task():
    generator = torch.Generator().manual_seed(0)
    pairs = number_sequences(range(20), 12, lengths=[1, 2], generator=generator)
    words = number_sequences(range(1000), 300, generator=generator)
    source = Vocabulary.from_sentences(pair.source for pair in words)
    target = Vocabulary.from_sentences(pair.target for pair in words)
    corpus = Corpus.encode(pairs, source, target)
    lengths = {k: corpus for k in range(1, 9)}
    return NumberTask(source, target, corpus, lengths, lengths, corpus)


def test_alignments_are_counted_as_by_hand():
    task = tiny_task()
    run = AlignmentRun("numbers", "general", 0, decoder="luong")
    model = run.build(len(task.source_vocabulary), len(task.target_vocabulary)).eval()
    pairs = [number_pair(n) for n in (24, 300, 7)]
    corpus = Corpus.encode(pairs, task.source_vocabulary, task.target_vocabulary)
    found = alignment_by_test(model, {"all": corpus})
    hits, words = 0, {}
    for matrix, pair in zip(attention_matrices(model, corpus), pairs, strict=True):
        for target, word in enumerate(pair.target):
            gold = [s for t, s in pair.possible if t == target]
            if gold:
                right = int(matrix[target].argmax()) in gold
                hits += right and (target, gold[0]) in pair.sure
                seen = words.setdefault(word, [0, 0])
                words[word] = [seen[0] + right, seen[1] + 1]
    assert found["words"] == dict(sorted(words.items()))
    pooled = AlignmentCounts.pool(sentence_counts({"results": found}, ["all"]))
    assert (pooled.sure_hits, pooled.links, pooled.sure) == (hits, 5, 5)
    assert sum(found["places"].values()) == 5
    assert found["places"].get("gold", 0) == hits


def test_a_word_with_only_a_possible_link_is_counted_by_word_alone(monkeypatch):
    """In twenty-four the hyphen looks at `und`, twenty at its gold word, four beside it."""
    pair = number_pair(24)  # vier und zwanzig
    looks = torch.eye(3)[[2, 1, 1]]
    monkeypatch.setattr(alignment, "attention_matrices", lambda model, corpus: [looks])
    task = tiny_task()
    corpus = Corpus.encode([pair], task.source_vocabulary, task.target_vocabulary)
    model = AlignmentRun("numbers", "dot", 0).build(9, 9)
    found = alignment_by_test(model, {1: corpus})
    assert found["words"] == {"-": [1, 1], "four": [0, 1], "twenty": [1, 1]}
    assert found["alignment"] == {"1": [[1, 1, 2, 2, 1]]}


def test_sentence_counts_unfolds_the_stored_rows():
    entry = {"results": {"alignment": {"1": [[1, 1, 1, 1, 2]], "2": [[0, 1, 2, 2, 1]]}}}
    one, two = AlignmentCounts(1, 1, 1, 1), AlignmentCounts(0, 1, 2, 2)
    assert sentence_counts(entry, [1, 2]) == [one, one, two]
    assert sentence_counts(entry, ["2"]) == [two]


def test_weights_are_stored_with_three_decimals():
    assert rounded(torch.tensor([[0.12345, 0.5], [1.0, 0.0]])) == [[0.123, 0.5], [1.0, 0.0]]


def test_a_run_is_stored_once_and_skipped_the_next_time(monkeypatch, tmp_path, capsys):
    run = AlignmentRun("numbers", "dot", 0, decoder="luong", num_steps=50, batch_size=3)
    task = tiny_task()
    sentences = Corpus.encode(
        [SentencePair.join([number_pair(n), number_pair(3)], ";") for n in range(6)],
        task.source_vocabulary,
        task.target_vocabulary,
    )
    task = replace(task, test={k: sentences for k in range(1, 9)})
    monkeypatch.setattr(store, "results_path", lambda experiment: tmp_path / f"{experiment}.json")
    monkeypatch.setattr(alignment, "number_task", lambda: task)
    monkeypatch.setattr(alignment, "bahdanau_runs", lambda: iter([run]))
    monkeypatch.setattr(alignment, "luong_runs", lambda: iter([run]))
    alignment.run_alignment()
    alignment.run_scores()
    assert capsys.readouterr().out.count("CPU s") == 2
    (entry,) = store.load_results("alignment").values()
    (other,) = store.load_results("scores").values()
    assert entry["config"] == other["config"] == asdict(run)
    assert entry["results"] == other["results"]
    assert len(entry["fingerprint"]) == FINGERPRINT_STEPS
    alignment.run_alignment()
    assert capsys.readouterr().out == ""


def test_hard_runs_learn_by_the_score_function(monkeypatch):
    used = []

    def note(model, loss, *rest, **more):
        used.append(loss)
        return History()

    monkeypatch.setattr(alignment, "train", note)
    run = AlignmentRun("numbers", "additive", 0, decoder="luong")
    task = tiny_task()
    model = run.build(len(task.source_vocabulary), len(task.target_vocabulary))
    run.fit(task.training, model)
    replace(run, hard=True).fit(task.training, model)
    assert used == [alignment.translation_loss, score_function_loss]
