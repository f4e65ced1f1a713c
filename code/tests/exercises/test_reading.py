import numpy as np
import pytest
import torch

from paying_attention.exercises.checking import Wrong
from paying_attention.exercises.reading import fields, near, number, one_of, tensor, truth


def test_the_places_of_a_dict() -> None:
    assert fields({"b": None, "a": 1}, "answer", ["a", "b"]) == [1, None]
    with pytest.raises(Wrong, match=r"`answer\['b'\]` is missing"):
        fields({"a": 1}, "answer", ["a", "b"])
    with pytest.raises(Wrong, match="`answer` is a list; keep the dict"):
        fields([1, 2], "answer", ["a", "b"])


@pytest.mark.parametrize("value", [True, "two", [1, 2], float("inf"), None, torch.ones(2, 2)])
def test_no_number(value: object) -> None:
    with pytest.raises(Wrong):
        number(value, "answer")


@pytest.mark.parametrize("value", [2, 2.0, torch.tensor(2), torch.tensor([[2.0]]), [2]])
def test_a_number_in_any_form(value: object) -> None:
    assert number(value, "answer") == 2.0


def test_a_choice_of_words() -> None:
    assert one_of("LESS ", "guess", ["more", "less"]) == "less"
    for value in ("lesser", 3, None, ["less"]):
        with pytest.raises(Wrong, match=r'`guess` is .*; choose one of "more", "less"'):
            one_of(value, "guess", ["more", "less"])


def test_near_compares_shapes_and_every_number() -> None:
    assert near(torch.tensor([1.0, 2.0]), torch.tensor([1.0, 2.01]), within=0.02)
    assert not near(torch.tensor([1.0, 2.0]), torch.tensor([1.0, 2.01]), within=0.005)
    assert not near(torch.tensor([[1.0]]), torch.tensor([1.0]), within=1.0)
    assert not near(float("nan"), 1.0, within=1.0)


def test_numbers_in_any_form_and_shape() -> None:
    for value in ([[1, 2]], torch.tensor([[1, 2]], requires_grad=False), ((1, 2),)):
        assert tensor(value, "answer", shape=(1, 2)).tolist() == [[1, 2]]
    assert not tensor(torch.ones(1, requires_grad=True), "answer").requires_grad
    with pytest.raises(Wrong, match=r"`answer` has the shape \(2,\), and \(1, 2\) was asked for"):
        tensor([1, 2], "answer", shape=(1, 2))


def test_a_yes_or_no_in_any_form() -> None:
    for value in (
        True,
        torch.tensor(True),
        torch.tensor([[True]]),
        np.bool_(True),
        np.array([True]),
    ):
        assert truth(value, "answer") is True
    for value in (1, "yes", None, torch.tensor(1.0), torch.tensor([True, True]), [True]):
        with pytest.raises(Wrong, match=r"`answer` is .*; it has to be True or False"):
            truth(value, "answer")
