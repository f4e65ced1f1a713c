import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paying_attention.training.schedule import warmup_cosine


def rates(num_steps, warmup_steps, learning_rate=0.8):
    return [
        warmup_cosine(
            step, num_steps=num_steps, warmup_steps=warmup_steps, learning_rate=learning_rate
        )
        for step in range(num_steps)
    ]


def test_the_rate_rises_and_falls_by_hand():
    rise = [0.2, 0.4, 0.6, 0.8]
    fall = [0.8, 0.4 * (1 + math.sqrt(3) / 2), 0.6, 0.4, 0.2, 0.4 * (1 - math.sqrt(3) / 2)]
    assert rates(10, 4) == pytest.approx(rise + fall)


def test_a_rate_without_a_rise_begins_at_the_top():
    fall = [1, (1 + math.sqrt(0.5)) / 2, 1 / 2, (1 - math.sqrt(0.5)) / 2]
    assert rates(4, 0) == pytest.approx([0.8 * part for part in fall])


def test_a_rate_that_only_rises():
    assert rates(4, 4) == pytest.approx([0.2, 0.4, 0.6, 0.8])


@given(num_steps=st.integers(1, 60), data=st.data())
def test_the_highest_rate_is_reached_and_nothing_is_trained_at_zero(num_steps, data):
    found = rates(num_steps, warmup_steps := data.draw(st.integers(0, num_steps)), 3e-3)
    assert max(found) == pytest.approx(3e-3)
    assert min(found) > 0
    assert found[:warmup_steps] == sorted(found[:warmup_steps])
    assert found[warmup_steps:] == sorted(found[warmup_steps:], reverse=True)


def test_without_a_rate_it_is_a_factor():
    assert warmup_cosine(2, num_steps=9, warmup_steps=6) == 0.5


@pytest.mark.parametrize(
    ("step", "num_steps", "warmup_steps", "message"),
    [
        (0, 10, 11, "warmup_steps: expected 0 to num_steps = 10, got 11"),
        (0, 10, -1, "warmup_steps: expected 0 to num_steps = 10, got -1"),
        (10, 10, 5, "step: expected 0 to 9, got 10"),
        (-1, 10, 5, "step: expected 0 to 9, got -1"),
    ],
)
def test_a_step_outside_the_plan_is_named(step, num_steps, warmup_steps, message):
    with pytest.raises(ValueError, match=f"^{message}$"):
        warmup_cosine(step, num_steps=num_steps, warmup_steps=warmup_steps)
