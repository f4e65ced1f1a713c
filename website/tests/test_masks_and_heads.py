"""Masks to click and heads to switch, in a real browser: their numbers are Python's.

To see that the comparison bites, one test plants errors in the scripts and expects to be told.
"""

import dataclasses
import itertools
import random
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Error, TimeoutError, expect
from test_explorables import bare_words, inputs_of, middle, opened, state_of
from test_pages import axe_violations

from paying_attention.explorables.frame.explorable import Explorable
from paying_attention.explorables.heads.figure import heads_to_switch
from paying_attention.explorables.heads.state import heads_state, heads_texts
from paying_attention.explorables.masks.figure import masks_to_click
from paying_attention.explorables.masks.state import mask_state, mask_texts
from paying_attention.explorables.softmax.figure import softmax_temperature

CAT = masks_to_click(
    [[2, 1, 0, 1], [0, 1, 0, 0.5], [1, 1.5, 3, 0], [0, 2, -1, 1]], ("the", "cat", "sat", "down")
)
WIDE = masks_to_click([[1000, -1000, 0, 0, 2, -0.5]] * 6, ["Donaudampf"] * 6)
TWO = heads_to_switch(
    [[[0.5, 0.25, 0.25], [0.1, 0.0, 0.9]], [[0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]],
    ("ich", "sehe", "dich"),
    ("see", "you"),
    gold=[[1], [2]],
)
LONG = heads_to_switch(
    [
        [[0.3 if (i + h) % 14 == j else 0.05 for j in range(14)] for i in range(14)]
        for h in range(8)
    ],
    ["Donaudampfschiff"] * 14,
    ["internationalisi"] * 14,
    gold=[[i] for i in range(14)],
)
TIE = heads_to_switch(  # two means of 0.7 / 3 that differ in the sixteenth digit
    [[[0.1, 0.1]], [[0.2, 0.4]], [[0.4, 0.2]]], ("a", "b"), ("c",), gold=[[0]]
)
KINDS = {"masks": CAT, "heads": TWO}
EACH = pytest.mark.parametrize("explorable", KINDS.values(), ids=KINDS)
ALL = pytest.mark.parametrize(
    "explorable", [CAT, WIDE, TWO, LONG], ids=["masks", "many masks", "heads", "many heads"]
)
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}


def any_masks(seed: int) -> Explorable:
    """Draw scores and a mask: ties, scores whose exponential overflows, rows that see nothing."""
    draw = random.Random(seed)
    size = draw.randint(1, 6)
    large = draw.choice((1, 1, 3, 1000))
    scores = [
        [large * draw.choice((0, 1, -1, draw.random())) for _ in range(size)] for _ in range(size)
    ]
    mask = [[draw.random() < 0.5 for _ in range(size)] for _ in range(size)]
    labels = draw.choices(("la", "le", "<b>", "l'eau", "&", "chat"), k=size)
    return masks_to_click(scores, labels, mask=None if seed % 3 == 0 else mask, name=f"m{seed}")


def any_heads(seed: int) -> Explorable:
    """Draw heads: ties, rows of zeros, weights of three decimals, several gold links or none."""
    draw = random.Random(seed)
    heads, rows, columns = draw.randint(1, 4), draw.randint(1, 5), draw.randint(1, 9)

    def row() -> list[float]:
        numbers = [draw.choice((0, 0, 1, 2, 5, 9 * draw.random())) for _ in range(columns)]
        return [round(number / max(sum(numbers), 1), 3) for number in numbers]

    weights = [[row() for _ in range(rows)] for _ in range(heads)]
    gold = [draw.sample(range(columns), draw.randint(0, min(2, columns))) for _ in range(rows)]
    gold[0] = gold[0] or [0]
    source, target = [f"s{j}" for j in range(columns)], [f"t{i}" for i in range(rows)]
    gold = None if seed % 4 == 0 else gold
    return heads_to_switch(weights, source, target, gold=gold, name=f"h{seed}")


SEVERAL = {
    "masks": [CAT, WIDE, *map(any_masks, range(7))],
    "heads": [TWO, TIE, *map(any_heads, range(9))],
}

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


def steps_of(explorable: Explorable) -> list[tuple[str, int]]:
    """List what to click: every square and every preset, or heads, until each subset was on."""
    draw = random.Random(7)
    if explorable.kind == "masks-to-click":
        squares = [("input", k) for k in range(len(explorable.inputs["labels"]) ** 2)]
        buttons = [(".pa-presets button", p) for p in range(6)]
        return draw.sample(squares + buttons, len(squares) + 6) + draw.sample(
            squares, len(squares) // 2
        )
    flips, before = [], 0
    for number in range(1, min(40, 2 ** len(explorable.inputs["weights"]))):
        gray = number ^ (number >> 1)  # neighbours differ in one head
        flips.append(("input", (gray ^ before).bit_length() - 1))
        before = gray
    return flips


