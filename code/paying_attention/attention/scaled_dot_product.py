"""Scaled dot-product attention: what a query finds is decided by dot products with the keys."""

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from paying_attention.attention.input_checks import check_inputs
from paying_attention.attention.nan_safe import match
from paying_attention.attention.softmax import AttentionOutput, attend, widened


def scaled_dot_product_attention(
    query: Float[Tensor, "*batch query head_dim"],
    key: Float[Tensor, "*kv_batch key head_dim"],
    value: Float[Tensor, "*kv_batch key value_dim"],
    mask: Bool[Tensor, "..."] | None = None,
    *,
    bias: Float[Tensor, "..."] | None = None,
    scale: float | None = None,
    softcap: float | None = None,
    dropout_p: float = 0.0,
    enable_gqa: bool = False,
    generator: torch.Generator | None = None,
) -> AttentionOutput:
    """Mix the values by how well each query matches each key.

        weights = softmax(query keyᵀ / √head_dim)        output = weights value

    The order of the steps: match, scale, soft cap, bias, mask, softmax, dropout, mix. What a query
    may not see never touches its output or any gradient that comes from it, NaN included. Half
    precision is computed in float32 and rounded once, at the end.

    Args:
        query: What is asked.
        key: What is compared with it.
        value: What is mixed.
        mask: True where a query may look. Broadcasts over the leading axes.
        bias: Added to the scores; -inf hides a key as the mask does. Broadcasts like the mask.
        scale: Factor of the scores; 1 / √head_dim if None.
        softcap: Keep the scores between -softcap and softcap: softcap · tanh(scores / softcap).
        dropout_p: Probability that a weight is set to zero. It holds for every call: pass 0 in
            evaluation.
        enable_gqa: Let groups of neighbouring query heads (axis -3) share a key and value head.
        generator: Source of randomness of the dropout.

    Returns:
        Output and weights; each row of weights sums to 1 before dropout, or is all zero where
        nothing may be seen.

    Raises:
        ValueError: If widths, lengths, leading axes or devices differ, the mask or the bias does
            not broadcast, the heads do not divide, or a number is out of range.
        TypeError: If dtypes differ, or the mask is not boolean.

    Example:
        >>> key = torch.tensor([[4.0, 0.0], [0.0, 4.0]])
        >>> scaled_dot_product_attention(key, key, torch.tensor([[1.0], [3.0]])).output.round()
        tensor([[1.],
                [3.]])

    Derived in: chapters/04-scaled-dot-product.   Source: Vaswani et al. (2017), eq. 1.
    """
    check_inputs(query, key, value, mask, bias=bias, softcap=softcap, enable_gqa=enable_gqa)
    if enable_gqa:
        key, value = (share_heads(tensor, query.shape[-3]) for tensor in (key, value))
    if bias is not None:
        mask = without_hidden(mask, bias)
    scale = query.shape[-1] ** -0.5 if scale is None else scale
    scores = match(widened(query) * scale, widened(key), mask)
    if softcap is not None:
        scores = softcap * torch.tanh(scores / softcap)
    if bias is not None:
        scores = scores + bias.to(scores.dtype)
    found = attend(scores, widened(value), mask, dropout_p=dropout_p, generator=generator)
    return AttentionOutput(found.output.to(query.dtype), found.weights.to(query.dtype))


def share_heads(
    tensor: Float[Tensor, "*batch kv_head key dim"], num_heads: int
) -> Float[Tensor, "*batch head key dim"]:
    """Repeat each key or value head for the group of neighbouring query heads that share it.

    Args:
        tensor: Keys or values, one head for each group.
        num_heads: Number of query heads, a multiple of the key and value heads.

    Example:
        >>> share_heads(torch.tensor([[[1.0]], [[2.0]]]), 4).flatten()
        tensor([1., 1., 2., 2.])

    Derived in: chapters/06-multi-head.   Source: Ainslie et al. (2023), section 2.2.
    """
    group = num_heads // tensor.shape[-3]
    return tensor.repeat_interleave(group, dim=-3)


def without_hidden(
    mask: Bool[Tensor, "..."] | None, bias: Float[Tensor, "..."]
) -> Bool[Tensor, "..."] | None:
    """Hide in the mask what a bias of -inf hides.

    Args:
        mask: True where a query may look.
        bias: What is added to the scores.

    Example:
        >>> without_hidden(torch.tensor([True, True]), torch.tensor([0.0, -torch.inf]))
        tensor([ True, False])
    """
    seen = ~torch.isneginf(bias)
    if mask is not None:
        return mask & seen
    return None if seen.all() else seen
