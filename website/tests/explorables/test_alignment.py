"""Alignment word by word: every row of many translations shows what Python computes."""

import dataclasses
import random

import pytest
from browser import middle
from examples import LONG_LOVE, LOVE
from figures import PHONE, Differences, inputs_of, page_of, shown, state_of
from playwright.sync_api import expect

from paying_attention.explorables.alignment.figure import alignment_by_word
from paying_attention.explorables.alignment.state import row_state, row_texts


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


SENTENCES = [LOVE, *map(any_sentence, range(40))]
PAGE = page_of(*SENTENCES)
UNCHANGING = ("annotation-", "most-", "top-", "gold-", "agrees-", "share", "mean")  # of the table

SWEEP = """(root) => [...root.querySelectorAll("input[type=radio]")].map((_, i, radios) => {
  const row = radios.length - 1 - i;
  radios[row].click();
  const all = (selector, read) => [...root.querySelectorAll(selector)].map(read);
  return {
    row,
    state: JSON.parse(root.dataset.state),
    // the live region follows later, when the reader stops
    texts: all("[data-out]:not([aria-live])", (e) => [e.dataset.out, e.textContent]),
    tracks: all(".pa-track", (e) => Number(e.getAttribute("width"))),
    bars: all("[data-bar]", (e) => Number(e.getAttribute("width"))),
    checked: radios.map((e) => e.checked),
    picked: all("[data-row]", (e) => [e.dataset.row, e.getAttribute("aria-current")]),
    rings: all("[data-gold]", (e) => e)
      .filter((e) => getComputedStyle(e).display !== "none").map((e) => Number(e.dataset.gold)),
    strong: all("g.pa-lines", (e) => e)
      .filter((e) => getComputedStyle(e).opacity === "1").map((e) => Number(e.dataset.row)),
    last: all("g.pa-lines", (e) => Number(e.dataset.row)).pop(), // what lies on top
  };
})"""


def differences(root) -> tuple[Differences, set[str]]:
    """Pick each word and compare with Python's functions; also the answers to "agrees?"."""
    inputs, found, agreed = inputs_of(root), Differences(), set()
    for reading in root.evaluate(SWEEP):
        row, state = reading["row"], reading["state"]
        expected = row_state(inputs["weights"], row, inputs["gold"])
        texts = row_texts(expected, inputs["target"], inputs["source"])
        agreed.add(state["agrees"])
        checked = [i == row for i in range(len(inputs["target"]))]
        found.compare("checked", reading["checked"], checked)
        found.compare("rings", reading["rings"], list(expected.gold or ()))
        found.compare("strong lines", [reading["last"], *reading["strong"]], [row, row])
        for i, mark in reading["picked"]:
            found.compare(f"the mark of row {i}", mark, str(int(i) == row).lower())
        for key, value in dataclasses.asdict(expected).items():
            found.compare(key, state[key], value)
        for key, text in reading["texts"]:
            if key in texts or not key.startswith(UNCHANGING):
                found.compare(key, text, texts[key])
        lengths = [t * w for t, w in zip(reading["tracks"], expected.weights, strict=True)]
        found.compare("bars", reading["bars"], lengths, 0.0051)
    return found, agreed


