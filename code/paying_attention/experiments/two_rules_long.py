"""Chapter 06: does one head learn two rules when it trains longer?

The models, rows and seeds of ``two_rules``, with twice and four times its 1500 updates. The rate of
an arm is chosen on validation rows at each budget by itself, as there.

Not the whole grid was trained again. One head has the rates .001 and .003: at 1500 updates .01 was
the worst of the three, with and without a feed-forward layer. Two and four heads without one have
the single rate .01, at which each of their ten runs had every validation position right; with one,
all 30 stored runs did, at each rate, and are not trained longer.

What was known before: a reader of the chapter had trained one head without a feed-forward layer at
the rate .001, and found both answers right at .964 .919 .949 .940 .963 of the positions after 3000
updates and at 1.000 1.000 .998 .994 .994 after 6000, where 1500 had left .926 .396 .281 .834 .820.
So the first expectation is a repetition, not a guess; the other two were open.

Expected, for the runs below:

1. One head without a feed-forward layer: .85 or more in every seed after 3000 updates, and .99 or
   more after 6000.
2. One head with it: .99 or more in every seed after 6000.
3. Two and four heads stay at .99 or more in every seed.
"""

from collections.abc import Iterator

from paying_attention.experiments.runner import Experiment
from paying_attention.experiments.tasks.two_rules import TwoRulesRun, train_and_ask, witness

BUDGETS = (3000, 6000)
# Heads, width of the feed-forward layer, rates.
ARMS = ((1, 0, (1e-3, 3e-3)), (1, 256, (1e-3, 3e-3)), (2, 0, (1e-2,)), (4, 0, (1e-2,)))
SEEDS = range(5)


def runs() -> Iterator[TwoRulesRun]:
    """List the trainings."""
    for heads, d_ff, rates in ARMS:
        for budget in BUDGETS:
            for rate in rates:
                for seed in SEEDS:
                    yield TwoRulesRun(heads, d_ff, rate, seed, num_steps=budget)


EXPERIMENT = Experiment(
    name="two_rules_long",
    runs=runs,
    work=train_and_ask,
    canary=TwoRulesRun(1, 0, 3e-3, 8, num_steps=60),
    witness=witness,
    fingerprint_steps=3,
)
