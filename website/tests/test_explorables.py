"""The explorables in a real browser: their numbers are Python's, whatever the reader moves.

To see that the comparison bites, one test plants errors in the script and expects to be told.
"""

import dataclasses
import itertools
import math
import random
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page, expect
from test_pages import axe_violations

from paying_attention.explorables.alignment.figure import alignment_by_word
from paying_attention.explorables.alignment.state import row_state, row_texts
from paying_attention.explorables.by_hand.figure import attention_by_hand
from paying_attention.explorables.by_hand.state import attention_state, attention_texts
from paying_attention.explorables.frame import plane
from paying_attention.explorables.frame.explorable import Explorable
from paying_attention.explorables.softmax.figure import softmax_temperature
from paying_attention.explorables.softmax.state import softmax_state, softmax_texts

SOFTMAX, ATTENTION, ALIGNMENT = "softmax-temperature", "attention-by-hand", "alignment-by-word"
CHAPTERS = {
    SOFTMAX: "chapters/00-warm-up.html",
    ATTENTION: "chapters/01-the-bottleneck.html",
    ALIGNMENT: "chapters/02-bahdanau.html",
}
EACH = pytest.mark.parametrize("kind", list(CHAPTERS))
BOTH = pytest.mark.parametrize("kind", [SOFTMAX, ATTENTION])  # those with sliders

# Positions of the sliders: ties, negative scores, minus zero, both ends of the temperature.
SCORES = [
    (2, 1, 0),
    (0, 0, 0),
    (5, -5, 0),
    (-5, -4.9, -5),
    (1.5, 1.5, -2),
    (-0.1, 0.1, 0),
    (5, 5, 5),
    (0.3, 2.7, -4.1),
]
GRIDS = {
    SOFTMAX: [(*scores, t) for scores in SCORES for t in (-1, -0.55, -0.05, 0, 0.3, 1)],
    ATTENTION: list(itertools.product((-2, -1.35, -0.5, -0.05, 0, 0.4, 1, 2), repeat=2)),
}
# What no slider of the chapters reaches: scores whose exponential overflows; a wider plane, a tie,
# scores that round to zero from below.
LARGE = {
    SOFTMAX: (
        softmax_temperature((1000, 999.9, -1000), 0.1),
        list(itertools.product((-1000, 0, 999.9, 1000), (1000,), (-1000, 1000), (-1, 1))),
    ),
    ATTENTION: (
        attention_by_hand(((4, 4), (-0.31, 0.3), (4, 4)), (-0.05, 0.05)),
        list(itertools.product((-4, -0.05, 0.05, 4), repeat=2)),
    ),
}

LOVE = alignment_by_word(
    [[0.94, 0.03, 0.03], [0.05, 0.07, 0.88], [0.03, 0.95, 0.02]],
    ("I", "love", "you"),
    ("je", "t'", "aime"),
    {(0, 0), (1, 2), (2, 1)},
    row=1,
)


