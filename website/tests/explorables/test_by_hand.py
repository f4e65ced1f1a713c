"""Attention by hand: the page computes and draws what Python does, whatever moves the state."""

import dataclasses
import itertools
import math

import pytest
from browser import middle
from examples import BY_HAND
from figures import PHONE, Differences, drag_with_a_finger, inputs_of, shown, state_of
from sliders import click_the_far_ends, move

from paying_attention.explorables.by_hand.figure import attention_by_hand
from paying_attention.explorables.by_hand.state import attention_state, attention_texts
from paying_attention.explorables.frame import plane

GRID = list(itertools.product((-2, -1.35, -0.5, -0.05, 0, 0.4, 1, 2), repeat=2))
# A wider plane than the chapter's, a tie, scores that round to zero from below.
LARGE = attention_by_hand(((4, 4), (-0.31, 0.3), (4, 4)), (-0.05, 0.05))
LARGE_GRID = list(itertools.product((-4, -0.05, 0.05, 4), repeat=2))
BOTH = [(BY_HAND, GRID), (LARGE, LARGE_GRID)]


def differences(root, grid: list[tuple]) -> Differences:
    """Compare what the page shows at each position of its sliders with Python's functions."""
    inputs, found = inputs_of(root), Differences()
    for reading in move(root, grid):
        positions, state = reading["positions"], reading["state"]
        expected = attention_state(inputs["annotations"], tuple(map(float, positions)))
        texts = attention_texts(expected, inputs["labels"])
        points = [plane.to_pixels(p, inputs["limit"]) for p in (expected.context, positions)]
        found.compare("points", reading["points"], [list(point) for point in points])
        found.compare("arrows", reading["arrows"], [2 + 6 * w for w in expected.weights])
        for key, value in dataclasses.asdict(expected).items():
            found.compare(key, state[key], value)
        for key, text in reading["texts"]:
            if key in texts or not key.startswith("annotation-"):  # those never change
                found.compare(key, text, texts[key])
        lengths = [t * w for t, w in zip(reading["tracks"], expected.weights, strict=True)]
        found.compare("bars", reading["bars"], lengths, 0.0051)
    return found


@pytest.mark.parametrize(("explorable", "grid"), BOTH, ids=["chapter", "large"])
def test_the_page_computes_what_python_computes(browser, explorable, grid):
    with shown(browser, explorable) as (_, root):
        assert differences(root, grid) == []


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("a[0] * b[0] + a[1] * b[1]", "a[0] * b[1] + a[1] * b[0]"),
        ("weights[i] * key[axis]", "weights[i] * inputs.state[axis]"),
        ("HALF - point[1]", "HALF + point[1]"),
        ("toPixels(found.context, now.limit)", "toPixels(now.state, now.limit)"),
        ("2 + 6 * weight", "2"),
        (' && size !== "0.00"', ""),
    ],
)
def test_a_planted_error_is_noticed(plants, right, wrong):
    for explorable, grid in BOTH:
        (root,) = plants.plant(explorable._repr_html_(), right, wrong)
        found = differences(root, grid)
        assert plants.errors == []
        if found:
            return
    pytest.fail("neither grid of positions shows the error")


def test_the_keyboard_moves_the_state(browser):
    with shown(browser, BY_HAND) as (page, root):
        x, y = state_of(root)["state"]
        root.get_by_role("slider").first.focus()
        page.keyboard.press("ArrowLeft")
        page.keyboard.press("Tab")
        page.keyboard.press("ArrowUp")
        assert state_of(root)["state"] == pytest.approx([x - 0.05, y + 0.05])


def test_the_mouse_moves_every_slider(browser):
    with shown(browser, BY_HAND) as (page, root):
        click_the_far_ends(page, root)


def inside(point: list[float], corners: list[list[float]]) -> bool:
    """Tell whether a point lies on the same side of all three edges."""
    edges = zip(corners, [*corners[1:], corners[0]], strict=True)
    sides = [
        (b[0] - a[0]) * (point[1] - a[1]) - (b[1] - a[1]) * (point[0] - a[0]) for a, b in edges
    ]
    return all(s >= -1e-9 for s in sides) or all(s <= 1e-9 for s in sides)


def test_dragging_moves_the_state_and_the_context_stays_in_the_triangle(browser):
    with shown(browser, BY_HAND) as (page, root):
        inputs = inputs_of(root)
        ring = root.locator('[data-part="state"] .pa-ring')
        ring.scroll_into_view_if_needed()
        unit = root.locator("svg").first.bounding_box()["width"] / plane.SIZE
        unit *= plane.REACH / inputs["limit"]
        position = state_of(root)["state"]
        page.mouse.move(*middle(ring))
        page.mouse.down()
        for target in ((-1.0, 0.5), (-9.0, 0.25), (1.5, 9.0), (0.0, 0.0)):
            x, y = middle(ring)
            page.mouse.move(
                x + (target[0] - position[0]) * unit, y - (target[1] - position[1]) * unit, steps=4
            )
            limit = float(inputs["limit"])
            position = [min(limit, max(-limit, number)) for number in target]
            found = state_of(root)
            assert found["state"] == pytest.approx(position, abs=0.051)
            assert all(math.isclose(n * 20, round(n * 20), abs_tol=1e-9) for n in found["state"])
            assert inside(found["context"], inputs["annotations"])
            position = found["state"]
        page.mouse.up()
        page.mouse.move(*(n + 60 for n in middle(ring)))
        assert state_of(root)["state"] == position  # let go is let go


def test_a_finger_drags_the_state(browser):
    with shown(browser, BY_HAND, BY_HAND, **PHONE) as (page, root):  # two, so that it could scroll
        ring = root.locator('[data-part="state"] .pa-ring')
        ring.scroll_into_view_if_needed()
        before, scrolled = state_of(root)["state"], page.evaluate("scrollY")
        drag_with_a_finger(page, middle(ring), (-60, -80))
        after = state_of(root)["state"]
        assert after[0] < before[0] - 0.3
        assert after[1] > before[1] + 0.3
        assert page.evaluate("scrollY") == scrolled
