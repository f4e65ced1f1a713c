"""Chapter 04: scaled dot-product attention, each matrix with its shape."""

from matplotlib.axes import Axes

from paying_attention.figures.machine import board, draw_box


def attention_flow() -> Axes:
    """Draw the way from X to O.

    Example:
        >>> axes = attention_flow()
    """
    axes = board(120)
    draw_box(axes, (180, 60), "$O$")
    return axes
