"""What the functions of attention refuse, in words that say what was expected and what came."""

import torch
from jaxtyping import Bool, Float
from torch import Tensor


def check_sizes(**sizes: int) -> None:
    """Refuse a size below 1.

    Args:
        sizes: Sizes by the names of their arguments.

    Raises:
        ValueError: Naming the first size that is too small.

    Example:
        >>> check_sizes(d_query=3)
    """
    for name, size in sizes.items():
        if size < 1:
            raise ValueError(f"{name}: expected 1 or more, got {size}")


def check_mask(mask: Bool[Tensor, "..."], shape: torch.Size) -> None:
    """Refuse a mask that is not boolean, or that does not broadcast to the shape of the scores.

    Args:
        mask: True where a query may look.
        shape: The shape of the scores.

    Raises:
        TypeError: If the mask is not boolean.
        ValueError: If the mask does not broadcast to ``shape``.

    Example:
        >>> check_mask(torch.tensor([True, False]), torch.Size([3, 2]))
    """
    check_boolean(mask)
    check_broadcasts("mask", mask, shape)


def check_broadcasts(name: str, tensor: Tensor, shape: torch.Size) -> None:
    """Refuse a tensor that does not broadcast to a shape without changing it.

    Args:
        name: Name of the argument, for the message.
        tensor: Any shape.
        shape: What it should broadcast to.

    Raises:
        ValueError: If it does not.

    Example:
        >>> check_broadcasts("bias", torch.zeros(2), torch.Size([3, 2]))
    """
    pairs = zip(reversed(tensor.shape), reversed(shape), strict=False)
    if tensor.ndim > len(shape) or any(size not in (1, whole) for size, whole in pairs):
        raise ValueError(
            f"{name}: expected a shape that broadcasts to {tuple(shape)}, got {tuple(tensor.shape)}"
        )


def check_boolean(mask: Tensor) -> None:
    """Refuse a mask of numbers: 0 and 1 would be added to scores by some, multiplied by others.

    Args:
        mask: True where a query may look.

    Raises:
        TypeError: If the mask is not boolean.

    Example:
        >>> check_boolean(torch.tensor([True]))
    """
    if mask.dtype != torch.bool:
        raise TypeError(f"mask: expected a boolean tensor, got {mask.dtype}")


def check_inputs(
    query: Float[Tensor, "..."],
    key: Float[Tensor, "..."],
    value: Float[Tensor, "..."],
    mask: Bool[Tensor, "..."] | None,
    *,
    bias: Float[Tensor, "..."] | None,
    softcap: float | None,
    enable_gqa: bool,
) -> None:
    """Refuse what torch would take for something else, or compute all the same.

    Args:
        query: What is asked.
        key: What is compared with it.
        value: What is mixed.
        mask: True where a query may look.
        bias: Added to the scores.
        softcap: Largest size of a score.
        enable_gqa: Whether query heads share key and value heads.

    Raises:
        ValueError: If head_dim is 0; if widths, lengths, leading axes or devices differ; if the
            mask or the bias does not broadcast; if the heads do not divide; or if ``softcap`` is
            not positive and finite.
        TypeError: If dtypes differ or are not floating point, or the mask is not boolean.
    """
    if query.shape[-1] == 0:
        raise ValueError("query: expected head_dim of 1 or more, got 0")
    _check_kinds(query, key=key, value=value, mask=mask, bias=bias)
    if key.shape[-1] != query.shape[-1]:
        raise ValueError(
            f"key: expected head_dim {query.shape[-1]} as in query, got {key.shape[-1]}"
        )
    if value.shape[-2] != key.shape[-2]:
        raise ValueError(
            f"value: expected {key.shape[-2]} values, one for each key, got {value.shape[-2]}"
        )
    _check_leading_axes(query, key, value, enable_gqa)
    if softcap is not None and not 0 < softcap < float("inf"):
        raise ValueError(f"softcap: expected a positive, finite number, got {softcap}")
    shape = torch.Size((*query.shape[:-1], key.shape[-2]))
    if mask is not None:
        check_mask(mask, shape)
    if bias is not None:
        check_broadcasts("bias", bias, shape)


def _check_kinds(query: Tensor, **others: Tensor | None) -> None:
    if not query.is_floating_point():
        raise TypeError(f"query: expected a floating-point tensor, got {query.dtype}")
    for name, tensor in others.items():
        if tensor is None:
            continue
        if tensor.device != query.device:
            raise ValueError(
                f"{name}: expected device {query.device} as query, got {tensor.device}"
            )
        if name == "mask":
            check_boolean(tensor)
        elif name == "bias" and not tensor.is_floating_point():
            raise TypeError(f"bias: expected a floating-point tensor, got {tensor.dtype}")
        elif name != "bias" and tensor.dtype != query.dtype:
            raise TypeError(f"{name}: expected {query.dtype} as query, got {tensor.dtype}")


def _check_leading_axes(query: Tensor, key: Tensor, value: Tensor, enable_gqa: bool) -> None:
    least = 3 if enable_gqa else 2
    if query.ndim < least:
        raise ValueError(f"query: expected {least} axes or more, got {query.ndim}")
    front = slice(-3) if enable_gqa else slice(-2)
    if key.shape[front] != query.shape[front] or key.ndim != query.ndim:
        raise ValueError(
            f"key: expected leading axes {tuple(query.shape[front])} as query, "
            f"got {tuple(key.shape[front])}"
        )
    if value.shape[:-2] != key.shape[:-2]:
        raise ValueError(
            f"value: expected leading axes {tuple(key.shape[:-2])} as key, "
            f"got {tuple(value.shape[:-2])}"
        )
    if enable_gqa and (key.shape[-3] == 0 or query.shape[-3] % key.shape[-3]):
        raise ValueError(
            f"key, value: expected a number of heads that divides {query.shape[-3]}, "
            f"got {key.shape[-3]}"
        )