def any_sentence(seed: int):
    """Draw a translation: ties, rows of zeros, sums below 1, any number of gold links or none."""
    draw = random.Random(seed)
    rows, columns = draw.randint(1, 14), draw.randint(1, 14)
    weights = []
    for _ in range(rows):
        numbers = [draw.choice((0, 1, 2, 2, 5, 30 * draw.random())) for _ in range(columns)]
        total = max(sum(numbers), 1) * draw.choice((1, 1, 1, 1.5, 1000))
        weights.append([number / total for number in numbers])
    links = [(i, j) for i in range(rows) for j in range(columns)]
    gold = None if seed % 5 == 0 else draw.sample(links, draw.randint(0, len(links) // 3))
    words = ("la", "le", "<b>", "l'eau", "&", "chat", "noir", "dort", "ici", "où", "une", "souris")
    target, source = draw.choices(words, k=rows), draw.choices(words, k=columns)
    return alignment_by_word(weights, target, source, gold, draw.randrange(rows), name=f"s{seed}")


# Every row of three words and, in place of large numbers, every row of forty drawn sentences.
GRIDS[ALIGNMENT] = [(0,), (2,), (1,)]
SENTENCES = [any_sentence(seed) for seed in range(40)]

SWEEP = """(root, grid) => grid.map((positions) => {
  const sliders = root.querySelectorAll("input[type=range]");
  const radios = root.querySelectorAll("input[type=radio]");
  positions.forEach((position, i) => {
    if (radios.length) { radios[position].click(); return; }
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
      e.getAttribute("transform").match(/-?\\d[-.e\\d]*/g)),
    checked: [...radios].map((e) => e.checked),
    picked: all("[data-row]", (e) => [e.dataset.row, e.getAttribute("aria-current")]),
    rings: all("[data-gold]", (e) => e)
      .filter((e) => getComputedStyle(e).display !== "none").map((e) => Number(e.dataset.gold)),
    strong: all("g.pa-lines", (e) => e)
      .filter((e) => getComputedStyle(e).opacity === "1").map((e) => Number(e.dataset.row)),
    last: all("g.pa-lines", (e) => Number(e.dataset.row)).pop(), // what lies on top
  };
})"""


UNCHANGING = ("annotation-", "most-", "top-", "gold-", "agrees-", "share", "mean")  # of the table


def differences(kind: str, inputs: dict, readings: list[dict]) -> list[str]:
    """Compare what the page shows at each position of its sliders with Python's functions."""
    found = []

    def compare(what: str, shown: object, expected: object, far: float = 1e-9) -> None:
        same = shown == expected
        if isinstance(expected, float | list | tuple) and not same:
            same = shown == pytest.approx(expected, rel=1e-9, abs=far)
        if not same:
            found.append(f"{what}: the page has {shown!r}, Python {expected!r}")

    for reading in readings:
        positions, state = reading["positions"], reading["state"]
        if kind == SOFTMAX:
            compare("temperature", state["temperature"], 10.0 ** positions[3])
            expected = softmax_state(tuple(map(float, positions[:3])), state["temperature"])
            texts = softmax_texts(expected, inputs["labels"])
        elif kind == ALIGNMENT:
            (row,) = positions
            expected = row_state(inputs["weights"], row, inputs["gold"])
            texts = row_texts(expected, inputs["target"], inputs["source"])
            compare("checked", reading["checked"], [i == row for i in range(len(inputs["target"]))])
            compare("rings", reading["rings"], list(expected.gold or ()))
            compare("strong lines", [reading["last"], *reading["strong"]], [row, row])
            for i, mark in reading["picked"]:
                compare(f"the mark of row {i}", mark, str(int(i) == row).lower())
        else:
            expected = attention_state(inputs["annotations"], tuple(map(float, positions)))
            texts = attention_texts(expected, inputs["labels"])
            points = [plane.to_pixels(p, inputs["limit"]) for p in (expected.context, positions)]
            shown = [float(number) for point in reading["points"] for number in point]
            compare("points", shown, [*points[0], *points[1]])
            compare("arrows", reading["arrows"], [2 + 6 * w for w in expected.weights])
        for key, value in dataclasses.asdict(expected).items():
            compare(key, state[key], list(value) if isinstance(value, tuple) else value)
        for key, text in reading["texts"]:
            if key in texts or not key.startswith(UNCHANGING):
                compare(key, text, texts[key])
        lengths = [t * w for t, w in zip(reading["tracks"], expected.weights, strict=True)]
        compare("bars", reading["bars"], lengths, 0.0051)
    return found


@contextmanager
def opened(browser: Browser, source: str, **settings: object) -> Iterator[Page]:
    """Open an address, or HTML text; errors on the page are errors of the test."""
    context = browser.new_context(reduced_motion="reduce", **settings)  # scrolls at once
    context.set_default_timeout(10_000)
    try:
        page = context.new_page()
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        if source.lstrip().startswith("<"):
            page.set_content(source)
        else:
            page.goto(source)
        yield page
        assert errors == []
    finally:
        context.close()


@contextmanager
def chapter(browser: Browser, site: str, kind: str, **settings: object) -> Iterator:
    """Open the chapter that shows an explorable; give the page and the explorable."""
    with opened(browser, f"{site}{CHAPTERS[kind]}", **settings) as page:
        root = page.locator(f'.pa-explorable[data-kind="{kind}"]')
        expect(root).to_have_count(1)
        yield page, root


def inputs_of(root) -> dict:
    return root.evaluate("(root) => JSON.parse(root.dataset.inputs)")


def bare_words(browser: Browser, explorable: Explorable) -> list[str]:
    """The words that are left where a viewer drops styles, scripts and drawings."""
    with opened(browser, "<main></main>") as page:
        text = page.evaluate(
            """(markup) => {
              const main = document.querySelector("main");
              main.innerHTML = markup;
              main.querySelectorAll("style, script").forEach((e) => e.remove());
              main.querySelectorAll("svg").forEach((e) => e.replaceWith(e.textContent));
              return main.innerText;
            }""",
            explorable._repr_html_(),
        )
    return sorted(text.split())


def state_of(root) -> dict:
    return root.evaluate("(root) => JSON.parse(root.dataset.state)")


def every_row(inputs: dict) -> list[tuple[int]]:
    return [(row,) for row in reversed(range(len(inputs["target"])))]


def page_of(explorables) -> str:
    """Put explorables on one page, as a notebook does; the script of the last makes all live."""
    return "\n".join(explorable._repr_html_() for explorable in explorables)


def middle(locator) -> tuple[float, float]:
    box = locator.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


@EACH
def test_the_page_computes_what_python_computes(browser, site, kind):
    with chapter(browser, site, kind) as (_, root):
        assert differences(kind, inputs_of(root), root.evaluate(SWEEP, GRIDS[kind])) == []


@BOTH
def test_so_it_does_with_large_numbers(browser, kind):
    explorable, grid = LARGE[kind]
    with opened(browser, explorable._repr_html_()) as page:
        root = page.locator(".pa-explorable")
        assert differences(kind, inputs_of(root), root.evaluate(SWEEP, grid)) == []


@pytest.mark.parametrize(
    ("kind", "right", "wrong"),
    [
        (SOFTMAX, "Math.exp(score - top)", "Math.exp(score)"),  # overflows
        (SOFTMAX, "Math.exp(score - top)", "Math.pow(2, score - top)"),
        (SOFTMAX, "number / total", "number / (total + 1e-6)"),
        (SOFTMAX, "score / inputs.temperature", "score * inputs.temperature"),
        (SOFTMAX, "Math.exp(1 / inputs.temperature)", "Math.exp(inputs.temperature)"),
        (SOFTMAX, "Math.pow(10, position)", "Math.exp(position)"),
        (SOFTMAX, "now.scores[i] = position", "now.scores[0] = position"),
        (SOFTMAX, "toFixed(2)", "toFixed(1)"),
        (SOFTMAX, "words.join(templates.and)", "words[0]"),
        (SOFTMAX, "(bar * weight)", "(bar * weight * weight)"),
        (ATTENTION, "a[0] * b[0] + a[1] * b[1]", "a[0] * b[1] + a[1] * b[0]"),
        (ATTENTION, "weights[i] * key[axis]", "weights[i] * inputs.state[axis]"),
        (ATTENTION, "HALF - point[1]", "HALF + point[1]"),
        (ATTENTION, "toPixels(found.context, now.limit)", "toPixels(now.state, now.limit)"),
        (ATTENTION, "2 + 6 * weight", "2"),
        (ATTENTION, ' && size !== "0.00"', ""),
        (ALIGNMENT, "inputs.weights[inputs.row]", "inputs.weights[0]"),
        (
            ALIGNMENT,
            "inputs.weights[inputs.row]",
            "inputs.weights.map(function (r) { return r[inputs.row]; })",  # a column for a row
        ),
        (ALIGNMENT, "inputs.gold[inputs.row]", "inputs.gold[0]"),
        (ALIGNMENT, "now.row = row", "now.row = first.row"),
        (ALIGNMENT, "{ pick(i); }", "{ pick(words.length - 1 - i); }"),
        (ALIGNMENT, "display(weight) === top && top", "most.length === 0 && weight > 0 && top"),
        (ALIGNMENT, "display(weight) === top && top", "weight === Math.max(...weights) && top"),
        (ALIGNMENT, ' && top !== "0.00"', ""),
        (ALIGNMENT, "gold && gold.includes(j)", "gold && !gold.includes(j)"),
        (ALIGNMENT, 'hits === most.length ? "yes" : "in part"', '"yes"'),
        (ALIGNMENT, "hits === most.length", "hits === gold.length"),
        (ALIGNMENT, "gold && gold.length ? judged", "gold ? judged"),
        (ALIGNMENT, "quoted(found.gold, source)", "quoted(found.most, source)"),
        (ALIGNMENT, "quoted(found.most, inputs.source)", "quoted(found.most, inputs.target)"),
        (ALIGNMENT, "if (many > 3)", "if (many > 4)"),
        (ALIGNMENT, "Number(element.dataset.row) === now.row", "element.dataset.row === 0"),
        (ALIGNMENT, "element.parentNode.append(element)", "element.remove()"),
        (ALIGNMENT, "element.parentNode.append(element)", "element"),
        (ALIGNMENT, "radio.checked = i === now.row", "radio.checked = false"),
        (ALIGNMENT, "first.bar || BAR", "BAR"),
    ],
)
def test_a_planted_error_is_noticed(browser, kind, right, wrong):
    if kind == ALIGNMENT:
        markups = [LOVE._repr_html_(), page_of(SENTENCES)]
        markups = [(markup, None) for markup in markups]
    else:
        default = {SOFTMAX: softmax_temperature, ATTENTION: attention_by_hand}[kind]()
        pairs = ((default, GRIDS[kind]), LARGE[kind])
        markups = [(explorable._repr_html_(), grid) for explorable, grid in pairs]
    for markup, grid in markups:
        assert right in markup
        with opened(browser, markup.replace(right, wrong)) as page:
            for root in page.locator(".pa-explorable").all():
                inputs = inputs_of(root)
                if differences(kind, inputs, root.evaluate(SWEEP, grid or every_row(inputs))):
                    return
    pytest.fail("neither grid of positions shows the error")


def test_so_it_does_for_every_row_of_many_translations(browser):
    with opened(browser, page_of([LOVE, *SENTENCES])) as page:
        roots = page.locator(".pa-explorable").all()
        assert len(roots) == 1 + len(SENTENCES)
        agreed = set()
        for root in roots:
            inputs = inputs_of(root)
            readings = root.evaluate(SWEEP, every_row(inputs))
            assert differences(ALIGNMENT, inputs, readings) == []
            agreed |= {reading["state"]["agrees"] for reading in readings}
        assert agreed == {"yes", "no", "in part", ""}  # so each of these was met


@EACH
def test_becoming_live_changes_no_number(browser, site, kind):
    read = """(root) => [...root.querySelectorAll("[data-out]")].map((e) => e.textContent)"""
    with chapter(browser, site, kind, java_script_enabled=False) as (page, root):
        static = root.evaluate(read)
    with chapter(browser, site, kind) as (page, root):
        page.wait_for_timeout(300)  # the live region's delay
        assert root.evaluate(read) == static


@EACH
def test_it_reads_without_javascript(browser, site, kind):
    with chapter(browser, site, kind, java_script_enabled=False) as (_, root):
        expect(root.get_by_role("img").first).to_be_visible()
        expect(root.get_by_role("table")).to_be_visible()
        expect(root.locator(".pa-summary")).to_be_visible()
        expect(root.locator("input, button")).to_have_count(0)


def test_the_keyboard_moves_a_score_and_the_temperature(browser, site):
    with chapter(browser, site, SOFTMAX) as (page, root):
        start = state_of(root)
        score = root.get_by_role("slider").first
        score.focus()
        page.keyboard.press("ArrowRight")
        assert state_of(root)["scores"][0] == pytest.approx(start["scores"][0] + 0.1)
        assert score.get_attribute("aria-valuetext") == "2.10"
        page.keyboard.press("Home")
        assert state_of(root)["scores"][0] == -5
        assert score.get_attribute("aria-valuetext") == "−5.00"
        for _ in range(3):
            page.keyboard.press("Tab")
        page.keyboard.press("End")
        assert state_of(root)["temperature"] == pytest.approx(10)
        page.keyboard.press("Home")
        assert state_of(root)["temperature"] == pytest.approx(0.1)


def test_the_keyboard_moves_the_state(browser, site):
    with chapter(browser, site, ATTENTION) as (page, root):
        x, y = state_of(root)["state"]
        root.get_by_role("slider").first.focus()
        page.keyboard.press("ArrowLeft")
        page.keyboard.press("Tab")
        page.keyboard.press("ArrowUp")
        assert state_of(root)["state"] == pytest.approx([x - 0.05, y + 0.05])


@BOTH
def test_the_mouse_moves_every_slider(browser, site, kind):
    with chapter(browser, site, kind) as (page, root):
        for slider in root.get_by_role("slider").all():
            slider.scroll_into_view_if_needed()
            box = slider.bounding_box()
            page.mouse.click(box["x"] + box["width"] - 2, box["y"] + box["height"] / 2)
            assert slider.input_value() == slider.get_attribute("max")


def inside(point: list[float], corners: list[list[float]]) -> bool:
    """Tell whether a point lies on the same side of all three edges."""
    edges = zip(corners, [*corners[1:], corners[0]], strict=True)
    sides = [
        (b[0] - a[0]) * (point[1] - a[1]) - (b[1] - a[1]) * (point[0] - a[0]) for a, b in edges
    ]
    return all(s >= -1e-9 for s in sides) or all(s <= 1e-9 for s in sides)


def test_dragging_moves_the_state_and_the_context_stays_in_the_triangle(browser, site):
    with chapter(browser, site, ATTENTION) as (page, root):
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


def test_a_finger_drags_the_state(browser, site):
    phone = {"has_touch": True, "viewport": {"width": 390, "height": 844}}
    with chapter(browser, site, ATTENTION, **phone) as (page, root):
        ring = root.locator('[data-part="state"] .pa-ring')
        ring.scroll_into_view_if_needed()
        before, scrolled = state_of(root)["state"], page.evaluate("scrollY")
        x, y = middle(ring)
        touch = page.context.new_cdp_session(page)
        for kind, points in (
            ("touchStart", [{"x": x, "y": y}]),
            ("touchMove", [{"x": x - 30, "y": y - 40}]),
            ("touchMove", [{"x": x - 60, "y": y - 80}]),
            ("touchEnd", []),
        ):
            touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
        after = state_of(root)["state"]
        assert after[0] < before[0] - 0.3
        assert after[1] > before[1] + 0.3
        assert page.evaluate("scrollY") == scrolled


@BOTH
def test_reset_brings_the_first_numbers_back(browser, site, kind):
    with chapter(browser, site, kind) as (page, root):
        start = state_of(root)
        root.get_by_role("slider").last.focus()
        page.keyboard.press("End")
        assert state_of(root) != start
        root.get_by_role("button", name="Reset").click()
        assert state_of(root) == start


@BOTH
def test_the_result_is_announced_when_the_reader_stops(browser, site, kind):
    with chapter(browser, site, kind) as (page, root):
        live = root.locator("[aria-live=polite]")
        expect(live).to_have_count(1)
        live.evaluate(
            """(e) => { window.said = []; new MutationObserver(() => said.push(e.textContent))
            .observe(e, { childList: true, characterData: true, subtree: true }); }"""
        )
        root.get_by_role("slider").last.focus()
        for _ in range(5):
            page.keyboard.press("ArrowLeft")
        expect(live).to_have_text(root.locator("desc").first.text_content())
        page.wait_for_timeout(300)
        assert len(page.evaluate("said")) <= 2  # not one sentence per step


@BOTH
def test_every_control_has_a_name_a_size_and_a_visible_focus(browser, site, kind):
    with chapter(browser, site, kind, viewport={"width": 390, "height": 844}) as (page, root):
        for control in root.locator("input, button").all():
            box = control.bounding_box()
            assert min(box["width"], box["height"]) >= 24
            page.keyboard.press("Shift")  # the last input was the keyboard: focus is shown
            control.focus()
            assert control.evaluate("(e) => getComputedStyle(e).outlineStyle") == "solid"
        names = [
            slider.evaluate("(e) => e.labels[0].textContent")
            for slider in root.locator("input").all()
        ]
        assert all(names)
        assert len(set(names)) == len(names)


def test_many_on_one_page_do_not_touch_each_other(browser):
    first, second = attention_by_hand(), attention_by_hand(name="second")
    with opened(browser, first._repr_html_() + second._repr_html_()) as page:
        roots = page.locator(".pa-explorable")
        start = state_of(roots.nth(1))
        roots.nth(0).get_by_role("slider").first.focus()
        page.keyboard.press("Home")
        assert state_of(roots.nth(0)) != start
        assert state_of(roots.nth(1)) == start
        expect(page.locator("input")).to_have_count(4)  # the second script made nothing twice


def test_it_leaves_no_global_behind(browser):
    names = "() => Object.getOwnPropertyNames(window).sort()"
    with opened(browser, "<p>empty</p>") as page:
        before = page.evaluate(names)
    with opened(browser, attention_by_hand()._repr_html_()) as page:
        added = set(page.evaluate(names)) - set(before)
    # an id is a property of window by the standard; nothing else may be
    assert all(name.startswith("pa-") for name in added)


def test_a_notebook_that_inserts_the_output_later_gets_a_live_one(browser):
    with opened(browser, "<main></main>") as page:
        # as JupyterLab does: innerHTML, then every script made anew, then the node is attached
        page.evaluate(
            """(markup) => {
              const host = document.createElement("div");
              host.innerHTML = markup;
              host.querySelectorAll("script").forEach((old) => {
                const script = document.createElement("script");
                script.textContent = old.textContent;
                old.replaceWith(script);
              });
              document.querySelector("main").append(host);
            }""",
            softmax_temperature()._repr_html_(),
        )
        expect(page.get_by_role("slider")).to_have_count(4)


@BOTH
def test_a_viewer_that_drops_styles_and_drawings_shows_the_table_alone(browser, kind):
    build = {SOFTMAX: softmax_temperature, ATTENTION: attention_by_hand}[kind]
    with opened(browser, "<main></main>", java_script_enabled=True) as page:
        # as JupyterLab does before a notebook is trusted: unknown elements go, their text stays
        shown = page.evaluate(
            """(markup) => {
              const main = document.querySelector("main");
              main.innerHTML = markup;
              main.querySelectorAll("style, script").forEach((e) => e.remove());
              main.querySelectorAll("svg").forEach((e) => e.replaceWith(e.textContent));
              return main.innerText;
            }""",
            build()._repr_html_(),
        )
    expected = repr(build()).split()
    assert sorted(shown.split()) == sorted(expected)


@EACH
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_stands_on_the_colour_of_its_page(browser, site, kind, scheme):
    # the theme paints html outputs light grey in dark mode; the explorable must outweigh that
    with chapter(browser, site, kind, color_scheme=scheme) as (page, root):
        page.evaluate("(scheme) => { document.documentElement.dataset.theme = scheme; }", scheme)
        lightness = root.evaluate(
            """(root) => [root, root.parentElement].map((e) => {
              const color = getComputedStyle(e).backgroundColor;
              const [r, g, b, a = 1] = color.match(/[\\d.]+/g).map(Number);
              return a === 0 ? null : (r + g + b) / 765;
            })"""
        )
        own, around = lightness
        assert own < 0.25 if scheme == "dark" else own > 0.9
        assert around is None or (around < 0.25) == (scheme == "dark")


@EACH
def test_it_fits_a_phone(browser, site, kind):
    with chapter(browser, site, kind, viewport={"width": 390, "height": 844}) as (_, root):
        assert root.evaluate("(root) => root.scrollWidth <= root.clientWidth")
        box = root.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390


# What only the alignment has; these open it alone.


@contextmanager
def alignment(browser: Browser, explorable=LOVE, **settings: object) -> Iterator:
    frame = "<!doctype html><html lang=en><title>x</title><main>{}</main></html>"
    with opened(browser, frame.format(explorable._repr_html_()), **settings) as page:
        yield page, page.locator(".pa-explorable")


LONG = alignment_by_word(
    [[0.3 if i == j else 0.05 for j in range(14)] for i in range(14)],
    ["internationalisi"] * 14,
    ["Donaudampfschiff"] * 14,
    [(i, i) for i in range(14)],
)
WORDS = ["großartx"] * 2 + ["eightltr"]  # with a position behind them, and a tie
WIDE = alignment_by_word([[0.4, 0.2, 0.4]] * 3, WORDS, WORDS, [(0, 0), (1, 0), (1, 1), (1, 2)])
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}


def test_an_alignment_that_becomes_live_changes_no_text(browser):
    read = """(root) => [...root.querySelectorAll("[data-out]")].map((e) => e.textContent)"""
    for explorable in (LOVE, *SENTENCES[:5]):
        with alignment(browser, explorable, java_script_enabled=False) as (_, root):
            static = root.evaluate(read)
        with alignment(browser, explorable) as (page, root):
            page.wait_for_timeout(300)
            assert root.evaluate(read) == static


def test_an_alignment_reads_without_javascript(browser):
    with alignment(browser, java_script_enabled=False) as (_, root):
        expect(root.get_by_role("img")).to_be_visible()
        expect(root.get_by_role("table")).to_be_visible()
        expect(root.locator(".pa-summary")).to_have_text(LOVE.texts["summary"])
        expect(root.locator("input, button")).to_have_count(0)
        expect(root.locator('.pa-gold[data-gold="2"]')).to_be_visible()
        expect(root.locator('.pa-gold[data-gold="0"]')).to_be_hidden()


def test_arrow_keys_pick_a_word_and_one_tab_leaves(browser):
    with alignment(browser) as (page, root):
        page.keyboard.press("Tab")
        expect(root.get_by_role("radio", name="love")).to_be_focused()  # the picked one
        for key, row in (("ArrowDown", 2), ("ArrowDown", 0), ("ArrowUp", 2), ("ArrowLeft", 1)):
            page.keyboard.press(key)
            assert state_of(root)["row"] == row
            expect(root.get_by_role("radio").nth(row)).to_be_focused()
        page.keyboard.press("Tab")
        assert not root.evaluate("(root) => root.contains(document.activeElement)")


def test_a_finger_and_a_mouse_pick_a_word(browser):
    with alignment(browser, **PHONE) as (page, root):
        words = root.locator(".pa-figure text[data-row]")
        page.touchscreen.tap(*middle(words.filter(has_text="you")))
        assert state_of(root)["row"] == 2
        page.mouse.click(*middle(words.filter(has_text="I")))
        assert state_of(root)["row"] == 0
        expect(root.locator(".pa-summary")).to_have_text(
            "“I” looks most at “je”, 0.94; the gold link agrees."
        )


def test_the_picked_word_is_announced_when_the_reader_stops(browser):
    with alignment(browser) as (page, root):
        live = root.locator("[aria-live=polite]")
        live.evaluate(
            """(e) => { window.said = []; new MutationObserver(() => said.push(e.textContent))
            .observe(e, { childList: true, characterData: true, subtree: true }); }"""
        )
        root.get_by_role("radio", name="love").focus()
        for _ in range(5):
            page.keyboard.press("ArrowDown")
        expect(live).to_have_text("“I” looks most at “je”, 0.94; the gold link agrees.")
        assert len(page.evaluate("said")) <= 2


@pytest.mark.parametrize("explorable", [LOVE, WIDE, LONG], ids=["short", "wide", "long"])
@pytest.mark.parametrize("width", [390, 764])  # a phone, and the column of a chapter
def test_the_table_of_an_alignment_stays_in_its_box(browser, explorable, width):
    with alignment(browser, explorable, viewport={"width": width, "height": 900}) as (_, root):
        boxes = [root.locator(part).bounding_box() for part in ("table", ".pa-body")]
        table, body = (box["x"] + box["width"] for box in boxes)
        assert table <= body + 0.5


@pytest.mark.parametrize("explorable", [LOVE, LONG], ids=["short", "long"])
def test_every_word_to_pick_lies_over_its_word_and_is_large_enough(browser, explorable):
    with alignment(browser, explorable, **PHONE) as (page, root):
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert root.evaluate("(root) => root.scrollWidth <= root.clientWidth")
        radios, words = root.get_by_role("radio").all(), root.locator("text[data-row]").all()
        assert len(radios) == len(words) == len(explorable.inputs["target"])
        bottom = 0.0
        for radio, word in zip(radios, words, strict=True):
            box, text = radio.bounding_box(), word.bounding_box()
            assert min(box["width"], box["height"]) >= 24
            assert box["y"] >= bottom  # no two overlap
            bottom = box["y"] + box["height"]
            assert box["x"] <= text["x"] + 1
            assert box["x"] + box["width"] >= text["x"] + text["width"]
            assert box["y"] <= text["y"]
            assert bottom >= text["y"] + text["height"]
            assert radio.get_attribute("aria-label") == word.text_content()
            page.keyboard.press("Shift")
            radio.focus()
            assert radio.evaluate("(e) => getComputedStyle(e).outlineStyle") == "solid"


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("forced", ["none", "active"])
def test_an_alignment_is_accessible(browser, width, scheme, forced):
    settings = {"viewport": {"width": width, "height": 900}, "color_scheme": scheme}
    with alignment(browser, forced_colors=forced, **settings) as (page, _):
        violations = axe_violations(page)
        assert not violations, violations


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_forced_colours_reach_the_drawing(browser, scheme):
    with alignment(browser, forced_colors="active", color_scheme=scheme) as (_, root):
        ink, word, ring = root.evaluate(
            """(root) => [getComputedStyle(root).color,
              getComputedStyle(root.querySelector("text.pa-tick")).fill,
              getComputedStyle(root.querySelector(".pa-gold")).stroke]"""
        )
        assert ink == word == ring


def test_two_alignments_on_a_page_do_not_share_their_picks(browser):
    other = dataclasses.replace(LOVE, identifier="pa-other")
    with opened(browser, page_of([LOVE, other])) as page:
        roots = page.locator(".pa-explorable")
        roots.nth(0).get_by_role("radio").first.check()
        assert [state_of(root)["row"] for root in roots.all()] == [0, 1]
        expect(page.locator("input:checked")).to_have_count(2)


def test_an_alignment_that_loses_styles_and_drawings_shows_the_table_alone(browser):
    assert bare_words(browser, LOVE) == sorted(repr(LOVE).split())
