"""Exercises and their solutions: a frame for each, stars and minutes that read well aloud too.

    <a id="ex-swap"></a>

    ### Exercise 1.3 ★★ Predict, then run: a brain swap

    *10 minutes.* Exchange …

The section gets the class `book-exercise` and the anchor's id. What a reader works on are its
cells, whose tags `stub` and `check` book.css knows.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from docutils import nodes
from page_nodes import opening, replace_html
from sphinx.application import Sphinx
from sphinx.writers.html5 import HTML5Translator

HEADING = re.compile(r"(Exercise \d+[a-z]?\.\d+) (★{1,3}) (?=\S)")
MINUTES = re.compile(r"(\d+(?:[–-]\d+)? minutes?)\.")
ANCHOR = re.compile(r'<a id="([\w-]+)"></a>')
SOLUTION = re.compile(r"<details>\s*<summary>(?=Solution to Exercise )")
NUMBERS = {1: "one star", 2: "two stars", 3: "three stars"}


class stars(nodes.inline):  # docutils finds the visitor by this name
    """How hard an exercise is: one to three stars."""


def said_aloud(text: str) -> str:
    """Say what a row of stars means, for those who hear it.

    >>> said_aloud("★★")
    'two stars of three'
    """
    return f"{NUMBERS[len(text)]} of three"


# --- anchors and headings -------------------------------------------------------------------------


def anchor_of(node: nodes.Node) -> str | None:
    """Give the id of a paragraph that holds `<a id="…"></a>` and nothing else."""
    if not isinstance(node, nodes.paragraph):
        return None
    if not all(isinstance(child, nodes.raw) for child in node.children):
        return None
    found = ANCHOR.fullmatch(node.astext().replace("\n", ""))
    return found[1] if found else None


def move_anchors(document: nodes.document) -> None:
    """Hand each anchor that stands above a heading over to the section that begins there."""
    for paragraph in list(document.findall(nodes.paragraph)):
        name = anchor_of(paragraph)
        following = paragraph.next_node(descend=False, siblings=True, ascend=True)
        if name and isinstance(following, nodes.section):
            following["ids"].append(name)
            paragraph.parent.remove(paragraph)


def name_exercise(section: nodes.section) -> None:
    """Split the heading of an exercise: its number, its stars, what it is called."""
    title = section[0]
    first = title[0] if isinstance(title, nodes.title) and len(title) else None
    found = HEADING.match(first) if isinstance(first, nodes.Text) else None
    if not found:
        return
    section["classes"].append("book-exercise")
    number = nodes.inline("", found[1], classes=["exercise-number"])
    kind = nodes.inline("", "", number, nodes.Text(" "), stars("", found[2]))
    kind["classes"].append("exercise-kind")
    rest = [nodes.Text(first[found.end() :]), *title.children[1:]]
    name = nodes.inline("", "", *rest, classes=["exercise-name"])
    title.children = []
    title += [kind, nodes.Text(" "), name]
    mute_minutes(section)


def mute_minutes(section: nodes.section) -> None:
    """Give the minutes at the beginning of an exercise their place beside its number."""
    slanted = opening(section[1] if len(section) > 1 else None, nodes.emphasis)
    if slanted and (found := MINUTES.fullmatch(slanted.astext())):
        slanted.replace_self(nodes.inline("", found[1], classes=["exercise-minutes"]))


def name_solutions(document: nodes.document) -> None:
    """Give the fold of each solution a class of its own."""
    for raw in list(document.findall(nodes.raw)):
        opened = '<details class="book-solution"><summary>'
        replace_html(raw, SOLUTION.sub(opened, raw.astext()))


def end_exercise(section: nodes.section) -> None:
    """Move what follows a solution out of the frame: the text goes on there."""
    folds = [i for i, part in enumerate(section) if ends_fold(part)]
    if "book-exercise" not in section["classes"] or not folds:
        return
    rest = section[folds[-1] + 1 :]
    del section[folds[-1] + 1 :]
    place = section.parent.index(section) + 1
    section.parent.insert(place, rest)


def ends_fold(node: nodes.Node) -> bool:
    """Tell whether a piece of html closes a fold."""
    return isinstance(node, nodes.raw) and "</details>" in node.astext()


# --- where to work --------------------------------------------------------------------------------


def colab_address(repository: str, branch: str, docname: str) -> str:
    """Where Colab opens a notebook of the repository.

    >>> colab_address("https://github.com/us/book", "main", "chapters/01-a")
    'https://colab.research.google.com/github/us/book/blob/main/chapters/01-a.ipynb'
    """
    owner = urlsplit(repository).path
    return f"https://colab.research.google.com/github{owner}/blob/{branch}/{docname}.ipynb"


def say_where_to_work(app: Sphinx, document: nodes.document) -> None:
    """Under the heading `Exercises`: this page runs no code, the notebook does."""
    docname, theme = app.env.docname, app.config.html_theme_options
    if not app.env.doc2path(docname).endswith(".ipynb") or "repository_url" not in theme:
        return
    branch = theme.get("repository_branch", "main")
    colab = colab_address(theme["repository_url"], branch, docname)
    download = "../" * docname.count("/") + f"_sources/{docname}.ipynb"
    for section in document.findall(nodes.section):
        if section[0].astext() == "Exercises":
            line = nodes.paragraph("", "Your answers go into the notebook: ")
            line["classes"].append("exercises-how")
            line += nodes.reference("", "open it in Colab", refuri=colab)
            line += nodes.Text(" or ")
            line += nodes.reference("", "download it", refuri=download, internal=True)
            line += nodes.Text(". The cells below wait for you there.")
            section.insert(1, line)


def shape_exercises(app: Sphinx, document: nodes.document) -> None:
    """Do all of the above to one page."""
    move_anchors(document)
    for section in document.findall(nodes.section):
        name_exercise(section)
    name_solutions(document)
    for section in list(document.findall(nodes.section)):
        end_exercise(section)
    say_where_to_work(app, document)


def visit_stars(self: HTML5Translator, node: stars) -> None:
    """Write the stars as a picture with a text."""
    said = {"role": "img", "aria-label": said_aloud(node.astext())}
    self.body.append(self.starttag(node, "span", "", CLASS="stars", **said))


def depart_stars(self: HTML5Translator, node: stars) -> None:
    """Close the stars."""
    self.body.append("</span>")


def setup(app: Sphinx) -> dict[str, bool]:
    """Run when a page is read, before the contents of the page are collected."""
    app.add_node(stars, html=(visit_stars, depart_stars))
    app.connect("doctree-read", shape_exercises, priority=400)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
