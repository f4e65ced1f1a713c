"""The frame of every explorable: numbers in, one self-contained piece of HTML out.

The HTML reads without JavaScript (a figure, a sentence, a table), and without style and drawings
(the sentence, what to do, the table). Its script finds what it may change by attributes:
``data-out`` holds a text, ``data-bar`` the bar of a weight.
"""

import hashlib
import html
import json
from collections.abc import Mapping
from dataclasses import dataclass

from paying_attention.explorables.frame.arguments import checked_name
from paying_attention.explorables.frame.assets import Assets
from paying_attention.explorables.frame.texts import sentences_of

# Programs that typeset formulas leave elements of these classes alone: a label may hold a $.
NO_FORMULAS = "tex2jax_ignore mathjax_ignore"
LONGEST_WHOLE = 8  # letters of a word that never breaks in a table
# Where a viewer drops script, style and drawings (a notebook that is not trusted), this says what
# brings them back. The script hides it, and the style sheet where no cell can be run.
RUN = '<p class="pa-run">Run this cell to make it move.</p>'


def summary_html(text: str) -> str:
    """Return the sentence that states the result, announced when it changes.

    Example:
        >>> summary_html("a < b")[-13:]
        '>a &lt; b</p>'
    """
    return f'<p class="pa-summary" data-out="summary" aria-live="polite">{html.escape(text)}</p>'


def identify(kind: str, inputs: Mapping[str, object], name: str | None = None) -> str:
    """Return the id of an explorable: the same at each run, since notebooks store the output.

    Example:
        >>> identify("softmax", {"scores": (1.0,)}), identify("softmax", {}, name="again")
        ('pa-softmax-f3aaa169', 'pa-again')
    """
    if name is not None:
        return f"pa-{checked_name(name)}"
    digest = hashlib.sha256(f"{kind} {json.dumps(inputs)}".encode()).hexdigest()
    return f"pa-{kind}-{digest[:8]}"


def _json(data: Mapping[str, object]) -> str:
    """Write what the script reads into an attribute; in ASCII, whatever a label holds."""
    return html.escape(json.dumps(data))


def _long(text: str) -> str:
    """Return the mark of a cell whose words may break on a phone."""
    return ' class="pa-long"' if any(len(w) > LONGEST_WHOLE for w in text.split()) else ""


@dataclass(frozen=True)
class Table:
    """A table by the keys of its texts: one row per item, the last one sums up.

    Attributes:
        columns: The heads of the columns after the first.
        rows: A head and the keys of its cells, in pairs; an empty key is an empty cell.
        picked: The row that stands out, if the reader can pick one.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]
    picked: int | None = None


@dataclass(frozen=True)
class Explorable:
    """A figure that the reader can move, and its static form.

    Attributes:
        identifier: The id of the element, from ``identify``.
        assets: The kind: its name, its script and its style.
        title: One line above the figure.
        inputs: What the script starts from; exact, as JSON.
        texts: Every text that changes, by key; ``summary`` is the sentence below the figure.
        sentences: The templates of these texts, which the script fills again.
        panels: The drawings, as HTML. ``CONTROLS`` marks the place of the sliders.
        table: Which of the texts stand in the table.
    """

    identifier: str
    assets: Assets
    title: str
    inputs: Mapping[str, object]
    texts: Mapping[str, str]
    sentences: Mapping[str, str]
    panels: str
    table: Table

    @property
    def kind(self) -> str:
        """The name by which the script knows what to compute."""
        return self.assets.kind

    def _repr_html_(self) -> str:
        identifier = self.identifier
        return (
            f'<div class="pa-explorable {NO_FORMULAS}" id="{identifier}" role="group" '
            f'aria-labelledby="{identifier}-title" data-kind="{self.kind}" '
            f'data-inputs="{_json(self.inputs)}" '
            f'data-sentences="{_json(sentences_of(self.sentences))}">\n'
            f"<style>\n{self.assets.style}</style>\n"
            f'<p class="pa-title" id="{identifier}-title">{html.escape(self.title)}</p>\n'
            f'<div class="pa-body">\n{self.panels}\n{RUN}\n{self._table_html()}\n</div>\n'
            f"<script>\n{self.assets.script}</script>\n</div>"
        )

    def _table_html(self) -> str:
        def row(head: str, keys: tuple[str, ...], mark: str = "") -> str:
            cells = (
                f'<td data-out="{key}"{_long(self.texts[key])}>{html.escape(self.texts[key])}</td>'
                if key
                else "<td></td>"
                for key in keys
            )
            name = f'<th scope="row"{_long(head)}>{html.escape(head)}</th>'
            return f"<tr{mark}>{name}{''.join(cells)}</tr>"

        columns = "".join(f'<th scope="col">{html.escape(c)}</th>' for c in self.table.columns)
        *rows, foot = self.table.rows
        body = (row(*item, self._mark(i)) for i, item in enumerate(rows))
        return (
            f"<table>\n<thead><tr><td></td>{columns}</tr></thead>\n"
            f"<tbody>\n{chr(10).join(body)}\n</tbody>\n<tfoot>\n{row(*foot)}\n</tfoot>\n</table>"
        )

    def _mark(self, row: int) -> str:
        if self.table.picked is None:
            return ""
        return f' data-row="{row}" aria-current="{str(row == self.table.picked).lower()}"'

    def __repr__(self) -> str:
        """Return the table as text, for terminals and for readers who cannot see the figure."""
        lines = [("", *self.table.columns)]
        lines += [
            (head, *(self.texts[key] if key else "" for key in keys))
            for head, keys in self.table.rows
        ]
        widths = [max(len(cell) for cell in column) for column in zip(*lines, strict=True)]
        rows = (
            f"{line[0]:<{widths[0]}}"
            + "".join(f"  {cell:>{w}}" for cell, w in zip(line[1:], widths[1:], strict=True))
            for line in lines
        )
        return "\n".join((self.title, *(row.rstrip() for row in rows), self.texts["summary"]))
