"""Pairs to remember and a question about one of them: memory measured by how long ago it was."""

from dataclasses import dataclass

import torch
from jaxtyping import Int
from torch import Tensor

NUM_KEYS, NUM_VALUES = 8, 4
FILLER = NUM_KEYS + NUM_VALUES
VOCAB_SIZE = FILLER + 1


@dataclass(frozen=True)
class RecallBatch:
    """Questions such as ``k 3 a 1 m 0 … … a ?``, as ids.

    Keys are the ids 0 to 7, values the ids 8 to 11; the filler, which says nothing, is 12.

    Args:
        tokens: Key, value, key, value, …, then fillers, and last the key that is asked for.
        answer: Which value belongs to it, counted from 0.
        lag: How many pairs stand between the asked pair and the question.
    """

    tokens: Int[Tensor, "batch length"]
    answer: Int[Tensor, " batch"]
    lag: Int[Tensor, " batch"]


def recall_batch(
    batch_size: int,
    num_pairs: int,
    *,
    num_fillers: int = 0,
    lag: int | None = None,
    generator: torch.Generator,
) -> RecallBatch:
    """Draw questions whose keys all differ.

    Args:
        batch_size: How many questions.
        num_pairs: Pairs in each, 1 to 8.
        num_fillers: Silent tokens between the last pair and the question.
        lag: Ask for the pair that has so many others behind it; drawn evenly if None.
        generator: Source of randomness.

    Raises:
        ValueError: If a size is out of range.

    Example:
        >>> batch = recall_batch(1, 3, lag=0, generator=torch.Generator().manual_seed(0))
        >>> bool(batch.tokens[0, -1] == batch.tokens[0, 4])  # the last key is asked for
        True
        >>> int(batch.answer[0]) + NUM_KEYS == int(batch.tokens[0, 5])
        True
    """
    if batch_size < 1:
        raise ValueError(f"batch_size: expected 1 or more, got {batch_size}")
    if not 1 <= num_pairs <= NUM_KEYS:
        raise ValueError(f"num_pairs: expected 1 to {NUM_KEYS}, got {num_pairs}")
    if num_fillers < 0:
        raise ValueError(f"num_fillers: expected 0 or more, got {num_fillers}")
    if lag is not None and not 0 <= lag < num_pairs:
        raise ValueError(f"lag: expected 0 to {num_pairs - 1}, got {lag}")
    keys = torch.rand(batch_size, NUM_KEYS, generator=generator).argsort(dim=1)[:, :num_pairs]
    values = torch.randint(NUM_VALUES, (batch_size, num_pairs), generator=generator)
    lags = torch.randint(num_pairs, (batch_size,), generator=generator)
    if lag is not None:
        lags = torch.full_like(lags, lag)
    asked = (num_pairs - 1 - lags)[:, None]
    pairs = torch.stack([keys, values + NUM_KEYS], dim=2).flatten(1)
    silence = torch.full((batch_size, num_fillers), FILLER)
    tokens = torch.cat([pairs, silence, keys.gather(1, asked)], dim=1)
    return RecallBatch(tokens, values.gather(1, asked)[:, 0], lags)
