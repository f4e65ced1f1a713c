"""Small models and sentences for the tests; every size is another odd number where it can be."""

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from paying_attention.data.batching import Batch, Corpus
from paying_attention.data.toys.number_words import number_sequences
from paying_attention.data.vocabulary import Vocabulary
from paying_attention.models.recurrent.config import LOOKING, Attention, Seq2SeqConfig
from paying_attention.models.recurrent.seq2seq import Seq2Seq

SOURCE_VOCAB, TARGET_VOCAB = 13, 11
SOURCE_LENGTHS, TARGET_LENGTHS = (4, 1, 7, 3, 7), (2, 6, 3, 1, 5)

# When a decoder asks its attention, and whether it hears what it found last time.
WRITERS = {
    "bahdanau": {},
    "luong": {"decoder": "luong"},
    "fed": {"decoder": "luong", "input_feeding": True},
}
# Each attention once and each writer in turn: for what only one of the two decides.
ASKING = list(zip(LOOKING, itertools.cycle(WRITERS)))
SAMPLE = [("none", "bahdanau"), ("constant", "bahdanau"), *ASKING]


def toy_config(
    attention: Attention = "additive", *, bidirectional: bool = True, **choices: Any
) -> Seq2SeqConfig:
    """Sizes that all differ: a direction has 3 or 6, an embedding 5, the decoder 7.

    For ``"dot"`` and ``"multi-head"`` (three heads) the decoder has the encoder's 6. The longest
    sentence has 7 words: more than fit into a window.
    """
    if attention == "multi-head":
        choices = {"num_heads": 3} | choices
    return Seq2SeqConfig(
        SOURCE_VOCAB,
        TARGET_VOCAB,
        d_embedding=5,
        d_encoder=6,
        d_decoder=6 if attention in ("dot", "multi-head") else 7,
        bidirectional=bidirectional,
        attention=attention,
        window=2,
        max_source_len=8,
        **choices,
    )


def toy_model(
    attention: Attention = "additive", *, bidirectional: bool = True, seed: int = 0, **choices: Any
) -> Seq2Seq:
    """An untrained model in float64, its weights large enough for lively outputs."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = Seq2Seq(toy_config(attention, bidirectional=bidirectional, **choices)).double()
        with torch.no_grad():
            for parameter in model.parameters():
                parameter.mul_(2)
    return model


def toy_batch(
    source_lengths: Sequence[int] = SOURCE_LENGTHS,
    target_lengths: Sequence[int] = TARGET_LENGTHS,
    *,
    seed: int = 0,
    more_padding: int = 0,
) -> Batch:
    """Sentences of random words; target lengths count words, without <bos> and <eos>."""
    random = np.random.default_rng(seed)
    source = np.zeros((len(source_lengths), max(source_lengths) + more_padding), dtype=int)
    target = np.zeros((len(target_lengths), max(target_lengths) + 2 + more_padding), dtype=int)
    for row, length in enumerate(source_lengths):
        source[row, :length] = random.integers(3, SOURCE_VOCAB, length)
    for row, length in enumerate(target_lengths):
        words = random.integers(3, TARGET_VOCAB, length)
        target[row, : length + 2] = [1, *words, 2]
    return Batch(torch.from_numpy(source), torch.tensor(source_lengths), torch.from_numpy(target))


def sentence(batch: Batch, row: int) -> Batch:
    """One sentence of a batch, alone and without padding."""
    length = int(batch.source_lengths[row])
    steps = int((batch.target[row] != 0).sum())
    return Batch(
        batch.source[row : row + 1, :length],
        batch.source_lengths[row : row + 1],
        batch.target[row : row + 1, :steps],
    )


def numbers_and_model(config: dict[str, Any], width: int) -> tuple[Corpus, Seq2Seq]:
    """Seven sentences of one to three numbers, and an untrained model with lively weights."""
    pairs = number_sequences(
        range(1000), 7, lengths=[1, 2, 3], generator=torch.Generator().manual_seed(3)
    )
    source = Vocabulary.from_sentences(pair.source for pair in pairs)
    target = Vocabulary.from_sentences(pair.target for pair in pairs)
    corpus = Corpus.encode(pairs, source, target)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = Seq2Seq(Seq2SeqConfig(len(source), len(target), 5, width, width, **config))
    model = model.double().eval()
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(3)
    return corpus, model
