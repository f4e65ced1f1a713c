"""What holds for every kind: its static form, its texts, its script, and any words of a reader."""

import ast
import html
import json
import re
import subprocess
import sys
from functools import cache
from importlib.resources import files

import pytest

from paying_attention.explorables.alignment.figure import alignment_by_word
from paying_attention.explorables.bilinear.figure import matrix_to_turn
from paying_attention.explorables.by_hand.figure import attention_by_hand
from paying_attention.explorables.frame.texts import COMMON
from paying_attention.explorables.heads.figure import heads_to_switch
from paying_attention.explorables.masks.figure import masks_to_click
from paying_attention.explorables.mechanism.figure import attention_by_steps
from paying_attention.explorables.sampling.figure import picks_to_draw
from paying_attention.explorables.softmax.figure import softmax_temperature
from tests.explorables.html_page import Elements, parsed

LABELS = ("je", "t'", "aime")
WEIGHTS = [[0.94, 0.03, 0.03], [0.05, 0.07, 0.88], [0.03, 0.95, 0.02]]
TARGET = ("I", "love", "you")


def softmax(labels=LABELS, **settings):
    return softmax_temperature(labels=labels, **settings)


def by_hand(labels=LABELS, **settings):
    return attention_by_hand(labels=labels, **settings)


def alignment(labels=LABELS, target=TARGET, **settings):
    return alignment_by_word(WEIGHTS, target, labels, [(0, 0), (1, 2), (2, 1)], **settings)


def mechanism(labels=LABELS, **settings):
    seen = (False, True, True)  # a hidden key is named in the sentence
    return attention_by_steps(
        (1, 1), ((1.5, 0.5), (-1, 1), (0, -1.5)), (3, 5, 9), labels, seen=seen, **settings
    )


def masks(labels=LABELS, **settings):
    mask = [[False] * 3, [True] * 3, [True] * 3]  # "je" sees nothing, "t'" sees the future
    return masks_to_click([[2, 1, 0], [0, 1, 0], [1, 1, 3]], labels, mask=mask, **settings)


def heads(labels=LABELS, target=TARGET, **settings):
    return heads_to_switch([WEIGHTS], labels, target, gold=[[0], [2], [1]], **settings)


def bilinear(labels=LABELS, **settings):
    return matrix_to_turn(labels=labels, **settings)


def sampling(labels=LABELS, **settings):
    return picks_to_draw(labels=labels, **settings)


KINDS = {
    "softmax": softmax,
    "by_hand": by_hand,
    "alignment": alignment,
    "mechanism": mechanism,
    "masks": masks,
    "heads": heads,
    "bilinear": bilinear,
    "sampling": sampling,
}
EACH = pytest.mark.parametrize("build", KINDS.values(), ids=KINDS)
FOLDERS = files("paying_attention.explorables")


def static(explorable):
    """The HTML without its style and its script."""
    markup = explorable._repr_html_()
    return re.sub(r"(?s)<style>.*?</style>|<script>.*</script>", "", markup)


def test_no_kind_is_forgotten():
    folders = {path.name for path in FOLDERS.iterdir() if path.joinpath("figure.py").is_file()}
    assert folders == set(KINDS)


# The static form.


@EACH
def test_the_same_call_gives_the_same_bytes(build):
    assert build()._repr_html_() == build()._repr_html_()


def test_another_process_gives_the_same_bytes():
    # a hash that Python salts, or the order of a set, would differ here
    program = (
        "from tests.explorables.test_every_kind import KINDS\nimport hashlib\n"
        "html = ''.join(build()._repr_html_() for build in KINDS.values())\n"
        "print(hashlib.sha256(html.encode()).hexdigest())"
    )
    run = subprocess.run(
        [sys.executable, "-c", program],
        cwd=FOLDERS.parent.parent,
        env={"PYTHONPATH": "."},
        capture_output=True,
        text=True,
        check=True,
    )
    here = {}
    exec(program.replace("print(", "(result := "), here)
    assert run.stdout.strip() == here["result"]


