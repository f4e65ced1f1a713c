"""A mask to click: who may look where, and what the softmax makes of it (chapter 05)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from paying_attention.explorables import drawing
from paying_attention.explorables.arguments import Number, checked_numbers, checked_words
from paying_attention.explorables.cells import Cells, hatch, matrix, tick
from paying_attention.explorables.explorable import (
    Explorable,
    Table,
    display,
    identify,
    summary_html,
)

KIND = "masks-to-click"
PICTURE = "A matrix of weights: a row for each query, a column for each key"
MOST_TOKENS = 6
MOST_NAMED = 3  # of more queries, only the number is said
LARGEST_SCORE = 1000.0
LONGEST = 10  # letters of a token; with more, the squares are too small for a finger
SUM_WIDTH, LEGEND = 94, 20  # px right of the squares and below them

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
        f"weight-{k}": display(weight) if may_look else "0"
        for k, (weight, may_look) in enumerate(zip(state.weights, cells, strict=True))
    }
    for i, total in enumerate(state.sums):
        texts[f"sum-{i}"] = "sees nothing: 0" if i in state.blind else display(total)
        texts[f"seen-{i}"] = str(sum(cells[i::size]))
    texts["open"] = f"{state.open} of {size**2}"
    are = "is" if state.open == 1 else "are"
    texts["summary"] = (
        f"{texts['open']} cells {are} open. {_blind_text(state.blind, labels)} "
        f"{_named(state.ahead, labels, 'No query')} see{_s(state.ahead)} the future."
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


def masks_to_click(
    scores: Sequence[Sequence[Number]],
    labels: Sequence[str],
    *,
    mask: Sequence[Sequence[bool]] | None = None,
    name: str | None = None,
) -> Explorable:
    """Show the weights of a few tokens over each other; the reader clicks who may look where.

    A token that occurs twice has its position behind it, counted from 1.

    Args:
        scores: Shape (query, key), from -1000 to 1000, as from ``tensor.tolist()``.
        labels: The tokens, 1 to 6; at most 10 characters each.
        mask: Shape (query, key), True where a query may look at first; causal if None.
        name: Needed only when the same figure stands twice on a page: makes its id differ.

    Raises:
        TypeError: If an argument has the wrong type.
        ValueError: If an argument has the wrong length or is out of its range.

    Example:
        >>> masks_to_click([[2, 1, 0], [0, 1, 0], [1, 1, 3]], ("the", "cat", "sat"))
        Who may look where
                  the   cat   sat     sum
        the      1.00     0     0    1.00
        cat      0.27  0.73     0    1.00
        sat      0.11  0.11  0.79    1.00
        seen by     3     2     1  6 of 9
        6 of 9 cells are open. Every query sees something. No query sees the future.

    Derived in: chapters/05-masking.
    """
    labels = _checked_tokens(labels)
    size = len(labels)
    numbers = tuple(
        checked_numbers(f"scores[{i}]", row, size, LARGEST_SCORE)
        for i, row in enumerate(_checked_rows("scores", scores, size))
    )
    offered = presets(size)
    may_look = offered["causal"] if mask is None else _checked_mask(mask, size)
    state = mask_state(numbers, may_look)
    texts = mask_texts(state, labels)
    inputs = {"scores": numbers, "labels": labels, "mask": may_look}
    identifier = identify(KIND, inputs, name)
    drawn = _drawing(labels, numbers, state, texts)
    picture = drawing.figure(f"{identifier}-cells", PICTURE, texts["summary"], *drawn)
    side = f'<div class="pa-side">\n{drawing.CONTROLS}\n{summary_html(texts["summary"])}\n</div>'
    return Explorable(
        identifier=identifier,
        kind=KIND,
        title="Who may look where",
        inputs=inputs | {"presets": list(offered.items())},
        texts=texts,
        panels=f"{picture}\n{side}",
        table=_table(labels),
        addition="masks",
    )


def _checked_tokens(labels: Sequence[str]) -> tuple[str, ...]:
    words = checked_words("labels", labels, MOST_TOKENS)
    for word in words:
        if len(word) > LONGEST:
            raise ValueError(f"labels: expected at most {LONGEST} characters, got {word!r}")
    return tuple(
        f"{word} ({position})" if words.count(word) > 1 else word
        for position, word in enumerate(words, start=1)
    )


def _checked_rows(argument: str, rows: Sequence, size: int) -> Sequence:
    if isinstance(rows, str) or not isinstance(rows, Sequence):
        raise TypeError(f"{argument}: expected {size} rows, one per token, got {rows!r}")
    if len(rows) != size:
        raise ValueError(f"{argument}: expected {size} rows, one per token, got {len(rows)}")
    return rows


def _checked_mask(mask: Sequence[Sequence[bool]], size: int) -> Mask:
    for i, row in enumerate(_checked_rows("mask", mask, size)):
        listed = isinstance(row, Sequence) and not isinstance(row, str)
        if not (listed and all(isinstance(may_look, bool) for may_look in row)):
            raise TypeError(f"mask[{i}]: expected {size} booleans, got {row!r}")
        if len(row) != size:
            raise ValueError(f"mask[{i}]: expected {size} booleans, got {len(row)}")
    return tuple(tuple(row) for row in mask)


def _named(rows: Sequence[int], labels: Sequence[str], nobody: str) -> str:
    if len(rows) > MOST_NAMED:
        return f"{len(rows)} queries"
    return " and ".join(f"“{labels[i]}”" for i in rows) or nobody


def _s(rows: Sequence[int]) -> str:
    return "" if len(rows) > 1 else "s"


def _blind_text(blind: Sequence[int], labels: Sequence[str]) -> str:
    if not blind:
        return "Every query sees something."
    whose = "their" if len(blind) > 1 else "its"
    return f"{_named(blind, labels, '')} see{_s(blind)} nothing: {whose} weights are all 0."


def _drawing(
    labels: tuple[str, ...],
    scores: Sequence[Sequence[Number]],
    state: MaskState,
    texts: dict[str, str],
) -> tuple[tuple[int, int], str]:
    size = len(labels)
    cells = Cells(labels, labels, ("query", "key"), 36, 56, right=SUM_WIDTH, below=LEGEND)
    side, x, bottom = cells.side, cells.left + cells.side * size + 8, cells.size[1]
    shown = [texts[f"weight-{k}"] for k in range(size**2)]
    notes = [f"{score:.4g}".replace("-", "−") for row in scores for score in row]
    parts = [
        hatch(cells, [not may_look for row in state.mask for may_look in row]),
        matrix(cells, state.weights, shown, notes),
        tick("sum", x, cells.head - 7),
        tick("large: weight, small: score", cells.left, bottom - 5),
    ]
    parts += [
        f'<text class="pa-sum" x="{x:g}" y="{cells.head + side * (i + 0.5) + 4:g}" '
        f'fill="currentColor" data-out="sum-{i}">{texts[f"sum-{i}"]}</text>'
        for i in range(size)
    ]
    return cells.size, "\n".join(parts)


def _table(labels: Sequence[str]) -> Table:
    size = len(labels)
    rows = [
        (label, (*(f"weight-{i * size + j}" for j in range(size)), f"sum-{i}"))
        for i, label in enumerate(labels)
    ]
    foot = ("seen by", (*(f"seen-{j}" for j in range(size)), "open"))
    return Table((*labels, "sum"), (*rows, foot))
