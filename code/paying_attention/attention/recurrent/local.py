"""Luong's attention in a window: local-m and local-p."""

from typing import Literal

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from paying_attention.attention.input_checks import check_integers
from paying_attention.attention.nan_safe import wide_dtype, without_autocast
from paying_attention.attention.recurrent.decoder_attention import DecoderAttention, context_vector
from paying_attention.attention.recurrent.luong import GeneralAttention
from paying_attention.attention.softmax import AttentionOutput, masked_softmax


class LocalAttention(DecoderAttention):
    """Look only at the source positions in a window; inside it, score with sᵀ W h.

    ``"m"``, monotonic: the window's centre p is the target position itself.
    ``"p"``, predictive: p = S sigmoid(vᵀ tanh(W s)) for a source of S words, and after the softmax
    each weight is multiplied with exp(−(j − p)² / 2σ²), σ = window / 2. The rows are **not**
    divided by their sum again: they sum to at most 1.

    Args:
        window: Positions on each side of the centre.
        centre: ``"m"`` or ``"p"``.

    Raises:
        ValueError: If a width is below 1, the window negative (``"p"``: below 1) or the centre
            unknown.

    Example:
        >>> local = LocalAttention(4, 6, window=1, centre="m")
        >>> found = local(torch.zeros(1, 4), torch.zeros(1, 5, 6), torch.zeros(1, 5, 4), position=3)
        >>> found.weights
        tensor([[0.0000, 0.0000, 0.3333, 0.3333, 0.3333]])

    Derived in: chapters/03b-windows.   Source: Luong et al. (2015), section 3.2, eq. 9 and 10.
    """

    def __init__(
        self, d_query: int, d_annotation: int, *, window: int, centre: Literal["m", "p"]
    ) -> None:
        """Make the score, and what predicts the centre."""
        super().__init__(d_query, d_annotation)
        if centre not in ("m", "p"):
            raise ValueError(f"centre: expected 'm' or 'p', got {centre!r}")
        check_integers(window=window)
        smallest = 1 if centre == "p" else 0  # σ = window / 2 must not be zero
        if window < smallest:
            raise ValueError(f"window: expected {smallest} or more, got {window}")
        self.window = window
        self.general = GeneralAttention(d_query, d_annotation)
        self.centre_proj = None
        if centre == "p":
            self.centre_proj = nn.Sequential(
                nn.Linear(d_query, d_query, bias=False),
                nn.Tanh(),
                nn.Linear(d_query, 1, bias=False),
            )

    def prepare(
        self,
        annotations: Float[Tensor, "batch key d_annotation"],
        mask: Bool[Tensor, "batch key"] | None,
    ) -> Float[Tensor, "batch key d_query"]:
        """Compute W h once a sentence."""
        return self.general.prepare(annotations, mask)

    def centres(
        self,
        query: Float[Tensor, "batch d_query"],
        lengths: Float[Tensor, " batch"],
        position: int,
    ) -> Float[Tensor, " batch"]:
        """Say around which source position each sentence's window lies, counted from 0.

        Args:
            query: The decoder's state.
            lengths: Source words of each sentence.
            position: Which target word is written.
        """
        if self.centre_proj is None:
            return torch.full_like(lengths, float(position))
        return lengths * torch.sigmoid(self.centre_proj(query)[:, 0])

    def forward(
        self,
        query: Float[Tensor, "batch d_query"],
        annotations: Float[Tensor, "batch key d_annotation"],
        prepared: Float[Tensor, "batch key d_query"],
        mask: Bool[Tensor, "batch key"] | None = None,
        *,
        position: int = 0,
    ) -> AttentionOutput:
        """Ask the annotations inside the window; an empty one gives zeros."""
        self.check_inputs(query, annotations, mask)
        if mask is None:
            mask = torch.ones_like(prepared[..., 0], dtype=torch.bool)
        scores = self.general.scores(query, prepared)
        dtype = wide_dtype(scores)  # half precision cannot count beyond 256
        lengths = mask.sum(dim=-1).to(dtype)
        centres = self.centres(query, lengths, position)[:, None]
        distance = torch.arange(mask.shape[1], device=mask.device) - centres
        visible = mask & (distance.abs() <= self.window)
        weights = masked_softmax(scores.to(dtype), visible)
        if self.centre_proj is not None:
            weights = weights * torch.exp(-2 * (distance / self.window) ** 2)  # σ = window / 2
        with without_autocast(scores):
            context = context_vector(weights, annotations.to(dtype), visible)
        return AttentionOutput(context.to(scores.dtype), weights.to(scores.dtype))
