"""A tiny chapter that breaks no rule. The tests of the rules break it in one place at a time."""

import nbformat
from nbformat import NotebookNode
from website.notebooks import normalise, repository_url

v4 = nbformat.v4
# The smallest PNG there is: one transparent pixel.
PIXEL = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYGBgAAAABQABpfZF"
    "QAAAAABJRU5ErkJggg=="
)

OPENING = """\
# The sample

Can one vector hold a sentence of any length?

**You will be able to**

- count
- add
- compare

**Before you start**, read [the warm-up](00-warm-up.ipynb). 5 minutes to read, 1 minute to run."""

EXERCISE = """\
:::{{exercise}} {stars} {title}
:label: ex-{label}

{title}: what does the next cell print?
:::

:::{{solution}} ex-{label}
:class: dropdown

It prints nothing.
:::"""

EXERCISES = [
    ("★", "By hand"),
    ("★", "Predict, then run"),
    ("★★", "Find the bug"),
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


def good_chapter() -> NotebookNode:
    """A chapter in which every rule is kept. A new copy each time."""
    figure = {
        "figure": {"caption": "Nothing rises.", "name": "fig-sample"},
        "image": {"alt": "An empty picture in which nothing rises"},
    }
    cells = [
        text(OPENING),
        code("", tags=["setup"]),
        text("## A section\n\nHow long does it take? We train."),
        code(
            "losses = train()\nprint(losses)",
            printed("0.123456789\n"),
            tags=["nbval-ignore-output"],
        ),
        text("The loss fell."),
        code('claim("the loss fell", losses[-1] < losses[0])', printed("✓ the loss fell\n")),
        text("### A figure\n\nLook at the line."),
        code("plt.plot(losses)\nplt.show()", picture(), mystnb=figure),
        text("It falls. See [Bahdanau et al., 2015](https://arxiv.org/abs/1409.0473)."),
        text("## Exercises"),
    ]
    for stars, title in EXERCISES:
        label = title.lower().replace(" ", "-").replace(",", "")
        cells.append(text(EXERCISE.format(stars=stars, title=title, label=label)))
        cells.append(code("# @title Solution\nassert 1 + 1 == 2", tags=["solution"]))
    cells += [
        text(f"## {section}\n\nWords.") for section in ("Summary", "In the package", "References")
    ]
    return numbered(normalise(v4.new_notebook(cells=cells), repository_url()))
