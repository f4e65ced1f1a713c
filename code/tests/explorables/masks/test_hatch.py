import re

from paying_attention.explorables.frame.cells import Cells
from paying_attention.explorables.masks.hatch import hatch
from tests.explorables.html_page import marked

ROWS, COLUMNS = ("ich", "sehe"), ("a", "b", "c")
CELLS = Cells(ROWS, COLUMNS, ("query", "key"), smallest=30, largest=40, right=10, below=26)


def test_the_lines_of_a_closed_square_stay_in_it():
    markup = hatch(CELLS, [False] * 5 + [True])
    paths = marked(markup, "data-hatch")
    assert [paths[str(k)]["display"] for k in range(6)] == ["none"] * 5 + ["inline"]
    x, y = CELLS.corner(5)
    points = re.findall(r"[ML]([\d.]+) ([\d.]+)", paths["5"]["d"])
    assert len(points) > 10
    assert all(x <= float(a) <= x + 40 and y <= float(b) <= y + 40 for a, b in points)
