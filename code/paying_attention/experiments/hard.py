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
from typing import Any

import torch
from torch import Tensor, nn

from paying_attention.experiments.runner import Experiment, Outcome, Scale
from paying_attention.experiments.tasks.measures import accuracy_by_test, alignment_by_test
from paying_attention.experiments.tasks.number_runs import (
    number_witness,
    numbers_at,
    trained_lengths,
)
from paying_attention.experiments.tasks.numbers import NumberTask
from paying_attention.experiments.tasks.translation import SEEDS, TranslationRun
from paying_attention.models.recurrent.seq2seq import Seq2Seq
from paying_attention.training.losses import score_function_loss, translation_loss
from paying_attention.training.seeding import seeded

NOISE_BATCHES = 64


def runs() -> Iterator[TranslationRun]:
    """List the trainings: soft and hard, three seeds each."""
    for seed in SEEDS:
        for hard in (False, True):
            yield TranslationRun("numbers", "additive", seed, decoder="luong", hard=hard)


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
        ValueError: If there are fewer than two batches, or if their mean gradient is zero.
    """
    parameters = list(model.decoder.attention.parameters())
    rows = []
    for batch in batches:
        gradients = torch.autograd.grad(loss(model, batch), parameters)
        rows.append(torch.cat([gradient.flatten() for gradient in gradients]))
    if len(rows) < 2:
        raise ValueError(f"batches: expected two or more, got {len(rows)}")
    table = torch.stack(rows)
    signal = table.mean(dim=0).square().sum()
    if not signal:
        raise ValueError("batches: expected a mean gradient, got zero")
    return float(table.var(dim=0).sum() / signal)


def noise_of(run: TranslationRun, model: Seq2Seq, task: NumberTask) -> float:
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


def work(run: TranslationRun, scale: Scale) -> Outcome:
    """Train one model and measure it, and the noise of its gradient before and after.

    Args:
        run: Which one.
        scale: How much of it.
    """
    task = numbers_at(scale)
    model = run.build_for(task)
    noise = {"start": round(noise_of(run, model, task), 4)}
    history = run.fit(task.training, model, scale)
    noise["end"] = round(noise_of(run, model, task), 4)
    last = history.losses[-100:]
    results = {
        "correct": accuracy_by_test(model, task.test),
        **alignment_by_test(model, trained_lengths(task)),
        "noise": noise,
        "loss": round(sum(last) / len(last), 4),
    }
    return Outcome(model, history, results)


EXPERIMENT = Experiment(
    name="hard",
    runs=runs,
    work=work,
    canary=TranslationRun(
        *("numbers", "additive", 8, "luong"),
        hard=True,
        num_steps=32,
        batch_size=8,
        learning_rate=1e-2,
    ),
    witness=number_witness,
)
