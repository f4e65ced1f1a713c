"""A sentence, its translation and the weights between them, word by word."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from paying_attention.explorables import drawing
from paying_attention.explorables.arguments import (
    Number,
    checked_links,
    checked_position,
    checked_weights,
    checked_words,
)
from paying_attention.explorables.explorable import (
    Explorable,
    Table,
    display,
    identify,
    summary_html,
)
from paying_attention.explorables.links import Columns, alignment

KIND = "alignment-by-word"
PICTURE = "The words of a translation, joined to its source words by lines as thick as the weights"
MOST_WORDS = 14
MOST_NAMED = 3  # of more words that share the largest weight, only the number is said


@dataclass(frozen=True)
class RowState:
    """What the figure shows of one target word, by the names that the script gives it.

    Attributes:
        row: The position of the target word.
        weights: What it gives to each source word.
        most: The positions of the source words that it looks at most; none if all read 0.00.
        gold: The positions of the source words that it is linked to; None where nobody says.
        agrees: Whether ``most`` are gold links: "yes", "no", "in part", or "" without gold links.
    """

    row: int
    weights: tuple[float, ...]
    most: tuple[int, ...]
    gold: tuple[int, ...] | None
    agrees: str


def row_state(
    weights: Sequence[Sequence[Number]],
    row: int,
    gold: Sequence[Sequence[int]] | None = None,
) -> RowState:
    """Find what a target word looks at most, and whether the gold links say so.

    Weights that read equal are equal: they tie, and no order breaks the tie.

    Args:
        weights: A row for each target word, a number for each source word.
        row: The position of the target word.
        gold: For each target word, the positions of the source words that it is linked to.

    Example:
        >>> row_state([[0.1, 0.9], [0.501, 0.499]], row=1, gold=[[1], [0]])
        RowState(row=1, weights=(0.501, 0.499), most=(0, 1), gold=(0,), agrees='in part')
    """
    shown = [display(weight) for weight in weights[row]]
    top = display(max(weights[row]))
    most = tuple(j for j, text in enumerate(shown) if text == top != "0.00")
    linked = None if gold is None else tuple(gold[row])
    agrees = ""
    if linked:
        hits = sum(j in linked for j in most)
        agrees = "no" if hits == 0 else "yes" if hits == len(most) else "in part"
    return RowState(row, tuple(weights[row]), most, linked, agrees)


def row_texts(state: RowState, target: Sequence[str], source: Sequence[str]) -> dict[str, str]:
    """Write the numbers of one target word as they are shown, and the sentence about it.

    Example:
        >>> state = row_state([[0.03, 0.95, 0.02]], 0, gold=[[2]])
        >>> row_texts(state, ["you"], ["je", "t'", "aime"])["summary"]
        "“you” looks most at “t'”, 0.95; the gold link is “aime”."
    """
    top = display(max(state.weights))
    if not state.most:
        looks = "at no word: every weight reads 0.00"
    elif len(state.most) > MOST_NAMED:
        looks = f"most at {len(state.most)} words, {top} each"
    else:
        each = " each" if len(state.most) > 1 else ""
        looks = f"most at {_quoted(state.most, source)}, {top}{each}"
    texts = {"summary": f"“{target[state.row]}” looks {looks}{_gold_text(state, source)}."}
    return texts | {f"weight-{j}": display(weight) for j, weight in enumerate(state.weights)}


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
    target = _unambiguous(checked_words("target", target, MOST_WORDS))
    source = _unambiguous(checked_words("source", source, MOST_WORDS))
    weights = checked_weights(weights, len(target), len(source))
    row = checked_position("row", row, len(target))
    links = None if gold is None else checked_links("gold", gold, len(target), len(source))
    inputs = {"weights": weights, "target": target, "source": source, "gold": links, "row": row}
    states = [row_state(weights, i, links) for i in range(len(target))]
    texts = row_texts(states[row], target, source) | _table_texts(states, source)
    identifier, columns = identify(KIND, inputs, name), Columns(target, source)
    shown = [texts[f"weight-{j}"] for j in range(len(source))]
    words = alignment(columns, weights, links, row, shown)
    picture = drawing.figure(f"{identifier}-words", PICTURE, texts["summary"], columns.size, words)
    return Explorable(
        identifier=identifier,
        kind=KIND,
        title="Where each word of a translation looks",
        inputs=inputs | {"bar": columns.right},
        texts=texts,
        panels=f"{drawing.CONTROLS}\n{picture}\n{summary_html(texts['summary'])}",
        table=_table(target, links is not None, row),
    )


def _unambiguous(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(
        f"{word} ({position})" if words.count(word) > 1 else word
        for position, word in enumerate(words, start=1)
    )


def _quoted(positions: Sequence[int], words: Sequence[str]) -> str:
    return " and ".join(f"“{words[j]}”" for j in positions)


def _gold_text(state: RowState, source: Sequence[str]) -> str:
    if state.gold is None:
        return ""
    if not state.gold:
        return "; it has no gold link"
    words = _quoted(state.gold, source)
    single = len(state.gold) == 1
    if state.agrees == "yes":
        return "; the gold link agrees" if single else f"; the gold links, {words}, agree"
    part = ", so it agrees in part" if state.agrees == "in part" else ""
    return f"; the gold link{' is' if single else 's are'} {words}{part}"


def _table_texts(states: Sequence[RowState], source: Sequence[str]) -> dict[str, str]:
    texts = {}
    for state in states:
        i, names = state.row, [source[j] for j in state.most]
        few = " and ".join(names) or "nothing"
        texts[f"most-{i}"] = few if len(names) <= MOST_NAMED else f"{len(names)} words"
        texts[f"top-{i}"] = display(max(state.weights))
        texts[f"gold-{i}"] = " and ".join(source[j] for j in state.gold or ()) or "none"
        texts[f"agrees-{i}"] = state.agrees or "–"
    judged = [state.agrees for state in states if state.agrees]
    texts["share"] = f"{judged.count('yes')} of {len(judged)}"
    texts["mean"] = display(sum(max(state.weights) for state in states) / len(states))
    return texts


def _table(target: Sequence[str], has_gold: bool, row: int) -> Table:
    keys = ("most", "top", "gold", "agrees") if has_gold else ("most", "top")
    rows = [(word, tuple(f"{key}-{i}" for key in keys)) for i, word in enumerate(target)]
    foot = ("in all", ("", "", "", "share")) if has_gold else ("mean", ("", "mean"))
    columns = ("looks at", "weight", "gold", "agrees")[: len(keys)]
    return Table(columns, (*rows, foot), picked=row)
