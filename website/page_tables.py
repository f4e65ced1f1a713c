"""Tables of the text: header cells say what they head, so that a screen reader can say it too.

In Markdown only the first row is a header. Where the first column names the rows, its cells become
headers as well. Tables that a cell shows bring theirs along. Both kinds scroll by themselves.
"""

from __future__ import annotations

import re
from html import unescape
from itertools import pairwise

from docutils import nodes
from page_nodes import replace_html
from sphinx.application import Sphinx
from sphinx.writers.html5 import HTML5Translator

TABLE = '<table class="book-table'
ROW_NAME = re.compile(r'<th scope="row"[^>]*>([^<]*)<')
LONG_IN_TABLE, LONG_IN_TEXT = 8, 25  # letters


class header_cell(nodes.entry):  # docutils finds the visitor by this name
    """A cell that heads its column (`scope="col"`) or its row (`scope="row"`)."""


def names_rows(first_column: list[str], columns: int) -> bool:
    """Tell whether the cells of a first column can name the rows: all are filled, no two alike.

    >>> names_rows(["query", "key"], 2)
    True
    >>> names_rows(["query", "query"], 2), names_rows(["query", ""], 2), names_rows(["query"], 1)
    (False, False, False)
    """
    return columns > 1 and all(first_column) and len(set(first_column)) == len(first_column)


def add_headers(app: Sphinx, document: nodes.document) -> None:
    """Say of each header cell what it heads."""
    for table in list(document.findall(nodes.table)):
        for head in table.findall(nodes.thead):
            for cell in list(head.findall(nodes.entry)):
                make_header(cell, "col" if cell.astext() else "")
        for body in table.findall(nodes.tbody):
            first = [row[0] for row in body.findall(nodes.row)]
            if names_rows([cell.astext().strip() for cell in first], len(body[0])):
                for cell in first:
                    make_header(cell, "row")


def make_header(cell: nodes.entry, scope: str) -> None:
    """Put a header cell into the place of another cell; an empty corner heads nothing."""
    cell.replace_self(header_cell("", *cell.children, **cell.attributes | {"scope": scope}))


def pieces(name: str) -> list[str]:
    """Cut a name where it may break: behind a point, a slash or an underscore, before a letter.

    >>> pieces("attention.recurrent.frozen_vector"), pieces("0.5"), pieces("__init__.py")
    (['attention.', 'recurrent.', 'frozen_', 'vector'], ['0.5'], ['__init__.py'])
    """
    return re.split(r"(?<=[^\W_][./_])(?!py\b)(?=[^\W\d_])", name)


def let_names_break(app: Sphinx, document: nodes.document) -> None:
    """Let names in code wrap within a table, so that it need not scroll on a phone.

    So do long names of the text. Behind an underscore, and in the text, this is for narrow screens
    alone; book.css says which they are.
    """
    for name in list(document.findall(nodes.literal)):
        in_table = bool(name.parent and ancestor(name, nodes.table))
        if not in_table and max(map(len, name.astext().split()), default=0) < LONG_IN_TEXT:
            continue
        first, *rest = pieces(name.astext())
        name.children = [nodes.Text(first)]
        for before, part in pairwise([first, *rest]):
            wide = in_table and not before.endswith("_")
            chance = "<wbr>" if wide else '<wbr class="narrow">'
            name += [nodes.raw("", chance, format="html"), nodes.Text(part)]


def ancestor(node: nodes.Node, kind: type[nodes.Element]) -> nodes.Element | None:
    """The nearest element of a kind around a node."""
    while node is not None and not isinstance(node, kind):
        node = node.parent
    return node


def mark_long_names(app: Sphinx, document: nodes.document) -> None:
    """Tell book.css which tables have rows with long names: those need room when they scroll."""
    for table in document.findall(nodes.table):
        heads = [cell for cell in table.findall(header_cell) if cell["scope"] == "row"]
        if any(len(cell.astext()) > LONG_IN_TABLE for cell in heads):
            table["classes"].append("long-names")


def frame_outputs(app: Sphinx, document: nodes.document) -> None:
    """Let the tables of cells scroll by themselves, like those of the text."""
    for raw in list(document.findall(nodes.raw)):
        html = raw.astext()
        if html.startswith(TABLE):
            if any(len(unescape(name)) > LONG_IN_TABLE for name in ROW_NAME.findall(html)):
                html = html.replace(TABLE, f"{TABLE} long-names", 1)
            replace_html(raw, f'<div class="pst-scrollable-table-container">{html}</div>')


def visit_header(self: HTML5Translator, node: header_cell) -> None:
    """Write a header cell, or a plain one where there is nothing to head."""
    name, scope = ("th", {"scope": node["scope"]}) if node["scope"] else ("td", {})
    self.body.append(self.starttag(node, name, "", **scope))
    node.parent.column += 1
    self.context.append(f"</{name}>\n")


def depart_header(self: HTML5Translator, node: header_cell) -> None:
    """Close a header cell."""
    self.body.append(self.context.pop())


def setup(app: Sphinx) -> dict[str, bool]:
    """Run when a page is read."""
    app.add_node(header_cell, html=(visit_header, depart_header))
    app.connect("doctree-read", add_headers)
    app.connect("doctree-read", let_names_break)
    app.connect("doctree-read", mark_long_names)
    app.connect("doctree-read", frame_outputs)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
