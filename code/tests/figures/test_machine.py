import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest

from paying_attention.figures.geometry import Box
from paying_attention.figures.machine import (
    PLAIN,
    QUIET,
    SECOND,
    WITH,
    WITHOUT,
    board,
    draw_arrow,
    draw_box,
    draw_cells,
    draw_note,
    draw_word,
)
from paying_attention.figures.palette import is_of_the_book
from paying_attention.figures.style import WITH_ATTENTION, WITHOUT_ATTENTION
from tests.figures.drawn import boxes, gap, inside, letters, lines, tables, texts
from tests.figures.test_style import contrast

TONES = [PLAIN, WITH, WITHOUT, SECOND]


@pytest.fixture
def axes():
    return board(200)


@pytest.mark.parametrize("height", [130, 314])
def test_a_notebook_that_cuts_a_picture_leaves_it_as_it_is(height):
    """Else two pictures with the same boxes would have them in different places."""
    axes = board(height)
    draw_box(axes, (180, 65), "$v$")
    figure = axes.figure
    cut = figure.get_tightbbox(figure.canvas.get_renderer()).padded(0.1)  # matplotlib's padding
    assert [*cut.min, *cut.max] == pytest.approx([0, 0, 5, height / 72])
    assert axes.transData.transform((180, 65)) == pytest.approx(
        np.array([180, 65]) / 72 * figure.dpi
    )


def test_a_picture_has_no_frame_and_no_ticks(axes):
    assert not axes.axison
    assert mpl.colors.to_hex(axes.figure.get_facecolor()) == "#ffffff"
    assert axes.figure.get_layout_engine() is None


def test_colours_are_those_of_the_book():
    assert (WITH.line, WITHOUT.line) == (WITH_ATTENTION.color, WITHOUT_ATTENTION.color)
    assert all(is_of_the_book(color) for tone in [*TONES, QUIET] for color in tone)


@pytest.mark.parametrize("tone", TONES)
def test_letters_and_lines_read_on_paper_and_in_boxes(tone):
    for ground in (tone.ground, QUIET.ground):
        assert contrast(tone.letters, ground) >= 4.5
        assert contrast(tone.line, ground) >= 3
    assert contrast(QUIET.letters, QUIET.ground) >= 4.5


def test_a_box_stands_where_it_says(axes):
    box = draw_box(axes, (100, 80), "$h_1$", size=(60, 30), corner=15, tone=WITH, edge=2)
    assert box == Box(100, 80, 60, 30, 15)
    (patch,) = axes.patches
    assert np.array_equal(patch.get_path().vertices, box.outline().vertices)
    assert patch.get_linewidth() == 2
    assert mpl.colors.to_hex(patch.get_facecolor()) == WITH.ground.lower()
    assert mpl.colors.to_hex(patch.get_edgecolor()) == WITH.line.lower()


def test_a_box_may_have_no_edge_and_no_label(axes):
    draw_box(axes, (100, 80), edge=0)
    assert axes.patches[0].get_edgecolor() == (0, 0, 0, 0)
    assert not axes.texts


@pytest.mark.parametrize("label", ["$h_1$", "$s_{12}$", "$v$", "$+$", "mix"])
def test_a_label_stands_in_the_middle_of_its_box(axes, label):
    box = draw_box(axes, (100, 80), label)
    (place,) = texts(axes, "label").values()
    assert inside(place, boxes(axes)[label.strip("$")].get_extents(), room=2)
    assert (place.x0 + place.x1) / 2 == pytest.approx(box.x, abs=1)
    assert (place.y0 + place.y1) / 2 == pytest.approx(box.y, abs=1.5)


def test_labels_are_formulas_and_words_are_not(axes):
    draw_box(axes, (60, 80), "$h_1$")
    draw_note(axes, (60, 50), r"$(T,\ 2n)$")
    draw_word(axes, (60, 20), "$h_1$")
    assert [text.get_parse_math() for text in axes.texts] == [True, True, False]
    assert {text.get_math_fontfamily() for text in axes.texts} == {"stix"}
    assert {text.get_fontfamily()[0] for text in axes.texts} == {"DejaVu Sans"}


