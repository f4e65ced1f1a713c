"""Who may look where. True means "may attend", as in torch's scaled_dot_product_attention."""

import torch
from jaxtyping import Bool, Int
from torch import Tensor


def padding_mask(lengths: Int[Tensor, " batch"], key_len: int) -> Bool[Tensor, "batch key"]:
    """Let everybody look at the real tokens of a padded batch and at nothing behind them.

    Args:
        lengths: How many tokens of each sentence are real.
        key_len: Width of the padded batch.

    Raises:
        ValueError: If a length is negative or beyond ``key_len``.

    Example:
        >>> padding_mask(torch.tensor([1, 3]), 3)
        tensor([[ True, False, False],
                [ True,  True,  True]])
    """
    if lengths.numel() and (lengths.min() < 0 or lengths.max() > key_len):
        raise ValueError(f"lengths: expected 0 to key_len = {key_len}, got {lengths.tolist()}")
    return torch.arange(key_len, device=lengths.device) < lengths[:, None]
