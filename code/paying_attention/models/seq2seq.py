"""Recurrent encoder and decoder; what the decoder may remember of the source is an argument."""

from dataclasses import dataclass
from typing import Literal, NamedTuple

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from paying_attention.attention.additive import AdditiveAttention
from paying_attention.attention.core import AttentionOutput
from paying_attention.attention.masks import padding_mask

Memory = Literal["start", "constant", "additive"]
MEMORIES: tuple[Memory, ...] = ("start", "constant", "additive")


@dataclass(frozen=True)
class Seq2SeqConfig:
    """Sizes of a recurrent encoder-decoder.

    Args:
        source_vocab_size: Tokens to read.
        target_vocab_size: Tokens to write.
        d_embedding: Width of the word embeddings.
        d_encoder: Width of an annotation; a bidirectional encoder gives each direction half.
        d_decoder: Width of the decoder's state.
        bidirectional: Whether the encoder reads in both directions.
        memory: ``"start"``: one vector starts the decoder. ``"constant"``: the same vector is
            also its input at every step. ``"additive"``: attention chooses at every step.
        dropout: Share of the embeddings' features that training drops.

    Raises:
        ValueError: If a size is below 1, the memory unknown, ``d_encoder`` odd when two directions
            must share it, or ``dropout`` not at least 0 and below 1.
    """

    source_vocab_size: int
    target_vocab_size: int
    d_embedding: int = 64
    d_encoder: int = 128
    d_decoder: int = 128
    bidirectional: bool = True
    memory: Memory = "constant"
    dropout: float = 0.0

    def __post_init__(self) -> None:
        """Refuse settings that contradict each other."""
        sizes = "source_vocab_size target_vocab_size d_embedding d_encoder d_decoder"
        for name in sizes.split():
            if getattr(self, name) < 1:
                raise ValueError(f"{name}: expected 1 or more, got {getattr(self, name)}")
        if self.memory not in MEMORIES:
            raise ValueError(f"memory: expected one of {MEMORIES}, got {self.memory!r}")
        if self.bidirectional and self.d_encoder % 2:
            raise ValueError(
                f"d_encoder: expected an even width for two directions, got {self.d_encoder}"
            )
        if not 0 <= self.dropout < 1:
            raise ValueError(f"dropout: expected 0 or more and below 1, got {self.dropout}")

    @property
    def d_direction(self) -> int:
        """Width of the encoder's state in one direction."""
        return self.d_encoder // 2 if self.bidirectional else self.d_encoder


