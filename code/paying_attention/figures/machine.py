"""The vocabulary of the pictures of the machine: boxes, words, cells, arrows and notes.

Places and lengths are points from the lower left corner. A picture is 360 points wide, and a phone
shows it 358 pixels wide: a point is a pixel there, nearly. Letters of less than 11 pixels are
refused.
"""

from collections.abc import Sequence
from typing import NamedTuple

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.cbook import is_math_text
from matplotlib.font_manager import FontProperties
from matplotlib.mathtext import MathTextParser
from matplotlib.patches import PathPatch, Polygon, Rectangle
from matplotlib.textpath import text_to_path
from numpy.typing import ArrayLike

from paying_attention.figures.geometry import (
    Box,
    Number,
    Point,
    center_of,
    direction,
    hatching,
    middle_of,
    path_through,
    pull,
    touched,
)
from paying_attention.figures.words import shown_words

WIDTH = 360  # of every picture
MARGIN = 7.2  # a notebook cuts a picture to its axes, and adds this much around them
SYMBOL, WORD, NOTE = 16, 13, 11.5  # sizes of letters
SMALLEST = 11 * WIDTH / 358
FAMILY, FORMULAS = "DejaVu Sans", "stix"  # both come with matplotlib; the book's formulas are STIX
LINE, TURN = 1.3, 8  # how wide an arrow is, and how wide a turn it takes at a corner
LINES, BOXES, LETTERS = 1, 2, 3  # what lies above what


class Tone(NamedTuple):
    """The colours of a part. Another width, dash or shape always says the same."""

    line: str
    ground: str
    letters: str


PLAIN = Tone("#6E7781", "#F6F8FA", "#1C2430")
WITH = Tone("#0072B2", "#E3F0F8", "#00598C")  # with attention
WITHOUT = Tone("#D55E00", "#FBEADF", "#9C4300")
SECOND = Tone("#009E73", "#E3F5EE", "#00664A")  # a second head beside a blue one
QUIET = Tone("#D8DEE6", "#FFFFFF", "#525C69")  # notes, and what should stay in the background


def board(height: Number) -> Axes:
    """Give empty axes for a picture, measured in points.

    Args:
        height: Of the picture.

    Example:
        >>> axes = board(200)
        >>> axes.viewLim.extents.tolist()
        [7.2, 7.2, 352.8, 192.8]
    """
    size = (WIDTH / 72, height / 72)
    figure = plt.figure(figsize=size, layout="none", facecolor=QUIET.ground)
    left, low = MARGIN / WIDTH, MARGIN / height
    axes = figure.add_axes((left, low, 1 - 2 * left, 1 - 2 * low))
    axes.set(xlim=(MARGIN, WIDTH - MARGIN), ylim=(MARGIN, height - MARGIN))
    axes.set_axis_off()
    return axes


def draw_box(
    axes: Axes,
    center: Point,
    label: str = "",
    *,
    size: Point = (44, 34),
    corner: Number = 8,
    tone: Tone = PLAIN,
    edge: Number = LINE,
) -> Box:
    """Draw a state or an operation: a box with a label in it.

    Args:
        axes: Where to draw.
        center: Its middle.
        label: A short text of ours; between dollars it is a formula.
        size: Width and height.
        corner: Radius of its corners. Half the height makes a pill, and of a square a circle.
        tone: Its colours.
        edge: Width of its edge; 0 for none.

    Returns:
        Where it stands, for arrows.
    """
    box = Box(*center, *size, corner)
    look = {"facecolor": tone.ground, "edgecolor": tone.line if edge else "none"}
    look |= {"linewidth": edge, "linestyle": "-", "zorder": BOXES, "clip_on": False}
    axes.add_patch(PathPatch(box.outline(), gid=f"box {label}", **look))
    if label:
        size_of_letters = SYMBOL if "$" in label else WORD
        _write(axes, center, label, size_of_letters, tone, gid=f"label {label}")
    return box


