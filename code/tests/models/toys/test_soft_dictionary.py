import math

import numpy as np
import pytest
import torch

from paying_attention.data.toys.lookup import LookupBatch, lookup_batch
from paying_attention.models.toys.soft_dictionary import SoftDictionary
from paying_attention.training.losses import lookup_loss

SCALINGS = ["by √d_k", "none", "in the weights"]
NUM_PAIRS = 5


def parts(batch):
    return batch.asked, batch.keys, batch.values


def dictionary(scaling="by √d_k", *, seed=0, **sizes):
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        sizes = {"d_model": 7, "head_dim": 3} | sizes
        return SoftDictionary(11, 6, scaling=scaling, **sizes).double()


def questions(batch_size=4, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return lookup_batch(batch_size, NUM_PAIRS, num_keys=11, num_values=6, generator=generator)


def read(batch):
    return batch.asked, batch.keys, batch.values


def raw_scores(model, batch):
    """Dot products of queries and keys, before anything is done about their size."""
    query = model.key_embedding(batch.asked) @ model.q_proj.weight.T
    key = model.key_embedding(batch.keys) @ model.k_proj.weight.T
    return torch.einsum("bd,bjd->bj", query, key).detach()


@pytest.mark.parametrize("scaling", SCALINGS)
def test_each_question_by_a_slow_loop(scaling):
    model, batch = dictionary(scaling), questions()
    found, logits = model.look_up(*parts(batch)), model(*parts(batch))
    assert found.output.shape == (4, 1, 7)
    assert found.weights.shape == (4, 1, NUM_PAIRS)
    w = {name: p.detach().numpy() for name, p in model.named_parameters()}
    for row in range(4):
        asks = w["q_proj.weight"] @ w["key_embedding.weight"][int(batch.asked[row])]
        weights, mix = np.zeros(NUM_PAIRS), np.zeros(7)
        for j, key in enumerate(batch.keys[row].tolist()):
            score = asks @ (w["k_proj.weight"] @ w["key_embedding.weight"][key])
            weights[j] = math.exp(score / math.sqrt(3) if scaling == "by √d_k" else score)
        weights /= weights.sum()
        for j, value in enumerate(batch.values[row].tolist()):
            mix += weights[j] * w["value_embedding.weight"][value]
        expected = w["readout.weight"] @ mix + w["readout.bias"]
        assert np.allclose(found.weights[row, 0].detach(), weights, rtol=1e-10)
        assert np.allclose(found.output[row, 0].detach(), mix, rtol=1e-10)
        assert np.allclose(logits[row].detach(), expected, rtol=1e-10)


@pytest.mark.parametrize("head_dim", [4, 64])
@pytest.mark.parametrize("scaling", SCALINGS)
def test_how_far_scores_spread_before_training(scaling, head_dim):
    """Dot products have the variance head_dim, or 1 where W^Q starts smaller."""
    raw, used = [], []
    for seed in range(30):
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            model = SoftDictionary(90, 5, d_model=64, head_dim=head_dim, scaling=scaling)
        generator = torch.Generator().manual_seed(seed)
        batch = lookup_batch(60, 9, num_keys=90, num_values=5, generator=generator)
        other = batch.keys != batch.asked[:, None]  # a key and its own query are related
        raw.append(raw_scores(model, batch)[other].var().item())
        weights = model.look_up(*parts(batch)).weights[:, 0].detach().double()
        used.append((weights.log() - weights.log().mean(dim=1, keepdim=True))[other].var().item())
    expected = 1 if scaling == "in the weights" else head_dim
    assert np.mean(raw) == pytest.approx(expected, rel=0.15)
    divided = expected / head_dim if scaling == "by √d_k" else expected
    assert np.mean(used) == pytest.approx(divided * 8 / 9, rel=0.25)  # less the mean of a row


def test_embeddings_start_with_variance_one():
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = SoftDictionary(200, 200)
    for embedding in (model.key_embedding, model.value_embedding):
        assert embedding.weight.var().item() == pytest.approx(1, abs=0.05)
    assert model.q_proj.weight.std().item() == pytest.approx(1 / 8, rel=0.05)
    assert model.k_proj.weight.std().item() == pytest.approx(1 / 8, rel=0.05)


def test_the_scalings_begin_with_the_same_numbers():
    """Only W^Q starts smaller in one of them, so that runs differ in nothing else."""
    by_root, nothing, smaller = (dictionary(scaling).state_dict() for scaling in SCALINGS)
    for name, parameter in by_root.items():
        assert torch.equal(parameter, nothing[name])
        factor = math.sqrt(3) if name == "q_proj.weight" else 1
        assert torch.allclose(smaller[name] * factor, parameter, rtol=1e-6), name


def test_before_training_dividing_and_starting_smaller_answer_alike():
    batch = questions()
    by_root, nothing, smaller = (dictionary(scaling)(*read(batch)) for scaling in SCALINGS)
    assert torch.allclose(by_root, smaller, rtol=1e-5)
    assert not torch.allclose(by_root, nothing, rtol=1e-2)


def test_the_order_of_the_pairs_does_not_matter():
    model, batch = dictionary(), questions()
    order = torch.tensor([3, 0, 4, 1, 2])
    shuffled = LookupBatch(batch.keys[:, order], batch.values[:, order], batch.asked, batch.answer)
    assert torch.allclose(model(*parts(shuffled)), model(*parts(batch)), rtol=1e-10)
    assert torch.allclose(
        model.look_up(*parts(shuffled)).weights, model.look_up(*parts(batch)).weights[..., order]
    )


def test_each_dictionary_is_read_alone():
    model, batch = dictionary(), questions()
    one = LookupBatch(batch.keys[2:3], batch.values[2:3], batch.asked[2:3], batch.answer[2:3])
    assert torch.allclose(model(*parts(one)), model(*parts(batch))[2:3], rtol=1e-10)


def test_a_dictionary_that_looks_at_the_right_key_answers_right():
    model, batch = dictionary(d_model=11, head_dim=11), questions(50)
    with torch.no_grad():
        model.key_embedding.weight.copy_(20 * torch.eye(11))
        model.value_embedding.weight.copy_(torch.eye(6, 11))
        for parameter in (model.q_proj.weight, model.k_proj.weight):
            parameter.copy_(torch.eye(11))
        model.readout.weight.copy_(9 * torch.eye(6, 11))
        model.readout.bias.zero_()
    assert torch.equal(model(*parts(batch)).argmax(dim=-1), batch.answer)
    assert lookup_loss(model, batch).item() == pytest.approx(math.log(1 + 5 * math.exp(-9)))


@pytest.mark.parametrize("scaling", SCALINGS)
def test_every_parameter_learns(scaling):
    model = dictionary(scaling)
    lookup_loss(model, questions(40)).backward()
    assert all(p.grad.abs().sum() > 1e-6 for p in model.parameters())


@pytest.mark.parametrize("name", ["num_keys", "num_values", "d_model", "head_dim"])
def test_a_size_below_one_is_named(name):
    sizes = {"num_keys": 3, "num_values": 3, "d_model": 3, "head_dim": 3} | {name: 0}
    with pytest.raises(ValueError, match=f"^{name}: expected 1 or more, got 0$"):
        SoftDictionary(**sizes)


@pytest.mark.usefixtures("without_type_checks")
@pytest.mark.parametrize("wrong", ["", "by d_k", "weights", None])
def test_an_unknown_scaling_is_named(wrong):
    with pytest.raises(ValueError, match=r"^scaling: expected 'by √d_k', 'none' or 'in the wei"):
        SoftDictionary(3, 3, scaling=wrong)
