"""How a reader's answer is judged: in words, in limited time, without a traceback.

A checker is a function that takes the reader's answers, raises :class:`Wrong` with a sentence that
helps, and returns a sentence that says what was right. ``@exercise`` makes it one that a notebook
calls: it prints the verdict, and nothing that an answer does gets past it.
"""

import contextlib
import copy
import functools
import inspect
import io
import linecache
import textwrap
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import torch
from torch import Tensor

from paying_attention.exercises.stubs import is_stub, still_empty
from paying_attention.exercises.time_limit import TimeLimit, call_within

COLUMNS = 50
SECONDS = 10.0  # for one call of a reader's function
MARKS = {"empty": "○", "right": "✓", "wrong": "✗", "unreadable": "✗"}
PACKAGE = str(Path(__file__).resolve().parents[1])


class Wrong(Exception):
    """The answer is not right; the message tells the reader why, without giving the answer away."""


@dataclass(frozen=True)
class Verdict:
    """What a checker says of an answer; ``str`` gives the line that the notebook shows."""

    number: str
    state: Literal["empty", "right", "wrong", "unreadable"]
    sentence: str

    def __str__(self) -> str:
        """Give mark, number and sentence."""
        return f"{MARKS[self.state]} Exercise {self.number}: {self.sentence}"


@dataclass(frozen=True)
class Checker:
    """The checker of one exercise. A notebook calls it, a grader asks for its ``verdict``."""

    number: str
    judge: Callable[..., str]

    @property
    def slug(self) -> str:
        """The exercise's name in the chapter: ``ex-brain-swap`` for a function ``brain_swap``."""
        return "ex-" + self.judge.__name__.replace("_", "-")

    def __call__(self, *answers: object) -> None:
        """Print the verdict on the reader's answers, in lines that fit a phone."""
        print(textwrap.fill(str(self.verdict(*answers)), COLUMNS))

    def verdict(self, *answers: object) -> Verdict:
        """Judge the reader's answers; whatever they do, this returns.

        It starts from a seed of its own, and the page's random numbers go on as if it had not run.
        """
        say = functools.partial(Verdict, self.number)
        names = list(inspect.signature(self.judge).parameters)
        if len(answers) != len(names):
            return say("wrong", f"the check takes {len(names)} answers, and got {len(answers)}.")
        if all(map(is_stub, answers)):
            return say("empty", "nothing here yet. Fill in the cell above, run it, run this again.")
        empty = [e for a, n in zip(answers, names, strict=True) for e in still_empty(a, n)]
        if empty:
            return say("wrong", f"{_listed(empty)} still to be filled in.")
        try:
            with torch.random.fork_rng(devices=[]):
                torch.manual_seed(0)
                return say("right", self.judge(*answers))
        except Wrong as wrong:
            return say("wrong", str(wrong))
        except Exception as error:
            return say("unreadable", f"this answer can't be read ({_named(error)}).")


def exercise(number: str) -> Callable[[Callable[..., str]], Checker]:
    """Make a function that judges answers the checker of an exercise.

    Args:
        number: The exercise's number in the book, such as ``"1.3"``.

    Returns:
        A decorator. The function's name is the exercise's slug; its parameters are named as the
        reader's answers are, and it returns the sentence for a right answer.

    Example:
        >>> @exercise("0.0")
        ... def one_and_one(answer):
        ...     demand(number(answer, "answer") == 2, "count your thumbs.")
        ...     return "two it is."
        >>> one_and_one(None)
        ○ Exercise 0.0: nothing here yet. Fill in the cell
        above, run it, run this again.
        >>> one_and_one(3), one_and_one(2)
        ✗ Exercise 0.0: count your thumbs.
        ✓ Exercise 0.0: two it is.
        (None, None)
    """
    return functools.partial(_checker, number)


def _checker(number: str, judge: Callable[..., str]) -> Checker:
    return Checker(number, judge)


def demand(holds: object, otherwise: str) -> None:
    """Raise :class:`Wrong` with this sentence unless the condition holds.

    Args:
        holds: What must be true: a bool, or a tensor with one element.
        otherwise: What the reader is told, a sentence that does not give the answer away.

    Raises:
        Wrong: If it does not hold.
    """
    if not bool(holds):
        raise Wrong(otherwise)


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
        >>> ask(lambda x: x + 1, torch.tensor(1.0))
        tensor(2.)
    """
    name = f"`{name or getattr(function, '__name__', type(function).__name__)}`"
    demand(callable(function), f"{name} is {_kind(function)}, and a function was asked for.")
    given, named = _copy(inputs), _copy(options)
    seconds = SECONDS if seconds is None else seconds
    printed = io.StringIO()
    try:
        with contextlib.redirect_stdout(printed):
            result = call_within(seconds, lambda: function(*given, **named))
    except TimeLimit:
        raise Wrong(f"{name} has not returned after {seconds:g} seconds.") from None
    except (Exception, SystemExit) as error:
        raise Wrong(f"{name} raised {_named(error)}{_place(error)}.") from None
    if result is None:
        prints = " It prints; a check can only see what is returned." if printed.getvalue() else ""
        raise Wrong(f"{name} returns nothing: does it end in `return`?{prints}")
    demand(
        _same((inputs, options), (given, named)),
        f"{name} changes what it is given; work on a copy, for example with `.clone()`.",
    )
    return result


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
        raise Wrong(f"`{name}` is {_kind(value)}, and numbers were asked for.") from None
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
    demand(isinstance(value, dict), f"`{name}` is {_kind(value)}; keep the dict of the stub.")
    missing = [f"{name}[{key!r}]" for key in keys if key not in value]
    demand(not missing, f"{_listed(missing)} missing; keep the places of the stub.")
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
    demand(chosen, f"`{name}` is {_shown(value)}; choose one of {listed}.")
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


# --- how values, errors and places are put into words ---------------------------------------------


def _kind(value: object) -> str:
    name = type(value).__name__
    return f"{'an' if name[0] in 'aeiouAEIOU' else 'a'} {name}"


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 40 else _kind(value)


def _listed(names: Sequence[str]) -> str:
    quoted = [f"`{name}`" for name in names]
    verb = "is" if len(quoted) == 1 else "are"
    return f"{', '.join(quoted)} {verb}"


def _named(error: BaseException) -> str:
    first_line = next(iter(str(error).strip().splitlines()), "")
    return f"{type(error).__name__}: {first_line}".removesuffix(": ").rstrip(".")


def _place(error: BaseException) -> str:
    """The reader's own line in which it happened, if there is one."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [
        f
        for f in frames
        if not f.filename.startswith(PACKAGE) and "site-packages" not in f.filename
    ]
    line = linecache.getline(own[-1].filename, own[-1].lineno or 0).strip() if own else ""
    return f", in the line `{line}`" if line else ""


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
