"""A mask to click: who may look where, and what the softmax makes of it (chapter 05)."""

from collections.abc import Sequence

from paying_attention.explorables.frame import drawing
from paying_attention.explorables.frame.arguments import (
    Number,
    checked_length,
    checked_numbers,
    checked_words,
    told_apart,
)
from paying_attention.explorables.frame.assets import Assets
from paying_attention.explorables.frame.cells import Cells, matrix, tick
from paying_attention.explorables.frame.explorable import Explorable, Table, identify, summary_html
from paying_attention.explorables.masks.hatch import hatch
from paying_attention.explorables.masks.state import (
    SENTENCES,
    Mask,
    MaskState,
    mask_state,
    mask_texts,
    presets,
)

ASSETS = Assets("masks-to-click", __package__, parts=("cells",))
PICTURE = "A matrix of weights: a row for each query, a column for each key"
ROWS = "rows, one per token"
MOST_TOKENS = 6
LARGEST_SCORE = 1000.0
LONGEST = 10  # letters of a token; with more, the squares are too small for a finger
SUM_WIDTH, LEGEND = 94, 20  # px right of the squares and below them


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
    labels = told_apart(checked_words("labels", labels, MOST_TOKENS, LONGEST))
    size = len(labels)
    numbers = tuple(
        checked_numbers(f"scores[{i}]", row, size, LARGEST_SCORE)
        for i, row in enumerate(checked_length("scores", scores, size, ROWS))
    )
    offered = presets(size)
    may_look = offered["causal"] if mask is None else _checked_mask(mask, size)
    state = mask_state(numbers, may_look)
    texts = mask_texts(state, labels)
    inputs = {"scores": numbers, "labels": labels, "mask": may_look}
    identifier = identify(ASSETS.kind, inputs, name)
    drawn = _drawing(labels, numbers, state, texts)
    picture = drawing.figure(f"{identifier}-cells", PICTURE, texts["summary"], *drawn)
    side = f'<div class="pa-side">\n{drawing.CONTROLS}\n{summary_html(texts["summary"])}\n</div>'
    return Explorable(
        identifier=identifier,
        assets=ASSETS,
        title="Who may look where",
        inputs=inputs | {"presets": list(offered.items())},
        texts=texts,
        sentences=SENTENCES,
        panels=f"{picture}\n{side}",
        table=_table(labels),
    )


def _checked_mask(mask: Sequence[Sequence[bool]], size: int) -> Mask:
    for i, row in enumerate(checked_length("mask", mask, size, ROWS)):
        listed = isinstance(row, Sequence) and not isinstance(row, str)
        if not (listed and all(isinstance(may_look, bool) for may_look in row)):
            raise TypeError(f"mask[{i}]: expected {size} booleans, got {row!r}")
        if len(row) != size:
            raise ValueError(f"mask[{i}]: expected {size} booleans, got {len(row)}")
    return tuple(tuple(row) for row in mask)


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
