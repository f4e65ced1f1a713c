"""website/release.py, in a small repository of its own: a package, a chapter and a tag."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from website import release
from website.release import main, setup_sources, wanted_tag

SETUP = {
    "cell_type": "code",
    "metadata": {"tags": ["setup"]},
    "source": ["import torch\n", "x = 1"],
}
TEXT = {"cell_type": "markdown", "metadata": {}, "source": "# A chapter"}
FILES = {
    "code/pyproject.toml": '[project]\nversion = "1.2.0"\n',
    "code/paying_attention/claims.py": "A = 1\n",
    "code/tests/test_claims.py": "",
    "chapters/00-a.ipynb": json.dumps({"cells": [TEXT, SETUP]}),
    "chapters/references.md": "# References",
}


def git(root: Path, *words: str) -> None:
    who = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", "-C", str(root), *who, *words], check=True, capture_output=True)


def commit(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    git(root, "add", ".")
    git(root, "commit", "-m", "A change")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A repository with one commit and the tag of another version."""
    git(tmp_path, "init")
    commit(tmp_path, FILES)
    git(tmp_path, "tag", "v1.1.0")
    return tmp_path


def test_a_new_version_asks_for_its_tag(root, capsys) -> None:
    assert main(root) == 0
    assert capsys.readouterr() == ("v1.2.0\n", "")


def test_a_tag_that_holds_all_asks_for_nothing(root, capsys) -> None:
    git(root, "tag", "v1.2.0")
    more = {"cells": [SETUP, TEXT, TEXT]}
    new = {"code/tests/test_claims.py": "B = 1\n", "chapters/01-b.ipynb": json.dumps(more)}
    commit(root, new | {"chapters/references.md": "# Papers"})
    assert main(root) == 0
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("code/paying_attention/claims.py", "A = 2\n"),
        ("code/paying_attention/new.py", "A = 1\n"),
        ("code/pyproject.toml", FILES["code/pyproject.toml"] + 'dependencies = ["torch"]\n'),
        ("chapters/00-a.ipynb", json.dumps({"cells": [TEXT, SETUP | {"source": "import torch"}]})),
    ],
)
def test_a_change_behind_the_tag_asks_for_a_new_version(root, capsys, name, text) -> None:
    git(root, "tag", "v1.2.0")
    commit(root, {name: text})
    assert main(root) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("The tag v1.2.0 has another package or setup cell")
    assert said.err.endswith("raise version in code/pyproject.toml.\n")
    assert said.err.count("\n") == 1


def test_a_setup_cell_is_found_by_its_tag(root) -> None:
    assert setup_sources(root, "HEAD") == {"import torch\nx = 1"}


def test_the_repository_has_a_version() -> None:
    assert wanted_tag().removeprefix("v").replace(".", "").isdigit()


def test_the_command_stops_a_workflow_where_the_package_is_not_the_tags(root) -> None:
    """A shell goes on after what is only printed."""
    script = root / "website" / "release.py"
    script.parent.mkdir()
    shutil.copy(release.__file__, script)
    command = [sys.executable, str(script)]
    due = subprocess.run(command, capture_output=True, text=True)
    assert (due.returncode, due.stdout) == (0, "v1.2.0\n")
    git(root, "tag", "v1.2.0")
    commit(root, {"code/paying_attention/claims.py": "A = 2\n"})
    stopped = subprocess.run(command, capture_output=True, text=True)
    assert (stopped.returncode, stopped.stdout) == (1, "")
    assert "raise version in code/pyproject.toml" in stopped.stderr
