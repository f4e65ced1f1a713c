"""Explorables on a small page, and what the tests read from them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest
from browser import opened
from playwright.sync_api import Browser, Locator, Page

from paying_attention.explorables.frame.explorable import Explorable

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
LISTEN = """(e) => { window.said = []; new MutationObserver(() => said.push(e.textContent))
  .observe(e, { childList: true, characterData: true, subtree: true }); }"""


def page_of(*explorables: Explorable) -> str:
    """Put explorables on a page as narrow as a chapter's, in its colours."""
    body = "\n".join(explorable._repr_html_() for explorable in explorables)
    style = (
        "body { margin: 0 16px; background: #fff } "
        "@media (prefers-color-scheme: dark) { body { background: #14181e } }"
    )
    return (
        f"<!doctype html><html lang=en><meta charset=utf-8><title>x</title><style>{style}</style>"
        f"<body><main>{body}</main></html>"
    )


@contextmanager
def shown(
    browser: Browser, *explorables: Explorable, **settings: object
) -> Iterator[tuple[Page, Locator]]:
    """Open a page of explorables; give the page and the first of them."""
    with opened(browser, page_of(*explorables), **settings) as page:
        yield page, page.locator(".pa-explorable").first


class Plants:
    """One page for many mistakes: opening a new one for each takes longer than finding them."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self.errors: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    def plant(self, markup: str, right: str, wrong: str) -> list[Locator]:
        """Show a page with a mistake in its scripts; give its explorables."""
        assert right in markup
        self._page.goto("about:blank")
        self.errors.clear()
        self._page.set_content(markup.replace(right, wrong))
        return self._page.locator(".pa-explorable").all()


def inputs_of(root: Locator) -> dict:
    """What the figure starts with."""
    return root.evaluate("(root) => JSON.parse(root.dataset.inputs)")


def state_of(root: Locator) -> dict:
    """What the figure has computed."""
    return root.evaluate("(root) => JSON.parse(root.dataset.state)")


def texts_of(root: Locator) -> list[str]:
    """Every word that may change, but for the hint, which only a live figure has."""
    return root.evaluate(
        """(root) => [...root.querySelectorAll("[data-out]:not(.pa-hint)")]
        .map((e) => e.textContent)"""
    )


def is_near(shown: object, expected: object, far: float = 1e-9) -> bool:
    """Compare numbers roughly and everything else exactly, in sequences as well."""
    if isinstance(expected, bool) or shown == expected:
        return shown == expected
    if isinstance(expected, int | float):
        return shown == pytest.approx(expected, rel=1e-9, abs=far)
    if isinstance(expected, Sequence) and not isinstance(expected, str):
        return (
            isinstance(shown, Sequence)
            and len(shown) == len(expected)
            and all(is_near(*pair, far) for pair in zip(shown, expected, strict=True))
        )
    return False


class Differences(list):
    """What the page shows otherwise than Python computes it."""

    def compare(self, what: str, shown: object, expected: object, far: float = 1e-9) -> None:
        """Note it where two values differ by more than ``far``."""
        if not is_near(shown, expected, far):
            self.append(f"{what}: the page has {shown!r}, Python {expected!r}")


def bare_words(browser: Browser, explorable: Explorable) -> list[str]:
    """The words that are left where a viewer drops styles, scripts and drawings.

    As JupyterLab does before a notebook is trusted: unknown elements go, their text stays, and
    attributes without a value go.
    """
    with opened(browser, "<main></main>") as page:
        text = page.evaluate(
            """(markup) => {
              const main = document.querySelector("main");
              main.innerHTML = markup;
              main.querySelectorAll("style, script").forEach((e) => e.remove());
              main.querySelectorAll("svg").forEach((e) => e.replaceWith(e.textContent));
              main.querySelectorAll("*").forEach((e) => [...e.attributes].forEach((a) => {
                if (a.value === "") { e.removeAttribute(a.name); }
              }));
              return main.innerText;
            }""",
            explorable._repr_html_(),
        )
    return sorted(text.split())


def drag_with_a_finger(page: Page, start: tuple[float, float], way: tuple[float, float]) -> None:
    """Touch a point, move by so many pixels in two steps, and let go."""
    touch = page.context.new_cdp_session(page)
    for kind, part in (("touchStart", 0), ("touchMove", 0.5), ("touchMove", 1), ("touchEnd", None)):
        points = []
        if part is not None:
            points = [{"x": start[0] + part * way[0], "y": start[1] + part * way[1]}]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
