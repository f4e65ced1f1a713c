"""Read what a reader hands over: numbers, words, the places of a dict."""

from collections.abc import Sequence

import torch
from torch import Tensor

from paying_attention.exercises.checking import Wrong, demand
from paying_attention.exercises.wording import kind_of, listed, shown


def tensor(value: object, name: str, shape: Sequence[int] | None = None) -> Tensor:
    """Read numbers that a reader hands over: a tensor, an array, a list or a number.

    Args:
        value: The reader's numbers.
        name: What the reader calls them.
        shape: The shape that was asked for; any by default.

    Returns:
        A tensor of the same numbers, without gradients.

    Raises:
        Wrong: If these are no numbers, not of this shape, or not all finite.

    Example:
        >>> tensor([[1, 2]], "answer", shape=(1, 2))
        tensor([[1, 2]])
    """
    try:
        # ragged lists, strings and objects: torch says why not, in several exceptions
        numbers = value.detach() if isinstance(value, Tensor) else torch.as_tensor(value)
    except (TypeError, ValueError, RuntimeError, OverflowError):
        raise Wrong(f"`{name}` is {kind_of(value)}, and numbers were asked for.") from None
    if shape is not None:
        asked, got = tuple(shape), tuple(numbers.shape)
        demand(got == asked, f"`{name}` has the shape {got}, and {asked} was asked for.")
    demand(
        numbers.isfinite().all(), f"`{name}` holds a number that is not finite (NaN or infinity)."
    )
    return numbers


def number(value: object, name: str) -> float:
    """Read one number that a reader hands over.

    Args:
        value: A number, or a tensor or array with one element.
        name: What the reader calls it.

    Returns:
        The number.

    Raises:
        Wrong: If it is no single finite number.

    Example:
        >>> number(torch.tensor([0.5]), "answer")
        0.5
    """
    numbers = tensor(value, name)
    demand(
        numbers.numel() == 1, f"`{name}` holds {numbers.numel()} numbers, and one was asked for."
    )
    demand(
        numbers.dtype != torch.bool, f"`{name}` is {numbers.item()}, and a number was asked for."
    )
    return float(numbers)


def truth(value: object, name: str) -> bool:
    """Read a yes or no that a reader hands over.

    Args:
        value: A bool, or a tensor or array with one.
        name: What the reader calls it.

    Returns:
        The truth value.

    Raises:
        Wrong: If it is something else; a number is no truth value.

    Example:
        >>> truth(torch.tensor([True]), "answer")
        True
    """
    try:
        one = value.item()
    except (AttributeError, TypeError, ValueError, RuntimeError):  # no tensor, or of several
        one = value
    demand(isinstance(one, bool), f"`{name}` is {shown(one)}; it has to be True or False.")
    return bool(one)


def fields(value: object, name: str, keys: Sequence[str]) -> list[object]:
    """Read a dict that the stub gave with empty places.

    Args:
        value: The reader's dict.
        name: What the reader calls it.
        keys: The names of its places.

    Returns:
        What stands there, in the order of ``keys``.

    Raises:
        Wrong: If it is no dict, or a place is missing.

    Example:
        >>> fields({"b": 2, "a": 1}, "answer", ["a", "b"])
        [1, 2]
    """
    demand(isinstance(value, dict), f"`{name}` is {kind_of(value)}; keep the dict of the stub.")
    missing = [f"{name}[{key!r}]" for key in keys if key not in value]
    demand(not missing, f"{listed(missing)} missing; keep the places of the stub.")
    return [value[key] for key in keys]


def one_of(value: object, name: str, options: Sequence[str]) -> str:
    """Read a reader's choice among words; capital letters and spaces around do not matter.

    Args:
        value: The reader's choice.
        name: What the reader calls it.
        options: The words to choose from.

    Returns:
        The option that was chosen.

    Raises:
        Wrong: If it is none of them.

    Example:
        >>> one_of(" More", "answer", ["more", "less"])
        'more'
    """
    listed = ", ".join(f'"{option}"' for option in options)
    word = value.strip().casefold() if isinstance(value, str) else value
    chosen = [option for option in options if option.casefold() == word]
    demand(chosen, f"`{name}` is {shown(value)}; choose one of {listed}.")
    return chosen[0]


def near(value: Tensor | float, expected: Tensor | float, within: float) -> bool:
    """Tell whether numbers are what was expected, up to a distance; shapes must be equal.

    Args:
        value: The reader's numbers, as :func:`tensor` or :func:`number` gave them.
        expected: The right ones.
        within: The largest difference that passes.

    Returns:
        True if all of them are that near.

    Example:
        >>> near(0.333, 1 / 3, within=0.001), near(torch.zeros(2), torch.zeros(3), within=1.0)
        (True, False)
    """
    one, other = (torch.as_tensor(x, dtype=torch.float64) for x in (value, expected))
    return one.shape == other.shape and bool(((one - other).abs() <= within).all())
