"""What answers the guesses of chapter 03 and its studies 03b and 03c."""

from paying_attention.exercises.guesses.guess import Guess

exchanged = Guess(
    right="drei",
    replies={
        "drei": "Yes. The dot product compares place by place, and `drei` is the one that is strong"
        " in the second place.",
        "und": "Both numbers of `und` are negative. Multiply each by a state without a negative"
        " number.",
        "zwanzig": "That would need a score that knows of the exchange. Look for the annotation"
        " that is strong in the second place.",
    },
)

same_function = Guess(
    right="not the same",
    replies={
        "the same": "They give the same scores. But count how often the state's half of the matrix"
        " is applied, written one way and the other.",
        "not the same": "Yes. One function, two ways to compute it: what depends on one half of"
        " the pair alone can be computed once.",
    },
)

contexts_seen = Guess(
    right="no",
    replies={
        "yes": "Follow the arrows on the right of Figure 3.1, without the one marked *fed*, and"
        " look for a way from a context to the next state.",
        "no": "Yes, that is right: without input feeding the context goes to the word, and no"
        " arrow leads from it to a later state.",
    },
)

whose_weights = Guess(
    right="written",
    replies={
        "written": "Yes. The context of a step is used to write that step's word, so that is where"
        " it pays to look at its source.",
        "read": "Think of what the context of a step is for: that step's word has to be found,"
        " and the word before is given.",
    },
)

sum_of_curve = Guess(
    right="less than 1",
    replies={
        "1": "The softmax has summed to 1 before the curve comes, and nothing is divided again."
        " Think of what a factor below 1 does to the sum.",
        "less than 1": "Yes. The curve is at most 1, it comes after the softmax, and nothing"
        " divides by the sum again.",
    },
)

links_outside = Guess(
    right="nearly all",
    replies={
        "about 26": "That holds if a word can be read off its own annotation alone. Think of what"
        " the encoder has put into the annotations beside it.",
        "about 60": "Then a neighbour's annotation would help now and then. Ask whether the window"
        " has left the whole source at this length, or only the word's own place in it.",
        "nearly all": "Yes. An annotation inside the window has read words outside it, and at this"
        " length the window still holds some of the source.",
    },
)

ways_to_stray = Guess(
    right="in different ways",
    replies={
        "in the same way": "The shares agree, .38 and .38. But which words are they? Run the next"
        " cell.",
        "in different ways": "Yes. Equal shares, but other words, and other places where they"
        " look.",
    },
)
