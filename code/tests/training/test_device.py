"""The device "meta" holds shapes and no numbers: it shows where a tensor went, without a GPU."""

from dataclasses import dataclass
from typing import NamedTuple

import pytest
import torch
from torch import nn

from paying_attention.data.batching import Batch
from paying_attention.training.device import device_of, to_device

META, CPU = torch.device("meta"), torch.device("cpu")


class Pair(NamedTuple):
    x: torch.Tensor
    name: str


@dataclass(frozen=True)
class Checked:
    """Counts how often one was made."""

    x: torch.Tensor
    pairs: tuple[Pair, ...]
    made = 0

    def __post_init__(self):
        type(self).made += 1


def tensors(batch):
    """All tensors of a batch, whatever they are in."""
    if isinstance(batch, torch.Tensor):
        return [batch]
    parts = batch.values() if isinstance(batch, dict) else getattr(batch, "__dict__", {}).values()
    parts = batch if isinstance(batch, tuple | list) else parts
    return [tensor for part in parts for tensor in tensors(part)]


BATCHES = {
    "tensor": torch.ones(2),
    "tuple": (torch.ones(2), torch.zeros(3, 5)),
    "list": [torch.ones(2), (torch.ones(1),)],
    "dict": {"tokens": torch.ones(2), "more": [torch.ones(1)], "name": "seven"},
    "named": Pair(torch.ones(2), "seven"),
    "dataclass": Checked(torch.ones(2), (Pair(torch.ones(3), "seven"),)),
    "sentences": Batch(torch.tensor([[3, 4]]), torch.tensor([2]), torch.tensor([[1, 3, 2]])),
}


@pytest.mark.parametrize("kind", BATCHES)
def test_every_tensor_moves_and_everything_keeps_its_place(kind):
    batch = BATCHES[kind]
    moved = to_device(batch, META)
    assert type(moved) is type(batch)
    assert [tensor.device for tensor in tensors(moved)] == [META] * len(tensors(batch))
    assert [t.shape for t in tensors(moved)] == [t.shape for t in tensors(batch)]
    assert all(tensor.device == CPU for tensor in tensors(batch))  # the old one stays


def test_what_is_no_tensor_stays():
    assert to_device(BATCHES["dict"], META)["name"] == "seven"
    assert to_device(BATCHES["named"], META).name == "seven"
    for nothing in (None, 3, "seven", Checked, frozenset({1})):
        assert to_device(nothing, META) is nothing


@pytest.mark.parametrize("kind", BATCHES)
def test_what_is_there_already_is_the_same_tensor(kind):
    again = to_device(BATCHES[kind], CPU)
    pairs = zip(tensors(again), tensors(BATCHES[kind]), strict=True)
    assert all(one is other for one, other in pairs)


def test_a_dataclass_does_not_check_itself_again():
    """On a GPU each check would wait for it."""
    batch = Checked(torch.ones(2), ())
    before = Checked.made
    moved = to_device(batch, META)
    assert Checked.made == before
    assert (moved.x.device, batch.x.device) == (META, CPU)


def test_a_model_is_where_its_parameters_are():
    assert device_of(nn.Linear(2, 3, device="meta")) == META
    assert device_of(nn.Linear(2, 3)) == CPU
    assert device_of(nn.Tanh()) == CPU
