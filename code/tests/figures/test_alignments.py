import re

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.collections import LineCollection
from matplotlib.colors import to_hex
from matplotlib.patches import Rectangle

from paying_attention.figures.alignments import GOLD, alignment_table, draw_alignment, draw_links
from paying_attention.figures.style import WEIGHTS, use_book_style
from tests.figures.test_style import contrast

SOURCE = ["vier", "und", "zwanzig", ";", "und"]
TARGET = ["twenty", "-", "four"]
VALUES = np.array(
    [
        [0.02, 0.08, 0.85, 0.01, 0.04],
        [0.05, 0.41, 0.22, 0.02, 0.30],
        [0.61, 0.00, 0.10, 0.03, 0.06],  # sums to 0.8
    ]
)
LONG_SOURCE = ["drei", "hundert", *SOURCE[:4], "ein", "und", "achtzig", ";", "fünf", "hundert"]
LONG_TARGET = ["three", "hundred", "and", *TARGET, ";", "eighty", "-", "one", ";", "five"]


@pytest.fixture
def axes():
    return plt.subplots(figsize=(4.4, 3.2))[1]


def patches(axes, *, hatched):
    """Cells (row, column) with their patches, read back from their corners."""
    found = {}
    for patch in axes.patches:
        assert isinstance(patch, Rectangle)
        if bool(patch.get_hatch()) == hatched:
            x, y = patch.get_center()
            assert (x, y) == pytest.approx((round(x), round(y)))
            found[round(y), round(x)] = patch
    return found


def texts(axes):
    """What is written where: (row, column) and text."""
    return {
        (text.get_position()[1], text.get_position()[0]): text.get_text() for text in axes.texts
    }


def words(labels):
    return [label.get_text() for label in labels]


def drawn_links(axes):
    """The lines of `draw_links`: upper end, lower end, width and opacity."""
    (lines,) = (c for c in axes.collections if isinstance(c, LineCollection))
    alphas = lines.get_colors()[:, 3]
    return list(zip(lines.get_segments(), lines.get_linewidths(), alphas, strict=True))


def written_words(axes):
    """The words of each row of `draw_links`, from left to right, with their places."""
    return {
        y: sorted((text.xy[0], text.get_text()) for text in axes.texts if text.xy[1] == y)
        for y in (0, 1)
    }


def have_room(boxes):
    return not any(one.overlaps(other) for i, one in enumerate(boxes) for other in boxes[i + 1 :])


# --- the heat map


def test_rows_are_queries_and_columns_are_keys(axes):
    image = draw_alignment(axes, VALUES, TARGET, SOURCE)
    assert list(axes.images) == [image]
    assert image.get_array().tolist() == VALUES.tolist()
    assert words(axes.get_xticklabels()) == SOURCE
    assert words(axes.get_yticklabels()) == TARGET
    assert axes.get_xticks().tolist() == [0, 1, 2, 3, 4]
    assert axes.get_yticks().tolist() == [0, 1, 2]


def test_the_first_query_is_on_top_and_the_keys_are_above(axes):
    draw_alignment(axes, VALUES, TARGET, SOURCE)
    axes.figure.draw_without_rendering()
    extent = tuple(axes.images[0].get_extent())
    assert extent == (-0.5, 4.5, 2.5, -0.5)
    assert (axes.get_xlim(), axes.get_ylim()) == ((-0.5, 4.5), (2.5, -0.5))
    first, *_, last = [label.get_window_extent().y0 for label in axes.get_yticklabels()]
    assert first > last
    shown = [tick.label2 for tick in axes.xaxis.get_major_ticks() if tick.label2.get_visible()]
    assert words(shown) == SOURCE
    assert all(word.get_window_extent().y0 > axes.bbox.y1 for word in shown)
    assert not any(tick.label1.get_visible() for tick in axes.xaxis.get_major_ticks())
    assert axes.xaxis.get_label_position() == "top"


def test_the_pixels_show_the_weights(axes):
    image = draw_alignment(axes, VALUES, TARGET, SOURCE)
    axes.figure.canvas.draw()
    pixels = np.asarray(axes.figure.canvas.buffer_rgba())
    for (row, column), weight in np.ndenumerate(VALUES):  # beside the number, inside the lines
        x, y = axes.transData.transform((column - 0.3, row - 0.3))
        color = pixels[pixels.shape[0] - 1 - int(y), int(x), :3] / 255
        assert color == pytest.approx(WEIGHTS(weight)[:3], abs=0.02)
    assert image.cmap.name == WEIGHTS.name


