"""How a reader's answer is judged: in words, in limited time, without a traceback.

A checker is a function that takes the reader's answers, raises :class:`Wrong` with a sentence that
helps, and returns a sentence that says what was right. ``@exercise`` makes it one that a notebook
calls: it prints the verdict, and nothing that an answer does gets past it.
"""

import functools
import inspect
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import torch

from paying_attention.exercises.stubs import is_stub, still_empty
from paying_attention.exercises.wording import listed, named

COLUMNS = 42  # of printed text in the frame of an exercise, on a phone
MARKS = {"empty": "○", "right": "✓", "wrong": "✗", "unreadable": "✗"}


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
        said = str(self.verdict(*answers))
        print(textwrap.fill(said, COLUMNS, break_long_words=False, break_on_hyphens=False))

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
            return say("wrong", f"{listed(empty)} still to be filled in.")
        try:
            with torch.random.fork_rng(devices=[]):
                torch.manual_seed(0)
                return say("right", self.judge(*answers))
        except Wrong as wrong:
            return say("wrong", str(wrong))
        except Exception as error:
            return say("unreadable", f"this answer can't be read ({named(error)}).")


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
        ...     demand(answer == 2, "count your thumbs.")
        ...     return "two it is."
        >>> one_and_one(None)
        ○ Exercise 0.0: nothing here yet. Fill in
        the cell above, run it, run this again.
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