def expected_of(explorable: Explorable, on: list[int], mask: list[list[bool]]) -> tuple:
    """Compute in Python what the page should show."""
    inputs = explorable.inputs
    if explorable.kind == "masks-to-click":
        state = mask_state(inputs["scores"], mask)
        return state, mask_texts(state, inputs["labels"])
    state = heads_state(inputs["weights"], on, inputs["gold"])
    texts = heads_texts(state, len(inputs["weights"]), inputs["judged"], inputs["chance"])
    blank = dict.fromkeys((key for key in explorable.texts if key.startswith("weight-")), "")
    return state, explorable.texts | (texts if on else blank | texts)


def is_near(shown: object, expected: object, far: float) -> bool:
    """Compare numbers roughly and everything else exactly, in lists as well."""
    if isinstance(expected, float):
        return isinstance(shown, int | float) and abs(shown - expected) <= far
    if isinstance(expected, list):
        return isinstance(shown, list) and all(
            is_near(*pair, far) for pair in itertools.zip_longest(shown, expected)
        )
    return shown == expected


def differences(explorable: Explorable, readings: list[dict]) -> list[str]:
    """Compare what the page shows after each click with Python's functions."""
    inputs, found = explorable.inputs, []
    on, mask = list(inputs.get("on", ())), [list(row) for row in inputs.get("mask", ())]

    def compare(what: str, shown: object, expected: object, far: float = 1e-9) -> None:
        if not is_near(shown, expected, far):
            found.append(f"{what}: the page has {shown!r}, Python {expected!r}")

    presets = dict(inputs.get("presets", ()))
    for reading, (selector, position) in zip(
        readings, [("", 0), *steps_of(explorable)], strict=True
    ):
        if selector == ".pa-presets button":
            mask = [list(row) for row in list(presets.values())[position]]
        elif selector == "input" and mask:
            i, j = divmod(position, len(mask))
            mask[i][j] = not mask[i][j]
        elif selector == "input":
            on = sorted({position} ^ set(on))
        state, texts = expected_of(explorable, on, mask)
        for key, value in dataclasses.asdict(state).items():
            value = list(value) if isinstance(value, tuple) else value
            compare(key, reading["state"][key], mask if key == "mask" else value)
        for key, text in reading["texts"]:
            compare(key, text, texts[key])
        darkness = list(state.weights) or [0.0] * len(reading["darkness"])
        compare("darkness", reading["darkness"], darkness, 0.00051)
        may = [may_look for row in mask for may_look in row]
        heads = [h in on for h in range(len(inputs.get("weights", ())))]
        compare("checked", reading["checked"], may or heads)
        compare("hatched", reading["hatched"], [not may_look for may_look in may])
        same = [name for name, preset in presets.items() if [list(row) for row in preset] == mask]
        compare("pressed", reading["pressed"], same)
    return found


def frame(*explorables: Explorable, ground: str = "#fff") -> str:
    """Put explorables on a page as narrow as a chapter's."""
    body = "\n".join(explorable._repr_html_() for explorable in explorables)
    return (
        f'<!doctype html><html lang=en><meta charset=utf-8><title>x</title><body style="margin: 0 '
        f'16px; background: {ground}"><main>{body}</main></html>'
    )


@contextmanager
def shown(browser: Browser, *explorables: Explorable, **settings: object) -> Iterator:
    """Open a page of explorables; give the page and the first of them."""
    dark = settings.get("color_scheme") == "dark"
    page_html = frame(*explorables, ground="#14181e" if dark else "#fff")
    with opened(browser, page_html, **settings) as page:
        yield page, page.locator(".pa-explorable").first


@pytest.mark.parametrize("kind", KINDS)
def test_the_page_computes_what_python_computes(browser, kind):
    with shown(browser, *SEVERAL[kind]) as (page, _):
        roots = page.locator(".pa-explorable").all()
        for explorable, root in zip(SEVERAL[kind], roots, strict=True):
            assert differences(explorable, root.evaluate(SWEEP, steps_of(explorable))) == []


def test_so_it_does_with_eight_heads_and_long_sentences(browser):
    with shown(browser, LONG) as (_, root):
        assert differences(LONG, root.evaluate(SWEEP, steps_of(LONG))) == []


