"""A sentence, its translation and the weights between them, word by word (chapter 02)."""

from collections.abc import Collection, Sequence

from paying_attention.explorables.alignment.links import Columns, alignment
from paying_attention.explorables.alignment.state import (
    SENTENCES,
    row_state,
    row_texts,
    table_texts,
)
from paying_attention.explorables.frame import drawing
from paying_attention.explorables.frame.arguments import (
    Number,
    checked_links,
    checked_position,
    checked_weights,
    checked_words,
    told_apart,
)
from paying_attention.explorables.frame.assets import Assets
from paying_attention.explorables.frame.explorable import Explorable, Table, identify, summary_html

ASSETS = Assets("alignment-by-word", __package__)
PICTURE = "The words of a translation, joined to its source words by lines as thick as the weights"
MOST_WORDS = 14


def alignment_by_word(
    weights: Sequence[Sequence[Number]],
    target: Sequence[str],
    source: Sequence[str],
    gold: Collection[Sequence[int]] | None = None,
    row: int = 0,
    *,
    name: str | None = None,
) -> Explorable:
    """Show what each word of a translation looks at; the reader picks the word.

    A word that occurs twice has its position behind it, counted from 1.

    Args:
        weights: Shape (target, source), from 0 to 1, as from ``tensor.tolist()``; rows may sum to
            less than 1.
        target: The words that look, 1 to 14; at most 16 characters each.
        source: The words that are looked at, 1 to 14; at most 16 characters each.
        gold: Sure links (target position, source position), counted from 0; None where nobody says.
        row: The position of the target word that is picked first.
        name: Needed only when the same figure stands twice on a page: makes its id differ.

    Raises:
        TypeError: If an argument has the wrong type.
        ValueError: If an argument has the wrong length or is out of its range.

    Example:
        >>> weights = [[0.94, 0.03, 0.03], [0.05, 0.07, 0.88], [0.03, 0.95, 0.02]]
        >>> gold = {(0, 0), (1, 2), (2, 1)}
        >>> alignment_by_word(weights, ("I", "love", "you"), ("je", "t'", "aime"), gold, row=1)
        Where each word of a translation looks
                looks at  weight  gold  agrees
        I             je    0.94    je     yes
        love        aime    0.88  aime     yes
        you           t'    0.95    t'     yes
        in all                          3 of 3
        “love” looks most at “aime”, 0.88; the gold link agrees.
    """
    target = told_apart(checked_words("target", target, MOST_WORDS))
    source = told_apart(checked_words("source", source, MOST_WORDS))
    weights = checked_weights(weights, len(target), len(source))
    row = checked_position("row", row, len(target))
    links = None if gold is None else checked_links("gold", gold, len(target), len(source))
    inputs = {"weights": weights, "target": target, "source": source, "gold": links, "row": row}
    states = [row_state(weights, i, links) for i in range(len(target))]
    texts = row_texts(states[row], target, source) | table_texts(states, source)
    identifier, columns = identify(ASSETS.kind, inputs, name), Columns(target, source)
    shown = [texts[f"weight-{j}"] for j in range(len(source))]
    words = alignment(columns, weights, links, row, shown)
    picture = drawing.figure(f"{identifier}-words", PICTURE, texts["summary"], columns.size, words)
    return Explorable(
        identifier=identifier,
        assets=ASSETS,
        title="Where each word of a translation looks",
        inputs=inputs | {"bar": columns.right},
        texts=texts,
        sentences=SENTENCES,
        panels=f"{drawing.CONTROLS}\n{picture}\n{summary_html(texts['summary'])}",
        table=_table(target, links is not None, row),
    )


def _table(target: Sequence[str], has_gold: bool, row: int) -> Table:
    keys = ("most", "top", "gold", "agrees") if has_gold else ("most", "top")
    rows = [(word, tuple(f"{key}-{i}" for key in keys)) for i, word in enumerate(target)]
    foot = ("in all", ("", "", "", "share")) if has_gold else ("mean", ("", "mean"))
    columns = ("looks at", "weight", "gold", "agrees")[: len(keys)]
    return Table(columns, (*rows, foot), picked=row)
