"""What answers the guesses of chapter 04 and its studies."""

from paying_attention.exercises.guesses.guess import Guess

pancakes = Guess(
    right="a tenth",
    replies={
        "a hundredth": "A softmax compares the exponentials of the scores. Work out those of 0 and"
        " of 0.96, and see how far apart they are.",
        "a tenth": "Yes. The exponential of 0 is 1, that of 0.96 is 2.6: nobody is far ahead.",
        "a sixth": "So it would be if all six scores were equal. But some are higher, and take"
        " their part from the others.",
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
    right="keys",
    replies={
        "queries": "Each word asks with its own query. Look at which rows of Q the output of"
        " `bites` needs.",
        "keys": "Yes. The weights follow the keys, and meet the values that stayed behind.",
        "pairs": "A weight goes with its key, and here the value comes along. A sum does not notice"
        " in which order its terms come.",
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
