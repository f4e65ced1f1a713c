"""How a chapter is built and how it reads: rules that say what is wrong, and where.

Each rule is a function from a notebook to a list of complaints; an empty list is praise.
"""

import re

from nbformat import NotebookNode
from website.notebooks import alt_text, tags

MARKS = ("Predict.", "Result.", "Surprise.")
LAST_SECTIONS = ["Exercises", "Summary", "In the package", "References"]
BANNED = re.compile(r"\b(?:simply|obviously|just|of\s+course|dive\s+in)\b|!", re.IGNORECASE)
DIRECTIVES = re.compile(r"(?m)^\s*(?::{3,}|`{3,})\{([\w:-]+)\}")
LINK = re.compile(r"\]\(([^)\s]*)\)")
ROLES = re.compile(r"(?<!`)\{([\w:-]+)\}`[^`]")


def markdown_cells(notebook: NotebookNode) -> list[str]:
    """The texts of a chapter, in order."""
    return [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]


def without_code_blocks(text: str) -> str:
    """Markdown without fenced code, whose comments would look like headings."""
    return re.sub(r"(?ms)^(\s*)(`{3,}|~{3,})(?!\{).*?^\1\2[ \t]*$", "", text)


def prose_with_links(text: str) -> str:
    """Markdown without code and formulas, in which brackets are no links."""
    text = re.sub(r"(?s)(`+).+?\1", "code", without_code_blocks(text))
    return re.sub(r"(?s)\$\$.*?\$\$|\$[^$\n]+(?:\n[^$\n]+)?\$", "formula", text)


def prose(text: str) -> str:
    """The words that a reader reads: Markdown without code, formulas, html, addresses, images."""
    text = without_code_blocks(text)
    for pattern, replacement in [
        (r"(?s)<!--.*?-->", ""),
        (r"(?s)\$\$.*?\$\$", ""),
        (r"(?s)(`+).+?\1", "code"),
        (r"\$[^$\n]+(?:\n[^$\n]+)?\$", "formula"),
        (r"!\[", "["),
        (r"\]\([^)]*\)", "]"),
        (r"<[^>\n]+>", ""),
    ]:
        text = re.sub(pattern, replacement, text)
    return text


def headings(notebook: NotebookNode) -> list[tuple[int, str, int]]:
    """(level, text, cell index) of each heading."""
    return [
        (len(marks), text.strip(), index)
        for index, cell in enumerate(notebook.cells)
        if cell.cell_type == "markdown"
        for marks, text in re.findall(r"(?m)^(#{1,6})[ \t]+(.+)$", without_code_blocks(cell.source))
    ]


def marker(notebook: NotebookNode, words: str) -> tuple[int, str] | None:
    """Where a heading or a bold line starts with these words: cell index, and the text after it."""
    for index, cell in enumerate(notebook.cells):
        if cell.cell_type != "markdown":
            continue
        found = re.search(rf"(?m)^(?:#{{2,4}}[ \t]+|\*\*){words}", cell.source)
        if found:
            rest = cell.source[found.end() :].removeprefix("**")
            return index, re.split(r"(?m)^(?:#{1,4}[ \t]|\*\*)", rest)[0]
    return None


def warm_up(notebook: NotebookNode) -> bool:
    """Chapter 00 is optional: it opens with a self-test, and has no bug to find."""
    return any(level == 1 and "warm-up" in text.lower() for level, text, _ in headings(notebook))


def opens_with_a_question(notebook: NotebookNode) -> list[str]:
    """Title, then one paragraph that asks what the chapter answers."""
    cells = markdown_cells(notebook)
    if not cells or not re.match(r"# \S", cells[0]):
        return ["the first cell starts with the title: `# …`"]
    if "?" not in prose(cells[0].partition("\n")[2]):
        return ["under the title stands no question"]
    return []


def names_its_goals(notebook: NotebookNode) -> list[str]:
    """Three to five goals that can be tested."""
    goals = marker(notebook, "You will be able to")
    if goals is None:
        return ["`You will be able to` is missing"]
    count = len(re.findall(r"(?m)^[-*] ", goals[1]))
    return [] if 3 <= count <= 5 else [f"`You will be able to` lists {count} goals, not 3 to 5"]


def says_what_comes_before(notebook: NotebookNode) -> list[str]:
    """What to know, with links, and how many minutes it takes."""
    before = marker(notebook, "Before you start")
    if before is None:
        return ["`Before you start` is missing"]
    found = [] if "](" in before[1] else ["`Before you start` links to nothing"]
    return found + ([] if "minute" in before[1] else ["`Before you start` gives no minutes"])


