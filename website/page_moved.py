"""Every address that the book has had leads somewhere: places that moved, and pages that are gone.

`addresses.txt` lists them. A section, figure or exercise that moved to another page of its chapter
is found there by its id. The page where it stood then knows it, and book.js sends the reader on. A
page that is gone leaves a page behind that does the same, and has a link for those without scripts.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.util import logging

logger = logging.getLogger(__name__)

ADDRESSES = Path(__file__).with_name("addresses.txt")


class Address(NamedTuple):
    """A page, without its ending, and an id on it, which may be empty."""

    page: str
    place: str

    @classmethod
    def read(cls, text: str) -> Address:
        """Read what stands in the list.

        >>> Address.read("chapters/04-a.html#why")
        Address(page='chapters/04-a', place='why')
        """
        page, _, place = text.partition("#")
        return cls(page.removesuffix(".html"), place)

    def seen_from(self, page: str) -> str:
        """Give the relative address, from a page in the same folder or from the top.

        >>> Address("chapters/04b-a", "why").seen_from("chapters/04-a")
        '04b-a.html#why'
        """
        folder = page.rpartition("/")[0]
        near = self.page.removeprefix(f"{folder}/") if folder else self.page
        return f"{near}.html" + (f"#{self.place}" if self.place else "")


def old_addresses(text: str) -> dict[Address, Address | None]:
    """Read the list: each old address, and its new one where the list names it.

    >>> old_addresses("# why\\na.html#x\\na.html#y b.html#z\\n")[Address("a", "y")]
    Address(page='b', place='z')
    """
    rows = [line.split() for line in text.splitlines() if line and not line.startswith("#")]
    return {Address.read(row[0]): Address.read(row[1]) if row[1:] else None for row in rows}


def chapter_of(page: str) -> str:
    """Give what all pages of a chapter begin with; of another page, its name.

    >>> chapter_of("chapters/04b-why-the-root"), chapter_of("intro")
    ('chapters/04', 'intro')
    """
    chapter = re.match(r"chapters/\d\d", page)
    return chapter[0] if chapter else page


def new_address(
    old: Address, named: Address | None, ids: Mapping[str, frozenset[str]]
) -> Address | None:
    """Say where an old address leads today: to itself, as the list names it, or by its id.

    Args:
        old: What somebody may have linked to.
        named: Where the list sends it.
        ids: The ids on each page.

    Returns:
        None if it leads nowhere.

    >>> ids = {"chapters/04-a": frozenset("x"), "chapters/04b-b": frozenset("yz")}
    >>> new_address(Address("chapters/04-a", "y"), None, ids)
    Address(page='chapters/04b-b', place='y')
    >>> new_address(Address("chapters/04-a", "q"), None, ids)
    """

    def stands(address: Address) -> bool:
        return address.page in ids and (not address.place or address.place in ids[address.page])

    if named is not None:
        return named if stands(named) else None
    chapter = sorted(page for page in ids if chapter_of(page) == chapter_of(old.page))
    places = [old, *(Address(page, old.place) for page in chapter)]
    return next((address for address in places if stands(address)), None)


@cache
def moved(env: BuildEnvironment) -> dict[str, dict[str, Address]]:
    """For each old page the places that are elsewhere today; ``""`` stands for the page itself."""
    ids = {page: ids_on(env.get_doctree(page)) for page in env.found_docs}
    ids |= {"index": frozenset()}  # the front door, which sends the reader to the first page
    found: dict[str, dict[str, Address]] = {}
    for old, named in old_addresses(ADDRESSES.read_text(encoding="utf-8")).items():
        new = new_address(old, named, ids)
        if new is None:
            logger.warning("%s.html#%s leads nowhere: see %s", *old, ADDRESSES.name, type="book")
        elif new != old:
            found.setdefault(old.page, {})[old.place] = new
    return found


def ids_on(document: nodes.document) -> frozenset[str]:
    """All ids of a page."""
    return frozenset(
        name for node in document.findall(nodes.Element) for name in node.get("ids", [])
    )


def tell_the_page(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any
) -> None:
    """Give a page the new addresses of what stood on it."""
    places = moved(app.env).get(pagename, {}) if app.builder.name == "html" else {}
    here = {place: new.seen_from(pagename) for place, new in sorted(places.items())}
    context["moved_places"] = json.dumps(here) if here else ""


def pages_left_behind(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    """A page for each page that is gone."""
    for page, places in moved(app.env).items():
        if page not in app.env.found_docs and "" in places:
            target = places[""].seen_from(page)
            title = app.env.titles[places[""].page].astext()
            yield page, {"target": target, "title": title}, "moved.html"


def setup(app: Sphinx) -> dict[str, bool]:
    """Run when the ids of all pages are known."""
    app.connect("html-page-context", tell_the_page)
    app.connect("html-collect-pages", pages_left_behind)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
