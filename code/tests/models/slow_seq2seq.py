"""Read and write one sentence, one step at a time in NumPy: the papers' formulas."""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from paying_attention.models.recurrent.config import LOOKING, Seq2SeqConfig
from paying_attention.models.recurrent.seq2seq import Seq2Seq
from tests.slow_gru import slow_gru

Array = NDArray[np.float64]


class SlowEncoded(NamedTuple):
    """Embeddings, one annotation a word, and [→h_T; ←h_1]."""

    words: Array
    annotations: Array
    summary: Array


class SlowDecoded(NamedTuple):
    """A row a step; no weights without attention, no log-probabilities where nothing is picked."""

    logits: Array
    weights: Array | None
    log_probs: Array | None


def weights_of(model: Seq2Seq, prefix: str) -> dict[str, Array]:
    """Parameters below a prefix, named without it."""
    found = {name: p.detach().numpy() for name, p in model.named_parameters()}
    return {k.removeprefix(prefix): p for k, p in found.items() if k.startswith(prefix)}


def slow_encode(model: Seq2Seq, source: Sequence[int]) -> SlowEncoded:
    """Read one sentence, given without padding."""
    weights = weights_of(model, "encoder.")
    words = [weights["embedding.weight"][word] for word in source]
    forwards = slow_gru(words, weights, "gru.", "_l0")
    if not model.config.bidirectional:
        return SlowEncoded(np.array(words), np.array(forwards), forwards[-1])
    backwards = slow_gru(words[::-1], weights, "gru.", "_l0_reverse")[::-1]
    annotations = [np.concatenate(pair) for pair in zip(forwards, backwards, strict=True)]
    summary = np.concatenate([forwards[-1], backwards[0]])
    return SlowEncoded(np.array(words), np.array(annotations), summary)


def slow_score(attention: str, w: Mapping[str, Array], s: Array, h: Array, j: int) -> float:
    """How well the state s matches the annotation h at position j."""
    match attention:
        case "additive":  # Bahdanau et al., A.1.2
            inside = w["query_proj.weight"] @ s + w["key_proj.weight"] @ h + w["key_proj.bias"]
            return w["score_proj.weight"][0] @ np.tanh(inside)
        case "dot":  # Luong et al., section 3.1
            return s @ h
        case "general":
            return s @ w["key_proj.weight"] @ h
        case "concat":
            inside = w["pair_proj.weight"] @ np.concatenate([s, h]) + w["pair_proj.bias"]
            return w["score_proj.weight"][0] @ np.tanh(inside)
        case "location":  # eq. 8
            return w["position_proj.weight"][j] @ s
    return s @ w["general.key_proj.weight"] @ h  # local, section 3.2


def slow_weights(
    config: Seq2SeqConfig, w: Mapping[str, Array], s: Array, annotations: Array, target: int
) -> Array:
    """Soft weights of one question; ``target`` counts the target words from 0."""
    num_words, is_local = len(annotations), config.attention.startswith("local")
    centre = float(target)
    if config.attention == "local-p":  # eq. 9
        inside = np.tanh(w["centre_proj.0.weight"] @ s)
        centre = num_words / (1 + math.exp(-(w["centre_proj.2.weight"][0] @ inside)))
    weights = np.zeros(num_words)
    for j, h in enumerate(annotations):
        if not is_local or abs(j - centre) <= config.window:
            weights[j] = math.exp(slow_score(config.attention, w, s, h, j))
    if weights.any():
        weights /= weights.sum()
    if config.attention == "local-p":  # eq. 10; not divided by the sum again
        sigma = config.window / 2
        for j in range(num_words):
            weights[j] *= math.exp(-((j - centre) ** 2) / (2 * sigma**2))
    return weights


def slow_heads(
    config: Seq2SeqConfig, w: Mapping[str, Array], s: Array, annotations: Array
) -> tuple[Array, Array]:
    """Weights of one question on the average of its heads, and the context."""
    width = config.d_decoder // config.num_heads
    weights, found = np.zeros(len(annotations)), []

    def project(name: str, vector: Array) -> Array:
        return w[f"heads.{name}.weight"] @ vector + w[f"heads.{name}.bias"]

    for head in range(config.num_heads):
        own = slice(head * width, (head + 1) * width)
        q = project("q_proj", s)[own]
        match = [math.exp(q @ project("k_proj", h)[own] / math.sqrt(width)) for h in annotations]
        looked = np.array(match) / sum(match)
        weights += looked / config.num_heads
        found.append(
            sum(a * project("v_proj", h)[own] for a, h in zip(looked, annotations, strict=True))
        )
    return weights, project("out_proj", np.concatenate(found))


def slow_decode(
    model: Seq2Seq,
    source: Sequence[int],
    target_input: Sequence[int],
    *,
    picks: Sequence[int] | None = None,
) -> SlowDecoded:
    """Read one sentence and score every next word.

    ``picks`` says which position hard attention drew for each word; without them it takes the best.
    """
    config, w = model.config, weights_of(model, "decoder.")
    of_attention = weights_of(model, "decoder.attention." + "soft." * config.hard)
    words, annotations, summary = slow_encode(model, source)
    values = words if config.values == "words" else annotations
    logits, looked, log_probs = [], [], []

    def context(s: Array, target: int) -> Array:
        if config.attention == "none":
            return np.zeros(0)
        if config.attention == "constant":
            return summary
        if config.attention == "multi-head":
            weights, mixed = slow_heads(config, of_attention, s, annotations)
            if config.values == "annotations":
                looked.append(weights)
                return mixed
        else:
            weights = slow_weights(config, of_attention, s, annotations, target)
        if config.hard:
            pick = int(weights.argmax()) if picks is None else picks[target]
            log_probs.append(math.log(weights[pick]))
            weights = np.eye(len(source))[pick]
        looked.append(weights)
        return sum((a * value for a, value in zip(weights, values, strict=True)), 0 * values[0])

    state = np.zeros(config.d_decoder)
    if config.start == "summary":
        state = np.tanh(w["start.weight"] @ summary + w["start.bias"])
    attentional = np.zeros(config.d_decoder)  # h̃ before the first step
    for target, word in enumerate(target_input):
        y = w["embedding.weight"][word]
        if config.decoder == "bahdanau":
            c = context(state, target)
            (state,) = slow_gru([np.concatenate([y, c])], w, "cell.", "", start=state)
            features = np.concatenate([state, y, c])
        else:
            given = np.concatenate([y, attentional]) if config.input_feeding else y
            (state,) = slow_gru([given], w, "cell.", "", start=state)
            both = np.concatenate([context(state, target), state])
            features = attentional = np.tanh(w["combine.weight"] @ both + w["combine.bias"])
        logits.append(w["readout.weight"] @ features + w["readout.bias"])
    return SlowDecoded(
        np.array(logits),
        np.array(looked) if config.attention in LOOKING else None,
        np.array(log_probs) if config.hard else None,
    )
