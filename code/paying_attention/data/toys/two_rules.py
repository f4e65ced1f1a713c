"""Letters, one of them marked, and two questions about each position."""

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Int
from torch import Tensor

NUM_LETTERS = 16


@dataclass(frozen=True)
class TwoRulesBatch:
    """Rows of letters, as ids 0 to 15; two rules say what is to be answered at each position.

    Args:
        tokens: The letters.
        marks: True at the one letter of each row that is marked.
        answers: At each position the letter before it (rule 0, by position) and the marked letter
            of the row (rule 1, by content). The first position has no letter before it: its answer
            by rule 0 is its own letter.
    """

    tokens: Int[Tensor, "batch length"]
    marks: Bool[Tensor, "batch length"]
    answers: Int[Tensor, "batch length 2"]


def two_rules_batch(batch_size: int, length: int, *, generator: torch.Generator) -> TwoRulesBatch:
    """Draw rows of letters and mark one letter of each.

    Args:
        batch_size: How many rows.
        length: Letters in each.
        generator: Source of randomness.

    Raises:
        ValueError: If a size is below 1.

    Example:
        >>> batch = two_rules_batch(1, 5, generator=torch.Generator().manual_seed(0))
        >>> bool((batch.answers[0, 1:, 0] == batch.tokens[0, :-1]).all())
        True
    """
    for name, size in {"batch_size": batch_size, "length": length}.items():
        if size < 1:
            raise ValueError(f"{name}: expected 1 or more, got {size}")
    tokens = torch.randint(NUM_LETTERS, (batch_size, length), generator=generator)
    place = torch.randint(length, (batch_size, 1), generator=generator)
    before = torch.cat([tokens[:, :1], tokens[:, :-1]], dim=1)
    marked = tokens.gather(1, place).expand(-1, length)
    marks = torch.arange(length) == place
    return TwoRulesBatch(tokens, marks, torch.stack([before, marked], dim=2))
