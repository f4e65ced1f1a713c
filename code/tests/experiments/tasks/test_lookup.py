import torch
from torch import nn

from paying_attention.experiments.tasks.lookup import (
    BATCH_SIZE,
    NUM_KEYS,
    NUM_PAIRS,
    NUM_TEST,
    NUM_VALUES,
    TEST_SEED,
    VALIDATION_SEED,
    count_right,
    questions,
    training_questions,
)
from paying_attention.models.toys.soft_dictionary import SoftDictionary


def test_the_questions_are_always_the_same_and_never_those_of_the_training():
    one, again, other = (questions(s) for s in (TEST_SEED, TEST_SEED, VALIDATION_SEED))
    assert one.keys.shape == (NUM_TEST, NUM_PAIRS)
    assert torch.equal(one.keys, again.keys)
    assert not torch.equal(one.keys, other.keys)
    trained = list(training_questions(torch.Generator().manual_seed(0)))
    assert {tuple(batch.keys.shape) for batch in trained} == {(BATCH_SIZE, NUM_PAIRS)}
    seen = {str(row) for batch in trained for row in batch.keys.tolist()}
    assert seen.isdisjoint(str(row) for row in one.keys.tolist())


def test_right_answers_are_counted():
    class OftenRight(SoftDictionary):
        """Wrong in the first rows."""

        def forward(self, asked, keys, values):
            answers = values[keys == asked[:, None]]
            answers[:300] = (answers[:300] + 1) % NUM_VALUES
            return nn.functional.one_hot(answers, NUM_VALUES).float()

    model = OftenRight(NUM_KEYS, NUM_VALUES)
    assert count_right(model, TEST_SEED) == count_right(model, VALIDATION_SEED) == NUM_TEST - 300
