"""From a trained model to sentences.

Padding and ``<bos>`` are no words: no decoder writes them, however likely a model finds them.
"""

import math

import torch
from jaxtyping import Float, Int
from torch import Tensor

from paying_attention.data.batching import Corpus
from paying_attention.data.vocabulary import BOS_ID, EOS_ID, PAD_ID
from paying_attention.evaluation.metrics import Proportion, exact_match
from paying_attention.models.recurrent.encoder import Encoded
from paying_attention.models.recurrent.seq2seq import Seq2Seq


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
        For each sentence the ids of its words, without ``<bos>`` and ``<eos>``.

    Raises:
        ValueError: If ``max_len`` is below 1, if the model refuses the source, or if its logits
            are no finite numbers.
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
        best, word = _of_words(model.decoder.readout(features)).max(dim=-1)
        _check_finite(best[~ended])  # nobody reads what a sentence would say after its end
        written.append(word)
        ended |= word == EOS_ID
        if ended.all():
            break
    return [_until_eos(row) for row in torch.stack(written, dim=1).tolist()]


@torch.no_grad()
def beam_decode(
    model: Seq2Seq,
    source: Int[Tensor, "batch source"],
    source_lengths: Int[Tensor, " batch"],
    *,
    beam_size: int,
    max_len: int,
    length_penalty: float = 0.0,
) -> list[list[int]]:
    """Keep the ``beam_size`` likeliest beginnings at each step instead of one.

    A translation that has ended is one of them, as it is, until enough others are likelier. Among
    all that ended at any step or were given up, the best is the one with the highest
    log-probability / ((5 + words) / 6) ** length_penalty, ``<eos>`` counted as a word.

    Args:
        model: A trained model.
        source: Ids to read, padded behind.
        source_lengths: How many of them are real.
        beam_size: Beginnings to keep; 1 is greedy decoding.
        max_len: Give up after this many words.
        length_penalty: 0 prefers short translations; 1 compares, roughly, means a word.

    Returns:
        For each sentence the ids of its words, without ``<bos>`` and ``<eos>``.

    Raises:
        ValueError: If ``beam_size`` or ``max_len`` is below 1, if ``length_penalty`` is negative or
            infinite, if the model refuses the source, or if its logits are no finite numbers.

    Source: Wu et al. (2016), section 7, for the length penalty.
    """
    if beam_size < 1 or max_len < 1:
        raise ValueError(f"beam_size, max_len: expected 1 or more, got {beam_size}, {max_len}")
    if not 0 <= length_penalty < math.inf:
        raise ValueError(f"length_penalty: expected 0 or more, got {length_penalty}")
    encoded = model.encoder(source, source_lengths)
    written = []
    for rows in torch.arange(len(source), device=source.device).split(1):
        ends = _beam(model, encoded.select(rows), beam_size, max_len)
        words, _ = max(ends, key=lambda end: end[1] / ((5 + len(end[0])) / 6) ** length_penalty)
        written.append(_until_eos(words))
    return written


def _beam(
    model: Seq2Seq, encoded: Encoded, beam_size: int, max_len: int
) -> list[tuple[list[int], float]]:
    """Translate one sentence: its likeliest translations with their log-probabilities."""
    state, prepared = model.decoder.begin(encoded)
    live, ended = [([BOS_ID], 0.0)], []
    for _ in range(max_len):
        last = torch.tensor([words[-1] for words, _ in live], device=encoded.mask.device)
        previous = model.decoder.embedding(last)
        features, state, _ = model.decoder.step(previous, state, encoded, prepared)
        # In float64, in which neither the softmax nor the sum makes two words equally likely.
        logits = model.decoder.readout(features).cpu().double()
        log_probs = _of_words(torch.log_softmax(logits, dim=-1))
        _check_finite(log_probs.amax(dim=-1))
        totals = log_probs + log_probs.new_tensor([[total] for _, total in live])
        grown = _likeliest(totals, beam_size, [total for _, total in ended])
        ended += [([*live[row][0], EOS_ID], total) for row, word, total in grown if word == EOS_ID]
        grown = [each for each in grown if each[1] != EOS_ID]
        live = [([*live[row][0], word], total) for row, word, total in grown]
        if not live:
            break
        rows = torch.tensor([row for row, _, _ in grown], device=last.device)
        state, encoded = state.select(rows), encoded.select(rows)
        prepared = None if prepared is None else prepared[rows]
    return [(words[1:], total) for words, total in ended + live]


def _likeliest(
    totals: Float[Tensor, "rows target_vocab"], beam_size: int, ended: list[float]
) -> list[tuple[int, int, float]]:
    """List row, word and total of the continuations for which the beam has room.

    Of equals the first one comes first, as in the argmax of greedy decoding.
    """
    order = totals.flatten().argsort(descending=True, stable=True)[:beam_size]
    ranked = zip(order.tolist(), totals.flatten()[order].tolist(), strict=True)
    return [
        (*divmod(index, totals.shape[1]), total)
        for rank, (index, total) in enumerate(ranked)
        if total > -math.inf and rank + sum(other >= total for other in ended) < beam_size
    ]


def _of_words(scores: Float[Tensor, "rows target_vocab"]) -> Float[Tensor, "rows target_vocab"]:
    never = torch.tensor([PAD_ID, BOS_ID], device=scores.device)
    return scores.index_fill(-1, never, -math.inf)


def _check_finite(best: Float[Tensor, " rows"]) -> None:
    if not best.isfinite().all():
        raise ValueError("model: expected finite logits of words, got NaN or infinity")


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
