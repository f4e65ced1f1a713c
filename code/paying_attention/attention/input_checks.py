"""What the functions of attention refuse, in words that say what was expected and what came."""

import math
from numbers import Integral

import torch
from jaxtyping import Bool, Float
from torch import Tensor


def check_sizes(**sizes: int) -> None:
    """Refuse a size, named by its argument, that is no whole number or below 1.

    Raises:
        TypeError: If a size is no integer; True and 2.0 are none.
        ValueError: If a size is below 1.

    Example:
        >>> check_sizes(d_query=3)
    """
    check_integers(**sizes)
    for name, size in sizes.items():
        if size < 1:
            raise ValueError(f"{name}: expected 1 or more, got {size}")


def check_integers(**numbers: int) -> None:
    """Refuse what is no whole number: a tensor would broadcast, True would count as 1.

    Raises:
        TypeError: Naming the first argument that is none.
    """
    for name, number in numbers.items():
        if isinstance(number, bool) or not isinstance(number, Integral | torch.SymInt):
            raise TypeError(f"{name}: expected an integer, got {type(number).__name__}")


def check_probability(**numbers: float) -> None:
    """Refuse a number that is not between 0 and 1.

    Raises:
        ValueError: Naming the first that is not.
    """
    for name, number in numbers.items():
        if not 0 <= number <= 1:
            raise ValueError(f"{name}: expected 0 to 1, got {number}")


def check_mask(mask: Bool[Tensor, "..."], shape: torch.Size) -> None:
    """Refuse a mask that is not boolean, or that does not broadcast to the shape of the scores.

    Raises:
        TypeError: If the mask is not boolean.
        ValueError: If the mask does not broadcast to ``shape``.

    Example:
        >>> check_mask(torch.tensor([True, False]), torch.Size([3, 2]))
    """
    check_boolean(mask)
    check_broadcasts(shape, mask=mask)


def check_boolean(mask: Tensor) -> None:
    """Refuse a mask of numbers: 0 and 1 would be added to scores by some, multiplied by others.

    Raises:
        TypeError: If the mask is not boolean.
    """
    if mask.dtype != torch.bool:
        raise TypeError(f"mask: expected a boolean tensor, got {mask.dtype}")


def check_broadcasts(shape: torch.Size, **tensors: Tensor | None) -> None:
    """Refuse a tensor that does not broadcast to a shape without changing it.

    Raises:
        ValueError: Naming the first that does not.

    Example:
        >>> check_broadcasts(torch.Size([3, 2]), bias=torch.zeros(2))
    """
    for name, tensor in tensors.items():
        if tensor is None:
            continue
        pairs = zip(reversed(tensor.shape), reversed(shape), strict=False)
        if tensor.ndim > len(shape) or any(size not in (1, whole) for size, whole in pairs):
            raise ValueError(
                f"{name}: expected a shape that broadcasts to {tuple(shape)}, "
                f"got {tuple(tensor.shape)}"
            )


def check_inputs(
    query: Float[Tensor, "..."],
    key: Float[Tensor, "..."],
    value: Float[Tensor, "..."],
    mask: Bool[Tensor, "..."] | None,
    *,
    bias: Float[Tensor, "..."] | None,
    enable_gqa: bool,
    scale: float | None = None,
    softcap: float | None = None,
    dropout_p: float = 0.0,
) -> None:
    """Refuse what torch would take for something else, or compute all the same.

    The arguments are those of ``scaled_dot_product_attention``.

    Raises:
        ValueError: If a width is 0; if widths, lengths, leading axes or devices differ; if the
            mask or the bias does not broadcast; if the heads do not divide; or if a number is out
            of range.
        TypeError: If dtypes differ or are not floating point, or the mask is not boolean.
    """
    _check_kinds(query, key=key, value=value, mask=mask, bias=bias)
    _check_axes(query, key, value, enable_gqa)
    if mask is not None or bias is not None:
        shape = torch.Size((*query.shape[:-1], key.shape[-2]))
        check_broadcasts(shape, mask=mask, bias=bias)
    if scale is not None and not math.isfinite(scale):
        raise ValueError(f"scale: expected a finite number, got {scale}")
    if softcap is not None and not 0 < softcap < math.inf:
        raise ValueError(f"softcap: expected a positive, finite number, got {softcap}")
    if dropout_p:
        check_probability(dropout_p=dropout_p)


def _check_kinds(query: Tensor, **others: Tensor | None) -> None:
    dtype, device = query.dtype, query.device
    if not dtype.is_floating_point:
        raise TypeError(f"query: expected a floating-point tensor, got {dtype}")
    for name, tensor in others.items():
        if tensor is None:
            continue
        if tensor.device != device:
            raise ValueError(f"{name}: expected device {device} as query, got {tensor.device}")
        if name == "mask":
            expected, holds = "a boolean tensor", tensor.dtype == torch.bool
        elif name == "bias":
            expected, holds = "a floating-point tensor", tensor.dtype.is_floating_point
        else:
            expected, holds = f"{dtype} as query", tensor.dtype == dtype
        if not holds:
            raise TypeError(f"{name}: expected {expected}, got {tensor.dtype}")


def _check_axes(query: Tensor, key: Tensor, value: Tensor, enable_gqa: bool) -> None:
    least = 3 if enable_gqa else 2
    for name, tensor in (("query", query), ("key", key), ("value", value)):
        if tensor.ndim < least:
            raise ValueError(f"{name}: expected {least} axes or more, got {tensor.ndim}")
    q, k, v = query.shape, key.shape, value.shape
    if q[-1] == 0:
        raise ValueError("query: expected head_dim of 1 or more, got 0")
    if v[-1] == 0:
        raise ValueError("value: expected value_dim of 1 or more, got 0")
    if k[-1] != q[-1]:
        raise ValueError(f"key: expected head_dim {q[-1]} as in query, got {k[-1]}")
    if v[-2] != k[-2]:
        raise ValueError(f"value: expected {k[-2]} values, one for each key, got {v[-2]}")
    if k[:-least] != q[:-least]:
        raise ValueError(
            f"key: expected leading axes {tuple(q[:-least])} as query, got {tuple(k[:-least])}"
        )
    if v[:-2] != k[:-2]:
        raise ValueError(
            f"value: expected leading axes {tuple(k[:-2])} as key, got {tuple(v[:-2])}"
        )
    if enable_gqa and (k[-3] == 0 or q[-3] % k[-3]):
        raise ValueError(
            f"key, value: expected a number of heads that divides {q[-3]}, got {k[-3]}"
        )
