"""How often links are wrong: the alignment error rate, its floor, chance and interval.

Nothing is no answer: a row that looks nowhere proposes no link, a sentence without links has no
error of its own and changes none, and a rate of nothing raises ValueError.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy.stats import bootstrap
from torch import Tensor

from paying_attention.data.sentence_pairs import Link, SentencePair


@dataclass(frozen=True)
class AlignmentCounts:
    """What an alignment error rate is made of: hits among the sure and among the possible links.

        error = 1 − (|A∩S| + |A∩P|) / (|A| + |S|)

    Args:
        sure_hits: |A∩S|, links of the aligner that are sure.
        possible_hits: |A∩P|, links of the aligner that are possible; every sure link is.
        links: |A|, links of the aligner.
        sure: |S|, sure links.

    Raises:
        ValueError: If a count is negative, or if there are more hits than links.

    Example:
        >>> AlignmentCounts(sure_hits=2, possible_hits=3, links=4, sure=3).error  # 1 - 5/7
        0.2857142857142857

    Source: Och & Ney (2003), eq. 20.
    """

    sure_hits: int
    possible_hits: int
    links: int
    sure: int

    def __post_init__(self) -> None:
        """Check the counts."""
        possible = 0 <= self.sure_hits <= self.possible_hits <= self.links
        if not possible or self.sure_hits > self.sure:
            raise ValueError(
                f"counts: expected 0 <= sure_hits <= possible_hits <= links and "
                f"sure_hits <= sure, got {self}"
            )

    @property
    def error(self) -> float:
        """The alignment error rate, 0 to 1, lower is better.

        Raises:
            ValueError: If there are no links, neither the aligner's nor sure ones.
        """
        if not self.links + self.sure:
            raise ValueError("counts: expected links of the aligner or sure links, got neither")
        return 1 - (self.sure_hits + self.possible_hits) / (self.links + self.sure)

    @classmethod
    def pool(cls, parts: Sequence["AlignmentCounts"]) -> "AlignmentCounts":
        """Add the counts of several sentences.

        Args:
            parts: At least one.

        Raises:
            ValueError: If there are no parts.
        """
        if not parts:
            raise ValueError("parts: expected at least one, got none")
        return cls(*np.sum([_numbers(part) for part in parts], axis=0).tolist())


def count_alignment(links: Collection[Link], pair: SentencePair) -> AlignmentCounts:
    """Compare an aligner's links with the gold ones of one sentence.

    Args:
        links: ``(target position, source position)``.
        pair: The sentence with its gold links.

    Raises:
        ValueError: If a link points outside the sentence.

    Example:
        >>> pair = SentencePair(("a", "b"), ("x", "y"), frozenset({(0, 1)}), frozenset({(1, 1)}))
        >>> count_alignment({(0, 0), (1, 1)}, pair)
        AlignmentCounts(sure_hits=0, possible_hits=1, links=2, sure=1)
    """
    links = set(links)
    for target, source in links:
        if not (0 <= target < len(pair.target) and 0 <= source < len(pair.source)):
            raise ValueError(
                f"links: expected (target < {len(pair.target)}, source < {len(pair.source)}), "
                f"got {(target, source)}"
            )
    return AlignmentCounts(
        len(links & pair.sure), len(links & pair.possible), len(links), len(pair.sure)
    )


def argmax_links(weights: Float[Tensor, "steps source"], pair: SentencePair) -> set[Link]:
    """Link each target word that has a sure link to the source word with the largest weight.

    Words without a sure link are left out: nobody can say where a model should look while it
    writes them. A row of zeros, of a window that has left the source, gives no link; of several
    equal weights the first counts.

    Args:
        weights: One row for each target word; further rows (``<eos>``) and columns (padding)
            are not looked at.
        pair: The sentence.

    Raises:
        ValueError: If there are fewer rows or columns than words, or if a weight is NaN.

    Example:
        >>> import torch
        >>> pair = SentencePair(("a", "b"), ("x", "y"), frozenset({(0, 1), (1, 1)}))
        >>> argmax_links(torch.tensor([[0.2, 0.8], [0.0, 0.0]]), pair)
        {(0, 1)}
    """
    rows, columns = weights.shape
    if rows < len(pair.target) or columns < len(pair.source):
        raise ValueError(
            f"weights: expected {len(pair.target)} rows and {len(pair.source)} columns or more, "
            f"got {rows} and {columns}"
        )
    weights = weights[: len(pair.target), : len(pair.source)]
    if weights.isnan().any():
        raise ValueError("weights: expected numbers, got NaN")
    peaks, looks = weights.argmax(dim=-1).tolist(), weights.any(dim=-1).tolist()
    return {(target, peaks[target]) for target, _ in pair.sure if looks[target]}


def floor_links(pair: SentencePair) -> set[Link]:
    """Give the best links that an argmax can give: one sure link for each word that has one.

    Args:
        pair: The sentence.

    Example:
        >>> pair = SentencePair(("look", "it", "up"), ("cherchez",), frozenset({(0, 0), (0, 2)}))
        >>> count_alignment(floor_links(pair), pair).error  # 1 - (1 + 1) / (1 + 2)
        0.33333333333333337
    """
    return set(dict(pair.sure).items())


def chance_error(pairs: Sequence[SentencePair]) -> float:
    """Give the alignment error rate to expect of a map that points anywhere with equal chance.

    Args:
        pairs: Sentences with gold links.

    Raises:
        ValueError: If there is no sure link in any of them.

    Example:
        >>> pair = SentencePair(("a", "b"), ("x",), frozenset({(0, 1)}))
        >>> chance_error([pair])  # right half of the time
        0.5
    """
    hits, all_links = 0.0, 0
    for pair in pairs:
        words = {target for target, _ in pair.sure}
        possible = sum(target in words for target, _ in pair.possible)
        hits += (len(pair.sure) + possible) / len(pair.source)
        all_links += len(words) + len(pair.sure)
    if not all_links:
        raise ValueError("pairs: expected a sure link in one of them, got none")
    return 1 - hits / all_links


def alignment_interval(sentences: Sequence[AlignmentCounts]) -> tuple[float, float]:
    """Estimate where the error rate may lie for other sentences of the kind, at 95 %.

    Sentences are drawn again with replacement (percentile bootstrap, a fixed seed): links of one
    sentence are right or wrong together, so counting links as independent would flatter.

    Args:
        sentences: Counts of each sentence, at least two.

    Raises:
        ValueError: If there are fewer than two sentences.

    Source: Efron (1979).
    """
    judged = [sentence for sentence in sentences if sentence.links + sentence.sure]
    if len(judged) < 2:
        raise ValueError(f"sentences: expected two or more with links, got {len(judged)}")
    counts = np.array([_numbers(sentence) for sentence in judged])
    hits, all_links = counts[:, :2].sum(axis=1), counts[:, 2:].sum(axis=1)
    interval = bootstrap(
        (hits, all_links),
        lambda hit, total, axis: 1 - hit.sum(axis) / total.sum(axis),
        paired=True,
        n_resamples=1000,
        batch=50,
        method="percentile",
        rng=np.random.default_rng(0),
    ).confidence_interval
    return float(interval.low), float(interval.high)


def _numbers(counts: AlignmentCounts) -> tuple[int, int, int, int]:
    return counts.sure_hits, counts.possible_hits, counts.links, counts.sure
