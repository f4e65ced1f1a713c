"""Chapter 01: the encoder-decoder unrolled, then the same with lines back."""

from itertools import pairwise
from typing import NamedTuple

from matplotlib.axes import Axes

from paying_attention.figures.geometry import Box, Number
from paying_attention.figures.machine import (
    LINE,
    PLAIN,
    QUIET,
    WITH,
    WITHOUT,
    Tone,
    board,
    draw_arrow,
    draw_box,
    draw_note,
    draw_word,
)

SOURCE, TARGET = ("drei", "und", "zwanzig"), ("twenty", "-", "three")
# Where each step looks. Chapter 01 computes the first row by hand; the others are made up.
WEIGHTS = ((0.11, 0.07, 0.82), (0.12, 0.76, 0.12), (0.85, 0.09, 0.06))

HEIGHT = 314
FIRST, *COLUMNS = 46, 134, 223, 312  # across: the first state and the vector, then word by word
READ, ANNOTATIONS, NECK, CONTEXTS, STATES, WRITTEN = 296, 244, 168, 120, 72, 22  # up
INTO_VECTOR, OUT_OF_VECTOR = 208, 120  # where lines run across
THICK, TURN = 2, 18


class _Halves(NamedTuple):
    """What both pictures share."""

    axes: Axes
    annotations: list[Box]
    vector: Box
    states: list[Box]


def encoder_decoder() -> Axes:
    """Draw chapter 01's model without attention: all that was read has to pass one vector.

    The vector sets the decoder's first state and is an input at each of its steps.

    Example:
        >>> axes = encoder_decoder()
        >>> [text.get_text() for text in axes.texts if "$v$" in text.get_text()]
        ['$v$']
    """
    axes, _, vector, states = _halves(WITHOUT, THICK)
    for state in states[1:]:
        corners = [(vector.x, OUT_OF_VECTOR), (state.x, OUT_OF_VECTOR)]
        look = {"tone": WITHOUT, "width": THICK, "turn": TURN}
        draw_arrow(axes, vector, state, through=corners, **look)
    for start, end in ((10, 20), (131, 350)):  # a wall, and the vector is its only door
        wall = {"tone": QUIET, "width": 5, "has_head": False}
        draw_arrow(axes, (start, NECK), (end, NECK), **wall)
    return axes


def encoder_decoder_with_attention() -> Axes:
    """Draw chapter 01's model with attention: each step looks back at all annotations.

    The state before a step asks, by a dashed arrow. The thicker a line, the larger its weight.

    Example:
        >>> axes = encoder_decoder_with_attention()
        >>> sum("c_" in text.get_text() for text in axes.texts)
        3
    """
    axes, annotations, _, states = _halves(PLAIN, LINE)
    contexts = [
        draw_box(axes, (x, CONTEXTS), f"$c_{i}$", size=(30, 30), corner=15, tone=WITH)
        for i, x in enumerate(COLUMNS, start=1)
    ]
    for context, weights in zip(contexts, WEIGHTS, strict=True):
        for annotation, weight in zip(annotations, weights, strict=True):
            look = {"tone": WITH, "width": 0.6 + 6 * weight, "has_head": False}
            draw_arrow(axes, annotation, context, **look)
    for (before, after), context in zip(pairwise(states), contexts, strict=True):
        draw_arrow(axes, before, context, tone=WITH, is_dashed=True)
        draw_arrow(axes, context, after, tone=WITH, width=THICK)
    draw_note(axes, (84, 108), "$e_j$", tone=WITH)
    draw_note(axes, (122, 148), r"$\alpha_j$", tone=WITH)
    return axes


def _halves(tone: Tone, width: Number) -> _Halves:
    """Encoder, vector and decoder; ``tone`` and ``width`` are those of the vector's lines."""
    axes = board(HEIGHT)
    annotations = _encoder(axes)
    edge = {"size": (28, 34), "tone": tone, "edge": width}
    vector = draw_box(axes, (FIRST, NECK), "$v$", **edge)
    draw_note(axes, (67, NECK), "summary", tone=QUIET if tone is PLAIN else tone, align="left")
    for annotation, side in ((annotations[0], -0.5), (annotations[-1], 0.5)):
        start = annotation.at(side, -1)  # beside the middle, where a line of attention begins
        corners = [(start[0], INTO_VECTOR), (FIRST, INTO_VECTOR)]
        draw_arrow(axes, start, vector, through=corners, tone=tone, width=width, turn=TURN)
    states = _decoder(axes)
    draw_arrow(axes, vector, states[0], tone=tone, width=width)
    return _Halves(axes, annotations, vector, states)


def _encoder(axes: Axes) -> list[Box]:
    """Words are read in both directions."""
    draw_note(axes, (FIRST, ANNOTATIONS), "encoder")
    boxes = []
    for j, (x, word) in enumerate(zip(COLUMNS, SOURCE, strict=True), start=1):
        boxes.append(draw_box(axes, (x, ANNOTATIONS), f"$h_{j}$"))
        draw_arrow(axes, draw_word(axes, (x, READ), word), boxes[-1])
    for left, right in pairwise(boxes):
        draw_arrow(axes, left.at(1, 0.4), right.at(-1, 0.4))
        draw_arrow(axes, right.at(-1, -0.4), left.at(1, -0.4))
    return boxes


def _decoder(axes: Axes) -> list[Box]:
    """Words are written one by one; the first state writes none."""
    draw_note(axes, (FIRST, WRITTEN), "decoder")
    places = enumerate((FIRST, *COLUMNS))
    boxes = [draw_box(axes, (x, STATES), f"$s_{i}$") for i, x in places]
    for box, word in zip(boxes[1:], TARGET, strict=True):
        draw_arrow(axes, box, draw_word(axes, (box.x, WRITTEN), word))
    for left, right in pairwise(boxes):
        draw_arrow(axes, left, right)
    return boxes
