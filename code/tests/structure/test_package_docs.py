"""Every public function says what it takes, gives and refuses, and has a test file of its own."""

import ast
from pathlib import Path

import pytest

from tests.structure.repository import ROOT
from tests.structure.source_code import Module, modules, public_definitions, raised_errors

MODULES = modules()
MAX_LINES = 300  # a module that outgrows this holds two ideas
MAX_LINES_OF_CHECKERS = 500  # one file a chapter, six or seven exercises that share nothing
WITHOUT_OWN_TESTS = {"__init__.py", "__main__.py"}
# Questions and sentences, no code: tests/exercises/guesses/test_every_guess.py reads them all.
REPLIES = {module.name for module in MODULES if module.name.startswith("exercises.guesses.")}


def undocumented(tree: ast.Module) -> list[str]:
    """Public names without a docstring; ``__init__`` is documented by its class."""
    return [
        name
        for name, node, _ in public_definitions(tree)
        if not name.endswith("__init__") and not ast.get_docstring(node)
    ]


def unannotated(tree: ast.Module) -> list[str]:
    """Public functions with an argument or a result that has no type."""
    found = []
    for name, node, owner in public_definitions(tree):
        if isinstance(node, ast.ClassDef):
            continue
        arguments = [*node.args.posonlyargs, *node.args.args]
        static = any(
            isinstance(d, ast.Name) and d.id == "staticmethod" for d in node.decorator_list
        )
        if owner is not None and not static:
            arguments = arguments[1:]  # self or cls
        arguments += [*node.args.kwonlyargs, node.args.vararg, node.args.kwarg]
        found += [f"{name}({a.arg})" for a in arguments if a is not None and a.annotation is None]
        if node.returns is None:
            found.append(f"{name} -> ?")
    return found


def silent_refusals(tree: ast.Module) -> list[str]:
    """Public functions and classes that raise an error of which their docstring says nothing."""
    found = []
    for name, node, owner in public_definitions(tree):
        if isinstance(node, ast.ClassDef):  # its own docstring answers for its constructors
            constructors = [
                child
                for child in node.body
                if isinstance(child, ast.FunctionDef)
                and child.name in {"__init__", "__post_init__"}
            ]
            errors = {error for child in constructors for error in raised_errors(child)}
        elif owner is not None and node.name == "__init__":
            continue
        else:
            errors = raised_errors(node)
        raises = (ast.get_docstring(node) or "").partition("Raises:")[2]
        found += [f"{name}: {error}" for error in sorted(errors) if error not in raises]
    return found


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name or "paying_attention")
def test_the_module_is_documented_and_typed(module: Module) -> None:
    assert ast.get_docstring(module.tree), "a module says in its first line what it is for"
    assert undocumented(module.tree) == []
    assert unannotated(module.tree) == []
    assert silent_refusals(module.tree) == [], "add a `Raises:` section"


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name or "paying_attention")
def test_the_module_is_short(module: Module) -> None:
    limit = MAX_LINES_OF_CHECKERS if module.room == "exercises" else MAX_LINES
    assert len(module.path.read_text(encoding="utf-8").splitlines()) <= limit


@pytest.mark.parametrize(
    "module",
    [
        module
        for module in MODULES
        if module.path.name not in WITHOUT_OWN_TESTS
        and module.name not in REPLIES - {"exercises.guesses.guess"}
    ],
    ids=lambda module: module.name,
)
def test_the_module_has_its_test_file(module: Module) -> None:
    *folders, name = module.name.split(".")
    expected = Path("code", "tests", *folders, f"test_{name}.py")
    assert (ROOT / expected).is_file(), f"{expected} is missing"


def test_folders_of_tests_are_packages() -> None:
    folders = {path.parent for path in (ROOT / "code" / "tests").rglob("test_*.py")}
    assert [str(folder) for folder in folders if not (folder / "__init__.py").is_file()] == []


BAD_MODULE = '''
def bare(x, *rest, y: int = 1):
    if x:
        raise ValueError(f"x must be 0, got {x}")

class Box:
    """A box."""
    def __init__(self, size) -> None:
        if size < 0:
            raise TypeError("size")
    def open(self) -> None:
        pass
    @staticmethod
    def make(size):
        """Make one.

        Raises:
            ValueError: If it is too large.
        """
        raise TypeError(size)
    def _own(self, x):
        raise ValueError(x)

def _hidden(x):
    raise ValueError(x)
'''


def test_the_rules_fire() -> None:
    tree = ast.parse(BAD_MODULE)
    assert undocumented(tree) == ["bare", "Box.open"]
    assert unannotated(tree) == [
        "bare(x)",
        "bare(rest)",
        "bare -> ?",
        "Box.__init__(size)",
        "Box.make(size)",
        "Box.make -> ?",
    ]
    assert silent_refusals(tree) == ["bare: ValueError", "Box: TypeError", "Box.make: TypeError"]
