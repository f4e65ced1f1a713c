"""A gated recurrent unit, one step at a time in NumPy: what torch's modules are compared with."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def slow_gru(
    inputs: Sequence[Array],
    weights: Mapping[str, Array],
    prefix: str,
    suffix: str,
    start: Array | None = None,
) -> list[Array]:
    """All states after the start; weights are named as torch names them."""
    of_input, of_state = (
        weights[f"{prefix}weight_ih{suffix}"],
        weights[f"{prefix}weight_hh{suffix}"],
    )
    input_bias, state_bias = (
        weights[f"{prefix}bias_ih{suffix}"],
        weights[f"{prefix}bias_hh{suffix}"],
    )
    width = of_state.shape[1]
    state = np.zeros(width) if start is None else start
    states = []
    for given in inputs:
        reset_in, update_in, new_in = np.split(of_input @ given + input_bias, 3)
        reset_state, update_state, new_state = np.split(of_state @ state + state_bias, 3)
        reset = _sigmoid(reset_in + reset_state)
        update = _sigmoid(update_in + update_state)
        new = np.tanh(new_in + reset * new_state)
        state = (1 - update) * new + update * state
        states.append(state)
    return states


def _sigmoid(x: Array) -> Array:
    return 1 / (1 + np.exp(-x))
