from dataclasses import dataclass

import pytest
import torch
from torch import Tensor

from paying_attention.data.batching import Batch, Corpus
from paying_attention.data.sentence_pairs import SentencePair
from paying_attention.data.vocabulary import Vocabulary
from paying_attention.experiments.tasks.digests import batch_digest, corpus_digest

WORDS = Vocabulary.from_sentences([["a", "b", "c"]])


def digest(*pairs):
    return corpus_digest([Corpus.encode(pairs, WORDS, WORDS)])


def test_words_order_and_links_change_the_digest():
    one = SentencePair(("a", "b"), ("c",), frozenset({(0, 0)}))
    changed = [
        SentencePair(("b", "a"), ("c",), frozenset({(0, 0)})),
        SentencePair(("a", "b"), ("a",), frozenset({(0, 0)})),
        SentencePair(("a", "b"), ("c",), frozenset({(0, 1)})),
        SentencePair(("a", "b"), ("c",), frozenset({(0, 0)}), frozenset({(0, 1)})),
        SentencePair(("a", "b"), ("c",), frozenset(), frozenset({(0, 0)})),
    ]
    found = {digest(pair) for pair in [one, *changed]}
    found |= {digest(one, changed[0]), digest(changed[0], one)}
    assert len(found) == 8
    assert digest(one) == digest(SentencePair(("a", "b"), ("c",), frozenset({(0, 0)})))


def test_two_corpora_are_their_sentences_in_turn():
    one, two = (SentencePair((word,), (word,)) for word in "ab")
    apart = [Corpus.encode([pair], WORDS, WORDS) for pair in (one, two)]
    assert corpus_digest(apart) == digest(one, two) != corpus_digest(apart[::-1])


def test_ids_alone_are_refused():
    table = Batch(torch.tensor([[3]]), torch.tensor([1]), torch.tensor([[1, 3, 2]]))
    with pytest.raises(ValueError, match="corpora: expected sentences in words, got ids alone"):
        corpus_digest([Corpus(table)])


@dataclass
class Rows:
    """Two fields of ids."""

    tokens: Tensor
    marks: Tensor


def test_every_field_of_every_batch_counts():
    tokens, marks = torch.arange(6).view(2, 3), torch.tensor([True, False])
    usual = batch_digest([Rows(tokens, marks)])
    assert usual == batch_digest([Rows(tokens.clone(), marks.clone())])
    others = [
        [Rows(tokens.flip(0), marks)],
        [Rows(tokens, ~marks)],
        [Rows(tokens.view(3, 2), marks)],
        [Rows(tokens, marks)] * 2,
        [],
    ]
    assert len({usual, *(batch_digest(batches) for batches in others)}) == 6
