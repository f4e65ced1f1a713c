"""Scores become weights, weights mix the values: what every kind of attention shares."""

from typing import NamedTuple

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from paying_attention.attention.input_checks import check_mask, check_probability
from paying_attention.attention.nan_safe import (
    guarded_softmax,
    is_finite,
    mix,
    wide_dtype,
    without_autocast,
)


class AttentionOutput(NamedTuple):
    """What attention found, and where it looked; ``weights`` is None where none are formed."""

    output: Float[Tensor, "*batch query value_dim"]
    weights: Float[Tensor, "*batch query key"] | None


def masked_softmax(
    scores: Float[Tensor, "*batch query key"], mask: Bool[Tensor, "..."] | None = None
) -> Float[Tensor, "*batch query key"]:
    """Turn each row of scores into weights, in float32 or wider; masked keys get none.

        weights = softmax(scores + M)        M is 0 where the mask is True and -inf elsewhere

    The rows sum to 1, or are all zero where nothing may be seen.

    Raises:
        TypeError: If the mask is not boolean.
        ValueError: If the mask does not broadcast against the scores.

    Example:
        >>> masked_softmax(torch.zeros(1, 3), torch.tensor([True, True, False]))
        tensor([[0.5000, 0.5000, 0.0000]])

    Derived in: chapters/05-masking and, with its guard, chapters/05b-nowhere-to-look.
    """
    wide = scores.to(wide_dtype(scores))
    if mask is None:
        return torch.softmax(wide, dim=-1).to(scores.dtype)
    check_mask(mask, scores.shape)
    return guarded_softmax(torch.where(mask, wide, -torch.inf)).to(scores.dtype)


def attend(
    scores: Float[Tensor, "*batch query key"],
    value: Float[Tensor, "*batch key value_dim"],
    mask: Bool[Tensor, "..."] | None = None,
    *,
    dropout_p: float = 0.0,
    generator: torch.Generator | None = None,
) -> AttentionOutput:
    """Mix the values by the softmax of the scores, in float32 or wider.

    A value that a query may not see never reaches this query's output, even if it is NaN. A query
    that sees a NaN under a mask has an output of NaN, and leaves the gradients of others alone.

    Args:
        mask: True where a query may look; broadcasts against the scores.
        dropout_p: Probability that a weight is set to zero; the others grow by 1 / (1 - p).
        generator: Source of randomness of the dropout.

    Returns:
        The mix and the weights that made it, after dropout.

    Raises:
        ValueError: If there are not as many values as keys, the mask does not broadcast, or
            ``dropout_p`` is not a probability.
        TypeError: If the mask is not boolean.

    Example:
        >>> attend(torch.zeros(1, 2), torch.tensor([[1.0], [3.0]])).output
        tensor([[2.]])
    """
    if scores.shape[-1] != value.shape[-2]:
        raise ValueError(
            f"value: expected {scores.shape[-1]} values, one for each key, got {value.shape[-2]}"
        )
    check_probability(dropout_p=dropout_p)
    dtype = wide_dtype(scores, value)
    with without_autocast(scores):
        weights, value = masked_softmax(scores.to(dtype), mask), value.to(dtype)
        if dropout_p:
            weights = weights * draw_kept(weights, dropout_p, generator)
        output = weights @ value
        if mask is not None and not is_finite(output):
            output = mix(weights, value, mask)
    return AttentionOutput(output.to(scores.dtype), weights.to(scores.dtype))


def draw_kept(
    weights: Float[Tensor, "*batch query key"], dropout_p: float, generator: torch.Generator | None
) -> Float[Tensor, "*batch query key"]:
    """Draw the factors of dropout: 0 with probability ``dropout_p``, else 1 / (1 - dropout_p).

    Example:
        >>> draw_kept(torch.ones(1, 2), 1.0, None)
        tensor([[0., 0.]])
    """
    if dropout_p == 1:
        return torch.zeros_like(weights)
    kept = torch.empty_like(weights).bernoulli_(1 - dropout_p, generator=generator)
    return kept / (1 - dropout_p)
