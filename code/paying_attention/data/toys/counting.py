"""Texts in which somebody counts: `twenty - one ; twenty - two ; …`."""

from collections.abc import Iterable
from itertools import chain

import torch
from jaxtyping import Int
from torch import Tensor

from paying_attention.data.toys.number_words import number_words
from paying_attention.data.vocabulary import BOS_ID, Vocabulary


def counting(start: int, length: int) -> list[str]:
    """Count from a number, in English words with a semicolon after each number.

    Args:
        start: The number that comes first, 0 or more.
        length: How many tokens, 1 or more; the last number may break off.

    Raises:
        ValueError: If a number is out of the range of ``number_words``.

    Example:
        >>> counting(21, 6)
        ['twenty', '-', 'one', ';', 'twenty', '-']
    """
    numbers = ([*number_words(start + i, "en"), ";"] for i in range(length))
    return list(chain.from_iterable(numbers))[:length]


def counted_texts(
    starts: Iterable[int], length: int
) -> tuple[Int[Tensor, "text token"], Vocabulary]:
    """Number the tokens of several texts of :func:`counting`, as rows for a language model.

    Args:
        starts: The number with which each text begins.
        length: How many tokens a text has.

    Returns:
        One row a text, ``<bos>`` in front, and the vocabulary.

    Raises:
        ValueError: If a number is out of the range of ``number_words``.

    Example:
        >>> rows, vocabulary = counted_texts([21, 30], 5)
        >>> rows.shape, len(vocabulary)
        (torch.Size([2, 6]), 8)
    """
    texts = [counting(start, length) for start in starts]
    vocabulary = Vocabulary.from_sentences(texts)
    return torch.tensor([[BOS_ID, *vocabulary.encode(text)] for text in texts]), vocabulary
