"""What one word of a translation looks at, and whether the gold links say so."""

from collections.abc import Sequence
from dataclasses import dataclass

from paying_attention.explorables.frame.arguments import Number
from paying_attention.explorables.frame.texts import display, fill, listed, numbered, quoted

MOST_NAMED = 3  # of more words that share the largest weight, only the number is said
SENTENCES = {
    "summary": "{word} looks {looks}{gold}.",
    "nowhere": "at no word: every weight reads 0.00",
    "one": "most at {words}, {top}",
    "some": "most at {words}, {top} each",
    "many": "most at {count} words, {top} each",
    "no gold": "; it has no gold link",
    "gold, yes, one": "; the gold link agrees",
    "gold, yes, more": "; the gold links, {words}, agree",
    "gold, no, one": "; the gold link is {words}",
    "gold, no, more": "; the gold links are {words}",
    "gold, in part, one": "; the gold link is {words}, so it agrees in part",
    "gold, in part, more": "; the gold links are {words}, so it agrees in part",
    "words": "{count} words",
    "of": "{part} of {all}",
}


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
    looks = "nowhere" if not state.most else "one" if len(state.most) == 1 else "some"
    looks = "many" if len(state.most) > MOST_NAMED else looks
    texts = {
        "summary": fill(
            SENTENCES["summary"],
            word=quoted([state.row], target),
            looks=fill(
                SENTENCES[looks],
                words=quoted(state.most, source),
                count=len(state.most),
                top=display(max(state.weights)),
            ),
            gold=_gold_text(state, source),
        )
    }
    return texts | numbered("weight", state.weights)


def table_texts(states: Sequence[RowState], source: Sequence[str]) -> dict[str, str]:
    """Write the table, which does not change: what each target word looks at.

    Example:
        >>> states = [row_state([[0.03, 0.95, 0.02]], 0, gold=[[2]])]
        >>> table_texts(states, ["je", "t'", "aime"])["most-0"]
        "t'"
    """
    texts = {}
    for state in states:
        i, names = state.row, [source[j] for j in state.most]
        number = fill(SENTENCES["words"], count=len(names))
        texts[f"most-{i}"] = number if len(names) > MOST_NAMED else listed(names) or "nothing"
        texts[f"top-{i}"] = display(max(state.weights))
        texts[f"gold-{i}"] = listed([source[j] for j in state.gold or ()]) or "none"
        texts[f"agrees-{i}"] = state.agrees or "–"
    judged = [state.agrees for state in states if state.agrees]
    texts["share"] = fill(SENTENCES["of"], part=judged.count("yes"), all=len(judged))
    texts["mean"] = display(sum(max(state.weights) for state in states) / len(states))
    return texts


def _gold_text(state: RowState, source: Sequence[str]) -> str:
    if state.gold is None:
        return ""
    many = "one" if len(state.gold) == 1 else "more"
    key = f"gold, {state.agrees}, {many}" if state.gold else "no gold"
    return fill(SENTENCES[key], words=quoted(state.gold, source))
