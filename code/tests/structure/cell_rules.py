"""What every code cell of a chapter has to look like: rules that say what is wrong, and where.

Each rule is a function from a notebook to a list of complaints; an empty list is praise.
Code cells are counted from 1, as the page shows them.
"""

import re
from collections.abc import Iterator
from itertools import pairwise

from nbformat import NotebookNode
from website.notebooks import repository_url, setup_source, tags

MAX_LINES, MAX_LINES_OF_A_CLASS, MAX_COLUMNS = 25, 35, 72

MACHINE_PATH = re.compile(
    r"(?<![\w/.:])/(?:home|Users|root|tmp|work|usr|opt|var|mnt|content)/\S+|\b[A-Z]:\\\w+"
)
ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{6,}")
LONG_NUMBER = re.compile(r"\d\.\d{5,}")
ASSERTS = re.compile(r"\bassert\b|\bclaim\(")


def code_cells(notebook: NotebookNode) -> Iterator[tuple[int, NotebookNode]]:
    """The code cells, with the numbers that the page shows."""
    return enumerate((cell for cell in notebook.cells if cell.cell_type == "code"), start=1)


def printed_text(cell: NotebookNode) -> str:
    """What a cell printed or returned, as plain text."""
    texts = [output.get("text", "") for output in cell.outputs]
    texts += [output.get("data", {}).get("text/plain", "") for output in cell.outputs]
    return "\n".join(texts)


def every_cell_was_run_in_order(notebook: NotebookNode) -> list[str]:
    """Stored outputs come from one run from top to bottom."""
    return [
        f"code cell {number}: execution count {cell.execution_count}, so run `make notebooks`"
        for number, cell in code_cells(notebook)
        if cell.execution_count != number
    ]


def no_errors_or_warnings_are_stored(notebook: NotebookNode) -> list[str]:
    """A lesson about an error catches it and prints its message."""
    return [
        f"code cell {number}: stored {output.get('name', output.output_type)}"
        for number, cell in code_cells(notebook)
        for output in cell.outputs
        if output.output_type == "error" or output.get("name") == "stderr"
    ]


def outputs_name_no_machine(notebook: NotebookNode) -> list[str]:
    """No absolute paths and no memory addresses: they differ from machine to machine."""
    found = []
    for number, cell in code_cells(notebook):
        html = "\n".join(str(o.get("data", {}).get("text/html", "")) for o in cell.outputs)
        for pattern, text in [
            (MACHINE_PATH, printed_text(cell) + html),
            (ADDRESS, printed_text(cell)),
        ]:
            found += [f"code cell {number}: prints {match}" for match in pattern.findall(text)]
    return found


def numbers_are_rounded(notebook: NotebookNode) -> list[str]:
    """Three significant digits: more differ between machines, and nobody reads them."""
    return [
        f"code cell {number}: prints {match}…, round it"
        for number, cell in code_cells(notebook)
        if "nbval-ignore-output" not in tags(cell)
        for match in LONG_NUMBER.findall(printed_text(cell))
    ]


def no_trailing_semicolons(notebook: NotebookNode) -> list[str]:
    """A semicolon hides an output only in Jupyter; `_ = …` says what is meant."""
    return [
        f"code cell {number}: trailing semicolon in {line.strip()!r}"
        for number, cell in code_cells(notebook)
        for line in cell.source.splitlines()
        if line.rstrip().endswith(";")
    ]


def cells_fit_the_page(notebook: NotebookNode) -> list[str]:
    """One idea a cell, and lines that the page column shows without scrolling."""
    found = []
    for number, cell in code_cells(notebook):
        lines = cell.source.splitlines()
        limit = MAX_LINES_OF_A_CLASS if re.search(r"(?m)^class ", cell.source) else MAX_LINES
        if len(lines) > limit:
            found.append(f"code cell {number}: {len(lines)} lines, at most {limit}")
        if "setup" in tags(cell):
            continue  # its second line holds the repository's address, however long that is
        found += [
            f"code cell {number}: {len(line)} columns, at most {MAX_COLUMNS}: {line.strip()!r}"
            for line in lines
            if len(line) > MAX_COLUMNS
        ]
    return found


