"""A guess that a reader commits to before the result is shown, and what answers it."""

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass

from paying_attention.exercises.checking import COLUMNS
from paying_attention.exercises.wording import shown


@dataclass(frozen=True)
class Guess:
    """The options of a question, and a sentence for each. Call it with one of them.

    Args:
        right: The option that the page shows to be right.
        replies: What each option is answered, in the order in which the page names them.

    Raises:
        ValueError: If there are fewer than two options, or ``right`` is none of them.

    Example:
        >>> sky = Guess("blue", {"blue": "Yes, at noon.", "green": "Look up once more."})
        >>> sky(None), sky("blue"), sky("green"), sky("red")
        ○ No guess yet. Write "blue" or "green" in
        place of None, and run this cell.
        ✓ Yes, at noon.
        ✗ Look up once more.
        ○ 'red' is none of the answers: write
        "blue" or "green".
        (None, None, None, None)
    """

    right: str
    replies: Mapping[str, str]

    def __post_init__(self) -> None:
        """Refuse a question that leaves no choice."""
        if len(self.replies) < 2 or self.right not in self.replies:
            raise ValueError(
                f"replies must have two options or more, among them {self.right!r},"
                f" got {list(self.replies)}"
            )

    @property
    def options(self) -> str:
        """The options as they are written in code."""
        *others, last = [f'"{option}"' for option in self.replies]
        return f"{', '.join(others)} or {last}"

    def __call__(self, guess: object) -> None:
        """Print what there is to say about a guess, in lines that fit a phone."""
        if guess is None:
            said = f"○ No guess yet. Write {self.options} in place of None, and run this cell."
        elif str(guess) not in self.replies:
            said = f"○ {shown(guess)} is none of the answers: write {self.options}."
        else:
            said = f"{'✓' if str(guess) == self.right else '✗'} {self.replies[str(guess)]}"
        print(textwrap.fill(said, COLUMNS, break_long_words=False, break_on_hyphens=False))
