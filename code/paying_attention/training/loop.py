"""The only training loop. It knows nothing about any model: it gets a loss function."""

import math
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn
from tqdm import tqdm

from paying_attention.training.device import device_of, to_device
from paying_attention.training.schedule import warmup_cosine
from paying_attention.training.seeding import seeded

FIRST_STEPS = 10  # their mean loss is where a training starts
# In nats. A loss below it has room to rise: a model that was trained before starts near 0, and a
# new optimizer's first steps may well double that.
SMALL_LOSS = 1.0


@dataclass
class History:
    """What happened.

    Args:
        losses: Training loss of every step, before its update.
        best_step: How many steps the weights that were kept have seen.
        interrupted: Whether somebody pressed Ctrl-C.
        cpu_seconds: Processor time of the training.
        validation: What ``validate`` gave, by how many steps the weights had seen.
    """

    losses: list[float] = field(default_factory=list)
    best_step: int = 0
    interrupted: bool = False
    cpu_seconds: float = 0.0
    validation: dict[int, float] = field(default_factory=dict)


class TrainingDivergedError(RuntimeError):
    """A number became NaN or infinite, or the loss left where it started; ``history`` says how."""

    history: History | None = None


@dataclass(frozen=True)
class TrainingConfig:
    """How to train.

    Args:
        num_steps: Updates.
        learning_rate: Highest learning rate; it rises over the first steps and falls as a cosine.
        warmup_steps: Steps of the rise.
        weight_decay: AdamW's.
        clip_norm: Largest norm of the gradient.
        seed: Decides the order of the batches and all noise.
        autocast: ``torch.bfloat16`` computes the loss in mixed precision. float16 is refused: its
            small gradients vanish.

    Raises:
        ValueError: If a number is out of range, or the rise takes longer than the training.
    """

    num_steps: int
    learning_rate: float = 3e-3
    warmup_steps: int = 50
    weight_decay: float = 0.01
    clip_norm: float = 1.0
    seed: int = 0
    autocast: torch.dtype | None = None

    def __post_init__(self) -> None:
        """Refuse settings out of range."""
        if self.num_steps < 1:
            raise ValueError(f"num_steps: expected 1 or more, got {self.num_steps}")
        for name in ("learning_rate", "clip_norm"):
            if not 0 < getattr(self, name) < math.inf:
                raise ValueError(f"{name}: expected a positive number, got {getattr(self, name)}")
        if not 0 <= self.warmup_steps <= self.num_steps:
            raise ValueError(
                f"warmup_steps: expected 0 to num_steps = {self.num_steps}, got {self.warmup_steps}"
            )
        if not 0 <= self.weight_decay < math.inf or self.seed < 0:
            raise ValueError(
                f"weight_decay, seed: expected 0 or more, got {self.weight_decay}, {self.seed}"
            )
        if self.autocast not in (None, torch.bfloat16):
            raise ValueError(f"autocast: expected torch.bfloat16 or None, got {self.autocast}")


def train(
    model: nn.Module,
    loss: Callable[[nn.Module, Any], Tensor],
    epoch: Callable[[torch.Generator], Iterable[Any]],
    config: TrainingConfig,
    *,
    window: int = 50,
    stop_after: int | None = None,
    groups: Callable[[nn.Module], list[dict[str, Any]]] | None = None,
    validate: Callable[[nn.Module], float] | None = None,
    description: str = "training",
) -> History:
    """Train in place, and leave the model with the best weights, ready for use.

    The best weights are those after the window of steps with the lowest mean training loss, or
    with the lowest ``validate``. Every way out leaves them behind: the end, Ctrl-C (which returns),
    any exception. Before a window is full the first weights are the best, but Ctrl-C keeps what was
    learned. Same seed, same machine: same result; ``validate`` does not change it.

    Args:
        model: What to train; batches are moved to its device.
        loss: Gives a scalar for ``(model, batch)``.
        epoch: Gives the batches of one pass, in an order drawn from the generator.
        config: How to train.
        window: Steps whose losses are averaged, and between two validations.
        stop_after: End after so many steps of a longer plan, as Ctrl-C would.
        groups: Gives the optimizer's parameter groups, as ``decay_groups`` does; a group's own
            ``"lr"`` rises and falls like the config's.
        validate: Gives a number for the model, the lower the better; asked without gradients.
        description: Label of the progress bar, which ``TQDM_DISABLE=1`` silences.

    Raises:
        ValueError: If an epoch is empty, or if ``window`` or ``stop_after`` is below 1.
        TrainingDivergedError: If a loss, a gradient or a validation is not finite, or if the mean
            loss of the last window is twice as high as at the start, and above 2.
    """
    for name, count in (("window", window), ("stop_after", stop_after)):
        if count is not None and count < 1:
            raise ValueError(f"{name}: expected 1 or more, got {count}")
    history, best, began = History(), _Best(model), time.process_time()
    try:
        with seeded(config.seed):
            updates = _updates(model, loss, epoch, config, groups, history.losses, window)
            num_steps = min(config.num_steps, stop_after or config.num_steps)
            for step in tqdm(range(1, num_steps + 1), desc=description, leave=False):
                next(updates)
                if step % window == 0 or step == num_steps:
                    best.offer(_judge(model, validate, history, window), step)
    except KeyboardInterrupt:
        history.interrupted = True
        if best.step == 0:  # no window is full yet: what there is beats the start
            best.offer(-math.inf, len(history.losses))
        print(f"stopped after {len(history.losses)} steps; kept step {best.step}")
    except Exception as error:
        if isinstance(error, TrainingDivergedError):
            error.history = history
        error.add_note(f"The model keeps its weights after step {best.step}.")
        raise
    finally:
        best.restore()
        history.best_step, history.cpu_seconds = best.step, time.process_time() - began
    return history


