"""A recurrent network that reads to the end and then answers from its last state."""

from jaxtyping import Float, Int
from torch import Tensor, nn

from paying_attention.attention.input_checks import check_sizes


class RecurrentReader(nn.Module):
    """Embed, read with a GRU, answer from the last state.

    Args:
        vocab_size: Tokens to read.
        num_answers: Answers to choose from.
        d_model: Width of the embedding and of the state.

    Raises:
        ValueError: If a size is below 1.

    Example:
        >>> import torch
        >>> RecurrentReader(36, 10, d_model=8)(torch.tensor([[0, 26, 0]])).shape
        torch.Size([1, 10])
    """

    def __init__(self, vocab_size: int, num_answers: int, *, d_model: int = 128) -> None:
        """Make the layers."""
        super().__init__()
        check_sizes(vocab_size=vocab_size, num_answers=num_answers, d_model=d_model)
        self.embedding = nn.Embedding(vocab_size, d_model)
        self.gru = nn.GRU(d_model, d_model, batch_first=True)
        self.readout = nn.Linear(d_model, num_answers)

    def forward(self, tokens: Int[Tensor, "batch length"]) -> Float[Tensor, "batch answers"]:
        """Score the answers.

        Args:
            tokens: Ids, all rows of one length.

        Raises:
            ValueError: If an id is outside the vocabulary.
        """
        vocab_size = self.embedding.num_embeddings
        if tokens.numel() and (tokens.min() < 0 or tokens.max() >= vocab_size):
            wrong = int(tokens.max() if tokens.max() >= vocab_size else tokens.min())
            raise ValueError(f"tokens: expected ids 0 to {vocab_size - 1}, got {wrong}")
        _, last = self.gru(self.embedding(tokens))
        return self.readout(last[0])
