from dataclasses import asdict

import pytest
import torch
from torch import nn

from paying_attention.experiments.bottleneck import FINGERPRINT_STEPS, TRAINED_LENGTHS, number_task
from paying_attention.experiments.hard import gradient_noise, hard_runs, noise_of
from tests.experiments.results_files import check_counts, check_fingerprint, stored

PLANNED = {run.name: run for run in hard_runs()}


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
    entries = stored("hard")
    assert sorted(entries) == sorted(PLANNED)
    for name, run in PLANNED.items():
        assert entries[name]["config"] == asdict(run)
        results = entries[name]["results"]
        for length, counts in results["correct"].items():
            check_counts(name, counts, len(task.test[int(length)]))
        for length in TRAINED_LENGTHS:
            rows = results["alignment"][str(length)]
            assert sum(row[-1] for row in rows) == len(task.test[length])


@pytest.mark.parametrize("name", [name for name in PLANNED if name.endswith("seed0")])
def test_the_first_losses_and_the_noise_are_those_of_today(task, name):
    run, entry = PLANNED[name], stored("hard")[name]
    model = run.build(len(task.source_vocabulary), len(task.target_vocabulary))
    noise = noise_of(run, model, task)
    assert noise == pytest.approx(entry["results"]["noise"]["start"], rel=1e-2)
    history = run.fit(task.training, model, num_steps=FINGERPRINT_STEPS)
    check_fingerprint(entry, history.losses)


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
