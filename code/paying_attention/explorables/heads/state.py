"""The mean of the heads that are on: its entropy, its hits, and what the figure says of them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from paying_attention.explorables.frame.arguments import Number
from paying_attention.explorables.frame.texts import display, fill, numbered

TIED = 1e-9  # weights that are nearer to each other differ in the order of an addition
SENTENCES = {
    "dark": "All heads are off: there are no weights to show.",
    "nowhere": "With {heads} on, no word looks anywhere: all weights are 0.",
    "bits": "With {heads} on, a row of their mean has {entropy} bits.",
    "hits, one": (
        "With {heads} on, the largest weight lies on a gold link for {hits} word; a random map "
        "would be right for about {chance}."
    ),
    "hits, more": (
        "With {heads} on, the largest weight lies on a gold link for {hits} words; a random map "
        "would be right for about {chance}."
    ),
    "head": "head {last}",
    "heads": "heads {first} and {last}",
    "of": "{part} of {all}",
    "none": "–",
    "on": "on",
    "off": "off",
}

Matrix = Sequence[Sequence[Number]]
Links = Sequence[Sequence[int]]


@dataclass(frozen=True)
class HeadsState:
    """What the figure shows, by the names that the script gives it.

    Attributes:
        on: The heads that are on.
        weights: Their mean, row by row; empty if all are off.
        entropy: Bits of a row of the mean, on average over the words that have a gold link (over
            all words without gold links) and look somewhere; None if there is none, or all heads
            are off.
        hits: How many words have their largest weight on a gold link; a tie counts if all of it
            does. None if all heads are off or without gold links.
    """

    on: tuple[int, ...]
    weights: tuple[float, ...]
    entropy: float | None
    hits: int | None


def heads_state(
    weights: Sequence[Matrix],
    on: Sequence[int],
    gold: Links | None = None,
) -> HeadsState:
    """Take the mean of some heads and judge it.

    Args:
        weights: Shape (head, target, source).
        on: Which heads, counted from 0.
        gold: For each target word, the positions of the source words that it is linked to.

    Example:
        >>> weights = [[[1, 0], [1, 0]], [[1, 0], [0, 1]]]
        >>> heads_state(weights, [0, 1], gold=[[0], [1]])
        HeadsState(on=(0, 1), weights=(1.0, 0.0, 0.5, 0.5), entropy=0.5, hits=1)
    """
    if not on:
        return HeadsState((), (), None, None)
    mean = np.array(weights, dtype=float)[list(on)].mean(axis=0)
    judged = [i for i in range(len(mean)) if gold is None or gold[i]]
    looking = [i for i in judged if mean[i].any()]
    bits = -(mean * np.log2(np.where(mean > 0, mean, 1.0)))[looking].sum(axis=1)
    entropy = float(bits.mean()) + 0.0 if looking else None
    hits = None if gold is None else sum(_is_hit(mean[i], gold[i]) for i in judged)
    return HeadsState(tuple(on), tuple(mean.ravel().tolist()), entropy, hits)


def chance(gold: Sequence[Sequence[int]], columns: int) -> float:
    """Count the words that a map is right about, on average, if it draws each row's position.

    Args:
        gold: For each target word, the positions of the source words that it is linked to.
        columns: How many source words there are.

    Example:
        >>> chance([[0], [], [1, 2]], columns=4)
        0.75
    """
    return sum(len(linked) for linked in gold) / columns


def heads_texts(
    state: HeadsState, num_heads: int, judged: int, expected: float | None
) -> dict[str, str]:
    """Write what changes as heads are switched.

    Args:
        state: From ``heads_state``.
        num_heads: How many heads there are.
        judged: How many words have a gold link.
        expected: From ``chance``; None without gold links.

    Example:
        >>> state = heads_state([[[0.5, 0.5]], [[1, 0]]], [1], gold=[[0]])
        >>> heads_texts(state, 2, 1, 0.5)["summary"]
        'With head 1 on, the largest weight lies on a gold link for 1 of 1 word; a random map \
would be right for about 0.50.'
    """
    texts = numbered("weight", state.weights)
    for h in range(num_heads):
        texts[f"on-{h}"] = SENTENCES["on" if h in state.on else "off"]
    texts["count"] = fill(SENTENCES["of"], part=len(state.on), all=num_heads)
    texts |= {"entropy": _entropy_text(state), "hits": _hits_text(state, judged)}
    scored = "hits, one" if judged == 1 else "hits, more"
    spread = "nowhere" if state.entropy is None else "bits"
    key = "dark" if not state.on else spread if expected is None else scored
    values = {"entropy": texts["entropy"], "hits": texts["hits"], "heads": _heads_text(state.on)}
    values["chance"] = "" if expected is None else display(expected)
    return texts | {"summary": fill(SENTENCES[key], **values)}


def alone_texts(heads: Sequence[Matrix], links: Links | None, judged: int) -> dict[str, str]:
    """Write what the table says of each head alone, which does not change.

    Args:
        heads: Shape (head, target, source).
        links: For each target word, the positions of the source words that it is linked to.
        judged: How many words have a gold link.

    Example:
        >>> alone_texts([[[0.5, 0.5]], [[1, 0]]], None, 0)["entropy-0"]
        '1.00'
    """
    texts = {}
    for h in range(len(heads)):
        state = heads_state(heads, (h,), links)
        texts |= {f"entropy-{h}": _entropy_text(state), f"hits-{h}": _hits_text(state, judged)}
    return texts


def _is_hit(row: np.ndarray, linked: Sequence[int]) -> bool:
    most = np.flatnonzero(row > row.max() - TIED) if row.max() > 0 else []
    return len(most) > 0 and all(j in linked for j in most)


def _entropy_text(state: HeadsState) -> str:
    return SENTENCES["none"] if state.entropy is None else display(state.entropy)


def _hits_text(state: HeadsState, judged: int) -> str:
    if state.hits is None:
        return SENTENCES["none"]
    return fill(SENTENCES["of"], part=state.hits, all=judged)


def _heads_text(on: Sequence[int]) -> str:
    *first, last = [str(h) for h in on] or [""]
    return fill(SENTENCES["heads" if first else "head"], first=", ".join(first), last=last)
