"""What every built page must do, measured in a browser."""

from __future__ import annotations

import functools
import re
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from accessibility import OPEN_ALL, axe_violations, choose_theme
from browser import opened
from bs4 import BeautifulSoup
from form import complaints
from pages import ROOT, promised_pages
from playwright.sync_api import Page

WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 900}
# Half of it is the frame: the theme's style sheet, scripts and two fonts, which the browser keeps
# from page to page. The rest leaves room for a dozen figures. Uncompressed, at 10 Mbit/s: 1.2 s.
MAX_PAGE_BYTES = 1_500_000


def too_heavy(page: Page) -> list[str]:
    """The five heaviest files of a page that brings too many bytes."""
    page.wait_for_load_state("networkidle")
    sizes = page.evaluate(
        """() => Object.fromEntries([...performance.getEntriesByType('navigation'),
               ...performance.getEntriesByType('resource')]
             .map(entry => [entry.name, entry.encodedBodySize]))"""
    )
    total = sum(sizes.values())
    print(f"{page.url}: {total / 1000:.0f} kB in {len(sizes)} files")
    heaviest = sorted(sizes.items(), key=lambda item: -item[1])[:5]
    return [] if total <= MAX_PAGE_BYTES else [f"{total} bytes, the heaviest files: {heaviest}"]


def too_wide(page: Page) -> list[str]:
    """What makes a page scroll sideways, unless it scrolls by itself."""
    page.evaluate(OPEN_ALL)
    return page.evaluate(
        """() => document.documentElement.scrollWidth <= innerWidth ? [] : [
             `the page is ${document.documentElement.scrollWidth} pixels wide`,
             ...[...document.querySelectorAll('article *')]
               .filter(part => part.getBoundingClientRect().right > innerWidth + 1
                 && !part.closest('.pst-scrollable-table-container, pre, .formula'))
               .map(part => part.outerHTML.slice(0, 120)).slice(0, 5)]"""
    )


def stops_for_nothing(page: Page) -> list[str]:
    """Buttons that copy what a cell has printed: nobody needs them, and Tab stops at each."""
    buttons = page.locator(".cell_output button.copybtn").count()
    return [f"{buttons} buttons copy what was printed"] if buttons else []


@functools.cache
def soup(html: Path, address: str) -> BeautifulSoup:
    return BeautifulSoup((html / address).read_text(encoding="utf-8"), "html.parser")


@functools.cache
def anchors(html: Path, address: str) -> set[str]:
    return {part["id"] for part in soup(html, address).find_all(id=True)}


def test_every_page_of_the_contents_is_built(html: Path):
    assert [page for page in promised_pages() if not (html / page).is_file()] == []


def test_accessible_light_and_quiet_on_a_screen_and_on_a_phone(address, browser, site):
    with opened(browser, f"{site}{address}", viewport=WIDE) as page:
        assert page.evaluate("document.documentElement.dataset.mode") == "auto"
        found = too_heavy(page) + stops_for_nothing(page) + axe_violations(page, ("light", "dark"))
        choose_theme(page, "dark")
        page.set_viewport_size(PHONE)
        page.reload()
        found += too_wide(page) + axe_violations(page, ("dark", "light"))
    assert not found, "\n".join(found)


def test_keeps_the_form(address: str, html: Path, config: dict):
    base = config["sphinx"]["config"]["html_baseurl"]
    assert complaints(soup(html, address), base, address) == []


def test_every_internal_link_resolves(address: str, html: Path):
    broken = []
    for link in soup(html, address).select("a[href], img[src], link[href], script[src]"):
        target = link.get("href") or link.get("src")
        parts = urlsplit(urljoin(f"https://here/{address}", target))
        if parts.netloc != "here":
            continue
        file = html / unquote(parts.path).lstrip("/")
        if not file.is_file():
            broken.append(target)
        elif (
            parts.fragment
            and (file.suffix, link.name) == (".html", "a")
            and unquote(parts.fragment) not in anchors(html, file.relative_to(html).as_posix())
        ):
            broken.append(f"{target}: no such anchor")
    assert broken == []


