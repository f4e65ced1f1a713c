"""The heads of a translator to switch on and off, and what their mean looks at (chapter 06)."""

from collections.abc import Sequence

from paying_attention.explorables.frame import drawing
from paying_attention.explorables.frame.arguments import (
    Number,
    checked_length,
    checked_number,
    checked_position,
    checked_words,
)
from paying_attention.explorables.frame.assets import Assets
from paying_attention.explorables.frame.cells import Cells, matrix
from paying_attention.explorables.frame.explorable import Explorable, Table, identify, summary_html
from paying_attention.explorables.frame.texts import display
from paying_attention.explorables.heads.frames import frames
from paying_attention.explorables.heads.state import (
    SENTENCES,
    TIED,
    HeadsState,
    alone_texts,
    chance,
    heads_state,
    heads_texts,
)

ASSETS = Assets("heads-to-switch", __package__, parts=("cells",))
PICTURE = "The mean of the heads: a row for each target word, a column for each source word"
MOST_HEADS, MOST_WORDS = 8, 14
MOST_NUMBERS = 6  # with more columns, the squares are too small to write in
ROUNDED = 0.0005  # what a stored weight may miss, having three decimals
LEGEND = 26  # px below the squares


def heads_to_switch(
    weights: Sequence[Sequence[Sequence[Number]]],
    source: Sequence[str],
    target: Sequence[str],
    *,
    gold: Sequence[Sequence[int]] | None = None,
    name: str | None = None,
) -> Explorable:
    """Show the mean of the heads that are on; the reader switches them.

    Args:
        weights: Shape (head, target, source), from 0 to 1, as from ``tensor.tolist()``; 1 to 8
            heads. They may be rounded to three decimals; rows may sum to less than 1.
        source: The words that are looked at, 1 to 14; at most 16 characters each.
        target: The words that look, 1 to 14; at most 16 characters each.
        gold: For each target word, the positions of the source words that it is linked to; empty
            for a word that nobody judges. None where nobody says.
        name: Needed only when the same figure stands twice on a page: makes its id differ.

    Raises:
        TypeError: If an argument has the wrong type.
        ValueError: If an argument has the wrong length or is out of its range.

    Example:
        >>> weights = [[[0.5, 0.25, 0.25], [0.1, 0, 0.9]], [[0, 1, 0], [0, 0, 1]]]
        >>> heads_to_switch(weights, ("ich", "sehe", "dich"), ("see", "you"), gold=[[1], [2]])
        Heads to switch on and off
                    switch  entropy, bits    hits
        head 0          on           0.98  1 of 2
        head 1          on           0.00  2 of 2
        their mean  2 of 2           0.79  2 of 2
        With heads 0 and 1 on, the largest weight lies on a gold link for 2 of 2 words; a random \
map would be right for about 0.67.

    Derived in: chapters/06-multi-head.
    """
    target = checked_words("target", target, MOST_WORDS)
    source = checked_words("source", source, MOST_WORDS)
    heads = _checked_heads(weights, len(target), len(source))
    links = None if gold is None else _checked_gold(gold, len(target), len(source))
    everyone = tuple(range(len(heads)))
    judged = sum(bool(linked) for linked in links or ())
    expected = None if links is None else chance(links, len(source))
    state = heads_state(heads, everyone, links)
    texts = heads_texts(state, len(heads), judged, expected)
    texts |= alone_texts(heads, links, judged)
    inputs = {"weights": heads, "source": source, "words": target, "gold": links, "on": everyone}
    identifier = identify(ASSETS.kind, inputs, name)
    picture = drawing.figure(
        f"{identifier}-cells", PICTURE, texts["summary"], *_drawing(target, source, links, state)
    )
    return Explorable(
        identifier=identifier,
        assets=ASSETS,
        title="Heads to switch on and off",
        inputs=inputs | {"judged": judged, "chance": expected},
        texts=texts,
        sentences=SENTENCES,
        panels=f"{drawing.CONTROLS}\n{picture}\n{summary_html(texts['summary'])}",
        table=_table(len(heads), links is not None),
    )


def _drawing(
    target: tuple[str, ...],
    source: tuple[str, ...],
    links: Sequence[Sequence[int]] | None,
    state: HeadsState,
) -> tuple[tuple[int, int], str]:
    written = len(source) <= MOST_NUMBERS
    below = 2 if links is None else LEGEND
    cells = Cells(
        target, source, ("target", "source"), 34 if written else 20, 40, right=2, below=below
    )
    texts = [display(weight) for weight in state.weights] if written else []
    body = matrix(cells, state.weights, texts)
    if links is not None:
        framed = [i * len(source) + j for i, linked in enumerate(links) for j in linked]
        body += f"\n{frames(cells, framed)}"
    return cells.size, body


def _table(num_heads: int, has_gold: bool) -> Table:
    keys = ("on", "entropy", "hits")[: 2 + has_gold]
    rows = [(f"head {h}", tuple(f"{key}-{h}" for key in keys)) for h in range(num_heads)]
    foot = ("their mean", ("count", "entropy", "hits")[: 2 + has_gold])
    return Table(("switch", "entropy, bits", "hits")[: 2 + has_gold], (*rows, foot))


def _checked_heads(weights: Sequence, rows: int, columns: int) -> tuple:
    if isinstance(weights, str) or not isinstance(weights, Sequence):
        raise TypeError(f"weights: expected 1 to {MOST_HEADS} heads, got {weights!r}")
    if not 1 <= len(weights) <= MOST_HEADS:
        raise ValueError(f"weights: expected 1 to {MOST_HEADS} heads, got {len(weights)}")
    for h, head in enumerate(weights):
        checked_length(f"weights[{h}]", head, rows, "rows, one per target word")
        for i, row in enumerate(head):
            what = "numbers, one per source word"
            checked_length(f"weights[{h}][{i}]", row, columns, what)
    return tuple(
        tuple(_checked_row(f"weights[{h}][{i}]", row) for i, row in enumerate(head))
        for h, head in enumerate(weights)
    )


def _checked_row(argument: str, row: Sequence[Number]) -> tuple[float, ...]:
    numbers = [checked_number(f"{argument}[{j}]", n, 0, 1 + ROUNDED) for j, n in enumerate(row)]
    if sum(numbers) > 1 + ROUNDED * len(numbers) + TIED:
        raise ValueError(f"{argument}: expected a sum of at most 1, got {sum(numbers):g}")
    return tuple(min(number, 1.0) for number in numbers)


def _checked_gold(gold: Sequence, rows: int, columns: int) -> tuple:
    checked_length("gold", gold, rows, "lists of positions, one per target word")
    found = []
    for i, linked in enumerate(gold):
        if isinstance(linked, str) or not isinstance(linked, Sequence):
            raise TypeError(f"gold[{i}]: expected a list of positions, got {linked!r}")
        found.append(tuple(sorted({checked_position(f"gold[{i}]", j, columns) for j in linked})))
    if not any(found):
        raise ValueError("gold: expected a link for at least one word, got none")
    return tuple(found)
