"""Scaled dot-product attention by steps: the page computes and draws what Python does.

Whatever the reader moves, its numbers and its drawing are those that Python gives for that state.
"""

import dataclasses
import functools
import itertools
import re

import pytest
from browser import middle
from examples import FAR, FLAT, LABELS, RIVER
from figures import PHONE, drag_with_a_finger, shown, state_of
from playwright.sync_api import expect

from paying_attention.explorables.frame.explorable import Explorable
from paying_attention.explorables.mechanism.figure import attention_by_steps
from paying_attention.explorables.mechanism.state import StepsState, steps_state

FIGURES = {"river": RIVER, "far": FAR, "flat": FLAT}
QUERIES = [(1, 1), (-1.95, 2), (-0.05, 0.05)]  # on the plane of every figure
MASKS = list(itertools.product((True, False), repeat=3))
# Every width with and without the division, and every mask.
GRID = [
    (*query, exponent, divided, *mask)
    for (query, exponent, divided), mask in zip(
        itertools.product(QUERIES, range(5), (True, False)), itertools.cycle(MASKS), strict=False
    )
] + [(1, 0.5, 1, False, *mask) for mask in MASKS]

# Moves the controls; then reads the drawing of the page and the one that Python made.
SWEEP = """(root, moves) => {
  const [x, y, width] = root.querySelectorAll("input[type=range]");
  const [divided, ...seen] = root.querySelectorAll("input[type=checkbox]");
  const read = (parent) => ({
    marks: [...parent.querySelectorAll("svg *")].map((e) => [
      e.tagName, e.childElementCount ? "" : e.textContent,
      ...["transform", "width", "r", "x2", "y2", "stroke-width", "opacity", "visibility"]
        .map((name) => e.getAttribute(name)),
    ]),
    texts: [...parent.querySelectorAll("td[data-out]")]
      .map((e) => [e.dataset.out, e.textContent]),
  });
  return moves.map(([position, markup]) => {
    [x, y, width].forEach((slider, i) => {
      slider.value = position[i];
      slider.dispatchEvent(new Event("input", { bubbles: true }));
    });
    [divided, ...seen].forEach((box, i) => {
      if (box.checked !== position[3 + i]) { box.click(); }
    });
    return {
      state: JSON.parse(root.dataset.state),
      note: root.querySelector("p[data-out=width]").textContent,
      checked: [divided, ...seen].map((box) => box.checked),
      page: read(root),
      python: read(new DOMParser().parseFromString(markup, "text/html")),
    };
  });
}"""


def at(inputs: dict, position: tuple) -> tuple[StepsState, Explorable]:
    """Compute where the reader has moved a figure, and draw the one that starts there."""
    x, y, exponent, divided, *seen = position
    keys, values, width = inputs["keys"], inputs["values"], 2 * 4**exponent
    state = steps_state((x, y), keys, values, seen, divided, width)
    settings = {"seen": tuple(seen), "scaled": divided, "width": width}
    return state, attention_by_steps((x, y), keys, values, inputs["labels"], **settings)


@functools.cache
def expected_of(name: str) -> list[tuple[tuple, StepsState, Explorable]]:
    """Each position with what Python makes of it: once, for many planted mistakes."""
    return [(position, *at(FIGURES[name].inputs, position)) for position in GRID]


def same(shown: str | None, expected: str | None) -> bool:
    """Compare two attributes or texts, and the numbers in them within their rounding."""
    if shown == expected or shown is None or expected is None:
        return shown == expected
    number = r"-?\d+(?:\.\d+)?(?:e-?\d+)?"
    numbers = [[float(n) for n in re.findall(number, text)] for text in (shown, expected)]
    rest = [re.sub(number, "#", text) for text in (shown, expected)]
    return rest[0] == rest[1] and numbers[0] == pytest.approx(numbers[1], rel=1e-9, abs=0.0051)


