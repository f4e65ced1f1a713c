import torch

from paying_attention.exercises.wording import kind_of, listed, named, place_of, shown


def caught(function) -> Exception:
    try:
        function()
    except Exception as error:
        return error
    raise AssertionError("nothing was raised")


def test_articles() -> None:
    assert [kind_of(value) for value in (1, 1.0, torch.ones(1), [])] == [
        "an int",
        "a float",
        "a Tensor",
        "a list",
    ]


def test_what_is_long_is_not_shown() -> None:
    assert shown("less") == "'less'"
    assert shown("x" * 50) == "a str"


def test_verbs() -> None:
    assert listed(["a"]) == "`a` is"
    assert listed(["a", "b"]) == "`a`, `b` are"


def test_an_error_of_many_lines_gives_its_first() -> None:
    assert named(RuntimeError("mat1 and mat2.\nMore:\nwords")) == "RuntimeError: mat1 and mat2"
    assert named(RuntimeError()) == "RuntimeError"


def test_the_line_is_the_readers_and_not_torchs() -> None:
    error = caught(lambda: torch.nn.Linear(5, 3)(torch.ones(2)))  # raised in a file of torch's
    assert "torch.nn.Linear(5, 3)" in place_of(error)
    assert place_of(ValueError()) == ""
