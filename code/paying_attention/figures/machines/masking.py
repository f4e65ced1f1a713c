"""Chapter 05: one grid of queries and keys, five masks."""

from matplotlib.axes import Axes

from paying_attention.figures.machine import board, draw_box


def five_masks() -> Axes:
    """Draw five masks over the same words.

    Example:
        >>> axes = five_masks()
    """
    axes = board(120)
    draw_box(axes, (180, 60), "$M$")
    return axes
