"""Chapter 03: a step that asks first, and one that asks last."""

from matplotlib.axes import Axes

from paying_attention.figures.machine import board, draw_box


def two_decoder_steps() -> Axes:
    """Draw Bahdanau's step and Luong's beside each other.

    Example:
        >>> axes = two_decoder_steps()
    """
    axes = board(120)
    draw_box(axes, (180, 60), "$s_i$")
    return axes
