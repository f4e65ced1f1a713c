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
LIMIT_WORDS = {"max", "min", "sup", "inf", "lim", "argmax", "argmin", "arg\u2009max", "arg\u2009min"}
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
    tidy(tree, display=display)
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
    """Replace attributes that browsers ignore: fonts by Unicode letters, columns by classes."""
    variant = element.attrib.pop("mathvariant", None)
    if variant and variant != "normal":
        if variant not in STYLE_NAMES:
            raise MathError(f"the font {variant} is not translated")
        element.text = "".join(styled(letter, STYLE_NAMES[variant]) for letter in element.text or "")
    elif variant == "normal" and element.tag == "mi" and len(element.text or "") == 1:
        element.set("mathvariant", "normal")  # the one value that MathML Core keeps
    alignment = element.attrib.pop("columnalign", None)
    if alignment in ("left", "right"):
        element.set("class", f"math-{alignment}")
    for ignored in ("columnspacing", "rowspacing", "fence", "separator", "movablelimits"):
        element.attrib.pop(ignored, None)
    if element.tag == "mo" and element.text in SYMBOL_IDENTIFIERS:
        element.tag = "mi"
    elif element.tag == "mi" and element.text in SEPARATORS:
        element.tag = "mo"
    elif element.tag == "mi" and element.text in FENCES:
        element.tag = "mo"
        element.set("stretchy", "false")
    elif element.tag == "mo" and element.text in BARS:
        element.attrib.update(lspace="0", rspace="0")
        element.attrib.setdefault("stretchy", "false")
    elif element.tag == "mo" and element.text in TIGHT:
        element.attrib.update(lspace="0", rspace="0")
    elif element.tag == "mo" and element.text == "\u2015":  # \overline: the dash does not stretch
        element.text = "\u203e"
        element.set("stretchy", "true")
    if element.tag == "mo" and len(element) == 0 and len((element.text or "").strip()) > 1:
        if (element.text or "").replace("\u2009", "").isalpha():
            element.tag = "mi"  # a function's name: softmax, log, max
            element.attrib.clear()


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


def tidy(tree: ElementTree.Element, *, display: bool) -> None:
    """Place limits and spaces: below \\max, none around the minus of t-1, a thin one after \\log."""
    for parent in tree.iter():
        children = list(parent)
        if parent.tag in CHILDREN and parent.tag not in ("mfrac", "mroot"):
            for script in children[1:]:
                if script.tag != "mo":  # an operator on its own is an accent, as in \\hat
                    tighten(script)
        if parent.tag == "mover" and children[1:] and children[1].text in ACCENTS:
            parent.set("accent", "true")  # close to its letter, not as far away as a limit
            children[1].text = {"~": "\u02dc"}.get(children[1].text, children[1].text)
        for position, child in enumerate(children):
            base = child[0] if child.tag in WITH_LIMITS and len(child) else child
            if base.tag == "mo" and base.text in LARGE_OPERATORS and child is not base:
                child.tag = WITH_LIMITS[child.tag]
            if base.tag == "mi" and len(base.text or "") > 1:
                if display and child.tag == "msub" and base.text in LIMIT_WORDS:
                    child.tag = "munder"
                if parent.tag not in CHILDREN:
                    following = children[position + 1] if position + 1 < len(children) else None
                    space(child, following, children[position - 1] if position else None, parent)


def tighten(script: ElementTree.Element) -> None:
    """Take the operators' space out of a script, as LaTeX does: t-1, not t - 1."""
    for element in script.iter("mo"):
        element.attrib.update(lspace="0", rspace="0")


def space(word, following, before, parent) -> None:
    """Set `log x` apart as LaTeX does, but not `log(x)`."""
    if following is not None and following.tag in ("mi", "mn", "msub", "msup", "mfrac", "mover"):
        index = list(parent).index(word)
        parent.insert(index + 1, ElementTree.Element("mspace", width="0.167em"))
    if before is not None and before.tag in ("mi", "mn", "msub", "msup", "msubsup", "mfrac"):
        if not (before.tag == "mi" and len(before.text or "") > 1):
            parent.insert(list(parent).index(word), ElementTree.Element("mspace", width="0.167em"))


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
    try:
        return latex_to_mathml(node.astext(), display=display)
    except MathError as error:
        logger.warning("formula %r: %s", node.astext(), error, location=node, type="mathml")
        return f"<code>{node.astext()}</code>"


def visit_inline(self: HTML5Translator, node: nodes.math) -> None:
    self.body.append(f'<span class="math">{translate(node, display=False)}</span>')
    raise nodes.SkipNode


def visit_block(self: HTML5Translator, node: nodes.math_block) -> None:
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
    return {"parallel_read_safe": True, "parallel_write_safe": True}
