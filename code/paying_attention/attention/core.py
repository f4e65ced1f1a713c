"""Scores become weights, weights mix the values: what every kind of attention shares."""

from typing import NamedTuple

import torch
from jaxtyping import Bool, Float
from torch import Tensor


class AttentionOutput(NamedTuple):
    """What attention found, and where it looked.

    ``weights`` is None where no weights are formed.
    """

    output: Float[Tensor, "*batch query value_dim"]
    weights: Float[Tensor, "*batch query key"] | None


def masked_softmax(
    scores: Float[Tensor, "*batch query key"], mask: Bool[Tensor, "..."] | None = None
) -> Float[Tensor, "*batch query key"]:
    """Turn each row of scores into weights; masked keys get none.

    Args:
        scores: One score for each query and key.
        mask: True where a query may look; broadcasts against the scores.

    Returns:
        Rows that sum to 1, or are all zero where nothing may be seen.

    Raises:
        TypeError: If the mask is not boolean.

    Example:
        >>> masked_softmax(torch.zeros(1, 3), torch.tensor([True, True, False]))
        tensor([[0.5000, 0.5000, 0.0000]])
    """
    if mask is None:
        return torch.softmax(scores, dim=-1)
    if mask.dtype != torch.bool:
        raise TypeError(f"mask: expected a boolean tensor, got {mask.dtype}")
    # Guard before the softmax: a row of -inf alone gives NaN, and a NaN that is cleaned up
    # afterwards still poisons the gradient.
    nothing_to_see = ~mask.any(dim=-1, keepdim=True)
    scores = scores.masked_fill(~mask, -torch.inf).masked_fill(nothing_to_see, 0.0)
    return torch.softmax(scores, dim=-1).masked_fill(nothing_to_see, 0.0)


def attend(
    scores: Float[Tensor, "*batch query key"],
    value: Float[Tensor, "*batch key value_dim"],
    mask: Bool[Tensor, "..."] | None = None,
) -> AttentionOutput:
    """Mix the values by the softmax of the scores.

    A value that no query may see never reaches the output, even if it is NaN or infinite.

    Args:
        scores: How well each query matches each key.
        value: What each key has to give.
        mask: True where a query may look; broadcasts against the scores.

    Raises:
        ValueError: If there are not as many values as keys.
        TypeError: If the mask is not boolean.

    Example:
        >>> attend(torch.zeros(1, 2), torch.tensor([[1.0], [3.0]])).output
        tensor([[2.]])
    """
    if scores.shape[-1] != value.shape[-2]:
        raise ValueError(
            f"value: expected {scores.shape[-1]} values, one for each key, got {value.shape[-2]}"
        )
    weights = masked_softmax(scores, mask)
    if mask is not None:
        seen = mask if mask.ndim < 2 else mask.any(dim=-2)
        value = value.masked_fill(~seen[..., None], 0.0)  # a weight of 0 times NaN is NaN
    return AttentionOutput(weights @ value, weights)
