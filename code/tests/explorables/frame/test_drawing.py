import re

from paying_attention.explorables.frame import drawing


def numbers(markup, *names):
    pattern = "|".join(names)
    return [float(found) for found in re.findall(rf' (?:{pattern})="(-?[\d.]+)"', markup)]


def test_a_bar_is_as_long_as_its_weight():
    markup = drawing.bars(("a", "b", "c"), (0.0, 0.25, 1.0), ("0.00", "0.25", "1.00"))
    assert numbers(markup, "width")[1::2] == [0.0, 80.0, 320.0]


def test_bars_of_a_narrow_column_stand_where_its_layout_says():
    layout = drawing.BarLayout(left=200, top=30, width=100, pitch=42, thickness=8, shades=1)
    weights = [i / 13 for i in range(14)]
    markup = drawing.bars(["w"] * 14, weights, ["0"] * 14, layout)
    assert numbers(markup, "width")[1::2] == [round(100 * weight, 2) for weight in weights]
    assert numbers(markup, "y")[2:-3:4] == [30 + 42 * i + 22 for i in range(14)]
    assert set(re.findall(r"pa-c\d+", markup)) == {"pa-c0"}
    assert (min(numbers(markup, "x")), max(numbers(markup, "x"))) == (200, 300)


def test_words_and_descriptions_are_escaped():
    assert ">&lt;b&gt;<" in drawing.word("<b>", 0, 0, "pa-word")
    markup = drawing.figure("pa-x", "<t>", "a & b", (10, 20), "")
    assert "&lt;t&gt;</title>" in markup
    assert "a &amp; b</desc>" in markup
    assert 'viewBox="0 0 10 20"' in markup
    assert "&lt;w&gt;" in drawing.bars(["<w>"], [1.0], ["1.00"])


def test_the_longest_word_counts_and_wide_letters_twice():
    assert drawing.width_of(("a", "abcd", "ab")) == 4 * drawing.BOLD
    assert drawing.width_of(("二十四",)) == drawing.width_of(("abcdef",))
