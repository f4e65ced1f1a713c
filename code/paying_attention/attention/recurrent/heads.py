"""Multi-head attention for a recurrent decoder."""

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from paying_attention.attention.multi_head import MultiHeadAttention
from paying_attention.attention.recurrent.decoder_attention import DecoderAttention
from paying_attention.attention.softmax import AttentionOutput


class MultiHeadDecoderAttention(DecoderAttention):
    """Multi-head attention for a recurrent decoder; its weights are the mean over the heads.

    Args:
        num_heads: Number of heads.

    Raises:
        ValueError: If a width is below 1, the widths differ, or the heads do not divide them.
    """

    def __init__(self, d_query: int, d_annotation: int, num_heads: int) -> None:
        """Make the heads."""
        super().__init__(d_query, d_annotation)
        if d_query != d_annotation:
            raise ValueError(f"d_annotation: expected d_query = {d_query}, got {d_annotation}")
        self.heads = MultiHeadAttention(d_query, num_heads)

    def prepare(
        self,
        annotations: Float[Tensor, "batch key d_annotation"],
        mask: Bool[Tensor, "batch key"] | None,
    ) -> Float[Tensor, "batch 2 head key head_dim"]:
        """Project the annotations to keys and values, once a sentence."""
        annotations = super().prepare(annotations, mask)
        return torch.stack(self.heads.project_kv(annotations, annotations), dim=1)

    def forward(
        self,
        query: Float[Tensor, "batch d_query"],
        annotations: Float[Tensor, "batch key d_annotation"],
        prepared: Float[Tensor, "batch 2 head key head_dim"],
        mask: Bool[Tensor, "batch key"] | None = None,
        *,
        position: int = 0,
    ) -> AttentionOutput:
        """Ask with every head. Where no word is real, the context is the bias of the output."""
        del position
        self.check_inputs(query, annotations, mask)
        seen = None if mask is None else mask[:, None, None]
        context, weights = self.heads.attend_to(query[:, None], *prepared.unbind(1), mask=seen)
        return AttentionOutput(context[:, 0], weights[:, :, 0].mean(dim=1))
