"""A matrix to turn: the page computes and draws what Python does, whatever moves its columns."""

import dataclasses
import itertools
import re

import pytest
from browser import middle
from examples import FAR_MATRIX, MATRIX, SKEW_MATRIX
from figures import PHONE, Differences, drag_with_a_finger, inputs_of, shown, state_of
from playwright.sync_api import expect
from sliders import click_the_far_ends, move

from paying_attention.explorables.bilinear.figure import matrix_to_turn
from paying_attention.explorables.bilinear.state import bilinear_state, bilinear_texts
from paying_attention.explorables.frame import plane

SEVERAL = [MATRIX, FAR_MATRIX, SKEW_MATRIX]
CORNERS = list(itertools.product((-1, 1), repeat=4))
INSIDE = [(1, 0, 0, 1), (0, 1, 1, 0), (0, 0, 0, 0), (0.05, -0.05, 0, 0.1), (0.5, 0.5, 0.5, 0.5)]
GRID = [*CORNERS, *INSIDE, (0.3, -0.4, 0.75, 0.05), (-0.95, 0.2, 0.6, -0.15), (1, 0.5, 0, 1)]
DRAWN = GRID[::3]  # among them the matrix of zeros, which leaves no arrow
# Everything that stands somewhere in the plane, in its order: numbers of all its attributes.
PLACES = """(root) => [...root.querySelectorAll(
  "[data-shaft], [data-head], [data-drop], [data-name], [data-part]")].map((e) =>
    ["x1", "y1", "x2", "y2", "stroke-width", "d", "transform"]
      .map((name) => e.getAttribute(name) || "").join(" "))"""


def numbers(places: list[str]) -> list[float]:
    return [float(found) for found in re.findall(r"-?\d+(?:\.\d+)?(?:e-\d+)?", " ".join(places))]


def matrix_of(positions: tuple) -> tuple:
    """Its rows: the sliders stand as the matrix is written."""
    return tuple(map(float, positions[:2])), tuple(map(float, positions[2:]))


def differences(root) -> Differences:
    """Compare what the page shows at each position of its sliders with Python's functions."""
    inputs, found = inputs_of(root), Differences()
    for reading in move(root, GRID):
        rows = matrix_of(reading["positions"])
        columns = tuple(zip(*rows, strict=True))
        expected = bilinear_state(inputs["annotations"], inputs["state"], columns)
        texts = bilinear_texts(expected, inputs["state"], inputs["labels"])
        for key, value in dataclasses.asdict(expected).items():
            found.compare(key, reading["state"][key], value)
        for key, text in reading["texts"]:
            if key in texts or not key.startswith("annotation-"):  # those never change
                found.compare(key, text, texts[key])
        lengths = [t * w for t, w in zip(reading["tracks"], expected.weights, strict=True)]
        found.compare("bars", reading["bars"], lengths, 0.0051)
        points = [list(plane.to_pixels(column, inputs["limit"])) for column in columns]
        found.compare("handles", reading["points"], points)
    return found


def drawn_otherwise(browser, explorable) -> list[float]:
    """How far the page's drawing of each position is from the one that Python begins with."""
    inputs, worst = explorable.inputs, []
    with shown(browser, explorable) as (_, root):
        live = []
        for positions in DRAWN:
            move(root, [positions])
            live.append(numbers(root.evaluate(PLACES)))
    figures = [
        matrix_to_turn(
            inputs["annotations"],
            inputs["state"],
            matrix_of(positions),
            inputs["labels"],
            name=f"at-{k}",
        )
        for k, positions in enumerate(DRAWN)
    ]
    with shown(browser, *figures, java_script_enabled=False) as (page, _):
        roots = page.locator(".pa-explorable").all()
        for root, places in zip(roots, live, strict=True):
            static = numbers(root.evaluate(PLACES))
            assert len(static) == len(places) > 40
            worst.append(max(abs(a - b) for a, b in zip(static, places, strict=True)))
    return worst


@pytest.mark.parametrize("explorable", SEVERAL, ids=["chapter", "far", "skew"])
def test_the_page_computes_what_python_computes(browser, explorable):
    with shown(browser, explorable) as (_, root):
        assert differences(root) == []


