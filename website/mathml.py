r"""Turn the LaTeX of the pages into MathML while the book is built.

Browsers draw MathML themselves, so a formula needs no script, no download from elsewhere, and
screen readers can speak it. latex2mathml does the translation; this file brings its result into the
subset that browsers implement (MathML Core) and turns everything that it cannot translate into a
warning, which `-W` makes an error: a formula is right or the build fails.

>>> print(latex_to_mathml(r"\mathbf{x}_i"))
<math display="inline"><mrow><msub><mi>𝐱</mi><mi>i</mi></msub></mrow></math>
>>> latex_to_mathml(r"\nosuchcommand{x}")
Traceback (most recent call last):
    ...
mathml.MathError: \nosuchcommand is not translated
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from xml.etree import ElementTree

from docutils import nodes
from latex2mathml.converter import convert
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number
from sphinx.writers.html5 import HTML5Translator

logger = logging.getLogger(__name__)

# How many children each of these must have; a missing argument in LaTeX shows here.
CHILDREN = {
    **{"mfrac": 2, "mroot": 2, "msub": 2, "msup": 2, "munder": 2, "mover": 2},
    **{"msubsup": 3, "munderover": 3},
}
LEAVES = {"mi", "mn", "mo", "mtext", "mspace"}
CONTAINERS = {"math", "mrow", "mstyle", "msqrt", "mtable", "mtr", "mtd", "mpadded", "mphantom"}
# Letters that read as one word: \max takes its limit below in a displayed formula.
LIMIT_WORDS = {"max", "min", "sup", "inf", "lim", "arg\u2009max", "arg\u2009min"}
# Browsers put the limits of these below in a displayed formula and beside the sign in a line.
LARGE_OPERATORS = set("∑∏∐⋃⋂⨁⨂")
ACCENTS = set("^~\u02dc\u02c7\u00af\u02c9\u203e\u02d9\u00a8")
WITH_LIMITS = {"msub": "munder", "msup": "mover", "msubsup": "munderover"}
STYLE_NAMES = {
    "bold": "BOLD",
    "italic": "ITALIC",
    "bold-italic": "BOLD ITALIC",
    "double-struck": "DOUBLE-STRUCK",
    "script": "SCRIPT",
    "bold-script": "BOLD SCRIPT",
    "fraktur": "FRAKTUR",
    "sans-serif": "SANS-SERIF",
    "monospace": "MONOSPACE",
}
# latex2mathml accepts these and gives something else than LaTeX does.
REFUSED = (r"\operatorname*", r"\not", r"\mathop", r"\bigl.", r"\tag", r"\label", r"\hline")
SYMBOL_IDENTIFIERS = {"⊤", "∞", "∅", "†", "⋯", "…", "⋮", "⋱"}  # no operator's space around these
SEPARATORS = {";", ":"}
FENCES = set("⟨⟩⌊⌋⌈⌉")
BARS = {"‖", "|"}
TIGHT = {"/", "∂", "′"}  # LaTeX sets these like letters


class MathError(ValueError):
    """A formula that cannot be shown faithfully."""


def latex_to_mathml(latex: str, *, display: bool = False) -> str:
    """Translate one formula.

    Args:
        latex: The formula without dollar signs.
        display: True for a formula on a line of its own.

    Returns:
        One `<math>` element as text.

    Raises:
        MathError: If anything in the formula is unknown, incomplete or not drawn by browsers.
    """
    latex = prepare(latex)
    try:
        raw = convert(latex, display="block" if display else "inline")
        tree = ElementTree.fromstring(re.sub(r'\sxmlns="[^"]*"', "", raw, count=1))
    except Exception as error:  # the package raises a dozen kinds, also plain IndexError
        raise MathError(f"{type(error).__name__} {error}".strip()) from error
    for element in list(tree.iter()):
        restyle(element)
    place(tree, display=display)
    separate(tree)
    check(tree)
    return ElementTree.tostring(tree, encoding="unicode")


def prepare(latex: str) -> str:
    """Rewrite the few notations that latex2mathml does not know, and refuse unbalanced braces."""
    latex = re.sub(r"(?<!\\)%.*", "", latex).strip()
    depth = 0
    for brace in re.findall(r"(?<!\\)[{}]", latex):
        depth += 1 if brace == "{" else -1
        if depth < 0:
            break
    if depth:
        raise MathError("unbalanced braces")
    # `aligned` differs from `align*` only in what it may stand inside of.
    latex = re.sub(r"\\(begin|end)\{(aligned|split)\}", r"\\\1{align*}", latex)
    # Words: one identifier, instead of a product of letters.
    latex = re.sub(r"\\arg\s*\\(max|min)(?![A-Za-z])", r"\\arg\1", latex)
    latex = re.sub(r"\\operatorname\*\{arg(?:\\,|\s)*(max|min)\}", r"\\arg\1", latex)
    for refused in REFUSED:
        if re.search(re.escape(refused) + r"(?![A-Za-z])", latex):
            raise MathError(f"{refused} is not translated")
    latex = re.sub(r"\\mathrm\{([A-Za-z])\}", r"\\text{\1}", latex)
    return re.sub(r"\\mathrm\{([A-Za-z]{2,})\}", r"\\operatorname{\1}", latex)


def restyle(element: ElementTree.Element) -> None:
    """Replace attributes that browsers ignore, and name what an operator is and what is not."""
    text = element.text or ""
    variant = element.attrib.pop("mathvariant", None)
    if variant == "normal" and element.tag == "mi" and len(text) == 1:
        element.set("mathvariant", "normal")  # the one value that MathML Core keeps
    elif variant not in (None, "normal"):
        if variant not in STYLE_NAMES:
            raise MathError(f"the font {variant} is not translated")
        element.text = "".join(styled(letter, STYLE_NAMES[variant]) for letter in text)
    alignment = element.attrib.pop("columnalign", None)
    if alignment in ("left", "right"):
        element.set("class", f"math-{alignment}")
    for ignored in ("columnspacing", "rowspacing", "fence", "separator", "movablelimits"):
        element.attrib.pop(ignored, None)
    if element.tag == "mi" and text in SEPARATORS:
        element.tag = "mo"
    elif element.tag == "mi" and text in FENCES:
        element.tag = "mo"
        element.set("stretchy", "false")
    elif element.tag == "mo" and text in SYMBOL_IDENTIFIERS:
        element.tag = "mi"
    elif element.tag == "mo" and len(text) > 1 and text.replace("\u2009", "").isalpha():
        element.tag = "mi"  # a function's name: softmax, log, max
        element.attrib.clear()
    elif element.tag == "mo" and text in BARS:
        element.attrib.update(lspace="0", rspace="0")
        element.attrib.setdefault("stretchy", "false")
    elif element.tag == "mo" and text in TIGHT:
        element.attrib.update(lspace="0", rspace="0")
    elif element.tag == "mo" and text == "\u2015":  # \\overline: the dash does not stretch
        element.text = "\u203e"
        element.set("stretchy", "true")


def styled(letter: str, style: str) -> str:
    """Give the mathematical letter of a style, such as 𝜶 for α in bold italic."""
    if not letter.isalnum():
        return letter
    name = unicodedata.name(letter)
    parts = re.fullmatch(r"(?:LATIN|GREEK) (SMALL|CAPITAL) LETTER (\w+)|DIGIT (\w+)", name)
    if parts:
        tail = f"DIGIT {parts[3]}" if parts[3] else f"{parts[1]} {parts[2]}"
        for prefix in ("MATHEMATICAL ", ""):
            try:
                return unicodedata.lookup(f"{prefix}{style} {tail}")
            except KeyError:
                continue
    raise MathError(f"no {style.lower()} form of {letter!r}")


def place(tree: ElementTree.Element, *, display: bool) -> None:
    """Set scripts, limits and accents as LaTeX does."""
    for element in tree.iter():
        parts = list(element)
        if element.tag not in CHILDREN or element.tag in ("mfrac", "mroot") or not parts:
            continue
        base, *scripts = parts
        for script in scripts:
            if script.tag != "mo":  # an operator on its own is an accent, as in \\hat
                for operator in script.iter("mo"):
                    operator.attrib.update(lspace="0", rspace="0")  # t-1, not t - 1
        # A limit stands far above its letter, an accent close to it.
        if element.tag == "mover" and scripts and scripts[0].text in ACCENTS:
            element.set("accent", "true")
            scripts[0].text = {"~": "\u02dc"}.get(scripts[0].text, scripts[0].text)
        large = base.tag == "mo" and base.text in LARGE_OPERATORS
        word = display and base.tag == "mi" and base.text in LIMIT_WORDS
        if large or word:
            element.tag = WITH_LIMITS.get(element.tag, element.tag)


def separate(tree: ElementTree.Element) -> None:
    """Put a thin space around the name of a function: `2 log x`, but `log(x)`."""
    letters = {"mi", "mn", "mfrac", "mover", "munder", *WITH_LIMITS}
    for parent in [element for element in tree.iter() if element.tag not in CHILDREN]:
        children = list(parent)
        for before, after in itertools.pairwise(children):
            named = is_function(before) or is_function(after)
            if named and before.tag in letters and after.tag in letters:
                thin = ElementTree.Element("mspace", width="0.167em")
                parent.insert(list(parent).index(after), thin)


def is_function(element: ElementTree.Element) -> bool:
    """Tell whether an element is a name such as log, alone or with a script or a limit."""
    base = element[0] if element.tag in {*WITH_LIMITS, "munder"} and len(element) else element
    return base.tag == "mi" and len(base.text or "") > 1


def check(tree: ElementTree.Element) -> None:
    """Refuse what a browser would show wrongly or not at all."""
    for element in tree.iter():
        text = (element.text or "") + (element.tail or "")
        if unknown := re.search(r"\\[A-Za-z]*", text):
            raise MathError(f"{unknown[0]} is not translated")
        if element.tag in LEAVES:
            if len(element):
                raise MathError(f"<{element.tag}> holds other elements")
            if element.tag == "mspace" and element.get("linebreak"):
                raise MathError(r"\\ outside an environment: write \begin{aligned}")
            if element.text == "&":
                raise MathError("& outside an environment that aligns")
            if "$" in text:
                raise MathError(r"$ inside \text")
        elif element.tag in CHILDREN:
            if len(element) != CHILDREN[element.tag]:
                raise MathError(f"an argument is missing in <{element.tag}>")
        elif element.tag not in CONTAINERS:
            raise MathError(f"browsers do not draw <{element.tag}>")


def translate(node: nodes.Element, *, display: bool) -> str:
    """Give the MathML of a node, or warn where it stands in the source."""
    try:
        return latex_to_mathml(node.astext(), display=display)
    except MathError as error:
        logger.warning("formula %r: %s", node.astext(), error, location=node, type="mathml")
        return f"<code>{node.astext()}</code>"


def keep_punctuation(app: Sphinx, document: nodes.document, docname: str) -> None:
    """Hand a comma behind a formula over to it: a line must not begin with a comma."""
    for formula in list(document.findall(nodes.math)):
        follower = formula.next_node(descend=False, siblings=True)
        if isinstance(follower, nodes.Text) and follower[0] in ",.;:?!)":
            formula["punctuation"] = follower[0]
            place = formula.parent.index(formula) + 1  # an equal text may stand before it
            formula.parent[place] = nodes.Text(follower[1:])


def visit_inline(self: HTML5Translator, node: nodes.math) -> None:
    """Write a formula that stands in a line."""
    formula = translate(node, display=False) + node.get("punctuation", "")
    self.body.append(f'<span class="math">{formula}</span>')
    raise nodes.SkipNode


def visit_block(self: HTML5Translator, node: nodes.math_block) -> None:
    """Write a formula on a line of its own, with its number at the right."""
    self.body.append(self.starttag(node, "div", CLASS="math"))
    self.body.append(f'<div class="formula">{translate(node, display=True)}</div>')
    if node["number"]:
        self.body.append(f'<span class="eqno">({get_node_equation_number(self, node)})')
        self.add_permalink_ref(node, "Link to this equation")
        self.body.append("</span>")
    self.body.append("</div>\n")
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, bool]:
    """Offer the renderer under the name that `html_math_renderer` in _config.yml asks for."""
    app.add_html_math_renderer("mathml", (visit_inline, None), (visit_block, None))
    app.connect("doctree-resolved", keep_punctuation)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
