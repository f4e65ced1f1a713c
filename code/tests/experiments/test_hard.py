from dataclasses import asdict, replace

import pytest
import torch
from torch import nn

from paying_attention.experiments.hard import EXPERIMENT, gradient_noise, noise_of, runs, work
from paying_attention.experiments.runner import CANARY
from paying_attention.experiments.tasks.numbers import (
    TRAINED_LENGTHS,
    number_task,
    small_number_task,
)
from tests.experiments.results_files import (
    BEGINNING,
    check_counts,
    check_fingerprint,
    check_planned,
    stored,
)

PLANNED = {run.name: run for run in runs()}


@pytest.fixture(scope="module")
def task():
    return number_task()


def test_soft_and_hard_differ_in_one_word():
    runs = list(PLANNED.values())
    assert len(runs) == 6
    for soft, hard in zip(runs[::2], runs[1::2], strict=True):
        assert asdict(soft) | {"hard": True} == asdict(hard)
        assert not soft.hard


def test_the_file_holds_the_runs_that_were_planned(task):
    check_planned(EXPERIMENT)
    for name, entry in stored("hard").items():
        results = entry["results"]
        for length, counts in results["correct"].items():
            check_counts(name, counts, len(task.test[int(length)]))
        for length in TRAINED_LENGTHS:
            rows = results["alignment"][str(length)]
            assert sum(row[-1] for row in rows) == len(task.test[length])


@pytest.mark.usefixtures("without_type_checks")  # the models' own tests run with them
@pytest.mark.parametrize("name", [name for name in PLANNED if name.endswith("seed0")])
def test_the_first_losses_and_the_noise_are_those_of_today(task, name):
    run, entry = PLANNED[name], stored("hard")[name]
    model = run.build_for(task)
    noise = noise_of(run, model, task)
    assert noise == pytest.approx(entry["results"]["noise"]["start"], rel=1e-2)
    check_fingerprint(entry, run.fit(task.training, model, BEGINNING).losses)


def test_a_run_is_trained_and_measured():
    run = PLANNED["numbers-additive-luong-hard-rate0.003-seed0"]
    model, history, results = work(run, replace(CANARY, stop_after=3))
    small = small_number_task()
    untrained = run.build_for(small)
    assert results["noise"] == {
        "start": round(noise_of(run, untrained, small), 4),
        "end": round(noise_of(run, model, small), 4),
    }
    assert results["loss"] == pytest.approx(sum(history.losses) / 3, abs=1e-4)
    assert list(results["correct"]) == [str(length) for length in small.test]
    assert list(results["alignment"]) == [str(length) for length in TRAINED_LENGTHS]


class OneWeight(nn.Module):
    """A model whose gradient is the batch itself."""

    def __init__(self):
        super().__init__()
        self.decoder = nn.Module()
        self.decoder.attention = nn.Linear(2, 1, bias=False)


def test_gradient_noise_by_hand():
    def loss(model, batch):
        return (model.decoder.attention.weight[0] * batch).sum()

    batches = [torch.tensor([1.0, 2.0]), torch.tensor([3.0, 6.0])]
    # Mean (2, 4): squared length 20. Variances 2 and 8, with n - 1.
    assert gradient_noise(OneWeight(), loss, batches) == pytest.approx(10 / 20)
    assert gradient_noise(OneWeight(), loss, batches[:1] * 3) == 0.0


def test_one_batch_has_no_variance():
    with pytest.raises(ValueError, match="batches: expected two or more, got 1"):
        gradient_noise(
            OneWeight(), lambda model, batch: model.decoder.attention.weight.sum(), [None]
        )


def test_a_gradient_that_is_nowhere_has_no_noise():
    batches = [torch.tensor([1.0, 2.0])] * 2
    with pytest.raises(ValueError, match="batches: expected a mean gradient, got zero"):
        gradient_noise(
            OneWeight(), lambda model, batch: 0 * model.decoder.attention.weight.sum(), batches
        )