@pytest.mark.parametrize(
    ("kind", "right", "wrong"),
    [
        ("masks", "{ return row[j]; })", "{ return !row[j]; })"),
        ("masks", "inputs.mask.forEach", "[0, ...inputs.mask.slice(1)].forEach"),
        ("masks", "inputs.scores[i].filter", "inputs.scores.map((r) => r[i]).filter"),
        ("masks", "row[j] ? found[next++] : 0", "row[j] ? found[next++] : open ? 0 : 1"),
        ("masks", "mayLook && j > i", "mayLook && j >= i"),
        ("masks", "mayLook && j > i", "mayLook && j < i"),
        ("masks", "if (!seen.length) { blind.push(i); }", ""),
        ("masks", "rows.length > 3", "rows.length > 4"),
        ("masks", 'mayLook ? display(weight) : say("masked")', "display(weight)"),
        ("masks", "{ return row[i]; }).length", "{ return row[0]; }).length"),
        ("masks", "blank ?", "!blank ?"),
        ("masks", "sums.push(add(found))", "sums.push(add(seen))"),
        ("masks", "now.mask[i][j] = mayLook", "now.mask[j][i] = mayLook"),
        ("masks", "now.mask[i][j] = mayLook", "now.mask[i][j] = !mayLook"),
        ("masks", "Math.floor(k / size), j = k % size", "k % size, j = Math.floor(k / size)"),
        ("masks", "JSON.parse(button.dataset.mask)", "first.presets[0][1]"),
        ("masks", "may[k] ?", "!may[k] ?"),
        ("masks", "boxes[k].checked = may[k];", ""),
        ("masks", "=== JSON.stringify(found.mask)", "=== root.dataset.inputs"),
        ("masks", '"fill-opacity": weight.toFixed(3)', '"fill-opacity": 1'),
        ("heads", "inputs.on.map(function (h)", "inputs.weights.map(function (head, h)"),
        ("heads", "          inputs.on.length;", "          inputs.weights.length;"),
        ("heads", "inputs.weights[h][i][j]", "inputs.weights[h][0][j]"),
        ("heads", "Math.log2(w)", "Math.log(w)"),
        ("heads", "w > 0 ? -w * Math.log2(w) : 0", "-w * Math.log2(w)"),
        ("heads", "if (gold && !gold[i].length) { return; }", ""),
        ("heads", "add(bits) / bits.length", "add(bits)"),
        ("heads", "add(bits) / bits.length", "add(bits) / inputs.words.length"),
        ("heads", "weight <= top - 1e-9 || ", "weight < top || "),
        ("heads", "row.every(function", "row.some(function"),
        ("heads", "gold && top > 0 && ", "gold && "),
        ("heads", "return h + 1;", "return h;"),
        ("heads", "box.checked ? others.concat([h]) : others", "others.concat([h])"),
        ("heads", "return a - b;", "return b - a;"),
        ("heads", "box.checked = found.on.includes(h)", "box.checked = true"),
        ("heads", 'text.textContent = "";', ""),
        ("heads", "found.weights[k].toFixed(3)", '"1"'),
        ("heads", "display(inputs.chance)", "inputs.chance"),
    ],
)  # fmt: skip
def test_a_planted_error_is_noticed(browser, kind, right, wrong):
    markup = frame(*SEVERAL[kind])
    assert right in markup
    try:
        with opened(browser, markup.replace(right, wrong)) as page:
            roots = page.locator(".pa-explorable").all()
            noticed = any(
                differences(explorable, root.evaluate(SWEEP, steps_of(explorable)))
                for explorable, root in zip(SEVERAL[kind], roots, strict=True)
            )
    except (AssertionError, Error) as error:  # a script that breaks down is noticed as well
        noticed = not isinstance(error, TimeoutError)
    assert noticed


@ALL
def test_becoming_live_changes_no_text(browser, explorable):
    read = """(root) => [...root.querySelectorAll("[data-out]")].map((e) => e.textContent)"""
    with shown(browser, explorable, java_script_enabled=False) as (_, root):
        static = root.evaluate(read)
    with shown(browser, explorable) as (page, root):
        page.wait_for_timeout(300)  # the live region's delay
        assert root.evaluate(read) == static


@EACH
def test_it_reads_without_javascript(browser, explorable):
    with shown(browser, explorable, java_script_enabled=False) as (_, root):
        expect(root.get_by_role("img")).to_be_visible()
        expect(root.get_by_role("table")).to_be_visible()
        expect(root.locator(".pa-summary")).to_have_text(explorable.texts["summary"])
        expect(root.locator("input, button")).to_have_count(0)


