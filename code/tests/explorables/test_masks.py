import math
import re

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from paying_attention.attention import masks
from paying_attention.attention.softmax import masked_softmax
from paying_attention.explorables.masks import mask_state, mask_texts, masks_to_click, presets

LN2, LN3 = math.log(2), math.log(3)
SCORES = [[0, LN2, LN3], [LN3, 0, 0], [LN2, LN3, 5]]
LABELS = ("the", "cat", "sat")
CAUSAL = [[True, False, False], [True, True, False], [True, True, True]]


def summary(mask, labels=LABELS):
    return mask_texts(mask_state(np.zeros((len(labels),) * 2).tolist(), mask), labels)["summary"]


def test_by_hand():
    mask = [[True, True, True], [False, False, False], [True, True, False]]
    found = mask_state(SCORES, mask)
    expected = (1 / 6, 2 / 6, 3 / 6, 0, 0, 0, 2 / 5, 3 / 5, 0)
    assert found.weights == pytest.approx(expected)
    assert found.sums == pytest.approx((1, 0, 1))
    assert (found.open, found.blind, found.ahead) == (5, (1,), (0,))
    assert found.mask == tuple(map(tuple, mask))


numbers = st.floats(-1000, 1000)
matrices = st.lists(st.lists(numbers, min_size=4, max_size=4), min_size=4, max_size=4)
grids = st.lists(st.lists(st.booleans(), min_size=4, max_size=4), min_size=4, max_size=4)


@given(matrices, grids)
def test_the_weights_are_those_of_the_package(scores, mask):
    expected = masked_softmax(torch.tensor(scores, dtype=torch.float64), torch.tensor(mask))
    found = mask_state(scores, mask)
    assert found.weights == pytest.approx(expected.ravel().tolist(), abs=1e-12)
    assert found.sums == pytest.approx([float(any(row)) for row in mask])


@given(grids)
def test_open_cells_blind_rows_and_the_future_are_counted(mask):
    found = mask_state([[0.0] * 4] * 4, mask)
    assert found.open == sum(may for row in mask for may in row)
    assert found.blind == tuple(i for i in range(4) if not any(mask[i]))
    assert found.ahead == tuple(i for i in range(4) if any(mask[i][i + 1 :]))


@given(matrices, grids, st.integers(0, 3), st.integers(0, 3), numbers)
def test_a_score_that_is_masked_changes_nothing(scores, mask, i, j, other):
    mask[i][j] = False
    before = mask_state(scores, mask).weights
    scores[i][j] = other
    assert mask_state(scores, mask).weights == before


@pytest.mark.parametrize("size", range(1, 7))
def test_the_masks_to_start_from_are_those_of_the_package(size):
    causal = masks.causal_mask(size)
    last_row = torch.arange(size)[:, None] == size - 1
    expected = {
        "everything": torch.ones(size, size, dtype=torch.bool),
        "causal": causal,
        "one to the left": masks.sliding_window_mask(size, left=1, right=0),
        "last token is padding": masks.padding_mask(torch.tensor([size - 1]), size).expand(
            size, -1
        ),
        "prefix of two": masks.prefix_mask(2, size),
        "nothing for the last": causal & ~last_row,
    }
    found = presets(size)
    assert list(found) == list(expected)
    for name, mask in expected.items():
        assert [list(row) for row in found[name]] == mask.tolist(), name


def test_the_first_mask_is_causal():
    found = masks_to_click(SCORES, LABELS)
    assert found.inputs["mask"] == tuple(map(tuple, CAUSAL))
    assert found._repr_html_() == masks_to_click(SCORES, LABELS, mask=CAUSAL)._repr_html_()


T, F = True, False


@pytest.mark.parametrize(
    ("mask", "sentence"),
    [
        (CAUSAL, "6 of 9 cells are open. Every query sees something. No query sees the future."),
        (
            [[F, T, F], [F, F, F], [T, F, F]],
            "2 of 9 cells are open. “cat” sees nothing: its weights are all 0. "
            "“the” sees the future.",
        ),
        (
            [[F, F, F], [F, F, T], [F, F, F]],
            "1 of 9 cells is open. “the” and “sat” see nothing: their weights are all 0. "
            "“cat” sees the future.",
        ),
        (
            [[T, T, T]] * 3,
            "9 of 9 cells are open. Every query sees something. “the” and “cat” see the future.",
        ),
        (
            [[F, F, F]] * 3,
            "0 of 9 cells are open. “the” and “cat” and “sat” see nothing: their weights are "
            "all 0. No query sees the future.",
        ),
    ],
)
def test_the_sentence_says_who_sees_what(mask, sentence):
    assert summary(mask) == sentence


def test_of_many_queries_the_number_is_said():
    labels = tuple("abcde")
    assert "4 queries see the future" in summary([[True] * 5] * 5, labels)
    assert "5 queries see nothing: their" in summary([[False] * 5] * 5, labels)


