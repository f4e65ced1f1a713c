"""What answers the guesses of chapter 01 and its studies."""

from paying_attention.exercises.guesses.guess import Guess

room = Guess(
    right="many times over",
    replies={
        "no": "Count both in bits: log₂ 1000 for each number, and 32 for each float of the vector.",
        "barely": "Count the bits of the vector, too: it has 128 floats, and each of them 32 bits.",
        "many times over": "Yes. Room is not what the vector lacks.",
    },
)

five_numbers = Guess(
    right="much lower",
    replies={
        "higher": "Then a long sequence would have to make each of its numbers easier. Compare the"
        " last two columns.",
        "about there": "That is what independent mistakes give. Compare the last two columns.",
        "much lower": "Yes. In a long sequence a number goes wrong more often than alone.",
    },
)

origin = Guess(
    right="at the mean",
    replies={
        "at (0, 0)": "That is where the state is. The context is made of the annotations: compute"
        " the three scores, and then the weights.",
        "at zwanzig": "It was near it for the state (1, 0). Compute the three scores again.",
        "at the mean": "Yes. All three scores are 0, so no annotation weighs more than another.",
    },
)

seven_numbers = Guess(
    right="below .1",
    replies={
        "about .5": "Six numbers are the longest sequences that it was trained on. Seven are one"
        " more.",
        "about .3": "It does fall. Compare with what attention gets on the grey side of chapter"
        " 01's second figure, and remember that this is the weaker of the two.",
        "below .1": "Yes. Seven numbers are more than any sequence that it was trained on.",
    },
)

once_at_the_start = Guess(
    right="below .5",
    replies={
        "about .8": "Both know the same of the source, but one of them has to keep it all the way.",
        "about .6": "It does fall, and further: think of what the state has to hold now.",
        "below .5": "Yes. The same vector, seen once, brings far less.",
    },
)

worst_remembered = Guess(
    right="one in the middle",
    replies={
        "the first": "That would be fading with time. Follow each row of the table to its end.",
        "one in the middle": "Yes. Both ends stand above it, in every row.",
        "the last": "Nothing came after it that could have been put on top.",
    },
)

less_even = Guess(
    right="attention's",
    replies={
        "the vector's": "It started so. But its training evens out the slope that it starts with.",
        "attention's": "Yes. It starts from level ground, and then it chooses.",
    },
)
