import matplotlib.pyplot as plt
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure

from paying_attention.figures.alignments import alignment_table, draw_alignment, draw_links
from paying_attention.figures.curves import draw_bars, draw_curve
from paying_attention.figures.heads import draw_heads
from paying_attention.figures.masks import draw_mask
from paying_attention.figures.words import columns, distinct_words, legend_text, shown_words

ODD = ["$a_b$", "_x", "a\nb", "\\frac", "100 %", "", "é", "{}", "<eos>", "w" * 300, "\t\x00\ud800"]
SHOWN = [*ODD[:2], "a\\nb", *ODD[3:9], "w" * 19 + "…", "\\t\\x00\\ud800"]
EVEN = np.full((len(ODD), len(ODD)), 1 / len(ODD))


def test_each_word_is_one_line_that_can_be_read():
    assert shown_words("source", ODD) == SHOWN
    ends = ["\n", "\r", "\x0b", "\x1c", "\x85", "\u2028", "\u2029"]
    assert shown_words("source", ends) == [repr(end)[1:-1] for end in ends]
    assert shown_words("source", ("w" * 20, "w" * 21)) == ["w" * 20, "w" * 19 + "…"]
    assert shown_words("source", ("漢" * 10, "漢" * 11)) == ["漢" * 10, "漢" * 9 + "…"]


@given(st.lists(st.text(), max_size=5))
def test_any_text_becomes_as_many_short_lines(words):
    shown = shown_words("source", words)
    assert len(shown) == len(words)
    for before, after in zip(words, shown, strict=True):
        assert len(after.splitlines() or [""]) == 1
        assert columns(after) <= 20
        after.encode()
        if before.isprintable() and columns(before) <= 20:
            assert after == before


def draw_map(words):
    draw_alignment(plt.figure().subplots(), EVEN, words, words)


def draw_lines(words):
    draw_links(plt.figure().subplots(), EVEN, words, words)


def draw_a_mask(words):
    draw_mask(plt.figure().subplots(), np.eye(len(ODD)) > 0, words, words)


def draw_two_heads(words):
    draw_heads(plt.figure(), [EVEN, EVEN], words, words, ["a $ and b $", "_y"])


@pytest.mark.parametrize("draw", [draw_map, draw_lines, draw_a_mask, draw_two_heads])
def test_odd_words_stand_in_every_figure_as_they_are(draw):
    """A formula, a second line or a missing glyph would show another word, or warn."""
    draw(ODD)
    figure = plt.gcf()
    figure.draw_without_rendering()
    texts = [t for axes in figure.axes for t in (*axes.get_xticklabels(), *axes.get_yticklabels())]
    texts += [text for axes in figure.axes for text in (*axes.texts, axes.title)]
    assert set(SHOWN) <= {text.get_text() for text in texts if not text.get_parse_math()}
    assert not any(text.get_parse_math() and "$" in text.get_text() for text in texts)


def test_odd_words_stand_in_the_table():
    lines = alignment_table(np.eye(len(ODD)), ODD, ODD, top=1).splitlines()
    assert len(lines) == 1 + len(ODD)
    for line, word in zip(lines[1:], SHOWN, strict=True):
        assert line.split() == [*word.split(), *word.split(), "1.00", "0.00"]
    assert len({len(line) for line in lines[1:]}) == 1


def test_a_table_of_wide_letters_stays_in_columns():
    """漢 takes two columns of a terminal, and an accent that is set on its letter none."""
    words = ["漢字", "e\u0301", "abcdefg"]
    lines = alignment_table(np.eye(3), words, words, top=1).splitlines()
    starts = [columns(line[: line.index("1.00")]) for line in lines[1:]]
    ends = [columns(line) for line in lines]
    assert starts == [len("abcdefg  ") + n + len(" ") for n in (4, 1, 7)]
    assert len(set(ends)) == 1
    wide = ["漢" * 20 + str(i) for i in range(9)]
    table = alignment_table(np.full((9, 9), 1 / 9), wide, wide, top=9)
    assert max(columns(line) for line in table.splitlines()) <= 72


@pytest.mark.parametrize("side", [0, 1])
@pytest.mark.parametrize("draw", [draw_alignment, draw_links])
def test_a_string_is_no_list_of_words(draw, side):
    """Letter by letter it would fit."""
    words = [["a", "b", "c"], ["a", "b", "c"]]
    words[side] = "abc"
    name = ("target", "source")[side]
    match = f"{name}: expected a sequence of words, got the string 'abc'"
    with pytest.raises(TypeError, match=match):
        draw(Figure().subplots(), np.eye(3), *words)
    with pytest.raises(TypeError, match=match):
        alignment_table(np.eye(3), *words)
    with pytest.raises(TypeError, match=match):
        draw_heads(Figure(), [np.eye(3)], *words, ["one"])


def test_a_string_is_no_list_of_queries_keys_titles_or_labels():
    axes, words = Figure().subplots(), ["a", "b"]
    with pytest.raises(TypeError, match="queries: expected a sequence of words, got the string"):
        draw_mask(axes, np.eye(2) > 0, "ab", words)
    with pytest.raises(TypeError, match="keys: expected a sequence of words, got the string"):
        draw_mask(axes, np.eye(2) > 0, words, "ab")
    with pytest.raises(TypeError, match="titles: expected a sequence of titles, got the string"):
        draw_heads(Figure(), [np.eye(2)] * 2, words, words, "ab")
    with pytest.raises(TypeError, match="labels: expected a sequence of labels, got the string"):
        draw_bars(axes, "ab", [1, 2])


@pytest.mark.parametrize("label", ["_x", "__", "5 $ or 6 $", "$x$", "\\$x", "_$a_b$", "plain", ""])
def test_a_legend_shows_the_label_as_it_is(label):
    axes = plt.figure().subplots()
    draw_curve(axes, [0, 1], [1, 2], label=label)
    draw_curve(axes, [0, 1], [2, 1], label="other")
    texts = axes.legend().get_texts()
    plt.gcf().draw_without_rendering()
    shown = [text._preprocess_math(text.get_text()) for text in texts]  # what is drawn in the end
    assert shown[-1] == ("other", False)
    if label:  # nothing needs no entry
        assert (shown[0][0].removeprefix("\u2060"), shown[0][1]) == (label, False)
    assert legend_text("plain") == "plain"


def test_bars_show_their_labels_as_they_are():
    axes = plt.figure().subplots()
    draw_bars(axes, ["_x", "5 $ or 6 $"], [1, 2])
    plt.gcf().draw_without_rendering()
    labels = axes.get_xticklabels()
    assert [label.get_text() for label in labels] == ["_x", "5 $ or 6 $"]
    assert all(label.get_visible() and not label.get_parse_math() for label in labels)


def test_bars_need_a_look():
    with pytest.raises(ValueError, match="looks: expected at least one, got none"):
        draw_bars(Figure().subplots(), ["a"], [1], looks=())


def test_words_that_occur_twice_have_their_position():
    assert distinct_words(["a", "b", "a", "a"]) == ["a (1)", "b", "a (3)", "a (4)"]


@pytest.mark.parametrize(
    ("text", "width"), [("", 0), ("abc", 3), ("漢", 2), ("ＡＢ", 4), ("e\u0301", 1), ("ﬁ", 1)]
)
def test_columns_by_hand(text, width):
    assert columns(text) == width
