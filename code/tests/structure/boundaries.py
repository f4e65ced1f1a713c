"""Boundaries inside the rooms; each rule is a function from modules to complaints."""

import ast
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from tests.structure.source_code import Definition, Module, imports_within, public_definitions

ATTENTION_FOLDERS = ("recurrent", "kernels", "variants")
BESIDE_EXPERIMENTS = ("runner", "store", "tasks", "__main__")


def is_in(name: str, *folders: str) -> bool:
    """Tell whether a dotted name lies in one of these folders, or is one."""
    return any(f"{name}.".startswith(f"{folder}.") for folder in folders)


def is_flat(name: str, room: str) -> bool:
    """Tell whether a module is a file of the room itself, and of none of its folders."""
    return is_in(name, room) and name.count(".") == 1


def complaints(
    all_modules: Iterable[Module],
    ours: Callable[[str], bool],
    forbidden: Callable[[str, str], bool],
) -> list[str]:
    """The imports of some modules of ours that are forbidden to them."""
    all_modules = list(all_modules)
    return [
        f"{module} imports {target}"
        for module, targets in imports_within(all_modules).items()
        if ours(module)
        for target in sorted(targets)
        if forbidden(module, target)
    ]


def attention_looks_up(all_modules: list[Module]) -> list[str]:
    """Attention's flat files know none of its folders: whoever reads one needs no other room."""
    folders = [f"attention.{folder}" for folder in ATTENTION_FOLDERS]
    return complaints(
        all_modules,
        lambda name: is_in(name, "attention") and not is_in(name, *folders),
        lambda _, target: is_in(target, *folders),
    )


def kernels_look_aside(all_modules: list[Module]) -> list[str]:
    """A kernel takes from attention what its flat files hold, or another kernel."""
    return complaints(
        all_modules,
        lambda name: is_in(name, "attention.kernels"),
        lambda _, target: is_in(target, "attention.recurrent", "attention.variants"),
    )


def transformers_recur(all_modules: list[Module]) -> list[str]:
    """A transformer is built from attention's flat files and kernels, never from what recurs."""
    return complaints(
        all_modules,
        lambda name: is_in(name, "models.transformer"),
        lambda _, target: is_in(target, "attention.recurrent", "models.recurrent"),
    )


def explorables_know_each_other(all_modules: list[Module]) -> list[str]:
    """A kind of explorable imports itself and the frame; the frame knows no kind."""

    def folder(name: str) -> str:
        return ".".join(name.split(".")[:2])

    return complaints(
        all_modules,
        lambda name: is_in(name, "explorables"),
        lambda name, target: folder(target) not in (folder(name), "explorables.frame"),
    )


def experiments_know_each_other(all_modules: list[Module]) -> list[str]:
    """Only the command imports experiments; what they share stands in runner, store and tasks."""
    beside = [f"experiments.{name}" for name in BESIDE_EXPERIMENTS]
    return complaints(
        all_modules,
        lambda name: is_in(name, "experiments") and name != "experiments.__main__",
        lambda _, target: is_flat(target, "experiments") and not is_in(target, *beside),
    )


BOUNDARIES = (
    attention_looks_up,
    kernels_look_aside,
    transformers_recur,
    explorables_know_each_other,
    experiments_know_each_other,
)


def questions(all_modules: list[Module]) -> set[str]:
    """The experiments, by the names of their files."""
    beside = [f"experiments.{name}" for name in BESIDE_EXPERIMENTS]
    flat = {module.name for module in all_modules if is_flat(module.name, "experiments")}
    return {name.partition(".")[2] for name in flat if not is_in(name, *beside)}


def tasks_taken_elsewhere(source: ast.Module) -> list[str]:
    """What a chapter imports from an experiment beside its run and its constants.

    A function or class that a chapter trains or measures with stands in tasks, so that the
    chapter and the experiment do the same.
    """
    return [
        f"{node.module}: {alias.name}"
        for node in ast.walk(source)
        if isinstance(node, ast.ImportFrom)
        and is_in(node.module or "", "paying_attention.experiments")
        and not is_in(
            node.module,
            *(f"paying_attention.experiments.{part}" for part in ("runner", "store", "tasks")),
        )
        for alias in node.names
        if not (alias.name.isupper() or alias.name.endswith("Run"))
    ]


def kernels(all_modules: list[Module]) -> Iterator[str]:
    """The public functions of attention/kernels that take a query, a key and a value."""
    for module in all_modules:
        if is_in(module.name, "attention.kernels"):
            for name, node, owner in public_definitions(module.tree):
                if owner is None and {"query", "key", "value"} <= parameters(node):
                    yield name


def parameters(node: Definition) -> set[str]:
    """The names that a function gives its arguments; none for a class."""
    if isinstance(node, ast.ClassDef):
        return set()
    arguments = node.args
    return {it.arg for it in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)}


def rows_of_the_table(table: Path) -> set[str]:
    """The names in `KERNELS = {...}` of the file that tests every kernel; none without a file."""
    if not table.is_file():
        return set()
    return {
        key.value
        for node in ast.parse(table.read_text(encoding="utf-8")).body
        if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Dict)
        for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
        if isinstance(target, ast.Name) and target.id == "KERNELS"
        for key in node.value.keys
        if isinstance(key, ast.Constant)
    }
