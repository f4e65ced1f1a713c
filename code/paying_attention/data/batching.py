"""Sentences of many lengths become rectangular batches, and nothing of the padding counts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Int
from torch import Tensor

from paying_attention.data.sentence_pairs import SentencePair
from paying_attention.data.vocabulary import BOS_ID, EOS_ID, PAD_ID, Vocabulary


@dataclass(frozen=True)
class Batch:
    """Sentence pairs as padded ids.

    Args:
        source: Ids to read, padded behind.
        source_lengths: How many of them are real, 1 or more each.
        target: ``<bos>``, the ids to write, ``<eos>``, padded behind.

    Raises:
        ValueError: If the batch is empty, if sizes disagree, if a length is 0 or too long, or if a
            row is not made as said above.
    """

    source: Int[Tensor, "batch source"]
    source_lengths: Int[Tensor, " batch"]
    target: Int[Tensor, "batch target"]

    def __post_init__(self) -> None:
        """Check sizes, lengths and where words, control symbols and padding stand."""
        check_lengths(self.source_lengths, self.source.shape)
        if self.target.shape[0] != self.source.shape[0]:
            raise ValueError(
                f"target: expected {self.source.shape[0]} sentences, got {self.target.shape[0]}"
            )
        position = torch.arange(self.source.shape[1], device=self.source.device)
        behind = position >= self.source_lengths[:, None]
        read = (_is_word(self.source) | behind).all(dim=1)
        _check_rows("source", "words as far as its length", self.source, read)
        write = _is_sentence(self.target)
        _check_rows("target", "<bos>, words, <eos>, padding behind", self.target, write)

    @property
    def target_input(self) -> Int[Tensor, "batch steps"]:
        """What the decoder is given under teacher forcing: ``<bos>`` and the words so far."""
        return self.target[:, :-1]

    @property
    def target_output(self) -> Int[Tensor, "batch steps"]:
        """What it must say: the same words one step earlier, then ``<eos>``."""
        return self.target[:, 1:]


def _is_word(ids: Int[Tensor, "batch length"]) -> Bool[Tensor, "batch length"]:
    return ids > max(PAD_ID, BOS_ID, EOS_ID)


def _is_sentence(target: Int[Tensor, "batch target"]) -> Bool[Tensor, " batch"]:
    """Tell of each row whether it is ``<bos>``, words, ``<eos>`` and padding behind."""
    position = torch.arange(target.shape[1], device=target.device)
    last = (target != PAD_ID).sum(dim=1, keepdim=True) - 1
    right = torch.where(position == last, target == EOS_ID, _is_word(target) | (position > last))
    right = torch.where(position == 0, target == BOS_ID, right)
    return right.all(dim=1) & (target == EOS_ID).any(dim=1)


def _check_rows(
    name: str, expected: str, ids: Int[Tensor, "batch length"], right: Bool[Tensor, " batch"]
) -> None:
    if not right.all():
        row = int((~right).nonzero()[0])
        raise ValueError(f"{name}: expected {expected}, got {ids[row].tolist()} in row {row}")


def check_lengths(lengths: Int[Tensor, " batch"], shape: Sequence[int]) -> None:
    """Refuse an empty batch, sentences without a word, and lengths beyond the padding.

    Args:
        lengths: How many ids of each row are real.
        shape: Rows and columns of the padded ids.

    Raises:
        ValueError: Naming the first length that is wrong.
    """
    rows, columns = shape
    if rows == 0 or lengths.shape[0] != rows:
        raise ValueError(
            f"source_lengths: expected one for each of {max(rows, 1)} sentences or more, "
            f"got {lengths.shape[0]} for {rows}"
        )
    wrong = (lengths < 1) | (lengths > columns)
    if wrong.any():
        row = int(wrong.nonzero()[0])
        raise ValueError(
            f"source_lengths: expected 1 to {columns}, got {int(lengths[row])} in row {row}"
        )


@dataclass(frozen=True)
class Corpus:
    """A corpus as one padded table, from which batches are cut.

    Args:
        table: All sentences as one batch.
        pairs: The same sentences as words, with their gold links; empty if made of ids alone.

    Raises:
        ValueError: If there are words, but not of as many sentences.
    """

    table: Batch
    pairs: tuple[SentencePair, ...] = ()

    def __post_init__(self) -> None:
        """Check that both have the same sentences."""
        if self.pairs and len(self.pairs) != len(self):
            raise ValueError(f"pairs: expected {len(self)} or none, got {len(self.pairs)}")

    @classmethod
    def encode(
        cls, pairs: Sequence[SentencePair], source: Vocabulary, target: Vocabulary
    ) -> "Corpus":
        """Turn sentence pairs into padded ids.

        Args:
            pairs: The sentences.
            source: Vocabulary of the source language.
            target: Vocabulary of the target language.

        Raises:
            ValueError: If there are no pairs, or if a token is unknown.

        Example:
            >>> pair = SentencePair(("eins",), ("one",))
            >>> words = Vocabulary.from_sentences([pair.source, pair.target])
            >>> Corpus.encode([pair], words, words).table.target.tolist()
            [[1, 4, 2]]
        """
        if not pairs:
            raise ValueError("pairs: expected at least one pair, got an empty corpus")
        read = [source.encode(pair.source) for pair in pairs]
        write = [[BOS_ID, *target.encode(pair.target), EOS_ID] for pair in pairs]
        lengths = torch.tensor([len(ids) for ids in read])
        return cls(Batch(_pad(read), lengths, _pad(write)), tuple(pairs))

    def __len__(self) -> int:
        """Count the sentences."""
        return self.table.source.shape[0]

    def select(self, rows: Int[Tensor, " rows"]) -> Batch:
        """Cut some sentences out, no wider than the longest of them.

        Args:
            rows: Which sentences, 0 to ``len(self) - 1``.

        Raises:
            ValueError: If ``rows`` is empty or points outside the corpus.
        """
        if rows.numel() == 0 or rows.min() < 0 or rows.max() >= len(self):
            raise ValueError(f"rows: expected rows of 0 to {len(self) - 1}, got {rows.tolist()}")
        lengths = self.table.source_lengths[rows]
        target = self.table.target[rows]
        longest_target = int((target != PAD_ID).sum(dim=1).max())
        source = self.table.source[rows, : int(lengths.max())]
        return Batch(source, lengths, target[:, :longest_target])

    def batches(self, batch_size: int, *, generator: torch.Generator) -> Iterator[Batch]:
        """Go once through the corpus in random order, sentences of like length together.

        Args:
            batch_size: Sentences in a batch; one of them, anywhere, may be smaller.
            generator: Source of randomness.

        Raises:
            ValueError: If ``batch_size`` is below 1.
        """
        for rows in bucketed_rows(self.table.source_lengths, batch_size, generator=generator):
            yield self.select(rows)

    def in_order(self, batch_size: int) -> Iterator[Batch]:
        """Go once through the corpus in its own order, as evaluation needs it.

        Args:
            batch_size: Sentences in a batch; the last one may be smaller.

        Raises:
            ValueError: If ``batch_size`` is below 1.
        """
        if batch_size < 1:
            raise ValueError(f"batch_size: expected 1 or more, got {batch_size}")
        for rows in torch.arange(len(self)).split(batch_size):
            yield self.select(rows)


def bucketed_rows(
    lengths: Int[Tensor, " rows"],
    batch_size: int,
    *,
    generator: torch.Generator,
    buckets: int = 20,
) -> list[Int[Tensor, " batch"]]:
    """Group rows of like length into batches, each row exactly once.

    The rows are shuffled, cut into pools of ``buckets`` batches, sorted by length inside a pool,
    and the batches shuffled again: little padding, and still a new order each time.

    Args:
        lengths: Length of each row.
        batch_size: Rows in a batch, 1 or more; one of the batches may be smaller.
        generator: Source of randomness.
        buckets: Batches in a pool.

    Raises:
        ValueError: If ``batch_size`` or ``buckets`` is below 1, or if there are no rows.

    Example:
        >>> rows = bucketed_rows(torch.tensor([1, 9, 1, 9]), 2, generator=torch.Generator())
        >>> sorted(sorted(batch.tolist()) for batch in rows)
        [[0, 2], [1, 3]]
    """
    if batch_size < 1 or buckets < 1:
        raise ValueError(f"batch_size, buckets: expected 1 or more, got {batch_size} and {buckets}")
    if lengths.numel() == 0:
        raise ValueError("lengths: expected at least one row, got none")
    batches: list[Tensor] = []
    for pool in torch.randperm(len(lengths), generator=generator).split(batch_size * buckets):
        by_length = pool[torch.sort(lengths[pool], stable=True).indices]
        batches.extend(by_length.split(batch_size))
    return [batches[i] for i in torch.randperm(len(batches), generator=generator).tolist()]


def _pad(rows: Sequence[Sequence[int]]) -> Int[Tensor, "batch longest"]:
    longest = max(len(row) for row in rows)
    return torch.tensor([[*row, *[PAD_ID] * (longest - len(row))] for row in rows])
