"""A GRU writes the target; what it may remember of the source, and when it asks, are choices."""

from typing import NamedTuple

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from paying_attention.attention.nan_safe import mix
from paying_attention.attention.recurrent.additive import AdditiveAttention
from paying_attention.attention.recurrent.decoder_attention import DecoderAttention
from paying_attention.attention.recurrent.hard import HardAttention
from paying_attention.attention.recurrent.heads import MultiHeadDecoderAttention
from paying_attention.attention.recurrent.local import LocalAttention
from paying_attention.attention.recurrent.luong import (
    ConcatAttention,
    DotAttention,
    GeneralAttention,
    LocationAttention,
)
from paying_attention.attention.softmax import AttentionOutput
from paying_attention.models.recurrent.config import Seq2SeqConfig
from paying_attention.models.recurrent.encoder import Encoded


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
        *,
        position: int = 0,
    ) -> AttentionOutput:
        """Answer every question alike."""
        del query, annotations, mask, position
        return AttentionOutput(prepared, None)


def make_memory(config: Seq2SeqConfig) -> nn.Module | None:
    """Make what the config calls the decoder's memory.

    Args:
        config: The sizes and choices.

    Returns:
        None for ``"none"``, else a module with ``prepare(annotations, mask)`` and
        ``forward(query, annotations, prepared, mask, position=)``.
    """
    if config.attention == "none":
        return None
    if config.attention == "constant":
        return FrozenVector(config.d_encoder, config.d_direction)
    attention = make_attention(config)
    return HardAttention(attention) if config.hard else attention


def make_attention(config: Seq2SeqConfig) -> DecoderAttention:
    """Make the attention that the config asks for.

    Args:
        config: The sizes and choices.

    Raises:
        ValueError: If the config's memory is no attention, or if ``"dot"`` or ``"multi-head"`` is
            asked for with ``d_encoder`` other than ``d_decoder``.
    """
    d_query, d_annotation = config.d_decoder, config.d_encoder
    match config.attention:
        case "additive":
            return AdditiveAttention(d_query, d_annotation, d_score=config.d_decoder)
        case "dot":
            return DotAttention(d_query, d_annotation)
        case "general":
            return GeneralAttention(d_query, d_annotation)
        case "concat":
            return ConcatAttention(d_query, d_annotation, d_score=config.d_decoder)
        case "location":
            return LocationAttention(d_query, d_annotation, config.max_source_len)
        case "local-m" | "local-p":
            centre = config.attention.removeprefix("local-")
            return LocalAttention(d_query, d_annotation, window=config.window, centre=centre)
        case "multi-head":
            return MultiHeadDecoderAttention(d_query, d_annotation, config.num_heads)
    raise ValueError(f"attention: expected an attention, got {config.attention!r}")


class DecoderState(NamedTuple):
    """What the decoder carries from word to word.

    ``attentional`` is h̃ of the step before, for input feeding; ``position`` counts the words
    written so far.
    """

    hidden: Float[Tensor, "batch d_decoder"]
    attentional: Float[Tensor, "batch d_decoder"] | None
    position: int

    def select(self, rows: Int[Tensor, " rows"]) -> "DecoderState":
        """Keep some sentences, in this order; a row may occur more than once.

        Args:
            rows: Which ones.
        """
        attentional = None if self.attentional is None else self.attentional[rows]
        return DecoderState(self.hidden[rows], attentional, self.position)