@pytest.mark.parametrize("scale", [1, 0.1])
def test_colours_mean_the_same_in_every_figure(scale, axes):
    image = draw_alignment(axes, VALUES * scale, TARGET, SOURCE)
    assert image.get_clim() == (0, 1)


def test_gold_links_are_framed_solid_or_dashed(axes):
    links = {"sure": {(0, 2), (2, 0)}, "possible": {(1, 4), (0, 2)}}
    draw_alignment(axes, VALUES, TARGET, SOURCE, **links)
    frames = patches(axes, hatched=False)
    styles = {cell: frame.get_linestyle() for cell, frame in frames.items()}
    assert {cell for cell, style in styles.items() if style in ("-", "solid")} == {(0, 2), (2, 0)}
    assert set(styles) == {(0, 2), (2, 0), (1, 4)}
    assert len(axes.patches) == 3
    for frame in frames.values():
        assert not frame.get_fill()
        assert to_hex(frame.get_edgecolor()).upper() == GOLD
        assert 0.8 < frame.get_width() == frame.get_height() < 1  # inside its cell
        assert frame.get_path_effects()


@pytest.mark.parametrize("weight", np.linspace(0, 1, 41))
def test_a_frame_or_its_border_is_visible_on_every_cell(weight):
    cell = WEIGHTS(weight)
    assert max(contrast(GOLD, cell), contrast("black", cell)) >= 3


def test_masked_cells_are_hatched_and_empty(axes):
    mask = VALUES > 0.05
    draw_alignment(axes, VALUES * mask, TARGET, SOURCE, mask=mask, sure={(0, 2)})
    assert set(patches(axes, hatched=True)) == {(int(i), int(j)) for i, j in np.argwhere(~mask)}
    assert all(patch.get_width() == 1 for patch in patches(axes, hatched=True).values())
    assert set(patches(axes, hatched=False)) == {(0, 2)}
    assert set(texts(axes)) == {(int(i), int(j)) for i, j in np.argwhere(mask)}


def test_a_weight_behind_the_mask_is_not_hidden(axes):
    mask = np.ones_like(VALUES, dtype=bool)
    mask[0, 4] = mask[2, 1] = False
    draw_alignment(axes, VALUES, TARGET, SOURCE, mask=mask)
    assert texts(axes)[0, 4] == "0.04"
    assert (2, 1) not in texts(axes)


def test_without_a_mask_nothing_is_hatched(axes):
    draw_alignment(axes, VALUES, TARGET, SOURCE)
    assert len(axes.patches) == 0


def test_numbers_stand_in_their_cells(axes):
    draw_alignment(axes, VALUES, TARGET, SOURCE)
    assert texts(axes) == {cell: f"{weight:.2f}" for cell, weight in np.ndenumerate(VALUES)}


def test_numbers_contrast_with_their_cells():
    axes = plt.subplots(figsize=(4.8, 4.8))[1]
    weights = np.linspace(0, 1, 64).reshape(8, 8)
    draw_alignment(axes, weights, list("abcdefgh"), list("ijklmnop"))
    assert len(axes.texts) == 64
    for text in axes.texts:
        column, row = text.get_position()
        assert contrast(text.get_color(), WEIGHTS(weights[row, column])) >= 4.5


@pytest.mark.parametrize(("rows", "columns"), [(9, 3), (3, 9)])
def test_large_matrices_have_no_numbers(rows, columns, axes):
    weights = np.full((rows, columns), 0.1)
    draw_alignment(axes, weights, ["a"] * rows, ["b"] * columns)
    assert len(axes.texts) == 0


def test_tiny_cells_have_no_numbers():
    _, grid = plt.subplots(4, 4, figsize=(4.4, 4.4))
    draw_alignment(grid[0, 0], VALUES, TARGET, SOURCE)
    assert len(grid[0, 0].texts) == 0


