import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from paying_attention.data.toys.lookup import lookup_batch


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


@st.composite
def settings(draw):
    num_pairs = draw(st.integers(1, 9))
    return {
        "batch_size": draw(st.integers(1, 5)),
        "num_pairs": num_pairs,
        "num_keys": num_pairs + draw(st.integers(0, 4)),
        "num_values": draw(st.integers(1, 6)),
        "generator": generator(draw(st.integers(0, 99))),
    }


@given(settings())
def test_each_dictionary_read_as_one(setting):
    batch = lookup_batch(**setting)
    shape = (setting["batch_size"], setting["num_pairs"])
    assert batch.keys.shape == batch.values.shape == shape
    assert batch.asked.shape == batch.answer.shape == shape[:1]
    rows = (batch.keys, batch.values, batch.asked, batch.answer)
    for keys, values, asked, answer in zip(*(t.tolist() for t in rows), strict=True):
        assert len(set(keys)) == len(keys)
        assert all(0 <= key < setting["num_keys"] for key in keys)
        assert all(0 <= value < setting["num_values"] for value in values)
        assert dict(zip(keys, values, strict=True))[asked] == answer


def test_every_key_value_and_place_occurs_and_is_asked_for():
    batch = lookup_batch(2100, 3, num_keys=7, num_values=5, generator=generator())
    places = (batch.keys == batch.asked[:, None]).nonzero()[:, 1]
    for found, kinds in (
        (batch.keys[:, 0], 7),
        (batch.keys[:, 2], 7),
        (batch.values[:, 1], 5),
        (batch.asked, 7),
        (batch.answer, 5),
        (places, 3),
    ):
        counts = torch.bincount(found, minlength=kinds)
        assert len(counts) == kinds
        assert counts.min() > 0.7 * 2100 / kinds
        assert counts.max() < 1.3 * 2100 / kinds


def test_values_do_not_depend_on_their_keys():
    """Nobody can answer without looking: behind each key each value is as frequent."""
    batch = lookup_batch(4000, 3, num_keys=3, num_values=4, generator=generator())
    for key in range(3):
        counts = torch.bincount(batch.values[batch.keys == key], minlength=4)
        assert counts.sum() == 4000
        assert (counts / 4000 - 0.25).abs().max() < 0.04


def test_the_same_seed_gives_the_same_dictionaries():
    first, again, other = (
        lookup_batch(7, 5, num_keys=9, num_values=6, generator=generator(s)) for s in (3, 3, 4)
    )
    for name in ("keys", "values", "asked", "answer"):
        assert torch.equal(getattr(first, name), getattr(again, name))
        assert not torch.equal(getattr(first, name), getattr(other, name))


def test_the_global_generator_is_left_alone():
    before = torch.get_rng_state()
    lookup_batch(7, 5, num_keys=9, num_values=6, generator=generator())
    assert torch.equal(before, torch.get_rng_state())


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"batch_size": 0}, "batch_size: expected 1 or more, got 0"),
        ({"num_pairs": 0}, "num_pairs: expected 1 or more, got 0"),
        ({"num_values": -1}, "num_values: expected 1 or more, got -1"),
        ({"num_keys": 2}, "num_keys: expected num_pairs = 3 or more, got 2"),
    ],
)
def test_a_size_out_of_range_is_named(wrong, message):
    sizes = {"batch_size": 2, "num_pairs": 3, "num_keys": 5, "num_values": 4}
    with pytest.raises(ValueError, match=f"^{message}$"):
        lookup_batch(**sizes | wrong, generator=generator())
