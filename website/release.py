"""Which tag the version needs before the site is published, or why it must be raised first.

    python website/release.py

A chapter on Colab installs the package from the tag ``v<version>`` of ``code/pyproject.toml``. A
tag that does not exist yet is printed, for the one who sets it. One that exists must hold the
package and the setup cells of today; if not, the version was not raised, and the exit status is 1.
"""

import json
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
INSTALLED = ["code/paying_attention", "code/pyproject.toml"]  # what pip takes from the tag


def git(root: Path, *words: str) -> str:
    """What a git command prints; CalledProcessError if it fails."""
    command = ["git", "-C", str(root), *words]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def wanted_tag(root: Path = ROOT) -> str:
    """The tag of the version in code/pyproject.toml."""
    settings = tomllib.loads((root / "code" / "pyproject.toml").read_text(encoding="utf-8"))
    return f"v{settings['project']['version']}"


def setup_sources(root: Path, revision: str) -> set[str]:
    """The setup cells that the chapters of a revision have: one text, if all is well."""
    names = git(root, "ls-tree", "--name-only", revision, "chapters/").splitlines()
    chapters = [name for name in names if name.endswith(".ipynb")]
    cells = [
        cell
        for name in chapters
        for cell in json.loads(git(root, "show", f"{revision}:{name}"))["cells"]
    ]
    tagged = [cell for cell in cells if "setup" in cell["metadata"].get("tags", [])]
    return {"".join(cell["source"]) for cell in tagged}


def is_changed(root: Path, tag: str) -> bool:
    """Whether the last commit has another package or another setup cell than a tag."""
    files = git(root, "diff", "--name-only", tag, "HEAD", "--", *INSTALLED)
    return bool(files) or setup_sources(root, tag) != setup_sources(root, "HEAD")


def main(root: Path = ROOT) -> int:
    """Print the tag that is due, nothing if it stands, or what is wrong."""
    tag = wanted_tag(root)
    if not git(root, "tag", "--list", tag).strip():
        print(tag)
        return 0
    if is_changed(root, tag):
        said = "has another package or setup cell than the last commit: raise version in"
        print(f"The tag {tag} {said} code/pyproject.toml.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