def test_every_row_of_many_translations_is_what_python_computes(browser):
    with shown(browser, *SENTENCES) as (page, _):
        results = [differences(root) for root in page.locator(".pa-explorable").all()]
    assert [found for found, _ in results] == [[]] * len(SENTENCES)
    assert set().union(*(agreed for _, agreed in results)) == {"yes", "no", "in part", ""}


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("inputs.weights[inputs.row]", "inputs.weights[0]"),
        (
            "inputs.weights[inputs.row]",
            "inputs.weights.map(function (r) { return r[inputs.row]; })",  # a column for a row
        ),
        ("inputs.gold[inputs.row]", "inputs.gold[0]"),
        ("now.row = row", "now.row = first.row"),
        ("{ pick(i); }", "{ pick(words.length - 1 - i); }"),
        ("display(weight) === top && top", "most.length === 0 && weight > 0 && top"),
        ("display(weight) === top && top", "weight === Math.max(...weights) && top"),
        (' && top !== "0.00"', ""),
        ("gold && gold.includes(j)", "gold && !gold.includes(j)"),
        ('hits === most.length ? "yes" : "in part"', '"yes"'),
        ("hits === most.length", "hits === gold.length"),
        ("gold && gold.length ? judged", "gold ? judged"),
        ("quoted(found.gold, source)", "quoted(found.most, source)"),
        ("quoted(found.most, inputs.source)", "quoted(found.most, inputs.target)"),
        ("if (many > 3)", "if (many > 4)"),
        ("Number(element.dataset.row) === now.row", "element.dataset.row === 0"),
        ("element.parentNode.append(element)", "element.remove()"),
        ("element.parentNode.append(element)", "element"),
        ("radio.checked = i === now.row", "radio.checked = false"),
        ("first.bar || BAR", "BAR"),
    ],
)
def test_a_planted_error_is_noticed(plants, right, wrong):
    noticed = any(differences(root)[0] for root in plants.plant(PAGE, right, wrong))
    assert plants.errors == []
    assert noticed


def test_without_javascript_the_picked_word_has_its_ring(browser):
    with shown(browser, LOVE, java_script_enabled=False) as (_, root):
        expect(root.locator('.pa-gold[data-gold="2"]')).to_be_visible()
        expect(root.locator('.pa-gold[data-gold="0"]')).to_be_hidden()


def test_arrow_keys_pick_a_word_and_one_tab_leaves(browser):
    with shown(browser, LOVE) as (page, root):
        page.keyboard.press("Tab")
        expect(root.get_by_role("radio", name="love")).to_be_focused()  # the picked one
        for key, row in (("ArrowDown", 2), ("ArrowDown", 0), ("ArrowUp", 2), ("ArrowLeft", 1)):
            page.keyboard.press(key)
            assert state_of(root)["row"] == row
            expect(root.get_by_role("radio").nth(row)).to_be_focused()
        page.keyboard.press("Tab")
        assert not root.evaluate("(root) => root.contains(document.activeElement)")


def test_a_finger_and_a_mouse_pick_a_word(browser):
    with shown(browser, LOVE, **PHONE) as (page, root):
        words = root.locator(".pa-figure text[data-row]")
        page.touchscreen.tap(*middle(words.filter(has_text="you")))
        assert state_of(root)["row"] == 2
        page.mouse.click(*middle(words.filter(has_text="I")))
        assert state_of(root)["row"] == 0
        expect(root.locator(".pa-summary")).to_have_text(
            "“I” looks most at “je”, 0.94; the gold link agrees."
        )


@pytest.mark.parametrize("explorable", [LOVE, LONG_LOVE], ids=["short", "long"])
def test_every_word_to_pick_lies_over_its_word(browser, explorable):
    with shown(browser, explorable, **PHONE) as (_, root):
        radios, words = root.get_by_role("radio").all(), root.locator("text[data-row]").all()
        assert len(radios) == len(words) == len(explorable.inputs["target"])
        bottom = 0.0
        for radio, word in zip(radios, words, strict=True):
            box, text = radio.bounding_box(), word.bounding_box()
            assert box["y"] >= bottom  # no two overlap
            bottom = box["y"] + box["height"]
            assert box["x"] <= text["x"] + 1
            assert box["x"] + box["width"] >= text["x"] + text["width"]
            assert box["y"] <= text["y"]
            assert bottom >= text["y"] + text["height"]
            assert radio.get_attribute("aria-label") == word.text_content()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_forced_colours_reach_the_drawing(browser, scheme):
    with shown(browser, LOVE, forced_colors="active", color_scheme=scheme) as (_, root):
        ink, word, ring = root.evaluate(
            """(root) => [getComputedStyle(root).color,
              getComputedStyle(root.querySelector("text.pa-tick")).fill,
              getComputedStyle(root.querySelector(".pa-gold")).stroke]"""
        )
        assert ink == word == ring
