"""Which word looks at which: attention weights as a heat map, as links and as a table."""

from collections.abc import Collection, Sequence
from itertools import zip_longest

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.font_manager import FontProperties
from matplotlib.image import AxesImage
from matplotlib.patches import Rectangle
from matplotlib.patheffects import withStroke
from matplotlib.textpath import text_to_path
from numpy.typing import ArrayLike

from paying_attention.figures.style import WEIGHTS, WITH_ATTENTION, ink_on
from paying_attention.figures.words import columns, distinct_words, shown_words

Link = tuple[int, int]  # (target position, source position)
GOLD = "#E69F00"  # with a black border: one of the two is visible on every cell
MOST_NUMBERS = 8  # with more rows or columns, the cells are too small to write in
LETTER, ROOM = 11.0, 28.6  # points: of letters and digits, and the side of a cell with a number
THICKEST_LINE = 8.0  # points, at weight 1
LINE_LENGTH = 72  # columns, of a table


def draw_alignment(
    axes: Axes,
    weights: ArrayLike,
    target: Sequence[str],
    source: Sequence[str],
    *,
    sure: Collection[Link] = (),
    possible: Collection[Link] = (),
    mask: ArrayLike | None = None,
) -> AxesImage:
    """Draw weights as a heat map: a row for each target word, a column for each source word.

    Gold links are framed, sure ones by a solid line and possible ones by a dashed line. A matrix of
    at most 8 by 8 has its numbers in the cells, if they are large enough.

    Args:
        axes: Where to draw.
        weights: Shape (target, source), from 0 to 1; rows may sum to less than 1.
        target: The words that look, the queries.
        source: The words that are looked at, the keys.
        sure: Links (target position, source position) that must be found.
        possible: Links that may be found; they may repeat the sure ones.
        mask: True where a query may look; the other cells are hatched.

    Returns:
        The image, for a key to its colours: ``figure.colorbar(image, ax=axes)``.

    Raises:
        TypeError: If words are one string, weights hold no numbers, or the mask no booleans.
        ValueError: If shapes differ from the words, a weight is not in 0..1, or a link is outside.

    Example:
        >>> from matplotlib.figure import Figure
        >>> axes = Figure().subplots()
        >>> _ = draw_alignment(axes, [[0.1, 0.9]], ["two"], ["und", "zwei"], sure={(0, 1)})
        >>> [label.get_text() for label in axes.get_xticklabels()]
        ['und', 'zwei']
    """
    target, source = shown_words("target", target), shown_words("source", source)
    values = _checked_weights(weights, target, source)
    may_look = _checked_mask(mask, values.shape)
    _check_links(sure, possible, values.shape)
    image = axes.imshow(values, cmap=WEIGHTS, vmin=0, vmax=1, interpolation="nearest")
    side = min(np.divide(_size_in_points(axes), values.shape[::-1]))  # of a cell, in points
    _label_rows_and_columns(axes, target, source, side)
    for cell in np.argwhere(~may_look).tolist():
        _surround(axes, cell, 0.0, edgecolor="#767676", hatch="///", linewidth=0)
    for link in {*sure, *possible}:
        _frame(axes, link, min(2.0, 0.09 * side), "solid" if link in sure else (0, (2.2, 2.0)))
    if max(values.shape) <= MOST_NUMBERS and side >= ROOM:
        _write_numbers(axes, values, may_look)
    return image


def draw_links(
    axes: Axes,
    weights: ArrayLike,
    target: Sequence[str],
    source: Sequence[str],
    *,
    threshold: int | float = 0.05,
) -> None:
    """Write the source above the target and join their words by lines as thick as the weights.

    Words that do not fit beside each other are turned upright.

    Args:
        axes: Where to draw.
        weights: Shape (target, source), from 0 to 1; rows may sum to less than 1.
        target: The words that look, below.
        source: The words that are looked at, above.
        threshold: Smaller weights get no line.

    Raises:
        TypeError: If words are one string, or weights hold no numbers.
        ValueError: If their shape differs from the words, or a weight or threshold is not in 0..1.
    """
    target, source = shown_words("target", target), shown_words("source", source)
    values = _checked_weights(weights, target, source)
    if not 0 <= threshold <= 1:
        raise ValueError(f"threshold: expected 0 to 1, got {threshold}")
    width = _size_in_points(axes)[0]
    size = min(_letter_size(words, width) for words in (target, source))
    above = _write_row(axes, source, 1, size, width)
    below = _write_row(axes, target, 0, size, width)
    drawn = np.argwhere(values >= threshold)
    strengths = np.array([values[row, column] for row, column in drawn])
    ends = [[(above[column], 1), (below[row], 0)] for row, column in drawn]
    colors = [(WITH_ATTENTION.color, 0.3 + 0.7 * strength) for strength in strengths]
    axes.add_collection(LineCollection(ends, linewidths=THICKEST_LINE * strengths, colors=colors))
    axes.set(xlim=(0, width), ylim=(0, 1))
    axes.set_axis_off()


