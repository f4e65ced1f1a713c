"""What the chapters assert with."""

import math


def claim(statement: str, holds: object) -> None:
    """Print a statement of the text if it holds, stop the chapter if it does not.

    Args:
        statement: What the prose beside the cell says, in words.
        holds: A bool, or a tensor or NumPy value with one boolean element.

    Raises:
        AssertionError: If the statement does not hold.
        TypeError: If ``holds`` is not a single truth value: ``claim("...", 0.97)`` checks nothing.

    Example:
        >>> claim("softmax keeps the order", [0.1, 0.9] == sorted([0.9, 0.1]))
        ✓ softmax keeps the order
    """
    if not isinstance(holds, bool):
        one_element = math.prod(getattr(holds, "shape", (0,))) == 1
        if "bool" not in str(getattr(holds, "dtype", "")) or not one_element:
            raise TypeError(f"holds: expected a single truth value, got {holds!r}")
        holds = bool(holds)
    if not holds:
        raise AssertionError(f"does not hold: {statement}")
    print(f"✓ {statement}")
