"""Every colour that the book shows is one of the palette, and reads on its ground."""

import ast
import colorsys
import re
from itertools import pairwise

import matplotlib as mpl
import pytest

from paying_attention.explorables.frame import drawing
from paying_attention.figures import style
from paying_attention.figures.palette import (
    DANGER,
    NEUTRALS,
    OKABE_ITO,
    TINTS,
    is_of_the_book,
)
from tests.figures.test_style import contrast
from tests.structure.repository import PACKAGE, ROOT

HEX = re.compile(r"#(?:[0-9a-fA-F]{8}|[0-9a-fA-F]{6}|[0-9a-fA-F]{3,4})(?![\w-])")
PLACES = (
    (PACKAGE / "figures", "*.py"),
    (PACKAGE / "explorables", "**/*.py"),
    (PACKAGE / "explorables", "**/*.js"),
    (PACKAGE / "explorables", "**/*.css"),
    (ROOT / "website", "*.py"),
    (ROOT / "website" / "_static", "*.css"),
    (ROOT / "website" / "_static", "*.js"),
    (ROOT / "website" / "_static", "*.svg"),
    (ROOT / "website" / "_templates", "**/*.html"),
)
FILES = sorted(
    path
    for folder, pattern in PLACES
    for path in folder.glob(pattern)
    if path.name != "palette.py" and path.is_file()
)
FRAME = PACKAGE / "explorables" / "frame" / "style.css"
BOOK = ROOT / "website" / "_static" / "book.css"


def variables(path, start):
    """The custom properties of the rule that begins like this, and its colours."""
    rule = path.read_text(encoding="utf-8").partition(start)[2].partition("}")[0]
    found = re.findall(r"(--[\w-]+):[^;]*?(#[0-9a-fA-F]+)\b[^;]*;", rule)
    return dict(found)


def foreign_colors(text, is_python=False):
    """What a file paints with that the palette does not know."""
    found = [color for color in HEX.findall(text) if not is_of_the_book(color)]
    if not is_python:
        text = re.sub(r"(?s)/\*.*?\*/", "", text)
        return found + re.findall(r"\b(?:rgba?|hsla?|oklch|lab)\([^)]*\)", text)
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.keyword) and "color" in (node.arg or ""):
            words = [part.value for part in ast.walk(node.value) if isinstance(part, ast.Constant)]
            found += [word for word in words if is_named_otherwise(word)]
    return found


def is_named_otherwise(word):
    """Whether matplotlib knows a colour by this word, which is neither paper nor ink."""
    return (
        isinstance(word, str)
        and word not in ("black", "white", "none")
        and not word.startswith("#")
        and mpl.colors.is_color_like(word)
    )


@pytest.mark.parametrize("path", FILES, ids=lambda path: "/".join(path.parts[-2:]))
def test_a_file_uses_the_palette_alone(path):
    text = path.read_text(encoding="utf-8")
    assert foreign_colors(text, path.suffix == ".py") == [], "name the colour in figures/palette.py"


def test_the_files_with_colours_are_read():
    assert {"book.css", "style.css", "plane.css", "drawing.py", "style.py", "logo.svg"} <= {
        path.name for path in FILES
    }


@pytest.mark.parametrize(
    ("text", "is_python"),
    [
        ("a { color: #0073b2; }", False),
        ("a { color: #123; }", False),
        ("a { color: rgb(1, 2, 3); }", False),
        ("axes.plot(x, color='#0073B2')", True),
        ("axes.plot(x, color='C3')", True),
        ("axes.plot(x, color='tab:blue')", True),
        ("axes.bar(x, edgecolor='red')", True),
        ("axes.bar(x, color=['black', 'k'])", True),
        ("axes.bar(x, color='0.5')", True),
    ],
)
def test_a_new_colour_is_noticed(text, is_python):
    assert len(foreign_colors(text, is_python)) == 1


def test_what_is_no_new_colour_is_not():
    assert foreign_colors("#fffa { color: #FFF; } /* rgb(1, 2, 3) */ a:target#e-1 {}") == []
    assert (
        foreign_colors("axes.plot(x, color='white', marker='s', label='C', gold='gold')", True)
        == []
    )


def test_every_colour_is_used():
    text = "".join(path.read_text(encoding="utf-8") for path in FILES)
    used = {mpl.colors.to_hex(color) for color in HEX.findall(text) if is_of_the_book(color)}
    looks = (style.WITH_ATTENTION, style.WITHOUT_ATTENTION, *style.OTHERS)
    used |= {mpl.colors.to_hex(look.color) for look in looks}
    used |= {mpl.colors.to_hex(OKABE_ITO[name]) for name in ("black", "yellow")}
    used |= {mpl.colors.to_hex(style.WEIGHTS(1.0))}
    tints = [color for colors in TINTS.values() for color in colors]
    known = [*OKABE_ITO.values(), *tints, *DANGER, *NEUTRALS]
    assert [color for color in known if color.lower() not in used] == []
    assert len(set(known)) == len(known)


