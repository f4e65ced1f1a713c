"""What every explorable must do, whatever it shows."""

import dataclasses
import re

import pytest
from accessibility import axe_violations
from browser import opened
from examples import ALL, BY_HAND, EACH, EACH_KIND, ONE_OF_EACH, SOFTMAX
from figures import LISTEN, PHONE, bare_words, page_of, shown, state_of, texts_of
from playwright.sync_api import expect

WHAT_TO_DO = "Run this cell to make it move."
# Clicks every box, button of choice and radio; moves every slider by five steps.
MOVE_ALL = """(root) => {
  root.querySelectorAll("input").forEach((input) => {
    if (input.type !== "range") { input.click(); return; }
    for (let step = 0; step < 5; step += 1) {
      const before = input.value;
      input.stepUp();
      if (input.value === before) { input.stepDown(); }
      input.dispatchEvent(new Event("input", { bubbles: true }));
    }
  });
}"""


@EACH
def test_becoming_live_changes_no_text(browser, explorable):
    with shown(browser, explorable, java_script_enabled=False) as (_, root):
        static = texts_of(root)
    with shown(browser, explorable) as (page, root):
        page.wait_for_timeout(300)  # the live region's delay
        assert texts_of(root) == static


@EACH_KIND
def test_it_reads_without_javascript(browser, explorable):
    with shown(browser, explorable, java_script_enabled=False) as (_, root):
        for picture in root.get_by_role("img").all():
            expect(picture).to_be_visible()
        assert root.get_by_role("img").count() >= 1
        expect(root.get_by_role("table")).to_be_visible()
        expect(root.locator(".pa-summary")).to_have_text(explorable.texts["summary"])
        expect(root.locator("input, button, fieldset")).to_have_count(0)


@EACH_KIND
def test_a_viewer_that_drops_styles_and_drawings_shows_the_table_and_what_to_do(
    browser, explorable
):
    expected = f"{explorable!r} {WHAT_TO_DO}"
    assert bare_words(browser, explorable) == sorted(expected.split())


@EACH_KIND
def test_nobody_is_told_to_run_a_cell_that_moves_or_cannot_be_run(browser, explorable):
    hint = "p.pa-run"
    with shown(browser, explorable) as (_, root):  # it moves
        expect(root.locator(hint)).to_have_text(WHAT_TO_DO)
        expect(root.locator(hint)).to_be_hidden()
    with shown(browser, explorable, java_script_enabled=False) as (_, root):  # and never will
        expect(root.locator(hint)).to_be_hidden()
    markup = re.sub("(?s)<script>.*</script>", "", page_of(explorable))
    with opened(browser, markup) as page:  # a notebook that shows drawings but runs no script
        expect(page.locator(hint)).to_be_visible()
    with opened(browser, markup.replace("<html", '<html data-content_root="../"')) as page:
        expect(page.locator(hint)).to_be_hidden()  # a page of the book


@pytest.mark.parametrize("width", [390, 656, 720, 1280])  # phone, columns, screen
@EACH
def test_everything_stays_in_its_box(browser, explorable, width):
    with shown(browser, explorable, viewport={"width": width, "height": 900}) as (page, root):
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert root.evaluate("(root) => root.scrollWidth <= root.clientWidth")
        right = root.evaluate(
            """(root) => Math.max(...[...root.querySelectorAll("table, td, th, text, rect, button")]
              .map((e) => e.getBoundingClientRect().right))
              - root.querySelector(".pa-body").getBoundingClientRect().right"""
        )
        assert right <= 0.5


@pytest.mark.parametrize("width", [390, 1280])
def test_all_are_accessible(browser, width):
    """In both schemes, and with the colours that a reader's system forces on every page."""
    settings = {"viewport": {"width": width, "height": 900}}
    with shown(browser, *ONE_OF_EACH.values(), **settings) as (page, _):
        for forced in ("none", "active"):
            page.emulate_media(forced_colors=forced)
            assert axe_violations(page) == []


