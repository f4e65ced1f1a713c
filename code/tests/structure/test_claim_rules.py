"""Claims that hold whatever happens are found, and claims that can fail are let through."""

import nbformat
import pytest

from tests.structure.claim_rules import constant_claims
from tests.structure.sample_chapter import code, good_chapter, text

ALWAYS = [
    "True",
    "1",
    "'yes'",
    "not False",
    "not not True",
    "1 < 2",
    "-1 < 2 < 3",
    "'a' in 'abc'",
    "2 in (1, 2)",
    "True or x",
    "x or True",
    "x or 1 < 2",
    "x or not False",
    "True and 1 < 2",
    "not (False or False)",
    "all([])",
    "all(())",
    "all([True, True])",
    "any([True])",
    "any((False, 1 < 2))",
    "bool(1)",
    "all(True for y in found)",
    "all([1 < 2 for y in found])",
    "all(y < 3 for y in (0, 1, 2))",
    "all(a + 0 == b or True for a in found for b in found)",
    "all(y == y for y in found)",
    "all((True, x == x))",
    "x == x",
    "x.grad is x.grad",
    "x[0] <= x[0]",
    "x >= x == x",
    "(x, 'message')",
    "[x]",
    "{x}",
    "{'a': x}",
    "(lambda: x)",
    "(y for y in found)",
    "(y := True)",
    "(y := [x])",
    "not not (x, 'message')",
    "True if 1 < 2 else False",
    "f'always {1}'",
]
SOMETIMES = [
    "x",
    "not x",
    "x < 2",
    "x == y == x",
    "x != x",  # is it NaN?
    "2 > x",
    "x or y",
    "x or False",
    "x and True",
    "x is None",
    "draw() == draw()",  # the same twice?
    "all(found)",
    "any(y > 0 for y in (0, 1) if y > x)",
    "any(True for y in found)",  # is there one?
    "all(y < 3 for y in found)",
    "all([x, True])",
    "any([x, False])",
    "all(y < x for y in (0, 1, 2))",
    "bool(x)",
    "np.allclose([1.0], [1.0])",
    "round((1 - 0.13) ** 21, 2) == 0.05",  # by hand: the author may have slipped
    "sum((0.25, 0.75)) == 1",
    "0.5 * 4 == 2",
    "False",  # stops the chapter
    "True if x else False",
    "(y := x)",
    "[*found]",  # is there one?
    "{**found}",
]


def chapter(*sources):
    return nbformat.v4.new_notebook(cells=[code(source) for source in sources])


@pytest.mark.parametrize("condition", ALWAYS)
def test_what_always_holds_is_found(condition):
    for source in (
        f"claim('all is well', {condition})",
        f"claim('all is well', holds={condition})",
        f"for x in found:\n    claims.claim('all is well', {condition})",
        f"assert {condition}",
        f"assert {condition}, 'message'",
    ):
        (complaint,) = constant_claims(chapter("x = draw()", source))
        assert complaint.startswith("code cell 2: `")
        assert complaint.endswith("` cannot fail")


@pytest.mark.parametrize("condition", SOMETIMES)
def test_what_can_fail_is_let_through(condition):
    lines = f"claim('all is well', {condition})\nassert {condition}"
    assert constant_claims(chapter("%matplotlib inline", lines)) == []


@pytest.mark.parametrize(
    ("cell", "fails"),
    [
        ("ok = True\nclaim('done', ok)", False),
        ("ok: bool = True\nclaim('done', ok)", False),
        ("ok = fine = 1 < 2\nclaim('done', fine)", False),
        ("ok = True\nfine = ok\nclaim('done', not not fine)", False),
        ("claim('done', (ok := True) and ok)", False),
        ("for x in found:\n    assert x\nok = True\nclaim('done', ok)", False),
        ("ok = x > 1\nclaim('done', ok)", True),
        ("ok = True\nif x > 1:\n    ok = False\nclaim('done', ok)", True),
        ("ok = True\nok &= x > 1\nclaim('done', ok)", True),
        ("ok = True\nfor ok in found:\n    pass\nclaim('done', ok)", True),
        ("found = []\nfound.append(x)\nclaim('done', found == [1])", True),
        ("ok: bool\nclaim('done', ok)", True),
    ],
)
def test_a_name_for_a_constant_is_a_constant(cell, fails):
    assert (constant_claims(chapter(cell)) == []) == fails


def test_each_is_named_with_its_cell():
    cells = [code("%pip install x\nif a:\n    !ls\nassert a"), text("Words."), code("assert 1")]
    notebook = nbformat.v4.new_notebook(cells=[*cells, code("claim('a', True)\nclaim('b', b)")])
    assert constant_claims(notebook) == [
        "code cell 2: `1` cannot fail",
        "code cell 3: `True` cannot fail",
    ]


def test_solutions_are_read_as_well():
    solution = text("Words.\n\n```python\nassert x == x\n```\n\n```text\nassert True\n```")
    solution.metadata = {"tags": ["solution"], "exercise": "ex-one"}
    prose = text("```python\nassert True\n```")
    notebook = nbformat.v4.new_notebook(cells=[prose, solution])
    assert constant_claims(notebook) == ["solution ex-one: `x == x` cannot fail"]


def test_other_calls_are_none_of_its_business():
    assert constant_claims(chapter("print('all', True)\nclaim('no condition')")) == []


def test_a_good_chapter_is_praised():
    assert constant_claims(good_chapter()) == []
