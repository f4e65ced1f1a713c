"""Moving the sliders of an explorable through many positions."""

from __future__ import annotations

from playwright.sync_api import Locator

SWEEP = """(root, grid) => grid.map((positions) => {
  const sliders = root.querySelectorAll("input[type=range]");
  positions.forEach((position, i) => {
    sliders[i].value = position;
    sliders[i].dispatchEvent(new Event("input", { bubbles: true }));
  });
  const all = (selector, read) => [...root.querySelectorAll(selector)].map(read);
  return {
    positions: positions,
    state: JSON.parse(root.dataset.state),
    // the live region follows later, when the reader stops
    texts: all("[data-out]:not([aria-live])", (e) => [e.dataset.out, e.textContent]),
    tracks: all(".pa-track", (e) => Number(e.getAttribute("width"))),
    bars: all("[data-bar]", (e) => Number(e.getAttribute("width"))),
    arrows: all("[data-arrow]", (e) => Number(e.getAttribute("stroke-width"))),
    points: all("[data-part][transform]", (e) =>
      e.getAttribute("transform").match(/-?\\d[-.e\\d]*/g).map(Number)),
  };
})"""


def move(root: Locator, grid: list[tuple]) -> list[dict]:
    """Read the figure at each position of its sliders."""
    return root.evaluate(SWEEP, grid)


def click_the_far_ends(page, root: Locator) -> None:
    """The mouse moves every slider to its end."""
    for slider in root.get_by_role("slider").all():
        slider.scroll_into_view_if_needed()
        box = slider.bounding_box()
        page.mouse.click(box["x"] + box["width"] - 2, box["y"] + box["height"] / 2)
        assert slider.input_value() == slider.get_attribute("max")
