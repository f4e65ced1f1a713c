"""One plotting style for the whole book."""

from typing import NamedTuple

import matplotlib as mpl


class Category(NamedTuple):
    """How one curve or bar looks; never by colour alone."""

    color: str
    marker: str
    dash: str | tuple[int, tuple[int, ...]]
    hatch: str


# Okabe-Ito colours, which colour-blind readers can tell apart.
WITH_ATTENTION = Category("#0072B2", "o", "-", "")
WITHOUT_ATTENTION = Category("#D55E00", "s", "--", "//")
OTHERS = (
    Category("#009E73", "^", "-.", "\\\\"),
    Category("#CC79A7", "D", ":", "xx"),
    Category("#E69F00", "v", (0, (5, 1)), ".."),
    Category("#56B4E9", "P", (0, (1, 1)), "++"),
)


def use_book_style() -> None:
    """Set matplotlib up for the book: readable on a phone, sharp on a screen, no frames.

    Example:
        >>> use_book_style()
        >>> mpl.rcParams["axes.spines.top"]
        False
    """
    mpl.rcParams.update(
        {
            "figure.figsize": (6.4, 3.6),
            "figure.dpi": 110,
            "savefig.dpi": 110,
            "figure.constrained_layout.use": True,
            "figure.facecolor": "white",
            "font.size": 11,
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.grid": True,
            "axes.axisbelow": True,
            "grid.color": "#dddddd",
            "grid.linewidth": 0.6,
            "lines.linewidth": 2,
            "lines.markersize": 6,
            "legend.frameon": False,
            "hatch.linewidth": 0.6,
        }
    )
