"""The two sides of each comparison: ours, and what it is compared with."""

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from paying_attention.attention.fused import fused_attention
from paying_attention.attention.masks import causal_mask, padding_mask
from paying_attention.attention.multi_head import MultiHeadAttention
from paying_attention.attention.scaled_dot_product import scaled_dot_product_attention

Attention = Callable[[Tensor, Tensor, Tensor, Tensor | None], Tensor]
Pair = tuple[Callable[[], object], Callable[[], object]]
HEADS, HEAD_DIM = 4, 64
D_MODEL, MODEL_HEADS, MODEL_BATCH = 256, 8, 4


def with_weights(query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None) -> Tensor:
    """Ours, which forms the weights."""
    return scaled_dot_product_attention(query, key, value, mask).output


def without_weights(query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None) -> Tensor:
    """Ours, by torch's kernel."""
    return fused_attention(query, key, value, mask).output


def plain(query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None) -> Tensor:
    """Three lines without any check: a NaN leaks, and a row that sees nothing is NaN."""
    scores = query @ key.transpose(-1, -2) * query.shape[-1] ** -0.5
    if mask is not None:
        scores = scores.masked_fill(~mask, -torch.inf)
    return torch.softmax(scores, dim=-1) @ value


def torchs(query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None) -> Tensor:
    """torch's own function."""
    return F.scaled_dot_product_attention(query, key, value, attn_mask=mask)


def in_numpy(query: np.ndarray, key: np.ndarray, value: np.ndarray) -> np.ndarray:
    """The formula as it is written down in NumPy."""
    scores = query @ key.swapaxes(-1, -2) * query.shape[-1] ** -0.5
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    weights /= weights.sum(axis=-1, keepdims=True)
    return weights @ value


SIDES: dict[str, Attention] = {
    "with weights": with_weights,
    "plain": plain,
    "without weights": without_weights,
    "torch": torchs,
}


def inputs(length: int) -> list[Tensor]:
    """Queries, keys and values, the same for each side."""
    generator = torch.Generator().manual_seed(0)
    shape = (1, HEADS, length, HEAD_DIM)
    return [torch.randn(shape, generator=generator).requires_grad_() for _ in range(3)]


def mask_named(name: str, length: int) -> Tensor | None:
    """Give the mask ``"none"``, ``"causal"``, or ``"padding"``: a quarter of the keys."""
    if name == "none":
        return None
    if name == "padding":
        return padding_mask(torch.tensor([3 * length // 4]), length)[:, None, None]
    return causal_mask(length)


def work(
    attention: Attention, tensors: list[Tensor], mask: Tensor | None, *, backward: bool
) -> Callable[[], Tensor]:
    """Make a call without arguments: the forward pass, and if asked for the gradients."""

    def forward_only() -> Tensor:
        with torch.no_grad():
            return attention(*tensors, mask)

    def both() -> Tensor:
        for tensor in tensors:
            tensor.grad = None
        output = attention(*tensors, mask)
        output.backward(torch.ones_like(output))
        return output.detach()

    return both if backward else forward_only


def attention_pair(ours: str, other: str, length: int, mask: str, *, backward: bool) -> Pair:
    """Two sides, named as in ``SIDES``, with the same inputs."""
    tensors, seen = inputs(length), mask_named(mask, length)
    first, second = (work(SIDES[name], tensors, seen, backward=backward) for name in (ours, other))
    return first, second


def numpy_pair(length: int) -> Pair:
    """The path with weights and NumPy, forward only."""
    tensors = inputs(length)
    arrays = [tensor.detach().numpy() for tensor in tensors]
    return work(with_weights, tensors, None, backward=False), lambda: in_numpy(*arrays)


def layer_pair(length: int) -> Pair:
    """One training step of our layer and of torch's, with the same parameters."""
    torch.manual_seed(0)
    ours = MultiHeadAttention(D_MODEL, MODEL_HEADS)
    other = nn.MultiheadAttention(D_MODEL, MODEL_HEADS, batch_first=True)
    packed = torch.cat([part.weight for part in (ours.q_proj, ours.k_proj, ours.v_proj)])
    with torch.no_grad():
        other.in_proj_weight.copy_(packed)
    other.out_proj.load_state_dict(ours.out_proj.state_dict())
    x = torch.randn(MODEL_BATCH, length, D_MODEL, requires_grad=True)

    def step(layer: nn.Module, forward: Callable[[], Tensor]) -> Tensor:
        layer.zero_grad()
        x.grad = None
        output = forward()
        output.backward(torch.ones_like(output))
        return output.detach()

    return (
        lambda: step(ours, lambda: ours(x, need_weights=False).output),
        lambda: step(other, lambda: other(x, x, x, need_weights=False)[0]),
    )
