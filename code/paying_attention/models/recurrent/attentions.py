"""The one table of what a recurrent decoder may ask, by the names that a config knows."""

from collections.abc import Callable

from paying_attention.attention.recurrent.additive import AdditiveAttention
from paying_attention.attention.recurrent.decoder_attention import DecoderAttention
from paying_attention.attention.recurrent.frozen_vector import FrozenVector
from paying_attention.attention.recurrent.hard import HardAttention
from paying_attention.attention.recurrent.heads import MultiHeadDecoderAttention
from paying_attention.attention.recurrent.local import LocalAttention
from paying_attention.attention.recurrent.luong import (
    ConcatAttention,
    DotAttention,
    GeneralAttention,
    LocationAttention,
)
from paying_attention.models.recurrent.config import Seq2SeqConfig

# Each is called with the widths of a state and of an annotation, and with the config.
MAKERS: dict[str, Callable[[int, int, Seq2SeqConfig], DecoderAttention | None]] = {
    "none": lambda s, h, config: None,
    "constant": lambda s, h, config: FrozenVector(s, h, config.d_direction),
    "additive": lambda s, h, config: AdditiveAttention(s, h, d_score=s),
    "dot": lambda s, h, config: DotAttention(s, h),
    "general": lambda s, h, config: GeneralAttention(s, h),
    "concat": lambda s, h, config: ConcatAttention(s, h, d_score=s),
    "location": lambda s, h, config: LocationAttention(s, h, config.max_source_len),
    "local-m": lambda s, h, config: LocalAttention(s, h, window=config.window, centre="m"),
    "local-p": lambda s, h, config: LocalAttention(s, h, window=config.window, centre="p"),
    "multi-head": lambda s, h, config: MultiHeadDecoderAttention(s, h, config.num_heads),
}


def make_attention(config: Seq2SeqConfig) -> DecoderAttention | None:
    """Make the attention that the config asks for.

    Args:
        config: The sizes and choices.

    Returns:
        None for ``"none"``.

    Example:
        >>> config = Seq2SeqConfig(9, 7, attention="general", decoder="luong", hard=True)
        >>> type(make_attention(config)).__name__
        'HardAttention'
    """
    attention = MAKERS[config.attention](config.d_decoder, config.d_encoder, config)
    return HardAttention(attention) if config.hard else attention
