"""A server for the built site, the system's Chromium, and pages that report their problems."""

from __future__ import annotations

import functools
import http.server
import os
import shutil
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urljoin

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, sync_playwright


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    """Serve files without a line on the terminal for each."""

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


class QuietServer(http.server.ThreadingHTTPServer):
    """A browser that leaves a page hangs up on what still loads: that is no error."""

    def handle_error(self, request: object, client_address: object) -> None:
        """Report everything else."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder; give its address, ending in a slash."""
    handler = functools.partial(QuietHandler, directory=str(folder))
    with QuietServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start the system's Chromium, or the one that CHROMIUM names."""
    names = ("chromium", "chromium-browser", "google-chrome")
    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    if path is None:
        pytest.exit("no Chromium: install Debian's package chromium or set CHROMIUM", returncode=1)
    quiet = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=[*quiet, "--disable-background-networking"]
        )
        yield browser
        browser.close()


def watched_page(context: BrowserContext, site: str) -> tuple[Page, list[str]]:
    """Open an empty page, and a list that fills with what it should not do.

    That is to log or throw an error, to ask another server, or to miss a file that it asks for.
    """
    context.set_default_timeout(10_000)
    page, problems = context.new_page(), []

    def note(broken: bool, problem: str) -> None:
        if broken:
            problems.append(problem)

    own = (site, "data:", "blob:", "about:")
    page.on("request", lambda it: note(not it.url.startswith(own), f"another server: {it.url}"))
    page.on("pageerror", lambda error: note(True, f"script error: {error}"))
    page.on("response", lambda got: note(got.status >= 400, f"{got.status} {got.url}"))
    page.on(
        "console",
        lambda said: note(said.type in ("error", "warning"), f"console {said.type}: {said.text}"),
    )
    return page, problems


@contextmanager
def opened(browser: Browser, source: str, **settings: object) -> Iterator[Page]:
    """Open an address, or HTML text; errors on the page are errors of the test."""
    context = browser.new_context(reduced_motion="reduce", **settings)  # scrolls at once
    try:
        is_text = source.lstrip().startswith("<")
        page, problems = watched_page(context, "about:" if is_text else urljoin(source, "/"))
        if is_text:
            page.set_content(source)
        else:
            page.goto(source)
        yield page
        assert problems == []
    finally:
        context.close()


def middle(locator: Locator) -> tuple[float, float]:
    """The point to aim at."""
    box = locator.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
