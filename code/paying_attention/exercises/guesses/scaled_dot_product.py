"""What answers the guesses of chapter 04 and its studies."""

from paying_attention.exercises.guesses.guess import Guess

pancakes = Guess(
    right="a share",
    replies={
        "nothing": "A softmax takes the exponential of each score. Work out the exponential of 0.",
        "a share": "Yes. The exponential of 0 is 1, and no exponential is 0: everybody is heard.",
    },
)

gradient = Guess(
    right="both",
    replies={
        "grows": "Dividing by a smaller number makes scores steeper, that is true. Now think of one"
        " weight that is nearly 1 already, and cannot rise.",
        "shrinks": "A sure softmax hardly moves, that is true. But it is not sure yet at 10, and"
        " scores that are divided by a smaller number move farther.",
        "both": "Yes. First steeper scores win, then a softmax that is too sure to move.",
    },
)

order = Guess(
    right="the same",
    replies={
        "the same": "Yes. A row of weights is a softmax over all words, and a sum has no order.",
        "another one": "Look at the three lines again, for a place that notices when a row of K has"
        " moved and the same row of V has moved along.",
    },
)

undivided = Guess(
    right="most",
    replies={
        "nearly nothing": "Most of its questions may pass little on. But a batch holds 64, and"
        " 800 batches come.",
        "most": "Yes. It learns all the same, and has not caught up after 800 updates.",
        "everything": "Think of the sure end of the table of temperatures: a question learns little"
        " there, and that may cost updates.",
    },
)

sensitivity = Guess(
    right="grows",
    replies={
        "grows": "Yes. J shrinks, but K grows with the width, and on the average K wins.",
        "shrinks": "J does shrink. Look at the other factor, the norm of K, when each key has more"
        " parts.",
        "stays": "Two factors move against each other. From width 4 on they need not cancel: try"
        " one question by hand, with two scores that are close.",
    },
)

folded = Guess(
    right="two",
    replies={
        "one": "They have the same scores, and so the same loss. But ask what an update does to a"
        " small weight: AdamW moves all weights about equally far.",
        "two": "Yes. An update moves a small weight as far as a large one.",
    },
)

viral = Guess(
    right="the cat",
    replies={
        "the lesson": "Its key is the question itself, with the score 1. Work out the other score:"
        " (0, 1.6, 1.2, 0) times (0, 0, 1, 0).",
        "the cat": "Yes. Its key points elsewhere, but it is long.",
    },
)

counting = Guess(
    right="the same",
    replies={
        "the same": "Yes. Equal scores share the weight equally, and the mean of equal values is"
        " that value.",
        "another one": "Write down the weights of three equal pairs, 1/3 each, and then the mean of"
        " three equal values.",
    },
)
