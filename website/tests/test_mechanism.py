"""The explorable of scaled dot-product attention in a browser, on a small page of its own.

Whatever the reader moves, its numbers and its drawing are those that Python gives for that state.
"""

import dataclasses
import itertools
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from test_explorables import bare_words, inputs_of, middle, opened, state_of
from test_pages import axe_violations

from paying_attention.explorables.mechanism.figure import attention_by_steps
from paying_attention.explorables.mechanism.state import steps_state

KEYS, VALUES, LABELS = ((1.5, 0.5), (-1, 1), (0, -1.5)), (3, 5, 9), ("river", "bank", "the")
RIVER = attention_by_steps((1, 1), KEYS, VALUES, LABELS)
# keys as far as the plane reaches, values on both sides of 0, a start with something hidden
FAR = attention_by_steps(
    (-0.05, 0.05),
    ((4, -0.3), (-1, 1), (0.35, -4)),
    (-3, 5.5, 9),
    ("<b>", "l'eau", "&"),
    seen=(True, False, True),
    scaled=False,
    width=128,
)
FLAT = attention_by_steps((0, 0), ((4, 4), (4, 4), (-4, 4)), (0, 0, 0), ("a", "b", "c"))
LONG = attention_by_steps(
    (-4, 4),
    ((-4, 3.5), (4, -4), (0.1, 0)),
    (-100, 99.5, -3),
    ("internationalisi", "Wahrscheinlichke", "Donaudampfschiff"),
    seen=(False, False, True),
    scaled=False,
    width=512,
)
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


def at(inputs: dict, position: tuple):
    """Build the figure that starts where the reader has moved this one."""
    x, y, exponent, divided, *seen = position
    names = ("keys", "values", "labels")
    return attention_by_steps(
        (x, y),
        *(inputs[name] for name in names),
        seen=tuple(seen),
        scaled=divided,
        width=2 * 4**exponent,
    )


def same(shown: str | None, expected: str | None) -> bool:
    """Compare two attributes or texts, and the numbers in them within their rounding."""
    if shown == expected or shown is None or expected is None:
        return shown == expected
    number = r"-?\d+(?:\.\d+)?(?:e-?\d+)?"
    numbers = [[float(n) for n in re.findall(number, text)] for text in (shown, expected)]
    rest = [re.sub(number, "#", text) for text in (shown, expected)]
    return rest[0] == rest[1] and numbers[0] == pytest.approx(numbers[1], rel=1e-9, abs=0.0051)


def differences(root) -> list[str]:
    """Move one figure through the grid, and list all that differs from Python's."""
    inputs, found = inputs_of(root), []
    figures = [at(inputs, position) for position in GRID]
    moves = [[p, f.panels + f._table_html()] for p, f in zip(GRID, figures, strict=True)]
    readings = root.evaluate(SWEEP, moves)
    for position, python, reading in zip(GRID, figures, readings, strict=True):
        x, y, exponent, divided, *seen = position
        expected = steps_state(
            (x, y), inputs["keys"], inputs["values"], seen, divided, 2 * 4**exponent
        )
        for key, number in dataclasses.asdict(expected).items():
            shown = reading["state"][key]
            if shown != pytest.approx(number if key != "masked" else list(number)):
                found.append(f"{position}, {key}: the page has {shown}, Python {number}")
        if reading["checked"] != [divided, *seen]:
            found.append(f"{position}: the boxes are {reading['checked']}")
        if reading["note"] != python.texts["width"]:
            found.append(f"{position}: the note is {reading['note']}")
        if reading["page"]["texts"] != reading["python"]["texts"]:
            found.append(f"{position}: the tables differ: {reading['page']['texts']}")
        marks = zip(reading["page"]["marks"], reading["python"]["marks"], strict=True)
        for shown, drawn in marks:
            exact = shown[0] in ("desc", "text", "tspan")  # what is written is equal to the letter
            equal = shown[1] == drawn[1] if exact else True
            if not (equal and all(map(same, shown[2:], drawn[2:]))):
                found.append(f"{position}: the page draws {shown}, Python {drawn}")
    return found


