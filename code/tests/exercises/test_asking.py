import pytest
import torch

from paying_attention.exercises.asking import ask
from paying_attention.exercises.checking import Wrong


def test_a_nan_that_was_given_is_no_change_and_a_written_one_is() -> None:
    given = torch.tensor([1.0, float("nan")])
    assert ask(lambda x: 3, given) == 3
    with pytest.raises(Wrong, match="changes what it is given"):
        ask(lambda x: x.fill_(float("nan")), given)
    with pytest.raises(Wrong, match="changes what it is given"):
        ask(lambda pair: pair["x"].append(1) or 3, {"x": [1]})
    with pytest.raises(Wrong, match="changes what it is given"):
        ask(lambda *, mask: mask.logical_not_(), mask=torch.ones(2, dtype=torch.bool))


def test_gradients_reach_what_was_given_and_a_graph_is_kept() -> None:
    leaf = torch.ones(2, requires_grad=True)
    assert ask(lambda x: x.requires_grad, leaf) is True
    inner = leaf * 2
    ask(lambda x: x.sum(), inner).backward()
    assert leaf.grad.tolist() == [2.0, 2.0]
