"""Dictionaries to look things up in: what experiment and chapter 04 share."""

from collections.abc import Iterator

import torch

from paying_attention.data.toys.lookup import LookupBatch, lookup_batch
from paying_attention.models.toys.soft_dictionary import SoftDictionary

NUM_PAIRS, NUM_KEYS, NUM_VALUES = 16, 64, 16
BATCH_SIZE, NUM_TEST = 64, 2000
VALIDATION_SEED, TEST_SEED = 2_000_000, 3_000_000  # far from the seeds of the trainings


def training_questions(generator: torch.Generator) -> Iterator[LookupBatch]:
    """Draw a pass of batches to learn from.

    Args:
        generator: Source of randomness.
    """
    for _ in range(100):
        yield _draw(BATCH_SIZE, generator)


def questions(seed: int) -> LookupBatch:
    """Draw the dictionaries that a training never sees.

    Args:
        seed: ``VALIDATION_SEED`` or ``TEST_SEED``.
    """
    generator = torch.Generator().manual_seed(seed)
    return _draw(NUM_TEST, generator)


@torch.no_grad()
def count_right(model: SoftDictionary, seed: int) -> int:
    """Count right answers among ``NUM_TEST``.

    Args:
        model: A trained dictionary.
        seed: ``VALIDATION_SEED`` or ``TEST_SEED``.
    """
    batch = questions(seed)
    return int((model(batch.asked, batch.keys, batch.values).argmax(dim=-1) == batch.answer).sum())


def _draw(batch_size: int, generator: torch.Generator) -> LookupBatch:
    return lookup_batch(
        batch_size, NUM_PAIRS, num_keys=NUM_KEYS, num_values=NUM_VALUES, generator=generator
    )
