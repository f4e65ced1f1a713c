"""Products that respect a mask: what may not be seen touches nothing, even if it is NaN.

A weight of 0 times NaN is NaN, and so is a gradient of 0 times NaN. So a NaN or an infinity is kept
out of the product that has a gradient, and put back where a query may see it, as a constant. As
long as all numbers are finite, both products are one matrix product.
"""

import math

import torch
from jaxtyping import Bool, Float
from torch import Tensor


def match(
    query: Float[Tensor, "*batch query head_dim"],
    key: Float[Tensor, "*batch key head_dim"],
    mask: Bool[Tensor, "..."] | None = None,
) -> Float[Tensor, "*batch query key"]:
    """Multiply each query with each key, and keep NaN and infinities where they may be seen.

    The score of a masked pair is never used, but its gradient of 0 times a key of NaN is NaN. A
    score that is NaN or infinite sends no gradient to its query and its key.

    Args:
        query: What is asked.
        key: What is compared with it.
        mask: True where a query may look; broadcasts against the scores.

    Example:
        >>> match(torch.ones(1, 2), torch.tensor([[1.0, 2.0], [3.0, 4.0]]))
        tensor([[3., 7.]])
    """
    if mask is None or not (is_spoilt(key) or is_spoilt(query)):
        return query @ key.transpose(-1, -2)
    spoilt_query, spoilt_key = (
        ~tensor.detach().isfinite().all(dim=-1, keepdim=True) for tensor in (query, key)
    )
    clean_key = key.masked_fill(spoilt_key, 0.0)
    scores = query.masked_fill(spoilt_query, 0.0) @ clean_key.transpose(-1, -2)
    seen = mask & (spoilt_query | spoilt_key.transpose(-1, -2))
    return torch.where(seen, query.detach() @ key.detach().transpose(-1, -2), scores)


def mix(
    weights: Float[Tensor, "*batch query key"],
    value: Float[Tensor, "*batch key value_dim"],
    mask: Bool[Tensor, "..."] | None = None,
) -> Float[Tensor, "*batch query value_dim"]:
    """Sum the values by their weights, and keep NaN and infinities where they may be seen.

    A number that is NaN or infinite sends no gradient to its weight.

    Args:
        weights: How much of each value; 0 where the mask is False.
        value: What each key has to give.
        mask: True where a query may look; broadcasts against the weights.

    Example:
        >>> value = torch.tensor([[1.0], [torch.nan]])
        >>> mix(torch.tensor([[1.0, 0.0]]), value, torch.tensor([[True, False]]))
        tensor([[1.]])
    """
    if mask is None or not is_spoilt(value):
        return weights @ value
    finite = value.detach().isfinite()
    mixed = weights @ value.masked_fill(~finite, 0.0)
    spoilt = spoilt_keys(value)
    seen = mask.broadcast_to(weights.shape)[..., spoilt, None]
    if not seen.any():
        return mixed
    apart = value.detach().masked_fill(finite, 0.0)[..., spoilt, :]
    apart = torch.where(seen, apart.unsqueeze(-3), 0.0)
    return mixed + (weights.detach()[..., spoilt, None] * apart).sum(dim=-2)


def without_unseen(
    value: Float[Tensor, "*batch key value_dim"], mask: Bool[Tensor, "..."] | None
) -> Float[Tensor, "*batch key value_dim"]:
    """Replace by zeros what no query may see: a weight of 0 times NaN would still be NaN.

    Args:
        value: What each key has to give.
        mask: True where a query may look.

    Example:
        >>> without_unseen(torch.tensor([[1.0], [torch.nan]]), torch.tensor([True, False]))
        tensor([[1.],
                [0.]])
    """
    if mask is None:
        return value
    seen = mask if mask.ndim < 2 else mask.any(dim=-2)
    return value.masked_fill(~seen[..., None], 0.0)


def is_spoilt(tensor: Float[Tensor, "..."]) -> bool:
    """Tell whether a tensor may hold a NaN or an infinity; one pass over it.

    A sum of finite numbers that overflows says yes as well, so that a yes means: look closer.

    Args:
        tensor: Any shape.

    Example:
        >>> is_spoilt(torch.tensor([1.0, torch.nan])), is_spoilt(torch.ones(2))
        (True, False)
    """
    return not math.isfinite(tensor.detach().sum().item())


def spoilt_keys(tensor: Float[Tensor, "*batch key dim"]) -> Bool[Tensor, " key"]:
    """Find the keys that hold a NaN or an infinity in any entry of the batch.

    Args:
        tensor: Keys, or their values.

    Example:
        >>> spoilt_keys(torch.tensor([[1.0, 2.0], [0.0, torch.inf]]))
        tensor([False,  True])
    """
    finite = tensor.detach().isfinite().all(dim=-1)
    return ~finite.flatten(0, -2).all(dim=0) if finite.ndim > 1 else ~finite
