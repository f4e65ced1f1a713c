"""Chapter 02: one step of a decoder that asks first."""

from matplotlib.axes import Axes

from paying_attention.figures.geometry import Box
from paying_attention.figures.machine import (
    PLAIN,
    QUIET,
    WITH,
    board,
    draw_arrow,
    draw_box,
    draw_note,
)

WEIGHTS = (0.15, 0.6, 0.25)  # made up; shares of one whole

HEIGHT = 350
STATE, SCORES, ANNOTATIONS, SHARES, CONTEXT = 34, 108, 182, 256, 328  # across
NAMES, FORMULA, *ROWS, SOFTMAX, STATES, WRITTEN = 336, 314, 280, 236, 192, 136, 76, 22  # up
MIDDLE = ROWS[1]
CELL = (46, 44)  # scores and weights touch each other: a softmax takes all of them
PILL, THICK = (74, 30), 2
WRITING = PLAIN._replace(ground=QUIET.ground)


def bahdanau_step() -> Axes:
    """Draw a step of chapter 02: the state before it asks, and the answer enters the next state.

    The state asks by a dashed arrow. The thicker a line, the larger its weight.

    Example:
        >>> axes = bahdanau_step()
        >>> sum("e_" in text.get_text() for text in axes.texts)
        3
    """
    axes = board(HEIGHT)
    look = {"size": (34, 34), "corner": 17, "tone": WITH, "edge": THICK}
    context = draw_box(axes, (CONTEXT, MIDDLE), "$c_i$", **look)
    before = draw_box(axes, (STATE, STATES), "$s_{i-1}$")
    after = draw_box(axes, (CONTEXT - 26, STATES), "$s_i$", size=(78, 34))
    scores, shares = _columns(axes, context)
    asks = {"through": [(STATE, MIDDLE)], "tone": WITH, "is_dashed": True}
    draw_arrow(axes, before, (scores.at(-1)[0], MIDDLE), **asks)
    softmax = draw_box(axes, (ANNOTATIONS, SOFTMAX), "softmax", size=PILL, corner=15, tone=WITH)
    draw_arrow(axes, scores.at(up=-1), softmax, through=[(SCORES, SOFTMAX)], tone=WITH)
    draw_arrow(axes, softmax, shares.at(up=-1), through=[(SHARES, SOFTMAX)], tone=WITH)
    draw_arrow(axes, context, (CONTEXT, after.at(up=1)[1]), tone=WITH, width=THICK)
    draw_arrow(axes, before, after)
    _words(axes, after)
    formula = r"$v^{\!\top}\tanh$"
    for place, text in (((50, 156), "$W$"), ((145, 295), "$U$"), ((SCORES, FORMULA), formula)):
        draw_note(axes, place, text, tone=WITH)
    return axes


def _columns(axes: Axes, context: Box) -> tuple[Box, Box]:
    """Scores, annotations and weights, a row for each word; the last score and weight."""
    for x, name in ((SCORES, "scores"), (ANNOTATIONS, "annotations"), (SHARES, "weights")):
        draw_note(axes, (x, NAMES), name)
    for j, (y, weight) in enumerate(zip(ROWS, WEIGHTS, strict=True), start=1):
        cell = {"size": CELL, "corner": 0, "tone": WITH}
        score = draw_box(axes, (SCORES, y), f"$e_{{i{j}}}$", **cell)
        annotation = draw_box(axes, (ANNOTATIONS, y), f"$h_{j}$", size=(44, 32))
        share = draw_box(axes, (SHARES, y), rf"$\alpha_{{i{j}}}$", **cell)
        draw_arrow(axes, annotation, score, tone=WITH)
        mixed = {"tone": WITH, "width": 0.6 + 6 * weight, "has_head": False}
        draw_arrow(axes, annotation, share, **mixed)
        draw_arrow(axes, share.at(right=1), context, **mixed)
    return score, share


def _words(axes: Axes, after: Box) -> None:
    """The word written last enters the step, and the next one is read from its state."""
    look = {"size": (36, 24), "edge": 0, "tone": WRITING}
    last = draw_box(axes, (STATE, WRITTEN), "$y_{i-1}$", **look)
    written = draw_box(axes, (CONTEXT, WRITTEN), "$y_i$", **look)
    side = after.at(-0.6, -1)
    draw_arrow(axes, last, side, through=[(side[0], WRITTEN)])
    draw_arrow(axes, (CONTEXT, after.at(up=-1)[1]), written)
