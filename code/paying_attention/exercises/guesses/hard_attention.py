"""What answers the guesses of page 03d."""

from paying_attention.exercises.guesses.guess import Guess

stuck = Guess(
    right="hard, words",
    replies={
        "soft, words": "Its four means are four different points, and a readout can tell them"
        " apart.",
        "hard, words": "Yes. It reads one word, and no word answers both questions.",
        "hard, annotations": "It reads one vector as well, but think of what an encoder has put"
        " into it.",
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
