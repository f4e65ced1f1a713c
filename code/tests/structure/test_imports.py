"""Who may import whom. Reading order is dependency order, so an arrow that points back is a bug."""

import ast
import re
import sys
import tomllib
from pathlib import Path

import pytest

from tests.structure.repository import CHAPTER_NAMES, PACKAGE, ROOT, chapter_code
from tests.structure.source_code import (
    Module,
    imported_names,
    imports_within,
    modules,
    planted,
)

MODULES = modules()

# A room of the package, and the other rooms that it may import.
MAY_IMPORT = {
    "attention": set(),
    "data": set(),
    "models": {"attention"},
    "training": {"data"},  # the loop knows nothing about any model: it gets a loss function
    "evaluation": {"models", "data"},
    "explain": {"models", "attention", "data"},
    "figures": set(),
    "explorables": set(),
    "claims": set(),
    "notebook": {"figures"},  # what the setup cell calls
    "results": set(),
    "exercises": {
        *("attention", "claims", "data", "evaluation", "explain", "explorables", "figures"),
        *("models", "results", "training"),
    },
    "experiments": {
        *("attention", "claims", "data", "evaluation", "explain", "figures"),
        *("models", "results", "training"),
    },
}


def forbidden_arrows(all_modules: list[Module]) -> list[str]:
    """Imports that point to a room which is not below one's own."""
    rooms = {module.name: module.room for module in all_modules}
    return [
        f"{module} imports {target}"
        for module, targets in imports_within(all_modules).items()
        for target in sorted(targets)
        if rooms[target] != rooms[module]
        and rooms[target] not in MAY_IMPORT.get(rooms[module], set())
    ]


def cycles(arrows: dict[str, set[str]]) -> list[str]:
    """Every module from which a path of imports leads back to it."""

    def reachable(start: str) -> set[str]:
        seen: set[str] = set()
        waiting = list(arrows[start])
        while waiting:
            name = waiting.pop()
            if name not in seen:
                seen.add(name)
                waiting += arrows.get(name, set())
        return seen

    return sorted(name for name in arrows if name in reachable(name))


def foreign_packages(tree: ast.Module) -> set[str]:
    """Top-level packages that are neither ours nor part of Python."""
    names = {name.partition(".")[0] for name in imported_names(tree)}
    return names - set(sys.stdlib_module_names) - {"paying_attention", ""}


def declared_packages() -> set[str]:
    """What the wheel says that it needs."""
    project = tomllib.loads((ROOT / "code" / "pyproject.toml").read_text(encoding="utf-8"))[
        "project"
    ]
    return {re.split(r"[<>=~!\[; ]", line)[0] for line in project["dependencies"]}


def test_arrows_point_one_way() -> None:
    assert forbidden_arrows(MODULES) == []


def test_every_room_has_its_arrows() -> None:
    rooms = {module.room for module in MODULES} - {""}
    assert rooms <= set(MAY_IMPORT), "a new room: say in MAY_IMPORT what it may import"


def test_there_are_no_cycles() -> None:
    assert cycles(imports_within(MODULES)) == []


def test_the_package_imports_nothing_by_itself() -> None:
    root = next(module for module in MODULES if module.name == "")
    assert imported_names(root.tree) == set()
    assert ast.get_docstring(root.tree), "its docstring is the map"


def test_the_folder_code_is_no_package() -> None:
    # It would shadow Python's own module `code`, which pdb and IPython import.
    assert not (PACKAGE.parent / "__init__.py").exists()


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name or "paying_attention")
def test_the_wheel_declares_what_a_module_imports(module: Module) -> None:
    assert foreign_packages(module.tree) <= declared_packages()


@pytest.mark.parametrize("name", CHAPTER_NAMES)
def test_the_wheel_brings_what_a_chapter_imports(name: str) -> None:
    assert foreign_packages(chapter_code(name)) <= declared_packages()


@pytest.mark.parametrize(
    ("name", "source", "complaint"),
    [
        (
            "attention__softmax",
            "import paying_attention.models.net",
            "attention.softmax imports models.net",
        ),
        (
            "training__loop",
            "from paying_attention.models.net import Net",
            "training.loop imports models.net",
        ),
        (
            "training__loop",
            "def f():\n    from ..models import net",
            "training.loop imports models.net",
        ),
        (
            "figures__bars",
            "from paying_attention.claims import claim",
            "figures.bars imports claims",
        ),
        ("data__words", "from .. import claims", "data.words imports claims"),
        (
            "models__other",
            "from paying_attention.data import words",
            "models.other imports data.words",
        ),
    ],
)
def test_a_forbidden_arrow_is_found(tmp_path: Path, name: str, source: str, complaint: str) -> None:
    others = {"models__net": "", "claims": "", "data__words": ""}
    assert forbidden_arrows(planted(tmp_path, **{**others, name: source})) == [complaint]


def test_an_allowed_arrow_is_not(tmp_path: Path) -> None:
    source = "from paying_attention.attention.softmax import attend\nfrom . import parts"
    sources = {"attention__softmax": "", "models__parts": "", "models__net": source}
    assert forbidden_arrows(planted(tmp_path, **sources)) == []


def test_a_cycle_is_found(tmp_path: Path) -> None:
    sources = {"data__a": "from .b import x", "data__b": "import paying_attention.data.a"}
    assert cycles(imports_within(planted(tmp_path, **sources))) == ["data.a", "data.b"]
