"""The form of a page, asked of its html: each check gives a list of complaints."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from bs4 import BeautifulSoup, Tag

FIGURE = re.compile(r"Figure \d+[a-z]?\.\d+\.")
EXERCISE = re.compile(r"Exercise \d+[a-z]?\.\d+")
MARKS = ("Predict.", "Result.", "Surprise.")
STARS = {"★": "one star of three", "★★": "two stars of three", "★★★": "three stars of three"}


def short(part: Tag) -> str:
    """Enough of an element to find it."""
    return str(part)[:150]


def first_word(part: Tag, name: str) -> str:
    """The bold or slanted words that a paragraph begins with."""
    first = next((it for it in part.contents if str(it).strip()), None)
    return first.get_text() if isinstance(first, Tag) and first.name == name else ""


def links_stay_in_the_book(page: BeautifulSoup, base: str) -> Iterator[str]:
    """No place in the book is linked by its full address."""
    for link in page.select("article [href]"):
        if link["href"].startswith(base):
            yield f"leads to the published site: {short(link)}"


def figures_have_captions(page: BeautifulSoup) -> Iterator[str]:
    """Picture and caption are one figure that can be linked."""
    for picture in page.select("article div.cell_output img, article div.cell_output svg.drawing"):
        figure = picture.find_parent("figure")
        caption = figure.figcaption if figure else None
        number = caption.select_one(".caption-number") if caption else None
        if number is None or not FIGURE.fullmatch(number.get_text()):
            yield f"a picture without a caption that begins with its number: {short(picture)}"
        elif not figure.get("id"):
            yield f"a figure without an id: {short(figure)}"
    for paragraph in page.select("article p"):
        if FIGURE.match(first_word(paragraph, "em")):
            yield f"a caption without its picture: {short(paragraph)}"


def pictures_have_a_size(page: BeautifulSoup) -> Iterator[str]:
    """The place of a picture is known before it loads; the first loads at once, the rest late."""
    for number, picture in enumerate(page.select("article div.cell_output img")):
        if not all(picture.get(side, "").isdigit() for side in ("width", "height")):
            yield f"a picture without width and height: {short(picture)}"
        if (picture.get("loading") == "lazy") != bool(number):
            yield f"a picture that loads {'at once' if number else 'late'}: {short(picture)}"


def marks_are_marked(page: BeautifulSoup) -> Iterator[str]:
    """A quotation that begins with a word of the book looks like one."""
    for quotation in page.select("article blockquote"):
        paragraph = quotation.find("p")
        word = first_word(paragraph, "strong") if paragraph else ""
        expected = f"book-mark-{word[:-1].lower()}" if word in MARKS else None
        found = [name for name in quotation.get("class", []) if name.startswith("book-mark-")]
        if found != [expected] * bool(expected):
            yield f"expected the class {expected}, found {found}: {short(quotation)}"


def exercises_have_stars(page: BeautifulSoup) -> Iterator[str]:
    """The heading of an exercise says how hard it is, aloud too."""
    for heading in page.select("article h3"):
        if not EXERCISE.match(heading.get_text()):
            continue
        star = heading.select_one('[role="img"]')
        if star is None or star.get("aria-label") != STARS.get(star.get_text()):
            yield f"stars without words: {short(heading)}"
        if "book-exercise" not in heading.parent.get("class", []):
            yield f"an exercise without a frame: {short(heading)}"


def solutions_are_closed(page: BeautifulSoup) -> Iterator[str]:
    """A solution belongs to the exercise that it names, and is closed."""
    for fold in page.select("article details"):
        if not fold.summary.get_text().startswith("Solution"):
            continue
        exercise = fold.find_parent("section", class_="book-exercise")
        number = exercise.select_one(".exercise-number").get_text() if exercise else None
        if fold.summary.get_text() != f"Solution to {number}":
            yield f"a solution in the wrong place, {number}: {short(fold)}"
        if fold.has_attr("open"):
            yield f"an open solution: {short(fold)}"
        if "book-solution" not in fold.get("class", []):
            yield f"a solution that looks like any fold: {short(fold)}"
        if fold.find(re.compile("h[1-6]")):
            yield f"a heading in a solution: {short(fold)}"


def folds_are_named_by_their_words(page: BeautifulSoup) -> Iterator[str]:
    """WCAG 2.5.3: what a bar shows is its name; the bar of claims says how many there are."""
    for summary in page.select("article summary"):
        words = " ".join(summary.get_text().split())
        label = summary.get("aria-label", words)
        if not words or summary.has_attr("aria-labelledby") or words not in label:
            yield f"a bar that is named {label!r} and shows {words!r}"
    for fold in page.select("article .tag_claims details"):
        printed = "\n".join(output.get_text() for output in fold.select(".cell_output"))
        ticks = len(re.findall("^✓", printed, re.MULTILINE))
        words = f"{ticks} claim{'s' * (ticks > 1)} checked" if ticks else "Checks"
        if fold.summary.get_text() != words:
            yield f"{ticks} claims behind the bar: {short(fold)}"
    for cell in page.select("article .tag_claims, article .tag_setup"):
        if cell.find("details") is None:
            yield f"an open cell that should be folded: {short(cell)}"


def header_cells_say_what_they_head(page: BeautifulSoup) -> Iterator[str]:
    """Columns have headers, rows where a table comes from a cell; each says which of both it is."""
    for header in page.select("article table th"):
        if header.get("scope") != ("col" if header.find_parent("thead") else "row"):
            yield f"a header without its scope: {short(header)}"
    for row in page.select("article table.book-table tbody tr"):
        if row.find("th") is None:
            yield f"a row without a header: {short(row)}"


def ids_are_unique(page: BeautifulSoup) -> Iterator[str]:
    """A link leads to one place."""
    for name, number in Counter(part["id"] for part in page.find_all(id=True)).items():
        if number > 1:
            yield f"{number} places have the id {name}"


def names_its_own_address(page: BeautifulSoup, address: str) -> Iterator[str]:
    """A search engine that finds a copy is told where the page stands."""
    found = [link["href"] for link in page.select('link[rel~="canonical"]')]
    if found != [address]:
        yield f"expected one canonical address, {address}, found {found}"


CHECKS = (
    figures_have_captions,
    pictures_have_a_size,
    marks_are_marked,
    exercises_have_stars,
    solutions_are_closed,
    folds_are_named_by_their_words,
    header_cells_say_what_they_head,
    ids_are_unique,
)


def complaints(page: BeautifulSoup, base: str, address: str) -> list[str]:
    """Everything that a page, which stands at this address of the site, does against the form."""
    found = [complaint for check in CHECKS for complaint in check(page)]
    found += links_stay_in_the_book(page, base)
    return [*found, *names_its_own_address(page, base + address)]
