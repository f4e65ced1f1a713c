"""Numbers -> SVG. Colours stand here for readers whose viewer drops the style sheet.

The wrapper of each drawing carries ``hidden``, which the style sheet overrides: where a viewer
removes styles and SVG alike (a notebook that is not trusted), no loose labels stay behind. It has
a value because JupyterLab drops this attribute without one.
"""

import html
from collections.abc import Sequence
from dataclasses import dataclass
from unicodedata import east_asian_width

from paying_attention.explorables.frame.arguments import Number

COLORS = ("#0072B2", "#009E73", "#CC79A7")  # Okabe-Ito: blue, bluish green, reddish purple
CONTROLS = '<div class="pa-controls"></div>'  # empty until the script runs
ORANGE = "#E69F00"  # what comes out: a context, an output; and a gold link
DIAMOND = f'<path class="pa-context" d="M0-9 9 0 0 9-9 0Z" fill="{ORANGE}" stroke="currentColor"/>'
SIZE = 360  # px of the width of a drawing, at least
BAR = 320  # px of a weight of 1, and the width of the bars' drawing
BARS_SIZE = (BAR, 152)
BOLD = 8.5  # px that a bold letter takes, about


@dataclass(frozen=True)
class BarLayout:
    """Where bars stand, in px; by default they fill a drawing of their own.

    Attributes:
        left: Where the tracks begin.
        top: Where the first label begins.
        width: Of a weight of 1.
        pitch: From one bar to the next.
        thickness: Of a bar.
        shades: How many colours take turns.
    """

    left: Number = 0
    top: Number = 0
    width: Number = BAR
    pitch: Number = 46
    thickness: int = 14
    shades: int = len(COLORS)


def figure(key: str, title: str, description: str, size: tuple[int, int], body: str) -> str:
    """Wrap SVG elements as an accessible image; its ids begin with ``key``.

    Example:
        >>> figure("pa-x-bars", "Three weights", "All equal.", (360, 100), "<g></g>")[-13:]
        '</svg>\\n</div>'
    """
    width, height = size
    return (
        f'<div class="pa-figure" hidden="hidden">\n<svg viewBox="0 0 {width} {height}" '
        f'role="img" aria-labelledby="{key}-title {key}-desc">\n'
        f'<title id="{key}-title">{html.escape(title)}</title>\n'
        f'<desc id="{key}-desc" data-out="summary">{html.escape(description)}</desc>\n'
        f"{body}\n</svg>\n</div>"
    )


def bars(
    labels: Sequence[str],
    weights: Sequence[Number],
    texts: Sequence[str],
    layout: BarLayout = BarLayout(),
) -> str:
    """Draw one bar per weight on a track from 0 to 1, its label and its number above it.

    Example:
        >>> 'width="80.00"' in bars(["a"], [0.25], ["0.25"])
        True
    """
    left, right, thickness = layout.left, layout.left + layout.width, layout.thickness
    rows = []
    for i, (label, weight, text) in enumerate(zip(labels, weights, texts, strict=True)):
        y, shade = layout.top + layout.pitch * i, i % layout.shades
        rows.append(
            f'<text x="{left:g}" y="{y + 15:g}" fill="currentColor">{html.escape(label)}</text>\n'
            f'<text class="pa-number" x="{right:g}" y="{y + 15:g}" text-anchor="end" '
            f'fill="currentColor" data-out="weight-{i}">{text}</text>\n'
            f'<rect class="pa-track" x="{left:g}" y="{y + 22:g}" width="{layout.width:g}" '
            f'height="{thickness}" fill="none" stroke="#8888"/>\n'
            f'<rect class="pa-bar pa-c{shade}" x="{left:g}" y="{y + 22:g}" '
            f'width="{layout.width * weight:.2f}" height="{thickness}" fill="{COLORS[shade]}" '
            f'data-bar="{i}"/>'
        )
    y = layout.top + layout.pitch * (len(rows) - 1) + thickness + 42
    rows += [
        f'<text class="pa-tick" x="{left + layout.width * at:g}" y="{y:g}" '
        f'text-anchor="{anchor}" fill="currentColor">{at:g}</text>'
        for at, anchor in ((0, "start"), (0.5, "middle"), (1, "end"))
    ]
    return "\n".join(rows)


def word(content: str, x: Number, y: Number, kind: str, anchor: str = "middle") -> str:
    """Write a word into a drawing.

    Example:
        >>> word("a < b", 1, 2, "pa-word")[-16:]
        '>a &lt; b</text>'
    """
    return (
        f'<text class="{kind}" x="{x:.2f}" y="{y:.2f}" text-anchor="{anchor}" '
        f'fill="currentColor">{html.escape(content)}</text>'
    )


def width_of(words: Sequence[str]) -> float:
    """Return the px that the longest of some words takes, about; wide letters count twice.

    Example:
        >>> width_of(("ab", "c")), width_of(("二",))
        (17.0, 17.0)
    """
    return BOLD * max(
        sum(1 + (east_asian_width(letter) in "WF") for letter in word) for word in words
    )
