"""What a call does beside its result: looks at the data, calls of the package, large tensors."""

import inspect
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

import paying_attention

PACKAGE = paying_attention.__path__[0]
LOOKS = {torch.ops.aten._local_scalar_dense.default, torch.ops.aten.nonzero.default}


class Observer(TorchDispatchMode):
    """Counts looks at the data (each waits for a GPU), and the numbers of the largest tensor."""

    def __init__(self) -> None:
        super().__init__()
        self.looks = self.largest = 0

    def __torch_dispatch__(
        self, operation: Any, types: Any, arguments: tuple = (), more: dict | None = None
    ) -> Any:
        found = operation(*arguments, **(more or {}))
        self.looks += operation in LOOKS
        made = found if isinstance(found, tuple | list) else [found]
        self.largest = max([self.largest, *(t.numel() for t in made if isinstance(t, Tensor))])
        return found


def own_calls(call: Callable[[], object]) -> list[tuple[str, str]]:
    """File and name of each function of the package that a call runs; generators are left out."""
    found = []

    def note(frame: FrameType, event: str, _: object) -> None:
        code = frame.f_code
        is_ours = event == "call" and code.co_filename.startswith(PACKAGE)
        if is_ours and not code.co_flags & inspect.CO_GENERATOR:
            found.append((code.co_filename, code.co_name))

    sys.setprofile(note)
    try:
        call()
    finally:
        sys.setprofile(None)
    return found
