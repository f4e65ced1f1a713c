"""Reading the package without importing it: modules, their imports, their public names."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.structure.repository import PACKAGE

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


@dataclass(frozen=True)
class Module:
    """One file of the package."""

    name: str  # dotted, below the package: attention.masks
    path: Path
    tree: ast.Module

    @property
    def room(self) -> str:
        """The first part of the name: attention, data, … or claims."""
        return self.name.partition(".")[0]


def modules(package: Path = PACKAGE) -> list[Module]:
    """All modules of the package; an ``__init__`` goes by its folder's name."""
    result = []
    for path in sorted(package.rglob("*.py")):
        parts = [
            part for part in path.relative_to(package).with_suffix("").parts if part != "__init__"
        ]
        result.append(Module(".".join(parts), path, ast.parse(path.read_text(encoding="utf-8"))))
    return result


def planted(folder: Path, **sources: str) -> list[Module]:
    """The modules of a package that is made up; `__` in a name stands for a dot."""
    for name, source in {"__init__": "", **sources}.items():
        path = folder / Path(*re.split(r"(?<=[a-z])__(?=[a-z])", name)).with_suffix(".py")
        path.parent.mkdir(exist_ok=True, parents=True)
        (path.parent / "__init__.py").touch()
        path.write_text(source, encoding="utf-8")
    return modules(folder)


def imported_names(tree: ast.Module, module: str = "", *, is_package: bool = False) -> set[str]:
    """The dotted names that a file imports, wherever in the file; relative ones made absolute."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                here = ["paying_attention", *module.split(".")] if module else ["paying_attention"]
                up = here[: len(here) - node.level + is_package]
                base = ".".join([*up, base] if base else up)
            found |= {f"{base}.{alias.name}" for alias in node.names}
    return found


def imports_within(all_modules: list[Module]) -> dict[str, set[str]]:
    """For each module of the package, which other modules of the package it imports."""
    known = {module.name for module in all_modules}
    result: dict[str, set[str]] = {}
    for module in all_modules:
        is_package = module.path.name == "__init__.py"
        targets = set()
        for name in imported_names(module.tree, module.name, is_package=is_package):
            root, _, below = name.partition(".")
            if root != "paying_attention":
                continue
            while below and below not in known:  # `from … masks import causal_mask` means `masks`
                below = below.rpartition(".")[0]
            targets.add(below)
        result[module.name] = targets - {module.name}
    return result


def public_definitions(tree: ast.Module) -> Iterator[tuple[str, Definition, ast.ClassDef | None]]:
    """Functions, classes and their methods without a leading underscore: name, node, class."""
    for node in tree.body:
        if not isinstance(node, Definition) or node.name.startswith("_"):
            continue
        yield node.name, node, None
        if isinstance(node, ast.ClassDef):
            for child in node.body:
                if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
                    continue
                if child.name == "__init__" or not child.name.startswith("_"):
                    yield f"{node.name}.{child.name}", child, node


def owned_names(all_modules: list[Module]) -> dict[str, set[str]]:
    """Public functions and classes of the package, with the chapters that derive them."""
    owned: dict[str, set[str]] = {}
    for module in all_modules:
        for name, node, owner in public_definitions(module.tree):
            if owner is None:
                docstring = ast.get_docstring(node) or ""
                owned.setdefault(name, set()).update(derived_in(docstring))
    return owned


def derived_in(docstring: str) -> set[str]:
    """The chapters named by `Derived in: chapters/NN-slug`."""
    after = docstring.partition("Derived in:")[2]
    return set(re.findall(r"chapters/(\d\d-[\w-]*\w)", after.partition("Source:")[0]))


def raised_errors(node: ast.AST) -> set[str]:
    """ValueError and TypeError that a body raises itself."""
    return {
        name.id
        for statement in ast.walk(node)
        if isinstance(statement, ast.Raise) and statement.exc is not None
        for name in ast.walk(statement.exc)
        if isinstance(name, ast.Name) and name.id in {"ValueError", "TypeError"}
    }
