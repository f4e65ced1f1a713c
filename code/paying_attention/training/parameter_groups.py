"""Which parameters of a model are treated alike by the optimizer."""

from typing import Any

from torch import nn

NORMS = (nn.LayerNorm, nn.RMSNorm, nn.GroupNorm, nn.modules.batchnorm._BatchNorm)


def decay_groups(model: nn.Module) -> list[dict[str, Any]]:
    """Give weight decay to the matrices, and none to biases, norms and embeddings.

    A matrix that is also an embedding, as a tied readout, counts as an embedding.

    Args:
        model: Any model.

    Returns:
        Two groups for the optimizer, each parameter in one of them.

    Example:
        >>> decayed, others = decay_groups(nn.Sequential(nn.Embedding(5, 3), nn.Linear(3, 2)))
        >>> [tuple(p.shape) for p in decayed["params"]], [tuple(p.shape) for p in others["params"]]
        ([(2, 3)], [(5, 3), (2,)])
    """
    spared = {
        id(parameter)
        for module in model.modules()
        if isinstance(module, (nn.Embedding, *NORMS))
        for parameter in module.parameters(recurse=False)
    }
    decayed, others = [], []
    for parameter in model.parameters():
        has_none = parameter.ndim < 2 or id(parameter) in spared
        (others if has_none else decayed).append(parameter)
    return [{"params": decayed}, {"params": others, "weight_decay": 0.0}]
