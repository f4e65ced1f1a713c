"""Hard attention against soft attention on numbers: the question, written down before the run.

Set-up: Luong's decoder with the additive score, no input feeding, so that a pick decides about its
own word only. Same weights at the start, same batches, the 1600 updates and the settings of chapter
02, three seeds. Hard attention draws one annotation for each word and learns by the score-function
estimate with the mean loss of the other words as its baseline; in the test it takes the likeliest.

Expected, before the first run of this set-up:

1. At the start, where both have the same weights, the gradient of the attention's parameters
   varies at least ten times as much from batch to batch with hard attention, relative to the square
   of its mean.
2. After the training, hard attention has fewer test sentences of six numbers right, in each seed.
3. Its alignment error rate is lower, in each seed: one annotation must carry the whole word.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from typing import Any

import torch
from torch import Tensor, nn

from paying_attention.experiments.alignment import SEEDS, AlignmentRun, alignment_by_test
from paying_attention.experiments.bottleneck import (
    FINGERPRINT_STEPS,
    TRAINED_LENGTHS,
    NumberTask,
    accuracy_by_length,
    number_task,
)
from paying_attention.experiments.store import has_entry, make_entry, save_entry
from paying_attention.models.recurrent.seq2seq import Seq2Seq
from paying_attention.training.losses import score_function_loss, translation_loss
from paying_attention.training.seeding import seeded

NOISE_BATCHES = 64


def hard_runs() -> Iterator[AlignmentRun]:
    """List the trainings: soft and hard, three seeds each."""
    for seed in SEEDS:
        for hard in (False, True):
            yield AlignmentRun("numbers", "additive", seed, decoder="luong", hard=hard)


def gradient_noise(
    model: nn.Module, loss: Callable[[nn.Module, Any], Tensor], batches: Iterable[Any]
) -> float:
    """Measure how much the gradient of the attention's parameters varies from batch to batch.

    Args:
        model: A model with ``decoder.attention``; without dropout, so that only batches and draws
            differ.
        loss: Gives a scalar for ``(model, batch)``.
        batches: Two or more.

    Returns:
        The variance of the gradient, summed over the parameters, divided by the square of its
        mean's length.

    Raises:
        ValueError: If there are fewer than two batches.
    """
    parameters = list(model.decoder.attention.parameters())
    rows = []
    for batch in batches:
        gradients = torch.autograd.grad(loss(model, batch), parameters)
        rows.append(torch.cat([gradient.flatten() for gradient in gradients]))
    if len(rows) < 2:
        raise ValueError(f"batches: expected two or more, got {len(rows)}")
    table = torch.stack(rows)
    return float(table.var(dim=0).sum() / table.mean(dim=0).square().sum())


def noise_of(run: AlignmentRun, model: Seq2Seq, task: NumberTask) -> float:
    """Measure a model's gradient noise on the same training batches for every run.

    Args:
        run: Says whether the model draws.
        model: The model, trained or not.
        task: The sentences.
    """
    batches = task.training.batches(run.batch_size, generator=torch.Generator().manual_seed(9))
    some = [batch for batch, _ in zip(batches, range(NOISE_BATCHES), strict=False)]
    model.eval()
    model.decoder.attention.train()  # draws, but no dropout
    with seeded(run.seed):
        noise = gradient_noise(model, score_function_loss if run.hard else translation_loss, some)
    model.eval()
    return noise


def run_hard() -> None:
    """Train the runs and store what the test says."""
    for run in hard_runs():
        if has_entry("hard", run.name, asdict(run)):
            continue
        task = number_task()
        model = run.build(len(task.source_vocabulary), len(task.target_vocabulary))
        noise = {"start": round(noise_of(run, model, task), 4)}
        history = run.fit(task.training, model)
        noise["end"] = round(noise_of(run, model, task), 4)
        last = history.losses[-100:]
        results = {
            "correct": accuracy_by_length(model, task.test),
            **alignment_by_test(model, {k: task.test[k] for k in TRAINED_LENGTHS}),
            "noise": noise,
            "loss": round(sum(last) / len(last), 4),
        }
        fingerprint = history.losses[:FINGERPRINT_STEPS]
        entry = make_entry(run.name, asdict(run), results, fingerprint, history.cpu_seconds)
        save_entry("hard", entry)
        print(run.name, results["correct"], noise, results["loss"], flush=True)