def prose_between_code(notebook: NotebookNode) -> list[str]:
    """No code cell follows another directly."""
    cells = [cell for cell in notebook.cells if cell.source.strip()]
    numbers = {cell.id: number for number, cell in code_cells(notebook)}
    return [
        f"code cell {numbers[after.id]}: no prose before it"
        for before, after in pairwise(cells)
        if before.cell_type == after.cell_type == "code"
    ]


def setup_cell_is_the_common_one(notebook: NotebookNode) -> list[str]:
    """The first code cell is the same in every chapter, with the address from _config.yml."""
    setups = [(number, cell) for number, cell in code_cells(notebook) if "setup" in tags(cell)]
    if [number for number, _ in setups] != [1]:
        return [f"the first code cell, and no other, has the tag `setup`; found {len(setups)}"]
    if setups[0][1].source != setup_source(repository_url()):
        return ["code cell 1: not the common setup cell, so run `make notebooks`"]
    return []


def figures_are_described(notebook: NotebookNode) -> list[str]:
    """A figure has a caption, a name to refer to and an alt text, and is shown by plt.show()."""
    found, names = [], []
    for number, cell in code_cells(notebook):
        pictures = sum("image/png" in output.get("data", {}) for output in cell.outputs)
        shows = "plt.show()" in cell.source
        if any("image/svg+xml" in output.get("data", {}) for output in cell.outputs):
            found.append(f"code cell {number}: an SVG, which nbval compares; draw PNG")
        if not pictures and not shows:
            continue
        if pictures != 1:
            found.append(f"code cell {number}: {pictures} figures, one a cell")
        if cell.source.rstrip().splitlines()[-1].strip() != "plt.show()":
            found.append(f"code cell {number}: a figure cell ends in plt.show()")
        settings = cell.metadata.get("mystnb", {})
        figure, alt = settings.get("figure", {}), settings.get("image", {}).get("alt", "")
        found += [
            f"code cell {number}: mystnb.figure.{key} is missing"
            for key in ("caption", "name")
            if not str(figure.get(key, "")).strip()
        ]
        if len(alt.split()) < 5:
            found.append(f"code cell {number}: mystnb.image.alt states the finding, got {alt!r}")
        names.append(figure.get("name"))
    repeated = sorted({name for name in names if name and names.count(name) > 1})
    return found + [f"the figure name {name} stands twice" for name in repeated]


def training_is_followed_by_an_assertion(notebook: NotebookNode) -> list[str]:
    """An output that nbval ignores is judged by an assertion in the same section."""
    found, number, waiting = [], 0, None
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and re.search(r"(?m)^## ", cell.source):
            found += [waiting] if waiting else []
            waiting = None
        elif cell.cell_type == "code":
            number += 1
            if "nbval-ignore-output" in tags(cell):
                waiting = f"code cell {number}: ignored by nbval, and no later cell here asserts"
            elif ASSERTS.search(cell.source):
                waiting = None
    return found + ([waiting] if waiting else [])


def solution_cells_have_a_title(notebook: NotebookNode) -> list[str]:
    """Colab folds a cell whose first line is `# @title …`."""
    return [
        f"code cell {number}: a solution starts with `# @title Solution`"
        for number, cell in code_cells(notebook)
        if "solution" in tags(cell) and not cell.source.startswith("# @title Solution")
    ]


RULES = (
    every_cell_was_run_in_order,
    no_errors_or_warnings_are_stored,
    outputs_name_no_machine,
    numbers_are_rounded,
    no_trailing_semicolons,
    cells_fit_the_page,
    prose_between_code,
    setup_cell_is_the_common_one,
    figures_are_described,
    training_is_followed_by_an_assertion,
    solution_cells_have_a_title,
)


def violations(notebook: NotebookNode) -> list[str]:
    """Everything that is wrong with the code cells of a chapter."""
    return [complaint for rule in RULES for complaint in rule(notebook)]
