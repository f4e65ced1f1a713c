"""What an explorable accepts, and what it says about anything else."""

import re
from collections.abc import Collection, Sequence
from unicodedata import bidirectional, category

Number = float | int
LARGEST_WEIGHT, LARGEST_SUM = 1 + 1e-6, 1.001  # a softmax in float32 misses 1 by a little
MAX_LABEL_LENGTH = 16  # longer ones leave the drawing on a phone
JOINERS = "\u200c\u200d"  # invisible, but letters of Persian and parts of one emoji
ISOLATE = "\u2068{}\u2069"  # letters that run to the left leave the sentence around them alone


def checked_number(argument: str, value: Number, low: Number, high: Number) -> float:
    """Return a finite number within a range as a float, and minus zero as zero.

    Raises:
        TypeError: If ``value`` is no real number.
        ValueError: If it lies outside ``low`` to ``high`` or is not finite.

    Example:
        >>> checked_number("temperature", 2, 0.1, 10.0)
        2.0
    """
    if isinstance(value, bool) or not isinstance(value, Number):
        raise TypeError(f"{argument}: expected a number, got {value!r}")
    if not low <= value <= high:  # false for nan too
        raise ValueError(f"{argument}: expected a number from {low:g} to {high:g}, got {value!r}")
    return float(value) + 0.0


def checked_numbers(
    argument: str, values: Sequence[Number], length: int, limit: Number
) -> tuple[float, ...]:
    """Return ``length`` numbers, each from ``-limit`` to ``limit``, as floats.

    Raises:
        TypeError: If ``values`` is no sequence of real numbers.
        ValueError: If the length differs or a number is out of range.

    Example:
        >>> checked_numbers("state", (1, -0.0), 2, limit=4)
        (1.0, 0.0)
    """
    checked_length(argument, values, length, "numbers")
    return tuple(
        checked_number(f"{argument}[{i}]", value, -limit, limit) for i, value in enumerate(values)
    )


def checked_labels(
    labels: Sequence[str],
    length: int,
    argument: str = "labels",
    longest: int = MAX_LABEL_LENGTH,
) -> tuple[str, ...]:
    """Return ``length`` labels that fit into the drawing.

    One with letters that run to the left is isolated, or it would turn the order of the words and
    numbers beside it around.

    Raises:
        TypeError: If ``labels`` is one string, or holds something that is no string.
        ValueError: If the number of labels or the length of one is wrong, or one shows nothing.

    Example:
        >>> checked_labels(["drei", "und"], 2)
        ('drei', 'und')
    """
    listed = isinstance(labels, Sequence) and not isinstance(labels, str)
    if not (listed and all(isinstance(label, str) for label in labels)):
        raise TypeError(f"{argument}: expected {length} strings, got {labels!r}")
    if len(labels) != length:
        raise ValueError(f"{argument}: expected {length} strings, got {len(labels)}: {labels!r}")
    for label in labels:
        if not (_can_be_shown(label) and len(label) <= longest):
            raise ValueError(
                f"{argument}: expected 1 to {longest} printable characters, got {label!r}"
            )
    return tuple(_isolated(label) for label in labels)


def checked_words(
    argument: str, words: Sequence[str], most: int, longest: int = MAX_LABEL_LENGTH
) -> tuple[str, ...]:
    """Return the words of a sentence, 1 to ``most`` labels of at most ``longest`` characters.

    Raises:
        TypeError: If ``words`` is one string, or holds something that is no string.
        ValueError: If there are none or too many, or one does not fit into the drawing.

    Example:
        >>> checked_words("source", ["drei", "und"], most=14)
        ('drei', 'und')
    """
    if isinstance(words, str) or not isinstance(words, Sequence):
        raise TypeError(f"{argument}: expected 1 to {most} strings, got {words!r}")
    if not 1 <= len(words) <= most:
        raise ValueError(f"{argument}: expected 1 to {most} strings, got {len(words)}: {words!r}")
    return checked_labels(words, len(words), argument, longest)


def told_apart(words: tuple[str, ...]) -> tuple[str, ...]:
    """Put its position, counted from 1, behind a word that occurs twice: a sentence names it.

    Example:
        >>> told_apart(("le", "un", "le"))
        ('le (1)', 'un', 'le (3)')
    """
    named = tuple(
        f"{word} ({position})" if words.count(word) > 1 else word
        for position, word in enumerate(words, start=1)
    )
    return named if named == words else told_apart(named)  # "le (1)" may have been a word already


