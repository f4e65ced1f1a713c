"""What the frame's script does with many figures on a page, with copies, and with what it does not
know: figures of another version, and figures that have lost their data.
"""

import html
import json
import re

import pytest
from browser import opened
from playwright.sync_api import expect

from paying_attention.explorables.alignment.figure import alignment_by_word
from paying_attention.explorables.bilinear.figure import matrix_to_turn
from paying_attention.explorables.by_hand.figure import attention_by_hand
from paying_attention.explorables.heads.figure import heads_to_switch
from paying_attention.explorables.masks.figure import masks_to_click
from paying_attention.explorables.mechanism.figure import attention_by_steps
from paying_attention.explorables.sampling.figure import picks_to_draw
from paying_attention.explorables.softmax.figure import softmax_temperature

WEIGHTS = [[0.94, 0.03, 0.03], [0.05, 0.07, 0.88], [0.03, 0.95, 0.02]]


def every_kind(words):
    """A figure of each kind whose sentence, table and drawing show these words."""
    mask = [[False] * 3, [True] * 3, [True] * 3]
    return {
        "softmax": softmax_temperature(labels=words),
        "by_hand": attention_by_hand(labels=words),
        "alignment": alignment_by_word(WEIGHTS, words, words, [(0, 0), (1, 2)]),
        "mechanism": attention_by_steps(
            (1, 1), ((1.5, 0.5), (-1, 1), (0, -1.5)), (3, 5, 9), words, seen=(False, True, True)
        ),
        "masks": masks_to_click([[2, 1, 0], [0, 1, 0], [1, 1, 3]], words, mask=mask),
        "heads": heads_to_switch([WEIGHTS], words, words, gold=[[0], [2], [1]]),
        "bilinear": matrix_to_turn(labels=words),
        "sampling": picks_to_draw(labels=words),
    }


KINDS = every_kind(("je", "t'", "aime"))
EACH = pytest.mark.parametrize("kind", KINDS)
LIVE = ".pa-explorable[data-live]"


def page_of(*markups):
    return f"<!doctype html><meta charset=utf-8><main>{''.join(markups)}</main>"


@pytest.mark.parametrize(
    "words",
    [
        ("</script>", 'a"b&c', "<b>x</b>"),
        ("{top}", "{word}", "{weights}"),
        ("$x$", "a$b", "a_b"),  # in a replacement, $& and $1 would mean something
        ("$&", "$1", "$$"),
        ("a\u00a0b", "a  b", "\\n"),
        ("שלום", "مرحبا", "e\u0301"),
        ("__proto__", "toString", "undefined"),
    ],
    ids=lambda words: ascii(words[0]),
)
def test_any_words_stay_what_they_are_when_a_figure_becomes_live(browser, words):
    read = """() => [...document.querySelectorAll("[data-out]:not(.pa-hint)")]
      .map((e) => e.textContent)"""
    markup = page_of(*(figure._repr_html_() for figure in every_kind(words).values()))
    with opened(browser, markup, java_script_enabled=False) as page:
        static = page.evaluate(read)
    with opened(browser, markup) as page:
        page.wait_for_timeout(300)  # the live region's delay
        expect(page.locator(LIVE)).to_have_count(len(KINDS))
        assert page.evaluate(read) == static
        assert page.locator("main b").count() == 0


def test_a_sentence_that_is_changed_in_one_place_is_changed_on_the_page(browser):
    markups = []
    for kind, figure in KINDS.items():
        key = next(k for k in ("summary", "divided", "hits, more") if k in figure.sentences)
        old = html.escape(json.dumps(figure.sentences[key]))
        markup = figure._repr_html_()
        assert markup.count(old) == 1
        markups.append(markup.replace(old, html.escape(json.dumps(f"Of {kind}"))))
    with opened(browser, page_of(*markups)) as page:
        expect(page.locator("[aria-live]")).to_have_text([f"Of {kind}" for kind in KINDS])


