"""Masks to click: after each click the page shows what Python computes."""

import dataclasses
import itertools
import random

import pytest
from browser import middle
from clicks import BOXES, click
from examples import CAT, MANY_MASKS
from figures import PHONE, Differences, inputs_of, page_of, shown, state_of
from playwright.sync_api import Error, TimeoutError, expect

from paying_attention.explorables.frame.explorable import Explorable
from paying_attention.explorables.masks.figure import masks_to_click
from paying_attention.explorables.masks.state import mask_state, mask_texts


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


SEVERAL = [CAT, MANY_MASKS, *map(any_masks, range(7))]
PAGE = page_of(*SEVERAL)


def steps_of(explorable: Explorable) -> list[tuple[str, int]]:
    """Every square and every preset in some order, then half of the squares again."""
    draw = random.Random(7)
    squares = [("input", k) for k in range(len(explorable.inputs["labels"]) ** 2)]
    buttons = [(".pa-presets button", p) for p in range(6)]
    return draw.sample(squares + buttons, len(squares) + 6) + draw.sample(
        squares, len(squares) // 2
    )


def differences(root, explorable: Explorable) -> Differences:
    """Compare what the page shows after each click with Python's functions."""
    inputs, found, steps = explorable.inputs, Differences(), steps_of(explorable)
    mask, presets = [list(row) for row in inputs["mask"]], dict(inputs["presets"])
    for reading, (selector, position) in zip(click(root, steps), [("", 0), *steps], strict=True):
        if selector == ".pa-presets button":
            mask = [list(row) for row in list(presets.values())[position]]
        elif selector == "input":
            i, j = divmod(position, len(mask))
            mask[i][j] = not mask[i][j]
        state = mask_state(inputs["scores"], mask)
        texts = mask_texts(state, inputs["labels"])
        for key, value in dataclasses.asdict(state).items():
            found.compare(key, reading["state"][key], mask if key == "mask" else value)
        for key, text in reading["texts"]:
            found.compare(key, text, texts[key])
        found.compare("darkness", reading["darkness"], list(state.weights), 0.00051)
        may = [may_look for row in mask for may_look in row]
        found.compare("checked", reading["checked"], may)
        found.compare("hatched", reading["hatched"], [not may_look for may_look in may])
        same = [name for name, preset in presets.items() if [list(row) for row in preset] == mask]
        found.compare("pressed", reading["pressed"], same)
    return found


def test_the_page_computes_what_python_computes(browser):
    with shown(browser, *SEVERAL) as (page, _):
        roots = page.locator(".pa-explorable").all()
        found = [differences(*pair) for pair in zip(roots, SEVERAL, strict=True)]
    assert found == [[]] * len(SEVERAL)


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("{ return row[j]; })", "{ return !row[j]; })"),
        ("inputs.mask.forEach", "[0, ...inputs.mask.slice(1)].forEach"),
        ("inputs.scores[i].filter", "inputs.scores.map((r) => r[i]).filter"),
        ("row[j] ? found[next++] : 0", "row[j] ? found[next++] : open ? 0 : 1"),
        ("mayLook && j > i", "mayLook && j >= i"),
        ("mayLook && j > i", "mayLook && j < i"),
        ("if (!seen.length) { blind.push(i); }", ""),
        ("rows.length > 3", "rows.length > 4"),
        ('mayLook ? display(weight) : say("masked")', "display(weight)"),
        ("{ return row[i]; }).length", "{ return row[0]; }).length"),
        ("blank ?", "!blank ?"),
        ("sums.push(add(found))", "sums.push(add(seen))"),
        ("now.mask[i][j] = mayLook", "now.mask[j][i] = mayLook"),
        ("now.mask[i][j] = mayLook", "now.mask[i][j] = !mayLook"),
        ("Math.floor(k / size), j = k % size", "k % size, j = Math.floor(k / size)"),
        ("JSON.parse(button.dataset.mask)", "first.presets[0][1]"),
        ("may[k] ?", "!may[k] ?"),
        ("boxes[k].checked = may[k];", ""),
        ("=== JSON.stringify(found.mask)", "=== root.dataset.inputs"),
        ('"fill-opacity": weight.toFixed(3)', '"fill-opacity": 1'),
    ],
)
def test_a_planted_error_is_noticed(plants, right, wrong):
    roots = plants.plant(PAGE, right, wrong)
    try:
        noticed = any(differences(*pair) for pair in zip(roots, SEVERAL, strict=True))
    except Error as error:  # a script that breaks down is noticed as well
        noticed = not isinstance(error, TimeoutError)
    assert noticed or plants.errors


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


def test_a_finger_and_a_mouse_click_squares(browser):
    with shown(browser, CAT, **PHONE) as (page, root):
        page.touchscreen.tap(*middle(root.locator('[data-cell="2"]')))
        page.mouse.click(*middle(root.locator('[data-cell="4"]')))
        assert state_of(root)["mask"][:2] == [
            [True, False, True, False],
            [False, True, False, False],
        ]


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


def test_a_mask_that_was_reset_is_a_fresh_one(browser):
    with shown(browser, CAT) as (_, root):
        root.evaluate("(root) => root.querySelectorAll('input').forEach((e) => e.click())")
        root.get_by_role("button", name="Reset").click()
        assert differences(root, CAT) == []


def test_every_checkbox_lies_over_its_square(browser):
    with shown(browser, MANY_MASKS, **PHONE) as (_, root):
        over, under = (root.evaluate(BOXES, part) for part in (".pa-squares input", "[data-cell]"))
        assert len(over) == 36
        for box, square in zip(over, under, strict=True):
            assert box == pytest.approx(square, abs=1.5)