class Encoded(NamedTuple):
    """What the encoder hands over."""

    annotations: Float[Tensor, "batch source d_encoder"]
    summary: Float[Tensor, "batch d_encoder"]
    mask: Bool[Tensor, "batch source"]


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
            ValueError: If an id is outside the vocabulary or a length is zero or too long.
        """
        _check_ids("source", source, self.embedding.num_embeddings)
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
        packed = pack_padded_sequence(embedded, lengths, batch_first=True, enforce_sorted=False)
        states, last = self.gru(packed)
        width = embedded.shape[1]
        annotations, _ = pad_packed_sequence(states, batch_first=True, total_length=width)
        summary = torch.cat(tuple(last), dim=-1)
        return Encoded(annotations, summary, padding_mask(lengths, width))


class FrozenVector(nn.Module):
    """Attention with its eyes closed: whatever the state asks, the answer is the summary."""

    def __init__(self, d_annotation: int, d_forward: int) -> None:
        """Remember which part of an annotation comes from the forward direction."""
        super().__init__()
        self.d_context = d_annotation
        self.d_forward = d_forward

    def prepare(
        self,
        annotations: Float[Tensor, "batch key d_annotation"],
        mask: Bool[Tensor, "batch key"],
    ) -> Float[Tensor, "batch d_annotation"]:
        """Pick [→h_T; ←h_1] out of the annotations: last position forwards, first backwards.

        Args:
            annotations: What the encoder said at each source position.
            mask: True at real source words.
        """
        last = mask.sum(dim=1) - 1
        forwards = annotations[torch.arange(len(last)), last, : self.d_forward]
        return torch.cat([forwards, annotations[:, 0, self.d_forward :]], dim=-1)

    def forward(
        self,
        query: Float[Tensor, "batch d_query"],
        annotations: Float[Tensor, "batch key d_annotation"],
        prepared: Float[Tensor, "batch d_annotation"],
        mask: Bool[Tensor, "batch key"] | None = None,
    ) -> AttentionOutput:
        """Answer every question alike."""
        del query, annotations, mask
        return AttentionOutput(prepared, None)


class Decoder(nn.Module):
    """Write a sentence with a GRU that may ask its attention before every step.

    Args:
        config: The sizes.
        attention: None, or a module with ``d_context``, ``prepare(annotations, mask)`` and
            ``forward(state, annotations, prepared, mask)``.
    """

    def __init__(self, config: Seq2SeqConfig, attention: nn.Module | None) -> None:
        """Make the layers."""
        super().__init__()
        self.attention = attention
        d_input = config.d_embedding + (attention.d_context if attention else 0)
        self.embedding = nn.Embedding(config.target_vocab_size, config.d_embedding)
        self.dropout = nn.Dropout(config.dropout)
        self.start = nn.Linear(config.d_encoder, config.d_decoder)
        self.cell = nn.GRUCell(d_input, config.d_decoder)
        self.readout = nn.Linear(config.d_decoder + d_input, config.target_vocab_size)

    def begin(self, encoded: Encoded) -> tuple[Float[Tensor, "batch d_decoder"], Tensor | None]:
        """Compute the first state, and what the attention needs once a sentence.

        Args:
            encoded: What the encoder handed over.
        """
        prepared = None
        if self.attention is not None:
            prepared = self.attention.prepare(encoded.annotations, encoded.mask)
        return torch.tanh(self.start(encoded.summary)), prepared

    def step(
        self,
        previous: Float[Tensor, "batch d_embedding"],
        state: Float[Tensor, "batch d_decoder"],
        encoded: Encoded,
        prepared: Tensor | None,
    ) -> tuple[Float[Tensor, "batch features"], Float[Tensor, "batch d_decoder"], Tensor | None]:
        """Ask, then step: the query is the state before the word is written.

        Args:
            previous: Embedding of the word written last.
            state: The state after it.
            encoded: What the encoder handed over.
            prepared: Second result of ``begin``.

        Returns:
            What the readout sees, the new state, and the weights if there are any.
        """
        weights, given = None, previous
        if self.attention is not None:
            context, weights = self.attention(state, encoded.annotations, prepared, encoded.mask)
            given = torch.cat([previous, context], dim=-1)
        state = self.cell(given, state)
        return torch.cat([state, given], dim=-1), state, weights


class Seq2Seq(nn.Module):
    """Read a sentence, write its translation.

    Example:
        >>> model = Seq2Seq(Seq2SeqConfig(source_vocab_size=9, target_vocab_size=7))
        >>> source, lengths = torch.tensor([[3, 4, 5]]), torch.tensor([3])
        >>> model(source, lengths, torch.tensor([[1, 3, 4, 5]])).shape
        torch.Size([1, 4, 7])

    Source: Cho et al. (2014), Sutskever et al. (2014), Bahdanau et al. (2015).
    """

    def __init__(self, config: Seq2SeqConfig) -> None:
        """Make encoder and decoder, and the attention that the config asks for."""
        super().__init__()
        self.config = config
        attention: nn.Module | None = None
        if config.memory == "constant":
            attention = FrozenVector(config.d_encoder, config.d_direction)
        elif config.memory == "additive":
            attention = AdditiveAttention(config.d_decoder, config.d_encoder, config.d_decoder)
        self.encoder = Encoder(config)
        self.decoder = Decoder(config, attention)

    def forward(
        self,
        source: Int[Tensor, "batch source"],
        source_lengths: Int[Tensor, " batch"],
        target_input: Int[Tensor, "batch steps"],
    ) -> Float[Tensor, "batch steps target_vocab"]:
        """Score every next word under teacher forcing.

        Args:
            source: Ids to read, padded behind.
            source_lengths: How many of them are real.
            target_input: ``<bos>`` and the right words so far.

        Raises:
            ValueError: If an id is outside its vocabulary or a length is zero or too long.
        """
        return self.decode(self.encoder(source, source_lengths), target_input)

    def decode(
        self, encoded: Encoded, target_input: Int[Tensor, "batch steps"]
    ) -> Float[Tensor, "batch steps target_vocab"]:
        """Score every next word, given what the encoder handed over.

        Args:
            encoded: What the encoder handed over.
            target_input: ``<bos>`` and the right words so far.

        Raises:
            ValueError: If an id is outside the vocabulary.
        """
        _check_ids("target_input", target_input, self.decoder.embedding.num_embeddings)
        state, prepared = self.decoder.begin(encoded)
        features = []
        given = self.decoder.dropout(self.decoder.embedding(target_input))
        for previous in given.unbind(dim=1):
            seen, state, _ = self.decoder.step(previous, state, encoded, prepared)
            features.append(seen)
        return self.decoder.readout(torch.stack(features, dim=1))


def _check_ids(name: str, ids: Int[Tensor, "..."], vocab_size: int) -> None:
    if ids.numel() and (ids.min() < 0 or ids.max() >= vocab_size):
        wrong = int(ids.max() if ids.max() >= vocab_size else ids.min())
        raise ValueError(f"{name}: expected ids 0 to {vocab_size - 1}, got {wrong}")
