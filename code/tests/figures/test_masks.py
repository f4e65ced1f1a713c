import matplotlib.pyplot as plt
import numpy as np
import pytest

from paying_attention.figures.masks import OPEN, draw_mask

MASK = np.array([[True, False, False], [True, True, False]])
QUERIES, KEYS = ["sat", "down"], ["a", "b", "cat"]


@pytest.fixture
def axes():
    return plt.subplots(figsize=(3, 3))[1]


def hatched(axes):
    """Cells (row, column) with a hatch, read back from their corners."""
    return {
        (round(patch.get_center()[1]), round(patch.get_center()[0]))
        for patch in axes.patches
        if patch.get_hatch()
    }


def words(labels):
    return [label.get_text() for label in labels]


def test_hidden_cells_are_hatched_and_open_cells_are_blue(axes):
    draw_mask(axes, MASK, QUERIES, KEYS)
    assert hatched(axes) == {(0, 1), (0, 2), (1, 2)}
    (image,) = axes.images
    assert np.array_equal(image.get_array(), np.where(MASK, OPEN, 0))
    assert image.get_clim() == (0, 1)
    assert image.get_cmap().name == "weights"


def test_queries_are_rows_and_keys_are_columns_on_top(axes):
    draw_mask(axes, MASK, QUERIES, KEYS)
    assert words(axes.get_yticklabels()) == QUERIES
    assert words(axes.get_xticklabels()) == KEYS
    bottom_and_top = {
        (t.label1.get_visible(), t.label2.get_visible()) for t in axes.xaxis.get_major_ticks()
    }
    assert bottom_and_top == {(False, True)}
    top, bottom = axes.get_ylim()[::-1]
    assert top < bottom  # the first query is above


def test_only_long_words_are_turned(axes):
    draw_mask(axes, MASK, QUERIES, KEYS)
    assert {label.get_rotation() for label in axes.get_xticklabels()} == {90}
    other = plt.subplots()[1]
    draw_mask(other, MASK, QUERIES, ["0", "1", "10"])
    assert {label.get_rotation() for label in other.get_xticklabels()} == {0}


def test_words_are_no_formulas(axes):
    draw_mask(axes, MASK, QUERIES, ["$", "$", "c"])
    assert not any(label.get_parse_math() for label in axes.get_xticklabels())


@pytest.mark.parametrize("mask", [MASK.T, MASK[0], np.ones((2, 0), dtype=bool)])
def test_a_wrong_shape_is_refused(axes, mask):
    with pytest.raises(ValueError, match=r"mask: expected shape \(2 queries, 3 keys\), got"):
        draw_mask(axes, mask, QUERIES, KEYS)


def test_no_words_are_refused(axes):
    with pytest.raises(ValueError, match="got \\(0, 0\\)"):
        draw_mask(axes, np.ones((0, 0), dtype=bool), [], [])


@pytest.mark.parametrize("kind", [float, int])
def test_numbers_are_refused(axes, kind):
    with pytest.raises(TypeError, match="mask: expected booleans, got"):
        draw_mask(axes, MASK.astype(kind), QUERIES, KEYS)
