import numpy as np
import pytest
import torch

from paying_attention.claims import claim


@pytest.mark.parametrize("holds", [True, np.bool_(True), torch.tensor(True), torch.ones(3).all()])
def test_what_holds_is_printed(holds, capsys):
    claim("one is one", holds)
    assert capsys.readouterr().out == "✓ one is one\n"


@pytest.mark.parametrize("holds", [False, np.bool_(False), torch.tensor(False)])
def test_what_does_not_hold_stops_the_chapter_and_is_named(holds, capsys):
    with pytest.raises(AssertionError, match="does not hold: one is two"):
        claim("one is two", holds)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    "holds", [0.97, 1, None, "yes", [True], torch.tensor(0.97), np.float64(1.0), np.array([])]
)
def test_what_is_no_truth_value_checks_nothing_and_is_refused(holds):
    with pytest.raises(TypeError, match="holds: expected a single truth value, got"):
        claim("this would always hold", holds)


@pytest.mark.parametrize(
    "holds",
    [
        torch.tensor([True, True]),
        torch.tensor([], dtype=torch.bool),
        np.array([True, False]),
        np.array([], dtype=bool),
    ],
)
def test_several_truth_values_or_none_are_refused(holds):
    with pytest.raises(TypeError, match="holds: expected a single truth value, got"):
        claim("one of them holds", holds)
