"""Bahdanau's attention: a small network scores each annotation against the decoder's state."""

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from paying_attention.attention.core import AttentionOutput, attend


class AdditiveAttention(nn.Module):
    """Score with vᵀ tanh(W s + U h), then mix the annotations by the softmax of the scores.

    Args:
        d_query: Width of the decoder's state s.
        d_annotation: Width of the annotations h.
        d_score: Width of the small network inside.

    Raises:
        ValueError: If a width is below 1.

    Example:
        >>> attention = AdditiveAttention(4, 6, 5)
        >>> annotations = torch.zeros(2, 3, 6)
        >>> found = attention(torch.zeros(2, 4), annotations, attention.prepare(annotations, None))
        >>> found.output.shape, found.weights.shape
        (torch.Size([2, 6]), torch.Size([2, 3]))

    Source: Bahdanau et al. (2015), appendix A.1.2.
    """

    def __init__(self, d_query: int, d_annotation: int, d_score: int) -> None:
        """Make the three projections."""
        super().__init__()
        if min(d_query, d_annotation, d_score) < 1:
            raise ValueError(
                f"d_query, d_annotation, d_score: expected 1 or more, "
                f"got {d_query}, {d_annotation}, {d_score}"
            )
        self.d_context = d_annotation
        self.query_proj = nn.Linear(d_query, d_score, bias=False)
        self.key_proj = nn.Linear(d_annotation, d_score)
        self.score_proj = nn.Linear(d_score, 1, bias=False)

    def prepare(
        self,
        annotations: Float[Tensor, "batch key d_annotation"],
        mask: Bool[Tensor, "batch key"] | None,
    ) -> Float[Tensor, "batch key d_score"]:
        """Compute U h once a sentence, since it does not depend on the state.

        Args:
            annotations: What the encoder said at each source position.
            mask: Not needed here; every attention of the decoder is prepared with the same call.
        """
        del mask
        return self.key_proj(annotations)

    def forward(
        self,
        query: Float[Tensor, "batch d_query"],
        annotations: Float[Tensor, "batch key d_annotation"],
        prepared: Float[Tensor, "batch key d_score"],
        mask: Bool[Tensor, "batch key"] | None = None,
    ) -> AttentionOutput:
        """Ask the annotations one question.

        Args:
            query: The decoder's state.
            annotations: What the encoder said at each source position.
            prepared: Result of ``prepare`` for these annotations.
            mask: True at real source words.
        """
        hidden = torch.tanh(self.query_proj(query)[:, None] + prepared)
        scores = self.score_proj(hidden).transpose(1, 2)
        context, weights = attend(scores, annotations, None if mask is None else mask[:, None])
        return AttentionOutput(context[:, 0], weights[:, 0])
