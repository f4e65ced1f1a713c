"""Every reply is a sentence of its own, kind, short, and plain."""

import importlib
import pkgutil

import pytest

from paying_attention.exercises import guesses
from paying_attention.exercises.guesses.guess import Guess
from tests.structure.text_rules import banned_words

EVERY_GUESS = [
    (f"{room.name}.{name}", guess)
    for room in pkgutil.iter_modules(guesses.__path__)
    for name, guess in vars(
        importlib.import_module(f"paying_attention.exercises.guesses.{room.name}")
    ).items()
    if isinstance(guess, Guess)
]
MAX_CHARACTERS = 240  # six lines on a phone


@pytest.mark.parametrize(("name", "guess"), EVERY_GUESS, ids=[name for name, _ in EVERY_GUESS])
def test_the_replies_help(name: str, guess: Guess) -> None:
    assert len(set(guess.replies.values())) == len(guess.replies)
    for option, reply in guess.replies.items():
        assert reply.endswith(".")
        assert len(reply) <= MAX_CHARACTERS
        assert banned_words(reply) == []
        assert reply.startswith("Yes") == (option == guess.right), "only the right one is a yes"
