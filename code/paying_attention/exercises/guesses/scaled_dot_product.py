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
    right="0.1",
    replies={
        "10": "The hotter, the flatter: divided by 10 the scores hardly differ, and a step of the"
        " query hardly moves them.",
        "1": "Two things happen below 1: scores become steeper, and the softmax becomes sure of its"
        " winner. The first has some room before the second stops it.",
        "0.1": "Yes. The scores are ten times as steep there, and the softmax is not sure yet.",
        "0.015": "The scores are steepest there, that is true. But a weight that is nearly 1"
        " already can hardly rise.",
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
    right="nearly all",
    replies={
        "a fifth": "Then all questions would pass on about as much. Compare the mean with the"
        " median at width 1024.",
        "half": "Think of the others: two leaders more than 4 apart, so that the second has less"
        " than a fiftieth of the first's weight. Little is left of J.",
        "nearly all": "Yes. Where two leaders are close, J is not small, and K is long.",
    },
)

folded = Guess(
    right="farther",
    replies={
        "less far": "In the folded arm W^Q is smaller. But is its update smaller, too? AdamW moves"
        " all weights about equally far.",
        "as far": "They have the same scores, and so the same loss. But ask what an update of the"
        " usual size does to a weight that is small.",
        "farther": "Yes. An update moves a small weight as far as a large one, and nothing divides"
        " it afterwards.",
    },
)

viral = Guess(
    right="the cat",
    replies={
        "the lesson": "Every score is a product with your query. Work out what becomes of each of"
        " them, if the query is twice as long.",
        "the cat": "Yes. A longer query makes all scores longer alike: no rank changes.",
    },
)

counting = Guess(
    right="a little more",
    replies={
        "the same": "So it is without other words. Write the weight of `river` as a fraction,"
        " and add two more of its exponential above and below the line.",
        "a little more": "Yes. The exponential counts three times above the fraction's line, and"
        " three times below.",
        "three times": "Three times 0.66 is almost 2, and a row sums to 1.",
    },
)
