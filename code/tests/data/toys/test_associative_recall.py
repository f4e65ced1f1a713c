import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from paying_attention.data.toys.associative_recall import (
    FILLER,
    NUM_KEYS,
    NUM_VALUES,
    VOCAB_SIZE,
    recall_batch,
)


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


@st.composite
def settings(draw):
    num_pairs = draw(st.integers(1, NUM_KEYS))
    return {
        "batch_size": draw(st.integers(1, 9)),
        "num_pairs": num_pairs,
        "num_fillers": draw(st.integers(0, 5)),
        "lag": draw(st.none() | st.integers(0, num_pairs - 1)),
        "generator": generator(draw(st.integers(0, 99))),
    }


@given(settings())
def test_each_question_read_word_by_word(setting):
    batch = recall_batch(**setting)
    pairs, fillers = setting["num_pairs"], setting["num_fillers"]
    assert batch.tokens.shape == (setting["batch_size"], 2 * pairs + fillers + 1)
    for row, answer, lag in zip(
        batch.tokens.tolist(), batch.answer.tolist(), batch.lag.tolist(), strict=True
    ):
        keys, values = row[0 : 2 * pairs : 2], row[1 : 2 * pairs : 2]
        assert len(set(keys)) == pairs
        assert all(0 <= key < NUM_KEYS for key in keys)
        assert all(NUM_KEYS <= value < NUM_KEYS + NUM_VALUES for value in values)
        assert row[2 * pairs : -1] == [FILLER] * fillers
        remembered = dict(zip(keys, values, strict=True))
        assert remembered[row[-1]] - NUM_KEYS == answer
        assert pairs - 1 - keys.index(row[-1]) == lag
        assert setting["lag"] in (None, lag)


def test_every_key_value_and_lag_is_asked_for():
    batch = recall_batch(2000, 5, generator=generator())
    for found, kinds in ((batch.tokens[:, -1], NUM_KEYS), (batch.answer, NUM_VALUES)):
        counts = torch.bincount(found, minlength=kinds)
        assert len(counts) == kinds
        assert counts.min() > 0.7 * 2000 / kinds
    assert torch.bincount(batch.lag).min() > 0.7 * 2000 / 5
    assert FILLER + 1 == VOCAB_SIZE


def test_the_same_seed_gives_the_same_questions():
    first, again, other = (recall_batch(7, 5, generator=generator(s)) for s in (3, 3, 4))
    assert torch.equal(first.tokens, again.tokens)
    assert not torch.equal(first.tokens, other.tokens)


def test_the_global_generator_is_left_alone():
    before = torch.get_rng_state()
    recall_batch(7, 5, generator=generator())
    assert torch.equal(before, torch.get_rng_state())


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"batch_size": 0}, "batch_size: expected 1 or more, got 0"),
        ({"num_pairs": 0}, "num_pairs: expected 1 to 8, got 0"),
        ({"num_pairs": 9}, "num_pairs: expected 1 to 8, got 9"),
        ({"num_fillers": -1}, "num_fillers: expected 0 or more, got -1"),
        ({"lag": 3}, "lag: expected 0 to 2, got 3"),
        ({"lag": -1}, "lag: expected 0 to 2, got -1"),
    ],
)
def test_a_size_out_of_range_is_named(wrong, message):
    with pytest.raises(ValueError, match=message):
        recall_batch(**{"batch_size": 2, "num_pairs": 3, "generator": generator(), **wrong})