def test_nothing_comes_from_another_server(address: str, html: Path):
    loaded = 'script[src], link[href]:not([rel~="canonical"]), img[src], iframe, source, object'
    parts = soup(html, address).select(loaded)
    urls = [part.get("src") or part.get("href") or "" for part in parts]
    assert [url for url in urls if urlsplit(url).netloc] == []


def test_every_picture_has_a_text(address: str, html: Path):
    main = soup(html, address).select_one("main")
    images = main.select("img")
    silent = [str(image)[:150] for image in images if not image.get("alt", "").strip()]
    for drawing in main.select("svg"):
        named = drawing.get("aria-label") or drawing.get("aria-labelledby")
        if drawing.get("role") == "img":
            if not named:
                silent.append(str(drawing)[:150])
        elif not (drawing.get("aria-hidden") == "true" or named):
            silent.append(str(drawing)[:150])
    assert silent == []


def test_reads_without_javascript(address, browser, site):
    with opened(browser, f"{site}{address}", java_script_enabled=False) as page:
        assert page.locator("h1:visible").count() >= 1
        if address == "search.html":
            return
        article = page.locator("article.bd-article")
        assert len(article.inner_text()) > 300
        hidden = article.evaluate(
            """article => [...article.querySelectorAll('figure, table, img, math')].filter(part => {
                 const { width, height } = part.getBoundingClientRect();
                 const visible = part.checkVisibility({ visibilityProperty: true });
                 return !(visible && width && height) && !part.closest('details:not([open])');
               }).map(part => part.outerHTML.slice(0, 120))"""
        )
        assert hidden == []


def test_formulas_are_mathml(address: str, html: Path):
    page = soup(html, address)
    for formula in page.select(".math"):
        assert formula.find("math"), f"not translated: {formula}"
    assert not page.select('script[src*="mathjax" i]')


@pytest.mark.parametrize("word", ["softmax", "bottleneck"])
def test_search_finds(word, browser, site):
    with opened(browser, f"{site}search.html?q={word}") as page:
        first = page.locator("#search-results ul.search a").first
        first.wait_for()
        assert "chapters/" in first.get_attribute("href")


def test_buttons_point_into_the_repository(chapter: str, html: Path, config: dict):
    repository = config["repository"]["url"]
    branch = config["repository"]["branch"]
    notebook = chapter.replace(".html", ".ipynb")
    assert (ROOT / notebook).is_file()
    links = [link["href"] for link in soup(html, chapter).select("a.page-link-button")]
    owner = urlsplit(repository).path
    assert f"https://colab.research.google.com/github{owner}/blob/{branch}/{notebook}" in links
    assert f"{repository}/edit/{branch}/{notebook}" in links
    assert any(link.endswith(f"_sources/{notebook}") for link in links)


def test_the_colours_can_be_chosen(browser, site):
    with opened(browser, f"{site}intro.html", viewport=WIDE) as page:
        seen = set()
        for _ in range(3):
            page.locator(".theme-switch-button:visible").first.click()
            seen.add(page.evaluate("document.documentElement.dataset.theme"))
    assert seen == {"light", "dark"}


def test_next_leads_from_core_to_core_and_a_study_leads_back(chapter: str, html: Path):
    """`chapters/04b-….html` leads back to 04 and on to 05; 04 leads back to 03."""
    order = [page for page in promised_pages() if not re.match(r"chapters/\d\d[a-z]", page)]
    core = next(page for page in order if page[:11] == chapter[:11])
    place = order.index(core)
    for name, expected in (
        ("left-prev", core if chapter != core else order[place - 1]),
        ("right-next", order[place + 1]),
    ):
        links = soup(html, chapter).select(f"a.{name}")
        assert [urljoin(chapter, link["href"]) for link in links] == [expected]
