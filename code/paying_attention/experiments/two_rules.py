"""Chapter 06: are two heads needed where two rules hold at once?

At each position the letter before it and the marked letter of the row are asked for. Models of one
layer, all with as many parameters: one head of width 64, two of 32, four of 16; then nothing, or a
feed-forward layer. The learning rate of each arm is chosen on validation rows, by the mean over the
seeds.

What was seen before: one pilot (seed 0, 1000 updates, rates .003 and .01), judged on rows that are
not used here. Share of positions where both answers were right, at the better rate: one head .960,
two 1.000, four 1.000; with a feed-forward layer .793, 1.000 and 1.000. At .003 two heads without it
had .175, since they had not learned the letter before by then.

Expected, for the runs below (five seeds, three rates, half as many updates again):

1. Two and four heads: both answers right at .99 or more of the positions in each seed.
2. One head reaches .99 in one seed of five at most, with or without a feed-forward layer.
3. But one head does not stay at what a blur of two values would leave it (both right at one of six
   positions or fewer): at least one seed has .5 or more. Its weights can say which letter it is.
"""

from collections.abc import Iterator

from paying_attention.experiments.runner import Experiment
from paying_attention.experiments.tasks.two_rules import TwoRulesRun, train_and_ask, witness

HEADS = (1, 2, 4)
D_FF = (0, 256)
RATES = (1e-3, 3e-3, 1e-2)
SEEDS = range(5)


def runs() -> Iterator[TwoRulesRun]:
    """List the grid."""
    for seed in SEEDS:
        for heads in HEADS:
            for d_ff in D_FF:
                for rate in RATES:
                    yield TwoRulesRun(heads, d_ff, rate, seed)


EXPERIMENT = Experiment(
    name="two_rules",
    runs=runs,
    work=train_and_ask,
    canary=TwoRulesRun(2, 0, 3e-3, 2, num_steps=40),
    witness=witness,
    fingerprint_steps=3,
)