@pytest.mark.parametrize("side", [2.6, 3.2, 4.4, 6.0])
def test_numbers_are_as_large_as_words_or_not_there(side):
    axes = plt.subplots(figsize=(4.4, side))[1]
    draw_alignment(axes, np.full((7, 5), 0.2), list("abcdefg"), list("hijkl"))
    assert len(axes.texts) == (0 if side < 4 else 35)
    assert {text.get_fontsize() for text in axes.texts} <= {11}


@pytest.mark.parametrize(
    ("rows", "columns", "size", "smallest"),
    [
        (6, 5, (4.2, 4.0), 11),
        (8, 6, (4.4, 5.2), 11),
        (12, 12, (4.8, 5.2), 11),
        (33, 30, (6.0, 6.6), 9),
        (60, 60, (6.0, 6.4), 4),
    ],
)
def test_words_and_numbers_do_not_collide(rows, columns, size, smallest):
    with plt.rc_context():
        use_book_style()
        figure, axes = plt.subplots(figsize=size)
        target, source = ["hundertjährig"] * rows, ["veröffentlicht"] * columns
        draw_alignment(axes, np.full((rows, columns), 0.05), target, source)
        figure.draw_without_rendering()
        labels = [tick.label2 for tick in axes.xaxis.get_major_ticks()]
        for together in (labels, axes.get_yticklabels(), axes.texts):
            assert have_room([text.get_window_extent() for text in together])
        assert min(text.get_fontsize() for text in labels) >= smallest
        everything = figure.get_tightbbox()  # in inches
        assert min(everything.x0, everything.y0) >= 0
        assert everything.x1 <= size[0]
        assert everything.y1 <= size[1]


def test_short_words_lie_and_long_words_stand():
    _, (wide, narrow) = plt.subplots(1, 2, figsize=(6.4, 3.6))
    draw_alignment(wide, [[0.5, 0.5]], ["a"], ["der", "Bericht"])
    draw_alignment(narrow, [[0.5, 0.5]], ["a"], ["der", "Bericht wurde gestern gelesen"])
    assert {label.get_rotation() for label in wide.get_xticklabels()} == {0}
    assert {label.get_rotation() for label in narrow.get_xticklabels()} == {90}


def test_a_dollar_is_no_formula(axes):
    draw_alignment(axes, [[0.5, 0.5]], ["$x$"], ["$", "$5$"])
    draw_links(plt.subplots()[1], [[0.5, 0.5]], ["$x$"], ["$", "$5$"])
    labels = [*axes.get_xticklabels(), *axes.get_yticklabels(), *plt.gca().texts]
    assert not any(label.get_parse_math() for label in labels)


# --- links between two rows of words


def test_links_join_the_right_words(axes):
    draw_links(axes, VALUES, TARGET, SOURCE, threshold=0.25)
    rows = written_words(axes)
    assert [word for _, word in rows[1]] == SOURCE
    assert [word for _, word in rows[0]] == TARGET
    expected = [
        [(rows[1][column][0], 1), (rows[0][row][0], 0)]
        for row, column in [(0, 2), (1, 1), (1, 4), (2, 0)]
    ]
    assert [ends.tolist() for ends, _, _ in drawn_links(axes)] == [
        [list(end) for end in ends] for ends in expected
    ]
    assert axes.get_ylim() == (0, 1)  # the source is above
    assert not axes.axison


def test_links_are_as_thick_as_their_weights(axes):
    draw_links(axes, VALUES, TARGET, SOURCE, threshold=0.05)
    strengths = VALUES[VALUES >= 0.05]
    widths = [width for _, width, _ in drawn_links(axes)]
    assert len(widths) == 9
    assert np.allclose(widths / strengths, 8)
    alphas = np.array([alpha for _, _, alpha in drawn_links(axes)])
    assert (np.argsort(alphas) == np.argsort(strengths)).all()
    assert (alphas >= 0.3).all()
    assert (alphas <= 1).all()


@pytest.mark.parametrize(("threshold", "count"), [(0, 15), (0.05, 9), (0.61, 2), (0.62, 1), (1, 0)])
def test_weights_below_the_threshold_have_no_line(threshold, count, axes):
    draw_links(axes, VALUES, TARGET, SOURCE, threshold=threshold)
    assert len(drawn_links(axes)) == count


