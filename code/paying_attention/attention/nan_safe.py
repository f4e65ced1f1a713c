"""The careful path: what a query may not see touches nothing, even if it is NaN or infinite.

A weight of 0 times NaN is NaN, and so is a gradient of 0 times NaN. Here a number that is not
finite is kept out of every product that has a gradient, and put back where a query may see it, as a
constant. ``is_finite`` is the one question at the door.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from functools import reduce

import torch
from jaxtyping import Bool, Float
from torch import Tensor

LARGEST = 1e30  # far below the end of float32 and bfloat16


def is_finite(
    *tensors: Float[Tensor, "..."], for_gradients: tuple[Float[Tensor, "..."], ...] = ()
) -> bool:
    """Ask at the door whether all numbers are finite: one pass over each tensor, one look.

    Numbers whose sum is beyond ``LARGEST`` say no as well, since their products may overflow: a no
    means, look closer.

    Args:
        for_gradients: What matters only where there will be gradients. An infinite key that nobody
            sees can have a score of -inf: its weight of 0 hides it from the output, not from them.

    Example:
        >>> is_finite(torch.ones(2)), is_finite(torch.ones(2), torch.tensor([1.0, torch.nan]))
        (True, False)
    """
    if torch.is_grad_enabled():
        tensors += for_gradients
    sums = (
        t.sum(dtype=torch.float32) if t.dtype.itemsize < 4 else t.sum()
        for t in (tensor.detach() for tensor in tensors)
    )
    return abs(reduce(torch.add, sums).item()) < LARGEST


def wide_dtype(*tensors: Float[Tensor, "..."] | None) -> torch.dtype:
    """Give the dtype to compute in: float32, or that of the widest tensor."""
    dtype = torch.float32
    for tensor in tensors:
        if tensor is not None:
            dtype = torch.promote_types(dtype, tensor.dtype)
    return dtype


def without_autocast(tensor: Tensor) -> AbstractContextManager:
    """Make a context in which autocast does not turn products into half precision."""
    kind = tensor.device.type
    if kind != "meta" and torch.is_autocast_enabled(kind):
        return torch.autocast(kind, enabled=False)
    return nullcontext()


def careful_attention(
    query: Float[Tensor, "*batch query head_dim"],
    key: Float[Tensor, "*batch key head_dim"],
    value: Float[Tensor, "*batch key value_dim"],
    mask: Bool[Tensor, "..."],
    score: Callable[[Tensor], Tensor],
    kept: Float[Tensor, "*batch query key"] | None,
) -> tuple[Float[Tensor, "*batch query value_dim"], Float[Tensor, "*batch query key"]]:
    """Attend beside numbers that are not finite.

    A query that sees a NaN has NaN in output and weights, and sends no gradient.

    Args:
        query: What is asked, scaled already.
        score: Turns products into scores: soft cap and bias.
        kept: Factors of the weights that dropout has drawn, or None.
    """
    # What is hidden is cut off before and behind each step whose gradient could overflow.
    scores = score(torch.where(mask, match(query, key, mask), 0.0))
    weights = guarded_softmax(torch.where(mask, scores, -torch.inf))
    weights = torch.where(mask | weights.isnan(), weights, 0.0)
    weights = weights if kept is None else weights * kept
    return mix(weights, value, mask), weights


def guarded_softmax(scores: Float[Tensor, "*batch query key"]) -> Float[Tensor, "*batch query key"]:
    """Take the softmax of each row; a row of -inf alone gives zeros.

    The guard stands before the softmax: a NaN that is cleaned up afterwards would still poison the
    gradient. A row with NaN or +inf is NaN, and sends no gradient. Nothing looks at the data.

    Example:
        >>> guarded_softmax(torch.tensor([[0.0, 0.0], [-torch.inf, -torch.inf]]))
        tensor([[0.5000, 0.5000],
                [0.0000, 0.0000]])
    """
    if scores.shape[-1] == 0:
        return scores
    largest = scores.detach().amax(dim=-1, keepdim=True)
    regular = largest.isfinite()
    weights = torch.softmax(scores.masked_fill(~regular, 0.0), dim=-1)
    instead = torch.where(largest == -torch.inf, 0.0, torch.nan).to(weights.dtype)
    return torch.where(regular, weights, instead)


def match(
    query: Float[Tensor, "*batch query head_dim"],
    key: Float[Tensor, "*batch key head_dim"],
    mask: Bool[Tensor, "..."],
) -> Float[Tensor, "*batch query key"]:
    """Multiply each query with each key; a product that is not finite is a constant.

    Where the mask is False, a pair with a NaN in it has the product 0.
    """
    bad_query, bad_key = (~rows_are_finite(tensor) for tensor in (query, key))
    clean = query.masked_fill(bad_query, 0.0) @ key.masked_fill(bad_key, 0.0).mT
    visible = mask & (bad_query | bad_key.mT)
    return torch.where(visible, query.detach() @ key.detach().mT, clean)


def mix(
    weights: Float[Tensor, "*batch query key"],
    value: Float[Tensor, "*batch key value_dim"],
    mask: Bool[Tensor, "..."],
) -> Float[Tensor, "*batch query value_dim"]:
    """Sum the values by their weights; NaN and infinities reach only those who may see them.

    They send no gradient, and neither does a row of weights that are NaN. The memory is a few times
    that of weights and values, however many numbers are not finite.

    Example:
        >>> value = torch.tensor([[1.0], [torch.nan]])
        >>> mix(torch.tensor([[1.0, 0.0]]), value, torch.tensor([[True, False]]))
        tensor([[1.]])
    """
    lost = weights.detach().isnan().any(dim=-1, keepdim=True)
    weights = weights.masked_fill(lost, 0.0)
    finite = value.detach().isfinite()
    output = weights @ value.masked_fill(~finite, 0.0)
    visible = mask.broadcast_to(weights.shape)
    apart = clear_hidden(value.detach().masked_fill(finite, 0.0), mask)
    bad_keys = torch.atleast_2d((apart != 0).any(dim=-1)).flatten(0, -2).any(dim=0)
    for key in bad_keys.nonzero().flatten().tolist():
        share = weights.detach()[..., key, None] * apart[..., key, None, :]
        output = output + torch.where(visible[..., key, None], share, 0.0)
    return output.masked_fill(lost, torch.nan)


def clear_hidden(
    tensor: Float[Tensor, "*batch key dim"], mask: Bool[Tensor, "..."] | None
) -> Float[Tensor, "*batch key dim"]:
    """Replace by zeros the keys, or values, that no query of their own entry may see.

    Example:
        >>> clear_hidden(torch.tensor([[1.0], [torch.nan]]), torch.tensor([True, False]))
        tensor([[1.],
                [0.]])
    """
    if mask is None:
        return tensor
    visible = mask if mask.ndim < 2 else mask.any(dim=-2)
    return tensor.masked_fill(~visible[..., None], 0.0)


def rows_are_finite(tensor: Float[Tensor, "*batch row dim"]) -> Bool[Tensor, "*batch row 1"]:
    """Tell of each row whether all its numbers are finite."""
    return tensor.detach().isfinite().all(dim=-1, keepdim=True)


def by_rows(
    function: Callable[[Tensor], Tensor], tensor: Float[Tensor, "*batch row dim"]
) -> Float[Tensor, "*batch row other_dim"]:
    """Apply a map of rows; a row that is not finite becomes NaN, and no gradient meets it.

    Else the gradient of the map's parameters would be 0 times NaN, even where no loss looks.
    """
    finite = rows_are_finite(tensor)
    return function(tensor.masked_fill(~finite, 0.0)).masked_fill(~finite, torch.nan)