def test_masked_reads_0_and_tiny_reads_0_00():
    texts = masks_to_click([[0, 1], [20, 0]], ("a", "b")).texts
    assert [texts[f"weight-{k}"] for k in range(4)] == ["1.00", "0", "1.00", "0.00"]
    assert (texts["sum-0"], texts["seen-0"], texts["seen-1"]) == ("1.00", "2", "1")


def test_a_row_that_sees_nothing_says_so():
    shown = repr(masks_to_click(SCORES, LABELS, mask=[*CAUSAL[:2], [False] * 3])).splitlines()
    assert shown[1].split() == ["the", "cat", "sat", "sum"]
    assert shown[4].split() == ["sat", "0", "0", "0", "sees", "nothing:", "0"]
    assert shown[5].split() == ["seen", "by", "2", "1", "0", "3", "of", "9"]


def test_the_drawing_hatches_what_is_masked_and_shows_weights_and_scores():
    markup = masks_to_click(SCORES, LABELS)._repr_html_().partition("</svg>")[0]
    hatched = re.findall(r'display="(\w+)" data-hatch="(\d)"', markup)
    assert hatched == [
        ("none" if may else "inline", str(k)) for k, may in enumerate(np.ravel(CAUSAL))
    ]
    darkness = [float(w) for w in re.findall(r'fill-opacity="([\d.]+)"', markup)]
    assert darkness == pytest.approx([1, 0, 0, 0.75, 0.25, 0, *darkness[6:]], abs=5e-4)
    assert re.findall(r'data-out="sum-(\d)">([^<]+)<', markup) == [
        (str(i), "1.00") for i in range(3)
    ]
    notes = re.findall(
        r'"pa-note"[^>]*>([^<]+)<', masks_to_click([[-1.5, 2], [0, 1]], ["a", "b"]).panels
    )
    assert notes == ["−1.5", "2", "0", "1"]


def test_a_token_that_occurs_twice_has_its_position_behind_it():
    found = masks_to_click(SCORES, ("the", "cat", "the"), mask=[[True] * 3] * 3)
    assert found.inputs["labels"] == ("the (1)", "cat", "the (3)")
    assert "“the (1)” and “cat” see the future" in found.texts["summary"]


@pytest.mark.parametrize("size", [1, 6])
def test_one_token_and_six_can_be_shown(size):
    labels = ["Donaudampf"] * size
    found = masks_to_click([[1000, -1000, 0, 0, 0, 0][:size]] * size, labels)
    assert "nan" not in found.panels
    assert found.panels.count("data-cell") == size**2


def test_the_static_page_is_safe_and_complete():
    labels = ("<b>x</b>", 'a"b&c', "</script>")
    markup = masks_to_click(SCORES, labels)._repr_html_()
    assert markup == masks_to_click(SCORES, labels)._repr_html_()
    assert "<b>" not in markup
    assert markup.count("</script>") == 1
    static = markup.partition("<script>")[0]
    assert not re.search(r"<(input|button|output)|https?:|url\(", static)
    assert 'KINDS["masks-to-click"]' in markup
    assert "$" not in markup.partition("<script>")[2]


def test_ids_differ():
    ids = {
        masks_to_click(SCORES, LABELS, **settings).identifier
        for settings in ({}, {"mask": [[True] * 3] * 3}, {"name": "again"})
    }
    assert len(ids) == 3


@pytest.mark.usefixtures("without_type_checks")
@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"scores": np.zeros((3, 3))}, TypeError, "scores: expected 3 rows, one per token"),
        ({"scores": SCORES[:2]}, ValueError, "scores: expected 3 rows, one per token, got 2"),
        ({"scores": [*SCORES[:2], [1, 2]]}, ValueError, r"scores\[2\]: expected 3 numbers, got 2"),
        ({"scores": [*SCORES[:2], [1, 2, math.nan]]}, ValueError, r"scores\[2\]\[2\]: .* got nan"),
        ({"scores": [*SCORES[:2], "abc"]}, TypeError, r"scores\[2\]: expected 3 numbers"),
        ({"labels": ["a"] * 7}, ValueError, "labels: expected 1 to 6 strings, got 7"),
        ({"labels": "abc"}, TypeError, "labels: expected 1 to 6 strings"),
        ({"labels": ("a", "b", "")}, ValueError, "labels: expected 1 to 16 printable"),
        ({"labels": ("a", "b", "x" * 11)}, ValueError, "labels: expected at most 10 characters"),
        ({"mask": CAUSAL[:2]}, ValueError, "mask: expected 3 rows, one per token, got 2"),
        ({"mask": [*CAUSAL[:2], [True]]}, ValueError, r"mask\[2\]: expected 3 booleans, got 1"),
        ({"mask": [*CAUSAL[:2], [1, 0, 1]]}, TypeError, r"mask\[2\]: expected 3 booleans"),
        ({"mask": torch.ones(3, 3) > 0}, TypeError, "mask: expected 3 rows"),
        ({"name": "not an id"}, ValueError, "name: expected"),
    ],
)
def test_bad_input_is_named(arguments, error, message):
    with pytest.raises(error, match=message):
        masks_to_click(**({"scores": SCORES, "labels": LABELS} | arguments))
