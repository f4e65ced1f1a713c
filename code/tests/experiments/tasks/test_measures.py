import pytest
import torch
from torch import nn

from paying_attention.data.batching import Corpus
from paying_attention.data.toys.number_words import number_pair
from paying_attention.evaluation.alignment_error import AlignmentCounts
from paying_attention.evaluation.decoding import greedy_decode
from paying_attention.experiments.store import sentence_counts
from paying_attention.experiments.tasks import measures
from paying_attention.experiments.tasks.measures import (
    accuracy_by_test,
    alignment_by_test,
    num_parameters,
    rounded,
    translation_witness,
)
from paying_attention.experiments.tasks.translation import BottleneckRun, TranslationRun
from paying_attention.explain.alignment import attention_matrices
from paying_attention.training.losses import translation_loss
from tests.experiments.tasks.tiny import tiny_task


def test_parameters_are_counted():
    assert num_parameters(nn.Linear(3, 5)) == 20


def test_accuracy_is_counted_by_test():
    task = tiny_task()
    model = BottleneckRun("none", 1, 1, 0, 50).build_for(task).eval()
    expected = {}
    for k, corpus in task.test.items():
        right = 0
        for row in range(len(corpus)):
            batch = corpus.select(torch.tensor([row]))
            (found,) = greedy_decode(model, batch.source, batch.source_lengths, max_len=30)
            right += found == batch.target[0, 1:-1].tolist()
        expected[str(k)] = [right, len(corpus)]
    assert accuracy_by_test(model, task.test) == expected
    assert [counts[1] for counts in expected.values()] == [3, 12]


def test_alignments_are_counted_as_by_hand():
    task = tiny_task()
    run = TranslationRun("numbers", "general", 0, decoder="luong")
    model = run.build_for(task).eval()
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
    monkeypatch.setattr(measures, "attention_matrices", lambda model, corpus: [looks])
    task = tiny_task()
    corpus = Corpus.encode([pair], task.source_vocabulary, task.target_vocabulary)
    model = TranslationRun("numbers", "dot", 0).build(9, 9)
    found = alignment_by_test(model, {1: corpus})
    assert found["words"] == {"-": [1, 1], "four": [0, 1], "twenty": [1, 1]}
    assert found["alignment"] == {"1": [[1, 1, 2, 2, 1]]}


def test_a_row_that_looks_nowhere_is_wrong(monkeypatch):
    """Its largest weight is the first, but it has none: `four` looks at nothing, not at `vier`."""
    looks = torch.eye(3)[[2, 1, 0]]
    looks[2] = 0
    monkeypatch.setattr(measures, "attention_matrices", lambda model, corpus: [looks])
    task = tiny_task()
    corpus = Corpus.encode([number_pair(24)], task.source_vocabulary, task.target_vocabulary)
    model = TranslationRun("numbers", "dot", 0).build(9, 9)
    found = alignment_by_test(model, {1: corpus})
    assert found["words"] == {"-": [1, 1], "four": [0, 1], "twenty": [1, 1]}
    assert found["alignment"] == {"1": [[1, 1, 1, 2, 1]]}


def test_weights_are_stored_with_three_decimals():
    weights = torch.tensor([[0.12345, 0.5], [1.0, 0.0]])
    assert rounded(weights) == [[0.123, 0.5], [1.0, 0.0]]
    assert rounded(torch.stack([weights, weights])) == [[[0.123, 0.5], [1.0, 0.0]]] * 2


def test_a_witness_tells_the_data_the_loss_and_how_much_is_written():
    task = tiny_task()
    model = BottleneckRun("none", 1, 1, 0, 50).build_for(task).eval()
    found = translation_witness(model, task, task)
    table = task.validation[1].table  # the first of the validation sets
    assert found["data"] == task.digests
    assert found["loss"] == pytest.approx(translation_loss(model, table).item(), abs=1e-6)
    written = [
        greedy_decode(model, table.source[i : i + 1], table.source_lengths[i : i + 1], max_len=20)
        for i in range(3)
    ]
    assert found["written"] == sum(len(words) for (words,) in written) > 0
