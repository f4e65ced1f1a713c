"""A tiny chapter that breaks no rule. The tests of the rules break it in one place at a time."""

import re

import nbformat
from nbformat import NotebookNode
from website.notebooks import common_setup, normalise

v4 = nbformat.v4
# The smallest PNG there is: one transparent pixel.
PIXEL = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYGBgAAAABQABpfZF"
    "QAAAAABJRU5ErkJggg=="
)

OPENING = """\
# The sample

Can one vector hold a sentence of any length?"""

GOALS = """\
Look at the two curves.

**You will be able to**

- count
- add
- compare

**Before you start**, read [the warm-up](https://example.org/00-warm-up.html). 5 minutes
to read, 1 minute to run."""

HEADING = """\
<a id="ex-{slug}"></a>

### Exercise 9.{number} {stars} {title}

*5 minutes.* {title}: what is the sum of one and one?"""

SOLUTION = """\
<details><summary>Solution to Exercise 9.{number}</summary>

It is two.

```python
answer = 1 + 1
assert answer == 2
```

</details>"""

EXERCISES = [
    ("★", "By hand: one"),
    ("★", "Predict, then run: two"),
    ("★★", "Find the bug: three"),
    ("★★", "Extend"),
    ("★★★", "Prove"),
]


def text(source: str) -> NotebookNode:
    """A markdown cell."""
    return v4.new_markdown_cell(source)


def code(source: str, *outputs: NotebookNode, **metadata: object) -> NotebookNode:
    """A code cell with its outputs; a run's number comes later."""
    return v4.new_code_cell(source, outputs=list(outputs), metadata=metadata)


def printed(words: str, name: str = "stdout") -> NotebookNode:
    """What `print` leaves in a notebook."""
    return v4.new_output("stream", name=name, text=words)


def picture() -> NotebookNode:
    """What `plt.show()` leaves in a notebook."""
    return v4.new_output("display_data", data={"image/png": PIXEL, "text/plain": "<Figure>"})


def numbered(notebook: NotebookNode) -> NotebookNode:
    """As if the notebook had been run from top to bottom."""
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for number, cell in enumerate(cells, start=1):
        cell.execution_count = number
    return notebook


def exercise(number: int, stars: str, title: str) -> list[NotebookNode]:
    """The cells of one exercise."""
    slug = re.sub(r"[^a-z]+", "-", title.lower())
    names = {"slug": slug, "number": number, "stars": stars, "title": title}
    empty = f"○ Exercise 9.{number}: nothing here yet.\n"
    cells = [text(HEADING.format(**names)), text(SOLUTION.format(**names))]
    cells[1].metadata.tags = ["solution"]
    if "bug" in title:
        cells.insert(1, code("sum([1, 1], start=1)"))
    cells[-1:-1] = [
        code("answer = None", tags=["stub"]),
        code(f"check.{slug.replace('-', '_')}(answer)", printed(empty), tags=["check"]),
    ]
    for cell in cells:
        cell.metadata["exercise"] = f"ex-{slug}"
    return cells


def good_chapter() -> NotebookNode:
    """A chapter in which every rule is kept. A new copy each time."""
    figure = {
        "mystnb": {"image": {"alt": "An empty picture in which nothing rises"}},
        "figure": "fig-sample",
    }
    cells = [
        text(OPENING),
        code("", tags=["setup"]),
        text(f"{GOALS}\n\n## A section\n\n> **Predict.** How long does it take?\n\nWe train."),
        code(
            "losses = train()\nprint(losses)",
            printed("0.123456789\n"),
            tags=["nbval-ignore-output"],
        ),
        code(
            '# @title Checks\nclaim("the loss fell", losses[-1] < losses[0])',
            printed("✓ the loss fell\n"),
            tags=["claims"],
        ),
        text("### A figure\n\nLook at the line."),
        code("plt.plot(losses)\nplt.show()", picture(), **figure),
        text(
            "*Figure 9.1.* Nothing rises.\n\nIt falls. See"
            " [Bahdanau et al., 2015](https://arxiv.org/abs/1409.0473)."
        ),
        text("## Exercises"),
    ]
    for number, (stars, title) in enumerate(EXERCISES, start=1):
        cells += exercise(number, stars, title)
    cells += [
        text(f"## {section}\n\nWords.") for section in ("Summary", "In the package", "References")
    ]
    return numbered(normalise(v4.new_notebook(cells=cells), common_setup()))
