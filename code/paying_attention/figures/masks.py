"""Who may look where: a mask as a picture, without weights."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike

from paying_attention.figures.style import WEIGHTS
from paying_attention.figures.words import shown_words

OPEN, HATCH = 0.3, "#767676"  # how dark an open cell is on the map of weights; ink of the others


def draw_mask(axes: Axes, mask: ArrayLike, queries: Sequence[str], keys: Sequence[str]) -> None:
    """Draw a row for each query and a column for each key; what may not be seen is hatched.

    Args:
        axes: Where to draw.
        mask: Shape (query, key), True where a query may look.
        queries: The words that look.
        keys: The words that are looked at; turned upright if one has more than two letters.

    Raises:
        TypeError: If words are one string, or the mask holds no booleans.
        ValueError: If its shape differs from the words, or there are none.

    Example:
        >>> from matplotlib.figure import Figure
        >>> axes = Figure().subplots()
        >>> draw_mask(axes, [[True, False], [True, True]], ["the", "cat"], ["the", "cat"])
        >>> sum(bool(cell.get_hatch()) for cell in axes.patches)
        1
    """
    queries, keys = shown_words("queries", queries), shown_words("keys", keys)
    may_look = np.asarray(mask)
    if may_look.dtype != bool:
        raise TypeError(f"mask: expected booleans, got {may_look.dtype}")
    if 0 in may_look.shape or may_look.shape != (len(queries), len(keys)):
        expected = f"{len(queries)} queries, {len(keys)} keys"
        raise ValueError(f"mask: expected shape ({expected}), got {may_look.shape}")
    axes.imshow(np.where(may_look, OPEN, 0.0), cmap=WEIGHTS, vmin=0, vmax=1)
    for row, column in np.argwhere(~may_look).tolist():
        look = {"fill": False, "edgecolor": HATCH, "hatch": "///", "linewidth": 0}
        axes.add_patch(Rectangle((column - 0.5, row - 0.5), 1, 1, **look))
    upright = any(len(word) > 2 for word in keys)
    axes.set_xticks(range(len(keys)), keys, rotation=90 if upright else 0, parse_math=False)
    axes.set_yticks(range(len(queries)), queries, parse_math=False)
    axes.set_xticks(np.arange(1, len(keys)) - 0.5, minor=True)
    axes.set_yticks(np.arange(1, len(queries)) - 0.5, minor=True)
    axes.tick_params(which="both", length=0, labeltop=True, labelbottom=False)
    axes.grid(visible=False)
    axes.grid(which="minor", visible=True)  # between the cells
    axes.set_axisbelow(False)
    axes.spines[:].set(visible=True, color=HATCH)
