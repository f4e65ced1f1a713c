"""What the theme gets wrong around every page, put right while the book is built."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

# Scripts of extensions that Jupyter Book loads by itself and that this book does not use.
# thebe names a foreign server; fontawesome weighs 1.5 MB for the ten icons that book.css draws.
UNUSED_SCRIPTS = ("thebe", "fontawesome", "design-tabs")
UNUSED_SHEETS = ("thebe", "sphinx-design")


def drop_unused_scripts(html: str) -> str:
    """Remove the script tags that the theme writes into its head directly."""
    pattern = r"\s*<script[^>]*(?:%s)[^>]*></script>" % "|".join(map(re.escape, UNUSED_SCRIPTS))
    return re.sub(pattern, "", html)


def frame_page(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any
) -> None:
    """Keep only the scripts that are used, and lay the buttons of the header out flat."""
    context["script_files"] = [
        script
        for script in context.get("script_files", [])
        if not any(name in str(getattr(script, "filename", script) or "") for name in UNUSED_SCRIPTS)
        and "thebe" not in str(getattr(script, "attributes", {}).get("body", ""))
    ]
    context["css_files"] = [
        sheet
        for sheet in context.get("css_files", [])
        if not any(name in str(getattr(sheet, "filename", sheet)) for name in UNUSED_SHEETS)
    ]
    context["drop_unused_scripts"] = drop_unused_scripts
    context["page_links"] = page_links(context)


def page_links(context: dict[str, Any]) -> list[dict[str, str]]:
    """Give the header's links: the theme folds them into menus that need JavaScript to open."""
    links = []
    for group in context.get("header_buttons", []):
        for button in [group, *group.get("buttons", [])]:
            url = button.get("url", "")
            if "colab" in url:
                links.append({"url": url, "text": "Open in Colab", "icon": "play"})
            elif "/edit/" in url:
                links.append({"url": url, "text": "Edit", "icon": "pencil"})
            elif url.endswith(".ipynb"):
                links.append({"url": url, "text": "Notebook", "icon": "download"})
    order = ("Open in Colab", "Notebook", "Edit")
    return sorted(links, key=lambda link: order.index(link["text"]))


def remove_unused_files(app: Sphinx, exception: Exception | None) -> None:
    """Delete what no page loads any more, so that the site is small to publish."""
    if exception or app.builder.name != "html":
        return
    static = Path(app.outdir) / "_static"
    for path in static.rglob("*"):
        if path.is_file() and re.search(r"\.map$|fontawesome|thebe|sphinx-design|design-tabs", str(path)):
            path.unlink()


def setup(app: Sphinx) -> dict[str, bool]:
    """Run after the theme, which fills in the context of a page first."""
    app.connect("html-page-context", frame_page, priority=900)
    app.connect("build-finished", remove_unused_files, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
