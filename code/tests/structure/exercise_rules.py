"""What an exercise has to look like: rules that say what is wrong, and where.

Each rule is a function from a notebook to a list of complaints; an empty list is praise.
"""

import ast
import re
from collections.abc import Sequence
from itertools import pairwise

from nbformat import NotebookNode
from website.exercises import FENCE, HEADING, ROLES, SOLUTION, Exercise, exercises, fence, role
from website.notebooks import tags

from tests.structure.cell_rules import ASSERTS, MAX_COLUMNS

CALL = re.compile(r"check\.(\w+)\(([^\n]*)\)")
MAX_FENCE = 50


def cells_of_an_exercise_stand_together(notebook: NotebookNode) -> list[str]:
    """Heading, given code, stub, the checker's call, solution: in this order, nothing between."""
    found = []
    slugs = [cell.metadata.get("exercise") for cell in notebook.cells]
    for exercise in exercises(notebook):
        places = [index for index, slug in enumerate(slugs) if slug == exercise.slug]
        if places != list(range(places[0], places[-1] + 1)):
            found.append(f"{exercise.slug}: another cell stands between its cells")
        roles = [ROLES.index(role(cell)) for cell in exercise.cells]
        if roles != sorted(roles) or roles.count(0) != 1:
            found.append(f"{exercise.slug}: the order is {', '.join(ROLES)}")
    for cell in notebook.cells:
        if {"stub", "check", "solution"} & set(tags(cell)) and not cell.metadata.get("exercise"):
            found.append(f"a cell tagged {tags(cell)} names no exercise: {cell.source[:40]!r}")
        if cell.source.lstrip().startswith("### Exercise") or (
            "\n### Exercise" in cell.source and not HEADING.match(cell.source)
        ):
            found.append(f"not the form of an exercise's heading: {cell.source[:60]!r}")
    return found


def exercises_have_headings(notebook: NotebookNode) -> list[str]:
    """An anchor with the slug, number, stars, title, and minutes before the text."""
    found = []
    for exercise in exercises(notebook):
        heading = HEADING.match(exercise.cells[0].source)
        if not heading:
            found.append(f"{exercise.slug}: its first cell is not the heading of an exercise")
        elif heading["slug"] != exercise.slug:
            found.append(f"{exercise.slug}: its anchor is called {heading['slug']}")
        elif not 1 <= len(heading["stars"]) <= 3:
            found.append(f"{exercise.slug}: {heading['stars']}, from ★ to ★★★")
    return found


def exercises_are_numbered(notebook: NotebookNode) -> list[str]:
    """In the order of their numbers; those between may stand on another page of the chapter."""
    numbers = [exercise.part("number") for exercise in exercises(notebook)]
    parts = [number.split(".") for number in numbers if number]
    return [
        f"Exercise {'.'.join(after)} comes after Exercise {'.'.join(before)}"
        for before, after in pairwise(parts)
        if after[0] != before[0] or int(after[1]) <= int(before[1])
    ]


def wrong_with_a_chapter(pages: Sequence[NotebookNode]) -> list[str]:
    """Core and studies together: five or more from ★ to ★★★, numbered without a gap, of each kind.

    Each kind: one by hand, one to predict, one bug to find.
    """
    given = [exercise for page in pages for exercise in exercises(page)]
    found = [] if len(given) >= 5 else [f"{len(given)} exercises, at least 5"]
    numbers = sorted(int(e.part("number").partition(".")[2] or 0) for e in given)
    if numbers != list(range(1, len(given) + 1)):
        found.append(f"the exercises of the chapter are numbered {numbers}")
    grades = {exercise.part("stars") for exercise in given}
    found += [f"no exercise is graded {stars}" for stars in ("★", "★★★") if stars not in grades]
    titles = [exercise.part("title").lower() for exercise in given]
    return found + [
        f"no exercise's title says {kind!r}"
        for kind in ("by hand", "predict, then run", "find the bug")
        if not any(kind in title for title in titles)
    ]


def bugs_can_be_run(notebook: NotebookNode) -> list[str]:
    """The code in which a bug is to be found stands in a cell, not in a fence."""
    found = []
    for exercise in exercises(notebook):
        if "find the bug" in exercise.part("title").lower() and not exercise.of_role("given"):
            found.append(f"{exercise.slug}: the bug stands in no cell that runs")
        if FENCE.search(exercise.cells[0].source):
            found.append(f"{exercise.slug}: code in the text; give it a cell of its own")
    return found


