import torch

from paying_attention.exercises import the_bottleneck as check
from tests.exercises.cases import Case

BY_HAND = {
    "scores": [2, 0, -1],
    "weights": [0.84, 0.11, 0.04],
    "context": [-0.47, 1.17],
    "word": "drei",
}
BY_MACHINE = {
    "scores": torch.tensor([2.0, 0.0, -1.0]),
    "weights": torch.softmax(torch.tensor([2.0, 0.0, -1.0]), dim=0),
    "context": torch.tensor([-0.473, 1.166]),
    "word": "DREI",
}

CASES = [
    Case(
        check.another_question,
        right=[(BY_HAND,), (BY_MACHINE,)],
        wrong=[
            (({**BY_HAND, "scores": [1, 0, -1]},), "the scores are not right"),
            (({**BY_HAND, "weights": [2, 0, -1]},), "the weights are not"),
            (({**BY_HAND, "context": [0.5, 1.5]},), "the context is not"),
            (({**BY_HAND, "word": "zwanzig"},), "which word has the largest weight"),
            (({**BY_HAND, "word": None},), "answer['word']"),
        ],
    ),
    Case(
        check.count_the_states,
        right=[
            (lambda T, j, i: (T - j + 1) + i, lambda T, j, i: 2),
            (lambda T, j, i: len(range(j, T + 1)) + i, lambda *places: 2.0),
        ],
        wrong=[
            ((lambda T, j, i: T - j + i, lambda T, j, i: 2), "`without` gives"),
            ((lambda T, j, i: T - j + 1 + i, lambda T, j, i: 1), "`with_attention` gives 1"),
        ],
    ),
]
