"""The heads of a translator to switch on and off, and what their mean looks at (chapter 06)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from paying_attention.explorables import drawing
from paying_attention.explorables.arguments import (
    Number,
    checked_number,
    checked_position,
    checked_words,
)
from paying_attention.explorables.cells import Cells, frames, matrix
from paying_attention.explorables.explorable import (
    Explorable,
    Table,
    display,
    identify,
    summary_html,
)

KIND = "heads-to-switch"
PICTURE = "The mean of the heads: a row for each target word, a column for each source word"
MOST_HEADS, MOST_WORDS = 8, 14
MOST_NUMBERS = 6  # with more columns, the squares are too small to write in
ROUNDED = 0.0005  # what a stored weight may miss, having three decimals
TIED = 1e-9  # weights that are nearer to each other differ in the order of an addition
LEGEND = 26  # px below the squares

Matrix = tuple[tuple[float, ...], ...]
Links = tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class HeadsState:
    """What the figure shows, by the names that the script gives it.

    Attributes:
        on: The heads that are on.
        weights: Their mean, row by row; empty if all are off.
        entropy: Bits of a row of the mean, on average over the words that have a gold link (over
            all words without gold links); None if all are off.
        hits: How many words have their largest weight on a gold link; a tie counts if all of it
            does. None if all heads are off or without gold links.
    """

    on: tuple[int, ...]
    weights: tuple[float, ...]
    entropy: float | None
    hits: int | None


def heads_state(
    weights: Sequence[Sequence[Sequence[Number]]],
    on: Sequence[int],
    gold: Sequence[Sequence[int]] | None = None,
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
    bits = -(mean * np.log2(np.where(mean > 0, mean, 1.0)))[judged].sum(axis=1)
    hits = None if gold is None else sum(_is_hit(mean[i], gold[i]) for i in judged)
    return HeadsState(tuple(on), tuple(mean.ravel().tolist()), float(bits.mean()) + 0.0, hits)


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
        'With head 2 on, the largest weight lies on a gold link for 1 of 1 word; a random map \
would be right for about 0.50.'
    """
    texts = {f"weight-{k}": display(weight) for k, weight in enumerate(state.weights)}
    texts |= {f"on-{h}": "on" if h in state.on else "off" for h in range(num_heads)}
    texts["count"] = f"{len(state.on)} of {num_heads}"
    texts["entropy"] = "–" if state.entropy is None else display(state.entropy)
    texts["hits"] = "–" if state.hits is None else f"{state.hits} of {judged}"
    if not state.on:
        texts["summary"] = "All heads are off: there are no weights to show."
    elif expected is None:
        texts["summary"] = (
            f"With {_heads_text(state.on)} on, a row of their mean has {texts['entropy']} bits."
        )
    else:
        words = "word" if judged == 1 else "words"
        texts["summary"] = (
            f"With {_heads_text(state.on)} on, the largest weight lies on a gold link for "
            f"{texts['hits']} {words}; a random map would be right for about {display(expected)}."
        )
    return texts


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
        head 1          on           0.98  1 of 2
        head 2          on           0.00  2 of 2
        their mean  2 of 2           0.79  2 of 2
        With heads 1 and 2 on, the largest weight lies on a gold link for 2 of 2 words; a random \
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
    texts |= _alone(heads, links, judged)
    inputs = {"weights": heads, "source": source, "words": target, "gold": links, "on": everyone}
    identifier = identify(KIND, inputs, name)
    picture = drawing.figure(
        f"{identifier}-cells", PICTURE, texts["summary"], *_drawing(target, source, links, state)
    )
    return Explorable(
        identifier=identifier,
        kind=KIND,
        title="Heads to switch on and off",
        inputs=inputs | {"judged": judged, "chance": expected},
        texts=texts,
        panels=f"{drawing.CONTROLS}\n{picture}\n{summary_html(texts['summary'])}",
        table=_table(len(heads), links is not None),
        addition="heads",
    )


def _is_hit(row: np.ndarray, linked: Sequence[int]) -> bool:
    most = np.flatnonzero(row > row.max() - TIED) if row.max() > 0 else []
    return len(most) > 0 and all(j in linked for j in most)


def _heads_text(on: Sequence[int]) -> str:
    *first, last = [str(h + 1) for h in on]
    return f"heads {', '.join(first)} and {last}" if first else f"head {last}"


def _alone(heads: Sequence[Matrix], links: Links | None, judged: int) -> dict[str, str]:
    texts = {}
    for h in range(len(heads)):
        state = heads_state(heads, (h,), links)
        texts[f"entropy-{h}"] = display(state.entropy)
        texts[f"hits-{h}"] = "–" if state.hits is None else f"{state.hits} of {judged}"
    return texts


def _drawing(
    target: tuple[str, ...],
    source: tuple[str, ...],
    links: Links | None,
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
    rows = [(f"head {h + 1}", tuple(f"{key}-{h}" for key in keys)) for h in range(num_heads)]
    foot = ("their mean", ("count", "entropy", "hits")[: 2 + has_gold])
    return Table(("switch", "entropy, bits", "hits")[: 2 + has_gold], (*rows, foot))


def _checked_heads(weights: Sequence, rows: int, columns: int) -> tuple[Matrix, ...]:
    _check_length("weights", weights, None, f"1 to {MOST_HEADS} heads")
    if not 1 <= len(weights) <= MOST_HEADS:
        raise ValueError(f"weights: expected 1 to {MOST_HEADS} heads, got {len(weights)}")
    for h, head in enumerate(weights):
        _check_length(f"weights[{h}]", head, rows, f"{rows} rows, one per target word")
        for i, row in enumerate(head):
            what = f"{columns} numbers, one per source word"
            _check_length(f"weights[{h}][{i}]", row, columns, what)
    return tuple(
        tuple(_checked_row(f"weights[{h}][{i}]", row) for i, row in enumerate(head))
        for h, head in enumerate(weights)
    )


def _checked_row(argument: str, row: Sequence[Number]) -> tuple[float, ...]:
    numbers = [checked_number(f"{argument}[{j}]", n, 0, 1 + ROUNDED) for j, n in enumerate(row)]
    if sum(numbers) > 1 + ROUNDED * len(numbers) + TIED:
        raise ValueError(f"{argument}: expected a sum of at most 1, got {sum(numbers):g}")
    return tuple(min(number, 1.0) for number in numbers)


def _checked_gold(gold: Sequence[Sequence[int]], rows: int, columns: int) -> Links:
    _check_length("gold", gold, rows, f"{rows} lists of positions, one per target word")
    found = []
    for i, linked in enumerate(gold):
        _check_length(f"gold[{i}]", linked, None, "a list of positions")
        found.append(tuple(sorted({checked_position(f"gold[{i}]", j, columns) for j in linked})))
    if not any(found):
        raise ValueError("gold: expected a link for at least one word, got none")
    return tuple(found)


def _check_length(argument: str, values: Sequence, length: int | None, what: str) -> None:
    if isinstance(values, str) or not isinstance(values, Sequence):
        raise TypeError(f"{argument}: expected {what}, got {values!r}")
    if length is not None and len(values) != length:
        raise ValueError(f"{argument}: expected {what}, got {len(values)}")