def test_the_categories_are_those_of_okabe_and_ito():
    assert {name: tuple(bytes.fromhex(color[1:])) for name, color in OKABE_ITO.items()} == {
        "black": (0, 0, 0),
        "orange": (230, 159, 0),
        "sky blue": (86, 180, 233),
        "bluish green": (0, 158, 115),
        "yellow": (240, 228, 66),
        "blue": (0, 114, 178),
        "vermilion": (213, 94, 0),
        "reddish purple": (204, 121, 167),
    }


def hue(color):
    return 360 * colorsys.rgb_to_hls(*mpl.colors.to_rgb(color))[0]


@pytest.mark.parametrize("name", TINTS)
def test_a_tint_has_the_hue_of_its_colour(name):
    assert [c for c in TINTS[name] if abs(hue(c) - hue(OKABE_ITO[name])) > 8] == []


def test_neutrals_are_neutral_and_go_from_light_to_dark():
    rgb = [mpl.colors.to_rgb(color) for color in NEUTRALS]
    assert all(max(color) - min(color) < 0.1 for color in rgb)
    lightness = [colorsys.rgb_to_hls(*color)[1] for color in rgb]
    assert all(dark <= light + 0.03 for light, dark in pairwise(lightness))


def test_explorables_draw_in_the_colours_of_the_figures():
    names = ("blue", "bluish green", "reddish purple")
    assert tuple(OKABE_ITO[name] for name in names) == drawing.COLORS
    assert OKABE_ITO["orange"] == drawing.ORANGE
    css = variables(FRAME, ".pa-explorable {")
    for i, color in enumerate(drawing.COLORS):
        assert css[f"--pa-{i}"].upper() == color
    assert css["--pa-context"].upper() == drawing.ORANGE
    assert style.WITH_ATTENTION.color == drawing.COLORS[0]


# Which ink stands on which ground: 4.5 to 1 for letters, 3 to 1 for lines and marks (WCAG AA).
# The orange of a context or a gold link has less on paper, 2.2: it always has a dark edge.
MEANINGS = ("primary", "secondary", "accent", "info", "success", "warning", "attention", "danger")
LETTERS_OF_PAGES = [
    *((ink, "background") for ink in ("text-base", "text-muted", "heading", "link", "link-hover")),
    *((ink, "surface") for ink in ("text-base", "text-muted", "inline-code", "link")),
    *((meaning, f"{meaning}-bg") for meaning in MEANINGS),
    *(("text-base", f"{meaning}-bg") for meaning in MEANINGS),
    ("text-base", "target"),
]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), LETTERS_OF_PAGES)
def test_letters_of_a_page_read_on_their_ground(theme, ink, ground):
    css = variables(BOOK, f'html[data-theme="{theme}"] {{')
    assert contrast(css[f"--pst-color-{ink}"], css[f"--pst-color-{ground}"]) >= 4.5


LIGHT = ".pa-explorable {"
DARK = '[data-jp-theme-light="false"] .pa-explorable {'
SYSTEM_DARK = "body:not([data-jp-theme-light]) .pa-explorable {"


def test_both_dark_rules_of_an_explorable_say_the_same():
    assert variables(FRAME, DARK) == variables(FRAME, SYSTEM_DARK)


@pytest.mark.parametrize("rule", [LIGHT, DARK])
@pytest.mark.parametrize(
    ("ink", "least"),
    [("text", 4.5), ("muted", 4.5), ("accent", 4.5), ("edge", 3), ("0", 3), ("1", 3), ("2", 3)],
)
def test_an_explorable_reads_on_its_ground(rule, ink, least):
    css = variables(FRAME, LIGHT) | variables(FRAME, rule)
    assert contrast(css[f"--pa-{ink}"], css["--pa-ground"]) >= least


@pytest.mark.parametrize(("rule", "which"), [(LIGHT, 0), (DARK, 1)])
def test_numbers_read_on_the_darkest_square(rule, which):
    cells = FRAME.with_name("cells.css").read_text(encoding="utf-8")
    ((light, dark),) = re.findall(r"light-dark\((#\w+), (#\w+)\)", cells)
    assert contrast(variables(FRAME, rule)["--pa-text"], (light, dark)[which]) >= 4.5
