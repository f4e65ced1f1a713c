"""A guess is answered in words, whatever it is."""

import pytest

from paying_attention.exercises.guesses.guess import Guess

TWO = Guess("2", {"1": "Count again.", "2": "Yes, both."})


@pytest.mark.parametrize(
    ("guess", "said"),
    [
        (None, '○ No guess yet. Write "1" or "2" in'),
        ("2", "✓ Yes, both."),
        (2, "✓ Yes, both."),
        ("1", "✗ Count again."),
        ("3", "○ '3' is none of the answers: write"),
        ([], "○ [] is none of the answers: write"),
    ],
)
def test_every_guess_gets_a_reply(guess, said, capsys: pytest.CaptureFixture[str]) -> None:
    TWO(guess)
    assert " ".join(capsys.readouterr().out.split()).startswith(said)


def test_the_options_are_named_as_code() -> None:
    assert Guess("a", {"a": "", "b": "", "c": ""}).options == '"a", "b" or "c"'


@pytest.mark.parametrize("replies", [{}, {"a": "Yes."}, {"b": "No.", "c": "No."}])
def test_a_question_leaves_a_choice(replies) -> None:
    with pytest.raises(ValueError, match="replies"):
        Guess("a", replies)
