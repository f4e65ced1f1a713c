"""The built site, its settings, and one browser for all tests."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from playwright.sync_api import Browser

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from browser import chromium, served
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


@pytest.fixture(scope="session")
def site(html: Path) -> Iterator[str]:
    """The address of the site, ending in a slash."""
    with served(html) as address:
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests."""
    with chromium() as started:
        yield started