class Decoder(nn.Module):
    """What both decoders share: embedding, first state, GRU, readout, and how to ask.

    Args:
        config: The sizes and choices.
        attention: What ``make_memory`` gives, or something with the same methods.
        d_input: Width of what the GRU is given at each step.
        d_features: Width of what the readout sees.
    """

    def __init__(
        self, config: Seq2SeqConfig, attention: nn.Module | None, d_input: int, d_features: int
    ) -> None:
        """Make the layers."""
        super().__init__()
        self.config = config
        self.attention = attention
        self.embedding = nn.Embedding(config.target_vocab_size, config.d_embedding)
        self.dropout = nn.Dropout(config.dropout)
        self.start = nn.Linear(config.d_encoder, config.d_decoder)
        self.cell = nn.GRUCell(d_input, config.d_decoder)
        self.readout = nn.Linear(d_features, config.target_vocab_size)

    def begin(self, encoded: Encoded) -> tuple[DecoderState, Tensor | None]:
        """Compute the first state, and what the attention needs once a sentence.

        Args:
            encoded: What the encoder handed over.
        """
        prepared = None
        if self.attention is not None:
            prepared = self.attention.prepare(encoded.annotations, encoded.mask)
        hidden = torch.tanh(self.start(encoded.summary))
        if self.config.start == "zeros":
            hidden = torch.zeros_like(hidden)
        attentional = torch.zeros_like(hidden) if self.config.input_feeding else None
        return DecoderState(hidden, attentional, 0), prepared

    def ask(
        self, state: DecoderState, encoded: Encoded, prepared: Tensor | None
    ) -> AttentionOutput:
        """Ask the memory.

        Args:
            state: The state that asks.
            encoded: What the encoder handed over.
            prepared: Second result of ``begin``.

        Returns:
            The context; a context of width 0 if the memory gives nothing after the start.
        """
        hidden, _, position = state
        if self.attention is None:
            return AttentionOutput(hidden[:, :0], None)
        found = self.attention(
            hidden, encoded.annotations, prepared, encoded.mask, position=position
        )
        if self.config.values == "words":
            words = mix(found.weights[:, None], encoded.words, encoded.mask[:, None])
            return found._replace(output=words[:, 0])
        return found

    def step(
        self,
        previous: Float[Tensor, "batch d_embedding"],
        state: DecoderState,
        encoded: Encoded,
        prepared: Tensor | None,
    ) -> tuple[Float[Tensor, "batch features"], DecoderState, AttentionOutput]:
        """Write one word.

        Args:
            previous: Embedding of the word written last.
            state: The state after it.
            encoded: What the encoder handed over.
            prepared: Second result of ``begin``.

        Returns:
            What the readout sees, the new state, and what the memory answered.
        """
        raise NotImplementedError


class BahdanauDecoder(Decoder):
    """Ask, then step: s_{i-1} asks for the context c_i, and s_i = GRU([y_{i-1}; c_i], s_{i-1}).

    The readout sees [s_i; y_{i-1}; c_i]. With no attention it is the decoder of chapter 01.

    Source: Bahdanau et al. (2015), appendix A.2.2; its maxout readout is left out.
    """

    def __init__(self, config: Seq2SeqConfig, attention: nn.Module | None) -> None:
        """Make the layers."""
        d_input = config.d_embedding + config.d_context
        super().__init__(config, attention, d_input, config.d_decoder + d_input)

    def step(
        self,
        previous: Float[Tensor, "batch d_embedding"],
        state: DecoderState,
        encoded: Encoded,
        prepared: Tensor | None,
    ) -> tuple[Float[Tensor, "batch features"], DecoderState, AttentionOutput]:
        """Ask, then step.

        Args:
            previous: Embedding of the word written last.
            state: The state after it.
            encoded: What the encoder handed over.
            prepared: Second result of ``begin``.
        """
        found = self.ask(state, encoded, prepared)
        given = torch.cat([previous, found.output], dim=-1)
        hidden = self.cell(given, state.hidden)
        features = torch.cat([hidden, given], dim=-1)
        return features, DecoderState(hidden, None, state.position + 1), found


class LuongDecoder(Decoder):
    """Step, then ask: s_t = GRU(y_{t-1}, s_{t-1}) asks for c_t, and h̃_t = tanh(W [c_t; s_t]).

    The readout sees h̃_t. With input feeding the GRU is given [y_{t-1}; h̃_{t-1}].

    Source: Luong et al. (2015), eq. 5 and section 3.3.
    """

    def __init__(self, config: Seq2SeqConfig, attention: nn.Module | None) -> None:
        """Make the layers."""
        d_input = config.d_embedding + (config.d_decoder if config.input_feeding else 0)
        super().__init__(config, attention, d_input, config.d_decoder)
        self.combine = nn.Linear(config.d_context + config.d_decoder, config.d_decoder)

    def step(
        self,
        previous: Float[Tensor, "batch d_embedding"],
        state: DecoderState,
        encoded: Encoded,
        prepared: Tensor | None,
    ) -> tuple[Float[Tensor, "batch features"], DecoderState, AttentionOutput]:
        """Step, then ask.

        Args:
            previous: Embedding of the word written last.
            state: The state after it.
            encoded: What the encoder handed over.
            prepared: Second result of ``begin``.
        """
        fed = self.config.input_feeding
        given = torch.cat([previous, state.attentional], dim=-1) if fed else previous
        state = state._replace(hidden=self.cell(given, state.hidden))
        found = self.ask(state, encoded, prepared)
        attentional = torch.tanh(self.combine(torch.cat([found.output, state.hidden], dim=-1)))
        remembered = attentional if fed else None
        return attentional, DecoderState(state.hidden, remembered, state.position + 1), found
