"""What the build makes of a notebook in the book's form, and what it says about a broken one."""

from __future__ import annotations

import doctest
import importlib
from pathlib import Path

import pytest
from bs4 import BeautifulSoup, Tag
from form import complaints
from page_exercises import colab_address
from page_links import Place, place_of
from page_tables import names_rows
from sample_page import BASE, alt, build, code, png, sample_cells, text

from paying_attention.exercises.guesses.warm_up import shift

MODULES = sorted(path.stem for path in Path(__file__).parents[1].glob("page_*.py"))
BROKEN = [
    text("# Broken"),
    code("plot", png(20, 10), figure="fig-silent", mystnb=alt("No caption.")),
    text("*Figure* 2.1 is no caption."),
    code("nothing", figure="fig-empty"),
    text(f"*Figure 2.2.* No picture, and [no page]({BASE}chapters/none.html)."),
    code("drawn", png(20, 10), drawing="paying_attention.figures.machines:none", mystnb=alt("x")),
    code("guess = None\nreply.nothing(guess)", tags=["guess"]),
]


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    return build(tmp_path_factory.mktemp("book"), {"first": sample_cells(), "broken": BROKEN})


@pytest.fixture(scope="module")
def page(book: tuple[Path, str]) -> Tag:
    return BeautifulSoup((book[0] / "first.html").read_text(encoding="utf-8"), "html.parser")


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_in_the_docstrings(name: str):
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def test_the_sample_page_keeps_the_form(page: Tag):
    body = page.select_one("div.body")
    body.name = "article"  # as the book's theme has it
    assert complaints(page, BASE, "first.html") == []
    body.name = "div"


def test_links_into_the_book_are_relative(page: Tag, book: tuple[Path, str]):
    links = {link.get_text(): link for link in page.select("div.body a")}
    assert links["below"]["href"] == "#ex-swap"
    assert links["heading"]["href"] == "chapters/other.html#a-heading"
    assert "internal" in links["heading"]["class"]
    other = (book[0] / "chapters" / "other.html").read_text(encoding="utf-8")
    assert 'href="../first.html#fig-one"' in other


@pytest.mark.parametrize(
    ("link", "place"),
    [
        ("https://book.example/course", Place("", "")),
        ("https://book.example/course/", Place("", "")),
        ("https://book.example/course/a/b.html", Place("a/b", "")),
        ("https://book.example/course/a%20b.html#c", Place("a b", "c")),
        ("https://book.example/courses/a.html", None),
        ("https://book.example.org/course/a.html", None),
        ("http://book.example/course/a.html", None),
        ("mailto:somebody", None),
    ],
)
def test_an_address_is_a_place_of_the_book_or_none(link: str, place: Place | None):
    assert place_of(link, BASE) == place


def test_a_caption_joins_its_picture_over_a_cell_of_claims(page: Tag):
    figure = page.select_one("figure#fig-one")
    assert figure.img["alt"] == "One."
    assert figure.figcaption.select_one(".caption-number").get_text() == "Figure 1.1."
    assert figure.figcaption.strong.get_text() == "bold"
    assert figure.find_parent(class_="cell_output")
    assert page.find("p", string="More text.")


def test_pictures_have_half_of_their_pixels_and_only_the_first_loads_at_once(page: Tag):
    first, second = page.select("div.cell_output img")
    assert (first["width"], first["height"], first.get("loading")) == ("10", "5", None)
    assert (second["width"], second["height"], second.get("loading")) == ("20", "15", "lazy")
    assert not first.get("style")


def test_a_drawing_takes_the_place_of_its_picture(page: Tag):
    figure = page.select_one("figure#fig-machine")
    assert figure.select_one('svg[role="img"]')["aria-label"] == "A & B."
    assert figure.figcaption
    assert not figure.select("img")


def test_three_words_make_a_mark(page: Tag):
    classes = [quotation.get("class") for quotation in page.select("blockquote")]
    names = ("predict", "result", "surprise")
    assert classes == [*(["book-mark", f"book-mark-{name}"] for name in names), None]


