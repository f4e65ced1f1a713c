"""The fixed vector of chapter 01, asked like an attention."""

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from paying_attention.attention.recurrent.decoder_attention import DecoderAttention
from paying_attention.attention.softmax import AttentionOutput


class FrozenVector(DecoderAttention):
    """Attention with its eyes closed: whatever the state asks, the answer is the summary.

    Args:
        d_forward: How much of an annotation comes from the forward direction.

    Example:
        >>> frozen, annotations = FrozenVector(4, 2, 2), torch.tensor([[[1.0, 2.0], [3.0, 4.0]]])
        >>> frozen.prepare(annotations, None)
        tensor([[3., 4.]])
    """

    def __init__(self, d_query: int, d_annotation: int, d_forward: int) -> None:
        """Remember which part of an annotation comes from the forward direction."""
        super().__init__(d_query, d_annotation)
        self.d_forward = d_forward

    def prepare(
        self,
        annotations: Float[Tensor, "batch key d_annotation"],
        mask: Bool[Tensor, "batch key"] | None,
    ) -> Float[Tensor, "batch d_annotation"]:
        """Pick [→h_T; ←h_1]: of the last real word forwards, of the first position backwards."""
        if mask is None:
            mask = torch.ones_like(annotations[..., 0], dtype=torch.bool)
        num_words = mask.sum(dim=1)
        rows = torch.arange(len(mask), device=mask.device)
        forwards = annotations[rows, num_words - 1, : self.d_forward]
        summary = torch.cat([forwards, annotations[:, 0, self.d_forward :]], dim=-1)
        return summary.masked_fill((num_words == 0)[:, None], 0.0)

    def forward(
        self,
        query: Float[Tensor, "batch d_query"],
        annotations: Float[Tensor, "batch key d_annotation"],
        prepared: Float[Tensor, "batch d_annotation"],
        mask: Bool[Tensor, "batch key"] | None = None,
        *,
        position: int = 0,
    ) -> AttentionOutput:
        """Answer every question alike; there are no weights."""
        del query, annotations, mask, position
        return AttentionOutput(prepared, None)
