"""How values, errors and places are put into words."""

import linecache
import traceback
from collections.abc import Sequence
from pathlib import Path

PACKAGE = str(Path(__file__).resolve().parents[1])


def kind_of(value: object) -> str:
    """Name the type of a value, with its article.

    Args:
        value: Anything.

    Returns:
        Words such as ``a Tensor`` or ``an int``.

    Example:
        >>> kind_of(3)
        'an int'
    """
    name = type(value).__name__
    return f"{'an' if name[0] in 'aeiouAEIOU' else 'a'} {name}"


def shown(value: object) -> str:
    """Show a short value as it is, and name the type of a long one.

    Args:
        value: Anything.

    Returns:
        What stands for it in a sentence.

    Example:
        >>> shown("more"), shown([0] * 100)
        ("'more'", 'a list')
    """
    text = repr(value)
    return text if len(text) <= 40 else kind_of(value)


def listed(names: Sequence[str]) -> str:
    """Begin a sentence about some names.

    Args:
        names: As the reader wrote them.

    Returns:
        The names, and the verb that they need.

    Example:
        >>> listed(["a"]), listed(["a", "b"])
        ('`a` is', '`a`, `b` are')
    """
    quoted = [f"`{name}`" for name in names]
    return f"{', '.join(quoted)} {'is' if len(quoted) == 1 else 'are'}"


def named(error: BaseException) -> str:
    """Name an error by its type and the first line of its message.

    Args:
        error: What was raised.

    Returns:
        Words that a full stop may follow.

    Example:
        >>> named(ValueError("too small.")), named(KeyError())
        ('ValueError: too small', 'KeyError')
    """
    first_line = next(iter(str(error).strip().splitlines()), "")
    return f"{type(error).__name__}: {first_line}".removesuffix(": ").rstrip(".")


def place_of(error: BaseException) -> str:
    """Quote the reader's own line in which an error happened.

    Args:
        error: What was raised, and caught.

    Returns:
        The end of a sentence; empty if no line of the reader's had a part in it.

    Example:
        >>> place_of(ValueError("raised by nobody"))
        ''
    """
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if not _is_installed(frame.filename)]
    line = linecache.getline(own[-1].filename, own[-1].lineno or 0).strip() if own else ""
    return f", in the line `{line}`" if line else ""


def _is_installed(filename: str) -> bool:
    return filename.startswith(PACKAGE) or "site-packages" in filename
