"""WCAG 2.2 A and AA, asked of axe: in light and dark, at the width that a page has now."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import axe_playwright_python
from playwright.sync_api import Page

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# Opens whatever is folded: solutions, hidden cells, the table under an explorable.
OPEN_ALL = """() => {
  document.querySelectorAll('details').forEach(part => { part.open = true; });
}"""
# A colour on its way to another one would be measured on the way.
SETTLED = """() => Promise.all(document.getAnimations()
  .filter((moving) => moving instanceof CSSTransition).map((moving) => moving.finished))"""


@cache
def scripts() -> str:
    """axe, and what asks it."""
    (axe,) = Path(axe_playwright_python.__file__).parent.rglob("axe.min.js")
    ours = Path(__file__).with_suffix(".js")
    return f"{axe.read_text(encoding='utf-8')}\n{ours.read_text(encoding='utf-8')}"


def choose_theme(page: Page, theme: str) -> None:
    """Switch the colours as a reader's system does; a page of the book follows by its script."""
    page.emulate_media(color_scheme=theme)
    page.wait_for_function(
        """(theme) => { const { mode, theme: now } = document.documentElement.dataset;
        return !mode || now === theme; }""",
        arg=theme,
    )
    page.evaluate(SETTLED)


def axe_violations(page: Page, themes: tuple[str, ...] = ("light", "dark")) -> list[str]:
    """Describe every breach, with the element it is in; coloured code loses its colours by it.

    Texts that look alike are measured once: see accessibility.js.
    """
    page.evaluate(scripts())
    page.evaluate(OPEN_ALL)
    for theme in themes:
        choose_theme(page, theme)
        page.evaluate("(theme) => accessibility.sample(theme)", theme)
    page.evaluate("() => accessibility.flattenCode()")
    found = []
    for theme in reversed(themes):  # the last one is on
        choose_theme(page, theme)
        width = page.viewport_size["width"]
        rows = page.evaluate("([theme, tags]) => accessibility.run(theme, tags)", [theme, TAGS])
        found += [f"{theme}, {width} px: {row}" for row in rows]
    return found
