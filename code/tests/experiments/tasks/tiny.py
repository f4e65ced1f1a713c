"""A task with the same parts as the numbers', for tests that train."""

from functools import cache

import torch

from paying_attention.data.batching import Corpus
from paying_attention.data.toys.number_words import number_pair, number_sequences
from paying_attention.data.vocabulary import Vocabulary
from paying_attention.experiments.tasks.numbers import NumberTask


@cache
def tiny_task() -> NumberTask:
    """Twelve sentences of one or two numbers below 20, and three of one."""
    generator = torch.Generator().manual_seed(0)
    pairs = number_sequences(range(20), 12, lengths=[1, 2], generator=generator)
    words = number_sequences(range(1000), 300, generator=generator)
    source = Vocabulary.from_sentences(pair.source for pair in words)
    target = Vocabulary.from_sentences(pair.target for pair in words)
    corpus = Corpus.encode(pairs, source, target)
    one = Corpus.encode([number_pair(3), number_pair(4), number_pair(5)], source, target)
    return NumberTask(source, target, corpus, {1: one, 2: corpus}, {1: one, 3: corpus}, one)