def draw_word(
    axes: Axes,
    place: Point,
    word: str,
    *,
    size: Number = WORD,
    tone: Tone = PLAIN,
    is_upright: bool = False,
) -> Box:
    """Write a word of a sentence as it is; dollars and underscores stay what they are.

    Args:
        axes: Where to draw.
        place: Its middle; of an upright word, where it begins.
        word: Any text; what takes more than 20 columns is cut.
        size: Of the letters.
        tone: Its colours.
        is_upright: Whether it is read from below to above.

    Returns:
        Where it stands, with a little room around it, for arrows.
    """
    (shown,) = shown_words("word", [word])
    font = FontProperties(family=FAMILY, size=size)
    width = text_to_path.get_text_width_height_descent(shown, font, ismath=False)[0]
    length, height = round(width, 3) + 6, 1.5 * size
    look = {"parse_math": False, "gid": f"word {shown}"}
    if not is_upright:
        _write(axes, place, shown, size, tone, **look)
        return Box(*place, length, height, 0)
    _write(axes, place, shown, size, tone, rotation=90, va="bottom", **look)
    return Box(place[0], place[1] + length / 2 - 3, height, length, 0)


def draw_cells(
    axes: Axes,
    center: Point,
    values: ArrayLike,
    *,
    cell: Point = (14, 14),
    tone: Tone = PLAIN,
    hidden: bool | ArrayLike = False,
) -> Box:
    """Draw a vector or a matrix as cells: the larger its value, the darker a cell.

    Args:
        axes: Where to draw.
        center: The middle of all cells.
        values: From 0 to 1. Shape (columns,), or (rows, columns) with the first row above.
        cell: Width and height of each.
        tone: Its colours.
        hidden: True where a cell is hatched; one truth value for all, or one for each.

    Returns:
        Where they stand, for arrows.

    Raises:
        TypeError: If values hold no numbers.
        ValueError: If there is no cell, values have other axes, or one is not in 0..1.
    """
    table = np.atleast_2d(np.asarray(values))
    if table.dtype.kind not in "bfiu":
        raise TypeError(f"values: expected numbers, got {table.dtype}")
    if table.ndim != 2 or not table.size or not ((table >= 0) & (table <= 1)).all():
        raise ValueError(f"values: expected one or two axes of numbers in 0..1, got {values}")
    (width, height), (rows, columns) = cell, table.shape
    box = Box(*center, columns * width, rows * height, 0)
    (left, top), hidden = box.at(-1, 1), np.broadcast_to(hidden, table.shape)
    look = {"edgecolor": tone.line, "linestyle": "-", "zorder": BOXES, "clip_on": False}
    hatched = look | {"facecolor": "none", "linewidth": 0.8, "capstyle": "butt"}
    for (row, column), value in np.ndenumerate(table):
        x, y = left + column * width, top - (row + 1) * height
        ground = QUIET.ground if hidden[row, column] else tone.ground
        edge = {"facecolor": ground, "linewidth": 0.9, "gid": "cell"}
        axes.add_patch(Rectangle((x, y), width, height, **edge, **look))
        ink = {"facecolor": tone.line, "alpha": float(value), "linewidth": 0, "gid": "ink"}
        axes.add_patch(Rectangle((x + 1.2, y + 1.2), width - 2.4, height - 2.4, **ink, **look))
        if hidden[row, column]:
            axes.add_patch(PathPatch(hatching((x, y), cell), gid="hatch", **hatched))
    return box


