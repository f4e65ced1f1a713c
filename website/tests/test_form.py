"""A breach of the form that is planted in a page is found by the check whose matter it is."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from form import CHECKS, complaints

BASE, ADDRESS = "https://book.example/course/", "chapters/a.html"
GOOD = """<html><head><link rel="canonical" href="https://book.example/course/chapters/a.html"></head>
<body><article>
<p><a href="b.html#c">a place</a> <a href="https://book.example.org/course/">elsewhere</a></p>
<div class="cell"><div class="cell_output"><figure id="fig-a">
<img src="a.png" width="10" height="5" alt="A"><figcaption>
<p><span class="caption-number">Figure 1.1.</span> A.</p></figcaption></figure></div></div>
<div class="cell"><div class="cell_output"><figure id="fig-b">
<img src="b.png" width="10" height="5" alt="B" loading="lazy"><figcaption>
<p><span class="caption-number">Figure 1.2.</span> B.</p></figcaption></figure></div></div>
<blockquote class="book-mark book-mark-result"><p><strong>Result.</strong> Yes.</p></blockquote>
<blockquote><p><strong>Note.</strong> Not a mark.</p></blockquote>
<div class="cell tag_setup"><details class="hide"><summary>Setup</summary></details></div>
<div class="cell tag_claims"><details class="hide"><summary>2 claims checked</summary>
<div class="cell_output"><pre>✓ one
✓ two</pre></div></details></div>
<table class="book-table"><thead><tr><td></td><th scope="col">a</th></tr></thead>
<tbody><tr><th scope="row">b</th><td>1</td></tr></tbody></table>
<section class="book-exercise" id="exercise"><span id="ex-a"></span>
<h3><span class="exercise-number">Exercise 1.1</span>
<span role="img" aria-label="one star of three">★</span> By hand</h3>
<details class="book-solution"><summary>Solution to Exercise 1.1</summary><p>One.</p></details>
</section></article></body></html>"""
# What is planted, in the place of what, and the words that the complaint must hold.
PLANTS = {
    "a full address": ("b.html#c", BASE + "b.html#c", "published site"),
    "another page's canonical": ("chapters/a.html", "chapters/b.html", "canonical"),
    "no canonical": ('rel="canonical"', 'rel="icon"', "canonical"),
    "a caption without its number": ("Figure 1.1.", "Figure one", "without a caption"),
    "a picture outside a figure": ('<figure id="fig-a">', "<section>", "without a caption"),
    "a figure without an id": (' id="fig-a"', "", "without an id"),
    "a caption on its own": ("<p><a", "<p><em>Figure 1.3.</em> C.</p><p><a", "without its picture"),
    "a picture without a width": (' width="10"', "", "width and height"),
    "a picture without a height": (' height="5"', ' height="auto"', "width and height"),
    "a first picture that waits": ('alt="A"', 'alt="A" loading="lazy"', "loads late"),
    "a late picture that does not wait": (' loading="lazy"', "", "loads at once"),
    "a mark without its class": (' class="book-mark book-mark-result"', "", "book-mark-result"),
    "a mark with another one's class": ("mark-result", "mark-predict", "book-mark-result"),
    "a quotation that is no mark": (
        "<blockquote><p>",
        '<blockquote class="book-mark-result"><p>',
        "expected the class None",
    ),
    "stars that are read one by one": (' role="img"', "", "stars without words"),
    "stars that say another number": ("one star", "two stars", "stars without words"),
    "an exercise without a frame": ("book-exercise", "exercise", "without a frame"),
    "an open solution": ('class="book-solution"', 'class="book-solution" open', "an open solution"),
    "another exercise's solution": (
        "Solution to Exercise 1.1",
        "Solution to Exercise 1.2",
        "wrong",
    ),
    "a solution like any fold": ("book-solution", "hide", "looks like any fold"),
    "a heading in a solution": ("<p>One.</p>", "<h4>One.</h4>", "a heading"),
    "a bar named by other words": (
        "<summary>Setup",
        '<summary aria-label="Toggle hidden content">Setup',
        "Toggle hidden content",
    ),
    "a bar without words": ("<summary>Setup", "<summary>", "shows ''"),
    "a bar that counts wrongly": ("2 claims", "3 claims", "2 claims behind"),
    "a claim that is gone": ("✓ two", "two", "1 claims behind"),
    "an open cell of setup": (
        '<details class="hide"><summary>Setup</summary></details>',
        "<pre>setup</pre>",
        "should be folded",
    ),
    "a column's header without scope": (' scope="col"', "", "without its scope"),
    "a row's header that heads a column": ('scope="row"', 'scope="col"', "without its scope"),
    "a row without header": ('<th scope="row">b</th>', "<td>b</td>", "a row without a header"),
    "one id twice": ('id="ex-a"', 'id="fig-b"', "the id fig-b"),
}


def complaints_about(html: str) -> list[str]:
    return complaints(BeautifulSoup(html, "html.parser"), BASE, ADDRESS)


def test_a_good_page_has_no_complaint():
    assert complaints_about(GOOD) == []


@pytest.mark.parametrize("name", PLANTS)
def test_a_planted_breach_is_found(name: str):
    before, after, words = PLANTS[name]
    assert before in GOOD
    found = complaints_about(GOOD.replace(before, after, 1))
    assert any(words in complaint for complaint in found), found


def test_every_check_has_a_planted_breach():
    pages = [GOOD.replace(before, after, 1) for before, after, _ in PLANTS.values()]
    soups = [BeautifulSoup(page, "html.parser") for page in pages]
    assert all(any(list(check(soup)) for soup in soups) for check in CHECKS)
