"""Chapter 00: a weighted sum as a balance."""

from matplotlib.axes import Axes

from paying_attention.figures.machine import board, draw_box


def weighted_sum() -> Axes:
    """Draw a weighted mean as the point where a beam with weights is in balance.

    Example:
        >>> axes = weighted_sum()
    """
    axes = board(120)
    draw_box(axes, (180, 60), "$c$")
    return axes
