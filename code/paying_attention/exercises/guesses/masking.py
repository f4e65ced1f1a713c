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
    right="cat, sat and down",
    replies={
        "cat and sat": "What does `down` read in the second layer? No longer the words themselves.",
        "cat, sat and down": "Yes. `down` now sees what the first layer made of the two, and that"
        " has changed.",
        "all four": "`the` sees itself alone, in every layer.",
    },
)

asked = Guess(
    right="more than 1",
    replies={
        "0.000": "That was with the next token among its keys. Here it is not among them.",
        "0.177": "That needs a model that has learned to count. This one never had to.",
        "more than 1": "Yes. It learned to find the answer among its keys, and here it is gone.",
    },
)

added = Guess(
    right="mean",
    replies={
        "as free": "So it is in float32. Round the four scores to whole multiples of 8 first.",
        "mean": "Yes. Rounded, the four scores are equal, and a softmax sees gaps alone.",
        "zeros": "The weights of a softmax sum to 1, whatever its scores.",
    },
)

cleaned = Guess(
    right="D",
    replies={
        "A": "Start at the output and walk back: the weights still hold NaN"
        " when they meet the values.",
        "B": "The values meet clean weights. But the slopes of the hidden scores stay.",
        "C": "The scores are safe. But look at what the values meet on the way back.",
        "D": "Yes. The values meet clean weights, and the fill cuts the way back to the scores.",
    },
)

lone_query = Guess(
    right="first value",
    replies={
        "first value": "Yes. It sees one key, and a softmax over one score is 1, whatever was"
        " asked.",
        "last value": "The last key is its own. Look in the upper picture for the cell with which"
        " the first row begins.",
        "a mix": "So it should be, at the end. Count the keys that the first row of the upper"
        " picture leaves.",
    },
)

missing_axis = Guess(
    right="two",
    replies={
        "one": "A row of the padding mask belongs to one sentence. Look for the row that lines up"
        " with this query.",
        "two": "Yes. The second row of the mask, meant for the second sentence, lines up with the"
        " second query.",
        "four": "So it should be. Compare the shapes from the right: (4, 4) with (4, 4, 4).",
    },
)