@contextmanager
def shown(browser: Browser, folder: Path, explorable=RIVER, **settings: object) -> Iterator:
    """Write a page with one figure, open it, and give the page and the figure."""
    file = folder / "page.html"
    view = '<meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    head = f'<!doctype html><html lang="en"><head>{view}<title>x</title></head>'
    file.write_text(f"{head}<body><main>{explorable._repr_html_()}</main>", encoding="utf-8")
    with opened(browser, file.as_uri(), **settings) as page:
        yield page, page.locator(".pa-explorable")


PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
ALL = pytest.mark.parametrize("explorable", [RIVER, FAR, FLAT], ids=["river", "far", "flat"])


@ALL
def test_the_page_computes_and_draws_what_python_does(browser, tmp_path, explorable):
    with shown(browser, tmp_path, explorable) as (_, root):
        assert differences(root) == []


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
def test_a_planted_error_is_noticed(browser, tmp_path, right, wrong):
    for explorable in (FAR, RIVER):
        markup = explorable._repr_html_()
        assert right in markup
        file = tmp_path / "page.html"
        file.write_text(
            f"<!doctype html><meta charset=utf-8>{markup.replace(right, wrong)}", "utf-8"
        )
        with opened(browser, file.as_uri()) as page:
            if differences(page.locator(".pa-explorable")):
                return
    pytest.fail("no position shows the error")


def test_scores_far_beyond_the_plane_do_not_overflow(browser):
    inputs = RIVER.inputs | {"query": (4, 4), "keys": ((40, 40), (-40, -40), (40, 40))}
    far = dataclasses.replace(RIVER, inputs=inputs | {"width": 512, "divided": False})
    for right, wrong in (("", ""), ("Math.exp(score - top)", "Math.exp(score)")):
        with opened(browser, far._repr_html_().replace(right, wrong)) as page:
            weights = state_of(page.locator(".pa-explorable"))["weights"]
        assert (weights == [0.5, 0, 0.5]) == (right == wrong)  # a planted overflow is noticed


@pytest.mark.parametrize("explorable", [RIVER, FAR, FLAT, LONG])
def test_becoming_live_changes_no_text(browser, tmp_path, explorable):
    read = """(root) => [...root.querySelectorAll("[data-out]:not(.pa-hint)")]
      .map((e) => e.textContent)"""
    with shown(browser, tmp_path, explorable, java_script_enabled=False) as (_, root):
        static = root.evaluate(read)
    with shown(browser, tmp_path, explorable) as (page, root):
        page.wait_for_timeout(300)  # the live region's delay
        assert root.evaluate(read) == static


@pytest.mark.parametrize("explorable", [RIVER, FAR])
def test_it_reads_without_javascript(browser, tmp_path, explorable):
    with shown(browser, tmp_path, explorable, java_script_enabled=False) as (_, root):
        expect(root.get_by_role("img")).to_have_count(2)
        for picture in root.get_by_role("img").all():
            expect(picture).to_be_visible()
        expect(root.get_by_role("table")).to_be_visible()
        expect(root.locator(".pa-summary")).to_have_text(explorable.texts["summary"])
        expect(root.locator("input, button, fieldset")).to_have_count(0)


def test_the_keyboard_reaches_and_moves_everything(browser, tmp_path):
    with shown(browser, tmp_path) as (page, root):
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


def test_a_mouse_drags_the_query_and_clicks_the_boxes(browser, tmp_path):
    with shown(browser, tmp_path) as (page, root):
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


def test_a_finger_drags_the_query_and_taps_a_box(browser, tmp_path):
    with shown(browser, tmp_path, **PHONE) as (page, root):
        ring = root.locator('[data-part="state"] .pa-ring')
        before, scrolled = state_of(root)["query"], page.evaluate("scrollY")
        x, y = middle(ring)
        touch = page.context.new_cdp_session(page)
        for kind, points in (
            ("touchStart", [{"x": x, "y": y}]),
            ("touchMove", [{"x": x - 30, "y": y + 20}]),
            ("touchMove", [{"x": x - 60, "y": y + 40}]),
            ("touchEnd", []),
        ):
            touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
        after = state_of(root)["query"]
        assert after[0] < before[0] - 0.3
        assert after[1] < before[1] - 0.2
        assert page.evaluate("scrollY") == scrolled
        root.get_by_role("checkbox", name="the", exact=True).tap()
        assert state_of(root)["masked"][2] is None


