"""What numbers read as, and templates of sentences, which Python and the script both fill."""

import re
from collections.abc import Mapping, Sequence

from paying_attention.explorables.frame.arguments import Number

COMMON = {"and": " and ", "quoted": "“{word}”"}  # of every kind


def display(number: Number) -> str:
    """Write a number with two decimals, exactly as the script does.

    Halves go away from zero, as by hand. The tiny step makes this safe: 1.5 · 0.05 is 0.075 to the
    reader, but a float just above or below it, depending on the order in which a machine adds.

    Example:
        >>> display(0.075), display(-1.5), display(-0.001)
        ('0.08', '−1.50', '0.00')
    """
    size = f"{abs(number) + 1e-9:.2f}"
    return f"−{size}" if number < 0 and size != "0.00" else size


def display_pair(pair: Sequence[Number]) -> str:
    """Write a point of the plane.

    Example:
        >>> display_pair((1.0, -0.5))
        '(1.00, −0.50)'
    """
    return f"({display(pair[0])}, {display(pair[1])})"


def numbered(key: str, numbers: Sequence[Number]) -> dict[str, str]:
    """Write numbers under the keys by which the page finds their places.

    Example:
        >>> numbered("score", (2, 0.5))
        {'score-0': '2.00', 'score-1': '0.50'}
    """
    return {f"{key}-{i}": display(number) for i, number in enumerate(numbers)}


def fill(template: str, **values: object) -> str:
    """Put values in the places of a template, once: a value that looks like a place stays as it is.

    Example:
        >>> fill("{word} has {weight}.", word="{weight}", weight="0.50")
        '{weight} has 0.50.'
    """
    return re.sub(r"\{(\w+)\}", lambda place: str(values[place[1]]), template)


def listed(words: Sequence[str]) -> str:
    """Join words to a part of a sentence.

    Example:
        >>> listed(("a", "b", "c"))
        'a and b and c'
    """
    return COMMON["and"].join(words)


def quoted(positions: Sequence[int], words: Sequence[str]) -> str:
    """Join the words at some positions, each in quotation marks.

    Example:
        >>> quoted((2, 0), ("a", "b", "c"))
        '“c” and “a”'
    """
    return listed([fill(COMMON["quoted"], word=words[j]) for j in positions])


def largest(weights: Sequence[Number], labels: Sequence[str]) -> tuple[str, str]:
    """Return the largest weight as shown, and the labels that share it.

    Two weights count as equal when they read equal: what differs in the sixteenth digit is a tie.

    Example:
        >>> largest((0.4, 0.2, 0.4), ("a", "b", "c"))
        ('0.40', 'a and c')
    """
    shown = [display(weight) for weight in weights]
    top = display(max(weights))
    return top, listed([label for label, text in zip(labels, shown, strict=True) if text == top])


def sentences_of(kind: Mapping[str, str]) -> dict[str, str]:
    """Return all templates that the script of a kind may fill.

    Example:
        >>> sentences_of({"summary": "All is {what}."})["summary"]
        'All is {what}.'
    """
    return COMMON | dict(kind)
