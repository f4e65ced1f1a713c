import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from paying_attention.data.toys.two_rules import NUM_LETTERS, two_rules_batch


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


@given(batch_size=st.integers(1, 5), length=st.integers(1, 9), seed=st.integers(0, 99))
def test_each_row_read_letter_by_letter(batch_size, length, seed):
    batch = two_rules_batch(batch_size, length, generator=generator(seed))
    assert batch.tokens.shape == batch.marks.shape == (batch_size, length)
    assert batch.answers.shape == (batch_size, length, 2)
    assert batch.marks.dtype == torch.bool
    for letters, marks, answers in zip(
        batch.tokens.tolist(), batch.marks.tolist(), batch.answers.tolist(), strict=True
    ):
        assert all(0 <= letter < NUM_LETTERS for letter in letters)
        assert marks.count(True) == 1
        marked = letters[marks.index(True)]
        for position, (by_position, by_content) in enumerate(answers):
            assert by_position == (letters[position - 1] if position else letters[0])
            assert by_content == marked


def test_every_letter_and_place_occurs():
    batch = two_rules_batch(1500, 5, generator=generator())
    for found, kinds in (
        (batch.tokens[:, 0], 16),
        (batch.tokens[:, 4], 16),
        (batch.answers[:, 2, 0], 16),
        (batch.answers[:, 2, 1], 16),
        (batch.marks.long().argmax(dim=1), 5),
    ):
        counts = torch.bincount(found, minlength=kinds)
        assert len(counts) == kinds
        assert counts.min() > 0.65 * 1500 / kinds
        assert counts.max() < 1.35 * 1500 / kinds


def test_the_two_answers_have_nothing_to_do_with_each_other():
    """They agree where the letter before is the marked one, and else by chance."""
    batch = two_rules_batch(1500, 9, generator=generator())
    agree = (batch.answers[:, 1:, 0] == batch.answers[:, 1:, 1]).double().mean().item()
    assert agree == pytest.approx(1 / 9 + 8 / 9 / NUM_LETTERS, abs=0.02)


def test_the_same_seed_gives_the_same_rows():
    first, again, other = (two_rules_batch(7, 5, generator=generator(s)) for s in (3, 3, 4))
    for name in ("tokens", "marks", "answers"):
        assert torch.equal(getattr(first, name), getattr(again, name))
        assert not torch.equal(getattr(first, name), getattr(other, name))


def test_the_global_generator_is_left_alone():
    before = torch.get_rng_state()
    two_rules_batch(7, 5, generator=generator())
    assert torch.equal(before, torch.get_rng_state())


@pytest.mark.parametrize(
    ("sizes", "message"),
    [
        ((0, 3), "batch_size: expected 1 or more, got 0"),
        ((3, 0), "length: expected 1 or more, got 0"),
        ((3, -2), "length: expected 1 or more, got -2"),
    ],
)
def test_a_size_below_one_is_named(sizes, message):
    with pytest.raises(ValueError, match=f"^{message}$"):
        two_rules_batch(*sizes, generator=generator())
