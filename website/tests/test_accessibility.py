"""Measuring texts that look alike once must find what axe finds when it looks at every one."""

import pytest
from accessibility import OPEN_ALL, TAGS, axe_violations, choose_theme, scripts
from browser import opened

WIDTHS, THEMES = (1280, 390), ("light", "dark")
VIEWS = {(theme, width) for theme in THEMES for width in WIDTHS}
DARK = {view for view in VIEWS if view[0] == "dark"}
PHONE = {view for view in VIEWS if view[1] == 390}
# Texts that look alike: twenty paragraphs, and code whose words have one of two colours.
PAGE = """<!doctype html><html lang="en"><head><title>x</title><style>
  body {{ color: #111; background: #fff; }}
  .word {{ color: #333; }} .name {{ color: #00c; }} .box {{ background: #eee; }}
  a {{ color: #00c; text-decoration: underline; }}
  @media (prefers-color-scheme: dark) {{
    body {{ color: #eee; background: #111; }} .word {{ color: #ccc; }} .name {{ color: #9bf; }}
    .box {{ background: #333; }} a {{ color: #9bf; }}
  }}
  {css}
</style></head><body><main><h1>A page</h1>{paragraphs}
<p>A sentence with <a href="#here">a link</a> in it.</p><p>A sentence without one.</p>
<pre id="here"><span class="word">def</span> <span class="name">first</span>
{code}</pre><details><summary>Solution</summary><p>Folded.</p>{folded}</details>{html}
</main></body></html>"""
PARAGRAPHS = '<p class="box">one of many alike</p>' * 10
CODE = '<span class="word">return</span> <span class="name">second</span>\n' * 20
PLANTS = {
    "nothing": ({}, None, set()),
    "a picture without words": (
        {"html": '<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">'},
        *("image-alt", VIEWS),
    ),
    "a colour in the dark": (
        {"css": "@media (prefers-color-scheme: dark) { main p { color: #555; } }"},
        *("color-contrast", DARK),
    ),
    "a colour on a phone": (
        {"css": "@media (max-width: 500px) { h1 { color: #999; background: #aaa; } }"},
        *("color-contrast", PHONE),
    ),
    "a button without a name, folded": ({"folded": "<button></button>"}, "button-name", VIEWS),
    "a colour of folded text": (
        {"folded": '<p style="color: #888; background: #999">text</p>'},
        *("color-contrast", VIEWS),
    ),
    "small targets": (
        {"html": '<p><button style="font-size: 1px">o</button><button>p</button></p>'},
        *("target-size", VIEWS),
    ),
    "a table that scrolls without keys": (
        {
            "html": '<div style="overflow: auto; width: 300px; height: 50px">'
            '<table style="width: 900px; height: 300px"><tr><td>wide</td></tr></table></div>'
        },
        *("scrollable-region-focusable", VIEWS),
    ),
    "one word of the code": (
        {"code": CODE + '<span class="word" style="color: #777; background: #888">odd</span>'},
        *("color-contrast", VIEWS),
    ),
    "a class in the code, in the dark": (
        {"css": "@media (prefers-color-scheme: dark) { .name { color: #333; } }"},
        *("color-contrast", DARK),
    ),
    "a link that only a colour tells": (
        {"css": "a { text-decoration: none; }"},
        *("link-in-text-block", VIEWS),
    ),
    "one of many, half transparent": (
        {"paragraphs": f'<div>{PARAGRAPHS}</div><div style="opacity: 0.3">{PARAGRAPHS}</div>'},
        *("color-contrast", VIEWS),
    ),
    "one of many, on what lies under it": (
        {
            "html": '<section style="position: relative; height: 40px">'
            '<div style="position: absolute; inset: 0; background: #555"></div>'
            '<div style="position: relative">dark</div></section>'
            "<div>away from the dark ground</div>" * 2
        },
        *("color-contrast", VIEWS - DARK),
    ),
    "one of many, beside its own ground": (
        {
            "css": ".dark { background: #000; } .dark p { color: #ddd; }",
            "html": '<div class="dark"><p>within its own ground</p></div><div class="dark" style='
            '"height: 20px"><p style="position: relative; top: 100px; background: none">'
            "fallen</p></div><p style='height: 200px'>room</p>",
        },
        *("color-contrast", VIEWS - DARK),
    ),
    "small text in the colour of large text": (
        {"html": "".join(f'<p style="color: #888; background: #fff; font-size: {size}px">text</p>'
                         for size in (32, 32, 12))},
        *("color-contrast", VIEWS),
    ),
    "a button that looks like a disabled one": (
        {"html": '<button disabled class="n">long enough a name</button>'
                 '<button class="n">go</button>',
         "css": ".n { color: #777 !important; background: #888; border: 0; min-height: 30px }"},
        *("color-contrast", VIEWS),
    ),
}  # fmt: skip


def page_with(plant: dict[str, str]) -> str:
    parts = {"css": "", "html": "", "folded": "", "paragraphs": PARAGRAPHS, "code": CODE}
    return PAGE.format(**parts | plant)


def breaches_of_axe(page) -> set[tuple]:
    """Ask axe about every element, in every view."""
    page.evaluate(scripts())
    page.evaluate(OPEN_ALL)
    found = set()
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        for theme in THEMES:
            choose_theme(page, theme)
            rules = page.evaluate(
                """(tags) => axe.run(document, { runOnly: tags, preload: false })
                .then((all) => all.violations.map((rule) => rule.id))""",
                TAGS,
            )
            found |= {(rule, theme, width) for rule in rules}
    return found


def our_breaches(page) -> set[tuple]:
    found = set()
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        page.reload()
        for line in axe_violations(page, THEMES):
            view, rule, *_ = line.split(": ")
            theme, pixels = view.split(", ")
            found.add((rule, theme, int(pixels.removesuffix(" px"))))
    return found


@pytest.mark.parametrize("name", PLANTS)
def test_a_planted_breach_is_found_in_its_views_and_no_other(browser, tmp_path, name):
    plant, rule, views = PLANTS[name]
    file = tmp_path / "page.html"
    file.write_text(page_with(plant), encoding="utf-8")
    with opened(browser, file.as_uri()) as page:
        expected = breaches_of_axe(page)
        page.reload()
        assert our_breaches(page) == expected
    assert {found[1:] for found in expected if found[0] == rule} == views
    assert {found[0] for found in expected} <= {rule}


def test_texts_that_look_alike_are_measured_once(browser):
    with opened(browser, page_with({})) as page:
        page.evaluate(scripts())
        texts, groups = page.evaluate("() => accessibility.sample('light')")
        assert (texts, groups) == (57, 7)
        assert page.locator("[data-sample]").count() == groups
