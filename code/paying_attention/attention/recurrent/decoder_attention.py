"""What every attention for a recurrent decoder shares: one question at a time."""

from jaxtyping import Bool, Float
from torch import Tensor, nn

from paying_attention.attention.input_checks import check_boolean, check_sizes
from paying_attention.attention.nan_safe import clear_hidden, is_finite, mix
from paying_attention.attention.softmax import AttentionOutput, attend


class DecoderAttention(nn.Module):
    """Attention for a recurrent decoder, which asks one question at a time.

    A subclass says how to answer: ``prepare`` once a sentence, ``forward`` once a word. One that
    scores every position is a ``ScoringAttention`` and says only how it scores.

    Args:
        d_query: Width of the decoder's state, which asks.
        d_annotation: Width of the annotations, which answer.

    Raises:
        ValueError: If a width is below 1.
    """

    def __init__(self, d_query: int, d_annotation: int) -> None:
        """Remember the widths."""
        super().__init__()
        check_sizes(d_query=d_query, d_annotation=d_annotation)
        self.d_query = d_query
        self.d_context = d_annotation

    def prepare(
        self,
        annotations: Float[Tensor, "batch key d_annotation"],
        mask: Bool[Tensor, "batch key"] | None,
    ) -> Float[Tensor, "batch key d_key"]:
        """Compute once a sentence what does not depend on the state.

        Here, only the padding goes: a NaN that stands there would reach the gradients.
        """
        return clear_hidden(annotations, None if mask is None else mask[:, None])

    def forward(
        self,
        query: Float[Tensor, "batch d_query"],
        annotations: Float[Tensor, "batch key d_annotation"],
        prepared: Float[Tensor, "..."],
        mask: Bool[Tensor, "batch key"] | None = None,
        *,
        position: int = 0,
    ) -> AttentionOutput:
        """Ask the annotations one question.

        Args:
            query: The decoder's state.
            prepared: Result of ``prepare`` for these annotations.
            mask: True at real source words.
            position: Which target word is written, counted from 0; most kinds do not care.

        Returns:
            A context and a row of weights for each sentence; both zero where no word is real.
        """
        raise NotImplementedError

    def check_inputs(
        self,
        query: Float[Tensor, "batch d_query"],
        annotations: Float[Tensor, "batch key d_annotation"],
        mask: Bool[Tensor, "batch key"] | None,
    ) -> None:
        """Refuse widths that the module was not made for, and a mask of another shape.

        Raises:
            ValueError: Naming the one that does not fit.
            TypeError: If the mask is not boolean.
        """
        for name, tensor, width in (
            ("query", query, self.d_query),
            ("annotations", annotations, self.d_context),
        ):
            if tensor.shape[-1] != width:
                raise ValueError(f"{name}: expected width {width}, got {tensor.shape[-1]}")
        if mask is None:
            return
        check_boolean(mask)
        if mask.shape != annotations.shape[:-1]:
            raise ValueError(
                f"mask: expected shape {tuple(annotations.shape[:-1])}, got {tuple(mask.shape)}"
            )


class ScoringAttention(DecoderAttention):
    """Attention that scores every position and mixes by the softmax of the scores.

    A subclass says how to score; the rest is the same for all of them.
    """

    def scores(
        self, query: Float[Tensor, "batch d_query"], prepared: Float[Tensor, "batch key d_key"]
    ) -> Float[Tensor, "batch key"]:
        """Say how well the state matches each annotation."""
        raise NotImplementedError

    def forward(
        self,
        query: Float[Tensor, "batch d_query"],
        annotations: Float[Tensor, "batch key d_annotation"],
        prepared: Float[Tensor, "batch key d_key"],
        mask: Bool[Tensor, "batch key"] | None = None,
        *,
        position: int = 0,
    ) -> AttentionOutput:
        """Attend by the scores."""
        del position
        self.check_inputs(query, annotations, mask)
        scores = self.scores(query, prepared)[:, None]
        context, weights = attend(scores, annotations, None if mask is None else mask[:, None])
        return AttentionOutput(context[:, 0], weights[:, 0])


def context_vector(
    weights: Float[Tensor, "batch key"],
    values: Float[Tensor, "batch key dim"],
    mask: Bool[Tensor, "batch key"],
) -> Float[Tensor, "batch dim"]:
    """Sum the values by weights that are there already; hidden ones do not leak, NaN included.

    Example:
        >>> import torch
        >>> values = torch.tensor([[[1.0], [torch.nan]]])
        >>> context_vector(torch.tensor([[0.5, 0.0]]), values, torch.tensor([[True, False]]))
        tensor([[0.5000]])
    """
    context = weights[:, None] @ values
    if not is_finite(context):
        context = mix(weights[:, None], values, mask[:, None])
    return context[:, 0]
