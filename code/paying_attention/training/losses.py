"""What is made small."""

from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional as F

from paying_attention.data.batching import Batch
from paying_attention.data.toys.lookup import LookupBatch
from paying_attention.data.vocabulary import PAD_ID


def translation_loss(model: nn.Module, batch: Batch) -> Tensor:
    """Average the cross-entropy over the real words of the target, teacher-forced.

    Args:
        model: Gives logits for ``(source, source_lengths, target_input)``.
        batch: The sentences, each with its ``<eos>`` at least; padding counts neither as a mistake
            nor as a success.

    Returns:
        A scalar, in nats a word.
    """
    logits = model(batch.source, batch.source_lengths, batch.target_input)
    return F.cross_entropy(logits.transpose(1, 2), batch.target_output, ignore_index=PAD_ID)


def score_function_loss(model: nn.Module, batch: Batch) -> Tensor:
    """Give the translation loss a gradient through what hard attention drew.

    The model must draw for each word what only this word's loss depends on. A word's loss minus the
    mean of the other words' losses (the baseline) then says how good its draw was.

    Args:
        model: A ``Seq2Seq`` with hard attention; its ``decode`` gives logits and log-probabilities.
        batch: The sentences.

    Returns:
        A scalar. Its gradient is an unbiased estimate of the expected loss's gradient; its value is
        the loss of this draw.

    Raises:
        ValueError: If the model draws nothing, or if there are fewer than two words to write.

    Source: Williams (1992); for attention, Xu et al. (2015), section 4.1.
    """
    encoded = model.encoder(batch.source, batch.source_lengths)
    logits, _, log_probs = model.decode(encoded, batch.target_input)
    if log_probs is None:
        raise ValueError("model: expected hard attention, got a model that draws nothing")
    losses = F.cross_entropy(logits.transpose(1, 2), batch.target_output, reduction="none")
    real = batch.target_output != PAD_ID
    return losses[real].mean() + surrogate(losses[real], log_probs[real])


def surrogate(
    losses: Float[Tensor, " draws"], log_probs: Float[Tensor, " draws"]
) -> Float[Tensor, ""]:
    """Give zero, with the score-function estimate as its gradient.

    The baseline of a draw is the mean loss of the others, which does not depend on it: the estimate
    stays unbiased and varies less.

    Args:
        losses: What each draw led to.
        log_probs: Log-probability of each draw.

    Raises:
        ValueError: If there are fewer than two draws.
    """
    if len(losses) < 2:
        raise ValueError(f"losses: expected two draws or more, got {len(losses)}")
    known = losses.detach()
    baseline = (known.sum() - known) / (len(known) - 1)
    estimate = ((known - baseline) * log_probs).mean()
    return estimate - estimate.detach()


def lookup_loss(model: nn.Module, batch: LookupBatch) -> Float[Tensor, ""]:
    """Average the cross-entropy of what small dictionaries answer, in nats.

    Args:
        model: Gives logits for ``(asked, keys, values)``.
        batch: The dictionaries.

    Raises:
        ValueError: If there is no question.
    """
    if len(batch.answer) == 0:
        raise ValueError("batch: expected one question or more, got none")
    return F.cross_entropy(model(batch.asked, batch.keys, batch.values), batch.answer)
