"""A dictionary that learns to be looked up: embeddings, one attention, and nothing else."""

from typing import Literal

from jaxtyping import Float, Int
from torch import Tensor, nn

from paying_attention.attention.input_checks import check_sizes
from paying_attention.attention.scaled_dot_product import scaled_dot_product_attention
from paying_attention.attention.softmax import AttentionOutput

Scaling = Literal["by √d_k", "none", "in the weights"]


class SoftDictionary(nn.Module):
    """Ask keys by dot products, mix their values, and read the answer off the mix.

    Embeddings are drawn with mean 0 and variance 1, W^Q and W^K so that queries and keys have
    variance 1 as well: before training, a dot product has the variance ``head_dim``.

    Args:
        num_keys: Different keys.
        num_values: Different values.
        d_model: Width of the embeddings.
        head_dim: Width of queries and keys.
        scaling: ``"by √d_k"``: scores are divided by √head_dim. ``"none"``: they are not.
            ``"in the weights"``: they are not, but W^Q starts smaller by √head_dim, as in T5.

    Raises:
        ValueError: If a size is below 1 or the scaling unknown.
    """

    def __init__(
        self,
        num_keys: int,
        num_values: int,
        *,
        d_model: int = 64,
        head_dim: int = 64,
        scaling: Scaling = "by √d_k",
    ) -> None:
        """Make the layers."""
        super().__init__()
        check_sizes(num_keys=num_keys, num_values=num_values, d_model=d_model, head_dim=head_dim)
        if scaling not in ("by √d_k", "none", "in the weights"):
            raise ValueError(
                f"scaling: expected 'by √d_k', 'none' or 'in the weights', got {scaling!r}"
            )
        self.scale = head_dim**-0.5 if scaling == "by √d_k" else 1.0
        self.key_embedding = nn.Embedding(num_keys, d_model)
        self.value_embedding = nn.Embedding(num_values, d_model)
        self.q_proj = nn.Linear(d_model, head_dim, bias=False)
        self.k_proj = nn.Linear(d_model, head_dim, bias=False)
        self.readout = nn.Linear(d_model, num_values)
        smaller = head_dim**-0.5 if scaling == "in the weights" else 1.0
        nn.init.normal_(self.q_proj.weight, std=smaller * d_model**-0.5)
        nn.init.normal_(self.k_proj.weight, std=d_model**-0.5)

    def look_up(
        self,
        asked: Int[Tensor, " batch"],
        keys: Int[Tensor, "batch key"],
        values: Int[Tensor, "batch key"],
    ) -> AttentionOutput:
        """Ask each dictionary its question.

        Args:
            asked: The key that is asked for.
            keys: The keys of each dictionary.
            values: What belongs to each key.

        Returns:
            One mix and one row of weights a dictionary, ``(batch, 1, …)``.
        """
        query = self.q_proj(self.key_embedding(asked))[:, None]
        key = self.k_proj(self.key_embedding(keys))
        return scaled_dot_product_attention(
            query, key, self.value_embedding(values), scale=self.scale
        )

    def forward(
        self,
        asked: Int[Tensor, " batch"],
        keys: Int[Tensor, "batch key"],
        values: Int[Tensor, "batch key"],
    ) -> Float[Tensor, "batch values"]:
        """Score the answers.

        Args:
            asked: The key that is asked for.
            keys: The keys of each dictionary.
            values: What belongs to each key.
        """
        return self.readout(self.look_up(asked, keys, values).output[:, 0])
