"""Clicking the boxes and buttons of an explorable, one after the other."""

from __future__ import annotations

from playwright.sync_api import Locator

SWEEP = """(root, steps) => {
  const all = (selector, read) => [...root.querySelectorAll(selector)].map(read);
  const read = () => ({
    state: JSON.parse(root.dataset.state),
    // the live region follows later, when the reader stops
    texts: all("[data-out]:not([aria-live])", (e) => [e.dataset.out, e.textContent]),
    darkness: all("[data-cell]", (e) => Number(e.getAttribute("fill-opacity"))),
    hatched: all("[data-hatch]", (e) => getComputedStyle(e).display !== "none"),
    checked: all("input", (e) => e.checked),
    pressed: all('[aria-pressed="true"]', (e) => e.textContent),
  });
  return [read()].concat(steps.map(([selector, position]) => {
    root.querySelectorAll(selector)[position].click();
    return read();
  }));
}"""
BOXES = """(root, selector) => [...root.querySelectorAll(selector)].map((e) => {
  const box = e.getBoundingClientRect();
  return [box.x, box.y, box.width, box.height];
})"""


def click(root: Locator, steps: list[tuple[str, int]]) -> list[dict]:
    """Read the figure before the first and after each click; a step is a selector and a number."""
    return root.evaluate(SWEEP, steps)
