"""Softmax and its temperature: the page computes what Python computes."""

import dataclasses
import itertools

import pytest
from examples import SOFTMAX
from figures import Differences, inputs_of, shown, state_of
from sliders import click_the_far_ends, move

from paying_attention.explorables.softmax.figure import softmax_temperature
from paying_attention.explorables.softmax.state import softmax_state, softmax_texts

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
GRID = [(*scores, t) for scores in SCORES for t in (-1, -0.55, -0.05, 0, 0.3, 1)]
# What no slider of the chapter reaches: scores whose exponential overflows.
LARGE = softmax_temperature((1000, 999.9, -1000), 0.1)
LARGE_GRID = list(itertools.product((-1000, 0, 999.9, 1000), (1000,), (-1000, 1000), (-1, 1)))
BOTH = [(SOFTMAX, GRID), (LARGE, LARGE_GRID)]


def differences(root, grid: list[tuple]) -> Differences:
    """Compare what the page shows at each position of its sliders with Python's functions."""
    inputs, found = inputs_of(root), Differences()
    for reading in move(root, grid):
        *scores, position = reading["positions"]
        state = reading["state"]
        found.compare("temperature", state["temperature"], 10.0**position)
        expected = softmax_state(tuple(map(float, scores)), state["temperature"])
        texts = softmax_texts(expected, inputs["labels"])
        for key, value in dataclasses.asdict(expected).items():
            found.compare(key, state[key], value)
        for key, text in reading["texts"]:
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
        ("Math.exp(score - top)", "Math.exp(score)"),  # overflows
        ("Math.exp(score - top)", "Math.pow(2, score - top)"),
        ("number / total", "number / (total + 1e-6)"),
        ("score / inputs.temperature", "score * inputs.temperature"),
        ("Math.exp(1 / inputs.temperature)", "Math.exp(inputs.temperature)"),
        ("Math.pow(10, position)", "Math.exp(position)"),
        ("now.scores[i] = position", "now.scores[0] = position"),
        ("toFixed(2)", "toFixed(1)"),
        ("words.join(templates.and)", "words[0]"),
        ("(bar * weight)", "(bar * weight * weight)"),
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


def test_the_keyboard_moves_a_score_and_the_temperature(browser):
    with shown(browser, SOFTMAX) as (page, root):
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


def test_the_mouse_moves_every_slider(browser):
    with shown(browser, SOFTMAX) as (page, root):
        click_the_far_ends(page, root)
