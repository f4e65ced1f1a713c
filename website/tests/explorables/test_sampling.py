"""Picks to draw: after each click the page shows what Python computes from the same draws."""

import dataclasses
import re

import pytest
from clicks import click
from examples import DRAWS, MANY_DRAWS, NO_DRAWS
from figures import PHONE, Differences, inputs_of, page_of, shown, state_of
from playwright.sync_api import Error, TimeoutError, expect

from paying_attention.explorables.sampling.chart import Chart
from paying_attention.explorables.sampling.state import sampling_state, sampling_texts

SEVERAL = [NO_DRAWS, DRAWS, MANY_DRAWS]
PAGE = page_of(*SEVERAL)
ONE, TEN, HUNDRED, CLEAR = (("button", k) for k in range(4))
SWITCH = ("input", 0)
STEPS = [ONE, SWITCH, TEN, HUNDRED, SWITCH, CLEAR, ONE, ONE, TEN, SWITCH, CLEAR, HUNDRED]
LINES = """(root) => [...root.querySelectorAll("[data-mean]")].map((e) => e.getAttribute("d"))"""
STRONG = """(root) => [...root.querySelectorAll(".pa-means")]
  .map((e) => getComputedStyle(e).opacity === "1")"""
UNCHANGING = ("weight-", "loss-")  # of the table


def after(inputs: dict, steps: list) -> dict:
    """What a reader has done after some clicks."""
    now = dict(inputs)
    for step in steps:
        if step == SWITCH:
            now["subtracted"] = not now["subtracted"]
        elif step == CLEAR:
            now["skipped"], now["draws"] = now["skipped"] + now["draws"], 0
        else:
            more = {ONE: 1, TEN: 10, HUNDRED: 100}[step]
            now["draws"] = min(1000, now["draws"] + more)
    return now


def places(lines: list[str]) -> list[float]:
    """The numbers of some lines."""
    return [float(number) for number in re.findall(r"[\d.]+", " ".join(lines))]


def differences(root) -> Differences:
    """Click through all steps, and compare with Python's functions."""
    inputs, found = inputs_of(root), Differences()
    numbers = ("weights", "losses", "seed", "skipped", "draws", "subtracted")
    for k, step in enumerate([None, *STEPS]):
        (reading,) = click(root, [step])[1:] if step else click(root, [])
        now = after(inputs, STEPS[:k])
        expected = sampling_state(*(now[key] for key in numbers))
        place = Chart(tuple(inputs["labels"]), inputs["reach"], max(100, now["draws"]))
        texts = sampling_texts(expected, place.most)
        for key, value in dataclasses.asdict(expected).items():
            found.compare(key, reading["state"][key], value)
        for key, text in reading["texts"]:
            if key in texts or not key.startswith(UNCHANGING):
                found.compare(key, text, texts[key])
        found.compare("checked", reading["checked"], [now["subtracted"]])
        strong = [not now["subtracted"], now["subtracted"]]
        found.compare("strong lines", root.evaluate(STRONG), strong)
        lines = [
            place.path([mean[j] for mean in means]) for means in expected.means for j in range(3)
        ]
        shown_lines = root.evaluate(LINES)
        found.compare(
            "pens", *(re.findall("[ML]", "".join(drawn)) for drawn in (shown_lines, lines))
        )
        found.compare("lines", places(shown_lines), places(lines), 0.011)  # halves round otherwise
    return found


def test_the_page_draws_the_words_that_python_draws(browser):
    with shown(browser, *SEVERAL) as (page, _):
        assert [differences(root) for root in page.locator(".pa-explorable").all()] == [[]] * 3


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("FACTOR = 48271", "FACTOR = 16807"),
        ("number / PRIME;", "number / (PRIME + 1e6);"),
        ("share >= edge", "share < edge"),
        ("found.slice(skipped)", "found.slice(0, draws)"),
        ("losses[j] - baseline", "losses[j]"),
        ("losses[pick] - subtracted", "losses[pick]"),
        ("(j === pick ? 1 : 0) - weight", "(j === pick ? 1 : 0)"),
        ("squares / drawn.length", "squares / (drawn.length - 1)"),
        ("number / (k + 1)", "number / drawn.length"),
        ("Math.sqrt(distance(mean", "(distance(mean"),
        ("now.skipped += now.draws;", ""),
        ("Math.min(now.most, now.draws + more)", "now.draws + more"),
        ("now.subtracted = box.checked", "now.subtracted = true"),
        ("(kind === 1) === found.subtracted", "true"),
        ("Math.abs(slope) <= now.reach", "slope <= now.reach"),
        ('pen = seen ? "L" : "M"', 'pen = "L"'),
        ("Math.max(now.room, now.draws)", "now.room"),
        ("draws === 1 ?", "draws < 1 ?"),
        ("other: names[other]", "other: names[own]"),
        ("far: number(found.far[own])", "far: number(found.far[0])"),
    ],
)
def test_a_planted_error_is_noticed(plants, right, wrong):
    roots = plants.plant(PAGE, right, wrong)
    try:
        noticed = any(differences(root) for root in roots)
    except Error as error:  # a script that breaks down is noticed as well
        noticed = not isinstance(error, TimeoutError)
    assert noticed or plants.errors


def test_nobody_draws_more_than_there_is_room_for(browser):
    with shown(browser, DRAWS) as (_, root):
        more = root.get_by_role("button", name="Draw 100")
        for _ in range(9):
            more.click()
        assert sum(state_of(root)["counts"]) == 1000
        for name in ("Draw 1", "Draw 10", "Draw 100"):
            expect(root.get_by_role("button", name=name, exact=True)).to_be_disabled()
        root.get_by_role("button", name="Clear").click()
        expect(more).to_be_enabled()


def test_keys_draw_and_switch(browser):
    with shown(browser, DRAWS) as (page, root):
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        assert sum(state_of(root)["counts"]) == 101
        root.get_by_role("checkbox", name="subtract the baseline").focus()
        page.keyboard.press("Space")
        assert state_of(root)["subtracted"]
        expect(root.locator(".pa-summary")).to_contain_text("101 draws with the baseline 1.90:")


def test_a_finger_draws_and_switches(browser):
    with shown(browser, DRAWS, **PHONE) as (_, root):
        root.get_by_role("button", name="Clear").tap()
        expect(root.locator(".pa-summary")).to_have_text(DRAWS.sentences["nothing"])
        root.get_by_role("button", name="Draw 10", exact=True).tap()
        root.get_by_text("subtract the baseline").tap()
        assert sum(state_of(root)["counts"]) == 10
        assert state_of(root)["subtracted"]


def test_without_javascript_both_kinds_of_lines_are_there(browser):
    with shown(browser, DRAWS, java_script_enabled=False) as (_, root):
        assert root.evaluate(STRONG) == [True, False]
        for line in root.locator("[data-mean]").all():
            expect(line).to_be_visible()
