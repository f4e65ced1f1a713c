"""What every experiment does: train what is missing, measure it, store it; and its canary."""

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple, Protocol, runtime_checkable

from torch import Tensor, nn

from paying_attention.experiments.store import (
    has_entry,
    load_canary,
    make_entry,
    results_path,
    save_canary,
    save_entry,
)
from paying_attention.training.loop import History, TrainingConfig, train


@dataclass(frozen=True)
class Scale:
    """How much of a run is done.

    Args:
        stop_after: End after so many steps of the plan.
        warmup_steps: Steps over which the learning rate rises.
        window: Steps whose losses are averaged to choose the best weights.
        small: Whether the task is cut down to a few sentences.
    """

    stop_after: int | None = None
    warmup_steps: int = 50
    window: int = 50
    small: bool = False


FULL = Scale()
CANARY = Scale(warmup_steps=4, window=4, small=True)


@runtime_checkable
class Run(Protocol):
    """The settings of one training: a frozen dataclass, stored as they are."""

    seed: int
    num_steps: int
    learning_rate: float
    name: str


class Outcome(NamedTuple):
    """What came of a run: the trained model, how it went, and what was measured."""

    model: nn.Module
    history: History
    results: dict[str, Any]


@dataclass(frozen=True)
class Experiment:
    """One question, and one results file of the same name.

    Args:
        name: Of the results file and of the module.
        runs: Lists what is to be trained.
        work: Builds, trains and measures one run.
        canary: A run that takes seconds at the scale ``CANARY``.
        witness: What a canary keeps of its model besides the results: the data's digest, and
            numbers that move when the data, the decoding or the choice of the weights change.
        fingerprint_steps: How many of the first losses are stored.
    """

    name: str
    runs: Callable[[], Iterable[Run]]
    work: Callable[[Any, Scale], Outcome]
    canary: Run
    witness: Callable[[Any], dict[str, Any]]
    fingerprint_steps: int = 5


def fit_run(
    run: Run,
    model: nn.Module,
    loss: Callable[[nn.Module, Any], Tensor],
    epoch: Callable[[Any], Iterable[Any]],
    scale: Scale = FULL,
    validate: Callable[[nn.Module], float] | None = None,
) -> History:
    """Train a model as its run says.

    Args:
        run: The settings.
        model: The untrained model.
        loss: Gives a scalar for ``(model, batch)``.
        epoch: Gives the batches of one pass, in an order drawn from a generator.
        scale: How much of the run.
        validate: Gives a number for the model, by which the best weights are chosen; without it
            they are chosen by the training loss.
    """
    plan = TrainingConfig(
        num_steps=run.num_steps,
        learning_rate=run.learning_rate,
        warmup_steps=scale.warmup_steps,
        seed=run.seed,
    )
    return train(
        model,
        loss,
        epoch,
        plan,
        window=scale.window,
        stop_after=scale.stop_after,
        validate=validate,
        description=run.name,
    )


def run_missing(experiment: Experiment) -> None:
    """Train and store the runs whose configuration is not in the results file.

    Args:
        experiment: What to run.
    """
    for run in experiment.runs():
        if has_entry(experiment.name, run.name, asdict(run)):
            continue
        _, history, results = experiment.work(run, FULL)
        fingerprint = history.losses[: experiment.fingerprint_steps]
        entry = make_entry(run.name, asdict(run), results, fingerprint, history.cpu_seconds)
        save_entry(experiment.name, entry)
        print(f"{experiment.name}: {run.name}, {history.cpu_seconds:.0f} CPU s", flush=True)


def send_canary(experiment: Experiment) -> dict[str, Any]:
    """Go the whole way of an experiment at a small size.

    Args:
        experiment: Whose canary.

    Returns:
        An entry. Its results are the losses, the step whose weights were kept, what the experiment
        measures, and the witness.
    """
    run = experiment.canary
    model, history, results = experiment.work(run, CANARY)
    found = {
        "losses": [round(loss, 6) for loss in history.losses],
        "best_step": history.best_step,
        "measured": results,
        "witness": experiment.witness(model),
    }
    fingerprint = history.losses[: experiment.fingerprint_steps]
    return make_entry("canary", asdict(run), found, fingerprint, history.cpu_seconds)


def store_canary(experiment: Experiment, *, again: bool = False) -> None:
    """Store the canary of an experiment, if there is none yet.

    Args:
        experiment: Whose canary.
        again: Whether to replace one that is there. Do that only if what has changed leaves the
            stored runs true: a canary that fails says that they may be stale.
    """
    there = results_path(experiment.name).exists() and load_canary(experiment.name) is not None
    if again or not there:
        save_canary(experiment.name, send_canary(experiment))
        print(f"{experiment.name}: canary", flush=True)