class _Best:
    """The best weights so far; a low value is good."""

    def __init__(self, model: nn.Module) -> None:
        self.model, self.value, self.step = model, math.inf, 0
        self.weights = deepcopy(model.state_dict())

    def offer(self, value: float, step: int) -> None:
        if value <= self.value:
            # The copy first: Ctrl-C may come in between.
            self.weights, self.value, self.step = deepcopy(self.model.state_dict()), value, step

    def restore(self) -> None:
        self.model.load_state_dict(self.weights)
        self.model.eval()


def _updates(
    model: nn.Module,
    loss: Callable[[nn.Module, Any], Tensor],
    epoch: Callable[[torch.Generator], Iterable[Any]],
    config: TrainingConfig,
    groups: Callable[[nn.Module], list[dict[str, Any]]] | None,
    losses: list[float],
    window: int,
) -> Iterator[None]:
    """Update the weights once each time it is asked to; every loss is added to the list."""
    optimizer = torch.optim.AdamW(
        model.parameters() if groups is None else groups(model),
        lr=config.learning_rate,
        weight_decay=config.weight_decay,
        fused=True,
    )
    rates = [group["lr"] for group in optimizer.param_groups]
    device, generator = device_of(model), torch.Generator().manual_seed(config.seed)
    plan = {"num_steps": config.num_steps, "warmup_steps": config.warmup_steps}
    model.train()
    for step, batch in enumerate(_forever(epoch, generator)):
        for group, rate in zip(optimizer.param_groups, rates, strict=True):
            group["lr"] = warmup_cosine(step, learning_rate=rate, **plan)
        optimizer.zero_grad()
        with _precision(device, config.autocast):
            value = loss(model, to_device(batch, device))
        losses.append(value.item())
        _check_loss(losses, config, window)
        value.backward()
        norm = nn.utils.clip_grad_norm_(model.parameters(), config.clip_norm)
        if not math.isfinite(norm.item()):  # a step would spoil the weights, perhaps unseen
            raise TrainingDivergedError(f"the gradient became {norm.item()} at step {step + 1}.")
        optimizer.step()
        yield


def _precision(device: torch.device, dtype: torch.dtype | None) -> AbstractContextManager[Any]:
    return nullcontext() if dtype is None else torch.autocast(device.type, dtype=dtype)


def _judge(
    model: nn.Module,
    validate: Callable[[nn.Module], float] | None,
    history: History,
    window: int,
) -> float:
    """Give what the weights are chosen by; a validation draws nothing from the training's noise."""
    if validate is None:
        return _mean(history.losses[-window:])
    step = len(history.losses)
    model.eval()
    with torch.no_grad(), seeded(step):
        value = float(validate(model))
    model.train()
    history.validation[step] = value
    if not math.isfinite(value):
        raise TrainingDivergedError(f"the validation became {value} after step {step}.")
    return value


def _forever(
    epoch: Callable[[torch.Generator], Iterable[Any]], generator: torch.Generator
) -> Iterator[Any]:
    while True:
        empty = True
        for batch in epoch(generator):
            empty = False
            yield batch
        if empty:
            raise ValueError("epoch: expected at least one batch, got none")


def _check_loss(losses: list[float], config: TrainingConfig, window: int) -> None:
    step, now = len(losses), losses[-1]
    hint = f"Try a learning rate below {config.learning_rate:g}."
    if not math.isfinite(now):
        raise TrainingDivergedError(f"the loss became {now} at step {step}. {hint}")
    # The mean of a few, since a single batch may be an easy one.
    at_first = max(losses[0], _mean(losses[: min(FIRST_STEPS, window)]))
    if step > window and _mean(losses[-window:]) > 2 * max(at_first, SMALL_LOSS):
        raise TrainingDivergedError(
            f"the loss rose from {at_first:.3g} to {_mean(losses[-window:]):.3g} "
            f"by step {step}. {hint}"
        )


def _mean(values: list[float]) -> float:
    return sum(values) / len(values)
