"""What is tried on every checker: one row an exercise, in the test file of its chapter."""

from collections.abc import Sequence
from dataclasses import dataclass

from paying_attention.exercises.checking import Checker


@dataclass(frozen=True)
class Case:
    """Answers to one exercise, each a tuple of what the checker takes.

    The solution of the chapter is given to its checker where the chapter runs, so it need not stand
    here; but what stands first here is as good as it, and the others are written another way.
    """

    checker: Checker
    right: Sequence[tuple]
    wrong: Sequence[
        tuple[tuple, str]
    ]  # answers that a student would give, and words of the verdict
