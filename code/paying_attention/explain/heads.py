"""What does each head do? Where it looks, how widely, and what is lost without it."""

import math
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from jaxtyping import Float
from torch import Tensor, nn

from paying_attention.attention.multi_head import MultiHeadAttention
from paying_attention.attention.recurrent.heads import MultiHeadDecoderAttention
from paying_attention.data.batching import Corpus
from paying_attention.models.recurrent.seq2seq import Seq2Seq


@contextmanager
def without_heads(layer: MultiHeadAttention, *heads: int) -> Iterator[None]:
    """Take heads out of a layer for as long as the ``with`` block lasts.

    What they found is replaced by zeros before W^O; nothing is trained again. What was computed in
    the block stays without these heads, its gradients too, wherever they are taken.

    Args:
        layer: The layer; no parameter is touched, and it is as before afterwards.
        heads: Which heads, counted from 0.

    Raises:
        ValueError: If there is no such head.

    Example:
        >>> layer = MultiHeadAttention(4, 2)
        >>> with without_heads(layer, 0, 1):
        ...     float(layer(torch.ones(1, 3, 4)).output.abs().sum().detach())
        0.0

    Source: Michel et al. (2019), section 2.3.
    """
    for head in heads:
        if not 0 <= head < layer.num_heads:
            raise ValueError(f"heads: expected 0 to {layer.num_heads - 1}, got {head}")
    out = torch.zeros(layer.num_heads, layer.head_dim, dtype=torch.bool)
    out[list(heads)] = True

    def silence(module: nn.Module, given: tuple[Tensor]) -> Tensor:
        return given[0].masked_fill(out.flatten().to(given[0].device), 0.0)

    hook = layer.out_proj.register_forward_pre_hook(silence)
    try:
        yield
    finally:
        hook.remove()


def entropy(weights: Float[Tensor, "*rows key"]) -> Float[Tensor, "*rows"]:
    """Measure how widely each row of weights is spread, in bits.

    Args:
        weights: Rows that sum to 1, or are all zero.

    Returns:
        0 if all weight lies on one key, log₂ n if it is spread evenly over n; NaN for a row that
        looks nowhere.

    Example:
        >>> entropy(torch.tensor([[0.5, 0.5, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 0.0]]))
        tensor([1., 0., nan])
    """
    bits = torch.special.entr(weights).sum(dim=-1) / math.log(2)
    return bits.masked_fill(~weights.any(dim=-1), math.nan)


def mean_distance(weights: Float[Tensor, "*rows query key"]) -> Float[Tensor, "*rows query"]:
    """Measure how far from its own position each query looks, on the average of its weights.

    Args:
        weights: Of a self-attention, or of one whose queries and keys are counted alike. Rows that
            sum to less than 1 are averaged by what they have.

    Returns:
        Places between query and key on the average, and NaN for a row that looks nowhere.

    Example:
        >>> mean_distance(torch.tensor([[0.0, 1.0], [0.5, 0.5]]))
        tensor([1.0000, 0.5000])
    """
    num_queries, num_keys = weights.shape[-2:]
    position = torch.arange(num_queries, device=weights.device)[:, None]
    distance = (torch.arange(num_keys, device=weights.device) - position).abs()
    return (weights * distance).sum(dim=-1) / weights.sum(dim=-1)


@torch.no_grad()
def head_matrices(
    model: Seq2Seq, corpus: Corpus, *, batch_size: int = 256
) -> list[Float[Tensor, "head target source"]]:
    """Let a model write the reference and keep where each of its heads looked.

    Args:
        model: A trained model whose attention is ``"multi-head"``.
        corpus: Sentences, made with their words.
        batch_size: Sentences read together; the result does not depend on it.

    Returns:
        For each sentence and head one row a target word and one column a source word; ``<eos>`` is
        left out.

    Raises:
        ValueError: If the model has no heads, or if the corpus was made without its words.
    """
    attention = model.decoder.attention
    if not isinstance(attention, MultiHeadDecoderAttention):
        raise ValueError(f"model: expected attention 'multi-head', got {model.config.attention!r}")
    if len(corpus.pairs) != len(corpus):
        raise ValueError(
            f"corpus: expected {len(corpus)} pairs of sentences in words, got {len(corpus.pairs)}"
        )
    steps: list[Tensor] = []

    def keep(module: nn.Module, asked: tuple[Tensor, ...], answer: object) -> None:
        query, _, prepared, mask = asked
        found = attention.heads.attend_to(
            query[:, None], *prepared.unbind(1), mask=mask[:, None, None]
        )
        steps.append(found.weights[:, :, 0])

    matrices: list[Tensor] = []
    hook = attention.register_forward_hook(keep)
    try:
        for batch in corpus.in_order(batch_size):
            model.decode(model.encoder(batch.source, batch.source_lengths), batch.target_input)
            matrices += torch.stack(steps, dim=2)
            steps.clear()
    finally:
        hook.remove()
    return [
        matrix[:, : len(pair.target), : len(pair.source)]
        for matrix, pair in zip(matrices, corpus.pairs, strict=True)
    ]
