"""Cells that a reader opens: each bar says in words what lies behind it.

myst-nb names every bar "Toggle hidden content" for screen readers, whatever it shows to the eye.
Here both are the same words, and they do not change when the bar opens: the browser says that it
did. What is folded depends on a cell's tags: `setup` and `hide-input` fold the code, `claims` folds
code and output, since its bar says how many claims hold.
"""

from __future__ import annotations

import re
from html import escape

from docutils import nodes
from myst_nb.sphinx_ import HideCodeCellNode
from page_nodes import cells, tags
from sphinx.application import Sphinx
from sphinx.writers.html5 import HTML5Translator

TITLE = re.compile(r"# @title (.+)")


def count_of_claims(printed: str) -> str:
    r"""Say how many claims a cell has printed as true.

    >>> count_of_claims("✓ softmax sums to 1\n✓ so do its rows\n")
    '2 claims checked'
    >>> count_of_claims("✓ softmax sums to 1\n"), count_of_claims("")
    ('1 claim checked', 'Checks')
    """
    number = sum(line.startswith("✓") for line in printed.splitlines())
    return f"{number} claim{'s' * (number > 1)} checked" if number else "Checks"


def words_on_the_bar(
    tagged: list[str], printed: str, html: str, has_picture: bool, source: str = ""
) -> str:
    """Say what a bar hides, by the tags of its cell, by what the cell shows, or by its title.

    >>> words_on_the_bar(["hide-input"], "", "", True)
    'The code of this figure'
    >>> words_on_the_bar(["hide-input"], "", "", False, "# @title Code of `write`\\ndef write():")
    'Code of write'
    """
    if "claims" in tagged:
        return count_of_claims(printed)
    if "setup" in tagged:
        return "Setup"
    if has_picture or 'class="pa-explorable' in html:
        return "The code of this figure"
    if 'class="book-table' in html:
        return "The code of this table"
    title = TITLE.match(source)
    return title[1].replace("`", "") if title else "The code"


def mode_of(tagged: list[str], mode: str | None) -> str | None:
    """Say which part of a cell is folded: `all` of it, its `input`, or what myst-nb has found."""
    return "all" if "claims" in tagged else "input" if "setup" in tagged else mode


def name_folds(app: Sphinx, document: nodes.document) -> None:
    """Write on each folded cell what its bar says."""
    for cell in cells(document):
        mode = mode_of(tags(cell), cell.get("hide_mode"))
        if not mode:
            continue
        outputs = [part for part in cell if "cell_output" in part["classes"]]
        printed = "\n".join(block.astext() for part in outputs for block in blocks(part))
        html = "".join(raw.astext() for part in outputs for raw in part.findall(nodes.raw))
        has_picture = any(next(part.findall(nodes.image), None) for part in outputs)
        source = next((block.astext() for block in blocks(cell)), "")
        words = words_on_the_bar(tags(cell), printed, html, has_picture, source)
        cell["hide_mode"], cell["prompt_show"], cell["prompt_hide"] = mode, words, words


def blocks(part: nodes.Element) -> list[nodes.literal_block]:
    """What a cell has printed."""
    return list(part.findall(nodes.literal_block))


def visit_fold(self: HTML5Translator, node: HideCodeCellNode) -> None:
    """Open a fold: its visible words are its name."""
    classes = " ".join(["hide", *node["classes"]])
    self.body.append(f'<details class="{classes}">\n')
    self.body.append(f"<summary>{escape(node['prompt_show'])}</summary>\n")


def depart_fold(self: HTML5Translator, node: HideCodeCellNode) -> None:
    """Close a fold."""
    self.body.append("</details>\n")


def setup(app: Sphinx) -> dict[str, bool]:
    """Take over what myst-nb writes for a folded cell."""
    app.add_node(HideCodeCellNode, override=True, html=(visit_fold, depart_fold))
    app.connect("doctree-read", name_folds)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
