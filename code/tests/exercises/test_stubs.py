import pytest

from paying_attention.exercises.stubs import is_stub, still_empty


def dots(x): ...


def documented(x):
    """What it should do."""
    ...


def passes(x):
    pass


def returns_none(x):
    return None


class EmptyClass:
    """What it should do."""


class WithStubs:
    def __init__(self, size): ...
    def forward(self, x): ...


class HalfDone:
    def __init__(self, size):
        self.size = size

    def forward(self, x): ...


@pytest.mark.parametrize(
    "answer",
    [
        None,
        ...,
        dots,
        documented,
        passes,
        returns_none,
        EmptyClass,
        WithStubs,
        [None, ...],
        {"a": None, "b": (None, None)},
    ],
)
def test_what_was_left_empty(answer: object) -> None:
    assert is_stub(answer)
    assert still_empty(answer, "answer") == ["answer"]


@pytest.mark.parametrize(
    "answer",
    [
        0,
        False,
        "",
        [],
        {},
        (),
        lambda x: x,
        lambda: 3,
        lambda: "text",
        HalfDone,
        len,
        [None, 1],
    ],
)
def test_what_was_filled_in(answer: object) -> None:
    assert not is_stub(answer)


def test_half_filled_collections_say_what_is_missing() -> None:
    answer = {"a": 1, "b": (None, 2), "c": dots}
    assert still_empty(answer, "answer") == ["answer['b'][0]", "answer['c']"]
    assert still_empty([0, 1], "answer") == []
