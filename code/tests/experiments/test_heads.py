import math
from dataclasses import asdict, replace
from types import SimpleNamespace

import pytest
import torch

from paying_attention.data.batching import Corpus
from paying_attention.data.sentence_pairs import SentencePair
from paying_attention.data.toys.number_words import number_sequences
from paying_attention.data.vocabulary import Vocabulary
from paying_attention.evaluation.metrics import Proportion
from paying_attention.experiments import heads, store
from paying_attention.experiments.bottleneck import FINGERPRINT_STEPS, number_task
from paying_attention.experiments.heads import (
    ABLATED_LENGTH,
    EXAMPLE,
    JUDGED_LENGTHS,
    HeadsRun,
    ablate,
    judge_heads,
    run_heads,
    runs,
)
from paying_attention.models.recurrent.config import Seq2SeqConfig
from paying_attention.models.recurrent.seq2seq import Seq2Seq
from tests.experiments.results_files import check_counts, check_fingerprint, stored

PLANNED = {run.name: run for run in runs()}


@pytest.fixture(scope="module")
def task():
    return number_task()


def test_the_grid_is_whole():
    assert len(PLANNED) == len(list(runs())) == 4 * 3
    settings = {replace(run, num_heads=1, seed=0) for run in PLANNED.values()}
    assert settings == {HeadsRun(1, 0)}  # nothing else differs


def test_models_differ_in_their_heads_only():
    models = [HeadsRun(num_heads, 0).build() for num_heads in (1, 4)]
    one, four = (model.state_dict() for model in models)
    assert [model.decoder.attention.heads.num_heads for model in models] == [1, 4]
    assert all(torch.equal(parameter, four[name]) for name, parameter in one.items())
    assert models[0].config == replace(models[1].config, num_heads=1)
    assert models[0].config.decoder == "luong"


# What is said about heads, by hand.


def a_corpus():
    """Words x and y have a sure link each, z has a possible one, so that nobody judges it."""
    sure = frozenset({(0, 0), (1, 3)})
    one = SentencePair(("a", "b", "c", "d"), ("x", "y", "z"), sure, frozenset({(0, 1), (2, 2)}))
    other = SentencePair(("d", "b"), ("x",), frozenset({(0, 0), (0, 1)}))
    source = Vocabulary.from_sentences(pair.source for pair in (one, other))
    target = Vocabulary.from_sentences(pair.target for pair in (one, other))
    return {n: Corpus.encode([pair], source, target) for n, pair in ((2, one), (3, other))}


def a_model(num_heads):
    return Seq2Seq(Seq2SeqConfig(9, 9, 4, 8, 8, attention="multi-head", num_heads=num_heads))


def test_heads_are_judged_by_hand(monkeypatch):
    best, second, even = [1.0, 0, 0, 0], [0, 0.5, 0, 0.5], [0.25] * 4
    one = torch.tensor([[best, [0, 0, 0, 1.0], even], [second, best, best]])
    other = torch.tensor([[[0.5, 0.5]], [[0.0, 1.0]]])
    found = {3: [one], 1: [other]}
    monkeypatch.setattr(
        heads, "head_matrices", lambda model, corpus: found[len(corpus.pairs[0].target)]
    )
    first, last = judge_heads(a_model(2), a_corpus())
    # Rows x and y of the first sentence, then x of the second; sentences count alike.
    assert first == {"entropy": 0.5, "distance": 0.0, "alignment": [3, 3, 3, 4]}
    # x looks at b, one too far but possible; y at a, three too far; the second sentence is right.
    assert last == {"entropy": 0.25, "distance": 1.0, "alignment": [1, 2, 3, 4]}


def test_each_head_is_taken_out_in_turn(monkeypatch):
    model, corpus, missing = a_model(4), a_corpus()[2], []
    before = model.decoder.attention.heads.out_proj.weight.detach().clone()

    def count(asked, given):
        assert asked is model
        assert given is corpus
        weight = model.decoder.attention.heads.out_proj.weight
        kept = weight.unflatten(1, (4, 2)).abs().sum(dim=(0, 2)) > 0
        missing.append((~kept).nonzero()[:, 0].tolist())
        return Proportion(len(missing), 9)

    monkeypatch.setattr(heads, "translation_accuracy", count)
    assert ablate(model, corpus) == [[1, 9], [2, 9], [3, 9], [4, 9]]
    assert missing == [[0], [1], [2], [3]]
    assert torch.equal(model.decoder.attention.heads.out_proj.weight, before)


