"""Chapter 02: one step of a decoder that asks first."""

from matplotlib.axes import Axes

from paying_attention.figures.machine import board, draw_box


def bahdanau_step() -> Axes:
    """Draw chapter 02's step: the state before it asks, and the answer enters the next state.

    Example:
        >>> axes = bahdanau_step()
    """
    axes = board(120)
    draw_box(axes, (180, 60), "$c_i$")
    return axes
