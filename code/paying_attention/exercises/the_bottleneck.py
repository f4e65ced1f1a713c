"""What checks the answers to the exercises of chapter 01."""

import torch

from paying_attention.exercises.checking import (
    ask,
    demand,
    exercise,
    fields,
    near,
    number,
    one_of,
    tensor,
)

WORDS = ("drei", "und", "zwanzig")


@exercise("1.1")
def another_question(answer: object) -> str:
    """Scores, weights, context and the word that is looked at, computed by hand."""
    places = fields(answer, "answer", ["scores", "weights", "context", "word"])
    scores = tensor(places[0], "answer['scores']", shape=(3,))
    demand(
        near(scores, torch.tensor([2.0, 0.0, -1.0]), within=0.005),
        "the scores are not right yet: each is the dot product of the state with one annotation.",
    )
    weights = tensor(places[1], "answer['weights']", shape=(3,))
    expected = torch.softmax(torch.tensor([2.0, 0.0, -1.0]), dim=0)
    demand(
        near(weights, expected, within=0.011),
        "the scores are right, the weights are not: take the exponential of each score, and divide"
        " by the sum of all three.",
    )
    context = tensor(places[2], "answer['context']", shape=(2,))
    demand(
        near(context, torch.tensor([-0.473, 1.166]), within=0.03),
        "scores and weights are right, the context is not: it is the sum of the three annotations,"
        " each times its weight.",
    )
    word = one_of(places[3], "answer['word']", WORDS)
    demand(word == "drei", "the numbers are right; which word has the largest weight?")
    return "scores, weights and context are right, and so is the word."


@exercise("1.2")
def count_the_states(without: object, with_attention: object) -> str:
    """Two functions of T, j and i that count states on the shortest way."""
    for length in (1, 2, 5, 9):
        for j in range(1, length + 1):
            for i in (1, 2, 3, 7):
                where = f"for T = {length}, j = {j}, i = {i}"
                one = number(ask(without, length, j, i, name="without"), "without(T, j, i)")
                demand(
                    one == (length - j + 1) + i,
                    f"`without` gives {one:g} {where}, which is not the number of states on the"
                    " way. Draw the chain for T = 3, j = 3, i = 1, and count the boxes.",
                )
                two = number(
                    ask(with_attention, length, j, i, name="with_attention"),
                    "with_attention(T, j, i)",
                )
                demand(
                    two == 2,
                    f"`with_attention` gives {two:g} {where}. Which states does the signal pass if"
                    " the context takes it straight from its annotation?",
                )
    return "both formulas are right for every T, j and i that were tried."