def test_a_guess_is_answered_where_nothing_runs(page: Tag):
    guess = page.select_one(".tag_guess .book-guess")
    said = {part.summary.get_text(): part.p for part in guess.select("details")}
    assert {option: part.get_text() for option, part in said.items()} == shift.replies
    right = [option for option, part in said.items() if part["class"] == ["book-right"]]
    assert right == [shift.right]
    assert not page.select(".tag_guess .cell_input, .tag_guess .cell_output")


def test_an_exercise_is_a_section_with_its_anchor_its_stars_and_its_minutes(page: Tag):
    exercise = page.select_one("section.book-exercise")
    assert exercise.select_one("#ex-swap")
    heading = exercise.h3
    assert heading.select_one(".exercise-number").get_text() == "Exercise 1.1"
    assert heading.select_one(".exercise-name").get_text() == "Predict: a swap"
    stars = heading.select_one(".stars")
    assert (stars["role"], stars["aria-label"]) == ("img", "two stars of three")
    assert exercise.select_one("p .exercise-minutes").get_text() == "10 minutes"
    assert exercise.select(".tag_stub + .tag_check + details.book-solution")


def test_a_solution_renders_what_stands_in_it(page: Tag):
    solution = page.select_one("details.book-solution")
    assert not solution.has_attr("open")
    assert [solution.find(name) is not None for name in ("math", "ul", "table", "pre")] == [
        True
    ] * 4
    assert solution.find_parent("section")["class"] == ["book-exercise"]
    assert page.select_one("section#summary").find_parent("details") is None


def test_an_exercise_ends_with_its_solution(page: Tag):
    after = next(p for p in page.select("p") if p.get_text().startswith("The text goes on"))
    assert after.find_parent(class_="book-exercise") is None
    assert after.find_parent("section")["id"] == "exercises"
    assert len(after.select("code wbr.narrow")) == 6


def test_the_exercises_say_where_to_work(page: Tag):
    links = [link["href"] for link in page.select(".exercises-how a")]
    assert links == [
        colab_address("https://github.com/us/book", "main", "first"),
        "_sources/first.ipynb",
    ]


def test_bars_say_what_they_hide(page: Tag):
    bars = [summary.get_text() for summary in page.select("details.hide > summary")]
    figure, table = "The code of this figure", "The code of this table"
    assert bars == ["Setup", "2 claims checked", figure, table]
    claims = page.select_one(".tag_claims details")
    assert claims.select_one(".cell_input")
    assert claims.select_one(".cell_output")
    assert page.select_one("details + .cell_output figure#fig-two")


def test_the_first_column_names_the_rows_if_it_can(page: Tag):
    solution, summary = page.select("section#exercises table.docutils, section#summary table")
    assert [th.get_text(strip=True) for th in solution.select('th[scope="row"]')] == ["a.long.name"]
    assert [cell.name for cell in solution.select("thead > tr > *")] == ["td", "th"]
    assert len(solution.select("code wbr")) == 2
    assert not summary.select('th[scope="row"]')  # two rows begin alike
    assert len(summary.select('th[scope="col"]')) == 2
    assert not names_rows(["a", "a"], 2)


def test_a_table_of_a_cell_scrolls_by_itself(page: Tag):
    table = page.select_one(".cell_output .pst-scrollable-table-container > table.book-table")
    assert "long-names" in table["class"]


@pytest.mark.parametrize(
    "words",
    [
        "figure fig-silent has no caption",
        "figure fig-empty has no picture",
        f"the book has no page {BASE}chapters/none.html",
        "drawing paying_attention.figures.machines:none:",
        "a guess without a reply",
    ],
)
def test_the_build_names_what_is_broken(book: tuple[Path, str], words: str):
    lines = [line for line in book[1].splitlines() if words in line]
    assert len(lines) == 1
    assert "broken.ipynb" in lines[0]
    assert "first.ipynb" not in book[1]
