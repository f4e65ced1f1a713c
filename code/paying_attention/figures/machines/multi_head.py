"""Chapter 06: heads of one layer, side by side."""

from matplotlib.axes import Axes

from paying_attention.figures.machine import board, draw_box


def multi_head_flow() -> Axes:
    """Draw the way from X through the heads to O.

    Example:
        >>> axes = multi_head_flow()
    """
    axes = board(120)
    draw_box(axes, (180, 60), "$O$")
    return axes
