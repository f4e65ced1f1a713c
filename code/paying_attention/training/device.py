"""Batches go where the model is."""

from copy import copy
from dataclasses import fields, is_dataclass
from typing import Any

import torch
from torch import Tensor, nn


def device_of(model: nn.Module) -> torch.device:
    """Say where a model's parameters are; a model without any follows its input, on the CPU.

    Args:
        model: All of it on one device.

    Example:
        >>> device_of(nn.Linear(2, 3, device="meta"))
        device(type='meta')
    """
    return next((parameter.device for parameter in model.parameters()), torch.device("cpu"))


def to_device(batch: Any, device: torch.device) -> Any:
    """Move each tensor of a batch; what is there already, or is no tensor, stays as it is.

    Args:
        batch: A tensor, or tuples, lists, dictionaries and dataclasses that hold some.
        device: Where to.

    Example:
        >>> to_device({"tokens": torch.ones(3), "name": "short"}, torch.device("meta"))
        {'tokens': tensor(..., device='meta', size=(3,)), 'name': 'short'}
    """
    if isinstance(batch, Tensor):
        return batch.to(device)
    if isinstance(batch, dict):
        return {name: to_device(part, device) for name, part in batch.items()}
    if isinstance(batch, tuple) and hasattr(batch, "_fields"):  # a named one
        return type(batch)(*(to_device(part, device) for part in batch))
    if isinstance(batch, tuple | list):
        return type(batch)(to_device(part, device) for part in batch)
    if is_dataclass(batch) and not isinstance(batch, type):
        moved = copy(batch)  # no new one, which would check itself again
        for name in (field.name for field in fields(batch)):
            object.__setattr__(moved, name, to_device(getattr(batch, name), device))
        return moved
    return batch