@EACH
def test_every_control_has_a_name_a_size_and_a_visible_focus(browser, explorable):
    with shown(browser, explorable, **PHONE) as (page, root):
        names = []
        controls = root.locator("input, button").all()
        page.keyboard.press("Tab")  # the last input was the keyboard: focus is shown
        for control in controls:
            name, width, height, outline = control.evaluate(
                """(e) => {
                  e.focus();
                  const { width, height } = (e.closest("label") || e).getBoundingClientRect();
                  const { outlineStyle, outlineWidth } = getComputedStyle(e);
                  const name = e.ariaLabel || (e.labels && e.labels[0] || e).textContent;
                  return [name, width, height, `${outlineStyle} ${outlineWidth}`];
                }"""
            )
            assert min(width, height) >= 24
            assert outline == "solid 2px"
            names.append(name)
        assert len(names) > 2
        assert all(names)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("kind", ["masks", "heads"])
def test_numbers_read_on_the_darkest_square(browser, kind, scheme):
    with shown(browser, ONE_OF_EACH[kind], color_scheme=scheme) as (_, root):
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


@EACH_KIND
def test_the_result_is_announced_once_when_the_reader_stops(browser, explorable):
    with shown(browser, explorable) as (page, root):
        start, live = state_of(root), root.locator("[aria-live=polite]")
        expect(live).to_have_count(1)
        live.evaluate(LISTEN)
        root.evaluate(MOVE_ALL)
        assert state_of(root) != start
        expected = root.locator("desc").last.text_content()
        expect(live).to_have_text(expected)
        page.wait_for_timeout(300)
        assert page.evaluate("said") == [expected]  # not one sentence per step


@EACH_KIND
def test_reset_brings_the_first_state_and_its_controls_back(browser, explorable):
    controls = "(root) => [...root.querySelectorAll('input')].map((e) => [e.value, e.checked])"
    with shown(browser, explorable) as (_, root):
        start = state_of(root), root.evaluate(controls)
        for _ in range(2):  # a first state that the moves have changed comes back once only
            root.evaluate(MOVE_ALL)
            assert state_of(root) != start[0]
            if explorable is ONE_OF_EACH["alignment"]:
                expect(root.get_by_role("button", name="Reset")).to_have_count(0)
                return
            root.get_by_role("button", name="Reset").click()
            assert (state_of(root), root.evaluate(controls)) == start


def test_kinds_and_copies_on_a_page_do_not_disturb_each_other(browser):
    copies = [
        dataclasses.replace(it, identifier=f"pa-copy-{k}")
        for k, it in enumerate(ONE_OF_EACH.values())
    ]
    with shown(browser, *ONE_OF_EACH.values(), *copies) as (page, _):
        roots = page.locator(".pa-explorable").all()
        before = [state_of(root) for root in roots]
        controls = [root.locator("input, button").count() for root in roots]
        assert controls[: len(copies)] == controls[len(copies) :]  # no script made anything twice
        for k in range(len(copies)):
            roots[k].evaluate(MOVE_ALL)
            after = [state_of(root) for root in roots]
            assert [i for i, (a, b) in enumerate(zip(before, after, strict=True)) if a != b] == [k]
            before = after


@pytest.mark.parametrize("kind", ALL)
def test_the_same_one_twice_on_a_page_is_two(browser, kind):
    """A cell that runs twice, or two that draw the same, give the same ids twice."""
    with shown(browser, ALL[kind], ALL[kind]) as (page, first):
        second = page.locator(".pa-explorable").last
        start = state_of(second)
        first.evaluate(MOVE_ALL)
        assert state_of(first) != start
        assert state_of(second) == start


def test_they_leave_no_global_behind(browser):
    names = "() => Object.getOwnPropertyNames(window).sort()"
    with opened(browser, "<p>empty</p>") as page:
        before = page.evaluate(names)
    with shown(browser, *ONE_OF_EACH.values()) as (page, _):
        added = set(page.evaluate(names)) - set(before)
    # an id is a property of window by the standard; nothing else may be
    assert all(name.startswith("pa-") for name in added)


@pytest.mark.parametrize("explorable", [SOFTMAX, BY_HAND], ids=["softmax", "by hand"])
def test_a_notebook_that_inserts_the_output_later_gets_a_live_one(browser, explorable):
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
            explorable._repr_html_(),
        )
        assert page.get_by_role("slider").count() >= 2
