"""Multi-head attention: several small attentions side by side, each with its own projections."""

from collections.abc import Callable
from functools import partial

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from paying_attention.attention.fused import fused_attention
from paying_attention.attention.input_checks import check_probability, check_sizes
from paying_attention.attention.nan_safe import by_rows, is_finite, rows_are_finite
from paying_attention.attention.scaled_dot_product import scaled_dot_product_attention
from paying_attention.attention.softmax import AttentionOutput

Heads = Float[Tensor, "*batch head length head_dim"]
# What happens to the queries or the keys of all heads, given the position of each token.
HeadTransform = Callable[[Heads, Int[Tensor, " length"]], Heads]


class MultiHeadAttention(nn.Module):
    """Project queries, keys and values for each head, attend in each, join and project again.

        head_i = attention(Q W_i^Q, K W_i^K, V W_i^V)        output = [head_1; …; head_h] W^O

    Self-attention is ``layer(x)``, cross-attention ``layer(x, memory)``. With fewer key and value
    heads than query heads, neighbouring query heads share one (grouped-query attention; with a
    single one, multi-query attention).

    Args:
        d_model: Width of the queries and of the output; each head is ``d_model / num_heads`` wide.
        num_heads: Number of query heads.
        num_kv_heads: Number of key and value heads; as many as query heads if None.
        d_memory: Width of what keys and values are made of; ``d_model`` if None.
        proj_bias: Whether the four projections add a vector.
        dropout_p: Probability that training sets a weight to zero.
        query_transform: Changes the queries of the heads between projection and scores, knowing
            their positions: the place of rotary positions. A module is trained with the layer.
        key_transform: The same for the keys.
        check_finite: As in ``scaled_dot_product_attention``, for tokens that are not finite.

    Raises:
        TypeError: If a size is no integer.
        ValueError: If a size is below 1, the heads do not divide ``d_model``, the key and value
            heads do not divide the heads, or ``dropout_p`` is no probability.

    Example:
        >>> layer = MultiHeadAttention(12, 3)
        >>> output, weights = layer(torch.zeros(2, 5, 12))
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
        query_transform: HeadTransform | None = None,
        key_transform: HeadTransform | None = None,
        check_finite: bool = True,
    ) -> None:
        """Make the four projections."""
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
        check_probability(dropout_p=dropout_p)
        self.d_model, self.d_memory = d_model, d_memory
        self.num_heads, self.num_kv_heads = num_heads, num_kv_heads
        self.head_dim = d_model // num_heads
        self.dropout_p, self.check_finite = dropout_p, check_finite
        self.query_transform, self.key_transform = query_transform, key_transform
        d_kv = num_kv_heads * self.head_dim
        self.q_proj = nn.Linear(d_model, d_model, bias=proj_bias)
        self.k_proj = nn.Linear(d_memory, d_kv, bias=proj_bias)
        self.v_proj = nn.Linear(d_memory, d_kv, bias=proj_bias)
        self.out_proj = nn.Linear(d_model, d_model, bias=proj_bias)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the projections Xavier-uniform again, with biases of 0."""
        for projection in (self.q_proj, self.k_proj, self.v_proj, self.out_proj):
            nn.init.xavier_uniform_(projection.weight)
            if projection.bias is not None:
                nn.init.zeros_(projection.bias)

    def extra_repr(self) -> str:
        """Name what the projections' sizes do not tell."""
        parts = f"num_heads={self.num_heads}, num_kv_heads={self.num_kv_heads}"
        return f"{parts}, dropout_p={self.dropout_p}"

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
        """Attend; the first query and the first key stand at position 0.

        A token that is not finite is NaN to those who see it, and touches nothing else: neither
        other outputs nor, if no loss sees it, any gradient.

        Args:
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
        hides = mask is not None or bias is not None
        careful = hides and self.check_finite and not is_finite(query, key, value)
        keys, values = self._project_kv(key, value, careful=careful)
        choices = {"need_weights": need_weights, "generator": generator, "careful": careful}
        return self._attend_to(query, keys, values, mask=mask, bias=bias, **choices)

    def project_kv(
        self,
        key: Float[Tensor, "*batch key d_memory"],
        value: Float[Tensor, "*batch key d_memory"],
        *,
        offset: int = 0,
    ) -> tuple[
        Float[Tensor, "*batch kv_head key head_dim"], Float[Tensor, "*batch kv_head key head_dim"]
    ]:
        """Make the keys and values of all heads: what a decoder computes once and keeps.

        Args:
            offset: Position of the first key: how many are in the cache already.
        """
        careful = self.check_finite and not is_finite(key, value)
        return self._project_kv(key, value, offset=offset, careful=careful)

    def attend_to(
        self,
        query: Float[Tensor, "*batch query d_model"],
        keys: Float[Tensor, "*batch kv_head key head_dim"],
        values: Float[Tensor, "*batch kv_head key head_dim"],
        *,
        offset: int = 0,
        mask: Bool[Tensor, "..."] | None = None,
        bias: Float[Tensor, "..."] | None = None,
        need_weights: bool = True,
        generator: torch.Generator | None = None,
    ) -> AttentionOutput:
        """Attend to keys and values that are projected already; see ``forward``.

        Args:
            keys: First result of ``project_kv``, or several of them joined.
            values: Second result of ``project_kv``.
            offset: Position of the first query.
        """
        hides = mask is not None or bias is not None
        careful = hides and self.check_finite and not is_finite(query, keys, values)
        choices = {"need_weights": need_weights, "generator": generator, "careful": careful}
        return self._attend_to(query, keys, values, offset=offset, mask=mask, bias=bias, **choices)

    def _project_kv(
        self, key: Tensor, value: Tensor, *, offset: int = 0, careful: bool
    ) -> tuple[Tensor, Tensor]:
        for name, tensor in (("key", key), ("value", value)):
            if tensor.shape[-1] != self.d_memory:
                raise ValueError(f"{name}: expected width {self.d_memory}, got {tensor.shape[-1]}")
        split = partial(_split, num_heads=self.num_kv_heads, offset=offset, careful=careful)
        return split(key, self.k_proj, self.key_transform), split(value, self.v_proj, None)

    def _attend_to(
        self,
        query: Tensor,
        keys: Tensor,
        values: Tensor,
        *,
        offset: int = 0,
        need_weights: bool,
        generator: torch.Generator | None,
        careful: bool,
        **hiding: Tensor | None,
    ) -> AttentionOutput:
        if query.shape[-1] != self.d_model:
            raise ValueError(f"query: expected width {self.d_model}, got {query.shape[-1]}")
        transform, heads = self.query_transform, self.num_heads
        queries = _split(query, self.q_proj, transform, heads, offset=offset, careful=careful)
        shared = {"enable_gqa": self.num_kv_heads != heads, "check_finite": self.check_finite}
        dropout_p = self.dropout_p if self.training else 0.0
        if need_weights or dropout_p:
            found = scaled_dot_product_attention(
                queries, keys, values, dropout_p=dropout_p, generator=generator, **hiding, **shared
            )
        else:
            found = fused_attention(queries, keys, values, **hiding, **shared)
        # (*batch, head, query, head_dim) -> (*batch, query, head · head_dim)
        merged = found.output.transpose(-3, -2).flatten(-2)
        output = by_rows(self.out_proj, merged) if careful else self.out_proj(merged)
        return AttentionOutput(output, found.weights if need_weights else None)


def _split(
    tokens: Float[Tensor, "*batch length width"],
    projection: nn.Linear,
    transform: HeadTransform | None,
    num_heads: int,
    *,
    offset: int,
    careful: bool,
) -> Heads:
    """Project, split into heads, transform; if careful, a token that is not finite becomes NaN."""
    finite = rows_are_finite(tokens) if careful else None
    if careful:  # before the projection, whose weights would meet the NaN in the backward pass
        tokens = tokens.masked_fill(~finite, 0.0)
    # (*batch, length, head · head_dim) -> (*batch, head, length, head_dim)
    heads = projection(tokens).unflatten(-1, (num_heads, -1)).transpose(-3, -2)
    if transform is not None:
        positions = torch.arange(offset, offset + tokens.shape[-2], device=tokens.device)
        heads = transform(heads, positions)
    return heads.masked_fill(~finite.unsqueeze(-3), torch.nan) if careful else heads