def checked_weights(
    weights: Sequence[Sequence[Number]], rows: int, columns: int
) -> tuple[tuple[float, ...], ...]:
    """Return a matrix of weights, none below 0 and no row above 1 but for rounding.

    Raises:
        TypeError: If ``weights`` is no sequence of sequences of real numbers.
        ValueError: If the shape differs, a number is out of range or a row sums to more than 1.

    Example:
        >>> checked_weights([[1, 0.0]], rows=1, columns=2)
        ((1.0, 0.0),)
    """
    checked_length("weights", weights, rows, "rows, one per target word")
    found = []
    for i, row in enumerate(weights):
        checked_length(f"weights[{i}]", row, columns, "numbers, one per source word")
        numbers = [
            checked_number(f"weights[{i}][{j}]", n, 0, LARGEST_WEIGHT) for j, n in enumerate(row)
        ]
        if sum(numbers) > LARGEST_SUM:
            raise ValueError(f"weights[{i}]: expected a sum of at most 1, got {sum(numbers):g}")
        found.append(tuple(min(number, 1.0) for number in numbers))
    return tuple(found)


def checked_links(
    argument: str, links: Collection[Sequence[int]], rows: int, columns: int
) -> tuple[tuple[int, ...], ...]:
    """Return the columns that each row is linked to, in order and without repeats.

    Raises:
        TypeError: If ``links`` is no collection of pairs of integers.
        ValueError: If a link is no pair or points outside.

    Example:
        >>> checked_links("gold", {(0, 2), (0, 1)}, rows=2, columns=3)
        ((1, 2), ())
    """
    if isinstance(links, str) or not isinstance(links, Collection):
        raise TypeError(f"{argument}: expected pairs (target, source), got {links!r}")
    found: list[set[int]] = [set() for _ in range(rows)]
    for link in links:
        if isinstance(link, str) or not isinstance(link, Sequence):
            raise TypeError(f"{argument}: expected pairs (target, source), got {link!r}")
        if len(link) != 2:
            raise ValueError(f"{argument}: expected pairs (target, source), got {link!r}")
        row = checked_position(f"{argument}, target of {link!r}", link[0], rows)
        found[row].add(checked_position(f"{argument}, source of {link!r}", link[1], columns))
    return tuple(tuple(sorted(row)) for row in found)


def checked_position(argument: str, position: int, length: int) -> int:
    """Return the position of a word, counted from 0.

    Raises:
        TypeError: If ``position`` is no integer.
        ValueError: If no word stands there.

    Example:
        >>> checked_position("row", 2, length=3)
        2
    """
    if isinstance(position, bool) or not isinstance(position, int):
        raise TypeError(f"{argument}: expected an integer, got {position!r}")
    if not 0 <= position < length:
        raise ValueError(f"{argument}: expected 0 to {length - 1}, got {position!r}")
    return position


def checked_name(name: str) -> str:
    """Return a name that can stand in an id.

    Raises:
        ValueError: If it holds anything but lower-case letters, digits and inner hyphens.

    Example:
        >>> checked_name("second-plane")
        'second-plane'
    """
    if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", name):
        raise ValueError(f"name: expected lower-case words joined by hyphens, got {name!r}")
    return name


def checked_length(argument: str, values: Sequence, length: int, what: str) -> Sequence:
    """Return a sequence of a length; a string is none, though Python says so.

    Raises:
        TypeError: If ``values`` is no sequence, or a string.
        ValueError: If its length differs.

    Example:
        >>> checked_length("keys", [1, 2, 3], 3, "pairs of numbers")
        [1, 2, 3]
    """
    if isinstance(values, str | bytes) or not isinstance(values, Sequence):
        raise TypeError(f"{argument}: expected {length} {what}, got {values!r}")
    if len(values) != length:
        raise ValueError(f"{argument}: expected {length} {what}, got {len(values)}")
    return values


def _can_be_shown(label: str) -> bool:
    kinds = [category(letter) for letter in label if letter not in JOINERS]
    is_plain = all(kind[0] != "C" and kind not in ("Zl", "Zp") for kind in kinds)  # no line breaks
    return is_plain and any(kind[0] in "LNPS" for kind in kinds)


def _isolated(label: str) -> str:
    runs_left = any(bidirectional(letter) in ("R", "AL", "AN") for letter in label)
    return ISOLATE.format(label) if runs_left else label
