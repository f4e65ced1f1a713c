"""What is measured about translators: right sentences, and where they looked."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import torch
from torch import Tensor, nn

from paying_attention.data.batching import Corpus
from paying_attention.evaluation.alignment_error import (
    AlignmentCounts,
    argmax_links,
    count_alignment,
)
from paying_attention.evaluation.decoding import greedy_decode, translation_accuracy
from paying_attention.experiments.tasks.translation import TranslationTask
from paying_attention.explain.alignment import attention_matrices, count_places
from paying_attention.models.recurrent.seq2seq import Seq2Seq
from paying_attention.training.losses import translation_loss


def num_parameters(model: nn.Module) -> int:
    """Count the numbers that a training may change.

    Args:
        model: Any model.
    """
    return sum(parameter.numel() for parameter in model.parameters())


def accuracy_by_test(model: Seq2Seq, tests: Mapping[Any, Corpus]) -> dict[str, list[int]]:
    """Count right translations and all, test by test.

    Args:
        model: A trained model.
        tests: Corpora by the number of numbers, or by template.
    """
    counts = {test: translation_accuracy(model, corpus) for test, corpus in tests.items()}
    return {str(test): [count.successes, count.n] for test, count in counts.items()}


def alignment_by_test(model: Seq2Seq, tests: Mapping[Any, Corpus]) -> dict[str, Any]:
    """Hold the largest weights against the gold links, test by test.

    Args:
        model: A trained model.
        tests: Corpora by the number of numbers, or by template.

    Returns:
        ``"alignment"``: for each test rows of ``[|A∩S|, |A∩P|, |A|, |S|, sentences with these
        counts]``. ``"places"``: where the links point, over all tests. ``"words"``: by target word
        how often the largest weight lies on a possible link, and of how many; here words without
        a sure link count too, if they have a possible one. A row that looks nowhere is wrong.
    """
    histograms, places, right, everything = {}, Counter(), Counter(), Counter()
    for test, corpus in tests.items():
        counts: Counter[AlignmentCounts] = Counter()
        for matrix, pair in zip(attention_matrices(model, corpus), corpus.pairs, strict=True):
            links = argmax_links(matrix, pair)
            counts[count_alignment(links, pair)] += 1
            places += count_places((link, pair) for link in links)
            peaks, looks = matrix.argmax(dim=-1).tolist(), matrix.any(dim=-1).tolist()
            for target in {target for target, _ in pair.possible}:
                hit = looks[target] and (target, peaks[target]) in pair.possible
                everything[pair.target[target]] += 1
                right[pair.target[target]] += hit
        histograms[str(test)] = sorted([*asdict(c).values(), n] for c, n in counts.items())
    words = {word: [right[word], n] for word, n in sorted(everything.items())}
    return {"alignment": histograms, "places": dict(sorted(places.items())), "words": words}


def rounded(weights: Tensor) -> list[Any]:
    """Round weights to three decimals, as they are stored.

    Args:
        weights: Of one sentence, with an axis of heads or without.
    """
    if weights.ndim > 1:
        return [rounded(part) for part in weights]
    return [round(weight, 3) for weight in weights.tolist()]


@torch.no_grad()
def translation_witness(
    model: Seq2Seq, task: TranslationTask, small: TranslationTask
) -> dict[str, Any]:
    """Say of which sentences a canary comes, and what its model makes of a few.

    Args:
        model: The canary's model.
        task: All sentences.
        small: Those that the canary saw.

    Returns:
        ``"data"``: digests of the sentences. ``"loss"``: of the first validation sentences, which
        the last weights would give another value than the best. ``"written"``: how many words the
        model writes for them, which shows a cut translation.
    """
    table = next(iter(small.validation.values())).table
    written = greedy_decode(model, table.source, table.source_lengths, max_len=20)
    return {
        "data": task.digests,
        "loss": round(float(translation_loss(model, table)), 6),
        "written": sum(len(words) for words in written),
    }
