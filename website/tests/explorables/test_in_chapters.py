"""The explorables where readers meet them: in the built chapters, under the theme's style sheet."""

import functools

import pytest
from accessibility import choose_theme
from browser import opened
from figures import inputs_of, state_of, texts_of
from pages import HTML, promised_pages

LIGHTNESS = """(root) => [root, root.parentElement].map((e) => {
  const [r, g, b, a = 1] = getComputedStyle(e).backgroundColor.match(/[\\d.]+/g).map(Number);
  return a === 0 ? null : (r + g + b) / 765;
})"""


@functools.cache
def chapters_with_explorables() -> list[str]:
    files = (HTML / page for page in promised_pages())
    built = (file for file in files if file.is_file())
    with_one = (file for file in built if 'class="pa-explorable' in file.read_text("utf-8"))
    return [file.relative_to(HTML).as_posix() for file in with_one]


def test_there_are_some():
    assert len(chapters_with_explorables()) >= 6


@pytest.mark.parametrize("place", chapters_with_explorables())
def test_they_live_in_both_colours_and_on_a_phone_and_say_what_they_said_before(
    browser, site, place
):
    with opened(browser, f"{site}{place}", java_script_enabled=False) as page:
        static = [texts_of(root) for root in page.locator(".pa-explorable").all()]
    with opened(browser, f"{site}{place}") as page:
        page.wait_for_timeout(300)  # the live region's delay
        roots = page.locator(".pa-explorable").all()
        assert [texts_of(root) for root in roots] == static
        for root in roots:
            assert inputs_of(root)
            assert state_of(root)
            assert root.locator("input").count() > 0
        for theme in ("light", "dark"):
            choose_theme(page, theme)
            # the theme paints html outputs light grey in dark mode; the explorable outweighs that
            for root in roots:
                own, around = root.evaluate(LIGHTNESS)
                assert own < 0.25 if theme == "dark" else own > 0.9
                assert around is None or (around < 0.25) == (theme == "dark")
        page.set_viewport_size({"width": 1280, "height": 800})
        assert all(root.bounding_box()["height"] <= 800 for root in roots)
        page.set_viewport_size({"width": 390, "height": 844})
        for root in roots:
            assert root.evaluate("(root) => root.scrollWidth <= root.clientWidth")
            box = root.bounding_box()
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= 390
