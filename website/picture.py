"""Take the picture that README.md shows: the landing page and a figure of chapter 01."""

from __future__ import annotations

import io
import os
import shutil
import sys

from pages import HTML, ROOT
from PIL import Image
from playwright.sync_api import Page, sync_playwright

WIDTH, HEIGHT, GAP = 1000, 1000, 24


def shot(page: Page, address: str, first: str) -> Image.Image:
    """Open a page, scroll to the first element that a selector finds, and take what shows."""
    page.goto((HTML / address).as_uri())
    page.locator(first).first.evaluate("part => part.scrollIntoView({block: 'center'})")
    page.wait_for_timeout(500)
    return Image.open(io.BytesIO(page.screenshot()))


def main() -> None:
    """Write website/readme.png."""
    names = ("chromium", "chromium-browser", "google-chrome")
    browser = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    if browser is None:
        sys.exit("no Chromium: install Debian's package chromium or set CHROMIUM")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        page = chromium.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        views = [
            shot(page, "intro.html", "h1"),
            shot(page, "chapters/01-the-bottleneck.html", "article figure"),
        ]
        chromium.close()
    picture = Image.new("RGB", (2 * WIDTH + GAP, HEIGHT), "#d8dee6")
    for number, view in enumerate(views):
        picture.paste(view, (number * (WIDTH + GAP), 0))
    picture.quantize(128).save(ROOT / "website" / "readme.png", optimize=True)


if __name__ == "__main__":
    main()
