"""Hard attention: pick one annotation instead of mixing all of them."""

from typing import NamedTuple

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from paying_attention.attention.nan_safe import wide_dtype
from paying_attention.attention.recurrent.decoder_attention import (
    DecoderAttention,
    ScoringAttention,
)
from paying_attention.attention.softmax import masked_softmax


class HardAttentionOutput(NamedTuple):
    """What was picked, a row with a single 1 at it, and the log-probability of this pick."""

    output: Float[Tensor, "batch d_annotation"]
    weights: Float[Tensor, "batch key"]
    log_prob: Float[Tensor, " batch"]


class HardAttention(DecoderAttention):
    """Draw one annotation while training, take the best one afterwards.

    What was drawn has no gradient; its log-probability has one, and comes along in ``log_prob`` for
    the score-function estimator (``training.losses.score_function_loss``).

    Args:
        soft: An attention that scores every position; its scores are used.

    Raises:
        TypeError: If ``soft`` does not score every position, as one in a window.

    Example:
        >>> from paying_attention.attention.recurrent.luong import DotAttention
        >>> hard = HardAttention(DotAttention(2, 2)).eval()
        >>> annotations = torch.tensor([[[3.0, 1.0], [0.0, 2.0]]])
        >>> hard(torch.tensor([[1.0, 1.0]]), annotations, annotations).output
        tensor([[3., 1.]])

    Source: Xu et al. (2015), section 4.1; the estimator is Williams' (1992).
    """

    def __init__(self, soft: ScoringAttention) -> None:
        """Keep the attention whose scores decide."""
        if not isinstance(soft, ScoringAttention):
            raise TypeError(
                f"soft: expected an attention that scores every position, got {type(soft).__name__}"
            )
        super().__init__(soft.d_query, soft.d_context)
        self.soft = soft

    def prepare(
        self,
        annotations: Float[Tensor, "batch key d_annotation"],
        mask: Bool[Tensor, "batch key"] | None,
    ) -> Float[Tensor, "batch key d_key"]:
        """Let the scores prepare what they need."""
        return self.soft.prepare(annotations, mask)

    def forward(
        self,
        query: Float[Tensor, "batch d_query"],
        annotations: Float[Tensor, "batch key d_annotation"],
        prepared: Float[Tensor, "batch key d_key"],
        mask: Bool[Tensor, "batch key"] | None = None,
        *,
        position: int = 0,
    ) -> HardAttentionOutput:
        """Pick one annotation for each sentence; zeros, and a log-probability of 0, where none is.

        After training, a sentence with a score of NaN has NaN everywhere.
        """
        del position
        self.soft.check_inputs(query, annotations, mask)
        scores = self.soft.scores(query, prepared)
        probabilities = masked_softmax(scores.to(wide_dtype(scores)), mask)
        nothing = ~probabilities.any(dim=-1, keepdim=True)  # to see
        if self.training:
            pick = torch.multinomial(probabilities.masked_fill(nothing, 1.0), 1)
        else:
            pick = probabilities.argmax(dim=-1, keepdim=True)
        log_prob = probabilities.gather(-1, pick).masked_fill(nothing, 1.0).log()[:, 0]
        weights = torch.zeros_like(probabilities).scatter(-1, pick, 1.0).masked_fill(nothing, 0.0)
        rows = torch.arange(len(pick), device=pick.device)
        lost = probabilities[:, :1].isnan()
        picked = annotations[rows, pick[:, 0]].masked_fill(nothing, 0.0)
        return HardAttentionOutput(
            picked.masked_fill(lost, torch.nan),
            weights.masked_fill(lost, torch.nan).to(scores.dtype),
            log_prob.to(scores.dtype),
        )
