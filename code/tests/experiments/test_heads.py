import math
from dataclasses import replace

import pytest
import torch

from paying_attention.data.batching import Corpus
from paying_attention.data.sentence_pairs import SentencePair
from paying_attention.data.vocabulary import Vocabulary
from paying_attention.evaluation.metrics import Proportion
from paying_attention.experiments import heads
from paying_attention.experiments.heads import (
    ABLATED_LENGTH,
    EXPERIMENT,
    JUDGED_LENGTHS,
    HeadsRun,
    ablate,
    judge_heads,
    runs,
    work,
)
from paying_attention.experiments.runner import CANARY
from paying_attention.experiments.tasks.number_runs import EXAMPLE
from paying_attention.experiments.tasks.numbers import number_task
from paying_attention.models.recurrent.config import Seq2SeqConfig
from paying_attention.models.recurrent.seq2seq import Seq2Seq
from tests.experiments.results_files import (
    BEGINNING,
    check_counts,
    check_fingerprint,
    check_planned,
    stored,
)

PLANNED = {run.name: run for run in runs()}


@pytest.fixture(scope="module")
def task():
    return number_task()


def test_the_grid_is_whole():
    assert len(PLANNED) == len(list(runs())) == 4 * 3
    settings = {replace(run, num_heads=1, seed=0) for run in PLANNED.values()}
    assert settings == {HeadsRun(1, 0)}  # nothing else differs


def test_models_differ_in_their_heads_only():
    models = [HeadsRun(num_heads, 0).build_for(number_task()) for num_heads in (1, 4)]
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
    out = model.decoder.attention.heads.out_proj

    def kept():
        """Which heads still reach the output."""
        reached = out(torch.eye(8)) - out(torch.zeros(1, 8))
        return reached.unflatten(0, (4, 2)).abs().sum(dim=(1, 2)) > 0

    def count(asked, given):
        assert asked is model
        assert given is corpus
        missing.append((~kept()).nonzero()[:, 0].tolist())
        return Proportion(len(missing), 9)

    monkeypatch.setattr(heads, "translation_accuracy", count)
    assert ablate(model, corpus) == [[1, 9], [2, 9], [3, 9], [4, 9]]
    assert missing == [[0], [1], [2], [3]]
    assert kept().all()


def test_a_head_that_looks_nowhere_has_no_distance(monkeypatch):
    """Its links count as missing: `nothing` is not the same as `right`."""
    first = torch.tensor([[[0.0] * 4] * 3, [[1.0, 0, 0, 0]] * 3])
    second = torch.tensor([[[0.0, 0.0]], [[1.0, 0.0]]])
    found = {3: [first], 1: [second]}
    monkeypatch.setattr(
        heads, "head_matrices", lambda model, corpus: found[len(corpus.pairs[0].target)]
    )
    blind, seeing = judge_heads(a_model(2), a_corpus())
    assert blind == {"entropy": None, "distance": None, "alignment": [0, 0, 0, 4]}
    assert seeing["distance"] == pytest.approx((1.5 + 0) / 2)  # y is three too far, x right


def test_a_sentence_without_a_sure_link_is_left_out(monkeypatch):
    corpora = a_corpus()
    words = Vocabulary.from_sentences([["a", "b", "c", "d", "x", "y", "z"]])
    unlinked = Corpus.encode([SentencePair(("a",), ("x",))], words, words)
    maps = {3: [torch.eye(4)[None, :3]], 1: [torch.ones(1, 1, 2) / 2]}
    monkeypatch.setattr(
        heads, "head_matrices", lambda model, corpus: maps[len(corpus.pairs[0].target)]
    )
    without = judge_heads(a_model(1), corpora)
    assert judge_heads(a_model(1), {1: unlinked, **corpora}) == without
    with pytest.raises(ValueError, match="tests: expected a sentence with a sure link, got none"):
        judge_heads(a_model(1), {1: unlinked})


def test_a_run_is_trained_and_measured():
    model, history, results = work(HeadsRun(2, 0), replace(CANARY, stop_after=5))
    assert len(history.losses) == 5
    assert model.config.num_heads == 2
    names = ["parameters", "correct", "heads", "without", "example"]
    assert list(results) == names
    assert [len(results[name]) for name in names[1:]] == [8, 2, 2, 2]


# The stored results.


def test_the_file_holds_the_runs_that_were_planned():
    check_planned(EXPERIMENT)


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
    size = sum(p.numel() for p in HeadsRun(1, 0).build_for(number_task()).parameters())
    assert {entry["results"]["parameters"] for entry in stored("heads").values()} == {size}


@pytest.mark.usefixtures("without_type_checks")  # the models' own tests run with them
@pytest.mark.parametrize("name", ["numbers-heads1-seed0", "numbers-heads4-seed0"])
def test_a_stored_run_begins_as_it_would_today(name):
    run = PLANNED[name]
    task = number_task()
    history = run.fit(task.training, run.build_for(task), BEGINNING)
    check_fingerprint(stored("heads")[name], history.losses)
