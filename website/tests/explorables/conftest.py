"""A page that many planted mistakes use one after the other."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

sys.path.insert(0, str(Path(__file__).resolve().parent))
from figures import Plants


@pytest.fixture(scope="module")
def plants(browser: Browser) -> Iterator[Plants]:
    """Open a page to plant mistakes in."""
    context = browser.new_context(reduced_motion="reduce")
    yield Plants(context.new_page())
    context.close()
