"""Quotations that begin with a word of the book: a prediction to make, a result, a surprise."""

from __future__ import annotations

from docutils import nodes
from page_nodes import opening
from sphinx.application import Sphinx

MARKS = {"Predict.": "predict", "Result.": "result", "Surprise.": "surprise"}


def mark_of(quotation: nodes.block_quote) -> str | None:
    """Give the mark that a quotation begins with: `> **Predict.** …`.

    >>> bold = nodes.strong("", "Result.")
    >>> mark_of(nodes.block_quote("", nodes.paragraph("", "", bold, nodes.Text(" It holds."))))
    'result'
    >>> mark_of(nodes.block_quote("", nodes.paragraph("", "To be, or not to be.")))
    """
    bold = opening(quotation[0] if len(quotation) else None, nodes.strong)
    return MARKS.get(bold.astext()) if bold else None


def mark_quotations(app: Sphinx, document: nodes.document) -> None:
    """Name each mark in the page's classes, for book.css."""
    for quotation in document.findall(nodes.block_quote):
        if mark := mark_of(quotation):
            quotation["classes"] += ["book-mark", f"book-mark-{mark}"]
            opening(quotation[0], nodes.strong)["classes"].append("book-mark-word")


def setup(app: Sphinx) -> dict[str, bool]:
    """Run when a page is read."""
    app.connect("doctree-read", mark_quotations)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
