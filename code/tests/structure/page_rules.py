"""What makes a page a sitting: short, open to a guess, and with names that keep their meaning.

A core is what a chapter is called by its number alone (`04-…`); a study (`04b-…`) has one question.
Each rule is a function from a notebook to a list of complaints; an empty list is praise.
"""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator

from nbformat import NotebookNode
from website.exercises import exercises
from website.minutes import size
from website.notebooks import tags

MAX_WORDS, MAX_LINES = 2000, 150  # before the exercises; half an hour to fifty minutes
NEVER_MORE_WORDS, NEVER_MORE_LINES = 2500, 200
EXERCISES_OF_A_CORE = 3
GUESS = re.compile(r"guess = None  # (?P<options>[^\n]+)\nreply\.(?P<name>\w+)\(guess\)")
# What each cell may name anew: it belongs to one figure, one question, or nobody.
SHARED_NAMES = {"guess", "answer", "figure", "axes", "_"}


def is_core(name: str) -> bool:
    """Tell whether a page is the core of its chapter.

    >>> is_core("04-scaled-dot-product"), is_core("04b-why-the-root")
    (True, False)
    """
    return re.match(r"\d\d-", name) is not None


def too_long(notebook: NotebookNode, *, longer: bool = False) -> list[str]:
    """Words and lines of code in sight before the exercises; `longer`: a page that may be so."""
    words, lines = size(notebook)
    most_words = NEVER_MORE_WORDS if longer else MAX_WORDS
    most_lines = NEVER_MORE_LINES if longer else MAX_LINES
    found = [f"{words} words before the exercises, at most {most_words}"] * (words > most_words)
    return found + [f"{lines} lines of code in sight, at most {most_lines}"] * (lines > most_lines)


def guess_cells(notebook: NotebookNode) -> Iterator[NotebookNode]:
    """The cells in which a reader commits to an answer."""
    return (cell for cell in notebook.cells if "guess" in tags(cell))


def guesses_wait_for_the_reader(notebook: NotebookNode) -> list[str]:
    """`guess = None  # "a" or "b"`, then a call that says: no guess yet."""
    found = []
    for cell in guess_cells(notebook):
        if not GUESS.fullmatch(cell.source):
            found.append(f'not `guess = None  # "a" or "b"` and its call: {cell.source!r}')
        said = "".join(output.get("text", "") for output in cell.outputs)
        if not said.startswith("○ No guess yet."):
            found.append(f"the stored reply to no guess says {said[:40]!r}")
    return found


def a_core_asks_first(notebook: NotebookNode) -> list[str]:
    """At least one guess before a result is shown."""
    return [] if any(guess_cells(notebook)) else ["no guess: the reader commits to nothing"]


def a_page_has_exercises(notebook: NotebookNode, *, core: bool) -> list[str]:
    """Three in a core, one in a study."""
    count, least = len(list(exercises(notebook))), EXERCISES_OF_A_CORE if core else 1
    return [] if count >= least else [f"{count} exercises, at least {least}"]


def names_keep_their_meaning(notebook: NotebookNode) -> list[str]:
    """A name is bound in one section, so that any cell can run again later."""
    bound: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    section = "the opening"
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            section = [section, *re.findall(r"(?m)^## (.+)$", cell.source)][-1]
        elif not cell.metadata.get("exercise"):
            for name, value in bindings(cell.source):
                bound[name][section].add(value)
    return [
        f"`{name}` is bound in {' and in '.join(map(repr, places))}"
        for name, places in bound.items()
        if len(places) > 1 and len(set.union(*places.values())) > 1 and name not in SHARED_NAMES
    ]


def nothing_in_sight_needs_a_check(notebook: NotebookNode) -> list[str]:
    """Who types along leaves the folded checks out: no other cell uses a name that they bind."""
    in_sight: set[str] = set()
    in_checks: set[str] = set()
    found = []
    for cell in notebook.cells:
        if cell.cell_type != "code" or "setup" in tags(cell):
            continue
        tree = ast.parse(re.sub(r"(?m)^(\s*)[%!].*$", r"\1pass", cell.source))
        if "claims" in tags(cell):
            in_checks |= names_bound(tree)
            continue
        in_sight |= names_bound(tree)
        used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        found += [
            f"`{name}` is bound in checks alone, and used in: {cell.source.splitlines()[0]!r}"
            for name in sorted(used & in_checks - in_sight)
        ]
    return found


def names_bound(tree: ast.AST) -> set[str]:
    """All names that some code binds, at whatever depth."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            found |= {(one.asname or one.name).split(".")[0] for one in node.names}
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.arg):
            found.add(node.arg)
    return found


def bindings(source: str) -> Iterator[tuple[str, str]]:
    """(name, what it is bound to, as written) of a cell's own names, functions and classes."""
    for step in ast.parse(re.sub(r"(?m)^(\s*)[%!].*$", r"\1pass", source)).body:
        if isinstance(step, ast.FunctionDef | ast.ClassDef):
            yield step.name, ast.unparse(step)
        targets = step.targets if isinstance(step, ast.Assign) else []
        targets = [step.target] if isinstance(step, ast.AnnAssign) else targets
        for target in targets:
            for node in ast.walk(target):
                if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                    yield node.id, ast.unparse(step)


def violations(notebook: NotebookNode, name: str, *, longer: bool = False) -> list[str]:
    """Everything that is wrong with a page as a sitting."""
    return [
        *too_long(notebook, longer=longer),
        *guesses_wait_for_the_reader(notebook),
        *(a_core_asks_first(notebook) if is_core(name) else []),
        *a_page_has_exercises(notebook, core=is_core(name)),
        *names_keep_their_meaning(notebook),
        *nothing_in_sight_needs_a_check(notebook),
    ]