class Short(HeadsRun):
    """Stops early."""

    def fit(self, model, *, num_steps=None):
        return super().fit(model, num_steps=num_steps or 5)


def test_a_run_is_stored_once_and_skipped_the_next_time(monkeypatch, tmp_path, capsys):
    generator = torch.Generator().manual_seed(3)
    pairs = {k: number_sequences(range(20), 6, lengths=[k], generator=generator) for k in (1, 2, 6)}
    everything = [pair for part in pairs.values() for pair in part]
    source = Vocabulary.from_sentences(pair.source for pair in everything)
    target = Vocabulary.from_sentences(pair.target for pair in everything)
    corpora = {k: Corpus.encode(part, source, target) for k, part in pairs.items()}
    small = SimpleNamespace(
        source_vocabulary=source, target_vocabulary=target, training=corpora[1], test=corpora
    )
    monkeypatch.setattr(store, "results_path", lambda experiment: tmp_path / f"{experiment}.json")
    monkeypatch.setattr(heads, "number_task", lambda: small)
    monkeypatch.setattr(heads, "JUDGED_LENGTHS", [2, 6])
    one = Short(2, 0, batch_size=2)
    monkeypatch.setattr(heads, "runs", lambda: iter([one]))
    run_heads()
    (entry,) = store.load_results("heads").values()
    assert (entry["name"], entry["config"]) == (one.name, asdict(one))
    results = entry["results"]
    assert [len(results[name]) for name in ("correct", "heads", "without", "example")] == [
        3,
        2,
        2,
        2,
    ]
    capsys.readouterr()
    run_heads()
    assert capsys.readouterr().out == ""


# The stored results.


def test_the_file_holds_the_runs_that_were_planned():
    entries = stored("heads")
    assert sorted(entries) == sorted(PLANNED), "run `make results`"
    for name, run in PLANNED.items():
        assert entries[name]["config"] == asdict(run)


def test_stored_counts_can_be_true(task):
    pairs = [pair for k in JUDGED_LENGTHS for pair in task.test[k].pairs]
    linked = sum(len({target for target, _ in pair.sure}) for pair in pairs)
    sure = sum(len(pair.sure) for pair in pairs)
    longest = max(len(pair.source) for pair in pairs)
    for name, entry in stored("heads").items():
        results, num_heads = entry["results"], PLANNED[name].num_heads
        assert list(results["correct"]) == [str(k) for k in task.test]
        for length, counts in results["correct"].items():
            check_counts(name, counts, len(task.test[int(length)]))
        assert len(results["without"]) == len(results["heads"]) == num_heads
        for counts in results["without"]:
            check_counts(name, counts, len(task.test[ABLATED_LENGTH]))
        for head in results["heads"]:
            sure_hits, possible_hits, *sizes = head["alignment"]
            assert sizes == [linked, sure], name
            assert 0 <= sure_hits <= possible_hits <= linked, name
            assert 0 <= head["entropy"] <= math.log2(longest), name
            assert 0 <= head["distance"] < longest, name


def test_stored_examples_are_weights_of_their_sentence(task):
    pair = task.test[2].pairs[EXAMPLE]
    for name, entry in stored("heads").items():
        example = torch.tensor(entry["results"]["example"])
        assert example.shape == (PLANNED[name].num_heads, len(pair.target), len(pair.source)), name
        assert (example >= 0).all(), name
        assert (example.sum(dim=-1) - 1).abs().max() < 5e-4 * len(pair.source), name


def test_stored_models_had_as_many_parameters_as_today():
    size = sum(p.numel() for p in HeadsRun(1, 0).build().parameters())
    assert {entry["results"]["parameters"] for entry in stored("heads").values()} == {size}


@pytest.mark.parametrize("name", ["numbers-heads1-seed0", "numbers-heads4-seed0"])
def test_a_stored_run_begins_as_it_would_today(name):
    run = PLANNED[name]
    history = run.fit(run.build(), num_steps=FINGERPRINT_STEPS)
    check_fingerprint(stored("heads")[name], history.losses)
