"""Boundaries inside the rooms, each with a package that breaks it."""

import ast
from pathlib import Path

import pytest

from tests.structure import boundaries
from tests.structure.repository import CHAPTER_NAMES, PACKAGE, ROOT, chapter_code
from tests.structure.source_code import modules, planted

MODULES = modules()
TABLE = ROOT / "code" / "tests" / "attention" / "kernels" / "table.py"


@pytest.mark.parametrize("rule", boundaries.BOUNDARIES, ids=lambda rule: rule.__name__)
def test_no_boundary_is_crossed(rule) -> None:
    assert rule(MODULES) == []


# Where an arrow starts, where it points, and the rule that forbids it; None where it is allowed.
ARROWS = [
    ("attention.masks", "attention.recurrent.luong", "attention_looks_up"),
    ("attention.softmax", "attention.kernels.flash", "attention_looks_up"),
    ("attention.scaled_dot_product", "attention.kernels.flash", "attention_looks_up"),
    ("attention.fused", "attention.variants.linear", "attention_looks_up"),
    ("attention.recurrent.luong", "attention.softmax", None),
    ("attention.kernels.flash", "attention.scaled_dot_product", None),
    ("attention.kernels.ring", "attention.kernels.flash", None),
    ("attention.kernels.flash", "attention.recurrent.luong", "kernels_look_aside"),
    ("attention.kernels.flash", "attention.variants.linear", "kernels_look_aside"),
    ("models.transformer.blocks", "attention.recurrent.luong", "transformers_recur"),
    ("models.transformer.blocks", "models.recurrent.encoder", "transformers_recur"),
    ("models.transformer.blocks", "attention.multi_head", None),
    ("models.transformer.blocks", "attention.kernels.flash", None),
    ("models.recurrent.decoder", "attention.recurrent.luong", None),
    ("explorables.masks.figure", "explorables.heads.state", "explorables_know_each_other"),
    ("explorables.masks.figure", "figures.style", "explorables_know_each_other"),
    ("explorables.frame.cells", "explorables.masks.state", "explorables_know_each_other"),
    ("explorables.masks.figure", "explorables.masks.state", None),
    ("explorables.masks.figure", "explorables.frame.cells", None),
    ("experiments.heads", "experiments.alignment", "experiments_know_each_other"),
    ("experiments.tasks.numbers", "experiments.alignment", "experiments_know_each_other"),
    ("experiments.runner", "experiments.alignment", "experiments_know_each_other"),
    ("experiments.heads", "experiments.tasks.numbers", None),
    ("experiments.heads", "experiments.store", None),
]


@pytest.mark.parametrize(("start", "end", "rule"), ARROWS)
def test_a_crossing_is_found_and_what_is_allowed_is_not(
    tmp_path: Path, start: str, end: str, rule: str | None
) -> None:
    sources = {end: "", start: f"from paying_attention.{end} import something"}
    package = planted(tmp_path, **{name.replace(".", "__"): it for name, it in sources.items()})
    found = {each.__name__: each(package) for each in boundaries.BOUNDARIES}
    expected = {rule: [f"{start} imports {end}"]} if rule else {}
    assert {name: lines for name, lines in found.items() if lines} == expected


def test_the_command_may_import_every_experiment(tmp_path: Path) -> None:
    source = "from paying_attention.experiments import alignment, heads"
    sources = {"alignment": "", "heads": "", "__main__": source}
    package = planted(tmp_path, **{f"experiments__{name}": it for name, it in sources.items()})
    assert boundaries.experiments_know_each_other(package) == []
    assert boundaries.questions(package) == {"alignment", "heads"}


def test_an_experiment_has_the_name_of_its_results() -> None:
    results = {path.stem for path in (PACKAGE / "results").glob("*.json")}
    assert boundaries.questions(MODULES) == results


@pytest.mark.parametrize("name", CHAPTER_NAMES)
def test_a_chapter_takes_its_tasks_from_tasks(name: str) -> None:
    assert boundaries.tasks_taken_elsewhere(chapter_code(name)) == []


def test_a_task_from_an_experiment_is_found() -> None:
    source = """
from paying_attention.experiments.tasks.numbers import number_task
from paying_attention.experiments.store import load_results
from paying_attention.experiments.heads import HeadsRun, RATES, draw_task
from paying_attention.experiments import heads
"""
    assert boundaries.tasks_taken_elsewhere(ast.parse(source)) == [
        "paying_attention.experiments.heads: draw_task",
        "paying_attention.experiments: heads",
    ]


def test_every_kernel_has_a_row_in_the_table_of_cases() -> None:
    """`KERNELS` in code/tests/attention/kernels/table.py, which all of them are tested with."""
    assert set(boundaries.kernels(MODULES)) <= boundaries.rows_of_the_table(TABLE)


def test_a_kernel_without_a_row_is_found(tmp_path: Path) -> None:
    kernel = "def {}(query, key, value, *, mask=None): ..."
    sources = {
        "flash": kernel.format("flash_attention") + "\ndef _block(query, key, value): ...",
        "ring": kernel.format("ring_attention"),
        "merge": "def merge(one, other): ...\nclass Part: ...",
    }
    named = {f"attention__kernels__{name}": source for name, source in sources.items()}
    package = planted(tmp_path / "package", **named)
    table = tmp_path / "table.py"
    assert boundaries.rows_of_the_table(table) == set()
    table.write_text('KERNELS: dict = {"flash_attention": flash_attention}\nOTHER = {"x": 1}')
    assert boundaries.rows_of_the_table(table) == {"flash_attention"}
    missing = set(boundaries.kernels(package)) - boundaries.rows_of_the_table(table)
    assert missing == {"ring_attention"}
