"""Put today's scripts and styles into the explorables that chapters store, without running them.

    python website/explorables.py                              every chapter
    python website/explorables.py chapters/00-warm-up.ipynb    this one

Each stored explorable carries its style and its script. After a change in a `.css` or `.js` file of
the package this puts the new ones in their place, byte for byte as `make notebooks` would, in a
second and without a kernel. The rest of an explorable (its numbers, sentences and drawings) comes
from its cell: a change there needs a run.
"""

import argparse
import copy
import re
import sys
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path

import nbformat
from nbformat import NotebookNode

CHAPTERS = Path(__file__).resolve().parents[1] / "chapters"
ROOM = "paying_attention.explorables"
# The html of an explorable: its kind, its style and its script, and what stands around them.
PARTS = re.compile(
    r'(?s)(<div class="pa-explorable[^>]* data-kind="([\w-]+)".*?<style>\n)(.*?)'
    r"(</style>\n.*<script>\n)(.*?)(</script>\n</div>)"
)


def explorable_assets() -> dict[str, tuple[str, str]]:
    """Style and script of every kind in the package, as a run would store them."""
    room = Path(import_module(ROOM).__path__[0])
    folders = sorted(path.parent.name for path in room.glob("*/figure.py"))
    found = [import_module(f"{ROOM}.{folder}.figure").ASSETS for folder in folders]
    return {assets.kind: (assets.style, assets.script) for assets in found}


def swap_assets(notebook: NotebookNode, assets: Mapping[str, tuple[str, str]]) -> NotebookNode:
    """A copy whose explorables carry these styles and scripts, by kind; other html stays."""
    result = copy.deepcopy(notebook)
    for cell in result.cells:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if found := PARTS.fullmatch(data.get("text/html", "")):
                before, kind, style, between, script, after = found.groups()
                style, script = assets.get(kind, (style, script))
                data["text/html"] = f"{before}{style}{between}{script}{after}"
    return result


def swap(path: Path, assets: Mapping[str, tuple[str, str]]) -> str:
    """Swap the scripts and styles that one chapter stores, and say in one line how it went."""
    text = path.read_text(encoding="utf-8")
    notebook = swap_assets(nbformat.reads(text, as_version=4), assets)
    stored = nbformat.writes(notebook) + "\n"
    if stored != text:
        path.write_text(stored, encoding="utf-8", newline="\n")
    return f"{path.name:32} {'swapped' if stored != text else 'unchanged'}"


def main(arguments: list[str] | None = None) -> None:
    """Read the command line and swap in the chapters that it names, or in all."""
    parser = argparse.ArgumentParser(description="Swap scripts and styles of stored explorables.")
    parser.add_argument("paths", nargs="*", type=Path, help="chapters (default: all)")
    paths = parser.parse_args(arguments).paths or sorted(CHAPTERS.glob("*.ipynb"))
    missing = [str(path) for path in paths if not path.is_file()]
    if missing:
        parser.error(f"no such notebook: {', '.join(missing)}")
    assets = explorable_assets()
    for path in paths:
        print(swap(path, assets))


if __name__ == "__main__":
    main(sys.argv[1:])
