"""One layer of self-attention between an embedding and a readout: the smallest model that looks."""

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from paying_attention.attention.input_checks import check_integers, check_sizes
from paying_attention.attention.multi_head import MultiHeadAttention
from paying_attention.attention.softmax import AttentionOutput


class AttentionReader(nn.Module):
    """Embed tokens and positions, attend once, and answer at every position.

    Args:
        vocab_size: Tokens to read.
        num_answers: Answers to choose from.
        d_model: Width of the embeddings.
        num_heads: Heads that share this width.
        d_ff: Width of a feed-forward layer after the attention; there is none if 0.
        max_len: Longest row of tokens.

    Raises:
        ValueError: If a size is below 1 (``d_ff``: below 0), or the heads do not divide
            ``d_model``.

    Example:
        >>> AttentionReader(9, 5, d_model=8)(torch.tensor([[1, 0, 8]])).shape
        torch.Size([1, 3, 5])
    """

    def __init__(
        self,
        vocab_size: int,
        num_answers: int,
        *,
        d_model: int = 64,
        num_heads: int = 1,
        d_ff: int = 0,
        max_len: int = 64,
    ) -> None:
        """Make the layers."""
        super().__init__()
        check_sizes(vocab_size=vocab_size, num_answers=num_answers, max_len=max_len)
        check_integers(d_ff=d_ff)
        if d_ff < 0:
            raise ValueError(f"d_ff: expected 0 or more, got {d_ff}")
        self.attention = MultiHeadAttention(d_model, num_heads)
        self.embedding = nn.Embedding(vocab_size, d_model)
        self.positions = nn.Embedding(max_len, d_model)
        self.mark = nn.Parameter(torch.randn(d_model))
        self.feed_forward = None
        if d_ff:
            self.feed_forward = nn.Sequential(
                nn.Linear(d_model, d_ff), nn.ReLU(), nn.Linear(d_ff, d_model)
            )
        self.readout = nn.Linear(d_model, num_answers)

    def embed(
        self, tokens: Int[Tensor, "batch length"], marks: Bool[Tensor, "batch length"] | None = None
    ) -> Float[Tensor, "batch length d_model"]:
        """Add up what each token is, where it stands, and whether it is marked.

        Args:
            tokens: Ids.
            marks: True at marked tokens.

        Raises:
            ValueError: If there are more tokens than positions.
        """
        length, max_len = tokens.shape[1], self.positions.num_embeddings
        if length > max_len:
            raise ValueError(f"tokens: expected at most {max_len} in a row, got {length}")
        embedded = self.embedding(tokens) + self.positions.weight[:length]
        return embedded if marks is None else embedded + marks[..., None] * self.mark

    def look(
        self,
        tokens: Int[Tensor, "batch length"],
        *,
        mask: Bool[Tensor, "..."] | None = None,
        marks: Bool[Tensor, "batch length"] | None = None,
    ) -> AttentionOutput:
        """Give what the attention finds, and where.

        Args:
            tokens: Ids.
            mask: True where a position may look; broadcasts to ``(batch, head, query, key)``.
            marks: True at marked tokens.
        """
        return self.attention(self.embed(tokens, marks), mask=mask)

    def forward(
        self,
        tokens: Int[Tensor, "batch length"],
        *,
        mask: Bool[Tensor, "..."] | None = None,
        marks: Bool[Tensor, "batch length"] | None = None,
    ) -> Float[Tensor, "batch length answers"]:
        """Score the answers at every position.

        Args:
            tokens: Ids.
            mask: True where a position may look; broadcasts to ``(batch, head, query, key)``.
            marks: True at marked tokens.
        """
        embedded = self.embed(tokens, marks)
        hidden = embedded + self.attention(embedded, mask=mask, need_weights=False).output
        if self.feed_forward is not None:
            hidden = hidden + self.feed_forward(hidden)
        return self.readout(hidden)
