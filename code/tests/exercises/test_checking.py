"""The frame of all checkers: what is said of each kind of answer. One checker stands for all."""

import threading
import time

import pytest
import torch
from torch import nn

from paying_attention.exercises.asking import ask
from paying_attention.exercises.checking import Wrong, demand, exercise
from paying_attention.exercises.reading import near, tensor


@exercise("0.0")
def plus_one(answer):
    given = torch.tensor([[1.0, 2.0]])
    out = tensor(ask(answer, given, seconds=0.3), "answer(…)", shape=(1, 2))
    demand(near(out, given + 1, within=1e-6), "one more than the input was asked for.")
    return "one more for each number."


def prints(x):
    print(x + 1)


def in_place(x):
    return x.add_(1)


def raises(x):
    return x + torch.ones(3, 5)


def forever(x):
    while True:
        time.sleep(0.01)


def leaves(x):
    raise SystemExit


class Adds(nn.Module):
    def forward(self, x):
        return x + 1


@pytest.mark.parametrize("answer", [lambda x: x + 1, Adds(), lambda x: (x + 1).tolist()])
def test_right(answer, capsys) -> None:
    plus_one(answer)
    assert capsys.readouterr().out == "✓ Exercise 0.0: one more for each number.\n"


def still_to_do(x): ...


@pytest.mark.parametrize("answer", [None, still_to_do])
def test_empty(answer, capsys) -> None:
    plus_one(answer)
    assert capsys.readouterr().out.startswith("○ Exercise 0.0: nothing here yet.")


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (lambda x: x, "one more than the input"),
        (prints, "`prints` returns nothing: does it end in `return`? It prints"),
        (lambda x: [].append(x), "returns nothing: does it end in `return`?"),
        (in_place, "`in_place` changes what it is given"),
        (raises, "`raises` raised RuntimeError: The size of tensor a"),
        (raises, "in the line `return x + torch.ones(3, 5)`"),
        (forever, "`forever` has not returned after 0.3 seconds"),
        (leaves, "`leaves` raised SystemExit"),
        (lambda x: x / 0, "`answer(…)` holds a number that is not finite (NaN or infinity)"),
        (lambda x: x.T, "`answer(…)` has the shape (2, 1), and (1, 2) was asked for"),
        (lambda x: "two", "`answer(…)` is a str, and numbers were asked for"),
        (lambda x: [[1], [1, 2]], "`answer(…)` is a list, and numbers were asked for"),
        (lambda: 3, "raised TypeError"),
        (3.5, "is a float, and a function was asked for"),
        (torch.ones(2), "is a Tensor, and a function was asked for"),
        (Adds, "raised TypeError"),
    ],
)
def test_wrong(answer, said: str, capsys) -> None:
    verdict = str(plus_one.verdict(answer))
    assert verdict.startswith("✗ Exercise 0.0: ")
    assert said in verdict
    assert "\n" not in verdict, "no traceback"
    plus_one(answer)
    printed = capsys.readouterr().out
    assert printed.split() == verdict.split(), "no word is broken: a line of code stays readable"
    assert max(map(len, printed.splitlines())) <= 42


def test_what_a_checker_did_not_foresee_is_still_a_sentence() -> None:
    @exercise("0.1")
    def careless(answer):
        return answer["x"]

    verdict = careless.verdict(3)
    assert verdict.state == "unreadable"
    assert str(verdict).startswith("✗ Exercise 0.1: this answer can't be read (TypeError: ")


def test_several_answers_are_named() -> None:
    @exercise("0.2")
    def two(first, second):
        return "both."

    assert str(two.verdict(None, None)).startswith("○")
    assert str(two.verdict(1, None)) == "✗ Exercise 0.2: `second` is still to be filled in."
    assert "`first['a']`, `second` are still" in str(two.verdict({"a": None, "b": 1}, None))
    assert str(two.verdict(1)) == "✗ Exercise 0.2: the check takes 2 answers, and got 1."
    assert two.slug == "ex-two"


def test_the_page_keeps_its_random_numbers_and_the_verdict_its_own() -> None:
    @exercise("0.3")
    def draws(answer):
        return f"{torch.rand(1).item():.6f}"

    torch.manual_seed(7)
    first, drawn = draws.verdict(1), torch.rand(1)
    assert first == draws.verdict(1), "the page's numbers have gone on"
    torch.manual_seed(7)
    assert torch.equal(drawn, torch.rand(1))


def test_a_long_word_is_not_broken(capsys) -> None:
    name = "a_name_without_an_end_" * 3

    @exercise("0.4")
    def long(answer):
        raise Wrong(f"`{name}` is empty.")

    long(1)
    assert f"`{name}`" in capsys.readouterr().out


def test_prints_of_a_right_answer_are_not_shown(capsys) -> None:
    plus_one(lambda x: (print("debug"), x + 1)[1])
    assert capsys.readouterr().out == "✓ Exercise 0.0: one more for each number.\n"


def test_outside_the_main_thread_a_verdict_is_still_given() -> None:
    said = []
    thread = threading.Thread(target=lambda: said.append(plus_one.verdict(lambda x: x + 1).state))
    thread.start()
    thread.join()
    assert said == ["right"]
