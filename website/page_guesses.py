"""Guesses that the site answers: one line for each option, which opens and replies.

In a notebook a reader writes a guess into a cell and runs it. A page runs nothing, so here the cell
becomes its options; opening one shows the same reply. It works without JavaScript.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Mapping
from html import escape

from docutils import nodes
from page_nodes import cells, tags
from sphinx.application import Sphinx
from sphinx.util import logging

logger = logging.getLogger(__name__)

IMPORT = re.compile(
    r"from paying_attention\.exercises\.guesses import \(?\s*(?P<room>\w+) as reply"
)
CALL = re.compile(r"reply\.(?P<name>\w+)\(guess\)")
ROOMS = "paying_attention.exercises.guesses"


def options(replies: Mapping[str, str], right: str, group: str) -> str:
    """Write the options of one question; opening one closes the others.

    >>> options({"a": "Yes.", "b": "x < y."}, "a", "g")[-90:]
    '<details name="g"><summary>b</summary><p class="book-wrong">x &lt; y.</p></details>\\n</div>'
    """
    lines = [
        f'<details name="{group}"><summary>{escape(option)}</summary>'
        f'<p class="book-{"right" if option == right else "wrong"}">{escape(reply)}</p></details>'
        for option, reply in replies.items()
    ]
    said = "Your guess, before you read on"
    return "\n".join(
        [f'<div class="book-guess" role="group" aria-label="{said}">', *lines, "</div>"]
    )


def answer_guesses(app: Sphinx, document: nodes.document) -> None:
    """Put the options in the place of each cell that asks for a guess."""
    code = "\n".join(block.astext() for block in document.findall(nodes.literal_block))
    room = IMPORT.search(code)
    for number, cell in enumerate(c for c in cells(document) if "guess" in tags(c)):
        call = CALL.search(cell.astext())
        try:
            module = importlib.import_module(f"{ROOMS}.{room['room']}")
            guess = getattr(module, call["name"])
            html = options(guess.replies, guess.right, f"guess-{number}")
        except (ImportError, AttributeError, TypeError) as error:
            logger.warning("a guess without a reply: %r", error, location=cell, type="book")
            continue
        cell.children = []
        cell += nodes.raw("", html, format="html")


def setup(app: Sphinx) -> dict[str, bool]:
    """Run when a page is read."""
    app.connect("doctree-read", answer_guesses)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
