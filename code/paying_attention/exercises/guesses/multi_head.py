"""What answers the guesses of chapter 06: heads."""

from paying_attention.exercises.guesses.guess import Guess

wide_head = Guess(
    right="neither",
    replies={
        "vier": "The mark does speak for vier. Add up what the place says, then compare the sums.",
        "und": "The place does speak for und. Add up what the mark says, then compare the sums.",
        "neither": "Yes. Each of the two gets a score of 4, from one rule each, so neither wins.",
    },
)
merge = Guess(
    right="all of head 0",
    replies={
        "all of word 0": "That is what a merge is for. But in which order do the numbers of split"
        " lie in memory? Read them line by line.",
        "all of head 0": "Yes. The head is the first axis, so its numbers lie together in memory.",
    },
)
cost = Guess(
    right="not at all",
    replies={
        "eightfold": "There are eight times as many heads. Look at how wide each of them is.",
        "twofold": "Something would have to double for that. Look at how wide the eight are.",
        "not at all": "Yes. Eight times as many heads, each an eighth as wide.",
    },
)
budget = Guess(
    right="all five",
    replies={
        "none": "The live head had .92 with a quarter of the updates. A longer training"
        " is another one: its rate falls later.",
        "two": "A fair guess from what one seed shows after 1,500 updates. It takes one run for a"
        " limit that is only a budget.",
        "all five": "Yes. At this rate a longer plan was all that the single heads needed.",
    },
)
tie = Guess(
    right="one",
    replies={
        "none": "A readout may always say the same, for instance that the smaller letter is"
        " before. Count how often that is right.",
        "one": "Yes. The two mixtures are the same vector, so the readout gives one answer.",
        "both": "Compare the two mixtures number by number. Look for what a readout could go by.",
    },
)
both_kinds = Guess(
    right="one",
    replies={
        "all nine": "That is what was expected here. Look at the three models of the table above,"
        " and see whether all of them have both.",
        "five": "Ask whether two heads leave one to spare, and whether one of eight is ever"
        " missed so much.",
        "one": "Yes. With two heads none can be spared, and with eight none costs half.",
    },
)
