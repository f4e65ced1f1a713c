"""Call a reader's function: with copies, in limited time, with words for what goes wrong."""

import contextlib
import copy
import io

from torch import Tensor

from paying_attention.exercises.checking import Wrong, demand
from paying_attention.exercises.time_limit import TimeLimit, call_within
from paying_attention.exercises.wording import kind_of, named, place_of

SECONDS = 10.0  # for one call of a reader's function


def ask(
    function: object,
    *inputs: object,
    name: str = "",
    seconds: float | None = None,
    **options: object,
) -> object:
    """Call a reader's function with copies of some inputs, and give what it returns.

    Args:
        function: The reader's function, module or class.
        inputs: What it gets; tensors and collections of them are copied first.
        name: What the reader calls it; a function's own name by default.
        seconds: How long it may take; ``SECONDS`` by default.
        options: What it gets by name, copied too.

    Returns:
        What it returns.

    Raises:
        Wrong: If it is no function, raises, returns nothing, takes too long or changes its inputs.

    Example:
        >>> import torch
        >>> ask(lambda x: x + 1, torch.tensor(1.0))
        tensor(2.)
    """
    name = f"`{name or getattr(function, '__name__', type(function).__name__)}`"
    demand(callable(function), f"{name} is {kind_of(function)}, and a function was asked for.")
    given, by_name = _copy(inputs), _copy(options)
    seconds = SECONDS if seconds is None else seconds
    printed = io.StringIO()
    try:
        with contextlib.redirect_stdout(printed):
            result = call_within(seconds, lambda: function(*given, **by_name))
    except TimeLimit:
        raise Wrong(f"{name} has not returned after {seconds:g} seconds.") from None
    except (Exception, SystemExit) as error:
        raise Wrong(f"{name} raised {named(error)}{place_of(error)}.") from None
    if result is None:
        prints = " It prints; a check can only see what is returned." if printed.getvalue() else ""
        raise Wrong(f"{name} returns nothing: does it end in `return`?{prints}")
    demand(
        _same((inputs, options), (given, by_name)),
        f"{name} changes what it is given; work on a copy, for example with `.clone()`.",
    )
    return result


def _copy(value: object) -> object:
    if isinstance(value, Tensor):
        return copy.deepcopy(value) if value.is_leaf else value.clone()
    if isinstance(value, dict):
        return {key: _copy(item) for key, item in value.items()}
    if type(value) in (list, tuple):
        return type(value)(map(_copy, value))
    return value


def _same(before: object, after: object) -> bool:
    if isinstance(before, Tensor):
        if before.shape != after.shape or before.dtype != after.dtype:
            return False
        both_nan = before.isnan() & after.isnan()
        return bool(((before == after) | both_nan).all())
    if isinstance(before, dict):
        same_keys = list(before) == list(after)
        return same_keys and all(_same(item, after[key]) for key, item in before.items())
    if type(before) in (list, tuple):
        return len(before) == len(after) and all(map(_same, before, after))
    return True
