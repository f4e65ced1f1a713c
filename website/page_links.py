"""Links between the book's pages: full addresses in the notebooks, relative ones on the site.

A notebook is read in JupyterLab, on Colab and on GitHub too, where only a full address leads
anywhere. The site may stand elsewhere: on a disk, on a course's server. There a link must stay in
the book. `html_baseurl` in _config.yml is the one place that knows the address.
"""

from __future__ import annotations

import re
from html import escape, unescape
from typing import NamedTuple
from urllib.parse import unquote

from docutils import nodes
from page_nodes import replace_html
from sphinx.application import Sphinx
from sphinx.builders import Builder
from sphinx.util import logging

logger = logging.getLogger(__name__)


class Place(NamedTuple):
    """A page without its ending, and the id of a place on it; each may be empty."""

    page: str
    fragment: str


def place_of(address: str, base: str) -> Place | None:
    """Read a full address as a place in the book; None if it leads out of it.

    >>> place_of("https://book.org/chapters/01-a.html#how-long", "https://book.org/")
    Place(page='chapters/01-a', fragment='how-long')
    >>> place_of("https://book.org.evil.com/", "https://book.org/")
    """
    base = base.rstrip("/")
    if not base or not (address + "/").startswith((f"{base}/", f"{base}#")):
        return None
    path, _, fragment = address.removeprefix(base).partition("#")
    return Place(unquote(path.strip("/")).removesuffix(".html"), fragment)


def relative_address(place: Place, page: str, builder: Builder) -> str | None:
    """Say how to get from a page to a place in the book; None if there is no such page."""
    target = place.page if place.page not in ("", "index") else builder.config.root_doc
    if target not in builder.env.found_docs:
        return None
    if target == page and place.fragment:
        return f"#{place.fragment}"
    address = builder.get_relative_uri(page, target) or builder.get_target_uri(page).split("/")[-1]
    return f"{address}#{place.fragment}" if place.fragment else address


def shorten_links(app: Sphinx, document: nodes.document, docname: str) -> None:
    """Make each full address of a place in the book a relative one, in text and in html."""
    if app.builder.format != "html" or not app.config.html_baseurl:
        return

    def shortened(address: str, node: nodes.Node) -> str:
        place = place_of(address, app.config.html_baseurl)
        short = address if place is None else relative_address(place, docname, app.builder)
        if short is None:
            logger.warning("the book has no page %s", address, location=node, type="book")
        return short or address

    for link in document.findall(nodes.reference):
        address = link.get("refuri", "")
        link["refuri"] = shortened(address, link) if address else address
        if link["refuri"] != address:
            link["internal"] = True
        elif not address:
            del link["refuri"]
    for raw in list(document.findall(nodes.raw)):
        _shorten_html(raw, shortened)


def _shorten_html(raw: nodes.raw, shortened) -> None:
    def short_href(found: re.Match[str]) -> str:
        return f'href="{escape(shortened(unescape(found[1]), raw))}"'

    replace_html(raw, re.sub(r'href="(https?:[^"]*)"', short_href, raw.astext()))


def setup(app: Sphinx) -> dict[str, bool]:
    """Run when all pages are known."""
    app.connect("doctree-resolved", shorten_links)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
