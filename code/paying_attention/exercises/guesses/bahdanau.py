"""What answers the guesses of chapter 02 and its studies."""

from paying_attention.exercises.guesses.guess import Guess

without_tanh = Guess(
    right="the same word",
    replies={
        "different words": "Multiply it out: what does the state add to the score of `drei`, and"
        " what to that of `zwanzig`? A softmax sees only the gaps between scores.",
        "the same word": "Yes. The state adds one number to all scores alike, and a softmax sees"
        " only the gaps between them.",
    },
)

love = Guess(
    right="aime",
    replies={
        "je": "It has its peak in most of them, not in all. A pronoun can be read off an"
        " annotation beside it.",
        "t'": "A pronoun can be read off the annotation of a neighbour, which has met it too. Try"
        " once more.",
        "aime": "Yes. The verb looks at the verb in each of them; the pronouns are another story.",
    },
)

one_way = Guess(
    right="right",
    replies={
        "right": "Yes. A target shift is the decoder's doing, and should not mind. Reading"
        " forwards, the annotations to the right of a word are the ones that have met it.",
        "previous": "The decoder is the same as before. What changed is which annotations have read"
        " a word, now that the encoder reads forwards only.",
    },
)

other_words = Guess(
    right="1 in 8",
    replies={
        "1 in 80": "That is the chance to get a ten and its digit both right. Here each word is"
        " guessed by itself: count the words that fit one place.",
        "1 in 8": "Yes. Eight or nine words fit most places, and none is much commoner there than"
        " the others.",
        "1 in 2": "Count the digits that could stand behind the hyphen. None is much commoner than"
        " the others.",
    },
)

row_of_chat = Guess(
    right="no",
    replies={
        "yes": "How much can rounding to two decimals hide of one number at most? Multiply by how"
        " many there are.",
        "no": "Yes, you are right: rounding hides half a hundredth of each weight at most, and"
        " there are six.",
    },
)
