import numpy as np
import pytest
import torch

from paying_attention.models.toys.recurrent_reader import RecurrentReader
from tests.slow_gru import slow_gru

TOKENS = torch.tensor([[3, 1, 4, 1, 5, 9, 2], [2, 7, 1, 8, 2, 8, 1]])


def reader(seed=0):
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return RecurrentReader(11, 3, d_model=5).double()


def test_the_answer_is_read_from_the_last_state():
    model = reader()
    weights = {name: p.detach().numpy() for name, p in model.named_parameters()}
    logits = model(TOKENS).detach().numpy()
    assert logits.shape == (2, 3)
    for tokens, found in zip(TOKENS.tolist(), logits, strict=True):
        embedded = [weights["embedding.weight"][token] for token in tokens]
        last = slow_gru(embedded, weights, "gru.", "_l0")[-1]
        expected = weights["readout.weight"] @ last + weights["readout.bias"]
        assert np.allclose(found, expected, rtol=1e-10)


def test_each_row_is_read_alone():
    model = reader()
    assert torch.allclose(model(TOKENS)[1:], model(TOKENS[1:]), rtol=1e-12)


def test_the_order_of_the_tokens_matters():
    model = reader()
    assert not torch.allclose(model(TOKENS), model(TOKENS.flip(1)), atol=1e-3)


@pytest.mark.parametrize("sizes", [(0, 3, 5), (11, 0, 5), (11, 3, 0)])
def test_a_size_below_one_is_named(sizes):
    name = ("vocab_size", "num_answers", "d_model")[sizes.index(0)]
    with pytest.raises(ValueError, match=f"^{name}: expected 1 or more, got 0$"):
        RecurrentReader(sizes[0], sizes[1], d_model=sizes[2])


@pytest.mark.parametrize("wrong", [-1, 11, 100])
def test_an_id_outside_the_vocabulary_is_named(wrong):
    with pytest.raises(ValueError, match=f"tokens: expected ids 0 to 10, got {wrong}"):
        reader()(torch.tensor([[3, wrong, 4]]))
