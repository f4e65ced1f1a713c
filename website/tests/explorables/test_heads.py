"""Heads to switch: for each subset of heads the page shows what Python computes."""

import dataclasses
import random

import pytest
from browser import middle
from clicks import click
from examples import MANY_HEADS, TWO_HEADS
from figures import PHONE, Differences, page_of, shown, state_of
from playwright.sync_api import Error, TimeoutError, expect

from paying_attention.explorables.frame.explorable import Explorable
from paying_attention.explorables.heads.figure import heads_to_switch
from paying_attention.explorables.heads.state import heads_state, heads_texts

TIE = heads_to_switch(  # two means of 0.7 / 3 that differ in the sixteenth digit
    [[[0.1, 0.1]], [[0.2, 0.4]], [[0.4, 0.2]]], ("a", "b"), ("c",), gold=[[0]]
)


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


SEVERAL = [TWO_HEADS, TIE, *map(any_heads, range(9))]
PAGE = page_of(*SEVERAL)


def steps_of(explorable: Explorable) -> list[tuple[str, int]]:
    """Which heads to switch until each subset was on."""
    flips, before = [], 0
    for number in range(1, min(40, 2 ** len(explorable.inputs["weights"]))):
        gray = number ^ (number >> 1)  # neighbours differ in one head
        flips.append(("input", (gray ^ before).bit_length() - 1))
        before = gray
    return flips


def differences(root, explorable: Explorable) -> Differences:
    """Compare what the page shows after each click with Python's functions."""
    inputs, found, steps = explorable.inputs, Differences(), steps_of(explorable)
    on = list(inputs["on"])
    blank = dict.fromkeys((key for key in explorable.texts if key.startswith("weight-")), "")
    for reading, step in zip(click(root, steps), [None, *steps], strict=True):
        if step:
            on = sorted({step[1]} ^ set(on))
        state = heads_state(inputs["weights"], on, inputs["gold"])
        texts = heads_texts(state, len(inputs["weights"]), inputs["judged"], inputs["chance"])
        texts = explorable.texts | (texts if on else blank | texts)
        for key, value in dataclasses.asdict(state).items():
            found.compare(key, reading["state"][key], value)
        for key, text in reading["texts"]:
            found.compare(key, text, texts[key])
        darkness = list(state.weights) or [0.0] * len(reading["darkness"])
        found.compare("darkness", reading["darkness"], darkness, 0.00051)
        switches = [h in on for h in range(len(inputs["weights"]))]
        found.compare("checked", reading["checked"], switches)
    return found


def test_the_page_computes_what_python_computes(browser):
    with shown(browser, *SEVERAL) as (page, _):
        roots = page.locator(".pa-explorable").all()
        found = [differences(*pair) for pair in zip(roots, SEVERAL, strict=True)]
    assert found == [[]] * len(SEVERAL)


def test_so_it_does_with_eight_heads_and_long_sentences(browser):
    with shown(browser, MANY_HEADS) as (_, root):
        assert differences(root, MANY_HEADS) == []


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("inputs.on.map(function (h)", "inputs.weights.map(function (head, h)"),
        ("          inputs.on.length;", "          inputs.weights.length;"),
        ("inputs.weights[h][i][j]", "inputs.weights[h][0][j]"),
        ("Math.log2(w)", "Math.log(w)"),
        ("w > 0 ? -w * Math.log2(w) : 0", "-w * Math.log2(w)"),
        ("if (gold && !gold[i].length) { return; }", ""),
        ("add(bits) / bits.length", "add(bits)"),
        ("add(bits) / bits.length", "add(bits) / inputs.words.length"),
        ("weight <= top - 1e-9 || ", "weight < top || "),
        ("row.every(function", "row.some(function"),
        ("gold && top > 0 && ", "gold && "),
        ("names = on.slice()", "names = on.map((h) => h + 1)"),
        ("box.checked ? others.concat([h]) : others", "others.concat([h])"),
        ("return a - b;", "return b - a;"),
        ("box.checked = found.on.includes(h)", "box.checked = true"),
        ('text.textContent = "";', ""),
        ("found.weights[k].toFixed(3)", '"1"'),
        ("display(inputs.chance)", "inputs.chance"),
    ],
)
def test_a_planted_error_is_noticed(plants, right, wrong):
    roots = plants.plant(PAGE, right, wrong)
    try:
        noticed = any(differences(*pair) for pair in zip(roots, SEVERAL, strict=True))
    except Error as error:  # a script that breaks down is noticed as well
        noticed = not isinstance(error, TimeoutError)
    assert noticed or plants.errors


def test_a_finger_and_a_mouse_switch_heads(browser):
    with shown(browser, TWO_HEADS, **PHONE) as (page, root):
        page.touchscreen.tap(*middle(root.locator("label", has_text="head 0")))
        assert state_of(root)["on"] == [1]
        page.mouse.click(*middle(root.get_by_role("checkbox", name="head 1")))
        assert state_of(root)["on"] == []
        expect(root.locator(".pa-summary")).to_have_text(
            "All heads are off: there are no weights to show."
        )
        expect(root.locator(".pa-weight").first).to_have_text("")


def test_keys_switch_heads(browser):
    with shown(browser, TWO_HEADS) as (page, root):
        for key in ("Tab", "Tab", "Space"):
            page.keyboard.press(key)
        expect(root.get_by_role("checkbox", name="head 1")).to_be_focused()
        assert state_of(root)["on"] == [0]
