import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.patches import Rectangle

from paying_attention.figures.heads import draw_heads

TARGET, SOURCE = ["twenty", "four"], ["vier", "und", "zwanzig"]
HEADS = np.array(
    [
        [[0.1, 0.2, 0.7], [0.8, 0.1, 0.1]],
        [[0.3, 0.3, 0.4], [0.2, 0.5, 0.3]],
        [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]],
    ]
)
TITLES = ["head 0", "head 1", "head 2"]


@pytest.fixture
def figure():
    return plt.figure(figsize=(4.8, 4.8))


def words(axes, which):
    """The words that are seen beside or above a map."""
    axes.figure.canvas.draw()
    ticks = getattr(axes, f"{which}axis").get_major_ticks()
    labels = [tick.label1 if which == "y" else tick.label2 for tick in ticks]
    return [label.get_text() for label in labels if label.get_visible()]


def test_each_head_has_its_own_map_and_title(figure):
    panels = draw_heads(figure, HEADS, TARGET, SOURCE, TITLES)
    assert [axes.get_title() for axes in panels] == TITLES
    for axes, weights in zip(panels, HEADS, strict=True):
        np.testing.assert_array_equal(axes.images[0].get_array(), weights)
        assert axes.images[0].get_clim() == (0, 1)  # one key to the colours of all maps


def test_the_words_stand_once(figure):
    panels = draw_heads(figure, HEADS, TARGET, SOURCE, TITLES, columns=2)
    assert [words(axes, "y") for axes in panels] == [TARGET, [], TARGET]
    assert [words(axes, "x") for axes in panels] == [SOURCE, SOURCE, []]


def test_words_and_titles_are_legible(figure):
    panels = draw_heads(figure, HEADS, TARGET, SOURCE, TITLES)
    sizes = [label.get_fontsize() for axes in panels for label in axes.get_xticklabels()]
    sizes += [axes.title.get_fontsize() for axes in panels]
    assert min(sizes) >= 11


def test_three_small_maps_in_a_row_have_their_numbers():
    maps = np.full((3, 3, 3), 1 / 3)
    panels = draw_heads(plt.figure(figsize=(4.8, 2.4)), maps, SOURCE, SOURCE, TITLES, columns=3)
    for axes in panels:
        assert [text.get_text() for text in axes.texts] == ["0.33"] * 9


def test_no_empty_panel_is_left(figure):
    assert len(draw_heads(figure, HEADS, TARGET, SOURCE, TITLES, columns=2)) == 3
    assert len(figure.axes) == 3


def test_gold_links_are_framed_in_every_map(figure):
    def framed(axes):
        return {tuple(np.round(p.get_center()[::-1])) for p in axes.patches if not p.get_hatch()}

    panels = draw_heads(figure, HEADS, TARGET, SOURCE, TITLES, sure={(0, 2)}, possible={(1, 0)})
    assert [framed(axes) for axes in panels] == [{(0, 2), (1, 0)}] * 3
    assert all(isinstance(patch, Rectangle) for axes in panels for patch in axes.patches)


def test_masked_cells_are_hatched_in_every_map(figure):
    mask = np.array([[True, True, False], [True, True, True]])
    panels = draw_heads(figure, HEADS, TARGET, SOURCE, TITLES, mask=mask)
    for axes in panels:
        hatched = [patch.get_center()[::-1] for patch in axes.patches if patch.get_hatch()]
        assert [tuple(cell) for cell in hatched] == [(0, 2)]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"titles": TITLES[:2]}, "titles: expected 3, one for each head, got 2"),
        ({"heads": np.zeros((0, 2, 3))}, "titles: expected 0, one for each head, got 3"),
        ({"columns": 0}, "columns: expected 1 or more, got 0"),
        ({"heads": HEADS[:, :1]}, "weights: expected shape"),
        ({"heads": HEADS * 2}, "weights: expected 0 to 1"),
        ({"sure": {(2, 0)}}, "sure: expected links"),
    ],
)
def test_what_does_not_fit_is_refused(figure, change, message):
    arguments = {"heads": HEADS, "target": TARGET, "source": SOURCE, "titles": TITLES} | change
    with pytest.raises(ValueError, match=message):
        draw_heads(figure, **arguments)
