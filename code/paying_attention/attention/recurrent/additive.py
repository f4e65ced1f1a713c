"""Bahdanau's attention: a small network scores each annotation against the decoder's state."""

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from paying_attention.attention.input_checks import check_sizes
from paying_attention.attention.recurrent.decoder_attention import ScoringAttention


class AdditiveAttention(ScoringAttention):
    """Score with vᵀ tanh(W s + U h), then mix the annotations by the softmax of the scores.

    Args:
        d_score: Width of the small network inside.

    Example:
        >>> attention = AdditiveAttention(4, 6, 5)
        >>> annotations = torch.zeros(2, 3, 6)
        >>> found = attention(torch.zeros(2, 4), annotations, attention.prepare(annotations, None))
        >>> found.output.shape, found.weights.shape
        (torch.Size([2, 6]), torch.Size([2, 3]))

    Derived in: chapters/02-bahdanau.   Source: Bahdanau et al. (2015), appendix A.1.2.
    """

    def __init__(self, d_query: int, d_annotation: int, d_score: int) -> None:
        """Make the three projections."""
        super().__init__(d_query, d_annotation)
        check_sizes(d_score=d_score)
        self.query_proj = nn.Linear(d_query, d_score, bias=False)
        self.key_proj = nn.Linear(d_annotation, d_score)
        self.score_proj = nn.Linear(d_score, 1, bias=False)

    def prepare(
        self,
        annotations: Float[Tensor, "batch key d_annotation"],
        mask: Bool[Tensor, "batch key"] | None,
    ) -> Float[Tensor, "batch key d_score"]:
        """Compute U h once a sentence, since it does not depend on the state."""
        return self.key_proj(super().prepare(annotations, mask))

    def scores(
        self, query: Float[Tensor, "batch d_query"], prepared: Float[Tensor, "batch key d_score"]
    ) -> Float[Tensor, "batch key"]:
        """Add what the state says to what each annotation says, and weigh the result."""
        hidden = torch.tanh(self.query_proj(query)[:, None] + prepared)
        return self.score_proj(hidden)[..., 0]
