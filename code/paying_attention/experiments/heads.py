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

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from torch import Tensor

from paying_attention.data.batching import Corpus
from paying_attention.data.sentence_pairs import SentencePair
from paying_attention.evaluation.alignment_error import (
    AlignmentCounts,
    argmax_links,
    count_alignment,
)
from paying_attention.evaluation.decoding import translation_accuracy
from paying_attention.experiments.runner import Experiment, Outcome, Scale
from paying_attention.experiments.tasks.measures import accuracy_by_test, num_parameters, rounded
from paying_attention.experiments.tasks.number_runs import EXAMPLE, number_witness, numbers_at
from paying_attention.experiments.tasks.translation import SEEDS, Translator
from paying_attention.explain.heads import entropy, head_matrices, without_heads
from paying_attention.models.recurrent.seq2seq import Seq2Seq

HEADS = (1, 2, 4, 8)
JUDGED_LENGTHS = range(2, 7)
ABLATED_LENGTH = 6


@dataclass(frozen=True)
class HeadsRun(Translator):
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

    def model_settings(self) -> dict[str, Any]:
        """Name the attention and the decoder."""
        return {"attention": "multi-head", "decoder": "luong"}


def judge_heads(model: Seq2Seq, tests: Mapping[int, Corpus]) -> list[dict[str, Any]]:
    """Describe each head by where it looks while it writes words that have a sure link.

    Args:
        model: A trained model with heads.
        tests: Sentences by their number of numbers; one without a sure link is left out.

    Returns:
        For each head the mean ``"entropy"`` of its rows in bits, the mean ``"distance"`` in words
        between its largest weight and the nearest sure link (both None if it looks nowhere), and
        the ``"alignment"`` counts of its largest weights, ``[|A∩S|, |A∩P|, |A|, |S|]``.

    Raises:
        ValueError: If no sentence has a sure link.
    """
    judged = [
        [_judge(matrix, pair) for matrix in heads]
        for corpus in tests.values()
        for heads, pair in zip(head_matrices(model, corpus), corpus.pairs, strict=True)
        if pair.sure
    ]
    if not judged:
        raise ValueError("tests: expected a sentence with a sure link, got none")
    return [_describe(head) for head in zip(*judged, strict=True)]


def _judge(
    matrix: Tensor, pair: SentencePair
) -> tuple[float | None, float | None, AlignmentCounts]:
    """Entropy and distance of one head in one sentence, None where it looks nowhere; its counts."""
    links = argmax_links(matrix, pair)
    spread = entropy(matrix[sorted({target for target, _ in pair.sure})])
    spread = spread[~spread.isnan()]
    far = [
        min(abs(source - gold) for word, gold in pair.sure if word == target)
        for target, source in links
    ]
    return (
        float(spread.mean()) if len(spread) else None,
        sum(far) / len(far) if far else None,
        count_alignment(links, pair),
    )


def _describe(
    sentences: Iterable[tuple[float | None, float | None, AlignmentCounts]],
) -> dict[str, Any]:
    entropies, distances, counts = zip(*sentences, strict=True)
    return {
        "entropy": _mean(entropies),
        "distance": _mean(distances),
        "alignment": list(asdict(AlignmentCounts.pool(counts)).values()),
    }


def _mean(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return round(sum(known) / len(known), 3) if known else None


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


def work(run: HeadsRun, scale: Scale) -> Outcome:
    """Train one model and see what its heads do.

    Args:
        run: Which one.
        scale: How much of it.
    """
    task = numbers_at(scale)
    model = run.build_for(task)
    history = run.fit(task.training, model, scale)
    results = {
        "parameters": num_parameters(model),
        "correct": accuracy_by_test(model, task.test),
        "heads": judge_heads(model, {k: task.test[k] for k in JUDGED_LENGTHS}),
        "without": ablate(model, task.test[1 if scale.small else ABLATED_LENGTH]),
        "example": rounded(head_matrices(model, task.test[2])[EXAMPLE]),
    }
    return Outcome(model, history, results)


EXPERIMENT = Experiment(
    name="heads",
    runs=runs,
    work=work,
    canary=HeadsRun(2, 4, num_steps=40, batch_size=32, learning_rate=1e-2),
    witness=number_witness,
)
