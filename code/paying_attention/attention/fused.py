"""The same attention by torch's own kernel, which never forms the weights."""

import torch
from jaxtyping import Bool, Float
from torch import Tensor
from torch.nn import functional as F

from paying_attention.attention.input_checks import check_inputs
from paying_attention.attention.nan_safe import is_spoilt
from paying_attention.attention.scaled_dot_product import scaled_dot_product_attention
from paying_attention.attention.softmax import AttentionOutput


def fused_attention(
    query: Float[Tensor, "*batch query head_dim"],
    key: Float[Tensor, "*kv_batch key head_dim"],
    value: Float[Tensor, "*kv_batch key value_dim"],
    mask: Bool[Tensor, "..."] | None = None,
    *,
    bias: Float[Tensor, "..."] | None = None,
    scale: float | None = None,
    enable_gqa: bool = False,
) -> AttentionOutput:
    """Compute the same output by torch's own kernel, which never forms the weights.

    The result holds ``weights=None``. The kernel alone would let a NaN at a masked key through;
    where there is one, the path with weights does the work.

    Args:
        query: What is asked.
        key: What is compared with it.
        value: What is mixed.
        mask: True where a query may look. Broadcasts over the leading axes.
        bias: Added to the scores; -inf hides a key as the mask does. Broadcasts like the mask.
        scale: Factor of the scores; 1 / √head_dim if None.
        enable_gqa: Let groups of neighbouring query heads (axis -3) share a key and value head.

    Raises:
        ValueError: As ``scaled_dot_product_attention``.
        TypeError: As ``scaled_dot_product_attention``.

    Example:
        >>> key = torch.tensor([[4.0, 0.0], [0.0, 4.0]])
        >>> fused_attention(key, key, torch.tensor([[1.0], [3.0]])).weights is None
        True

    Derived in: chapters/04-scaled-dot-product.
    """
    check_inputs(query, key, value, mask, bias=bias, softcap=None, enable_gqa=enable_gqa)
    hides = mask is not None or bias is not None
    if hides and any(is_spoilt(tensor) for tensor in (query, key, value)):
        found = scaled_dot_product_attention(
            query, key, value, mask, bias=bias, scale=scale, enable_gqa=enable_gqa
        )
        return found._replace(weights=None)
    added = mask if bias is None else bias.to(query.dtype)
    if bias is not None and mask is not None:
        added = torch.where(mask, added, -torch.inf)
    added = None if added is None else torch.atleast_2d(added)  # the kernel asks for two axes
    output = F.scaled_dot_product_attention(
        query, key, value, attn_mask=added, scale=scale, enable_gqa=enable_gqa
    )
    return AttentionOutput(output, None)