@EACH
def test_it_has_named_pictures_and_a_table(build):
    page = parsed(build())
    ids = page.ids()
    pictures = [attributes for tag, attributes in page.found if tag == "svg"]
    assert pictures
    for picture in pictures:
        assert picture["role"] == "img"
        assert all(name in ids for name in picture["aria-labelledby"].split())
    tags = [tag for tag, _ in page.found]
    assert tags.count("title") == tags.count("desc") == len(pictures)
    assert tags.count("table") == 1
    heads = [attributes for tag, attributes in page.found if tag == "th"]
    assert {head["scope"] for head in heads} == {"row", "col"}


@EACH
def test_nothing_that_needs_the_script_stands_on_the_static_page(build):
    tags = {tag for tag, _ in parsed(build()).found}
    assert not tags & {"input", "button", "fieldset", "output", "template"}


@EACH
def test_every_drawing_vanishes_with_the_style_sheet(build):
    # a viewer that drops <style> and <svg> would otherwise leave loose labels behind
    figures = [a for _, a in parsed(build()).found if a.get("class") == "pa-figure"]
    assert figures
    # with a value: JupyterLab drops attributes that are empty
    assert all(attributes["hidden"] == "hidden" for attributes in figures)


@EACH
def test_the_finding_what_to_do_and_the_table_are_blocks_of_their_own(build):
    explorable = build()
    blocks = re.findall(r'(?s)<p class="pa-[sr].*?</p>|<table>', static(explorable))
    assert [re.sub("<.*?>", "", block) for block in blocks] == [
        html.escape(explorable.texts["summary"]),
        "Run this cell to make it move.",
        "",
    ]
    assert blocks[2] == "<table>"


@EACH
def test_the_text_form_is_the_table(build):
    explorable = build()
    text = repr(explorable)
    cells = [cell for cell in parsed(explorable).cells if cell]
    assert all(cell in text for cell in cells)
    assert text.endswith(explorable.texts["summary"])


def test_ids_are_unique_on_a_page_of_many():
    many = [build(**settings) for build in KINDS.values() for settings in ({}, {"name": "again"})]
    many += [build(labels=("a", "b", "c")) for build in KINDS.values()]
    many += [softmax(scores=(2, 1, 0.5)), by_hand(state=(0, 1)), alignment(row=1)]
    many += [mechanism(width=8), mechanism(scaled=False)]
    names = [explorable.identifier for explorable in many]
    assert len({*names}) == len(names) - 7  # only the eight that are called "again" share theirs
    different = [e for e in many if e.identifier != "pa-again"]
    ids = [name for explorable in different for name in parsed(explorable).ids()]
    assert len(ids) == len(set(ids))


@EACH
def test_nothing_is_fetched_and_nothing_leaks(build):
    markup = build()._repr_html_()
    assert not re.search(r"https?:|@import|url\(|\bsrc=|\bimport\b", markup)
    script = markup.partition("<script>")[2]
    assert script.strip().startswith('(function () {\n  "use strict";')
    assert "$" not in script  # a page that typesets formulas would look for its partner


# Texts: each word stands once, and both sides fill the same templates.


@EACH
def test_the_script_gets_the_sentences_as_data(build):
    explorable = build()
    sent = json.loads(parsed(explorable).root()["data-sentences"])
    assert sent == COMMON | explorable.sentences


@EACH
def test_no_sentence_stands_in_the_script(build):
    explorable = build()
    pieces = {
        piece.strip(" ,;:.“”")
        for template in (*explorable.sentences.values(), COMMON["and"])
        for piece in re.split(r"\{\w+\}", template)
    }
    strings = re.findall(r'"((?:[^"\\\n]|\\.)*)"', explorable.assets.script)
    told = {piece for piece in pieces if " " in piece or len(piece) > 6}
    assert told
    assert [text for text in strings if any(piece in text for piece in told)] == []


def used_in(source):
    """The strings of a program that may name a template, whole or with parts put in."""
    return set(re.findall(r'"((?:[^"\\\n]|\\.)*)"', source))


@pytest.mark.parametrize("kind", KINDS)
def test_every_template_is_used(kind):
    python = FOLDERS.joinpath(kind, "state.py").read_text(encoding="utf-8")
    script = FOLDERS.joinpath(kind, "script.js").read_text(encoding="utf-8")
    tree = ast.parse(python)
    (table,) = (
        node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and node.targets[0].id == "SENTENCES"
    )
    rest = python.replace(ast.get_source_segment(python, table), "")
    for key in ast.literal_eval(table):
        first = key.split(",")[0]  # "gold, yes, one" is put together from its parts
        assert any(first in text for text in used_in(rest)), key
        assert key == "words" or any(first in text for text in used_in(script)), key


