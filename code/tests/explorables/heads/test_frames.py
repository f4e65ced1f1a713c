from paying_attention.explorables.frame.cells import Cells
from paying_attention.explorables.heads.frames import frames
from tests.explorables.html_page import marked

ROWS, COLUMNS = ("ich", "sehe"), ("a", "b", "c")
CELLS = Cells(ROWS, COLUMNS, ("query", "key"), smallest=30, largest=40, right=10, below=26)


def test_a_frame_surrounds_its_square_and_is_explained():
    markup = frames(CELLS, [1, 5])
    gold = marked(markup, "data-gold")
    assert set(gold) == {"1", "5"}
    x, y = CELLS.corner(5)
    assert x < float(gold["5"]["x"]) < x + 5
    assert y < float(gold["5"]["y"]) < y + 5
    assert "gold link" in markup
