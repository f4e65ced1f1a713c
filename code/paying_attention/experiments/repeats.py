"""The same runs again: how much of a stored number is the machine's?

``python -m paying_attention.experiments --repeat`` trains the runs of ``AGAIN`` once more, with
their own settings and seeds, and stores today's counts beside the stored ones in ``repeats.json``.
The code and the seeds are the same; what is left is the order in which a processor adds, and the
versions. The runs were chosen before any was repeated: of each file the first two seeds of an arm
that a chapter shows. Files whose models stand in another one too are left out, and those that cost
most.
"""

from dataclasses import asdict

from paying_attention.experiments.runner import FULL, Experiment
from paying_attention.experiments.store import has_entry, make_entry, save_entry
from paying_attention.experiments.tasks.repeated import KEPT

AGAIN = {
    "recall": ("recurrent-seed0", "recurrent-seed1"),
    "scaling": ("none-1024-rate0.001-seed0", "none-1024-rate0.001-seed1"),
    "scaling_long": ("none-256-steps3200-rate0.003-seed0", "none-256-steps3200-rate0.003-seed1"),
    "two_rules": ("heads1-ff0-rate0.001-seed0", "heads1-ff0-rate0.001-seed1"),
    "two_rules_long": (
        "heads1-ff0-steps3000-rate0.001-seed0",
        "heads1-ff0-steps3000-rate0.001-seed1",
    ),
    "phrases": (
        "en-fr-additive-rate0.003-seed0",
        "en-fr-additive-rate0.003-seed1",
    ),
    "alignment": ("numbers-additive-rate0.003-seed0", "numbers-additive-rate0.003-seed1"),
    "bottleneck": ("constant-width1-time1-seed0", "constant-width1-time1-seed1"),
}


def repeat(experiment: Experiment) -> None:
    """Train the chosen runs of an experiment again, unless that was done, and store their counts.

    Args:
        experiment: One of ``AGAIN``.
    """
    for run in experiment.runs():
        name, config = f"{experiment.name}/{run.name}", asdict(run)
        if run.name not in AGAIN.get(experiment.name, ()) or has_entry("repeats", name, config):
            continue
        _, history, results = experiment.work(run, FULL)
        found = {key: results[key] for key in KEPT if key in results}
        fingerprint = history.losses[: experiment.fingerprint_steps]
        save_entry("repeats", make_entry(name, config, found, fingerprint, history.cpu_seconds))
        print(f"repeats: {name}, {history.cpu_seconds:.0f} CPU s", flush=True)