@EACH
@pytest.mark.parametrize("word", ["Weltgewicht {top}", "§ {owners} §"])
def test_changing_a_template_changes_the_sentence_and_what_the_script_gets(
    build, word, monkeypatch
):
    module = sys.modules[build().assets.folder + ".state"]
    (key,) = [k for k in ("summary", "divided", "hits, more") if k in module.SENTENCES][:1]
    monkeypatch.setitem(module.SENTENCES, key, word.split(" {")[0])
    found = build()
    assert found.texts["summary"] == word.split(" {")[0]
    assert json.loads(parsed(found).root()["data-sentences"])[key] == found.texts["summary"]


# What the script and the style of a kind may do to others.


@EACH
def test_the_script_brings_its_own_kind_alone(build):
    explorable = build()
    script = explorable.assets.script
    assert re.findall(r'(?m)^    name: "([\w-]+)"', script) == [explorable.kind]
    assert script.count("const KIND = {") == 1
    others = {other().kind for other in KINDS.values()} - {explorable.kind}
    markup = explorable._repr_html_()
    assert not any(other in markup for other in others)


@pytest.mark.parametrize("kind", KINDS)
def test_the_style_of_a_kind_reaches_no_other(kind):
    style = FOLDERS.joinpath(kind, "style.css")
    if not style.is_file():
        return
    own = f'[data-kind="{KINDS[kind]().kind}"]'
    css = re.sub(r"(?s)/\*.*?\*/|@media[^{]*\{", "", style.read_text(encoding="utf-8"))
    selectors = [found.strip() for found in re.findall(r"([^{}]+)\{", css)]
    assert selectors
    assert [selector for selector in selectors if own not in selector] == []


def test_the_frame_knows_no_kind():
    words = {build().kind for build in KINDS.values()} | {f"explorables.{kind}" for kind in KINDS}
    for path in FOLDERS.joinpath("frame").iterdir():
        if path.name.endswith((".py", ".js", ".css")):
            text = path.read_text(encoding="utf-8")
            assert [word for word in words if word in text] == [], path.name


def imported(kind):
    """The parts of the explorables that the modules of a folder import."""
    found = set()
    for path in FOLDERS.joinpath(kind).iterdir():
        if path.name.endswith(".py"):
            text = path.read_text(encoding="utf-8")
            found |= set(re.findall(r"(?m)^from paying_attention\.explorables\.(\w+)", text))
    return found


def test_a_kind_imports_the_frame_and_nothing_else():
    assert imported("frame") == {"frame"}
    for kind in KINDS:
        assert imported(kind) == {"frame", kind}


# Words of a reader are data, whatever they look like.

STRANGE = [
    ("<b>x</b>", 'a"b&c', "</script>"),
    ("</style>", "<!--", "]]>"),
    ("$x$", "a_b", "$$"),
    ("{weight}", "{top}", "{}"),
    ("{word}", "%s", "{0.real}"),
    ("<pad>", "<eos>", "\\n"),
    ("__proto__", "toString", "undefined"),
    ("&amp;", "&lt;b&gt;", "&#39;"),
    ("l'eau", "`x`", "${x}"),
    ("a\u00a0b", "a  b", " c"),
    ("e\u0301te\u0301", "ñ", "n\u0303"),
    ("שלום", "مرحبا", "می\u200cخواهم"),
    ("二十四", "👍🏽", "👩\u200d👩"),
    ("summary", "weight-0", "pa-x"),
    ("x" * 10, "-", "…"),
    ("a", "a (2)", "a"),
]
PLAIN = ("Rot1", "Blau2", "Gelb3")


def outline(page):
    """Everything but words, numbers and places: what a label must not change."""
    kept = ("class", "role", "scope", "data-out", "data-bar", "data-row", "data-cell", "data-kind")
    return [  # long words, which may break, have a mark that depends on their letters
        (tag, {key: value for key, value in a.items() if key in kept and value != "pa-long"})
        for tag, a in page.found
    ]


