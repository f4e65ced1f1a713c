"""From a trained model to sentences."""

import torch
from jaxtyping import Int
from torch import Tensor

from paying_attention.data.batching import Corpus
from paying_attention.data.vocabulary import BOS_ID, EOS_ID
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

    Among the translations that ended or were given up, the best is the one with the highest
    log-probability / ((5 + words) / 6) ** length_penalty, ``<eos>`` counted as a word.

    Args:
        model: A trained model.
        source: Ids to read, padded behind.
        source_lengths: How many of them are real.
        beam_size: Beginnings to keep; 1 is greedy decoding.
        max_len: Give up after this many words.
        length_penalty: 0 prefers short translations; 1 compares, roughly, means a word.

    Returns:
        For each sentence its ids, without ``<bos>`` and ``<eos>``.

    Raises:
        ValueError: If ``beam_size`` or ``max_len`` is below 1, if ``length_penalty`` is negative,
            or if the model refuses the source.

    Source: Wu et al. (2016), section 7, for the length penalty.
    """
    if beam_size < 1 or max_len < 1:
        raise ValueError(f"beam_size, max_len: expected 1 or more, got {beam_size}, {max_len}")
    if not length_penalty >= 0:
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
    live, finished = [([BOS_ID], 0.0)], []
    for _ in range(max_len):
        last = torch.tensor([words[-1] for words, _ in live], device=encoded.mask.device)
        previous = model.decoder.embedding(last)
        features, state, _ = model.decoder.step(previous, state, encoded, prepared)
        log_probs = torch.log_softmax(model.decoder.readout(features), dim=-1)
        totals = (log_probs + log_probs.new_tensor([[total] for _, total in live])).flatten()
        best = totals.topk(min(beam_size - len(finished), len(totals)))
        rows, words = best.indices // log_probs.shape[1], best.indices % log_probs.shape[1]
        grown = [
            ([*live[row][0], word], total)
            for row, word, total in zip(
                rows.tolist(), words.tolist(), best.values.tolist(), strict=True
            )
        ]
        finished += [end for end in grown if end[0][-1] == EOS_ID]
        live = [end for end in grown if end[0][-1] != EOS_ID]
        if not live:
            break
        rows = rows[words != EOS_ID]
        state, encoded = state.select(rows), encoded.select(rows)
        prepared = None if prepared is None else prepared[rows]
    return [(words[1:], total) for words, total in finished + live]


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
