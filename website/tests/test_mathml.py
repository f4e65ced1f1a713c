"""Formulas: the notations that the book uses, and those that must be refused aloud."""

from __future__ import annotations

import doctest

import mathml
import pytest
from docutils import nodes
from docutils.utils import new_document
from mathml import MathError, latex_to_mathml


def test_the_examples_in_the_docstrings():
    assert doctest.testmod(mathml).failed == 0


@pytest.mark.parametrize(
    ("latex", "part"),
    [
        (r"\frac{a}{b}", "<mfrac><mrow><mi>a</mi></mrow><mrow><mi>b</mi></mrow></mfrac>"),
        (r"\sum_{j=1}^{n} x_j", "<munderover><mo>∑</mo>"),
        (r"\sqrt{d_k}", "<msqrt>"),
        (r"\overrightarrow{h}_T", "<mo>→</mo></mover><mi>T</mi></msub>"),
        (r"\overleftarrow{h}_1", "<mo>←</mo></mover>"),
        (r"\hat{y}", "<mover"),
        (r"\mathbf{W}", "<mi>𝐖</mi>"),
        (r"\boldsymbol{\alpha}", "<mi>𝜶</mi>"),
        (r"\mathbb{R}^d", "<mi>ℝ</mi>"),
        (r"\mathcal{L}", "<mi>ℒ</mi>"),
        (r"Q K^\top", "<msup><mi>K</mi><mi>⊤</mi></msup>"),
        (r"\operatorname{softmax}(s)", "<mi>softmax</mi>"),
        (r"\mathrm{GRU}(x)", "<mi>GRU</mi>"),
        (r"\arg\max_y p", "<munder><mi>arg\u2009max</mi><mi>y</mi></munder>"),
        (r"2 \log x", '<mn>2</mn><mspace width="0.167em" /><mi>log</mi><mspace width="0.167em" />'),
        (r"\log(x)", "<mi>log</mi><mo"),
        (r"\text{if } x", "<mtext>if\u00a0</mtext>"),
        (r"\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}", "<mtable><mtr><mtd>"),
        (r"\begin{cases} 0 & x \\ 1 & y \end{cases}", '<mtd class="math-left">'),
        (r"\begin{aligned} a &= b \\ &= c \end{aligned}", '<mtd class="math-right">'),
        (r"y_{<t}", '<mo lspace="0" rspace="0">&lt;</mo>'),
    ],
)
def test_notation(latex: str, part: str):
    assert part in latex_to_mathml(latex, display=True)


def test_rows_of_an_alignment_stay_rows():
    shown = latex_to_mathml(r"\begin{aligned} a &= b \\ c &= d \end{aligned}", display=True)
    assert shown.count("<mtr>") == 2
    assert shown.count("<mtd") == 4
    assert "&amp;" not in shown


@pytest.mark.parametrize(
    "latex",
    [
        r"\nosuchcommand{x}",
        r"{x",
        r"x}",
        r"\frac{1}",
        r"\mathbf",
        r"a \\ b",
        r"a & b",
        r"\not=",
        r"\operatorname*{foo}_x",
        r"\text{a $x$ b}",
        r"\boxed{x}",
    ],
)
def test_what_cannot_be_shown_is_refused(latex: str):
    with pytest.raises(MathError):
        latex_to_mathml(latex, display=True)


def test_a_formula_takes_the_sign_behind_it_and_no_other():
    one, two = nodes.math("", "a"), nodes.math("", "b")
    line = nodes.paragraph("", "", one, nodes.Text("."), two, nodes.Text("."), nodes.Text(" End"))
    document = new_document("page")
    document += line
    two.parent.insert(0, nodes.Text("."))
    mathml.keep_punctuation(None, document, "page")
    assert [part.astext() for part in line] == [".", "a", "", "b", "", " End"]
    assert one["punctuation"] == two["punctuation"] == "."
