"""Scores become weights, weights mix the values: what every kind of attention shares."""

from typing import NamedTuple

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from paying_attention.attention.input_checks import check_mask
from paying_attention.attention.nan_safe import mix


class AttentionOutput(NamedTuple):
    """What attention found, and where it looked.

    ``weights`` is None where no weights are formed. ``log_prob`` is the log-probability of what was
    drawn, and None where nothing is drawn, which is nearly everywhere: see ``attention.hard``.
    """

    output: Float[Tensor, "*batch query value_dim"]
    weights: Float[Tensor, "*batch query key"] | None
    log_prob: Float[Tensor, "*batch query"] | None = None


def masked_softmax(
    scores: Float[Tensor, "*batch query key"], mask: Bool[Tensor, "..."] | None = None
) -> Float[Tensor, "*batch query key"]:
    """Turn each row of scores into weights; masked keys get none.

    Half-precision scores are turned into weights in float32.

    Args:
        scores: One score for each query and key.
        mask: True where a query may look; broadcasts against the scores.

    Returns:
        Rows that sum to 1, or are all zero where nothing may be seen.

    Raises:
        TypeError: If the mask is not boolean.
        ValueError: If the mask does not broadcast against the scores.

    Example:
        >>> masked_softmax(torch.zeros(1, 3), torch.tensor([True, True, False]))
        tensor([[0.5000, 0.5000, 0.0000]])
    """
    if mask is None:
        return torch.softmax(widened(scores), dim=-1).to(scores.dtype)
    check_mask(mask, scores.shape)
    seen = torch.where(mask, widened(scores), -torch.inf)  # half the time of masked_fill
    weights = torch.softmax(seen, dim=-1)
    if not has_lost_rows(weights):
        return weights.to(scores.dtype)
    # A row of -inf alone gives NaN. Start again, with a guard before the softmax: a NaN that is
    # cleaned up afterwards can still poison the gradient.
    nothing_to_see = ~mask.any(dim=-1, keepdim=True)
    weights = torch.softmax(seen.masked_fill(nothing_to_see, 0.0), dim=-1)
    return weights.masked_fill(nothing_to_see, 0.0).to(scores.dtype)


def attend(
    scores: Float[Tensor, "*batch query key"],
    value: Float[Tensor, "*batch key value_dim"],
    mask: Bool[Tensor, "..."] | None = None,
    *,
    dropout_p: float = 0.0,
    generator: torch.Generator | None = None,
) -> AttentionOutput:
    """Mix the values by the softmax of the scores.

    A value that a query may not see never reaches this query's output, even if it is NaN or
    infinite. A query that sees a score of NaN under a mask has an output of NaN, and leaves the
    gradients of the others alone. In half precision, weights and mix are computed in float32.

    Args:
        scores: How well each query matches each key.
        value: What each key has to give.
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
    weights = masked_softmax(widened(scores), mask)
    if mask is not None and has_lost_rows(weights):
        # They stand aside: 0 times NaN would reach the gradients of the other queries.
        lost = weights[..., :1].isnan()
        clean = scores.masked_fill(lost, 0.0)
        found = attend(clean, value, mask, dropout_p=dropout_p, generator=generator)
        output, weights = (part.masked_fill(lost, torch.nan) for part in found[:2])
        return AttentionOutput(output, weights)
    weights = _drop(weights, dropout_p, generator)
    output = mix(weights, widened(value), mask)
    return AttentionOutput(output.to(scores.dtype), weights.to(scores.dtype))


def has_lost_rows(weights: Float[Tensor, "*batch query key"]) -> bool:
    """Tell whether a softmax gave NaN to some rows; such a row is NaN from its first column on.

    Args:
        weights: Result of a softmax over the keys.

    Example:
        >>> has_lost_rows(torch.softmax(torch.tensor([[0.0, 1.0], [0.0, torch.nan]]), dim=-1))
        True
    """
    return bool(weights[..., :1].isnan().any())


def _drop(weights: Tensor, dropout_p: float, generator: torch.Generator | None) -> Tensor:
    if not 0 <= dropout_p <= 1:
        raise ValueError(f"dropout_p: expected 0 to 1, got {dropout_p}")
    if dropout_p == 0:
        return weights
    if dropout_p == 1:
        return torch.zeros_like(weights)
    kept = torch.empty_like(weights).bernoulli_(1 - dropout_p, generator=generator)
    return weights * kept / (1 - dropout_p)


def widened(tensor: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
    """Give half precision as float32, and wider numbers as they are.

    Args:
        tensor: Any shape.

    Example:
        >>> widened(torch.ones(1, dtype=torch.bfloat16)).dtype
        torch.float32
    """
    return tensor.float() if tensor.dtype in (torch.float16, torch.bfloat16) else tensor