def test_a_script_leaves_alone_what_it_does_not_know(browser):
    unknown = (
        '<div class="pa-explorable" data-kind="of-the-future" data-inputs="{}" '
        'data-sentences="{}"><div class="pa-controls"></div></div>'
    )
    own = [figure._repr_html_() for figure in KINDS.values()]
    bare = [re.sub(r'data-(inputs|sentences)="[^"]*"', "", markup) for markup in own]
    with opened(browser, page_of(unknown, *bare, *own, unknown)) as page:  # and stays silent
        expect(page.locator(LIVE)).to_have_count(len(own))
        dead = page.locator(".pa-explorable:not([data-live])")
        expect(dead).to_have_count(len(bare) + 2)
        expect(dead.locator("input, button")).to_have_count(0)


def test_a_script_starts_its_own_figure_and_not_one_of_another_version(browser):
    first, second = softmax_temperature(), softmax_temperature(name="second")
    other = second._repr_html_().replace("Reset", "Start again")  # what another version says
    with opened(browser, "<main></main>") as page:
        # as a notebook does that inserts all outputs first and runs their scripts then
        page.evaluate(
            """(markup) => {
              const main = document.querySelector("main");
              main.innerHTML = markup;
              main.querySelectorAll("script").forEach((old) => {
                const script = document.createElement("script");
                script.textContent = old.textContent;
                old.replaceWith(script);
              });
            }""",
            first._repr_html_() + other,
        )
        expect(page.locator("button")).to_have_text(["Reset", "Start again"])


def test_a_program_that_takes_scripts_out_gets_live_figures(browser):
    two = (KINDS["softmax"], softmax_temperature(name="second"))
    others = [figure for kind, figure in KINDS.items() if kind != "softmax"]
    with opened(browser, "<main></main>") as page:
        page.evaluate(
            """(markups) => {
              const main = document.querySelector("main");
              main.innerHTML = markups.join("");
              const scripts = [...main.querySelectorAll("script")];
              scripts.forEach((script) => script.remove());
              scripts.forEach((script) => (0, eval)(script.textContent));
            }""",
            [markup._repr_html_() for markup in (*two, *others)],
        )
        expect(page.locator(LIVE)).to_have_count(len(two) + len(others))
        sliders = page.get_by_role("slider").all()
        sliders[3].fill("1")  # the temperature of the first is not that of the second
        values = [slider.get_attribute("aria-valuetext") for slider in (sliders[3], sliders[7])]
        assert values == ["10.00", "1.00"]


@EACH
def test_a_copy_of_a_figure_on_the_page_is_a_figure_of_its_own(browser, kind):
    markup = KINDS[kind]._repr_html_()
    with opened(browser, page_of(markup, markup, markup)) as page:
        expect(page.locator(LIVE)).to_have_count(3)
        ids = page.evaluate("[...document.querySelectorAll('[id]')].map((e) => e.id)")
        assert len(ids) == len(set(ids))
        names = page.evaluate(
            """[...document.querySelectorAll("[aria-labelledby]")].map((e) =>
              e.getAttribute("aria-labelledby").split(" ")
                .every((id) => e.contains(document.getElementById(id))))"""
        )
        assert all(names)
        labels = page.evaluate(
            """[...document.querySelectorAll("label[for]")].map((e) =>
              e.closest(".pa-explorable") === e.control.closest(".pa-explorable"))"""
        )
        assert all(labels)
        roots = page.locator(LIVE)
        before = roots.nth(0).get_attribute("data-state")
        roots.nth(1).locator("input").last.evaluate(
            """(input) => {
              if (input.type === "range") { input.value = input.min; }
              else { input.checked = !input.checked; }
              input.dispatchEvent(new Event("input", { bubbles: true }));
              input.dispatchEvent(new Event("change", { bubbles: true }));
            }"""
        )
        states = [root.get_attribute("data-state") for root in roots.all()]
        assert states[0] == states[2] == before
        assert states[1] != before
        chosen = [root.locator("input[type=radio]:checked").count() for root in roots.all()]
        assert chosen in ([0, 0, 0], [1, 1, 1])


def test_a_script_that_runs_again_changes_nothing(browser):
    with opened(browser, page_of(KINDS["softmax"]._repr_html_())) as page:
        state = page.locator(LIVE).get_attribute("data-state")
        page.evaluate("(0, eval)(document.querySelector('script').textContent)")
        expect(page.locator("input")).to_have_count(4)
        assert page.locator(LIVE).get_attribute("data-state") == state
