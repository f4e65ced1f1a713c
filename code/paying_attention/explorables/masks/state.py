"""Who may look where, what the softmax makes of it, and what the figure says about it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from paying_attention.explorables.frame.arguments import Number
from paying_attention.explorables.frame.texts import display, fill, quoted

MOST_NAMED = 3  # of more queries, only the number is said
SENTENCES = {
    "summary": "{open} {blind} {ahead}",
    "open, one": "{cells} cells is open.",
    "open, more": "{cells} cells are open.",
    "blind, none": "Every query sees something.",
    "blind, one": "{queries} sees nothing: its weights are all 0.",
    "blind, more": "{queries} see nothing: their weights are all 0.",
    "ahead, none": "No query sees the future.",
    "ahead, one": "{queries} sees the future.",
    "ahead, more": "{queries} see the future.",
    "many": "{count} queries",
    "of": "{part} of {all}",
    "masked": "0",
    "blank": "sees nothing: 0",
}

Mask = tuple[tuple[bool, ...], ...]


@dataclass(frozen=True)
class MaskState:
    """What the figure shows, by the names that the script gives it.

    Attributes:
        mask: For each query, whether it may look at each key.
        weights: The softmax of the scores that may be seen, row by row, 0 elsewhere.
        sums: What the weights of each query add up to.
        open: How many cells may be seen.
        blind: The queries that see nothing.
        ahead: The queries that see a key behind their own position.
    """

    mask: Mask
    weights: tuple[float, ...]
    sums: tuple[float, ...]
    open: int
    blind: tuple[int, ...]
    ahead: tuple[int, ...]


def mask_state(scores: Sequence[Sequence[Number]], mask: Sequence[Sequence[bool]]) -> MaskState:
    """Compute the softmax of each row over the keys that it may see.

    Args:
        scores: A row for each query, a number for each key.
        mask: True where a query may look.

    Example:
        >>> found = mask_state([[7, 7], [3, 3]], [[False, False], [True, True]])
        >>> found.weights, found.sums
        ((0.0, 0.0, 0.5, 0.5), (0.0, 1.0))
        >>> found.open, found.blind, found.ahead
        (2, (0,), ())
    """
    may_look = np.array(mask, dtype=bool)
    blind = ~may_look.any(axis=1, keepdims=True)
    seen = np.where(may_look, np.array(scores, dtype=float), -np.inf)
    grown = np.exp(seen - np.where(blind, 0.0, seen.max(axis=1, keepdims=True)))
    weights = grown / np.where(blind, 1.0, grown.sum(axis=1, keepdims=True))
    return MaskState(
        mask=tuple(tuple(row) for row in may_look.tolist()),
        weights=tuple(weights.ravel().tolist()),
        sums=tuple(weights.sum(axis=1).tolist()),
        open=int(may_look.sum()),
        blind=tuple(np.flatnonzero(blind).tolist()),
        ahead=tuple(np.flatnonzero(np.triu(may_look, k=1).any(axis=1)).tolist()),
    )


def mask_texts(state: MaskState, labels: Sequence[str]) -> dict[str, str]:
    """Write every number of the figure as it is shown; a key that is masked has 0, not 0.00.

    Example:
        >>> found = mask_state([[0, 0], [0, 0]], [[False, True], [False, False]])
        >>> mask_texts(found, ("a", "b"))["summary"]
        '1 of 4 cells is open. “b” sees nothing: its weights are all 0. “a” sees the future.'
    """
    size = len(labels)
    cells = [may_look for row in state.mask for may_look in row]
    texts = {
        f"weight-{k}": display(weight) if may_look else SENTENCES["masked"]
        for k, (weight, may_look) in enumerate(zip(state.weights, cells, strict=True))
    }
    for i, total in enumerate(state.sums):
        texts[f"sum-{i}"] = SENTENCES["blank"] if i in state.blind else display(total)
        texts[f"seen-{i}"] = str(sum(cells[i::size]))
    texts["open"] = fill(SENTENCES["of"], part=state.open, all=size**2)
    opened = SENTENCES["open, one" if state.open == 1 else "open, more"]
    texts["summary"] = fill(
        SENTENCES["summary"],
        open=fill(opened, cells=texts["open"]),
        blind=_queries_text("blind", state.blind, labels),
        ahead=_queries_text("ahead", state.ahead, labels),
    )
    return texts


def presets(size: int) -> dict[str, Mask]:
    """List the masks that a button sets.

    Args:
        size: How many tokens there are.

    Example:
        >>> presets(2)["causal"]
        ((True, False), (True, True))
    """
    past = np.tri(size, dtype=bool)
    key = np.arange(size)
    found = {
        "everything": np.ones_like(past),
        "causal": past,
        "one to the left": past & ~np.tri(size, k=-2, dtype=bool),
        "last token is padding": np.ones_like(past) & (key < size - 1),
        "prefix of two": past | (key < 2),
        "nothing for the last": past & (key[:, None] < size - 1),
    }
    return {name: tuple(tuple(row) for row in mask.tolist()) for name, mask in found.items()}


def _queries_text(what: str, rows: Sequence[int], labels: Sequence[str]) -> str:
    number = "none" if not rows else "one" if len(rows) == 1 else "more"
    many = fill(SENTENCES["many"], count=len(rows))
    named = many if len(rows) > MOST_NAMED else quoted(rows, labels)
    return fill(SENTENCES[f"{what}, {number}"], queries=named)
