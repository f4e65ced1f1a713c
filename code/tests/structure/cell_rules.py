"""What every code cell of a chapter has to look like: rules that say what is wrong, and where.

Each rule is a function from a notebook to a list of complaints; an empty list is praise.
Code cells are counted from 1, as the page shows them.
"""

import re
from collections.abc import Iterator
from itertools import pairwise

from nbformat import NotebookNode
from website.notebooks import FOLDS, alt_text, common_setup, tags

MAX_LINES, MAX_LINES_OF_A_CLASS, MAX_COLUMNS = 25, 35, 72

MACHINE_PATH = re.compile(
    r"(?<![\w/.:])/(?:home|Users|root|tmp|work|usr|opt|var|mnt|content)/\S+|\b[A-Z]:\\\w+"
)
ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{6,}")
LONG_NUMBER = re.compile(r"\d\.\d{5,}")
CAPTION = re.compile(r"\*Figure (?P<page>\d+[a-z]?)\.(?P<number>\d+)\.\* \S")
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
    """No code cell follows another directly, but for checks, stubs and calls of a checker."""
    cells = [cell for cell in notebook.cells if cell.source.strip()]
    numbers = {cell.id: number for number, cell in code_cells(notebook)}
    return [
        f"code cell {numbers[after.id]}: no prose before it"
        for before, after in pairwise(cells)
        if before.cell_type == after.cell_type == "code"
        and not {"claims", "check", "stub"} & set(tags(after))
    ]


def setup_cell_is_the_common_one(notebook: NotebookNode) -> list[str]:
    """The first code cell is the same in every chapter, with the address from _config.yml."""
    setups = [(number, cell) for number, cell in code_cells(notebook) if "setup" in tags(cell)]
    if [number for number, _ in setups] != [1]:
        return [f"the first code cell, and no other, has the tag `setup`; found {len(setups)}"]
    if setups[0][1].source != common_setup():
        return ["code cell 1: not the common setup cell, so run `make notebooks`"]
    return []


def figures_are_described(notebook: NotebookNode) -> list[str]:
    """A figure has a name and an alt text, and is shown by plt.show(), twice as sharp as a page."""
    found, names = [], []
    for number, cell in figure_cells(notebook):
        pictures = [output for output in cell.outputs if "image/png" in output.get("data", {})]
        if any("image/svg+xml" in output.get("data", {}) for output in cell.outputs):
            found.append(f"code cell {number}: an SVG, which nbval compares; draw PNG")
        if len(pictures) != 1:
            found.append(f"code cell {number}: {len(pictures)} figures, one a cell")
        if cell.source.rstrip().splitlines()[-1].strip() != "plt.show()":
            found.append(f"code cell {number}: a figure cell ends in plt.show()")
        if len(alt_text(cell).split()) < 5:
            found.append(
                f"code cell {number}: mystnb.image.alt states the finding, got {alt_text(cell)!r}"
            )
        if not cell.metadata.get("figure"):
            found.append(f"code cell {number}: its metadata names no figure")
        names.append(cell.metadata.get("figure"))
    repeated = sorted({name for name in names if name and names.count(name) > 1})
    return found + [f"the figure name {name} stands twice" for name in repeated]


def figures_have_captions(notebook: NotebookNode) -> list[str]:
    """The text after a figure opens with `*Figure 4.2.*` and a sentence; numbers leave no gap."""
    found, numbers = [], []
    for index, cell in enumerate(notebook.cells):
        if not cell.metadata.get("figure"):
            continue
        texts = [c.source for c in notebook.cells[index + 1 :] if "claims" not in tags(c)]
        caption = CAPTION.match(texts[0]) if texts else None
        if caption:
            numbers.append((caption["page"], int(caption["number"])))
        else:
            found.append(f"{cell.metadata['figure']}: the next text opens with no caption")
    expected = [(numbers[0][0], number) for number in range(1, len(numbers) + 1)] if numbers else []
    return found + ([] if numbers == expected else [f"figures are numbered {numbers}"])


def figure_cells(notebook: NotebookNode) -> Iterator[tuple[int, NotebookNode]]:
    """The code cells that draw, or say that they do."""
    for number, cell in code_cells(notebook):
        kinds = {kind for output in cell.outputs for kind in output.get("data", {})}
        shows = "plt.show()" in cell.source and "solution" not in tags(cell)
        if kinds & {"image/png", "image/svg+xml"} or shows or cell.metadata.get("figure"):
            yield number, cell


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


def folded_cells_have_a_title(notebook: NotebookNode) -> list[str]:
    """JupyterLab and Colab show the first line of a folded cell."""
    return [
        f"code cell {number}: folded, so its first line is `# @title …`"
        for number, cell in code_cells(notebook)
        if FOLDS.keys() & set(tags(cell)) and not cell.source.startswith("# @title ")
    ]


def checks_stand_by_themselves(notebook: NotebookNode) -> list[str]:
    """Code in sight asserts nothing: what the text claims is checked in a folded cell."""
    return [
        f"code cell {number}: {'checks' if checks else 'no check'}, so tag `claims` is "
        + ("missing" if checks else "wrong")
        for number, cell in code_cells(notebook)
        for checks in [bool(ASSERTS.search(cell.source))]
        if checks != ("claims" in tags(cell))
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
    figures_have_captions,
    training_is_followed_by_an_assertion,
    folded_cells_have_a_title,
    checks_stand_by_themselves,
)


def violations(notebook: NotebookNode) -> list[str]:
    """Everything that is wrong with the code cells of a chapter."""
    return [complaint for rule in RULES for complaint in rule(notebook)]