def test_hiding_a_key_hatches_its_bar_and_showing_it_again_brings_it_back(browser, tmp_path):
    with shown(browser, tmp_path) as (_, root):
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


@pytest.mark.parametrize("explorable", [RIVER, FAR])
def test_reset_brings_the_first_state_and_its_boxes_back(browser, tmp_path, explorable):
    boxes = "(root) => [...root.querySelectorAll('[type=checkbox]')].map((e) => e.checked)"
    with shown(browser, tmp_path, explorable) as (page, root):
        start, checked = state_of(root), root.evaluate(boxes)
        for slider in root.get_by_role("slider").all():
            slider.focus()
            page.keyboard.press("Home")
        for box in root.get_by_role("checkbox").all():
            box.click()
        assert root.evaluate(boxes) == [not flag for flag in checked]
        root.get_by_role("button", name="Reset").click()
        assert (state_of(root), root.evaluate(boxes)) == (start, checked)


def test_the_finding_is_announced_when_the_reader_stops(browser, tmp_path):
    with shown(browser, tmp_path) as (page, root):
        live = root.locator("[aria-live=polite]")
        live.evaluate(
            """(e) => { window.said = []; new MutationObserver(() => said.push(e.textContent))
            .observe(e, { childList: true, characterData: true, subtree: true }); }"""
        )
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
        expect(live).to_contain_text("The query (0.75, 1.00) at width 2: undivided")
        page.wait_for_timeout(300)
        assert len(page.evaluate("said")) == 1  # not one sentence per step


def test_every_control_has_a_name_a_size_and_a_visible_focus(browser, tmp_path):
    with shown(browser, tmp_path, **PHONE) as (page, root):
        names = []
        for control in root.locator("input, button").all():
            box = control.bounding_box()
            assert min(box["width"], box["height"]) >= 24
            page.keyboard.press("Shift")  # the last input was the keyboard: focus is shown
            control.focus()
            assert control.evaluate("(e) => getComputedStyle(e).outlineStyle") == "solid"
            names.append(control.evaluate("(e) => (e.labels[0] || e).textContent"))
        assert names == [
            "query, x", "query, y", "width of the head, dₖ", "divide by √dₖ", *LABELS, "Reset"
        ]  # fmt: skip


@pytest.mark.parametrize("explorable", [RIVER, FAR, LONG], ids=["short", "far", "long"])
@pytest.mark.parametrize("width", [390, 764])  # a phone, and the column of a chapter
def test_it_stays_in_its_box(browser, tmp_path, explorable, width):
    with shown(browser, tmp_path, explorable, viewport={"width": width, "height": 844}) as found:
        page, root = found
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert root.evaluate("(root) => root.scrollWidth <= root.clientWidth")
        right = [root.locator(part).bounding_box() for part in ("table", ".pa-body")]
        table, body = (box["x"] + box["width"] for box in right)
        assert table <= body + 0.5


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("forced", ["none", "active"])
def test_it_is_accessible(browser, tmp_path, width, scheme, forced):
    settings = {"viewport": {"width": width, "height": 900}, "color_scheme": scheme}
    with shown(browser, tmp_path, FAR, forced_colors=forced, **settings) as (page, root):
        violations = axe_violations(page)
        assert not violations, violations
        lightness = root.evaluate(
            """(root) => getComputedStyle(root).backgroundColor.match(/[\\d.]+/g).slice(0, 3)
            .map(Number).reduce((a, b) => a + b) / 765"""
        )
        assert lightness < 0.25 if scheme == "dark" else lightness > 0.9


def test_two_on_a_page_do_not_touch_each_other(browser):
    other = dataclasses.replace(RIVER, identifier="pa-other")
    with opened(browser, RIVER._repr_html_() + other._repr_html_()) as page:
        first, second = page.locator(".pa-explorable").all()
        first.get_by_role("checkbox", name="bank").uncheck()
        first.get_by_role("slider").last.fill("3")
        assert (state_of(first)["width"], state_of(second)["width"]) == (128, 2)
        assert None not in state_of(second)["masked"]
        expect(page.locator("input")).to_have_count(14)  # the second script made nothing twice


def test_a_viewer_that_drops_styles_and_drawings_shows_the_table_alone(browser):
    assert bare_words(browser, FAR) == sorted(repr(FAR).split())