def is_empty(node: ast.AST) -> bool:
    """A place to fill in: None, `...`, a collection of these, a function or class of nothing."""
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        *above, last = node.body
        docstring = not above or (len(above) == 1 and ast.get_docstring(node) is not None)
        methods = isinstance(node, ast.ClassDef) and all(
            isinstance(part, ast.FunctionDef) and is_empty(part)
            for part in (node.body[1:] if ast.get_docstring(node) else node.body)
        )
        return methods or (docstring and isinstance(last, ast.Expr) and is_empty(last.value))
    if isinstance(node, ast.Assign):
        return is_empty(node.value)
    if isinstance(node, ast.Dict):
        return all(map(is_empty, node.values))
    if isinstance(node, ast.Tuple | ast.List):
        return all(map(is_empty, node.elts))
    return isinstance(node, ast.Constant) and node.value in (None, ...)


def stubs_are_empty(notebook: NotebookNode) -> list[str]:
    """A stub gives names and shapes, and nothing of an answer."""
    found = []
    for exercise in exercises(notebook):
        for cell in exercise.of_role("stub"):
            steps = [
                step
                for step in ast.parse(cell.source).body
                if not isinstance(step, ast.Import | ast.ImportFrom)
            ]
            if not steps or not all(map(is_empty, steps)):
                found.append(f"{exercise.slug}: the stub holds more than `...` or None")
    return found


def checkers_are_called(notebook: NotebookNode) -> list[str]:
    """Where there is a stub there is one call, by the slug's name, that says: nothing here yet."""
    found = []
    for exercise in exercises(notebook):
        stubs, checks = exercise.of_role("stub"), exercise.of_role("check")
        if len(stubs) != len(checks) or len(checks) > 1:
            found.append(
                f"{exercise.slug}: {len(stubs)} stubs and {len(checks)} calls of a checker"
            )
        for cell in checks:
            call = CALL.fullmatch(cell.source)
            name = exercise.slug.removeprefix("ex-").replace("-", "_")
            if not call or call[1] != name:
                found.append(f"{exercise.slug}: its check is one line, check.{name}(…)")
            said = "".join(output.get("text", "") for output in cell.outputs)
            if not said.startswith(f"○ Exercise {exercise.part('number')}: nothing here yet"):
                found.append(f"{exercise.slug}: the stored check says {said[:50]!r}")
    return found


def solutions_are_folded_and_tested(notebook: NotebookNode) -> list[str]:
    """One cell in <details>; where a checker is called, code that asserts what the words say."""
    found = []
    for exercise in exercises(notebook):
        if len(exercise.of_role("solution")) != 1:
            found.append(f"{exercise.slug}: {len(exercise.of_role('solution'))} solutions, not one")
        for cell in exercise.of_role("solution"):
            found += [f"{exercise.slug}: {what}" for what in _wrong_with_solution(exercise, cell)]
    return found


def _wrong_with_solution(exercise: Exercise, cell: NotebookNode) -> list[str]:
    number, code = exercise.part("number"), fence(cell)
    solution = SOLUTION.match(cell.source)
    if cell.cell_type != "markdown" or not solution or solution["number"] != number:
        return [f"<details><summary>Solution to Exercise {number}</summary> … </details>"]
    wrong = []
    if re.search(r"(?m)^#{1,6} ", FENCE.sub("", cell.source)):
        wrong.append("a heading inside <details> breaks the page")
    if len(FENCE.findall(cell.source)) > 1:
        wrong.append("more than one fence of code")
    if exercise.of_role("check") and not ASSERTS.search(code):
        wrong.append("the solution's code asserts nothing")
    wrong += [
        f"{len(line)} columns, at most {MAX_COLUMNS}: {line.strip()!r}"
        for line in code.splitlines()
        if len(line) > MAX_COLUMNS
    ]
    if len(code.splitlines()) > MAX_FENCE:
        wrong.append(f"{len(code.splitlines())} lines of code, at most {MAX_FENCE}")
    return wrong


RULES = (
    cells_of_an_exercise_stand_together,
    exercises_have_headings,
    exercises_are_numbered,
    bugs_can_be_run,
    stubs_are_empty,
    checkers_are_called,
    solutions_are_folded_and_tested,
)


def violations(notebook: NotebookNode) -> list[str]:
    """Everything that is wrong with the exercises of a chapter."""
    return [complaint for rule in RULES for complaint in rule(notebook)]