@pytest.mark.parametrize("width", [3.4, 4.4, 6.4, 9.0])
@pytest.mark.parametrize("size", [3, 6, 12])
def test_words_of_links_do_not_collide(width, size):
    with plt.rc_context():
        use_book_style()
        figure, axes = plt.subplots(figsize=(width, 3.2))
        target, source = LONG_TARGET[:size], [*LONG_SOURCE[: size - 1], "veröffentlicht"]
        draw_links(axes, np.full((size, size), 0.1), target, source)
        figure.draw_without_rendering()
        boxes = [text.get_window_extent() for text in axes.texts]
        assert have_room(boxes)
        assert all(box.y0 > axes.bbox.y1 or box.y1 < axes.bbox.y0 for box in boxes)  # off the lines
        assert all(box.x0 >= 0 and box.x1 <= figure.bbox.x1 for box in boxes)
        assert {text.get_fontsize() for text in axes.texts} == {11}
        assert len({text.get_rotation() for text in axes.texts}) == 1


def test_long_words_get_more_room(axes):
    draw_links(axes, [[0.3, 0.3, 0.3]], ["a"], ["a", "unbelievable", "a"])
    (first, _), (second, _), (third, _) = sorted(text.xy for text in axes.texts if text.xy[1] == 1)
    assert second - first == pytest.approx(third - second)
    low, high = axes.get_xlim()
    assert first - low == pytest.approx(high - third)
    assert second - first > 2 * (first - low)  # half of the long word and half of the short one


# --- the table


def test_the_table_by_hand():
    table = alignment_table(VALUES, TARGET, SOURCE)
    assert table.splitlines() == [
        "target  looks at                    rest",
        "twenty  zwanzig 0.85, und (2) 0.08  0.07",
        "-       und (2) 0.41, und (5) 0.30  0.29",
        "four    vier 0.61, zwanzig 0.10     0.09",
    ]


def test_the_table_lists_as_many_as_asked():
    rows = alignment_table(VALUES, TARGET, SOURCE, top=1).splitlines()
    assert rows[2] == "-       und (2) 0.41  0.59"
    everything = alignment_table(VALUES, TARGET, SOURCE, top=9).splitlines()
    assert everything[1:4] == [
        "twenty  zwanzig 0.85, und (2) 0.08, und (5) 0.04, vier 0.02,  0.00",
        "        ; 0.01",
        "-       und (2) 0.41, und (5) 0.30, zwanzig 0.22, vier 0.05,  0.00",
    ]
    assert everything[-1] == "four    vier 0.61, zwanzig 0.10, und (5) 0.06, ; 0.03         0.00"


def test_equal_weights_keep_the_order_of_the_sentence():
    table = alignment_table([[0.2] * 5], ["a"], list("vwxyz"), top=3)
    assert table.splitlines()[1] == "a       v 0.20, w 0.20, x 0.20  0.40"


def test_what_shows_as_zero_is_not_listed():
    rows = alignment_table([[0, 0.996, 0.004], [0, 0, 0]], ["a", "b"], list("xyz")).splitlines()
    assert rows[1:] == ["a       y 1.00    0.00", "b       nothing   0.00"]


def test_repeated_targets_have_their_position():
    table = alignment_table([[1.0], [0.5], [0.2]], ["the", "cat", "the"], ["x"])
    assert [row.split("  ")[0] for row in table.splitlines()] == [
        "target", "the (1)", "cat", "the (3)",
    ]  # fmt: skip


def test_very_long_words_are_cut():
    table = alignment_table([[0.5, 0.5]], ["a" * 60], ["b" * 20, "c" * 21])
    assert table.splitlines()[1].split() == [
        "a" * 19 + "…", "b" * 20, "0.50,", "0.00",
    ]  # fmt: skip
    assert table.splitlines()[2].split() == ["c" * 19 + "…", "0.50"]


@given(
    st.lists(st.text("abcß,;-…", min_size=1, max_size=60), min_size=1, max_size=12),
    st.integers(1, 12),
)
def test_lines_of_the_table_are_short_and_complete(sentence, top):
    weights = np.full((len(sentence), len(sentence)), 1 / len(sentence))
    table = alignment_table(weights, sentence, sentence, top=top)
    assert max(len(line) for line in table.splitlines()) <= 72
    listed = min(top, len(sentence)) * len(sentence)
    assert len(re.findall(r" [01]\.\d\d", table)) == listed + len(sentence)