@pytest.mark.parametrize(
    ("word", "shown"),
    [
        *((same, same) for same in ("$a_b$", "_x", "100 %", "\\frac", "fünf", "<eos>", "{}", "-")),
        ("two\nlines", "two\\nlines"),
        ("Donaudampfschifffahrt", "Donaudampfschifffah…"),
    ],
)
def test_a_word_is_shown_as_it_is(axes, word, shown):
    box = draw_word(axes, (180, 100), word)
    ((text, place),) = {t.get_text(): t for t in axes.texts}.items()
    axes.figure.draw_without_rendering()
    assert (text, place.get_parse_math()) == (shown, False)
    axes.figure.set_dpi(72)
    measured = place.get_window_extent(axes.figure.canvas.get_renderer())
    assert measured.width == pytest.approx(box.width - 6, abs=2)
    assert measured.height < box.height


def test_an_upright_word_begins_at_its_place(axes):
    for word in ("a", "longer"):
        box = draw_word(axes, (180, 60), word, is_upright=True)
        (place,) = [p for text, p in texts(axes, "word").items() if text == word]
        assert place.y0 == pytest.approx(60, abs=1)
        assert (place.x0 + place.x1) / 2 == pytest.approx(180, abs=1)
        assert inside(place, box.outline().get_extents())
        assert box.height == pytest.approx(place.height + 6, abs=2)


def test_letters_that_a_phone_cannot_show_are_refused(axes):
    with pytest.raises(ValueError, match=r"size: expected letters of 11\.06 or more, got 11\.00"):
        draw_word(axes, (180, 100), "small", size=11)
    draw_word(axes, (180, 100), "$a_b$", size=11.5)  # no formula, so no index
    draw_note(axes, (180, 60), "$x_1$")
    draw_note(axes, (180, 60), "$n^2$ and more")
    draw_note(axes, (180, 40), "a_b costs $5$")
    draw_note(axes, (180, 20), "a_b costs 5 $")
    assert [text.get_fontsize() for text in axes.texts] == [11.5, 16, 16, 13, 11.5]
    assert min(letters(axes).values()) >= 11


def test_an_index_is_the_smallest_letter(axes):
    draw_box(axes, (60, 80), "$h_1$")  # 0.7 of 16 is 11.2
    for small in ("$x_{i_j}$", "$e^{x^2}$"):
        with pytest.raises(ValueError, match=r"got 7\.84"):
            draw_box(axes, (60, 80), small)
        with pytest.raises(ValueError, match=r"got 7\.84"):
            draw_note(axes, (60, 80), small)


def test_cells_stand_in_rows_the_first_above(axes):
    box = draw_cells(axes, (100, 80), [[0, 0.5, 1], [1, 0, 0]], cell=(10, 20), tone=WITH)
    assert box == Box(100, 80, 30, 40, 0)
    cells = [patch for patch in axes.patches if patch.get_gid() == "cell"]
    inks = [patch for patch in axes.patches if patch.get_gid() == "ink"]
    assert [cell.get_xy() for cell in cells] == [
        *((85, 80), (95, 80), (105, 80)),
        *((85, 60), (95, 60), (105, 60)),
    ]
    assert {(cell.get_width(), cell.get_height()) for cell in cells} == {(10, 20)}
    assert [ink.get_alpha() for ink in inks] == [0, 0.5, 1, 1, 0, 0]
    for cell, ink in zip(cells, inks, strict=True):  # an edge stays in sight between full cells
        assert inside(ink.get_bbox(), cell.get_bbox(), room=1)


def test_hidden_cells_are_hatched_on_paper(axes):
    hidden = [[False, True, False], [True, False, False]]
    draw_cells(axes, (100, 80), [[0, 0.5, 1], [1, 0, 0]], cell=(10, 20), tone=WITH, hidden=hidden)
    (table,) = tables(axes)
    assert table.hidden.tolist() == hidden
    cells = [patch for patch in axes.patches if patch.get_gid() == "cell"]
    grounds = [mpl.colors.to_hex(cell.get_facecolor()).upper() for cell in cells]
    assert grounds == [QUIET.ground if flag else WITH.ground for flag in np.ravel(hidden)]
    hatches = [patch for patch in axes.patches if patch.get_gid() == "hatch"]
    hatched = [cell for cell, flag in zip(cells, np.ravel(hidden), strict=True) if flag]
    for hatch, cell in zip(hatches, hatched, strict=True):
        assert hatch.get_path().get_extents().extents.tolist() == cell.get_bbox().extents.tolist()
        assert mpl.colors.to_hex(hatch.get_edgecolor()) == WITH.line.lower()


def test_one_truth_value_hides_all_cells_or_none(axes):
    draw_cells(axes, (60, 80), [1, 0], hidden=True)
    draw_cells(axes, (160, 80), [1, 0])
    assert [table.hidden.tolist() for table in tables(axes)] == [[[True, True]], [[False, False]]]


