"""What is asked of a page in the browser finds what is planted there."""

from __future__ import annotations

from pathlib import Path

import pytest
from browser import opened
from test_pages import stops_for_nothing, too_wide

PAGE = '<!doctype html><html lang="en"><title>x</title><article>{}</article></html>'
BUTTON = '<button class="copybtn">copy</button>'
WIDE = '<table style="width: 3000px"><tr><td>wide</td></tr></table>'


@pytest.mark.parametrize(
    ("html", "found"),
    [
        (f'<div class="cell_output">{BUTTON}</div>', 1),
        (f'<div class="cell_input">{BUTTON}</div>', 0),
    ],
)
def test_a_button_on_printed_output_is_found(browser, html, found):
    with opened(browser, PAGE.format(html)) as page:
        assert len(stops_for_nothing(page)) == found


@pytest.mark.parametrize(
    ("html", "found"),
    [
        (WIDE, True),
        (f"<details>{WIDE}</details>", True),
        (
            f'<div style="overflow-x: auto" class="pst-scrollable-table-container">{WIDE}</div>',
            False,
        ),
    ],
)
def test_a_page_that_scrolls_sideways_is_found(browser, html, found):
    with opened(browser, PAGE.format(html)) as page:
        assert bool(too_wide(page)) == found


STATIC = Path(__file__).resolve().parents[1] / "_static"
SCROLLING = {
    "a table": f'<div id="it" class="pst-scrollable-table-container">{WIDE}</div>',
    "a formula": f'<div class="math"><div id="it" class="formula">{WIDE}</div></div>',
}


@pytest.mark.parametrize("name", SCROLLING)
@pytest.mark.parametrize("folded", [False, True])
def test_what_scrolls_can_be_reached_from_the_keyboard_as_long_as_it_does(browser, name, folded):
    style = "#it { overflow-x: auto; white-space: pre; }"
    script = (STATIC / "book.js").read_text(encoding="utf-8")
    html = (
        f"<details><summary>s</summary>{SCROLLING[name]}</details>" if folded else SCROLLING[name]
    )
    page_text = PAGE.format(f"<style>{style}</style>{html}<script>{script}</script>")
    with opened(browser, page_text, viewport={"width": 390, "height": 800}) as page:
        if folded:
            page.locator("summary").click()
        part = page.locator("#it[tabindex='0']")
        part.wait_for()
        assert part.get_attribute("aria-label")
        page.set_viewport_size({"width": 6000, "height": 800})
        page.locator("#it:not([tabindex])").wait_for()
