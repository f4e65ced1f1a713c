"""From a trained model to sentences."""

import torch
from jaxtyping import Int
from torch import Tensor

from paying_attention.data.batching import Corpus
from paying_attention.data.vocabulary import BOS_ID, EOS_ID
from paying_attention.evaluation.metrics import Proportion, exact_match
from paying_attention.models.seq2seq import Seq2Seq


@torch.no_grad()
def greedy_decode(
    model: Seq2Seq,
    source: Int[Tensor, "batch source"],
    source_lengths: Int[Tensor, " batch"],
    *,
    max_len: int,
) -> list[list[int]]:
    """Write the likeliest word, feed it back, stop at ``<eos>``.

    Args:
        model: A trained model.
        source: Ids to read, padded behind.
        source_lengths: How many of them are real.
        max_len: Give up after this many words.

    Returns:
        For each sentence its ids, without ``<bos>`` and ``<eos>``.

    Raises:
        ValueError: If ``max_len`` is below 1, or if the model refuses the source.
    """
    if max_len < 1:
        raise ValueError(f"max_len: expected 1 or more, got {max_len}")
    encoded = model.encoder(source, source_lengths)
    state, prepared = model.decoder.begin(encoded)
    word = torch.full((len(source),), BOS_ID, device=source.device)
    written: list[Tensor] = []
    ended = torch.zeros_like(word, dtype=torch.bool)
    for _ in range(max_len):
        previous = model.decoder.embedding(word)
        features, state, _ = model.decoder.step(previous, state, encoded, prepared)
        word = model.decoder.readout(features).argmax(dim=-1)
        written.append(word)
        ended |= word == EOS_ID
        if ended.all():
            break
    return [_until_eos(row) for row in torch.stack(written, dim=1).tolist()]


def translation_accuracy(model: Seq2Seq, corpus: Corpus, *, batch_size: int = 256) -> Proportion:
    """Translate a corpus greedily and count the sentences that are right as a whole.

    Args:
        model: A trained model.
        corpus: Held-out sentences.
        batch_size: Sentences decoded together; the result does not depend on it.
    """
    predictions, references = [], []
    for batch in corpus.in_order(batch_size):
        # One word more than the longest reference, so that "too long" is wrong and not cut off.
        max_len = batch.target.shape[1]
        predictions += greedy_decode(model, batch.source, batch.source_lengths, max_len=max_len)
        references += [_until_eos(row) for row in batch.target_output.tolist()]
    return exact_match(predictions, references)


def _until_eos(ids: list[int]) -> list[int]:
    return ids[: ids.index(EOS_ID)] if EOS_ID in ids else ids
