"""A claim must be able to fail: one that holds whatever the chapter computes checks nothing.

Read from the source, since a claim that always holds looks like any other when it runs. Arithmetic
by hand is let through, `round(0.87**21, 2) == 0.05`: the author may have slipped.
"""

import ast
import re
from collections import Counter
from collections.abc import Iterator

from nbformat import NotebookNode
from website.notebooks import tags

MAGIC = re.compile(r"(?m)^([ \t]*)[%!].*$")
FENCE = re.compile(r"(?ms)^```python\n(.*?)^```")
JUDGES = ("all", "any", "bool")  # what they say of constants is a constant; sums are arithmetic
HOLDS_OF_ITSELF = (ast.Eq, ast.Is, ast.LtE, ast.GtE)
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp)


def constant_claims(notebook: NotebookNode) -> list[str]:
    """Claims and assertions that nothing can make fail, in cells and in solutions."""
    return [
        f"{place}: `{ast.unparse(node)}` cannot fail"
        for place, source in _sources(notebook)
        for node in _constant_claims_of(ast.parse(source))
    ]


def _sources(notebook: NotebookNode) -> Iterator[tuple[str, str]]:
    """The Python of a chapter: its code cells without magics, and the fences of its solutions."""
    number = 0
    for cell in notebook.cells:
        if cell.cell_type == "code":
            number += 1
            yield f"code cell {number}", MAGIC.sub(r"\1pass", cell.source)
        elif "solution" in tags(cell):
            name = cell.metadata.get("exercise", "without a name")
            yield from ((f"solution {name}", code) for code in FENCE.findall(cell.source))


def _constant_claims_of(tree: ast.Module) -> Iterator[ast.expr]:
    """The conditions of claims and assertions that hold whatever happens, as they are written."""
    known = _names_of_constants(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Assert):
            conditions = [node.test]
        elif isinstance(node, ast.Call) and _name_of(node.func) == "claim":
            conditions = [*node.args[1:2], *(k.value for k in node.keywords if k.arg == "holds")]
        else:
            continue
        yield from (c for c in conditions if not _is_false(c) and _is_settled(c, known))


def _name_of(function: ast.expr) -> str:
    """The last part of a name: `claim` of `claims.claim`."""
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _names_of_constants(tree: ast.Module) -> set[str]:
    """Names that a cell binds once, and to what can be neither another value nor change inside."""
    bound = Counter(
        node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    )
    known: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            targets = node.targets
        elif isinstance(node, ast.AnnAssign | ast.NamedExpr) and node.value:
            targets = [node.target]
        else:
            continue
        may_change = isinstance(node.value, ast.List | ast.Dict | ast.Set)
        if not may_change and _is_fixed(node.value, known):
            names = {target.id for target in targets if isinstance(target, ast.Name)}
            known |= {name for name in names if bound[name] == 1}
    return known


def _is_false(node: ast.expr) -> bool:
    """A constant that stands for no: `assert False` says that a line is never reached."""
    return isinstance(node, ast.Constant) and not node.value


def _is_settled(node: ast.expr, known: set[str]) -> bool:
    """Whether an expression is true, or false, whatever the names in it stand for."""
    if isinstance(node, ast.Tuple | ast.List | ast.Set | ast.Dict):
        items = node.keys if isinstance(node, ast.Dict) else node.elts
        is_full = any(item and not isinstance(item, ast.Starred) for item in items)
        return is_full or _is_fixed(node, known)
    if isinstance(node, ast.Lambda | ast.GeneratorExp):
        return True
    if isinstance(node, ast.NamedExpr):
        return _is_settled(node.value, known)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return _is_settled(node.operand, known)
    if isinstance(node, ast.BoolOp):
        settled = [_is_settled(part, known) for part in node.values]
        if isinstance(node.op, ast.Or):  # one that is true is enough
            pairs = zip(node.values, settled, strict=True)
            return all(settled) or any(s and not _is_false(part) for part, s in pairs)
        return all(settled)
    if isinstance(node, ast.Compare):
        return _compares_nothing(node, known)
    if isinstance(node, ast.Call) and _name_of(node.func) in ("all", "bool") and node.args:
        return _is_fixed(node, known) or _holds_of_all(node.args[0], known)
    return _is_fixed(node, known)


def _compares_nothing(node: ast.Compare, known: set[str]) -> bool:
    """Whether each pair is of constants, or of one thing with itself; a call may differ."""
    sides = [node.left, *node.comparators]
    for one, sign, other in zip(sides, node.ops, sides[1:], strict=False):
        calls = any(isinstance(part, ast.Call) for part in ast.walk(one))
        itself = isinstance(sign, HOLDS_OF_ITSELF) and ast.dump(one) == ast.dump(other)
        if not (itself and not calls) and not (_is_fixed(one, known) and _is_fixed(other, known)):
            return False
    return True


def _holds_of_all(items: ast.expr, known: set[str]) -> bool:
    """Whether each item of what `all` gets is settled: `all(True for x in found)`."""
    if isinstance(items, ast.GeneratorExp | ast.ListComp | ast.SetComp):
        return _is_settled(items.elt, known)
    if isinstance(items, ast.Tuple | ast.List | ast.Set):
        return all(_is_settled(item, known) for item in items.elts)
    return False


def _fixed_targets(node: ast.expr, known: set[str]) -> set[str]:
    """The names that a comprehension draws from constants."""
    found: set[str] = set()
    for clause in node.generators:
        if _is_fixed(clause.iter, known | found):
            found |= {name.id for name in ast.walk(clause.target) if isinstance(name, ast.Name)}
    return found


def _is_fixed(node: ast.AST, known: set[str]) -> bool:
    """Whether an expression reads nothing but constants."""
    if isinstance(node, ast.Name):
        return node.id in known
    if isinstance(node, ast.Compare):
        return _compares_nothing(node, known)
    if isinstance(node, ast.Call):
        is_judge = isinstance(node.func, ast.Name) and node.func.id in JUDGES
        return is_judge and all(_is_fixed(part, known) for part in node.args)
    if isinstance(node, COMPREHENSIONS):
        known = known | _fixed_targets(node, known)
        iterators = [clause.iter for clause in node.generators]
        conditions = [condition for clause in node.generators for condition in clause.ifs]
        results = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
        return all(_is_fixed(part, known) for part in (*iterators, *conditions, *results))
    if isinstance(node, ast.Lambda | ast.BinOp):
        return False
    parts = [part for part in ast.iter_child_nodes(node) if isinstance(part, ast.expr)]
    return isinstance(node, ast.Constant) or all(_is_fixed(part, known) for part in parts)
