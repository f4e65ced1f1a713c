"""Chapter 03: a step that asks first, and one that asks last."""

from matplotlib.axes import Axes

from paying_attention.figures.geometry import Box, Number
from paying_attention.figures.machine import (
    PLAIN,
    QUIET,
    WITH,
    board,
    draw_arrow,
    draw_box,
    draw_note,
    draw_word,
)

HEIGHT = 300
TITLES, ORDERS, ANNOTATIONS, CONTEXT, STATES, WRITTEN = 284, 264, 222, 152, 88, 24  # up
WALL, THICK = 176, 2
STATE = (40, 34)
WRITING = PLAIN._replace(ground=QUIET.ground)


def two_decoder_steps() -> Axes:
    """Draw Bahdanau's step beside Luong's: which state asks, and where the answer goes.

    A dashed arrow asks. Luong's next step may be given what the last one made of its answer.

    Example:
        >>> axes = two_decoder_steps()
        >>> sum("c_i" in text.get_text() for text in axes.texts)
        2
    """
    axes = board(HEIGHT)
    draw_arrow(axes, (WALL, 10), (WALL, HEIGHT - 10), tone=QUIET, width=2, has_head=False)
    _bahdanau(axes)
    _luong(axes)
    return axes


def _bahdanau(axes: Axes) -> None:
    _title(axes, 86, "Bahdanau", "ask, then step")
    before = draw_box(axes, (34, STATES), "$s_{i-1}$", size=STATE)
    after = draw_box(axes, (126, STATES), "$s_i$", size=(66, 34))
    context = _looking(axes, (34, 138), before)
    draw_arrow(axes, context, (138, after.at(up=1)[1]), tone=WITH, width=THICK)
    draw_arrow(axes, before, after)
    last, written = _symbol(axes, 108, "$y_{i-1}$"), _symbol(axes, 150, "$y_i$")
    draw_arrow(axes, last, (108, after.at(up=-1)[1]))
    draw_arrow(axes, (150, after.at(up=-1)[1]), written)


def _luong(axes: Axes) -> None:
    _title(axes, 268, "Luong", "step, then ask")
    before, after, attentional = (
        draw_box(axes, (x, STATES), label, size=STATE, tone=tone)
        for x, label, tone in (
            (208, "$s_{i-1}$", PLAIN),
            (268, "$s_i$", PLAIN),
            (328, r"$\tilde{h}_i$", WITH),
        )
    )
    context = _looking(axes, (268, 328), after)
    draw_arrow(axes, context, attentional, tone=WITH, width=THICK)
    draw_arrow(axes, before, after)
    draw_arrow(axes, after, attentional)
    last, written = _symbol(axes, 268, "$y_{i-1}$"), _symbol(axes, 328, "$y_i$")
    draw_arrow(axes, last, after)
    draw_arrow(axes, attentional, written)
    draw_arrow(axes, _symbol(axes, 208, r"$\tilde{h}_{i-1}$"), after.at(-0.6, -1), tone=WITH)
    draw_note(axes, (308, 120), "$W_c$", tone=WITH)
    draw_note(axes, (217, 53), "fed")


def _looking(axes: Axes, across: tuple[Number, Number], asking: Box) -> Box:
    """The annotations, the state that asks them, and the context that is their answer."""
    left, right = across
    middle, width = (left + right) / 2, right - left + 40
    annotations = draw_box(axes, (middle, ANNOTATIONS), "$h_j$", size=(width, 34))
    low = annotations.at(up=-1)[1]
    circle = {"size": (32, 32), "corner": 16, "tone": WITH, "edge": THICK}
    context = draw_box(axes, (right, CONTEXT), "$c_i$", **circle)
    draw_arrow(axes, asking, (left, low), tone=WITH, is_dashed=True, width=THICK)
    draw_arrow(axes, (right, low), context, tone=WITH, width=THICK)
    return context


def _title(axes: Axes, middle: Number, name: str, order: str) -> None:
    draw_word(axes, (middle, TITLES), name)
    draw_note(axes, (middle, ORDERS), order)


def _symbol(axes: Axes, x: Number, label: str) -> Box:
    return draw_box(axes, (x, WRITTEN), label, size=(36, 26), edge=0, tone=WRITING)
