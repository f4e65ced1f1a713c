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

triangle = Guess(
    right="no",
    replies={
        "yes": "Pull the state far out, and watch the context: does it pass the corner?"
        " Then ask what three positive weights that sum to 1 can do.",
        "no": "Yes, you are right: three positive weights that sum to 1 give a point between the"
        " three.",
    },
)

width_or_time = Guess(
    right="time",
    replies={
        "width": "A wide update takes longer. Ask how many of them the same time buys.",
        "time": "Yes, in these runs more updates help wherever something is left to gain.",
    },
)

once_or_always = Guess(
    right="different",
    replies={
        "equal": "Both know the same of the source, and still: look at sequences of three numbers.",
        "different": "Yes, and by more than we had guessed.",
    },
)

dots_or_pairs = Guess(
    right="four pairs",
    replies={
        "seventy dots": "That would be forgetting with time. Read the next table along a row.",
        "four pairs": "Yes. Read the next table down a column.",
    },
)

slope_after_training = Guess(
    right="gone",
    replies={
        "steeper": "Each word of the source is needed alike. Ask which way that pushes the gates.",
        "as before": "So says the usual summary of recurrent networks. See what the table says.",
        "gone": "Yes. Training has made the early words felt.",
    },
)