def draw_arrow(
    axes: Axes,
    start: Box | Point,
    end: Box | Point,
    *,
    through: Sequence[Point] = (),
    turn: Number = TURN,
    bend: Number = 0,
    label: str = "",
    tone: Tone = PLAIN,
    width: Number = LINE,
    is_dashed: bool = False,
    has_head: bool = True,
) -> None:
    """Draw a line from part to part, straight, round corners or bent, with a head at its end.

    Args:
        axes: Where to draw.
        start: A box, or a point of one.
        end: A box, or a point of one.
        through: Corners on its way; one makes an elbow.
        turn: How wide a turn it takes at a corner.
        bend: How far a line without corners bows to its left, as a share of its length.
        label: A short text of ours that stands on its middle.
        tone: Its colours.
        width: More is emphasis.
        is_dashed: Whether it is dashed.
        has_head: Whether it ends in a head.

    Raises:
        ValueError: If a line with corners is bent.
    """
    if bend and through:
        raise ValueError(f"bend: expected 0 for a line with corners, got {bend}")
    between = [*through] or pull(center_of(start), center_of(end), bend)
    first = touched(start, between[0] if between else center_of(end))
    tip = touched(end, between[-1] if between else center_of(start))
    ahead, length = direction([first, *between][-1], tip), (4.5 + 1.6 * width) * has_head
    stops = [first, *between, tuple(tip - 0.8 * length * ahead)]  # the rest lies under the head
    path = path_through(stops, turn, is_bow=bool(bend))
    look = {"linewidth": width, "linestyle": (0, (3.2, 2.2)) if is_dashed else "-"}
    look |= {"capstyle": "butt", "joinstyle": "round", "zorder": LINES, "clip_on": False}
    axes.add_patch(PathPatch(path, edgecolor=tone.line, facecolor="none", gid="line", **look))
    if has_head:
        _draw_head(axes, tip, ahead, length, tone)
    if label:
        draw_note(axes, middle_of(path), label, tone=tone, is_on_line=True)


def draw_note(
    axes: Axes,
    place: Point,
    text: str,
    *,
    tone: Tone = QUIET,
    align: str = "center",
    is_on_line: bool = False,
    size: Number = 0,
) -> None:
    r"""Write a few words of ours beside a part: its name, or its shape, ``"$(T,\ 2n)$"``.

    Args:
        axes: Where to draw.
        place: Its middle, or the end that ``align`` names.
        text: Between dollars it is a formula, and larger.
        tone: Its colours.
        align: ``left``, ``center`` or ``right``.
        is_on_line: Whether it interrupts the line that it stands on.
        size: Of the letters; 0 for the usual.
    """
    look = {"ha": align, "gid": f"note {text}"}
    if is_on_line:
        paper = {"facecolor": QUIET.ground, "edgecolor": "none"}
        look["bbox"] = paper | {"boxstyle": "square,pad=0.15"}
    size = size or (WORD if is_math_text(text) else NOTE)
    size = SYMBOL if _smallest_letter(text, size) < SMALLEST else size
    _write(axes, place, text, size, tone, **look)


def _write(axes: Axes, place: Point, text: str, size: Number, tone: Tone, **look: object) -> None:
    smallest = _smallest_letter(text, size) if look.get("parse_math", True) else size
    if smallest < SMALLEST:
        raise ValueError(f"size: expected letters of {SMALLEST:.2f} or more, got {smallest:.2f}")
    look = {"ha": "center", "va": "center", "parse_math": True} | look
    look |= {"fontfamily": FAMILY, "math_fontfamily": FORMULAS, "fontsize": size}
    axes.text(*place, text, color=tone.letters, usetex=False, zorder=LETTERS, **look)


def _smallest_letter(text: str, size: Number) -> float:
    """The size of the smallest letter: an index has 0.7 of its symbol's size."""
    if not is_math_text(text):
        return float(size)
    font = FontProperties(family=FAMILY, size=size, math_fontfamily=FORMULAS)
    return min(glyph[1] for glyph in MathTextParser("path").parse(text, 72, font).glyphs)


def _draw_head(axes: Axes, tip: Point, ahead: np.ndarray, length: float, tone: Tone) -> None:
    back, side = tip - length * ahead, 0.4 * length * np.array([-ahead[1], ahead[0]])
    look = {"facecolor": tone.line, "linewidth": 0, "zorder": LINES, "clip_on": False}
    axes.add_patch(Polygon([tip, back + side, back - side], gid="head", **look))
