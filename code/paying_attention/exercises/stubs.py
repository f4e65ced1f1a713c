"""Tell an answer from the empty place that was left for it."""

import dis
import inspect
from collections.abc import Callable

# What a function compiles to that holds nothing but `...`, `pass` or a docstring.
DOING_NOTHING = {"RESUME", "NOP", "LOAD_CONST", "RETURN_CONST", "RETURN_VALUE"}


def is_stub(answer: object) -> bool:
    """Tell whether nothing was filled in yet.

    Args:
        answer: What the reader handed over.

    Returns:
        True for None and ``...``, for a function whose body is ``...``, for a class without a
        method that does something, and for a collection that holds nothing else.

    Example:
        >>> def answer(x): ...
        >>> is_stub(answer), is_stub({"first": None, "second": None}), is_stub(lambda x: x)
        (True, True, False)
    """
    if answer is None or answer is ...:
        return True
    if isinstance(answer, type):
        return all(map(is_stub, filter(inspect.isfunction, vars(answer).values())))
    if inspect.isfunction(answer):
        return _does_nothing(answer)
    if isinstance(answer, dict):
        return bool(answer) and all(map(is_stub, answer.values()))
    if isinstance(answer, list | tuple):
        return bool(answer) and all(map(is_stub, answer))
    return False


def still_empty(answer: object, name: str) -> list[str]:
    """Name the places of a collection that are still to fill in.

    Args:
        answer: What the reader handed over.
        name: What the reader calls it.

    Returns:
        Names such as ``answer['first']``; none if everything is there.

    Example:
        >>> still_empty({"first": 1, "second": None}, "answer")
        ["answer['second']"]
    """
    if is_stub(answer):
        return [name]
    if isinstance(answer, dict):
        places = answer.items()
    elif isinstance(answer, list | tuple):
        places = enumerate(answer)
    else:
        return []
    return [empty for key, value in places for empty in still_empty(value, f"{name}[{key!r}]")]


def _does_nothing(function: Callable) -> bool:
    steps = list(dis.get_instructions(function))
    names = {step.opname for step in steps}
    # A docstring is loaded by nobody; a constant that is returned is an answer, unless it is None.
    constants = {step.argval for step in steps if step.opname in ("LOAD_CONST", "RETURN_CONST")}
    return names <= DOING_NOTHING and constants <= {None, ...}
