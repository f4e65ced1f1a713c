"""A figure as SVG that stands in a page and follows its colours, light and dark.

Letters are drawn as paths: every reader sees the letters that were measured, and none needs a font.
A screen reader gets one sentence instead. The same figure gives the same bytes every time.
"""

import importlib
import inspect
import io
import re
from collections.abc import Callable
from xml.etree import ElementTree

import matplotlib as mpl
import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from paying_attention.figures.machine import PLAIN, QUIET, SECOND, WITH, WITHOUT

# The page may say what these colours are: it is dark sometimes, and a drawing has no ground.
VARIABLES = {
    PLAIN.letters.lower(): "--book-ink",
    PLAIN.line.lower(): "--book-line",
    PLAIN.ground.lower(): "--book-box",
    QUIET.letters.lower(): "--book-ink-quiet",
    QUIET.line.lower(): "--book-line-quiet",
    QUIET.ground.lower(): "--book-ground",
    WITH.letters.lower(): "--book-attention-ink",
    WITH.line.lower(): "--book-attention",
    WITH.ground.lower(): "--book-attention-box",
    WITHOUT.letters.lower(): "--book-bottleneck-ink",
    WITHOUT.line.lower(): "--book-bottleneck",
    WITHOUT.ground.lower(): "--book-bottleneck-box",
    SECOND.letters.lower(): "--book-second-ink",
    SECOND.line.lower(): "--book-second",
    SECOND.ground.lower(): "--book-second-box",
}
NAMESPACE = "http://www.w3.org/2000/svg"
REFERRING = {"href", "clip-path", "style"}
REFERENCE = re.compile(r"(?<=^#).+|(?<=url\(#)[^)]+")
PLACE = "paying_attention.figures."


def inline_svg(figure: Figure, name: str, alt: str) -> str:
    """Write a figure as one ``<svg>`` element for a page of html.

    It is as wide as the page allows, and at most as wide as it was drawn (a point is 4/3 pixels).

    Args:
        figure: What to write; it stays as it is.
        name: Begins every id in it, so that two drawings on a page share none. Small letters,
            digits and hyphens, the first a letter.
        alt: What the figure shows, for those who do not see it.

    Raises:
        ValueError: If the name has other characters, or nothing is said.

    Example:
        >>> svg = inline_svg(Figure((3, 2)), "empty", "Nothing.")
        >>> svg[:62]
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 216 144" '
    """
    if not re.fullmatch("[a-z][a-z0-9-]*", name):
        raise ValueError(f"name: expected small letters, digits and hyphens, got {name!r}")
    if not alt.strip():
        raise ValueError(f"alt: expected a sentence, got {alt!r}")
    tree = ElementTree.fromstring(_svg(figure))
    _tidy(tree)
    _rename(tree, name)
    _color_by_page(tree)
    width, height = (72 * inches for inches in figure.get_size_inches())
    tree.attrib = {
        "xmlns": NAMESPACE,
        "viewBox": f"0 0 {width:g} {height:g}",
        "width": f"{width * 4 / 3:g}",
        "height": f"{height * 4 / 3:g}",
        "class": "drawing",
        "role": "img",
        "aria-label": alt,
        "style": f"width: 100%; max-width: {width * 4 / 3:g}px; height: auto; "
        "stroke-linejoin: round; stroke-linecap: butt",
    }
    return ElementTree.tostring(tree, encoding="unicode")


def drawing(name: str, alt: str, *, figure: str = "") -> str:
    """Draw what a function of this room draws without data, as SVG for a page.

    Args:
        name: Its module and its name, joined by a colon.
        alt: What it shows, for those who do not see it.
        figure: The figure's name on its page, which begins all ids; else the function's does.

    Raises:
        TypeError: If the function needs arguments or gives no axes.
        ValueError: If there is no such function.

    Example:
        >>> name = "paying_attention.figures.machines.unrolled:encoder_decoder"
        >>> drawing(name, "One vector.")[:4]
        '<svg'
    """
    draw = _function(name)
    try:
        inspect.signature(draw).bind()
    except TypeError as error:
        given = f"{name}{inspect.signature(draw)}"
        raise TypeError(f"name: expected a function without arguments, got {given}") from error
    with mpl.rc_context():
        mpl.rcdefaults()
        axes = draw()
        if not isinstance(axes, Axes):
            raise TypeError(f"name: expected a function that gives axes, got {type(axes)}")
        ids = figure or draw.__name__.replace("_", "-")
        try:
            return inline_svg(axes.figure, ids, alt)
        finally:
            plt.close(axes.figure)


def _function(name: str) -> Callable[[], object]:
    found = re.fullmatch(rf"({re.escape(PLACE)}(?:machines\.)?[a-z]\w*):([a-z]\w*)", name)
    if not found:
        raise ValueError(f"name: expected '{PLACE}<module>:<function>', got {name!r}")
    module, function = found.groups()
    try:
        draw = getattr(importlib.import_module(module), function)
    except ModuleNotFoundError as error:
        if error.name != module:  # something that the module needs
            raise
        raise ValueError(f"name: there is no module {module}") from error
    except AttributeError as error:
        raise ValueError(f"name: {module} has no function {function}") from error
    if not inspect.isfunction(draw):
        raise ValueError(f"name: expected a function, got {draw!r}")
    return draw


def _svg(figure: Figure) -> str:
    """What matplotlib writes by its own defaults, whatever the style is now."""
    with mpl.rc_context(), io.StringIO() as file:
        mpl.rcdefaults()
        mpl.rcParams["svg.fonttype"] = "path"
        figure.savefig(file, format="svg", transparent=True)
        return file.getvalue()


def _tidy(tree: ElementTree.Element) -> None:
    """Plain names, no white space, and no style that would reach the rest of the page."""
    for element in tree.iter():
        element.tag = element.tag.rpartition("}")[2]
        short = {key.rpartition("}")[2]: value.split() for key, value in element.items()}
        element.attrib = {key: " ".join(words) for key, words in short.items()}
        element.text = element.tail = None
        for child in [*element]:
            if child.tag.rpartition("}")[2] in ("style", "metadata"):
                element.remove(child)


def _rename(tree: ElementTree.Element, name: str) -> None:
    """Number the ids that something refers to; leave out the others.

    Theirs are drawn by chance, or the same in every drawing; these are neither.
    """
    new: dict[str, str] = {}
    for element in tree.iter():
        for key in REFERRING & {*element.keys()}:
            for old in REFERENCE.findall(element.get(key)):
                new.setdefault(old, f"{name}-{len(new) + 1}")
            element.set(key, REFERENCE.sub(lambda old: new[old[0]], element.get(key)))
    for element in tree.iter():
        old = element.attrib.pop("id", None)
        if old in new:
            element.set("id", new[old])


def _color_by_page(tree: ElementTree.Element) -> None:
    """A colour becomes the page's variable, with itself for pages that have none."""
    known = re.compile("|".join(VARIABLES))
    for element in tree.iter():
        if style := element.get("style"):
            element.set("style", known.sub(lambda c: f"var({VARIABLES[c[0]]}, {c[0]})", style))
