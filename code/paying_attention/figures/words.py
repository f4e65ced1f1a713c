"""Text that a person gives is shown as it is: no formula, no second line, no hidden entry."""

from collections.abc import Sequence
from unicodedata import category, combining, east_asian_width

LONGEST = 20  # columns that a word takes in a figure or a table


def shown_words(name: str, words: Sequence[str]) -> list[str]:
    r"""Make words fit to label rows and columns: a line each, and not too long.

    Args:
        name: What the words are, for the message.
        words: Any text. Line breaks and other control characters are written as Python writes
            them; what takes more than 20 columns is cut.

    Raises:
        TypeError: If it is one string and not a sequence of words.

    Example:
        >>> shown_words("source", ["$a$", "two\nlines", "Donaudampfschifffahrt"])
        ['$a$', 'two\\nlines', 'Donaudampfschifffah…']
    """
    if isinstance(words, str):
        raise TypeError(f"{name}: expected a sequence of words, got the string {words!r}")
    return [_shortened(one_line(str(word))) for word in words]


def one_line(text: str) -> str:
    r"""Write line breaks and other control characters as Python writes them.

    Args:
        text: Any text.

    Example:
        >>> one_line("two\nlines")
        'two\\nlines'
    """
    return "".join(map(_visible, text))


def legend_text(label: str) -> str:
    r"""Make a label that matplotlib's legend shows letter by letter.

    A legend reads text between dollars as a formula, and leaves out what begins with `_`.

    Args:
        label: Any text.

    Example:
        >>> legend_text("5 $ or 6 $")
        '5 \\$ or 6 \\$'
    """
    literal = label.replace("$", r"\$")
    return f"\N{WORD JOINER}{literal}" if literal.startswith("_") else literal


def distinct_words(words: Sequence[str]) -> list[str]:
    """Put its position, counted from 1, behind each word that occurs twice.

    Args:
        words: As they are shown.

    Example:
        >>> distinct_words(["the", "cat", "the"])
        ['the (1)', 'cat', 'the (3)']
    """
    return [
        f"{word} ({position})" if words.count(word) > 1 else word
        for position, word in enumerate(words, start=1)
    ]


def columns(text: str) -> int:
    """Count the columns that text takes in a type of even width: 漢 has two, an accent none.

    Args:
        text: One line.

    Example:
        >>> columns("漢字"), columns("e\u0301te\u0301")
        (4, 3)
    """
    return sum(
        0 if combining(letter) else 2 if east_asian_width(letter) in "WF" else 1 for letter in text
    )


def _shortened(line: str) -> str:
    if columns(line) <= LONGEST:
        return line
    kept = ""
    for letter in line:
        if columns(kept + letter) >= LONGEST:
            break
        kept += letter
    return f"{kept}…"


def _visible(letter: str) -> str:
    """Write what has no shape of its own, or breaks a line, as Python does."""
    if category(letter) in ("Cc", "Cs", "Zl", "Zp"):
        return letter.encode("unicode_escape").decode()
    return letter
