"""What myst-nb makes of a notebook, as far as the other files of this folder need to know it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from docutils import nodes


def cells(document: nodes.document) -> Iterator[nodes.container]:
    """Give the code cells of a page, with their outputs."""
    yield from filter(is_cell, list(document.findall(nodes.container)))


def is_cell(node: nodes.Node | None) -> bool:
    """Tell whether a node is a code cell."""
    return isinstance(node, nodes.container) and node.get("nb_element") == "cell_code"


def metadata(cell: nodes.Element) -> dict[str, Any]:
    """The metadata of a code cell."""
    return cell.get("cell_metadata") or {}


def tags(cell: nodes.Element) -> list[str]:
    """The tags of a code cell."""
    return metadata(cell).get("tags", [])


def opening(paragraph: nodes.Node | None, kind: type[nodes.Element]) -> nodes.Element | None:
    """The bold or slanted words that a paragraph begins with, if it does.

    The parser puts an empty text in front of what is bold.

    >>> bold = nodes.strong("", "Result.")
    >>> opening(nodes.paragraph("", "", nodes.Text(""), bold, nodes.Text(" Yes.")), nodes.strong)
    <strong: <#text: 'Result.'>>
    >>> opening(nodes.paragraph("", "Yes."), nodes.strong)
    """
    if not isinstance(paragraph, nodes.paragraph):
        return None
    first = next((child for child in paragraph.children if child.astext()), None)
    return first if isinstance(first, kind) else None


def replace_html(raw: nodes.raw, html: str) -> None:
    """Put other html into the place of a piece of html."""
    if html != raw.astext():
        raw.replace_self(nodes.raw("", html, **raw.attributes))
