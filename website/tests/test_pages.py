"""What every built page must do, measured in a browser."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from bs4 import BeautifulSoup
from pages import ROOT, promised_pages
from playwright.sync_api import Page

# Opens whatever is folded: solutions, hidden cells, the table under an explorable.
OPEN_ALL = """() => {
  document.querySelectorAll('details').forEach(part => { part.open = true; });
  document.querySelectorAll('button.toggle-button-hidden').forEach(button => button.click());
}"""
AXE_OPTIONS = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    "preload": False,
    "resultTypes": ["violations"],
}
# Half of it is the frame: the theme's style sheet, scripts and two fonts, which the browser keeps
# from page to page. The rest leaves room for a dozen figures. Uncompressed, at 10 Mbit/s: 1.2 s.
MAX_PAGE_BYTES = 1_500_000

OpenPage = Callable[..., Page]


def axe_violations(page: Page) -> str:
    """Describe every breach of WCAG 2.2 A and AA, with the element it is in."""
    found = Axe().run(page, options=AXE_OPTIONS).response["violations"]
    return "\n".join(
        f"{rule['id']}: {rule['help']}\n  {node['html'][:200]}\n  {node['failureSummary'][:300]}"
        for rule in found
        for node in rule["nodes"][:5]
    )


@functools.cache
def soup(html: Path, address: str) -> BeautifulSoup:
    return BeautifulSoup((html / address).read_text(encoding="utf-8"), "html.parser")


def test_every_page_of_the_contents_is_built(html: Path):
    assert [page for page in promised_pages() if not (html / page).is_file()] == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_accessible_and_quiet(address: str, theme: str, page: OpenPage):
    opened = page(address, theme=theme)
    opened.evaluate(OPEN_ALL)
    assert opened.evaluate("document.documentElement.dataset.theme") == theme
    violations = axe_violations(opened)
    assert not violations, violations


def test_fits_a_phone(address: str, page: OpenPage):
    opened = page(address, width=390)
    opened.evaluate(OPEN_ALL)
    wide = opened.evaluate(
        """() => document.documentElement.scrollWidth <= innerWidth ? [] :
             [...document.querySelectorAll('article *')]
               .filter(part => part.getBoundingClientRect().right > innerWidth + 1
                 && !part.closest('.pst-scrollable-table-container, pre, .formula'))
               .map(part => part.outerHTML.slice(0, 120)).slice(0, 5)"""
    )
    assert wide == []
    assert opened.evaluate("document.documentElement.scrollWidth <= innerWidth")
    violations = axe_violations(opened)
    assert not violations, violations


def test_a_printed_table_that_is_wide_scrolls_on_a_phone_from_the_keyboard_too(page: OpenPage):
    table = page("chapters/05-masking.html", width=390).locator(".tag_wide-output .cell_output pre")
    assert table.evaluate("table => table.scrollWidth > table.clientWidth")
    assert table.evaluate("table => table.tabIndex") == 0


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
        elif parts.fragment and file.suffix == ".html" and link.name == "a":
            there = soup(html, file.relative_to(html).as_posix())
            if not there.find(id=unquote(parts.fragment)):
                broken.append(f"{target}: no such anchor")
    assert broken == []


def test_nothing_comes_from_another_server(address: str, html: Path):
    parts = soup(html, address).select("script[src], link[href], img[src], iframe, source, object")
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


def test_reads_without_javascript(address: str, page: OpenPage):
    opened = page(address, javascript=False)
    article = opened.locator("article.bd-article")
    assert opened.locator("h1:visible").count() >= 1
    if address == "search.html":
        return
    assert len(article.inner_text()) > 300
    for kind in ("figure", "table", "img", "math"):
        for part in article.locator(kind).all():
            folded = part.locator("xpath=ancestor::details[not(@open)]").count()
            assert folded or part.is_visible(), f"{kind} is not visible: {part.inner_text()[:80]}"


def test_formulas_are_mathml(address: str, html: Path):
    page = soup(html, address)
    for formula in page.select(".math"):
        assert formula.find("math"), f"not translated: {formula}"
    assert not page.select('script[src*="mathjax" i]')


@pytest.mark.parametrize("word", ["softmax", "bottleneck"])
def test_search_finds(word: str, page: OpenPage):
    opened = page(f"search.html?q={word}")
    first = opened.locator("#search-results ul.search a").first
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


def test_the_colours_can_be_chosen(page: OpenPage):
    opened = page("intro.html", theme="light")
    seen = set()
    for _ in range(3):
        opened.locator(".theme-switch-button:visible").first.click()
        seen.add(opened.evaluate("document.documentElement.dataset.theme"))
    assert seen == {"light", "dark"}


def test_page_weight(address: str, page: OpenPage):
    opened = page(address)
    opened.wait_for_load_state("networkidle")
    sizes = opened.evaluate(
        """() => Object.fromEntries([...performance.getEntriesByType('navigation'),
               ...performance.getEntriesByType('resource')]
             .map(entry => [entry.name, entry.encodedBodySize]))"""
    )
    total = sum(sizes.values())
    print(f"{address}: {total / 1000:.0f} kB in {len(sizes)} files")
    heaviest = sorted(sizes.items(), key=lambda item: -item[1])[:5]
    assert total <= MAX_PAGE_BYTES, heaviest
