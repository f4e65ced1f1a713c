"""A server for the built site, one browser for all tests, and pages that report their problems."""

from __future__ import annotations

import functools
import http.server
import os
import shutil
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml
from playwright.sync_api import Browser, Page, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from pages import HTML, ROOT, promised_pages

PAGES = promised_pages()
CHAPTERS = [page for page in PAGES if page.startswith("chapters/") and page[9].isdigit()]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test once for each page, where it asks for `address`, or for each `chapter`."""
    for argument, values in (("address", [*PAGES, "search.html"]), ("chapter", CHAPTERS)):
        if argument in metafunc.fixturenames:
            metafunc.parametrize(argument, values)


@pytest.fixture(scope="session")
def html() -> Path:
    """The folder of the built site."""
    if not (HTML / "index.html").is_file():
        pytest.exit("no built site: run make book first", returncode=1)
    return HTML


@pytest.fixture(scope="session")
def config() -> dict:
    """The settings in _config.yml."""
    return yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    """Serve files without a line on the terminal for each."""

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="session")
def site(html: Path) -> Iterator[str]:
    """The address of the site, ending in a slash."""
    handler = functools.partial(QuietHandler, directory=str(html))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium, or the one that CHROMIUM names."""
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


@pytest.fixture
def page(browser: Browser, site: str) -> Iterator[Callable[..., Page]]:
    """Open a page of the site: `page("intro.html", theme="dark", width=390, javascript=True)`.

    The test fails at its end if any page that it opened logged an error, threw one, asked another
    server for something, or did not get a file that it asked for.
    """
    contexts = []
    problems: list[str] = []

    def note_request(url: str) -> None:
        if not url.startswith((site, "data:", "blob:", "about:")):
            problems.append(f"asks another server: {url}")

    def open_page(
        address: str, *, theme: str = "light", width: int = 1280, javascript: bool = True
    ) -> Page:
        context = browser.new_context(
            color_scheme=theme,
            viewport={"width": width, "height": 900},
            java_script_enabled=javascript,
            reduced_motion="reduce",
        )
        context.set_default_timeout(10_000)
        contexts.append(context)
        opened = context.new_page()
        opened.on("request", lambda request: note_request(request.url))
        opened.on("pageerror", lambda error: problems.append(f"script error: {error}"))
        opened.on(
            "response",
            lambda got: problems.append(f"{got.status} {got.url}") if got.status >= 400 else None,
        )
        opened.on(
            "console",
            lambda said: (
                problems.append(f"console {said.type}: {said.text}")
                if said.type in ("error", "warning")
                else None
            ),
        )
        opened.goto(f"{site}{address}", wait_until="load")
        return opened

    yield open_page
    for context in contexts:
        context.close()
    assert not problems, "\n".join(problems)
