"""What answers the guesses of chapter 00."""

from paying_attention.exercises.guesses.guess import Guess

largest_share = Guess(
    right="two thirds",
    replies={
        "under half": "Its exponential is e times as large as the next one, and that one e times as"
        " large as the last: is it less than the two together?",
        "two thirds": "Yes. Each step down divides the share by e, so the first outweighs the other"
        " two.",
        "nine tenths": "Then it would outweigh the other two nine times. One step of 1 is a factor"
        " of e, and no more.",
    },
)

shift = Guess(
    right="no",
    replies={
        "yes": "On paper, yes. How many digits has the exponential of 102, and how many can a"
        " float32 hold?",
        "no": "You are right to doubt it. Find out which step goes wrong.",
    },
)

falls_more = Guess(
    right="-",
    replies={
        "-": "Yes. More was bet on it, and all of that was wrong.",
        "four": "It looks worse, but next to nothing was bet on it. What did the network do wrong?",
        "both alike": "Both are wrong alike, but the network did not bet alike on them.",
    },
)

other_seeds = Guess(
    right="one",
    replies={
        "both": "The interval is about other sentences. Is that what changes from seed to seed?",
        "one": "Yes, and it need not even have been one.",
        "neither": "Not quite: two trainings can end up alike by chance as well.",
    },
)

perfect_answer = Guess(
    right="more than 0",
    replies={
        "0": "It should be. But write the two shapes below each other, flush right: what does the"
        " difference look like?",
        "more than 0": "Yes: write the two shapes below each other, flush right, and you see why.",
    },
)

middle_number = Guess(
    right="hardly",
    replies={
        "hardly": "Yes. Place 0 is shut when it comes, and place 1 is overwritten after it.",
        "visibly": "Follow it: which of the two places can take it in, and for how long?",
    },
)

leaked_loss = Guess(
    right="less",
    replies={
        "less": "Yes: it is asked for what it hears.",
        "the same": "The model is the same, but what it hears is now the answer itself.",
        "more": "It repeats what it hears. What does it hear now?",
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
