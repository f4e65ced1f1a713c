"""The only training loop. It knows nothing about any model: it gets a loss function."""

import math
import time
from collections.abc import Callable, Iterable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn
from tqdm import tqdm

from paying_attention.training.seeding import seeded

FIRST_STEPS = 10  # their mean loss is where a training starts


class TrainingDivergedError(RuntimeError):
    """The loss became NaN or infinite, or left where it started."""


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

    Raises:
        ValueError: If a number is out of range, or the rise takes longer than the training.
    """

    num_steps: int
    learning_rate: float = 3e-3
    warmup_steps: int = 50
    weight_decay: float = 0.01
    clip_norm: float = 1.0
    seed: int = 0

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
        if self.weight_decay < 0 or self.seed < 0:
            raise ValueError(
                f"weight_decay, seed: expected 0 or more, got {self.weight_decay}, {self.seed}"
            )

    def rate(self, step: int) -> float:
        """Give the learning rate of a step, counted from 0.

        Args:
            step: 0 to ``num_steps - 1``.
        """
        if step < self.warmup_steps:
            return self.learning_rate * (step + 1) / self.warmup_steps
        progress = (step - self.warmup_steps) / max(1, self.num_steps - self.warmup_steps)
        return self.learning_rate * (1 + math.cos(math.pi * progress)) / 2


@dataclass
class History:
    """What happened.

    Args:
        losses: Training loss of every step, before its update.
        best_step: How many steps the weights that were kept have seen.
        interrupted: Whether somebody pressed Ctrl-C.
        cpu_seconds: Processor time of the training.
    """

    losses: list[float] = field(default_factory=list)
    best_step: int = 0
    interrupted: bool = False
    cpu_seconds: float = 0.0


def train(
    model: nn.Module,
    loss: Callable[[nn.Module, Any], Tensor],
    epoch: Callable[[torch.Generator], Iterable[Any]],
    config: TrainingConfig,
    *,
    window: int = 50,
    stop_after: int | None = None,
    description: str = "training",
) -> History:
    """Train in place, and leave the model with the best weights.

    The best weights are those after the window of steps with the lowest mean training loss. They
    are also what Ctrl-C leaves behind. Same seed, same machine: same result.

    Args:
        model: What to train.
        loss: Gives a scalar for ``(model, batch)``.
        epoch: Gives the batches of one pass, in an order drawn from the generator.
        config: How to train.
        window: Steps whose losses are averaged.
        stop_after: End after so many steps of a longer plan, as Ctrl-C would.
        description: Label of the progress bar, which ``TQDM_DISABLE=1`` silences.

    Raises:
        ValueError: If an epoch is empty, or if ``window`` or ``stop_after`` is below 1.
        TrainingDivergedError: If a loss is not finite, or if the mean of the last window is twice
            as high as the loss at the start.
    """
    if window < 1:
        raise ValueError(f"window: expected 1 or more, got {window}")
    if stop_after is not None and stop_after < 1:
        raise ValueError(f"stop_after: expected 1 or more, got {stop_after}")
    optimizer = torch.optim.AdamW(
        model.parameters(), lr=config.learning_rate, weight_decay=config.weight_decay, fused=True
    )
    history = History()
    best_loss, best_weights = math.inf, deepcopy(model.state_dict())
    began = time.process_time()
    model.train()
    try:
        with seeded(config.seed):
            batches = _forever(epoch, torch.Generator().manual_seed(config.seed))
            num_steps = min(config.num_steps, stop_after or config.num_steps)
            for step in tqdm(range(num_steps), desc=description, leave=False):
                for group in optimizer.param_groups:
                    group["lr"] = config.rate(step)
                optimizer.zero_grad()
                value = loss(model, next(batches))
                history.losses.append(value.item())
                _check_loss(history.losses, config, window)
                value.backward()
                nn.utils.clip_grad_norm_(model.parameters(), config.clip_norm)
                optimizer.step()
                if (step + 1) % window == 0 or step + 1 == num_steps:
                    recent = _mean(history.losses[-window:])
                    if recent <= best_loss:
                        best_loss, history.best_step = recent, step + 1
                        best_weights = deepcopy(model.state_dict())
    except KeyboardInterrupt:
        history.interrupted = True
        if history.best_step == 0:  # no window is full yet: what there is beats the start
            history.best_step = len(history.losses)
            best_weights = deepcopy(model.state_dict())
        print(f"stopped after {len(history.losses)} steps; kept step {history.best_step}")
    model.load_state_dict(best_weights)
    model.eval()
    history.cpu_seconds = time.process_time() - began
    return history


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
    if step > window and _mean(losses[-window:]) > 2 * max(at_first, 0.0):
        raise TrainingDivergedError(
            f"the loss rose from {at_first:.3g} to {_mean(losses[-window:]):.3g} "
            f"by step {step}. {hint}"
        )


def _mean(values: list[float]) -> float:
    return sum(values) / len(values)
