"""One plotting style for the whole book."""

from typing import NamedTuple

import matplotlib as mpl
from matplotlib.colors import LinearSegmentedColormap, to_rgb

from paying_attention.figures.palette import OKABE_ITO, TINTS


class Category(NamedTuple):
    """How one curve or bar looks; never by colour alone."""

    color: str
    marker: str
    dash: str | tuple[int, tuple[int, ...]]
    hatch: str


WITH_ATTENTION = Category(OKABE_ITO["blue"], "o", "-", "")
WITHOUT_ATTENTION = Category(OKABE_ITO["vermilion"], "s", "--", "//")
OTHERS = (
    Category(OKABE_ITO["bluish green"], "^", "-.", "\\\\"),
    Category(OKABE_ITO["reddish purple"], "D", ":", "xx"),
    Category(OKABE_ITO["orange"], "v", (0, (5, 1)), ".."),
    Category(OKABE_ITO["sky blue"], "P", (0, (1, 1)), "++"),
)

# Weights from 0 to 1, in every figure: white, the blue of attention, nearly black. Lightness falls
# evenly, so that it reads in grey and for colour-blind readers, and paper stays white at 0.
WEIGHTS = LinearSegmentedColormap.from_list(
    "weights", [(0.0, "#FFFFFF"), (0.6, WITH_ATTENTION.color), (1.0, TINTS["blue"][-1])]
)

Color = str | tuple[float, ...]


def ink_on(background: Color) -> str:
    """Choose black or white, whichever reads better; the contrast is at least 4.5 to 1 (WCAG AA).

    Args:
        background: A colour as matplotlib knows it.

    Returns:
        `black` or `white`.

    Source: https://www.w3.org/TR/WCAG21/#dfn-contrast-ratio

    Example:
        >>> ink_on("white"), ink_on(WITH_ATTENTION.color), ink_on(WEIGHTS(0.2))
        ('black', 'white', 'black')
    """
    channels = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(background)
    )
    brightness = sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), channels, strict=True))
    contrast_of_white, contrast_of_black = 1.05 / (brightness + 0.05), (brightness + 0.05) / 0.05
    return "white" if contrast_of_white > contrast_of_black else "black"


def use_book_style() -> None:
    """Set matplotlib up for the book: readable on a phone, sharp on a screen, no frames.

    A phone shows a figure 358 pixels wide. Up to 4.8 inches its letters have 11 of them or more.

    Example:
        >>> with mpl.rc_context():
        ...     use_book_style()
        ...     mpl.rcParams["axes.spines.top"]
        False
    """
    mpl.rcParams.update(
        {
            "figure.figsize": (4.8, 3.3),
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
