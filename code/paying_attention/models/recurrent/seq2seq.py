"""Encoder and decoder together: read a sentence, write its translation."""

from typing import NamedTuple

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from paying_attention.attention.recurrent.hard import HardAttentionOutput
from paying_attention.models.recurrent.attentions import make_attention
from paying_attention.models.recurrent.config import Seq2SeqConfig
from paying_attention.models.recurrent.decoder import BahdanauDecoder, Decoder, LuongDecoder
from paying_attention.models.recurrent.encoder import Encoded, Encoder, check_ids


class Decoded(NamedTuple):
    """What the decoder wrote under teacher forcing, and where it looked.

    ``weights`` is None without attention, ``log_probs`` where nothing was drawn.
    """

    logits: Float[Tensor, "batch steps target_vocab"]
    weights: Float[Tensor, "batch steps source"] | None
    log_probs: Float[Tensor, "batch steps"] | None


class Seq2Seq(nn.Module):
    """Read a sentence, write its translation.

    The readout scores every token, ``<pad>`` and ``<bos>`` too: which of them may be written is for
    whoever decodes to say. What is said about a sentence does not depend on the others in its
    batch, dropout and hard attention's draws aside.

    Example:
        >>> model = Seq2Seq(Seq2SeqConfig(source_vocab_size=9, target_vocab_size=7))
        >>> source, lengths = torch.tensor([[3, 4, 5]]), torch.tensor([3])
        >>> model(source, lengths, torch.tensor([[1, 3, 4, 5]])).shape
        torch.Size([1, 4, 7])

    Source: Cho et al. (2014), Sutskever et al. (2014), Bahdanau et al. (2015), Luong et al. (2015).
    """

    def __init__(self, config: Seq2SeqConfig) -> None:
        """Make the encoder and the decoder that the config asks for."""
        super().__init__()
        self.config = config
        attention = make_attention(config)
        self.encoder = Encoder(config)
        writer = LuongDecoder if config.decoder == "luong" else BahdanauDecoder
        self.decoder: Decoder = writer(config, attention)

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
        return self.decode(self.encoder(source, source_lengths), target_input).logits

    def decode(self, encoded: Encoded, target_input: Int[Tensor, "batch steps"]) -> Decoded:
        """Score every next word, given what the encoder handed over.

        Args:
            encoded: What the encoder handed over.
            target_input: ``<bos>`` and the right words so far.

        Raises:
            ValueError: If an id is outside the vocabulary, or if there is no step.
        """
        if target_input.shape[1] == 0:
            raise ValueError("target_input: expected <bos> at least, got no step")
        check_ids("target_input", target_input, self.decoder.embedding.num_embeddings)
        state, prepared = self.decoder.begin(encoded)
        features, answers = [], []
        given = self.decoder.dropout(self.decoder.embedding(target_input))
        for previous in given.unbind(dim=1):
            feature, state, found = self.decoder.step(previous, state, encoded, prepared)
            features.append(feature)
            answers.append(found)
        logits = self.decoder.readout(torch.stack(features, dim=1))
        weights = [found.weights for found in answers if found.weights is not None]
        log_probs = [found.log_prob for found in answers if isinstance(found, HardAttentionOutput)]
        return Decoded(
            logits,
            torch.stack(weights, dim=1) if weights else None,
            torch.stack(log_probs, dim=1) if log_probs else None,
        )