def test_without_javascript_what_is_masked_is_hatched(browser):
    with shown(browser, CAT, java_script_enabled=False) as (_, root):
        for k, (i, j) in enumerate(itertools.product(range(4), repeat=2)):
            expect(root.locator(f'[data-hatch="{k}"]')).to_be_visible(visible=j > i)


def test_a_square_says_who_looks_where_and_whether_it_may(browser):
    with shown(browser, CAT) as (_, root):
        expect(root.get_by_role("checkbox", name="query sat, key cat: may look")).to_be_checked()
        box = root.get_by_role("checkbox", name="query cat, key sat: may look")
        expect(box).not_to_be_checked()
        expect(box).to_have_attribute("title", "score 0.00")
        expect(root.get_by_role("checkbox")).to_have_count(16)


def test_arrow_keys_walk_over_the_squares_and_space_clicks_them(browser):
    with shown(browser, CAT) as (page, root):
        page.keyboard.press("Tab")
        squares = root.get_by_role("checkbox")
        expect(squares.first).to_be_focused()
        for key, k in (
            ("ArrowUp", 0),  # the edge holds
            ("ArrowLeft", 0),
            ("ArrowRight", 1),
            ("ArrowDown", 5),
            ("ArrowRight", 6),
            ("ArrowUp", 2),
            ("ArrowRight", 3),
            ("ArrowRight", 3),
            ("ArrowLeft", 2),
        ):
            page.keyboard.press(key)
            expect(squares.nth(k)).to_be_focused()
        page.keyboard.press("Space")
        assert state_of(root)["mask"][0] == [True, False, True, False]
        assert state_of(root)["ahead"] == [0]
        page.keyboard.press("Tab")  # one stop for all squares
        expect(root.get_by_role("button", name="everything")).to_be_focused()
        page.keyboard.press("Shift+Tab")
        expect(squares.nth(2)).to_be_focused()
        page.keyboard.press("Space")
        assert state_of(root)["mask"] == inputs_of(root)["mask"]


def test_a_finger_and_a_mouse_click_squares_and_heads(browser):
    with shown(browser, CAT, **PHONE) as (page, root):
        page.touchscreen.tap(*middle(root.locator('[data-cell="2"]')))
        page.mouse.click(*middle(root.locator('[data-cell="4"]')))
        assert state_of(root)["mask"][:2] == [
            [True, False, True, False],
            [False, True, False, False],
        ]
    with shown(browser, TWO, **PHONE) as (page, root):
        page.touchscreen.tap(*middle(root.locator("label", has_text="head 1")))
        assert state_of(root)["on"] == [1]
        page.mouse.click(*middle(root.get_by_role("checkbox", name="head 2")))
        assert state_of(root)["on"] == []
        expect(root.locator(".pa-summary")).to_have_text(
            "All heads are off: there are no weights to show."
        )
        expect(root.locator(".pa-weight").first).to_have_text("")


def test_keys_switch_heads(browser):
    with shown(browser, TWO) as (page, root):
        for key in ("Tab", "Tab", "Space"):
            page.keyboard.press(key)
        expect(root.get_by_role("checkbox", name="head 2")).to_be_focused()
        assert state_of(root)["on"] == [0]


def test_the_pressed_button_is_the_mask_that_is_shown(browser):
    with shown(browser, CAT) as (_, root):
        pressed = root.get_by_role("button", pressed=True)
        expect(pressed).to_have_text("causal")
        root.get_by_role("button", name="prefix of two").click()
        expect(pressed).to_have_text("prefix of two")
        root.get_by_role("checkbox", name="query the, key cat: may look").uncheck()
        expect(pressed).to_have_text("causal")  # of four tokens, they differ by this one
        root.get_by_role("checkbox", name="query the, key down: may look").check()
        expect(pressed).to_have_count(0)


@EACH
def test_reset_goes_back(browser, explorable):
    with shown(browser, explorable) as (_, root):
        before = state_of(root)
        root.evaluate("(root) => root.querySelectorAll('input').forEach((e) => e.click())")
        assert state_of(root) != before
        root.get_by_role("button", name="Reset").click()
        assert state_of(root) == before
        readings = root.evaluate(SWEEP, steps_of(explorable))  # a reset mask is not a changed one
        assert differences(explorable, readings) == []


