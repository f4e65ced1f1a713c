"""What pages say of their minutes follows from their words."""

import nbformat
import pytest
from website.minutes import Size, paths_with_minutes, sections, size, with_minutes, words

from tests.structure.repository import CHAPTER_NAMES, ROOT, read_chapter
from tests.structure.sample_chapter import code, good_chapter, text


@pytest.mark.parametrize("name", CHAPTER_NAMES)
def test_a_page_says_how_long_it_takes(name: str) -> None:
    page = read_chapter(name)
    said = f"About {size(page).minutes} minutes"
    opening = [cell.source for cell in page.cells if "**Before you start" in cell.source]
    assert [said in source for source in opening] == [True], "run website/minutes.py --write"


def test_the_landing_page_sums_its_paths() -> None:
    intro = (ROOT / "intro.md").read_text(encoding="utf-8")
    pages = {name: read_chapter(name) for name in CHAPTER_NAMES}
    assert paths_with_minutes(intro, pages) == intro, "run website/minutes.py --write"


def test_words_in_sight_are_counted_by_section() -> None:
    cells = [
        text("# A title\n\nThree words more. **Before you start.** About 7 minutes."),
        code("x = 1\n\ny = 2", tags=["setup"]),
        text("## First\n\none two\n\n## Second\n\nthree"),
        code("a = 1\n\nb = 2"),
        code("assert a", tags=["claims"]),
        text("## Exercises\n\n" + "word " * 99),
    ]
    page = nbformat.v4.new_notebook(cells=cells)
    assert sections(page) == {"": Size(11, 0), "First": Size(3, 0), "Second": Size(2, 2)}
    assert size(page) == Size(16, 2)
    assert "About 1 minutes" in with_minutes(page).cells[0].source
    assert "About 7 minutes" in page.cells[0].source, "the page itself is left as it is"


def test_links_and_paths_get_their_minutes() -> None:
    page = good_chapter()
    page.cells.insert(8, text("## Long one\n\n" + "word " * 124))
    before = "### A path\n\nAbout 1 minutes.\n\n1. [a](chapters/09-s.ipynb#long-one) (9 min)\n"
    after = paths_with_minutes(before + "2. [b](chapters/09-s.ipynb) (0 min)\n", {"09-s": page})
    assert "(3 min)" in after
    assert f"({size(page).minutes} min)" in after
    assert f"About {3 + size(page).minutes} minutes" in after
    with pytest.raises(KeyError):
        paths_with_minutes("[a](chapters/09-s.ipynb#gone) (1 min)", {"09-s": page})


@pytest.mark.parametrize(
    ("markdown", "count"),
    [
        ("two words", 2),
        ("`x = 1 + 2` is one", 3),
        ("$a + b$ and $$c\n= d$$", 3),
        ("```python\nx = 1\n```", 0),
        ('<a id="x"></a> and [a link](https://book.org/a-b)', 3),
        ("- a list\n- * + =", 2),
    ],
)
def test_what_is_a_word(markdown: str, count: int) -> None:
    assert words(markdown) == count