# --- what goes in

EVERYTHING = [
    draw_alignment,
    draw_links,
    lambda axes, *arguments: alignment_table(*arguments),
]
each = pytest.mark.parametrize("show", EVERYTHING, ids=["alignment", "links", "table"])


@each
@pytest.mark.parametrize(
    "convert",
    [np.float32, torch.tensor, np.ndarray.tolist, lambda values: torch.tensor(values).half()],
    ids=["float32", "torch", "list", "half"],
)
def test_arrays_of_every_kind(convert, show, axes):
    show(axes, convert(VALUES), tuple(TARGET), SOURCE)


@each
@pytest.mark.parametrize(
    ("weights", "error", "message"),
    [
        (VALUES.T, ValueError, r"weights: expected shape \(3 target words, 5 source words\), got"),
        (VALUES[:2], ValueError, r"weights: expected shape .*got \(2, 5\)"),
        (VALUES[None], ValueError, r"weights: expected shape .*got \(1, 3, 5\)"),
        (VALUES + 0.2, ValueError, r"weights: expected 0 to 1, got 0.2 to 1.05"),
        (VALUES - 0.1, ValueError, r"weights: expected 0 to 1, got -0.1"),
        (np.where(VALUES > 0.8, np.nan, VALUES), ValueError, "weights: expected 0 to 1, got nan"),
        (np.where(VALUES > 0.8, np.inf, VALUES), ValueError, "weights: expected 0 to 1, got .*inf"),
        (VALUES.astype(str), TypeError, "weights: expected numbers, got <U"),
        (VALUES > 0.5, TypeError, "weights: expected numbers, got bool"),
        ([[0.5], [0.5, 0.1]], TypeError, "weights: expected a matrix that NumPy can read"),
        (torch.tensor(VALUES, requires_grad=True), TypeError, r"weights: .*detach"),
    ],
)
def test_bad_weights_are_named(weights, error, message, show, axes, without_type_checks):
    with pytest.raises(error, match=message):
        show(axes, weights, TARGET, SOURCE)
    assert not axes.images
    assert not axes.texts


@each
def test_no_words_are_refused(show, axes):
    with pytest.raises(ValueError, match=r"0 target words, 2 source words\), got \(0, 2\)"):
        show(axes, np.zeros((0, 2)), [], ["a", "b"])


@each
def test_rounding_errors_are_forgiven(show, axes):
    show(axes, [[1 + 1e-7, -1e-9]], ["a"], ["b", "c"])


def test_a_rounding_error_leaves_no_minus():
    assert "-" not in alignment_table([[1 + 1e-7, -1e-9]], ["a"], ["b", "c"])


@pytest.mark.parametrize("name", ["sure", "possible"])
@pytest.mark.parametrize("link", [(3, 0), (0, 5), (-1, 0), (0, -1)])
def test_links_outside_are_named(name, link, axes):
    message = rf"{name}: expected links \(target < 3, source < 5\), got \({link[0]}, {link[1]}\)"
    with pytest.raises(ValueError, match=message):
        draw_alignment(axes, VALUES, TARGET, SOURCE, **{name: {(0, 0), link}})
    assert not axes.images


def test_bad_masks_are_named(axes, without_type_checks):
    with pytest.raises(TypeError, match="mask: expected booleans, got float64"):
        draw_alignment(axes, VALUES, TARGET, SOURCE, mask=VALUES)
    with pytest.raises(ValueError, match=r"mask: expected shape \(3, 5\), got \(5, 3\)"):
        draw_alignment(axes, VALUES, TARGET, SOURCE, mask=VALUES.T > 0)
    draw_alignment(axes, VALUES, TARGET, SOURCE, mask=torch.tensor(VALUES) >= 0)


@pytest.mark.parametrize("threshold", [-0.1, 1.5, float("nan")])
def test_a_bad_threshold_is_named(threshold, axes):
    with pytest.raises(ValueError, match=f"threshold: expected 0 to 1, got {threshold}"):
        draw_links(axes, VALUES, TARGET, SOURCE, threshold=threshold)


def test_a_bad_top_is_named():
    with pytest.raises(ValueError, match="top: expected 1 or more, got 0"):
        alignment_table(VALUES, TARGET, SOURCE, top=0)