@EACH
def test_the_result_is_announced_when_the_reader_stops(browser, explorable):
    with shown(browser, explorable) as (page, root):
        live = root.locator("[aria-live=polite]")
        live.evaluate(
            """(e) => { window.said = []; new MutationObserver(() => said.push(e.textContent))
            .observe(e, { childList: true, characterData: true, subtree: true }); }"""
        )
        root.evaluate("(root) => root.querySelectorAll('input').forEach((e) => e.click())")
        page.wait_for_timeout(400)
        assert len(page.evaluate("said")) == 1
        assert page.evaluate("said") == [root.locator("desc").text_content()]


@pytest.mark.parametrize("width", [390, 764])  # a phone, and the column of a chapter
@ALL
def test_everything_stays_in_its_box(browser, explorable, width):
    with shown(browser, explorable, viewport={"width": width, "height": 900}) as (page, root):
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert root.evaluate("(root) => root.scrollWidth <= root.clientWidth")
        right = root.evaluate(
            """(root) => Math.max(...[...root.querySelectorAll("td, th, text, rect, button")]
              .map((e) => e.getBoundingClientRect().right))
              - root.querySelector(".pa-body").getBoundingClientRect().right"""
        )
        assert right <= 0.5


BOXES = """(root, selector) => [...root.querySelectorAll(selector)].map((e) => {
  const box = e.getBoundingClientRect();
  return [box.x, box.y, box.width, box.height];
})"""


@ALL
def test_on_a_phone_every_target_is_large_enough_for_a_finger(browser, explorable):
    with shown(browser, explorable, **PHONE) as (_, root):
        boxes = root.evaluate(BOXES, ".pa-squares input, .pa-switches label, button")
        assert len(boxes) > 2
        assert min(min(box[2:]) for box in boxes) >= 24


def test_every_checkbox_lies_over_its_square(browser):
    with shown(browser, WIDE, **PHONE) as (_, root):
        over, under = (root.evaluate(BOXES, part) for part in (".pa-squares input", "[data-cell]"))
        assert len(over) == 36
        for box, square in zip(over, under, strict=True):
            assert box == pytest.approx(square, abs=1.5)


@EACH
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_focus_is_visible(browser, explorable, scheme):
    with shown(browser, explorable, color_scheme=scheme) as (page, root):
        page.keyboard.press("Tab")
        outlines = root.evaluate(
            """(root) => [...root.querySelectorAll("input, button")].map((e) => {
              e.focus();
              return getComputedStyle(e).outlineStyle + " " + getComputedStyle(e).outlineWidth;
            })"""
        )
        assert set(outlines) == {"solid 2px"}


@EACH
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_numbers_read_on_the_darkest_square(browser, explorable, scheme):
    with shown(browser, explorable, color_scheme=scheme) as (_, root):
        contrast = root.evaluate(
            """(root) => {
              const linear = (c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
              const light = (color) => color.match(/[\\d.]+/g).slice(0, 3)
                .map((c) => linear(c / 255))
                .reduce((sum, c, i) => sum + [0.2126, 0.7152, 0.0722][i] * c, 0) + 0.05;
              const fill = (part) => light(getComputedStyle(root.querySelector(part)).fill);
              const pair = [fill(".pa-weight"), fill(".pa-cell")];
              return Math.max(...pair) / Math.min(...pair);
            }"""
        )
        assert contrast >= 4.5


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("forced", ["none", "active"])
def test_both_are_accessible(browser, width, scheme, forced):
    settings = {"viewport": {"width": width, "height": 900}, "color_scheme": scheme}
    with shown(browser, CAT, TWO, forced_colors=forced, **settings) as (page, _):
        violations = axe_violations(page)
        assert not violations, violations


def test_kinds_and_copies_on_a_page_do_not_disturb_each_other(browser):
    others = [
        dataclasses.replace(item, identifier=f"pa-other-{key}") for key, item in KINDS.items()
    ]
    with shown(browser, CAT, TWO, softmax_temperature(), *others) as (page, _):
        roots = page.locator(".pa-explorable")
        roots.nth(0).get_by_role("button", name="everything").click()
        roots.nth(1).get_by_role("checkbox", name="head 1").uncheck()
        assert [state_of(roots.nth(k))["open"] for k in (0, 3)] == [16, 10]
        assert [state_of(roots.nth(k))["on"] for k in (1, 4)] == [[1], [0, 1]]
        expect(roots.nth(2).get_by_role("slider")).to_have_count(4)


@EACH
def test_one_that_loses_styles_and_drawings_shows_the_table_alone(browser, explorable):
    assert bare_words(browser, explorable) == sorted(repr(explorable).split())