@cache
def plain_page(build):
    return Elements(static(build(labels=PLAIN)))


@EACH
@pytest.mark.parametrize("labels", STRANGE, ids=lambda labels: ascii(labels[0]))
def test_any_words_can_be_labels(build, labels):
    explorable = build(labels=labels)
    page = Elements(static(explorable))  # which fails if a label opens or closes an element
    assert outline(page) == outline(plain_page(build))
    markup = explorable._repr_html_()
    assert markup.count("</script>") == markup.count("</style>") == 1
    inputs = json.loads(page.root()["data-inputs"])
    shown = inputs.get("labels") or inputs["source"]
    assert shown == list(explorable.inputs.get("labels") or explorable.inputs["source"])
    for label, given in zip(shown, labels, strict=True):
        assert label.strip("\u2068\u2069").startswith(given)
    # in the table, the sentence and the drawings each label stands as it was written
    names = dict(zip(PLAIN, shown, strict=True))
    plain = [
        re.sub("|".join(PLAIN), lambda found: names[found[0]], text)
        for text in (*plain_page(build).cells, *plain_page(build).words)
    ]
    assert [*page.cells, *page.words] == plain


@EACH
def test_a_sentence_names_a_word_as_it_was_written(build):
    explorable = build(labels=("{top}", "{owners}", "{weight}"))
    plain = build(labels=PLAIN).texts["summary"]
    names = dict(zip(PLAIN, ("{top}", "{owners}", "{weight}"), strict=True))
    expected = re.sub("|".join(names), lambda found: names[found[0]], plain)
    assert explorable.texts["summary"] == expected


@EACH
def test_formulas_are_not_looked_for_in_it(build):
    assert {"tex2jax_ignore", "mathjax_ignore"} <= set(parsed(build()).root()["class"].split())


@EACH
@pytest.mark.usefixtures("without_type_checks")
@pytest.mark.parametrize(
    ("labels", "error", "message"),
    [
        ("abc", TypeError, "expected .*3 strings, got 'abc'|expected 1 to .* strings, got 'abc'"),
        (b"abc", TypeError, "strings, got b'abc'"),
        ({"a": 1, "b": 2, "c": 3}, TypeError, "strings, got {"),
        (("a", "b", None), TypeError, "strings, got"),
        (("a", "b", ""), ValueError, "printable characters, got ''"),
        (("a", "b", " \u00a0"), ValueError, "printable characters, got"),
        (("a", "b", "\u200d"), ValueError, "printable characters, got"),
        (("a", "b", "\u0301"), ValueError, "printable characters, got"),
        (("a", "b", "c\nd"), ValueError, "printable characters, got"),
        (("a", "b", "c\u2028d"), ValueError, "printable characters, got"),
        (("a", "b", "\u202ec"), ValueError, "printable characters, got"),
        (("a", "b", "\ud800"), ValueError, "printable characters, got"),
        (("a", "b", "x" * 17), ValueError, "printable characters, got"),
    ],
)
def test_what_is_no_list_of_words_is_refused(build, labels, error, message):
    with pytest.raises(error, match=message):
        build(labels=labels)


@pytest.mark.usefixtures("without_type_checks")
@pytest.mark.parametrize("build", [alignment, heads])
def test_neither_is_a_target_that_is_none(build):
    with pytest.raises(TypeError, match="target: expected 1 to 14 strings, got 'abc'"):
        build(target="abc")


@pytest.mark.parametrize("build", [softmax, by_hand, alignment, mechanism, masks])
def test_words_that_a_sentence_names_can_be_told_apart(build):
    labels = build(labels=("le", "le (1)", "le")).inputs
    labels = labels.get("labels") or labels["source"]
    assert len(set(labels)) == 3


@pytest.mark.parametrize("build", [softmax, by_hand, mechanism, bilinear])
def test_letters_that_run_left_do_not_turn_the_sentence_around(build):
    explorable = build(labels=("שלום", "مرحبا", "c"))
    summary = explorable.texts["summary"]
    for word in re.findall(r"[\u0590-\u06ff]+", summary):
        assert f"\u2068{word}\u2069" in summary
    assert "\u2068" not in build().texts["summary"]
