"""What is made small."""

from torch import Tensor, nn
from torch.nn import functional as F

from paying_attention.data.batching import Batch
from paying_attention.data.vocabulary import PAD_ID


def translation_loss(model: nn.Module, batch: Batch) -> Tensor:
    """Average the cross-entropy over the real words of the target, teacher-forced.

    Args:
        model: Gives logits for ``(source, source_lengths, target_input)``.
        batch: The sentences; padding counts neither as a mistake nor as a success.

    Returns:
        A scalar, in nats a word.
    """
    logits = model(batch.source, batch.source_lengths, batch.target_input)
    return F.cross_entropy(logits.transpose(1, 2), batch.target_output, ignore_index=PAD_ID)
