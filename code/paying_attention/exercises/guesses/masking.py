"""Guesses of chapter 05."""

from paying_attention.exercises.guesses.guess import Guess

forbidden = Guess(
    right="same factor",
    replies={
        "stay": "They have to sum to 1 without the fourth: somebody gets what it had.",
        "same amount": "Think of parts of a sum. When one part leaves, the ratio of two others"
        " stays.",
        "same factor": "Yes. The sum below shrinks, and it is the same sum for all three.",
    },
)

zeros = Guess(
    right="as much",
    replies={
        "nothing": "A score of 0 is a number like any other: think of its exponential.",
        "less": "`cat` scores `the` with 0. Work out its score for a vector of zeros.",
        "as much": "Yes. Both score 0, and an exponential of 1 is a share.",
    },
)

exchanged = Guess(
    right="cat and sat",
    replies={
        "nobody": "Count the words that `cat` sees in second place, and in third.",
        "cat and sat": "Yes. Each of them sees others now; `down` still sees all four.",
        "cat, sat and down": "`down` stands last: compare the words that it sees before and after.",
    },
)

writes_best = Guess(
    right="causal",
    replies={
        "causal": "Yes. It is the only one that never had the answer among its keys.",
        "no mask": "In training it could read the next token. Nobody shows it that token now.",
        "off by one": "One place ahead stood the answer. When a model writes, that place is empty.",
    },
)

filled = Guess(
    right="mean",
    replies={
        "NaN": "A number as large as that is still a number: four scores, all equal.",
        "zeros": "The weights of a softmax sum to 1, and these four scores are equal.",
        "mean": "Yes. A softmax sees gaps alone, and between four equal scores there are none.",
    },
)

cleaned = Guess(
    right="a gradient",
    replies={
        "the output": "NaN becomes 0 in both. But a training walks back through what was cleaned.",
        "a gradient": "Yes. The way back goes through the NaN, whatever stands there afterwards.",
        "neither": "The outputs agree. Follow a gradient back to where the NaN was formed.",
    },
)

lone_query = Guess(
    right="one",
    replies={
        "one": "Yes. It places the query at the front, whatever stands in the cache.",
        "four": "So it should be, at the end. Look in the upper picture for the place of the first"
        " query.",
    },
)

missing_axis = Guess(
    right="wrong numbers",
    replies={
        "an error": "Compare the shapes from the right: (4, 4) with (4, 4, 4).",
        "right numbers": "The mask's first axis is the batch. Look for the axis of the scores that"
        " it lines up with.",
        "wrong numbers": "Yes. The shapes fit, and the mask's batch lines up with the queries.",
    },
)
