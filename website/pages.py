"""The pages that _toc.yml promises; as a script, a check that the built site has them all."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
HTML = ROOT / "_build" / "html"


def files_in(node: Any) -> list[str]:
    """Collect every `root:` and `file:` of a table of contents, in reading order."""
    if isinstance(node, list):
        return [name for part in node for name in files_in(part)]
    if isinstance(node, dict):
        own = [node[key] for key in ("root", "file") if key in node]
        return own + [name for part in node.values() for name in files_in(part)]
    return []


def promised_pages() -> list[str]:
    """Give the address of each page, relative to the site, such as `chapters/notation.html`."""
    contents = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    return [f"{name}.html" for name in files_in(contents)]


def main() -> int:
    """Say where the site is, or which pages are missing from it."""
    pages = promised_pages()
    missing = [page for page in pages if not (HTML / page).is_file()]
    if missing:
        print(f"{len(missing)} of {len(pages)} pages were not built: {', '.join(missing)}")
        return 1
    print(f"All {len(pages)} pages were built. Open {HTML / 'index.html'} or run: make serve")
    return 0


if __name__ == "__main__":
    sys.exit(main())
