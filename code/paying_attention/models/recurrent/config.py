"""What a recurrent encoder-decoder is made of."""

from dataclasses import dataclass
from typing import Literal, get_args

from paying_attention.attention.input_checks import check_integers, check_sizes

LookingAttention = Literal[
    "additive", "dot", "general", "concat", "location", "local-m", "local-p", "multi-head"
]
Attention = Literal["none", "constant"] | LookingAttention
LOOKING: tuple[str, ...] = get_args(LookingAttention)  # each is made in `attentions`
ATTENTIONS: tuple[str, ...] = ("none", "constant", *LOOKING)


@dataclass(frozen=True)
class Seq2SeqConfig:
    """Sizes and choices of a recurrent encoder-decoder.

    Args:
        source_vocab_size: Tokens to read.
        target_vocab_size: Tokens to write.
        d_embedding: Width of the word embeddings.
        d_encoder: Width of an annotation; a bidirectional encoder gives each direction half.
        d_decoder: Width of the decoder's state.
        bidirectional: Whether the encoder reads in both directions.
        decoder: Which state asks: in ``"bahdanau"``'s decoder the one before the step to the next
            word, in ``"luong"``'s the one after it.
        attention: ``"none"``: one vector starts the decoder. ``"constant"``: the same vector is
            also its input at every step. All others choose what to look at, step by step.
        dropout: Share of the embeddings' features that training drops.
        input_feeding: Whether the next step sees h̃ of this one; with ``"luong"``'s decoder only.
        start: The decoder's first state: made of the source's ``"summary"``, or ``"zeros"``.
        values: What attention mixes: the ``"annotations"``, or the ``"words"``, the embeddings
            before the encoder read them. The scores come from the annotations in both cases.
        hard: Whether attention draws one position instead of mixing; with ``"luong"``'s decoder
            and without input feeding, so that a draw decides about its own word only.
        window: Positions on each side that ``"local-m"`` and ``"local-p"`` see.
        max_source_len: Positions that ``"location"`` has a score for; it refuses longer sentences.
        num_heads: Heads of ``"multi-head"``; they share the width of the decoder's state.

    Raises:
        ValueError: If a size is below 1, a choice unknown, ``d_encoder`` odd when two directions
            must share it, ``dropout`` not at least 0 and below 1, or two choices do not fit.
        TypeError: If a size is no integer.
    """

    source_vocab_size: int
    target_vocab_size: int
    d_embedding: int = 64
    d_encoder: int = 128
    d_decoder: int = 128
    bidirectional: bool = True
    decoder: Literal["bahdanau", "luong"] = "bahdanau"
    attention: Attention = "constant"
    dropout: float = 0.0
    input_feeding: bool = False
    start: Literal["summary", "zeros"] = "summary"
    values: Literal["annotations", "words"] = "annotations"
    hard: bool = False
    window: int = 5
    max_source_len: int = 64
    num_heads: int = 1

    def __post_init__(self) -> None:
        """Refuse settings that contradict each other."""
        sizes = "source_vocab_size target_vocab_size d_embedding d_encoder d_decoder"
        names = [*sizes.split(), "max_source_len", "num_heads"]
        check_sizes(**{name: getattr(self, name) for name in names})
        check_integers(window=self.window)
        for name, choices in (
            ("decoder", ("bahdanau", "luong")),
            ("attention", ATTENTIONS),
            ("start", ("summary", "zeros")),
            ("values", ("annotations", "words")),
        ):
            if getattr(self, name) not in choices:
                raise ValueError(f"{name}: expected one of {choices}, got {getattr(self, name)!r}")
        if self.bidirectional and self.d_encoder % 2:
            raise ValueError(
                f"d_encoder: expected an even width for two directions, got {self.d_encoder}"
            )
        if not 0 <= self.dropout < 1:
            raise ValueError(f"dropout: expected 0 or more and below 1, got {self.dropout}")
        self._check_attention()

    def _check_attention(self) -> None:
        """Refuse choices about attention where there is none, or that exclude each other."""
        chosen = {
            "decoder": self.decoder == "luong",
            "values": self.values == "words",
            "hard": self.hard,
            "start": self.start == "zeros",
        }
        if self.attention not in LOOKING and (unfit := [k for k, v in chosen.items() if v]):
            raise ValueError(
                f"{unfit[0]}: expected an attention of {LOOKING} with {getattr(self, unfit[0])!r}, "
                f"got {self.attention!r}"
            )
        if self.input_feeding and self.decoder == "bahdanau":
            raise ValueError("input_feeding: expected decoder 'luong' with it, got 'bahdanau'")
        if self.hard and (self.decoder == "bahdanau" or self.input_feeding):
            raise ValueError(
                f"hard: expected decoder 'luong' and no input feeding with it, "
                f"got {self.decoder!r} and {self.input_feeding}"
            )
        if self.hard and self.attention.startswith(("local", "multi")):
            raise ValueError(
                f"hard: expected an attention that scores every position with it, "
                f"got {self.attention!r}"
            )
        if self.attention in ("dot", "multi-head") and self.d_encoder != self.d_decoder:
            raise ValueError(
                f"d_encoder: expected d_decoder = {self.d_decoder} with attention "
                f"{self.attention!r}, got {self.d_encoder}"
            )
        if self.d_decoder % self.num_heads:
            raise ValueError(
                f"num_heads: expected a divisor of d_decoder = {self.d_decoder}, "
                f"got {self.num_heads}"
            )
        narrowest = 1 if self.attention == "local-p" else 0
        if self.window < narrowest:
            raise ValueError(f"window: expected {narrowest} or more, got {self.window}")

    @property
    def d_direction(self) -> int:
        """Width of the encoder's state in one direction."""
        return self.d_encoder // 2 if self.bidirectional else self.d_encoder

    @property
    def d_context(self) -> int:
        """Width of what the attention gives the decoder at each step; 0 if it gives nothing."""
        if self.attention == "none":
            return 0
        return self.d_embedding if self.values == "words" else self.d_encoder
