"""What answers the guesses of page 03d."""

from paying_attention.exercises.guesses.guess import Guess

one_annotation = Guess(
    right="near 0",
    replies={
        "near 0": "Yes. The encoder has mixed the words before one vector is picked.",
        "half of .693": "That would leave two of the four sentences undecided. Think of what the"
        " encoder can carry into the vector of the last word.",
        ".693": "So it is for one word. But an annotation has more than its word in it.",
    },
)

best_word = Guess(
    right="down",
    replies={
        "up": "That is where the average points. But look at the loss that was paid: it is not 0.",
        "down": "Yes. Something was paid, so the word that was drawn is punished.",
    },
)

variance = Guess(
    right="may rise",
    replies={
        "never rises": "It falls for some numbers. Now think of a very large one: what multiplies"
        " each slope is the loss less that number.",
        "may rise": "Yes. What multiplies each slope is the loss less b, and a bad b makes that"
        " large.",
        "stays": "The mean stays. The variance is about squares, and those change.",
    },
)
