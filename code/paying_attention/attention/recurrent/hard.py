"""Hard attention: pick one annotation instead of mixing all of them."""

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from paying_attention.attention.recurrent.decoder_attention import DecoderAttention
from paying_attention.attention.softmax import AttentionOutput, masked_softmax


class HardAttention(DecoderAttention):
    """Draw one annotation while training, take the best one afterwards.

    What was drawn has no gradient; its log-probability has one, and comes along in ``log_prob`` for
    the score-function estimator (``training.losses.score_function_loss``).

    Args:
        soft: An attention that scores every position; its scores are used.

    Raises:
        ValueError: If ``soft`` has no scores of its own, as a window.

    Example:
        >>> from paying_attention.attention.recurrent.luong import DotAttention
        >>> hard = HardAttention(DotAttention(2, 2)).eval()
        >>> annotations = torch.tensor([[[3.0, 1.0], [0.0, 2.0]]])
        >>> hard(torch.tensor([[1.0, 1.0]]), annotations, annotations).output
        tensor([[3., 1.]])

    Source: Xu et al. (2015), section 4.1; the estimator is Williams' (1992).
    """

    def __init__(self, soft: DecoderAttention) -> None:
        """Keep the attention whose scores decide."""
        if type(soft).scores is DecoderAttention.scores:
            raise ValueError(
                f"soft: expected an attention that scores every position, got {type(soft).__name__}"
            )
        super().__init__(soft.d_query, soft.d_context)
        self.soft = soft

    def prepare(
        self,
        annotations: Float[Tensor, "batch key d_annotation"],
        mask: Bool[Tensor, "batch key"] | None,
    ) -> Float[Tensor, "batch key d_key"]:
        """Let the scores prepare what they need.

        Args:
            annotations: What the encoder said at each source position.
            mask: True at real source words.
        """
        return self.soft.prepare(annotations, mask)

    def forward(
        self,
        query: Float[Tensor, "batch d_query"],
        annotations: Float[Tensor, "batch key d_annotation"],
        prepared: Float[Tensor, "batch key d_key"],
        mask: Bool[Tensor, "batch key"] | None = None,
        *,
        position: int = 0,
    ) -> AttentionOutput:
        """Pick one annotation for each sentence.

        Args:
            query: The decoder's state.
            annotations: What the encoder said at each source position.
            prepared: Result of ``prepare`` for these annotations.
            mask: True at real source words.
            position: Not needed here.

        Returns:
            The annotation, a row with a single 1, and the log-probability of this pick; zeros where
            nothing may be seen.

        Raises:
            ValueError: If a width or the mask's shape does not fit.
            TypeError: If the mask is not boolean.
        """
        del position
        self.check_inputs(query, annotations, mask)
        probabilities = masked_softmax(self.soft.scores(query, prepared), mask)
        nothing = ~probabilities.any(dim=-1, keepdim=True)  # to see
        if self.training:
            pick = torch.multinomial(probabilities.masked_fill(nothing, 1.0), 1)
        else:
            pick = probabilities.argmax(dim=-1, keepdim=True)
        log_prob = probabilities.gather(-1, pick).masked_fill(nothing, 1.0).log()[:, 0]
        weights = torch.zeros_like(probabilities).scatter(-1, pick, 1.0).masked_fill(nothing, 0.0)
        rows = torch.arange(len(pick), device=pick.device)
        picked = annotations[rows, pick[:, 0]].masked_fill(nothing, 0.0)
        return AttentionOutput(picked, weights, log_prob)