def parts_are_in_order(notebook: NotebookNode) -> list[str]:
    """Setup, goals, before you start, sections, and the four sections that close a page."""
    found = []
    opening = [marker(notebook, words) for words in ("You will be able to", "Before you start")]
    sections = [
        (text, index)
        for level, text, index in headings(notebook)
        if level == 2 and not text.startswith(("You will be able to", "Before you start"))
    ]
    texts = [text for text, _ in sections]
    if warm_up(notebook) and "self-test" not in "".join(texts[:1]).lower():
        found.append("the warm-up's first section is the self-test")
    if texts[-4:] != LAST_SECTIONS:
        found.append(f"the last sections are {', '.join(LAST_SECTIONS)}; found {texts[-4:]}")
    setup = [index for index, cell in enumerate(notebook.cells) if "setup" in tags(cell)][:1]
    places = setup + [place[0] for place in opening if place] + [index for _, index in sections[:1]]
    if places != sorted(places) or setup[:1] != [1]:
        found.append(
            "the order is: question, setup cell, picture, goals, before you start, sections"
        )
    return found


def headings_are_nested(notebook: NotebookNode) -> list[str]:
    """One title, and no level left out: screen readers navigate by them."""
    levels = [level for level, _, _ in headings(notebook)]
    found = [] if levels.count(1) == 1 else [f"{levels.count(1)} titles (`# …`), not one"]
    return found + [
        f"the heading {text!r} skips a level"
        for before, (level, text, _) in zip(levels, headings(notebook)[1:], strict=False)
        if level > before + 1
    ]


def reads_well_in_four_places(notebook: NotebookNode) -> list[str]:
    """Site, JupyterLab, Colab and GitHub: no MyST, citations as plain links."""
    found = []
    for text in markdown_cells(notebook):
        plain = without_code_blocks(text)
        names = DIRECTIVES.findall(plain) + ROLES.findall(plain)
        found += [f"{{{name}}} shows as raw text on GitHub and Colab" for name in names]
        found += [f"{match} shows as raw text" for match in re.findall(r"(?m)^\([\w-]+\)=", plain)]
        found += [
            f"cite by a plain link, not {match}" for match in re.findall(r"\[@[\w:-]+", plain)
        ]
    return found


def links_lead_somewhere_from_everywhere(notebook: NotebookNode) -> list[str]:
    """A notebook is downloaded alone: its links are full addresses."""
    return [
        f"the link to {target} is dead in a downloaded notebook; write the full address"
        for text in markdown_cells(notebook)
        for target in LINK.findall(prose_with_links(text))
        if not target.startswith(("https://", "http://", "mailto:"))
    ]


def marks_are_known(notebook: NotebookNode) -> list[str]:
    """A quotation that opens with a bold word is one of three marks."""
    return [
        f"{mark!r} is no mark; these are {', '.join(MARKS)}"
        for text in markdown_cells(notebook)
        for mark in re.findall(r"(?m)^> \*\*(.*?)\*\*", without_code_blocks(text))
        if mark not in MARKS
    ]


def a_section_has_one_result(notebook: NotebookNode) -> list[str]:
    """What a section found stands out, because it stands there once."""
    text = without_code_blocks("\n\n".join(markdown_cells(notebook)))
    return [
        f"{section.splitlines()[0]!r} has {section.count('> **Result.**')} results, at most one"
        for section in re.split(r"(?m)^#{1,4} ", text)
        if section.count("> **Result.**") > 1
    ]


def banned_words(text: str) -> list[str]:
    """Words that belittle the reader's effort, and cheers."""
    return [
        f"{match.group()!r} in: …{around}…"
        for match in BANNED.finditer(text)
        for around in [" ".join(text[max(0, match.start() - 30) : match.end() + 20].split())]
    ]


def prose_is_plain(notebook: NotebookNode) -> list[str]:
    """No banned words; the References keep the titles that their authors gave."""
    own = re.split(r"(?m)^## References", "\n\n".join(markdown_cells(notebook)))[0]
    alts = [alt_text(cell) for cell in notebook.cells]
    return banned_words(prose(own) + "\n" + "\n".join(alts))


RULES = (
    opens_with_a_question,
    names_its_goals,
    says_what_comes_before,
    parts_are_in_order,
    headings_are_nested,
    reads_well_in_four_places,
    links_lead_somewhere_from_everywhere,
    marks_are_known,
    a_section_has_one_result,
    prose_is_plain,
)


def violations(notebook: NotebookNode) -> list[str]:
    """Everything that is wrong with the order and the text of a chapter."""
    return [complaint for rule in RULES for complaint in rule(notebook)]
