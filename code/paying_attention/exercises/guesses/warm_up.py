"""What answers the guesses of chapter 00 and its study."""

from paying_attention.exercises.guesses.guess import Guess

largest_share = Guess(
    right="two thirds",
    replies={
        "under half": "Each score is 1 above the next, so each exponential is e times the next."
        " Compare the first with the two others together.",
        "two thirds": "Yes. Each step down divides the share by e, so the first outweighs the other"
        " two.",
        "nine tenths": "Then it would outweigh the other two nine times. One step of 1 is a factor"
        " of e, and no more.",
    },
)

shift = Guess(
    right="no",
    replies={
        "yes": "On paper it does. Think of the size of exp(102), and of what a float32 can hold.",
        "no": "Yes, you are right to doubt it. Find out which step goes wrong.",
    },
)

falls_more = Guess(
    right="-",
    replies={
        "-": "Yes. More was bet on it, and all of that was wrong.",
        "four": "It has the lower score, but next to nothing was bet on it. Ask what the network"
        " did wrong.",
        "both alike": "Both are wrong alike, but the network did not bet alike on them.",
    },
)

other_seeds = Guess(
    right="one",
    replies={
        "both": "The interval is about this network's share over all such sentences. A seed changes"
        " the network.",
        "one": "Yes, and it need not even have been one.",
        "neither": "The interval promises nothing about seeds, but two trainings can also end up"
        " alike.",
    },
)

perfect_answer = Guess(
    right="more than 0",
    replies={
        "0": "It should be. Write the two shapes below each other, flush right, and work out the"
        " shape of the difference.",
        "more than 0": "Yes. Write the two shapes below each other, flush right, and you see why.",
    },
)

middle_number = Guess(
    right="hardly",
    replies={
        "hardly": "Yes. Place 0 is shut when it comes, and place 1 is overwritten after it.",
        "visibly": "Follow it: ask which of the two places can take it in, and for how long.",
    },
)

leaked_loss = Guess(
    right="less",
    replies={
        "less": "Yes. It is asked for what it hears.",
        "the same": "The model is the same, but what it hears is now the answer itself.",
        "more": "It repeats what it hears, and that is now the answer itself.",
    },
)

alone = Guess(
    right="none",
    replies={
        "three": "That is the count with a teacher. Now nobody tells it the right first word.",
        "two": "Start with `<bos>`, and let it hear what it says itself.",
        "none": "Yes. Its one mistake comes first, and everything follows from it.",
    },
)
