"""The learning rate of each step, as a pure function of the step."""

import math


def warmup_cosine(
    step: int, *, num_steps: int, warmup_steps: int, learning_rate: float = 1.0
) -> float:
    """Rise in a straight line, then fall as half a cosine, never quite to 0.

    Args:
        step: Counted from 0, up to ``num_steps - 1``.
        num_steps: Steps of the whole training.
        warmup_steps: Steps of the rise; the last of them has the highest rate.
        learning_rate: The highest rate.

    Raises:
        ValueError: If the step is none of the training's, or the rise is longer than the training.

    Example:
        >>> [warmup_cosine(step, num_steps=4, warmup_steps=2) for step in range(4)]
        [0.5, 1.0, 1.0, 0.5]
    """
    if not 0 <= warmup_steps <= num_steps:
        raise ValueError(f"warmup_steps: expected 0 to num_steps = {num_steps}, got {warmup_steps}")
    if not 0 <= step < num_steps:
        raise ValueError(f"step: expected 0 to {num_steps - 1}, got {step}")
    if step < warmup_steps:
        return learning_rate * (step + 1) / warmup_steps
    progress = (step - warmup_steps) / (num_steps - warmup_steps)
    return learning_rate * (1 + math.cos(math.pi * progress)) / 2