def differences(root, name: str, first: int | None = None) -> list[str]:
    """Move one figure through the first positions, or all, and list what differs from Python's."""
    found, expected = [], expected_of(name)[:first]
    moves = [[position, it.panels + it._table_html()] for position, _, it in expected]
    readings = root.evaluate(SWEEP, moves)
    for (position, state, python), reading in zip(expected, readings, strict=True):
        for key, number in dataclasses.asdict(state).items():
            shown_number = reading["state"][key]
            if shown_number != pytest.approx(number if key != "masked" else list(number)):
                found.append(f"{position}, {key}: the page has {shown_number}, Python {number}")
        if reading["checked"] != list(position[3:]):
            found.append(f"{position}: the boxes are {reading['checked']}")
        if reading["note"] != python.texts["width"]:
            found.append(f"{position}: the note is {reading['note']}")
        if reading["page"]["texts"] != reading["python"]["texts"]:
            found.append(f"{position}: the tables differ: {reading['page']['texts']}")
        marks = zip(reading["page"]["marks"], reading["python"]["marks"], strict=True)
        found += [
            f"{position}: the page draws {on_page}, Python {drawn}"
            for on_page, drawn in marks
            if not is_same_mark(on_page, drawn)
        ]
    return found


def is_same_mark(shown: list, drawn: list) -> bool:
    """Compare a part of the drawing: what is written is equal to the letter."""
    is_text = shown[0] in ("desc", "text", "tspan")
    return (not is_text or shown[1] == drawn[1]) and all(map(same, shown[2:], drawn[2:]))


@pytest.mark.parametrize("name", ["river", "far", "flat"])
def test_the_page_computes_and_draws_what_python_does(browser, name):
    with shown(browser, FIGURES[name]) as (_, root):
        assert differences(root, name) == []


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("score / Math.sqrt(inputs.width)", "score"),  # not scaled
        ("score / Math.sqrt(inputs.width)", "score / inputs.width"),
        ("score / Math.sqrt(inputs.width)", "score / Math.sqrt(2)"),
        ("dot(key, inputs.query) * root", "dot(key, inputs.query)"),
        ("dot(key, inputs.query) * root", "dot(key, inputs.query) * copies"),
        ("inputs.divided ? divided : scores;", "inputs.divided ? scores : divided;"),
        ("seen[i] ? score : -Infinity", "seen[i] ? -Infinity : score"),  # the mask, inverted
        ("seen[i] ? score : -Infinity", "seen[i] ? score : 0"),
        ("seen[i] ? score : null", "score"),
        ("weights = maskedSoftmax(scaled, seen)", "weights = softmax(scaled)"),
        ("weights = maskedSoftmax(scaled, seen)", "weights = maskedSoftmax(scores, seen)"),
        ("if (!seen.includes(true))", "if (false)"),  # not a number where all is hidden
        ("weight * inputs.values[i]", "scaled[i] * inputs.values[i]"),
        ("output: add(parts)", "output: add(inputs.values)"),
        ("inputs.divided ? scores : divided, seen", "inputs.divided ? divided : scores, seen"),
        ('hidden.length === labels.length', "false"),
        ("keys: say.listed(hidden)", "keys: say.listed(labels)"),
        ("(copies - Math.sqrt(copies)) / 2", "Math.floor(copies / 2)"),
        ("2 * Math.pow(4, position)", "Math.pow(4, position)"),
        ("now.seen[i] = checked", "now.seen[0] = checked"),
        ("now.divided = checked", "now.divided = true"),
        ("now[name][axis] = position", "now[name][0] = position"),
        ("now.seen[i] ? 1 : 0.35", "1"),
        ('now.seen[i] ? "hidden" : "visible"', '"hidden"'),
        ("(found.output - now.ends[0])", "found.output"),
        ("r: 3 + 6 * weight", "r: 3"),
        ('translate(" + x + " 240)', 'translate(" + x + " 200)'),
    ],
)  # fmt: skip
def test_a_planted_error_is_noticed(plants, right, wrong):
    for name, first in (("far", 8), ("far", None), ("river", None)):  # most show early
        (root,) = plants.plant(FIGURES[name]._repr_html_(), right, wrong)
        found = differences(root, name, first)
        assert plants.errors == []
        if found:
            return
    pytest.fail("no position shows the error")


def test_scores_far_beyond_the_plane_do_not_overflow(plants):
    inputs = RIVER.inputs | {"query": (4, 4), "keys": ((40, 40), (-40, -40), (40, 40))}
    far = dataclasses.replace(RIVER, inputs=inputs | {"width": 512, "divided": False})
    for right, wrong in (("", ""), ("Math.exp(score - top)", "Math.exp(score)")):
        (root,) = plants.plant(far._repr_html_(), right, wrong)
        weights = state_of(root)["weights"]
        assert (weights == [0.5, 0, 0.5]) == (right == wrong)  # a planted overflow is noticed


