"""Which inputs does an output feel?"""

import torch
from jaxtyping import Float
from torch import Tensor

from paying_attention.data.batching import Batch
from paying_attention.data.vocabulary import PAD_ID
from paying_attention.models.recurrent.seq2seq import Seq2Seq


def gradient_by_position(model: Seq2Seq, batch: Batch) -> Float[Tensor, " source"]:
    """Measure how much the right translation's log-probability feels each source position.

    The gradient is taken with respect to the source embeddings; its norm at each position is
    divided by the sum over the sentence, and the shares are averaged over the batch.

    Args:
        model: Trained or not.
        batch: Sentences of one and the same source length.

    Returns:
        One share for each position; they sum to 1.

    Raises:
        ValueError: If the source lengths differ, since positions would not be comparable, or if a
            sentence's gradient is zero or not finite, since it would have no shares.
    """
    if len(set(batch.source_lengths.tolist())) != 1:
        raise ValueError(
            f"batch: expected sentences of one length, got {batch.source_lengths.tolist()}"
        )
    embedded = model.encoder.embedding(batch.source).detach().requires_grad_()
    encoded = model.encoder.read(embedded, batch.source_lengths)
    logits = model.decode(encoded, batch.target_input).logits
    log_probs = torch.log_softmax(logits, dim=-1)
    right = log_probs.gather(-1, batch.target_output[..., None])[..., 0]
    total = right[batch.target_output != PAD_ID].sum()
    (gradient,) = torch.autograd.grad(total, embedded)
    norms = gradient.norm(dim=-1)
    sums = norms.sum(dim=-1, keepdim=True)
    if not ((sums > 0) & sums.isfinite()).all():
        raise ValueError(f"batch: expected gradients to share out, got {sums[:, 0].tolist()}")
    return (norms / sums).mean(dim=0)
