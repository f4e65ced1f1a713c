"""README, Makefile and files agree, and nothing in the repository speaks of one machine."""

import re

import pytest
from website.notebooks import repository_url

from tests.structure.repository import PACKAGE, ROOT, files_of_the_repository
from tests.structure.source_code import modules
from tests.structure.text_rules import banned_words, prose

GUIDES = ["README.md", "CONTRIBUTING.md", "intro.md", "code/README.md"]
GUIDES += ["chapters/notation.md", "chapters/references.md"]
BINARY = {".png", ".ico", ".woff", ".woff2", ".jpg", ".gz"}
# What a reader on another machine could do nothing with.
FOREIGN = {
    "a path of one machine": re.compile(
        r"/home/\w+/|/Users/\w+/|/ro(?:ot)/|/work/\w|[A-Z]:\\Users"
    ),
    "a folder outside": re.compile(r"\.\./shared\b"),
    "an open note": re.compile(r"\bTO(?:DO)\b|\bFIX(?:ME)\b"),
    "a host of packages": re.compile(r"\bpypi\.org|pythonhosted\.org|download\.pytorch\.org"),
}


def foreign_words(text: str) -> list[str]:
    """Everything in a text that belongs to one machine, or to nobody."""
    return [
        f"{kind}: {match}" for kind, pattern in FOREIGN.items() for match in pattern.findall(text)
    ]


def make_targets() -> set[str]:
    """The targets that the Makefile defines."""
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    return set(re.findall(r"(?m)^([a-z][\w-]*)[ \t]*:(?!=)", text))


def named_targets(text: str) -> set[str]:
    """The targets that a text tells its reader to make."""
    code = " ".join(re.findall(r"(?ms)`{3}.*?`{3}|`[^`\n]+`", text))
    return set(re.findall(r"\bmake ([a-z][\w-]*)", code))


def layout() -> list[str]:
    """The names that README.md lists under `Layout`: the first word of each line of its block."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    block = re.search(r"(?ms)^## Layout$.*?^```\w*\n(.*?)^```", text)
    assert block, "README.md has a section `## Layout` with a block of names"
    names = [line.split("  ")[0].strip() for line in block.group(1).splitlines()]
    return [name.rstrip("/") for group in names for name in group.split() if group]


@pytest.mark.parametrize("guide", GUIDES)
def test_targets_that_a_guide_names_exist(guide: str) -> None:
    assert named_targets((ROOT / guide).read_text(encoding="utf-8")) - make_targets() == set()


def test_the_readme_names_every_target() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert make_targets() - named_targets(readme) == set()


def test_the_layout_is_the_one_in_the_readme() -> None:
    top = {path.parts[0] for path in files_of_the_repository() if not path.parts[0].startswith(".")}
    assert sorted(layout()) == sorted(top)


@pytest.mark.parametrize("guide", GUIDES)
def test_links_of_a_guide_lead_somewhere(guide: str) -> None:
    text = re.sub(r"(?ms)^```.*?^```", "", (ROOT / guide).read_text(encoding="utf-8"))
    targets = [target.partition("#")[0] for target in re.findall(r"\]\(([^)\s]+)\)", text)]
    files = [target for target in targets if target and "://" not in target]
    folder = (ROOT / guide).parent
    endings = ("", ".md", ".ipynb")
    assert [f for f in files if not any((folder / f"{f}{end}").exists() for end in endings)] == []


@pytest.mark.parametrize("guide", GUIDES)
def test_paths_that_a_guide_names_exist(guide: str) -> None:
    text = (ROOT / guide).read_text(encoding="utf-8")
    named = re.findall(r"`((?:chapters|code|website)/[\w./-]+)`", text)
    assert [name for name in named if "NN" not in name and not (ROOT / name).exists()] == []


@pytest.mark.parametrize("guide", GUIDES)
def test_guides_are_written_plainly(guide: str) -> None:
    assert banned_words(prose((ROOT / guide).read_text(encoding="utf-8"))) == []


def test_nothing_speaks_of_one_machine() -> None:
    found = []
    for path in files_of_the_repository():
        if path.suffix not in BINARY:
            text = (ROOT / path).read_text(encoding="utf-8", errors="replace")
            found += [f"{path}: {complaint}" for complaint in foreign_words(text)]
    assert found == []


@pytest.mark.parametrize("letters", ["/ho" + "me/ada/x", "/wo" + "rk/main", "TO" + "DO: x"])
def test_such_words_are_found(letters: str) -> None:
    assert len(foreign_words(f"see {letters}")) == 1


def test_the_address_is_set_once() -> None:
    """Where a copy must stand, `make notebooks` or these lines keep it equal to _config.yml."""
    url = repository_url()
    for name in ("README.md", "CITATION.cff"):
        text = (ROOT / name).read_text(encoding="utf-8")
        addresses = set(re.findall(r"https://github\.com/[\w-]+/[\w-]+", text))
        assert addresses == {url}, name


def test_every_room_stands_in_the_map_of_the_package() -> None:
    docstring = (PACKAGE / "__init__.py").read_text(encoding="utf-8")
    rooms = {module.room for module in modules()} - {""}
    assert {room for room in rooms if not re.search(rf"\b{room}\b", docstring)} == set()


def test_the_licence_of_the_code_travels_with_the_wheel() -> None:
    own, copy = (ROOT / name for name in ("LICENSE", "code/LICENSE"))
    assert copy.read_text(encoding="utf-8") == own.read_text(encoding="utf-8")