def test_the_keyboard_reaches_and_moves_everything(browser):
    with shown(browser, RIVER) as (page, root):
        page.keyboard.press("Tab")
        page.keyboard.press("ArrowLeft")
        page.keyboard.press("Tab")
        page.keyboard.press("ArrowUp")
        assert state_of(root)["query"] == pytest.approx([0.95, 1.05])
        page.keyboard.press("Tab")
        width = root.get_by_role("slider", name="width of the head")
        for key, expected in (("ArrowRight", 8), ("End", 512), ("ArrowLeft", 128)):
            page.keyboard.press(key)
            assert state_of(root)["width"] == expected
            assert width.get_attribute("aria-valuetext") == str(expected)
        page.keyboard.press("Tab")
        page.keyboard.press("Space")
        assert state_of(root)["divided"] is False
        for i in range(3):
            page.keyboard.press("Tab")
            page.keyboard.press("Space")
            assert [m is None for m in state_of(root)["masked"]] == [j <= i for j in range(3)]
        expect(root.locator(".pa-summary")).to_have_text(
            "Every key is hidden: all weights are 0, and so is the output."
        )
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")  # Reset
        assert (state_of(root)["query"], state_of(root)["width"]) == ([1, 1], 2)


def test_a_mouse_drags_the_query_and_clicks_the_boxes(browser):
    with shown(browser, RIVER) as (page, root):
        ring = root.locator('[data-part="state"] .pa-ring')
        unit = root.locator("svg").first.bounding_box()["width"] / 360 * 80
        x, y = middle(ring)
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x - 2 * unit, y + 0.5 * unit, steps=4)
        page.mouse.up()
        assert state_of(root)["query"] == pytest.approx([-1, 0.5], abs=0.051)
        for words in ("divide by", "bank"):
            root.locator(".pa-check span", has_text=words).click()
        found = state_of(root)
        assert (found["divided"], found["masked"][1]) == (False, None)
        for slider in root.get_by_role("slider").all():
            box = slider.bounding_box()
            page.mouse.click(box["x"] + box["width"] - 2, box["y"] + box["height"] / 2)
            assert slider.input_value() == slider.get_attribute("max")


def test_a_finger_drags_the_query_and_taps_a_box(browser):
    with shown(browser, RIVER, **PHONE) as (page, root):
        ring = root.locator('[data-part="state"] .pa-ring')
        before, scrolled = state_of(root)["query"], page.evaluate("scrollY")
        x, y = middle(ring)
        drag_with_a_finger(page, (x, y), (-60, 40))
        after = state_of(root)["query"]
        assert after[0] < before[0] - 0.3
        assert after[1] < before[1] - 0.2
        assert page.evaluate("scrollY") == scrolled
        root.get_by_role("checkbox", name="the", exact=True).tap()
        assert state_of(root)["masked"][2] is None


def test_hiding_a_key_hatches_its_bar_and_showing_it_again_brings_it_back(browser):
    with shown(browser, RIVER) as (_, root):
        start, hatch = state_of(root), root.locator('[data-hidden="0"] path')
        expect(hatch).to_be_hidden()
        box = root.get_by_role("group", name="the query may look at").get_by_label("river")
        box.uncheck()
        expect(hatch).to_be_visible()
        expect(root.locator('td[data-out="masked-0"]')).to_have_text("hidden")
        expect(root.locator('td[data-out="weight-0"]')).to_have_text("0.00")
        box.check()
        expect(hatch).to_be_hidden()
        assert state_of(root) == start


def test_every_control_has_its_name(browser):
    with shown(browser, RIVER) as (_, root):
        names = root.evaluate(
            """(root) => [...root.querySelectorAll("input, button")]
            .map((e) => (e.labels[0] || e).textContent)"""
        )
        assert names == [
            "query, x", "query, y", "width of the head, dₖ", "divide by √dₖ", *LABELS, "Reset"
        ]  # fmt: skip


def test_a_slider_that_a_program_moves_announces_the_whole_finding(browser):
    with shown(browser, RIVER) as (_, root):
        root.evaluate(
            """(root) => {
              const slider = root.querySelector("input[type=range]");
              for (let step = 0; step < 5; step += 1) {
                slider.stepDown();
                slider.dispatchEvent(new Event("input", { bubbles: true }));
              }
              root.querySelector("input[type=checkbox]").click();
            }"""
        )
        expect(root.locator("[aria-live=polite]")).to_contain_text(
            "The query (0.75, 1.00) at width 2: undivided"
        )