def test_a_vector_is_a_row_and_booleans_are_cells(axes):
    assert draw_cells(axes, (100, 80), [0.1, 0.2, 0.3])[2:4] == (42, 14)
    assert draw_cells(axes, (100, 80), np.eye(3, 2) > 0)[2:4] == (28, 42)


@pytest.mark.parametrize("values", [[], [[]], [1.5], [-0.1], [np.nan], np.zeros((2, 2, 2))])
def test_what_is_no_vector_of_shares_is_refused(axes, values):
    with pytest.raises(ValueError, match="values: expected one or two axes of numbers in"):
        draw_cells(axes, (100, 80), values)


def test_words_are_no_cells(axes):
    with pytest.raises(TypeError, match="values: expected numbers, got <U1"):
        draw_cells(axes, (100, 80), ["a"])


@pytest.mark.parametrize(
    "way",
    [{}, {"through": [(300, 50)]}, {"through": [(50, 150), (300, 150)]}, {"bend": 0.3}],
    ids=["straight", "elbow", "two corners", "bent"],
)
def test_both_ends_of_an_arrow_touch_their_boxes(axes, way):
    start = draw_box(axes, (50, 50), "a")
    end = draw_box(axes, (300, 120), "b", size=(30, 30), corner=15)
    draw_arrow(axes, start, end, **way)
    (line,) = lines(axes)
    assert gap(start.outline(), line.start) < 0.05
    assert gap(end.outline(), line.end) < 0.05
    assert line.has_head
    assert not line.is_dashed
    rest = np.subtract(line.end, line.path.vertices[-1])
    assert 0 < np.hypot(*rest) < 8  # the head covers the end of the line


def test_an_elbow_leaves_and_arrives_squarely(axes):
    start, end = draw_box(axes, (50, 50), "a"), draw_box(axes, (300, 120), "b")
    draw_arrow(axes, start, end, through=[(300, 50)])
    (line,) = lines(axes)
    assert (line.start, line.end) == ((72, 50), (300, 103))


def test_an_arrow_from_point_to_point_keeps_them(axes):
    draw_arrow(axes, (10, 20), (90, 20), has_head=False, width=3, tone=WITHOUT)
    draw_arrow(axes, (10, 20), (90, 20), is_dashed=True)
    plain, dashed = lines(axes)
    assert (plain.start, plain.end) == ((10, 20), (90, 20))
    assert (plain.color, plain.width, plain.has_head) == (WITHOUT.line, 3, False)
    assert (dashed.is_dashed, dashed.end) == (True, (90, 20))


def test_a_head_points_where_the_line_goes(axes):
    draw_arrow(axes, (10, 20), (10, 90), width=2)
    (head,) = [patch for patch in axes.patches if patch.get_gid() == "head"]
    tip, one, other = head.get_xy()[:3]
    assert tip.tolist() == [10, 90]
    assert one[1] == other[1] == pytest.approx(90 - 4.5 - 3.2)
    assert (one[0] + other[0]) / 2 == pytest.approx(10)


def test_a_label_interrupts_the_middle_of_its_line(axes):
    draw_arrow(axes, (100, 50), (200, 50), label="asks", has_head=False)
    (text,) = axes.texts
    assert text.get_position() == pytest.approx((150, 50))
    assert mpl.colors.to_hex(text.get_bbox_patch().get_facecolor()) == QUIET.ground.lower()
    assert text.get_zorder() > axes.patches[0].get_zorder()


def test_a_line_with_corners_has_no_bow(axes):
    with pytest.raises(ValueError, match=r"bend: expected 0 for a line with corners, got 0\.2"):
        draw_arrow(axes, (0, 0), (9, 9), through=[(9, 0)], bend=0.2)


def test_a_note_begins_or_ends_at_its_place(axes):
    for align in ("left", "center", "right"):
        draw_note(axes, (180, 100), align, align=align)
    left, middle, right = texts(axes, "note").values()
    assert left.x0 == pytest.approx(180, abs=1)
    assert (middle.x0 + middle.x1) / 2 == pytest.approx(180, abs=1)
    assert right.x1 == pytest.approx(180, abs=1)


def test_a_note_may_be_larger_than_usual(axes):
    draw_note(axes, (180, 100), "$Q$", size=16)
    draw_note(axes, (180, 60), "$Q$")
    assert [text.get_fontsize() for text in axes.texts] == [16, 13]


def test_the_pictures_of_one_test_are_closed_after_it():
    assert plt.get_fignums() == []
    board(100)
