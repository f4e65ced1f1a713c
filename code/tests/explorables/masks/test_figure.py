import math
import re

import numpy as np
import pytest
import torch

from paying_attention.explorables.masks.figure import masks_to_click

LN2, LN3 = math.log(2), math.log(3)
SCORES = [[0, LN2, LN3], [LN3, 0, 0], [LN2, LN3, 5]]
LABELS = ("the", "cat", "sat")
CAUSAL = [[True, False, False], [True, True, False], [True, True, True]]


def test_the_first_mask_is_causal():
    found = masks_to_click(SCORES, LABELS)
    assert found.inputs["mask"] == tuple(map(tuple, CAUSAL))
    assert found._repr_html_() == masks_to_click(SCORES, LABELS, mask=CAUSAL)._repr_html_()


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
        ({"labels": ("a", "b", "")}, ValueError, "labels: expected 1 to 10 printable"),
        ({"labels": ("a", "b", "x" * 11)}, ValueError, "labels: expected 1 to 10 printable"),
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
