"""The same attention by torch's own kernel, which forms no weights where it can avoid them."""

from collections.abc import Callable
from functools import partial

import torch
from jaxtyping import Bool, Float
from torch import Tensor
from torch.nn.functional import scaled_dot_product_attention as torchs_kernel

from paying_attention.attention.input_checks import check_inputs
from paying_attention.attention.nan_safe import (
    clear_hidden,
    is_finite,
    rows_are_finite,
    without_autocast,
)
from paying_attention.attention.scaled_dot_product import (
    scaled_dot_product_attention,
    share_heads,
    visible,
)
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
    check_finite: bool = True,
) -> AttentionOutput:
    """Compute the output of ``scaled_dot_product_attention`` without its weights.

    The arguments mean the same; there is no soft cap and no dropout. The result holds
    ``weights=None``. On the CPU, torch's kernel avoids them for inputs of four axes and one width;
    without a mask and a bias it also decides what a NaN does. Under a mask a NaN that nobody sees
    costs a second run; one that somebody sees is left to the path with weights.

    Raises:
        ValueError: As ``scaled_dot_product_attention``.
        TypeError: As ``scaled_dot_product_attention``.

    Example:
        >>> key = torch.tensor([[4.0, 0.0], [0.0, 4.0]])
        >>> fused_attention(key, key, torch.tensor([[1.0], [3.0]])).weights is None
        True

    Derived in: chapters/04-scaled-dot-product.
    """
    check_inputs(query, key, value, mask, bias=bias, scale=scale, enable_gqa=enable_gqa)
    dtype, added = query.dtype, mask
    if bias is not None:  # the kernel wants one dtype; a wide bias may not fit into a narrow one
        wide = torch.promote_types(dtype, bias.dtype)
        query, key, value, added = (tensor.to(wide) for tensor in (query, key, value, bias))
        added = added if mask is None else torch.where(mask, added, -torch.inf)
    if added is not None and added.ndim < 2:
        added = torch.atleast_2d(added)  # the kernel asks for two axes
    kernel = partial(torchs_kernel, attn_mask=added, scale=scale, enable_gqa=enable_gqa)
    with without_autocast(query):
        output = kernel(query, key, value)
    if (
        added is not None
        and check_finite
        and not is_finite(output, for_gradients=(query, key, value))
    ):  # the door
        if enable_gqa:
            key, value = share_heads(key, query.shape[-3]), share_heads(value, query.shape[-3])
        shown = torch.atleast_2d(visible(mask, bias))
        output = _without_hidden(kernel, query, key, value, shown)
        if output is None:
            given = query, key, value, mask
            output = scaled_dot_product_attention(*given, bias=bias, scale=scale).output
    return AttentionOutput(output.to(dtype), None)


def _without_hidden(
    kernel: Callable[..., Tensor], query: Tensor, key: Tensor, value: Tensor, mask: Tensor
) -> Tensor | None:
    """Run the kernel without what nobody may see; None if some see what is not finite."""
    finite = rows_are_finite(query)
    clean = query.masked_fill(~finite, 0.0), clear_hidden(key, mask), clear_hidden(value, mask)
    with without_autocast(query):
        output = kernel(*clean)
    if not is_finite(*clean, output):
        return None
    return output.masked_fill(~finite & mask.any(dim=-1, keepdim=True), torch.nan)
