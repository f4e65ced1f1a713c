"""What the theme gets wrong around every page, put right while the book is built."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

# What Jupyter Book loads by itself and this book does not use: thebe names a foreign server,
# fontawesome weighs 1.5 MB for the ten icons that book.css draws, sphinx-design makes cards, and
# togglebutton folds admonitions, where this book has <details>.
UNUSED = (
    *("thebe", "fontawesome", "sphinx-design", "design-tabs"),
    *("togglebutton", "toggleHint", "toggleOpenOnPrint"),
)
UNUSED_NAMES = re.compile("|".join(map(re.escape, UNUSED)))
UNUSED_TAGS = re.compile(rf"\s*<script[^>]*(?:{UNUSED_NAMES.pattern})[^>]*></script>")


# The same icons in the theme's style sheet: 2,000 rules, and fonts that a slow page would ask for.
ICON_RULES = re.compile(
    r"@font-face\{[^{}]*Font ?Awesome[^{}]*\}|(?:\.fa-[\w-]+:before,?)+\{content:[^{}]*\}"
)


def drop_unused_scripts(html: str) -> str:
    """Remove the script tags that the theme writes into its head directly.

    >>> drop_unused_scripts('<script src="fontawesome.js"></script><script src="a.js"></script>')
    '<script src="a.js"></script>'
    """
    return UNUSED_TAGS.sub("", html)


def is_used(asset: Any) -> bool:
    """Tell whether a script or a style sheet of the page is to stay."""
    described = f"{getattr(asset, 'filename', asset)} {getattr(asset, 'attributes', '')}"
    return not UNUSED_NAMES.search(described)


def frame_page(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any
) -> None:
    """Keep only what is used, and lay the buttons of the header out flat."""
    for kind in ("script_files", "css_files"):
        context[kind] = [asset for asset in context.get(kind, []) if is_used(asset)]
    context["drop_unused_scripts"] = drop_unused_scripts
    context["page_links"] = page_links(context)
    lead_from_core_to_core(app, pagename, context)


def lead_from_core_to_core(app: Sphinx, page: str, context: dict[str, Any]) -> None:
    """Let `next` leave out the studies, which hang below a chapter, and let a study lead back."""
    contents = app.env.toctree_includes
    order = contents.get(app.config.root_doc, [])
    core = next((one for one in order if page in contents.get(one, [])), page)
    if core not in order:
        return
    place = order.index(core)
    before = core if core != page else [app.config.root_doc, *order][place]
    after = order[place + 1] if place + 1 < len(order) else None
    for name, target in (("prev", before), ("next", after)):
        context[name] = target and {
            "link": app.builder.get_relative_uri(page, target),
            "title": context_title(app, target),
        }


def context_title(app: Sphinx, page: str) -> str:
    """Give a page's title as html, as the theme's links show it."""
    return app.builder.render_partial(app.env.titles[page])["title"]


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
    """Delete what no page loads any more, so that the site is small to publish and to read."""
    if exception or app.builder.name != "html":
        return
    static = Path(app.outdir) / "_static"
    for path in static.rglob("*"):
        if path.is_file() and (path.suffix == ".map" or UNUSED_NAMES.search(path.as_posix())):
            path.unlink()
    theme = static / "styles" / "pydata-sphinx-theme.css"
    theme.write_text(ICON_RULES.sub("", theme.read_text(encoding="utf-8")), encoding="utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    """Run after the theme, which fills in the context of a page first."""
    app.connect("html-page-context", frame_page, priority=900)
    app.connect("build-finished", remove_unused_files, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