def alignment_table(
    weights: ArrayLike, target: Sequence[str], source: Sequence[str], *, top: int = 2
) -> str:
    """Write weights as a table, for readers who cannot see the figure.

    A word that occurs twice has its position behind it, counted from 1. Weights that would show as
    0.00 are not listed. The last number of a row is the sum of its other weights.

    Args:
        weights: Shape (target, source), from 0 to 1; rows may sum to less than 1.
        target: The words that look, a row each.
        source: The words that are looked at.
        top: How many of them to list at most, the largest weight first.

    Returns:
        A heading and the rows, in lines of at most 72 columns.

    Raises:
        TypeError: If words are one string, or weights hold no numbers.
        ValueError: If their shape differs from the words, a weight is not in 0..1, or top < 1.

    Example:
        >>> weights = [[0.05, 0.05, 0.9], [0.2, 0.5, 0.3], [0.8, 0.1, 0.1]]
        >>> print(alignment_table(weights, ["twenty", "-", "four"], ["vier", "und", "zwanzig"]))
        target  looks at                 rest
        twenty  zwanzig 0.90, vier 0.05  0.05
        -       und 0.50, zwanzig 0.30   0.20
        four    vier 0.80, und 0.10      0.10
    """
    target, source = shown_words("target", target), shown_words("source", source)
    values = _checked_weights(weights, target, source)
    if top < 1:
        raise ValueError(f"top: expected 1 or more, got {top}")
    rows, names = [("target", ["looks at"], "rest")], distinct_words(source)
    for word, row in zip(distinct_words(target), values, strict=True):
        order = np.argsort(-row, kind="stable")[:top]
        listed = [i for i in order if f"{row[i]:.2f}" != "0.00"]
        looks_at = [f"{names[i]} {row[i]:.2f}" for i in listed]
        rows.append((word, looks_at or ["nothing"], f"{np.delete(row, listed).sum():.2f}"))
    return _in_columns(rows)


def _checked_weights(
    weights: ArrayLike, target: Sequence[str], source: Sequence[str]
) -> np.ndarray:
    try:
        values = np.asarray(weights)
    except (TypeError, ValueError, RuntimeError) as error:  # ragged rows, a tensor with gradients
        raise TypeError(f"weights: expected a matrix that NumPy can read, got {error}") from error
    if values.dtype.kind not in "fiu":
        raise TypeError(f"weights: expected numbers, got {values.dtype}")
    if 0 in values.shape or values.shape != (len(target), len(source)):
        expected = f"{len(target)} target words, {len(source)} source words"
        raise ValueError(f"weights: expected shape ({expected}), got {values.shape}")
    if not ((values >= -1e-6) & (values <= 1 + 1e-6)).all():  # false for NaN, too
        raise ValueError(f"weights: expected 0 to 1, got {values.min()} to {values.max()}")
    return values.clip(0, 1).astype(float)


def _checked_mask(mask: ArrayLike | None, shape: tuple[int, ...]) -> np.ndarray:
    may_look = np.ones(shape, dtype=bool) if mask is None else np.asarray(mask)
    if may_look.dtype != bool:
        raise TypeError(f"mask: expected booleans, got {may_look.dtype}")
    if may_look.shape != shape:
        raise ValueError(f"mask: expected shape {shape}, got {may_look.shape}")
    return may_look


def _check_links(
    sure: Collection[Link], possible: Collection[Link], shape: tuple[int, ...]
) -> None:
    for name, links in (("sure", sure), ("possible", possible)):
        for row, column in links:
            if not (0 <= row < shape[0] and 0 <= column < shape[1]):
                raise ValueError(
                    f"{name}: expected links (target < {shape[0]}, source < {shape[1]}), "
                    f"got {(row, column)}"
                )


