"""Scaled dot-product attention: what a query finds is decided by dot products with the keys."""

from functools import partial

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from paying_attention.attention.input_checks import check_inputs
from paying_attention.attention.nan_safe import (
    careful_attention,
    guarded_softmax,
    is_finite,
    wide_dtype,
    without_autocast,
)
from paying_attention.attention.softmax import AttentionOutput, draw_kept


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
    check_finite: bool = True,
) -> AttentionOutput:
    """Mix the values by how well each query matches each key.

        weights = softmax(query keyᵀ / √head_dim)        output = weights value

    Computed in float32 or wider. What a query may not see touches neither its output nor any
    gradient that comes from it, even if it is NaN.

    Args:
        mask: True where a query may look; broadcasts to (*batch, query, key).
        bias: Added to the scores; -inf hides a key as the mask does. Broadcasts like the mask.
        scale: Factor of the scores; 1 / √head_dim if None.
        softcap: Keep the scores between -softcap and softcap: softcap · tanh(scores / softcap).
        dropout_p: Probability that a weight is set to zero, also in evaluation; the others grow.
        enable_gqa: Let groups of neighbouring query heads (axis -3) share a key and value head.
        generator: Source of randomness of the dropout.
        check_finite: Whether to look at the data (once if all is well, and only under a mask or
            bias), so that a hidden NaN or infinity stays hidden. Without the look it leaks into
            outputs and gradients; the rest holds, and what does not draw from a ``generator``
            compiles, exports and runs under vmap.

    Returns:
        Output and weights, after dropout. Before it each row sums to 1; it is zero where nothing
        may be seen, and NaN where a NaN is. Computed in a wider dtype than the query's, as in half
        precision, the weights are a rounded copy: the output has no gradient with respect to them.

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
    numbers = {"scale": scale, "softcap": softcap, "dropout_p": dropout_p}
    check_inputs(query, key, value, mask, bias=bias, enable_gqa=enable_gqa, **numbers)
    scale = query.shape[-1] ** -0.5 if scale is None else scale
    dtype, wide = query.dtype, wide_dtype(query, bias)
    query, key, value = query.to(wide), key.to(wide), value.to(wide)
    if enable_gqa:
        key, value = share_heads(key, query.shape[-3]), share_heads(value, query.shape[-3])
    hides = mask is not None or bias is not None
    has_door, kept = hides and check_finite, None
    with without_autocast(query):
        # The three lines of chapter 04 are scores, weights and output.
        scores = query @ key.mT * scale
        scores = adjust(scores, softcap, bias, mask)
        if has_door or not hides:  # behind a door, rows that see nothing are its matter
            weights = torch.softmax(scores, dim=-1)
        else:
            weights = guarded_softmax(scores)
        if dropout_p:
            kept = draw_kept(weights, dropout_p, generator)
            weights = weights * kept
        output = weights @ value
        # The door: a row that sees nothing, or a NaN or infinity somewhere, starts again with care.
        if has_door and not is_finite(output, for_gradients=(query, key, value)):
            score = partial(adjust, softcap=softcap, bias=bias)
            given = query * scale, key, value, visible(mask, bias)
            output, weights = careful_attention(*given, score, kept)
    return AttentionOutput(output.to(dtype), weights.to(dtype))


def adjust(
    scores: Float[Tensor, "*batch query key"],
    softcap: float | None = None,
    bias: Float[Tensor, "..."] | None = None,
    mask: Bool[Tensor, "..."] | None = None,
) -> Float[Tensor, "*batch query key"]:
    """Cap the scores, add the bias, hide what the mask hides: in this order.

    Example:
        >>> adjust(torch.zeros(1, 2), bias=torch.ones(1), mask=torch.tensor([True, False]))
        tensor([[1., -inf]])
    """
    if softcap is not None:
        if mask is not None:  # a hidden product of inf - inf would meet a gradient of 0
            scores = torch.where(mask, scores, 0.0)
        scores = softcap * torch.tanh(scores / softcap)
    if bias is not None:
        scores = scores + bias
    if mask is not None:
        scores = torch.where(mask, scores, -torch.inf)  # half the time of masked_fill
    return scores


def share_heads(
    tensor: Float[Tensor, "*batch kv_head key dim"], num_heads: int
) -> Float[Tensor, "*batch head key dim"]:
    """Repeat each key or value head for the group of neighbouring query heads that share it.

    Example:
        >>> share_heads(torch.tensor([[[1.0]], [[2.0]]]), 4).flatten()
        tensor([1., 1., 2., 2.])

    Derived in: chapters/06-multi-head.   Source: Ainslie et al. (2023), section 2.2.
    """
    group = num_heads // tensor.shape[-3]
    return tensor.repeat_interleave(group, dim=-3)


def visible(
    mask: Bool[Tensor, "..."] | None, bias: Float[Tensor, "..."] | None
) -> Bool[Tensor, "..."] | None:
    """Give the mask that hides what mask or bias hide.

    Example:
        >>> visible(torch.tensor([True, True]), torch.tensor([0.0, -torch.inf]))
        tensor([ True, False])
    """
    if bias is None:
        return mask
    shown = ~torch.isneginf(bias)
    return shown if mask is None else mask & shown
