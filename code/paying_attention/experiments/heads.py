"""Chapter 06: what do the heads of a translator do, and what is lost without one of them?

Chapter 03's model on chapter 01's numbers, with 1, 2, 4 or 8 heads of scaled dot-product attention
in place of the general score; settings of chapter 02, which nobody tuned for heads. Each head is
judged on the test sentences of two to six numbers: the entropy of its rows, how far from the gold
link it looks, its alignment error as if it were alone, and the translations that are still right
when it is taken out of the trained model.

Expected, before any of these models was trained:

1. Heads 2, 4 and 8: in each seed there is a head without which fewer than half of the translations
   of six numbers are right, and a head without which at least 90 % of those that were right stay
   right (Michel et al., 2019, found most heads of a large model to be of that kind).
2. Among the heads of a model, the one that is missed most has the lowest alignment error of its
   own, in two seeds of three or more, with 4 heads.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import torch

from paying_attention.data.batching import Corpus
from paying_attention.evaluation.alignment_error import (
    AlignmentCounts,
    argmax_links,
    count_alignment,
)
from paying_attention.evaluation.decoding import translation_accuracy
from paying_attention.experiments.bottleneck import (
    FINGERPRINT_STEPS,
    accuracy_by_length,
    number_task,
)
from paying_attention.experiments.store import has_entry, make_entry, save_entry
from paying_attention.explain.heads import entropy, head_matrices, without_heads
from paying_attention.models.recurrent.config import Seq2SeqConfig
from paying_attention.models.recurrent.seq2seq import Seq2Seq
from paying_attention.training.loop import History, TrainingConfig, train
from paying_attention.training.losses import translation_loss
from paying_attention.training.seeding import seeded

HEADS = (1, 2, 4, 8)
SEEDS = range(3)
JUDGED_LENGTHS = range(2, 7)
ABLATED_LENGTH = 6
EXAMPLE = 5  # row of the test sentences of two numbers whose weights are stored


@dataclass(frozen=True)
class HeadsRun:
    """One training.

    Args:
        num_heads: Heads that share a width of 128.
        seed: Of the weights and the order of the batches.
        num_steps: Updates.
        batch_size: Sentences in a batch.
        learning_rate: Its highest value.
        dropout: Share of the embeddings' features that training drops.
    """

    num_heads: int
    seed: int
    num_steps: int = 1600
    batch_size: int = 16
    learning_rate: float = 3e-3
    dropout: float = 0.1

    @property
    def name(self) -> str:
        """Name of the run in the results file."""
        return f"numbers-heads{self.num_heads}-seed{self.seed}"

    def build(self) -> Seq2Seq:
        """Make the untrained model."""
        task = number_task()
        config = Seq2SeqConfig(
            len(task.source_vocabulary),
            len(task.target_vocabulary),
            attention="multi-head",
            decoder="luong",
            num_heads=self.num_heads,
            dropout=self.dropout,
        )
        with seeded(self.seed):
            return Seq2Seq(config)

    def fit(self, model: Seq2Seq, *, num_steps: int | None = None) -> History:
        """Train the model.

        Args:
            model: Made by ``build``.
            num_steps: Stop after so many of the updates.
        """
        plan = TrainingConfig(
            num_steps=self.num_steps, learning_rate=self.learning_rate, seed=self.seed
        )
        training = number_task().training
        return train(
            model,
            translation_loss,
            lambda generator: training.batches(self.batch_size, generator=generator),
            plan,
            description=self.name,
            stop_after=num_steps,
        )


def judge_heads(model: Seq2Seq, tests: Mapping[int, Corpus]) -> list[dict[str, Any]]:
    """Describe each head by where it looks.

    Args:
        model: A trained model with heads.
        tests: Sentences by their number of numbers.

    Returns:
        For each head the mean ``"entropy"`` of its rows in bits, the mean ``"distance"`` in words
        between its largest weight and the nearest sure link, and the ``"alignment"`` counts of its
        largest weights, ``[|A∩S|, |A∩P|, |A|, |S|]``.
    """
    parts: list[list[tuple[float, float, AlignmentCounts]]] = []
    for corpus in tests.values():
        for heads, pair in zip(head_matrices(model, corpus), corpus.pairs, strict=True):
            judged = sorted({target for target, _ in pair.sure})
            parts.append(
                [
                    (
                        float(entropy(matrix[judged]).mean()),
                        _distance(argmax_links(matrix, pair), pair.sure),
                        count_alignment(argmax_links(matrix, pair), pair),
                    )
                    for matrix in heads
                ]
            )
    described = []
    for head in zip(*parts, strict=True):
        entropies, distances, counts = zip(*head, strict=True)
        described.append(
            {
                "entropy": round(sum(entropies) / len(entropies), 3),
                "distance": round(sum(distances) / len(distances), 3),
                "alignment": list(asdict(AlignmentCounts.pool(counts)).values()),
            }
        )
    return described


def _distance(links: Any, sure: Any) -> float:
    """Average over the linked words how far the link is from the nearest sure one."""
    far = [
        min(abs(source - gold) for word, gold in sure if word == target)
        for target, source in links
        if any(word == target for word, _ in sure)
    ]
    return sum(far) / len(far)


def ablate(model: Seq2Seq, corpus: Corpus) -> list[list[int]]:
    """Count the right translations without each head in turn.

    Args:
        model: A trained model with heads.
        corpus: Sentences.

    Returns:
        ``[right, n]`` for each head.
    """
    layer = model.decoder.attention.heads
    counts = []
    for head in range(layer.num_heads):
        with without_heads(layer, head):
            found = translation_accuracy(model, corpus)
        counts.append([found.successes, found.n])
    return counts


def runs() -> Iterator[HeadsRun]:
    """List the trainings, the ones of the ablation's table first."""
    for heads in sorted(HEADS, key=lambda heads: heads != 4):
        for seed in SEEDS:
            yield HeadsRun(heads, seed)


def run_heads() -> None:
    """Train the models and store what their heads do."""
    task = number_task()
    for run in runs():
        if has_entry("heads", run.name, asdict(run)):
            continue
        model = run.build()
        history = run.fit(model)
        results = {
            "parameters": sum(p.numel() for p in model.parameters()),
            "correct": accuracy_by_length(model, task.test),
            "heads": judge_heads(model, {k: task.test[k] for k in JUDGED_LENGTHS}),
            "without": ablate(model, task.test[ABLATED_LENGTH]),
            "example": _rounded(head_matrices(model, task.test[2])[EXAMPLE]),
        }
        fingerprint = history.losses[:FINGERPRINT_STEPS]
        save_entry(
            "heads", make_entry(run.name, asdict(run), results, fingerprint, history.cpu_seconds)
        )
        seconds = f"{history.cpu_seconds:.0f} CPU s"
        print(run.name, results["correct"]["6"], results["without"], seconds, flush=True)


def _rounded(heads: torch.Tensor) -> list[list[list[float]]]:
    return [[[round(weight, 3) for weight in row] for row in matrix] for matrix in heads.tolist()]
