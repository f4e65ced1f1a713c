"""What each head of a layer looks at: small heat maps side by side, one for each head."""

import math
from collections.abc import Collection, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from paying_attention.figures.alignments import LETTER, Link, draw_alignment


def draw_heads(
    figure: Figure,
    heads: ArrayLike,
    target: Sequence[str],
    source: Sequence[str],
    titles: Sequence[str],
    *,
    sure: Collection[Link] = (),
    possible: Collection[Link] = (),
    mask: ArrayLike | None = None,
    columns: int = 2,
) -> list[Axes]:
    """Draw the weights of several heads over the same words, a heat map each.

    The words stand once: those that look at the left of the first column, those that are looked
    at above the first row.

    Args:
        figure: Where to draw; it should be empty.
        heads: Shape (head, target, source), from 0 to 1.
        target: The words that look, the queries.
        source: The words that are looked at, the keys.
        titles: What stands above each map, its score for instance.
        sure: Links (target position, source position) that must be found, framed in each map.
        possible: Links that may be found, framed by dashes.
        mask: True where a query may look; the other cells are hatched.
        columns: Maps beside each other.

    Returns:
        The axes of the maps, in the order of the heads.

    Raises:
        TypeError: If words or titles are one string, weights hold no numbers, or the mask no
            booleans.
        ValueError: If there is not one title for each head or no column, shapes differ from the
            words, a weight is not in 0..1, or a link is outside.

    Example:
        >>> axes = draw_heads(Figure(), [[[0.1, 0.9]], [[1, 0]]], ["b"], ["x", "y"], ["one", "two"])
        >>> [each.get_title() for each in axes]
        ['one', 'two']
    """
    if isinstance(titles, str):
        raise TypeError(f"titles: expected a sequence of titles, got the string {titles!r}")
    maps = list(np.asarray(heads))
    if not maps or len(maps) != len(titles):
        raise ValueError(f"titles: expected {len(maps)}, one for each head, got {len(titles)}")
    if columns < 1:
        raise ValueError(f"columns: expected 1 or more, got {columns}")
    rows = math.ceil(len(maps) / columns)
    close = {"wspace": 0.05}  # three by three cells of three maps then have room for their numbers
    panels = figure.subplots(rows, columns, squeeze=False, gridspec_kw=close).flatten().tolist()
    for place, (axes, weights, title) in enumerate(zip(panels, maps, titles, strict=False)):
        draw_alignment(axes, weights, target, source, sure=sure, possible=possible, mask=mask)
        axes.tick_params(labelsize=LETTER)
        axes.tick_params(labelleft=place % columns == 0, labeltop=place < columns)
        axes.set_title(title, fontsize=LETTER, parse_math=False)
    for axes in panels[len(maps) :]:
        axes.remove()
    return panels[: len(maps)]
