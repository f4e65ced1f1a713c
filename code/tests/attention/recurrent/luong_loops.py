"""Luong's attentions, small ones to try, and the paper's formulas one annotation at a time."""

import math

import numpy as np
import torch

from paying_attention.attention.recurrent.local import LocalAttention
from paying_attention.attention.recurrent.luong import (
    ConcatAttention,
    DotAttention,
    GeneralAttention,
    LocationAttention,
)

BATCH, KEY, D_QUERY, D_ANNOTATION, D_SCORE = 2, 7, 11, 5, 3
MAX_SOURCE_LEN, POSITION = 8, 2  # one position more than there are keys
MASK = torch.tensor([[True] * 7, [True, True, True, False, False, False, False]])
WINDOWS = {"local-m": 1, "local-p": 2}
MAKE = {
    "dot": lambda: DotAttention(D_ANNOTATION, D_ANNOTATION),
    "general": lambda: GeneralAttention(D_QUERY, D_ANNOTATION),
    "concat": lambda: ConcatAttention(D_QUERY, D_ANNOTATION, D_SCORE),
    "location": lambda: LocationAttention(D_QUERY, D_ANNOTATION, MAX_SOURCE_LEN),
    "local-m": lambda: LocalAttention(D_QUERY, D_ANNOTATION, window=1, centre="m"),
    "local-p": lambda: LocalAttention(D_QUERY, D_ANNOTATION, window=2, centre="p"),
}
KINDS = list(MAKE)
GLOBAL = ["dot", "general", "concat"]  # look at the words, and at all of them
CONTENT = [kind for kind in KINDS if kind != "location"]


def attention_and_inputs(kind, seed=0):
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        attention = MAKE[kind]().double()
        with torch.no_grad():
            for parameter in attention.parameters():
                parameter.mul_(2)
        query = torch.randn(BATCH, attention.d_query, dtype=torch.float64)
        annotations = torch.randn(BATCH, KEY, D_ANNOTATION, dtype=torch.float64)
    return attention, query, annotations


def ask(attention, query, annotations, mask=None, position=POSITION):
    prepared = attention.prepare(annotations, mask)
    return attention(query, annotations, prepared, mask, position=position)


def slow_scores(kind, parameters, s, h):
    """The paper's formulas, one annotation after the other."""
    match kind:
        case "dot":
            return [sum(s[k] * h_j[k] for k in range(D_ANNOTATION)) for h_j in h]
        case "general":
            return [s @ (parameters["key_proj.weight"] @ h_j) for h_j in h]
        case "local-m" | "local-p":
            return [s @ (parameters["general.key_proj.weight"] @ h_j) for h_j in h]
        case "concat":
            w, bias = parameters["pair_proj.weight"], parameters["pair_proj.bias"]
            v = parameters["score_proj.weight"][0]
            return [v @ np.tanh(w @ np.concatenate([s, h_j]) + bias) for h_j in h]
        case "location":
            known = parameters["position_proj.weight"] @ s
            return known[: len(h)]


def slow_centre(kind, parameters, s, length, position):
    if kind == "local-m":
        return position
    w, v = parameters["centre_proj.0.weight"], parameters["centre_proj.2.weight"][0]
    return length / (1 + math.exp(-(v @ np.tanh(w @ s))))


def slow(kind, parameters, query, annotations, mask, position=POSITION):
    weights, output = np.zeros(mask.shape), np.zeros((len(mask), D_ANNOTATION))
    for b in range(len(mask)):
        scores = slow_scores(kind, parameters, query[b], annotations[b])
        seen = [j for j in range(mask.shape[1]) if mask[b, j]]
        if kind in WINDOWS:
            centre = slow_centre(kind, parameters, query[b], len(seen), position)
            seen = [j for j in seen if abs(j - centre) <= WINDOWS[kind]]
        total = sum(math.exp(scores[j]) for j in seen)
        for j in seen:
            weights[b, j] = math.exp(scores[j]) / total
            if kind == "local-p":
                sigma = WINDOWS[kind] / 2
                weights[b, j] *= math.exp(-((j - centre) ** 2) / (2 * sigma**2))
            output[b] += weights[b, j] * annotations[b, j]
    return weights, output


def arrays(attention):
    return {name: p.detach().numpy().copy() for name, p in attention.named_parameters()}
