"""Chapter 01: which settings suit the fixed vector best? Judged on validation sentences."""

from collections.abc import Iterator

from paying_attention.experiments.runner import Experiment, Outcome, Scale
from paying_attention.experiments.tasks.measures import accuracy_by_test, num_parameters
from paying_attention.experiments.tasks.number_runs import number_witness, numbers_at
from paying_attention.experiments.tasks.translation import BottleneckRun


class TuningRun(BottleneckRun):
    """A run whose name says the settings that are tried."""

    @property
    def name(self) -> str:
        """Name of the run in the results file."""
        settings = f"batch{self.batch_size}-rate{self.learning_rate:g}-dropout{self.dropout:g}"
        return f"{super().name}-{settings}"


def runs() -> Iterator[TuningRun]:
    """List the settings that are tried, each once."""
    for dropout in (0.0, 0.1):
        yield TuningRun("constant", 1, 1, 0, 1700, 32, 6e-3, dropout=dropout)
        yield TuningRun("constant", 2, 1, 0, 700, 32, 4e-3, dropout=dropout)
    for rate in (3e-3, 1.2e-2):
        yield TuningRun("constant", 1, 1, 0, 1700, 32, rate)
    for rate in (2e-3, 8e-3):
        yield TuningRun("constant", 2, 1, 0, 700, 32, rate)
    for rate in (3e-3, 6e-3):
        yield TuningRun("constant", 1, 1, 0, 2200, 16, rate)


def work(run: TuningRun, scale: Scale) -> Outcome:
    """Train one model and count right validation sentences.

    Args:
        run: Which one.
        scale: How much of it.
    """
    task = numbers_at(scale)
    model = run.build_for(task)
    history = run.fit(task.training, model, scale)
    results = {
        "parameters": num_parameters(model),
        "correct": accuracy_by_test(model, task.validation),
    }
    return Outcome(model, history, results)


EXPERIMENT = Experiment(
    name="bottleneck_tuning",
    runs=runs,
    work=work,
    canary=TuningRun("constant", 1, 1, 6, num_steps=40, learning_rate=1e-2, dropout=0.1),
    witness=number_witness,
)
