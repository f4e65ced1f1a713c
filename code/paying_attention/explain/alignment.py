"""Where a model looked while it wrote the right translation, held against the gold links."""

from collections import Counter
from collections.abc import Iterable

import torch
from jaxtyping import Float
from torch import Tensor

from paying_attention.data.batching import Corpus
from paying_attention.data.sentence_pairs import Link, SentencePair
from paying_attention.models.recurrent.seq2seq import Seq2Seq

PLACES = ("gold", "left", "right", "previous", "next", "elsewhere", "ambiguous")


@torch.no_grad()
def attention_matrices(
    model: Seq2Seq, corpus: Corpus, *, batch_size: int = 256
) -> list[Float[Tensor, "target source"]]:
    """Let a model write the reference and keep where it looked.

    The reference and not the model's own output, since the gold links belong to its words.

    Args:
        model: A trained model with attention.
        corpus: Sentences, made with their words.
        batch_size: Sentences read together; the result does not depend on it.

    Returns:
        For each sentence one row a target word and one column a source word; ``<eos>`` is left out.
        A row is zero where the attention, such as a window, sees no word.

    Raises:
        ValueError: If the model has no attention, or if the corpus was made without its words.
    """
    if len(corpus.pairs) != len(corpus):
        raise ValueError(
            f"corpus: expected {len(corpus)} pairs of sentences in words, got {len(corpus.pairs)}"
        )
    matrices: list[Tensor] = []
    for batch in corpus.in_order(batch_size):
        encoded = model.encoder(batch.source, batch.source_lengths)
        weights = model.decode(encoded, batch.target_input).weights
        if weights is None:
            raise ValueError(f"model: expected one with attention, got {model.config.attention!r}")
        matrices += weights
    return [
        matrix[: len(pair.target), : len(pair.source)]
        for matrix, pair in zip(matrices, corpus.pairs, strict=True)
    ]


def place_of(link: Link, pair: SentencePair) -> str:
    """Say where a link points, in the words of the two explanations for a shift.

    ``"left"`` and ``"right"`` are the source neighbours of the word's own source: a *source shift*.
    ``"previous"`` and ``"next"`` are the sources of the neighbouring target words: a *target
    shift*. Where the word order is the same in both languages the two coincide, and nobody can
    tell: ``"ambiguous"``. A word without any of them is ``"elsewhere"``.

    Args:
        link: ``(target position, source position)``; the target word has a sure link.
        pair: The sentence with its gold links.

    Raises:
        ValueError: If the target word has no sure link, or if the link points outside.

    Example:
        >>> from paying_attention.data.toys.number_words import number_pair
        >>> pair = number_pair(324)  # drei hundert vier und zwanzig
        >>> pair.target[5], [place_of((5, source), pair) for source in range(5)]
        ('four', ['elsewhere', 'left', 'gold', 'right', 'previous'])

    Source: the question is Koehn & Knowles' (2017, section 3.5) and Chen et al.'s (2020).
    """
    target, source = link
    if not (0 <= target < len(pair.target) and 0 <= source < len(pair.source)):
        raise ValueError(
            f"link: expected (target < {len(pair.target)}, source < {len(pair.source)}), got {link}"
        )
    own = _sources(target, pair)
    if not own:
        raise ValueError(f"link: expected a target word with a sure link, got {target}")
    if source in own:
        return "gold"
    candidates = {
        "left": {position - 1 for position in own},
        "right": {position + 1 for position in own},
        "previous": _sources(_linked(range(target - 1, -1, -1), pair), pair),
        "next": _sources(_linked(range(target + 1, len(pair.target)), pair), pair),
    }
    fitting = [place for place, positions in candidates.items() if source in positions]
    return fitting[0] if len(fitting) == 1 else "ambiguous" if fitting else "elsewhere"


def count_places(links: Iterable[tuple[Link, SentencePair]]) -> Counter[str]:
    """Count where links point.

    Args:
        links: Links together with their sentences.
    """
    return Counter(place_of(link, pair) for link, pair in links)


def _sources(target: int | None, pair: SentencePair) -> set[int]:
    return {source for word, source in pair.sure if word == target}


def _linked(positions: Iterable[int], pair: SentencePair) -> int | None:
    """Find the first of the positions that has a sure link."""
    return next((position for position in positions if _sources(position, pair)), None)
