"""How far is it from a word to its use?"""

from collections import deque
from collections.abc import Sequence

from torch import Tensor


def path_length(output: Tensor, source: Tensor, states: Sequence[Tensor]) -> int:
    """Count the states that a signal must pass on its shortest way from a word to an output.

    The way is looked up in the graph that autograd recorded, so it is the way of the gradient too.

    Args:
        output: Something computed from ``source``, or ``source`` itself.
        source: A leaf tensor that requires a gradient, such as a word's embedding.
        states: The recurrent states on the way, as they were computed.

    Raises:
        ValueError: If ``source`` is no leaf, or if no path leads from it to ``output``.

    Example:
        >>> import torch
        >>> word = torch.ones(2, requires_grad=True)
        >>> first = torch.tanh(word)
        >>> second = torch.tanh(first)
        >>> path_length(second.sum(), word, [first, second])
        2
        >>> path_length((first + second).sum(), word, [first, second])
        1
    """
    if not (source.is_leaf and source.requires_grad):
        raise ValueError("source: expected a leaf tensor that requires a gradient, got another")
    if output is source:
        return 0
    costly = {state.grad_fn for state in states}
    # 0-1 breadth-first search: nodes reached without passing a further state go to the front.
    queue = deque([(output.grad_fn, int(output.grad_fn in costly))])
    visited = set()
    while queue:
        node, passed = queue.popleft()
        if getattr(node, "variable", None) is source:
            return passed
        if node is None or node in visited:
            continue
        visited.add(node)
        for following, _ in node.next_functions:
            if following in costly:
                queue.append((following, passed + 1))
            else:
                queue.appendleft((following, passed))
    raise ValueError("source: expected a path from it to the output, got none")
