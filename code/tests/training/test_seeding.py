import pytest
import torch

from paying_attention.training.seeding import seeded


def draw(seed):
    with seeded(seed):
        return torch.rand(3).tolist()


def test_the_seed_decides():
    assert draw(5) == draw(5) != draw(6)
    expected = torch.rand(3, generator=torch.Generator().manual_seed(5)).tolist()
    assert draw(5) == expected


def test_what_was_drawn_before_does_not_matter():
    first = draw(5)
    torch.rand(7)
    assert draw(5) == first


def test_the_global_generator_is_left_as_it_was():
    torch.rand(7)  # away from the state in which another test may have left it
    before = torch.get_rng_state()
    draw(5)
    assert torch.equal(torch.get_rng_state(), before)


def test_it_is_left_as_it_was_after_an_error_too():
    torch.rand(7)  # away from the state in which another test may have left it
    before = torch.get_rng_state()
    with pytest.raises(ZeroDivisionError), seeded(5):
        raise ZeroDivisionError(torch.rand(3))
    assert torch.equal(torch.get_rng_state(), before)


def test_a_negative_seed_is_named():
    with pytest.raises(ValueError, match="seed: expected 0 or more, got -1"), seeded(-1):
        pass


def test_generators_of_gpus_are_left_as_they_were_too(monkeypatch):
    """Tried without one: what torch would be told to keep and to give back."""
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    if hasattr(torch, "accelerator"):  # torch 2.5 has none, and does not ask it
        monkeypatch.setattr(torch.accelerator, "current_accelerator", lambda: torch.device("cuda"))
    states, restored = {0: torch.tensor([4]), 1: torch.tensor([7])}, {}
    monkeypatch.setattr(torch.cuda, "get_rng_state", states.__getitem__)
    monkeypatch.setattr(
        torch.cuda, "set_rng_state", lambda state, device: restored.update({device: state})
    )
    draw(5)
    assert restored == states
