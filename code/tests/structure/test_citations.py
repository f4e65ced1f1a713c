"""Every paper that the book links to stands in references.bib, and every entry is cited."""

import re
from pathlib import Path

import pytest
from pybtex.database import BibliographyData, parse_string

from tests.structure.repository import CHAPTER_NAMES, ROOT, read_chapter
from tests.structure.text_rules import markdown_cells

BIBLIOGRAPHY = ROOT / "chapters" / "references.bib"
PAPER_HOSTS = (
    "arxiv.org",
    "doi.org",
    "aclanthology.org",
    "openreview.net",
    "proceedings.neurips.cc",
    "papers.nips.cc",
    "proceedings.mlr.press",
    "jmlr.org",
    "openaccess.thecvf.com",
    "direct.mit.edu",
    "distill.pub",
)
# A link in angle brackets or parentheses ends there; one in running text ends at a space.
LINK = re.compile(r"https?://[^\s<>()\[\]\"'`]+(?:\([^\s()]*\)[^\s<>()\[\]\"'`]*)*")


def canonical(link: str) -> str:
    """One spelling for one paper: arXiv without version and file type, DOI in lower case."""
    link = re.sub(r"^https?://(?:www\.|dx\.)?", "https://", link).rstrip("/.,;:")
    link = re.sub(r"^(https://arxiv\.org)/(?:pdf|html)/", r"\1/abs/", link)
    link = re.sub(r"^(https://arxiv\.org/abs/[\d.]+?)(?:v\d+)?(?:\.pdf)?$", r"\1", link)
    return link.lower() if link.startswith("https://doi.org/") else link


def paper_links(text: str) -> set[str]:
    """The papers that a text links to."""
    hosts = tuple(f"https://{host}/" for host in PAPER_HOSTS)
    return {link for link in map(canonical, LINK.findall(text)) if link.startswith(hosts)}


def entry_links(bibliography: BibliographyData) -> dict[str, set[str]]:
    """The addresses of each entry: its url, its DOI and its arXiv number."""
    result = {}
    for key, entry in bibliography.entries.items():
        links = {canonical(entry.fields["url"])} if "url" in entry.fields else set()
        if "doi" in entry.fields:
            links.add(canonical(f"https://doi.org/{entry.fields['doi']}"))
        if "eprint" in entry.fields:
            links.add(canonical(f"https://arxiv.org/abs/{entry.fields['eprint']}"))
        result[key] = links
    return result


def disagreements(pages: dict[str, str], bibliography: BibliographyData) -> list[str]:
    """Links without an entry, entries without a link."""
    entries = entry_links(bibliography)
    known = set().union(*entries.values()) if entries else set()
    cited = {name: paper_links(text) for name, text in pages.items()}
    # Any address of an entry counts, also one at a publisher that is not in PAPER_HOSTS.
    linked = {canonical(link) for text in pages.values() for link in LINK.findall(text)}
    missing = [
        f"{page} links to {link}, which is not in {BIBLIOGRAPHY.name}"
        for page, links in cited.items()
        for link in sorted(links - known)
    ]
    nameless = [
        f"{key} has neither url, doi nor eprint" for key, links in entries.items() if not links
    ]
    unused = [
        f"{key} is cited nowhere" for key, links in entries.items() if links and not links & linked
    ]
    return missing + nameless + unused


def book_pages() -> dict[str, str]:
    """All pages of the book: chapters as their texts, the others as they are."""
    pages = {name: "\n\n".join(markdown_cells(read_chapter(name))) for name in CHAPTER_NAMES}
    for path in [ROOT / "intro.md", *sorted((ROOT / "chapters").glob("*.md"))]:
        if path.is_file():
            pages[path.name] = path.read_text(encoding="utf-8")
    return pages


@pytest.mark.skipif(not BIBLIOGRAPHY.is_file(), reason="the book has no bibliography")
def test_links_and_bibliography_agree() -> None:
    bibliography = parse_string(BIBLIOGRAPHY.read_text(encoding="utf-8"), "bibtex")
    assert disagreements(book_pages(), bibliography) == []


BIB = """
@article{bahdanau2015, title={Neural}, url={https://arxiv.org/abs/1409.0473v7}, year=2015}
@article{hochreiter1997, title={Long}, doi={10.1162/NECO.1997.9.8.1735}, year=1997}
"""
PAGE = (
    "[Bahdanau](https://arxiv.org/pdf/1409.0473) and <https://doi.org/10.1162/neco.1997.9.8.1735>."
)


@pytest.mark.parametrize(
    ("page", "bib", "expected"),
    [
        (PAGE, BIB, []),
        (PAGE + " [code](https://github.com/x/y)", BIB, []),
        (PAGE, "", ["p links to https://arxiv.org/abs/1409.0473, which is not in references.bib"]),
        ("Nothing.", BIB, ["bahdanau2015 is cited nowhere", "hochreiter1997 is cited nowhere"]),
        (PAGE, BIB + "@book{b, title={T}}", ["b has neither url, doi nor eprint"]),
    ],
)
def test_disagreements_are_found(page: str, bib: str, expected: list[str]) -> None:
    found = disagreements({"p": page}, parse_string(bib, "bibtex"))
    assert found[: len(expected)] == expected
    assert bool(found) == bool(expected)


def test_a_doi_may_hold_parentheses() -> None:
    link = "https://doi.org/10.1016/S0893-6080(05)80010-3"
    assert paper_links(f"[Hanson, 1990]({link}).") == {link.lower()}


def test_the_bibliography_lies_beside_the_chapters() -> None:
    assert Path("chapters", "references.bib") == BIBLIOGRAPHY.relative_to(ROOT)
