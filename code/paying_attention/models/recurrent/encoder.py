"""A GRU reads the source: one annotation a word, and one vector for all of it."""

from typing import NamedTuple

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from paying_attention.attention.masks import padding_mask
from paying_attention.models.recurrent.config import Seq2SeqConfig


class Encoded(NamedTuple):
    """What the encoder hands over; ``words`` are the embeddings that it read."""

    annotations: Float[Tensor, "batch source d_encoder"]
    summary: Float[Tensor, "batch d_encoder"]
    mask: Bool[Tensor, "batch source"]
    words: Float[Tensor, "batch source d_embedding"]

    def select(self, rows: Int[Tensor, " rows"]) -> "Encoded":
        """Keep some sentences, in this order; a row may occur more than once.

        Args:
            rows: Which ones.
        """
        return Encoded(*(part[rows] for part in self))


class Encoder(nn.Module):
    """Read a sentence with a GRU: one annotation a word, and one vector for all of it.

    The vector is [→h_T; ←h_1]: the state of each direction after its last word.
    """

    def __init__(self, config: Seq2SeqConfig) -> None:
        """Make the embedding and the GRU."""
        super().__init__()
        self.embedding = nn.Embedding(config.source_vocab_size, config.d_embedding)
        self.dropout = nn.Dropout(config.dropout)
        self.gru = nn.GRU(
            config.d_embedding,
            config.d_direction,
            batch_first=True,
            bidirectional=config.bidirectional,
        )

    def forward(
        self, source: Int[Tensor, "batch source"], lengths: Int[Tensor, " batch"]
    ) -> Encoded:
        """Read a batch.

        Args:
            source: Ids, padded behind.
            lengths: How many of them are real.

        Raises:
            ValueError: If there is no sentence, if an id is outside the vocabulary, or if a length
                is zero or too long.
        """
        check_ids("source", source, self.embedding.num_embeddings)
        if len(source) == 0:
            raise ValueError("source: expected one sentence or more, got none")
        if lengths.min() < 1 or lengths.max() > source.shape[1]:
            raise ValueError(f"lengths: expected 1 to {source.shape[1]}, got {lengths.tolist()}")
        return self.read(self.dropout(self.embedding(source)), lengths)

    def read(
        self,
        embedded: Float[Tensor, "batch source d_embedding"],
        lengths: Int[Tensor, " batch"],
    ) -> Encoded:
        """Read embeddings instead of ids, so that a gradient can be taken with respect to them.

        Args:
            embedded: One vector for each source word, padded behind.
            lengths: How many of them are real.
        """
        packed = pack_padded_sequence(
            embedded,
            lengths.cpu(),  # torch wants them there, wherever the batch is
            batch_first=True,
            enforce_sorted=False,
        )
        states, last = self.gru(packed)
        width = embedded.shape[1]
        annotations, _ = pad_packed_sequence(states, batch_first=True, total_length=width)
        summary = torch.cat(tuple(last), dim=-1)
        mask = padding_mask(lengths.to(embedded.device), width)
        return Encoded(annotations, summary, mask, embedded)


def check_ids(name: str, ids: Int[Tensor, "..."], vocab_size: int) -> None:
    """Refuse ids outside a vocabulary.

    Args:
        name: Of the argument.
        ids: Any number of them.
        vocab_size: Tokens of the vocabulary.

    Raises:
        ValueError: Naming the first kind of id that is too large, or else too small.
    """
    if ids.numel() and (ids.min() < 0 or ids.max() >= vocab_size):
        wrong = int(ids.max() if ids.max() >= vocab_size else ids.min())
        raise ValueError(f"{name}: expected ids 0 to {vocab_size - 1}, got {wrong}")