@pytest.mark.parametrize("explorable", SEVERAL, ids=["chapter", "far", "skew"])
def test_the_page_draws_what_python_draws(browser, explorable):
    assert max(drawn_otherwise(browser, explorable)) < 0.02


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("key[0] * columns[0][axis]", "key[0] * columns[axis][0]"),
        ("key[1] * columns[1][axis]", "key[1] * columns[0][axis]"),
        ("return dot(point, inputs.state)", "return dot(point, point)"),
        ("column[1 - k] === 0", "true"),
        ("column[k] === 1 &&", ""),
        ("displayPair(found.columns[1])", "displayPair(found.columns[0])"),
        ("now.columns[column][axis] = position", "now.columns[axis][column] = position"),
        ("[[0, 0], [1, 0], [0, 1], [1, 1]]", "[[0, 0], [0, 1], [1, 0], [1, 1]]"),
        ("toPixels(found.columns[k], now.limit)", "toPixels(found.turned[k], now.limit)"),
        ('dot: isDot ? say("dot", {}) : ""', 'dot: ""'),
    ],
)
def test_a_planted_error_is_noticed(plants, right, wrong):
    noticed = False
    for explorable in SEVERAL:
        (root,) = plants.plant(explorable._repr_html_(), right, wrong)
        noticed = noticed or bool(differences(root))
        assert plants.errors == []
    assert noticed


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("Math.min(17, far)", "17"),
        ("head * 9 / 17 * way[1], head", "head * 9 / 17 * way[0], head"),
        ("state[axis] * found.scores[i] / size", "state[axis] * found.scores[i]"),
        ("|| 1;", ";"),
        ("point[1] >= 0 ? -8 : 20", "-8"),
        ("2 + 6 * found.weights[i]", "2"),
        ("Math.min(Math.max(tip[0], half), 2 * HALF - half)", "tip[0]"),
    ],
)
def test_a_planted_error_in_the_drawing_is_noticed(browser, monkeypatch, right, wrong):
    markup = type(MATRIX)._repr_html_

    def broken(explorable):
        assert right in markup(explorable)
        return markup(explorable).replace(right, wrong)

    monkeypatch.setattr(type(MATRIX), "_repr_html_", broken)
    far = [n for it in SEVERAL[1:] for n in drawn_or_broken(browser, it)]
    assert max(far) > 0.1


def drawn_or_broken(browser, explorable) -> list[float]:
    """A drawing with NaN in it has another count of numbers: as far away as can be."""
    try:
        return drawn_otherwise(browser, explorable)
    except AssertionError:
        return [float("inf")]


def test_the_keyboard_moves_each_number_of_the_matrix(browser):
    with shown(browser, MATRIX) as (page, root):
        for k, key in enumerate(("ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown")):
            slider = root.get_by_role("slider").nth(k)
            slider.focus()
            page.keyboard.press(key)
            expect(slider).to_be_focused()
        columns = state_of(root)["columns"]
        assert columns[0] == pytest.approx([0.95, 0.05])
        assert columns[1] == pytest.approx([0.05, 0.95])


def test_the_mouse_moves_every_slider(browser):
    with shown(browser, MATRIX) as (page, root):
        click_the_far_ends(page, root)


@pytest.mark.parametrize("column", [0, 1])
def test_dragging_a_ring_moves_its_column_and_no_farther_than_it_may(browser, column):
    with shown(browser, MATRIX) as (page, root):
        ring = root.locator(f'[data-column="{column}"] .pa-ring')
        ring.scroll_into_view_if_needed()
        unit = root.locator("svg").first.bounding_box()["width"] / plane.SIZE * plane.REACH / 2
        start = state_of(root)["columns"]
        page.mouse.move(*middle(ring))
        page.mouse.down()
        for target in ((0.5, -0.5), (-9.0, 0.25), (0.3, 9.0)):
            x, y = middle(ring)
            now = state_of(root)["columns"][column]
            page.mouse.move(
                x + (target[0] - now[0]) * unit, y - (target[1] - now[1]) * unit, steps=3
            )
            found = state_of(root)["columns"]
            inside = [min(1, max(-1, number)) for number in target]
            assert found[column] == pytest.approx(inside, abs=0.051)
            assert found[1 - column] == start[1 - column]
        page.mouse.up()
        page.mouse.move(*(n + 60 for n in middle(ring)))
        assert state_of(root)["columns"] == found  # let go is let go


def test_a_finger_drags_a_column(browser):
    with shown(browser, MATRIX, MATRIX, **PHONE) as (page, root):  # two, so that it could scroll
        ring = root.locator('[data-column="0"] .pa-ring')
        ring.scroll_into_view_if_needed()
        scrolled = page.evaluate("scrollY")
        drag_with_a_finger(page, middle(ring), (-40, -60))
        x, y = state_of(root)["columns"][0]
        assert x < 0.7
        assert y > 0.5
        assert page.evaluate("scrollY") == scrolled
