"""``make results``: run what is missing from the results files, or what is named.

    python -m paying_attention.experiments [bottleneck | alignment | phrases | …] ...

A run whose entry holds the same configuration is skipped; delete a file to run all of it again.
"""

import sys

import torch

from paying_attention.experiments.alignment import run_alignment, run_long, run_scores
from paying_attention.experiments.bottleneck import run_grid, run_tuning
from paying_attention.experiments.hard import run_hard
from paying_attention.experiments.heads import run_heads
from paying_attention.experiments.phrases import run_phrases
from paying_attention.experiments.recall import run_recall
from paying_attention.experiments.scaling import run_scaling
from paying_attention.experiments.two_rules import run_two_rules

EXPERIMENTS = {
    "bottleneck_tuning": run_tuning,
    "bottleneck": run_grid,
    "recall": run_recall,
    "alignment": run_alignment,
    "scores": run_scores,
    "scores_long": run_long,
    "phrases": run_phrases,
    "hard": run_hard,
    "scaling": run_scaling,
    "two_rules": run_two_rules,
    "heads": run_heads,
}

if __name__ == "__main__":
    torch.set_num_threads(1)
    names = sys.argv[1:] or list(EXPERIMENTS)
    if unknown := set(names) - set(EXPERIMENTS):
        sys.exit(f"experiments: expected some of {list(EXPERIMENTS)}, got {sorted(unknown)}")
    for name in names:
        EXPERIMENTS[name]()
