"""``make results``: run what is missing from the results files, or what is named.

    python -m paying_attention.experiments [--canaries | --repeat] [bottleneck | alignment | …] ...

A run whose entry holds the same configuration is skipped; delete a file to run all of it again.
``--canaries`` measures the canaries again and nothing else. ``--repeat`` trains the few runs of
``repeats`` a second time. ``real_sentence`` needs data that are not part of the package: it runs
when it is named, or where they are.
"""

import argparse
import sys
from collections.abc import Sequence

import torch

from paying_attention.data.corpora.multi30k import has_multi30k
from paying_attention.experiments import (
    alignment,
    asking_state,
    bottleneck,
    bottleneck_tuning,
    hard,
    heads,
    phrases,
    real_sentence,
    recall,
    scaling,
    scaling_long,
    scores,
    scores_long,
    two_rules,
    two_rules_long,
)
from paying_attention.experiments.repeats import repeat
from paying_attention.experiments.runner import run_missing, store_canary

MODULES = (bottleneck_tuning, bottleneck, recall, alignment, asking_state, scores, scores_long)
MODULES += (phrases, hard, scaling, scaling_long, two_rules, two_rules_long, heads)
MODULES += (real_sentence,)
EXPERIMENTS = {module.EXPERIMENT.name: module.EXPERIMENT for module in MODULES}


def main(arguments: Sequence[str]) -> None:
    """Run what is missing, and store the canaries.

    Args:
        arguments: Of the command.
    """
    parser = argparse.ArgumentParser(prog="experiments")
    parser.add_argument("names", nargs="*", metavar="experiment", help=", ".join(EXPERIMENTS))
    parser.add_argument("--canaries", action="store_true", help="only measure canaries again")
    parser.add_argument("--repeat", action="store_true", help="only train some runs again")
    given = parser.parse_args(arguments)
    if unknown := set(given.names) - set(EXPERIMENTS):
        parser.error(f"expected some of {list(EXPERIMENTS)}, got {sorted(unknown)}")
    torch.set_num_threads(1)
    for name in given.names or EXPERIMENTS:
        if given.repeat:
            repeat(EXPERIMENTS[name])
            continue
        if not given.canaries and (name != "real_sentence" or given.names or has_multi30k()):
            run_missing(EXPERIMENTS[name])
        store_canary(EXPERIMENTS[name], again=given.canaries)


if __name__ == "__main__":
    main(sys.argv[1:])
