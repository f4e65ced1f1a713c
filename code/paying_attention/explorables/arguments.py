"""What an explorable accepts, and what it says about anything else."""

import re
from collections.abc import Sequence

Number = float | int
MAX_LABEL_LENGTH = 16  # longer ones leave the drawing on a phone


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
    if isinstance(values, str) or not isinstance(values, Sequence):
        raise TypeError(f"{argument}: expected {length} numbers, got {values!r}")
    if len(values) != length:
        raise ValueError(f"{argument}: expected {length} numbers, got {len(values)}: {values!r}")
    return tuple(
        checked_number(f"{argument}[{i}]", value, -limit, limit) for i, value in enumerate(values)
    )


def checked_labels(labels: Sequence[str], length: int) -> tuple[str, ...]:
    """Return ``length`` labels that fit into the drawing.

    Raises:
        TypeError: If ``labels`` is one string, or holds something that is no string.
        ValueError: If the number of labels or the length of one is wrong.

    Example:
        >>> checked_labels(["drei", "und"], 2)
        ('drei', 'und')
    """
    listed = isinstance(labels, Sequence) and not isinstance(labels, str)
    if not (listed and all(isinstance(label, str) for label in labels)):
        raise TypeError(f"labels: expected {length} strings, got {labels!r}")
    if len(labels) != length:
        raise ValueError(f"labels: expected {length} strings, got {len(labels)}: {labels!r}")
    for label in labels:
        if not (label.strip() and label.isprintable() and len(label) <= MAX_LABEL_LENGTH):
            raise ValueError(
                f"labels: expected 1 to {MAX_LABEL_LENGTH} printable characters, got {label!r}"
            )
    return tuple(labels)


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
