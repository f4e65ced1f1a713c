"""Chapter 00: a weighted sum as a balance."""

from math import sqrt

from matplotlib.axes import Axes
from matplotlib.patches import Polygon

from paying_attention.figures.geometry import Point
from paying_attention.figures.machine import (
    BOXES,
    LINE,
    PLAIN,
    QUIET,
    WITH,
    board,
    draw_arrow,
    draw_box,
    draw_note,
)

VALUES, WEIGHTS = (0.0, 0.4, 1.0), (0.25, 0.15, 0.6)  # made up; shares of one whole

HEIGHT = 202
LEFT, RIGHT = 56, 304  # where the smallest and the largest value lie on the beam
NAMES, BEAM, HOOKS, GROUND = 178, 150, 116, 16  # up
LARGEST, WEDGE = 72, 44  # side of the heaviest weight, width of the wedge below


def weighted_sum() -> Axes:
    """Draw a weighted sum as a beam in balance: each weight hangs at its value.

    The area of a weight is its share. The beam rests on the weighted sum, ``c``.

    Example:
        >>> axes = weighted_sum()
        >>> [text.get_text() for text in axes.texts][-1]
        '$c$'
    """
    axes = board(HEIGHT)
    ground = {"tone": QUIET, "width": 3, "has_head": False}
    draw_arrow(axes, (10, GROUND), (350, GROUND), **ground)
    draw_arrow(axes, (18, BEAM), (342, BEAM), width=4, has_head=False)
    for j, (value, weight) in enumerate(zip(VALUES, WEIGHTS, strict=True), start=1):
        x, side = _across(value), LARGEST * sqrt(weight / max(WEIGHTS))
        draw_arrow(axes, (x, BEAM), (x, HOOKS), has_head=False)
        square = {"size": (side, side), "corner": 4, "tone": WITH}
        draw_box(axes, (x, HOOKS - side / 2), rf"$\alpha_{j}$", **square)
        draw_box(axes, (x, BEAM), size=(9, 9), corner=4.5)
        draw_note(axes, (x, NAMES), f"$v_{j}$", tone=PLAIN)
    balance = _across(sum(a * v for a, v in zip(WEIGHTS, VALUES, strict=True)))
    _draw_wedge(axes, (balance, BEAM - 2))
    draw_box(axes, (balance, NAMES), "$c$", size=(30, 30), corner=15, tone=WITH)
    return axes


def _draw_wedge(axes: Axes, tip: Point) -> None:
    """What the beam rests on: a triangle whose upper corner is the point of balance."""
    corners = [tip, *((tip[0] + side * WEDGE / 2, GROUND) for side in (-1, 1))]
    look = {"linewidth": LINE, "joinstyle": "round", "zorder": BOXES, "clip_on": False}
    look |= {"facecolor": WITH.ground, "edgecolor": WITH.line, "linestyle": "-"}
    axes.add_patch(Polygon(corners, gid="wedge", **look))


def _across(value: float) -> float:
    return LEFT + value * (RIGHT - LEFT)
