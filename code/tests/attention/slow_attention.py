"""Attention one number at a time in NumPy's float64, and random inputs to compare it with."""

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import torch
from hypothesis import strategies as st
from numpy.typing import NDArray
from torch import Tensor

Array = NDArray[np.float64]

BATCH, HEAD, QUERY, KEY, HEAD_DIM, VALUE_DIM = 2, 3, 5, 7, 11, 13
SHAPE = (BATCH, HEAD, QUERY, KEY)


class Problem(NamedTuple):
    """Arguments of attention, in their order."""

    query: Tensor
    key: Tensor
    value: Tensor
    mask: Tensor


def normal(*shape: int, seed: int = 0, dtype: torch.dtype = torch.float64) -> Tensor:
    """The same normal numbers each time."""
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(*shape, generator=generator, dtype=torch.float64).to(dtype)


def three(
    *batch: int, kv_batch: tuple[int, ...] | None = None, dtype: torch.dtype = torch.float64
) -> list[Tensor]:
    """Query, key and value; all sizes differ."""
    batch = batch or (BATCH, HEAD)
    behind = batch if kv_batch is None else kv_batch
    return [
        normal(*batch, QUERY, HEAD_DIM, dtype=dtype),
        normal(*behind, KEY, HEAD_DIM, seed=1, dtype=dtype),
        normal(*behind, KEY, VALUE_DIM, seed=2, dtype=dtype),
    ]


def some_mask(*shape: int, seed: int = 0) -> Tensor:
    """About half of the cells; row (1, 0, 2) sees nothing, row (0, 1, 3) one key."""
    generator = torch.Generator().manual_seed(seed)
    mask = torch.rand(shape or SHAPE, generator=generator) < 0.5
    if not shape:
        mask[1, 0, 2] = False
        mask[0, 1, 3] = torch.arange(KEY) == 4
    return mask


def slow_softmax(scores: list[float]) -> list[float]:
    """Shares of one row; minus infinity gets none."""
    largest = max((score for score in scores if score > -math.inf), default=0.0)
    powers = [math.exp(score - largest) for score in scores]
    total = sum(powers)
    return [power / total if total else 0.0 for power in powers]


def slow_attention(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    mask: Tensor | None = None,
    *,
    bias: Tensor | None = None,
    scale: float | None = None,
    softcap: float | None = None,
    enable_gqa: bool = False,
) -> tuple[Array, Array]:
    """Output and weights of each query: match, scale, soft cap, bias, mask, softmax, mix."""
    q, k, v = (tensor.detach().double().numpy() for tensor in (query, key, value))
    shape = (*q.shape[:-1], k.shape[-2])
    may_look = np.broadcast_to(True if mask is None else mask.numpy(), shape)
    added = np.broadcast_to(0.0 if bias is None else bias.detach().double().numpy(), shape)
    factor = 1 / math.sqrt(q.shape[-1]) if scale is None else scale
    weights, output = np.zeros(shape), np.zeros((*q.shape[:-1], v.shape[-1]))
    for row in np.ndindex(q.shape[:-1]):
        where = row[:-1]
        if enable_gqa:  # neighbours share: with 6 heads for 2, heads 0, 1, 2 ask head 0
            where = (*where[:-1], where[-1] // (q.shape[-3] // k.shape[-3]))
        scores = []
        for j in range(shape[-1]):
            score = sum(a * b for a, b in zip(q[row], k[(*where, j)], strict=True)) * factor
            score = score if softcap is None else softcap * math.tanh(score / softcap)
            scores.append(score + added[(*row, j)] if may_look[(*row, j)] else -math.inf)
        weights[row] = slow_softmax(scores)
        for j in range(shape[-1]):
            if scores[j] > -math.inf:
                output[row] += weights[(*row, j)] * v[(*where, j)]
    return output, weights


@st.composite
def problems(
    draw: Callable[[st.SearchStrategy], Any],
    *,
    least: int = 0,
    dtypes: tuple[torch.dtype, ...] = (torch.float32, torch.float64),
) -> Problem:
    """Attention of any small shape, lengths of zero included, and a mask that is anywhere."""
    size = st.integers(1, 4)
    batch = draw(st.lists(st.integers(least, 3), max_size=2))
    query, key = (draw(st.integers(least, 6)) for _ in range(2))
    head_dim, value_dim, seed = draw(size), draw(size), draw(st.integers(0, 999))
    density = draw(st.sampled_from([0.0, 0.3, 0.6, 1.0]))
    generator = torch.Generator().manual_seed(seed)
    dtype = draw(st.sampled_from(dtypes))
    shapes = [(*batch, query, head_dim), (*batch, key, head_dim), (*batch, key, value_dim)]
    size = 2 if dtype == torch.float64 else 1  # float32 gets scores that it can tell apart
    tensors = [torch.randn(shape, generator=generator, dtype=dtype) * size for shape in shapes]
    return Problem(*tensors, torch.rand(*batch, query, key, generator=generator) < density)


def gradients(function: Callable[..., Tensor], *tensors: Tensor) -> tuple[Tensor, list[Tensor]]:
    """What a function of tensors gives, and the gradients of a weighted sum of it."""
    own = [tensor.detach().clone().requires_grad_() for tensor in tensors]
    found = function(*own)
    factors = normal(*found.shape, seed=9, dtype=found.dtype)
    found.backward(factors)
    return found.detach(), [tensor.grad for tensor in own]
