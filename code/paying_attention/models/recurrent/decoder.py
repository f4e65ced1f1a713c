"""A GRU writes the target; when it asks its attention is a choice."""

from typing import NamedTuple

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from paying_attention.attention.recurrent.decoder_attention import DecoderAttention, context_vector
from paying_attention.attention.recurrent.hard import HardAttentionOutput
from paying_attention.attention.softmax import AttentionOutput
from paying_attention.models.recurrent.config import Seq2SeqConfig
from paying_attention.models.recurrent.encoder import Encoded

Answer = AttentionOutput | HardAttentionOutput


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
        attention: What ``make_attention`` gives.
        d_input: Width of what the GRU is given at each step.
        d_features: Width of what the readout sees.
    """

    def __init__(
        self,
        config: Seq2SeqConfig,
        attention: DecoderAttention | None,
        d_input: int,
        d_features: int,
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

    def ask(self, state: DecoderState, encoded: Encoded, prepared: Tensor | None) -> Answer:
        """Ask the attention.

        Args:
            state: The state that asks.
            encoded: What the encoder handed over.
            prepared: Second result of ``begin``.

        Returns:
            The context, of width 0 without attention, and where it looked.
        """
        hidden, _, position = state
        if self.attention is None:
            return AttentionOutput(hidden[:, :0], None)
        found = self.attention(
            hidden, encoded.annotations, prepared, encoded.mask, position=position
        )
        if self.config.values == "words":
            words = context_vector(found.weights, encoded.words, encoded.mask)
            return found._replace(output=words)
        return found

    def step(
        self,
        previous: Float[Tensor, "batch d_embedding"],
        state: DecoderState,
        encoded: Encoded,
        prepared: Tensor | None,
    ) -> tuple[Float[Tensor, "batch features"], DecoderState, Answer]:
        """Write one word.

        Args:
            previous: Embedding of the word written last.
            state: The state after it.
            encoded: What the encoder handed over.
            prepared: Second result of ``begin``.

        Returns:
            What the readout sees, the new state, and what the attention answered.
        """
        raise NotImplementedError


class BahdanauDecoder(Decoder):
    """Ask, then step: s_{i-1} asks for the context c_i, and s_i = GRU([y_{i-1}; c_i], s_{i-1}).

    The readout sees [s_i; y_{i-1}; c_i]. With no attention it is the decoder of chapter 01.

    Source: Bahdanau et al. (2015), appendix A.2.2; its maxout readout is left out.
    """

    def __init__(self, config: Seq2SeqConfig, attention: DecoderAttention | None) -> None:
        """Make the layers."""
        d_input = config.d_embedding + config.d_context
        super().__init__(config, attention, d_input, config.d_decoder + d_input)

    def step(
        self,
        previous: Float[Tensor, "batch d_embedding"],
        state: DecoderState,
        encoded: Encoded,
        prepared: Tensor | None,
    ) -> tuple[Float[Tensor, "batch features"], DecoderState, Answer]:
        """Ask, then step."""
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

    def __init__(self, config: Seq2SeqConfig, attention: DecoderAttention | None) -> None:
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
    ) -> tuple[Float[Tensor, "batch features"], DecoderState, Answer]:
        """Step, then ask."""
        fed = self.config.input_feeding
        given = torch.cat([previous, state.attentional], dim=-1) if fed else previous
        state = state._replace(hidden=self.cell(given, state.hidden))
        found = self.ask(state, encoded, prepared)
        attentional = torch.tanh(self.combine(torch.cat([found.output, state.hidden], dim=-1)))
        remembered = attentional if fed else None
        return attentional, DecoderState(state.hidden, remembered, state.position + 1), found
