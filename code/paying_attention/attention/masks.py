"""Who may look where. True means "may look", as in torch's scaled_dot_product_attention.

Masks combine with ``&`` (both must allow it) and ``|`` (one is enough). A mask of queries and keys
broadcasts over whatever stands in front; one without a query axis needs it first: the padding of a
batch goes with heads as ``padding_mask(lengths, key_len)[:, None, None]``.

There are as many keys as queries if ``key_len`` is None. ``offset`` says where query 0 stands among
the keys: 0 if both begin together; behind a cache ``key_len - query_len``, the tokens in the cache.
It may be negative. ``device`` is where the mask is made. A negative length is a ValueError, what is
no integer a TypeError.
"""

import torch
from jaxtyping import Bool, Int
from torch import Tensor

from paying_attention.attention.input_checks import check_integers


def padding_mask(lengths: Int[Tensor, " batch"], key_len: int) -> Bool[Tensor, "batch key"]:
    """Let everybody look at the real tokens of a padded batch and at nothing behind them.

    Raises:
        TypeError: If the lengths are no integers.
        ValueError: If a length is negative or beyond ``key_len``.

    Example:
        >>> padding_mask(torch.tensor([1, 3]), 3)
        tensor([[ True, False, False],
                [ True,  True,  True]])

    Derived in: chapters/05-masking.
    """
    if lengths.is_floating_point() or lengths.dtype in (torch.bool, torch.complex64):
        raise TypeError(f"lengths: expected integers, got {lengths.dtype}")
    check_integers(key_len=key_len)
    if lengths.numel() and (lengths.min() < 0 or lengths.max() > key_len):
        raise ValueError(f"lengths: expected 0 to key_len = {key_len}, got {lengths.tolist()}")
    return torch.arange(key_len, device=lengths.device) < lengths[:, None]


def causal_mask(
    query_len: int,
    key_len: int | None = None,
    *,
    offset: int = 0,
    device: torch.device | str | None = None,
) -> Bool[Tensor, "query key"]:
    """Let query i look at the keys j ≤ i + offset: at itself and at the past.

    Example:
        >>> causal_mask(2, 4, offset=2)  # two new tokens behind a cache of two
        tensor([[ True,  True,  True, False],
                [ True,  True,  True,  True]])

    Derived in: chapters/05-masking.   Source: Vaswani et al. (2017), section 3.2.3.
    """
    return sliding_window_mask(query_len, key_len, left=None, right=0, offset=offset, device=device)


def sliding_window_mask(
    query_len: int,
    key_len: int | None = None,
    *,
    left: int | None,
    right: int | None,
    offset: int = 0,
    device: torch.device | str | None = None,
) -> Bool[Tensor, "query key"]:
    """Let query i look at the keys from i + offset - left to i + offset + right.

    Args:
        left: How many keys before its own position it sees; all of them if None.
        right: How many keys behind its own position it sees; all of them if None.

    Example:
        >>> sliding_window_mask(3, left=1, right=0)
        tensor([[ True, False, False],
                [ True,  True, False],
                [False,  True,  True]])

    Derived in: chapters/05-masking.   Source: Beltagy et al. (2020), section 3.1.
    """
    key_len = query_len if key_len is None else key_len
    check_integers(offset=offset)
    _check_not_negative(query_len=query_len, key_len=key_len, left=left, right=right)
    position = torch.arange(query_len, device=device)[:, None] + offset
    key = torch.arange(key_len, device=device)
    mask = torch.ones(query_len, key_len, dtype=torch.bool, device=device)
    if left is not None:
        mask &= key >= position - left
    if right is not None:
        mask &= key <= position + right
    return mask


def prefix_mask(
    prefix_len: int,
    query_len: int,
    key_len: int | None = None,
    *,
    offset: int = 0,
    device: torch.device | str | None = None,
) -> Bool[Tensor, "query key"]:
    """Let everybody look at the whole prefix, and behind it only at the past.

    Args:
        prefix_len: How many keys, from the first, everybody sees.

    Example:
        >>> prefix_mask(2, 3)
        tensor([[ True,  True, False],
                [ True,  True, False],
                [ True,  True,  True]])

    Derived in: chapters/05-masking.   Source: Raffel et al. (2020), section 3.2.1.
    """
    _check_not_negative(prefix_len=prefix_len)
    causal = causal_mask(query_len, key_len, offset=offset, device=device)
    return causal | (torch.arange(causal.shape[-1], device=device) < prefix_len)


def document_mask(
    query_documents: Int[Tensor, "*batch query"],
    key_documents: Int[Tensor, "*batch key"] | None = None,
) -> Bool[Tensor, "*batch query key"]:
    """Let each token look at the tokens of its own document, where several share a row.

    Args:
        query_documents: Which document each query belongs to, as any numbers.
        key_documents: The same for the keys; they are the queries' if None.

    Example:
        >>> document_mask(torch.tensor([4, 4, 7]))
        tensor([[ True,  True, False],
                [ True,  True, False],
                [False, False,  True]])

    Derived in: chapters/05-masking and, packed, chapters/05c-the-first-query.
    """
    if key_documents is None:
        key_documents = query_documents
    return query_documents[..., :, None] == key_documents[..., None, :]


def _check_not_negative(**sizes: int | None) -> None:
    given = {name: size for name, size in sizes.items() if size is not None}
    check_integers(**given)
    for name, size in given.items():
        if size < 0:
            raise ValueError(f"{name}: expected 0 or more, got {size}")