def _label_rows_and_columns(
    axes: Axes, target: Sequence[str], source: Sequence[str], side: float
) -> None:
    look = {"fontsize": min(LETTER, 0.85 * side), "parse_math": False}
    fits = max(_length(word, look["fontsize"]) for word in source) < 0.9 * side
    axes.set_xticks(range(len(source)), source, rotation=0 if fits else 90, **look)
    axes.set_yticks(range(len(target)), target, **look)
    axes.set_xticks(np.arange(1, len(source)) - 0.5, minor=True)
    axes.set_yticks(np.arange(1, len(target)) - 0.5, minor=True)
    axes.tick_params(which="both", length=0, labeltop=True, labelbottom=False)
    axes.xaxis.set_label_position("top")
    axes.grid(visible=False)
    axes.grid(which="minor", visible=True)  # between the cells
    axes.set_axisbelow(False)
    axes.spines[:].set(visible=True, color="#767676")


def _surround(axes: Axes, cell: Sequence[int], inset: float, **look: object) -> None:
    corner, side = (cell[1] - 0.5 + inset, cell[0] - 0.5 + inset), 1 - 2 * inset
    axes.add_patch(Rectangle(corner, side, side, fill=False, zorder=3, **look))


def _frame(axes: Axes, link: Link, width: float, dash: object) -> None:
    border = [withStroke(linewidth=width + 1.2, foreground="black")]
    look = {"edgecolor": GOLD, "linewidth": width, "linestyle": dash, "path_effects": border}
    _surround(axes, link, 0.07, **look)


def _write_numbers(axes: Axes, values: np.ndarray, may_look: np.ndarray) -> None:
    for (row, column), weight in np.ndenumerate(values):
        if may_look[row, column] or weight > 0:
            look = {"color": ink_on(WEIGHTS(weight)), "fontsize": LETTER, "zorder": 4}
            axes.text(column, row, f"{weight:.2f}", ha="center", va="center", **look)


def _write_row(axes: Axes, words: Sequence[str], y: int, size: float, width: float) -> np.ndarray:
    """Write words over the whole width, each with room for its own length; give their centres."""
    upright = size < LETTER
    size = LETTER if upright else size
    lengths = np.array([size if upright else _length(word, size) for word in words])
    room = lengths + (width - lengths.sum()) / len(words)
    centres = room.cumsum() - room / 2
    look = {"fontsize": size, "rotation": 90 if upright else 0, "parse_math": False}
    look |= {"ha": "center", "va": "bottom" if y else "top", "textcoords": "offset points"}
    for word, x in zip(words, centres, strict=True):
        axes.annotate(word, (x, y), (0, 3 if y else -3), **look)
    return centres


def _letter_size(words: Sequence[str], width: float) -> float:
    return min(LETTER, width / sum(_length(f"{word}  ", 1.0) for word in words))


def _length(word: str, size: float) -> float:
    font = FontProperties(size=size)
    return text_to_path.get_text_width_height_descent(word, font, ismath=False)[0]


def _size_in_points(axes: Axes) -> tuple[float, float]:
    points = 72 / axes.figure.dpi
    return axes.bbox.width * points, axes.bbox.height * points


def _in_columns(rows: Sequence[tuple[str, list[str], str]]) -> str:
    first = max(columns(word) for word, _, _ in rows)
    room = LINE_LENGTH - first - len("  ") - len("  10.00")
    broken = [_lines(listed, room) for _, listed, _ in rows]
    second = max(columns(line) for lines in broken for line in lines)
    table = [
        f"{_padded(word, first)}  {_padded(line, second)}  {number}".rstrip()
        for (start, _, end), lines in zip(rows, broken, strict=True)
        for word, line, number in zip_longest([start], lines, [end], fillvalue="")
    ]
    return "\n".join(table)


def _lines(listed: Sequence[str], room: int) -> list[str]:
    """Join by commas, and begin a new line where the next one does not fit any more."""
    lines = [""]
    for number, each in enumerate(listed, start=1):
        each = each if number == len(listed) else f"{each},"
        longer = f"{lines[-1]} {each}" if lines[-1] else each
        lines[-1:] = [longer] if columns(longer) <= room or not lines[-1] else [lines[-1], each]
    return lines


def _padded(text: str, width: int) -> str:
    return text + " " * (width - columns(text))
