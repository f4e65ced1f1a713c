"""Multi-head attention: several small attentions side by side, each with its own projections."""

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from paying_attention.attention.fused import fused_attention
from paying_attention.attention.input_checks import check_mask, check_sizes
from paying_attention.attention.nan_safe import is_spoilt, without_unseen
from paying_attention.attention.scaled_dot_product import (
    scaled_dot_product_attention,
    without_hidden,
)
from paying_attention.attention.softmax import AttentionOutput


class MultiHeadAttention(nn.Module):
    """Project queries, keys and values for each head, attend in each, join and project again.

        head_i = attention(Q W_i^Q, K W_i^K, V W_i^V)        output = [head_1; …; head_h] W^O

    Self-attention is ``layer(x)``, cross-attention ``layer(x, memory)``. With fewer key and value
    heads than query heads, neighbouring query heads share one (grouped-query attention; with a
    single one, multi-query attention).

    Args:
        d_model: Width of the queries and of the output.
        num_heads: Number of query heads; each is ``d_model / num_heads`` wide.
        num_kv_heads: Number of key and value heads; as many as query heads if None.
        d_memory: Width of what keys and values are made of; ``d_model`` if None.
        proj_bias: Whether the four projections add a vector.
        dropout_p: Probability that training sets a weight to zero.

    Raises:
        ValueError: If a size is below 1, the heads do not divide ``d_model``, the key and value
            heads do not divide the heads, or ``dropout_p`` is no probability.

    Example:
        >>> layer = MultiHeadAttention(12, 3)
        >>> output, weights, _ = layer(torch.zeros(2, 5, 12))
        >>> output.shape, weights.shape
        (torch.Size([2, 5, 12]), torch.Size([2, 3, 5, 5]))

    Derived in: chapters/06-multi-head.   Source: Vaswani et al. (2017), section 3.2.2; for
    groups, Ainslie et al. (2023).
    """

    def __init__(
        self,
        d_model: int,
        num_heads: int,
        *,
        num_kv_heads: int | None = None,
        d_memory: int | None = None,
        proj_bias: bool = True,
        dropout_p: float = 0.0,
    ) -> None:
        """Make the four projections, Xavier-uniform with biases of 0."""
        super().__init__()
        num_kv_heads = num_heads if num_kv_heads is None else num_kv_heads
        d_memory = d_model if d_memory is None else d_memory
        check_sizes(
            d_model=d_model, num_heads=num_heads, num_kv_heads=num_kv_heads, d_memory=d_memory
        )
        if d_model % num_heads:
            raise ValueError(f"num_heads: expected a divisor of {d_model}, got {num_heads}")
        if num_heads % num_kv_heads:
            raise ValueError(f"num_kv_heads: expected a divisor of {num_heads}, got {num_kv_heads}")
        if not 0 <= dropout_p <= 1:
            raise ValueError(f"dropout_p: expected 0 to 1, got {dropout_p}")
        self.d_model, self.d_memory = d_model, d_memory
        self.num_heads, self.num_kv_heads = num_heads, num_kv_heads
        self.head_dim = d_model // num_heads
        self.dropout_p = dropout_p
        d_kv = num_kv_heads * self.head_dim
        self.q_proj = nn.Linear(d_model, d_model, bias=proj_bias)
        self.k_proj = nn.Linear(d_memory, d_kv, bias=proj_bias)
        self.v_proj = nn.Linear(d_memory, d_kv, bias=proj_bias)
        self.out_proj = nn.Linear(d_model, d_model, bias=proj_bias)
        for projection in (self.q_proj, self.k_proj, self.v_proj, self.out_proj):
            nn.init.xavier_uniform_(projection.weight)
            if proj_bias:
                nn.init.zeros_(projection.bias)

    def forward(
        self,
        query: Float[Tensor, "*batch query d_model"],
        key: Float[Tensor, "*batch key d_memory"] | None = None,
        value: Float[Tensor, "*batch key d_memory"] | None = None,
        *,
        mask: Bool[Tensor, "..."] | None = None,
        bias: Float[Tensor, "..."] | None = None,
        need_weights: bool = True,
        generator: torch.Generator | None = None,
    ) -> AttentionOutput:
        """Attend.

        What no query may see in ``key`` and ``value`` reaches neither the output nor a gradient,
        the projections' included, even if it is NaN. A query that is NaN itself spoils its own row.

        Args:
            query: What asks.
            key: What answers; the queries themselves if None.
            value: What is mixed; the keys if None.
            mask: True where a query may look; broadcasts to ``(*batch, head, query, key)``.
            bias: Added to the scores; broadcasts like the mask.
            need_weights: Whether the weights are returned; without them torch's fused kernel does
                the work, unless there is dropout.
            generator: Source of randomness of the dropout.

        Returns:
            The output, and the weights of each head, ``(*batch, head, query, key)``, or None.

        Raises:
            ValueError: If a width, a length, the mask or the bias does not fit.
            TypeError: If dtypes differ, or the mask is not boolean.
        """
        key = query if key is None else key
        value = key if value is None else value
        for name, tensor in (("key", key), ("value", value)):
            if tensor.dtype != query.dtype:
                raise TypeError(f"{name}: expected {query.dtype} as query, got {tensor.dtype}")
        if is_spoilt(key) or is_spoilt(value):
            # Before the projections: their weights would meet the NaN in the backward pass.
            seen = mask if bias is None else without_hidden(mask, bias)
            if seen is not None:
                shape = (*query.shape[:-2], self.num_heads, query.shape[-2], key.shape[-2])
                check_mask(seen, torch.Size(shape))
                seen = seen.broadcast_to(shape).any(dim=-3)
                key, value = without_unseen(key, seen), without_unseen(value, seen)
        projected = self.project(key, value)
        choices = {"mask": mask, "bias": bias, "need_weights": need_weights}
        return self.ask(query, *projected, generator=generator, **choices)

    def project(
        self,
        key: Float[Tensor, "*batch key d_memory"],
        value: Float[Tensor, "*batch key d_memory"],
    ) -> tuple[
        Float[Tensor, "*batch kv_head key head_dim"], Float[Tensor, "*batch kv_head key head_dim"]
    ]:
        """Make the keys and values of all heads: what a decoder computes once and keeps.

        Args:
            key: What answers.
            value: What is mixed.

        Raises:
            ValueError: If a width is not ``d_memory``.
        """
        for name, tensor in (("key", key), ("value", value)):
            if tensor.shape[-1] != self.d_memory:
                raise ValueError(f"{name}: expected width {self.d_memory}, got {tensor.shape[-1]}")
        return (
            _split(self.k_proj(key), self.num_kv_heads),
            _split(self.v_proj(value), self.num_kv_heads),
        )

    def ask(
        self,
        query: Float[Tensor, "*batch query d_model"],
        keys: Float[Tensor, "*batch kv_head key head_dim"],
        values: Float[Tensor, "*batch kv_head key head_dim"],
        *,
        mask: Bool[Tensor, "..."] | None = None,
        bias: Float[Tensor, "..."] | None = None,
        need_weights: bool = True,
        generator: torch.Generator | None = None,
    ) -> AttentionOutput:
        """Attend to keys and values that are projected already.

        Args:
            query: What asks.
            keys: First result of ``project``.
            values: Second result of ``project``.
            mask: True where a query may look; broadcasts to ``(*batch, head, query, key)``.
            bias: Added to the scores; broadcasts like the mask.
            need_weights: Whether the weights are returned.
            generator: Source of randomness of the dropout.

        Raises:
            ValueError: If a width, a length, the mask or the bias does not fit.
            TypeError: If dtypes differ, or the mask is not boolean.
        """
        if query.shape[-1] != self.d_model:
            raise ValueError(f"query: expected width {self.d_model}, got {query.shape[-1]}")
        dropout_p = self.dropout_p if self.training else 0.0
        queries = _split(self.q_proj(query), self.num_heads)
        shared = {"mask": mask, "bias": bias, "enable_gqa": self.num_kv_heads != self.num_heads}
        if need_weights or dropout_p:
            heads, weights, _ = scaled_dot_product_attention(
                queries, keys, values, dropout_p=dropout_p, generator=generator, **shared
            )
        else:
            heads, weights, _ = fused_attention(queries, keys, values, **shared)
        output = self.out_proj(_merge(heads))
        return AttentionOutput(output, weights if need_weights else None)


def _split(
    tensor: Float[Tensor, "*batch length d"], num_heads: int
) -> Float[Tensor, "*batch head length head_dim"]:
    # (*batch, length, head · head_dim) -> (*batch, head, length, head_dim)
    return tensor.unflatten(-1, (num_heads, -1)).transpose(-3, -2)


def _merge(
    heads: Float[Tensor, "*batch head length head_dim"],
) -> Float[Tensor, "*batch length d"]:
    # (*batch, head, length, head_dim) -> (*batch, length, head · head_dim)
    return heads.transpose(-3, -2).flatten(-2)
