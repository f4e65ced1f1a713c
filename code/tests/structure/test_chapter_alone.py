"""A chapter runs in an empty folder against the built wheel, as on Colab: it reads no file of ours.

About ten seconds. The wheel is built from a copy, so that nothing is left behind, and without a
network: what builds it comes from this environment.
"""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import nbformat
import pytest
from website.notebooks import run

from tests.structure.repository import CHAPTER_NAMES, ROOT, read_chapter

CHAPTER = "00-warm-up"  # the quickest


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package as a reader installs it."""
    folder = tmp_path_factory.mktemp("wheel")
    ignored = shutil.ignore_patterns("tests", "*.egg-info", "__pycache__", "build", "dist")
    shutil.copytree(ROOT / "code", folder / "code", ignore=ignored)
    # what pip would call, without pip's two seconds
    build = "from setuptools.build_meta import build_wheel; build_wheel('..')"
    command = [sys.executable, "-c", build]
    subprocess.run(command, cwd=folder / "code", check=True, capture_output=True, timeout=120)
    (built,) = folder.glob("*.whl")
    return built


def test_the_wheel_holds_the_package_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = [name for name in archive.namelist() if ".dist-info/" not in name]
    source = wheel.parent / "code" / "paying_attention"
    endings = (".py", ".js", ".css", ".json", "py.typed")
    expected = [
        str(path.relative_to(source.parent))
        for path in source.rglob("*")
        if path.is_file() and path.name.endswith(endings)
    ]
    assert sorted(names) == sorted(expected)


@pytest.mark.skipif(CHAPTER not in CHAPTER_NAMES, reason="the chapter is not written yet")
def test_a_chapter_runs_alone(wheel: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed, empty = tmp_path / "installed", tmp_path / "empty"
    empty.mkdir()
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(installed)
    # PYTHONPATH comes before site-packages, so this copy hides the editable one.
    monkeypatch.setenv("PYTHONPATH", str(installed))
    monkeypatch.delenv("MPLBACKEND", raising=False)
    chapter = nbformat.from_dict(read_chapter(CHAPTER))
    question = "import paying_attention\nprint(paying_attention.__file__)"
    chapter.cells.append(nbformat.v4.new_code_cell(question))
    executed = run(chapter, empty)
    where = Path(executed.cells[-1].outputs[0].text.strip())
    assert where.is_relative_to(installed)
    assert str(ROOT) not in os.environ["PYTHONPATH"]
    assert list(empty.iterdir()) == [], "a chapter leaves no files behind"
