"""Luong's scores: dot, general, concat and location."""

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from paying_attention.attention.input_checks import check_sizes
from paying_attention.attention.recurrent.decoder_attention import ScoringAttention


class DotAttention(ScoringAttention):
    """Score with sᵀ h: no parameters, so state and annotations must have one width.

    Raises:
        ValueError: If the widths differ.

    Example:
        >>> annotations = torch.tensor([[[3.0, 1.0], [0.0, 2.0]]])
        >>> DotAttention(2, 2).scores(torch.tensor([[1.0, 1.0]]), annotations)
        tensor([[4., 2.]])

    Derived in: chapters/03-luong.   Source: Luong et al. (2015), section 3.1.
    """

    def __init__(self, d_query: int, d_annotation: int) -> None:
        """Check that the widths agree."""
        super().__init__(d_query, d_annotation)
        if d_query != d_annotation:
            raise ValueError(f"d_annotation: expected d_query = {d_query}, got {d_annotation}")

    def scores(
        self, query: Float[Tensor, "batch d_query"], prepared: Float[Tensor, "batch key d_query"]
    ) -> Float[Tensor, "batch key"]:
        """Multiply the state with each annotation."""
        return (prepared @ query[..., None])[..., 0]


class GeneralAttention(ScoringAttention):
    """Score with sᵀ W h: a learned matrix between state and annotation.

    Example:
        >>> attention = GeneralAttention(4, 6)
        >>> annotations = torch.zeros(2, 3, 6)
        >>> attention.scores(torch.zeros(2, 4), attention.prepare(annotations, None)).shape
        torch.Size([2, 3])

    Derived in: chapters/03-luong.   Source: Luong et al. (2015), section 3.1.
    """

    def __init__(self, d_query: int, d_annotation: int) -> None:
        """Make W."""
        super().__init__(d_query, d_annotation)
        self.key_proj = nn.Linear(d_annotation, d_query, bias=False)

    def prepare(
        self,
        annotations: Float[Tensor, "batch key d_annotation"],
        mask: Bool[Tensor, "batch key"] | None,
    ) -> Float[Tensor, "batch key d_query"]:
        """Compute W h once a sentence, since it does not depend on the state."""
        return self.key_proj(super().prepare(annotations, mask))

    def scores(
        self, query: Float[Tensor, "batch d_query"], prepared: Float[Tensor, "batch key d_query"]
    ) -> Float[Tensor, "batch key"]:
        """Multiply the state with each W h."""
        return (prepared @ query[..., None])[..., 0]


class ConcatAttention(ScoringAttention):
    """Score with vᵀ tanh(W [s; h]), the state above the annotation.

    It is additive attention with the two matrices side by side in one. Written as in the paper,
    it multiplies the state with its part of the matrix again for each annotation.

    Args:
        d_score: Width of the small network inside.

    Example:
        >>> ConcatAttention(4, 6, 5).scores(torch.zeros(2, 4), torch.zeros(2, 3, 6)).shape
        torch.Size([2, 3])

    Derived in: chapters/03-luong.   Source: Luong et al. (2015), section 3.1.
    """

    def __init__(self, d_query: int, d_annotation: int, d_score: int) -> None:
        """Make W and v."""
        super().__init__(d_query, d_annotation)
        check_sizes(d_score=d_score)
        self.pair_proj = nn.Linear(d_query + d_annotation, d_score)
        self.score_proj = nn.Linear(d_score, 1, bias=False)

    def scores(
        self,
        query: Float[Tensor, "batch d_query"],
        prepared: Float[Tensor, "batch key d_annotation"],
    ) -> Float[Tensor, "batch key"]:
        """Put the state above each annotation and send the pair through the small network."""
        queries = query[:, None].expand(-1, prepared.shape[1], -1)
        hidden = torch.tanh(self.pair_proj(torch.cat([queries, prepared], dim=-1)))
        return self.score_proj(hidden)[..., 0]


class LocationAttention(ScoringAttention):
    """Score with W s, one number for each source position: the words themselves are not looked at.

    Args:
        max_source_len: How many positions have a score; a longer sentence is refused.

    Example:
        >>> attention = LocationAttention(4, 6, max_source_len=5)
        >>> attention.scores(torch.zeros(2, 4), torch.zeros(2, 3, 6)).shape
        torch.Size([2, 3])

    Derived in: chapters/03-luong.   Source: Luong et al. (2015), eq. 8.
    """

    def __init__(self, d_query: int, d_annotation: int, max_source_len: int) -> None:
        """Make W."""
        super().__init__(d_query, d_annotation)
        check_sizes(max_source_len=max_source_len)
        self.position_proj = nn.Linear(d_query, max_source_len, bias=False)

    def scores(
        self,
        query: Float[Tensor, "batch d_query"],
        prepared: Float[Tensor, "batch key d_annotation"],
    ) -> Float[Tensor, "batch key"]:
        """Give each position its score; behind the last one, where only padding may be, it is 0."""
        scores = self.position_proj(query)[:, : prepared.shape[1]]
        return nn.functional.pad(scores, (0, prepared.shape[1] - scores.shape[1]))

    def check_inputs(
        self,
        query: Float[Tensor, "batch d_query"],
        annotations: Float[Tensor, "batch key d_annotation"],
        mask: Bool[Tensor, "batch key"] | None,
    ) -> None:
        """Refuse a sentence with words behind the last position as well.

        Raises:
            ValueError: If there is one.
        """
        super().check_inputs(query, annotations, mask)
        length, most = annotations.shape[1], self.position_proj.out_features
        if length > most and (mask is None or mask[:, most:].any()):
            raise ValueError(
                f"annotations: expected at most max_source_len = {most} words, got up to {length}"
            )
