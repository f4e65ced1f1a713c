"""Small dictionaries and a question to each: the task that attention was made for."""

from dataclasses import dataclass

import torch
from jaxtyping import Int
from torch import Tensor


@dataclass(frozen=True)
class LookupBatch:
    """Dictionaries without an order, and one key of each that is asked for, as ids.

    Args:
        keys: The keys of each dictionary, all different.
        values: What belongs to each key.
        asked: One of the keys.
        answer: What belongs to it.
    """

    keys: Int[Tensor, "batch key"]
    values: Int[Tensor, "batch key"]
    asked: Int[Tensor, " batch"]
    answer: Int[Tensor, " batch"]


def lookup_batch(
    batch_size: int,
    num_pairs: int,
    *,
    num_keys: int,
    num_values: int,
    generator: torch.Generator,
) -> LookupBatch:
    """Draw dictionaries, and ask each for one of its keys.

    Args:
        batch_size: How many dictionaries.
        num_pairs: Pairs in each.
        num_keys: Keys to draw from, without replacement.
        num_values: Values to draw from, with replacement.
        generator: Source of randomness.

    Raises:
        ValueError: If a number is below 1, or there are fewer keys than pairs.

    Example:
        >>> generator = torch.Generator().manual_seed(0)
        >>> batch = lookup_batch(1, 3, num_keys=9, num_values=5, generator=generator)
        >>> bool((batch.values[batch.keys == batch.asked] == batch.answer).all())
        True
    """
    sizes = {"batch_size": batch_size, "num_pairs": num_pairs, "num_values": num_values}
    for name, size in sizes.items():
        if size < 1:
            raise ValueError(f"{name}: expected 1 or more, got {size}")
    if num_keys < num_pairs:
        raise ValueError(f"num_keys: expected num_pairs = {num_pairs} or more, got {num_keys}")
    keys = torch.rand(batch_size, num_keys, generator=generator).argsort(dim=1)[:, :num_pairs]
    values = torch.randint(num_values, (batch_size, num_pairs), generator=generator)
    place = torch.randint(num_pairs, (batch_size, 1), generator=generator)
    return LookupBatch(keys, values, keys.gather(1, place)[:, 0], values.gather(1, place)[:, 0])
