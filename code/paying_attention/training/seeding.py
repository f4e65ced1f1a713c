"""The only place that touches torch's global generators, the CPU's and CUDA's."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Draw everything inside from ``seed``, and leave the generators as they were found.

    Args:
        seed: 0 or more.

    Raises:
        ValueError: If the seed is negative.

    Example:
        >>> with seeded(3):
        ...     first = torch.nn.Linear(2, 2)
        >>> with seeded(3):
        ...     second = torch.nn.Linear(2, 2)
        >>> torch.equal(first.weight, second.weight)
        True
    """
    if seed < 0:
        raise ValueError(f"seed: expected 0 or more, got {seed}")
    with torch.random.fork_rng(devices=range(torch.cuda.device_count())):
        torch.manual_seed(seed)
        yield
