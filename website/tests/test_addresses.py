"""Every address that the book has had leads to a place that stands on a page today."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

import pytest
from browser import opened
from bs4 import BeautifulSoup
from page_moved import ADDRESSES, Address, chapter_of, new_address, old_addresses

OLD = old_addresses(ADDRESSES.read_text(encoding="utf-8"))


@cache
def soup(html: Path, page: str) -> BeautifulSoup:
    return BeautifulSoup((html / f"{page}.html").read_text(encoding="utf-8"), "html.parser")


def leads_to(html: Path, old: Address) -> tuple[str, str]:
    """The page and the place that a reader of the built site sees."""
    page = soup(html, old.page)
    here = page.find(id=old.place) if old.place else page.find("article")
    if here:
        return old.page, old.place
    left_behind = page.find("article") is None
    script = page.find("script", src=False) if left_behind else page.find(id="moved-places")
    places = json.loads(re.search(r"\{.*\}", script.string.split(";")[0])[0])
    target, _, place = places[old.place].partition("#")
    return f"{old.page.rpartition('/')[0]}/{target}".removesuffix(".html").lstrip("/"), place


@pytest.mark.parametrize("page", sorted({address.page for address in OLD} - {"index"}))
def test_the_old_addresses_of_a_page_lead_somewhere(html: Path, page: str) -> None:
    for old in (address for address in OLD if address.page == page):
        target, place = leads_to(html, old)
        assert soup(html, target).find(id=place) if place else soup(html, target).find("article")
        assert place == old.place or OLD[old], f"{old} has another name without being told"


def test_a_browser_follows(html: Path, site: str, browser) -> None:
    moved = next(old for old in OLD if old.place and leads_to(html, old)[0] != old.page)
    target, place = leads_to(html, moved)
    for old, new in (
        (f"{moved.page}.html#{moved.place}", f"{target}.html#{place}"),
        ("chapters/02b-hard-attention.html", "chapters/03d-hard-attention.html"),
    ):
        with opened(browser, site + old) as page:
            page.wait_for_url(site + new)
            assert page.locator("article h1").count() == 1


def test_an_address_that_leads_nowhere_is_noticed() -> None:
    ids = {"chapters/04-a": frozenset({"x"}), "chapters/05-b": frozenset({"y"})}
    assert new_address(Address("chapters/04-a", "y"), None, ids) is None, "another chapter"
    assert new_address(Address("chapters/04-z", ""), None, ids) == Address("chapters/04-a", "")
    named = Address("chapters/05-b", "y")
    assert new_address(Address("chapters/04-a", "y"), named, ids) == named
    assert new_address(Address("chapters/04-a", "x"), Address("chapters/05-b", "q"), ids) is None
    assert chapter_of("chapters/04d-z") == "chapters/04"
