import copy
import math

import numpy as np
import torch
from torch import nn

from paying_attention.attention.multi_head import MultiHeadAttention
from paying_attention.exercises import multi_head as check
from tests.exercises.cases import Case

BY_HAND = {
    "head 0": [0.96, 0.02, 0.02],
    "head 1": [0.33, 0.33, 0.33],
    "output": [1.93, 0.33],
    "wide output": [1.79, 0.05],
}
FROM_ROUNDED = {
    "head 0": torch.tensor([0.97, 0.02, 0.02]),
    "head 1": np.full(3, 1 / 3),
    "output": [1.94, 1 / 3],
    "wide output": [1.78, 0.05],
}

FORESEEN = {"output": "another", "weights": "in a new order"}


def rows(parameter: torch.Tensor, heads: int, order: list[int]) -> torch.Tensor:
    return parameter.unflatten(0, (heads, -1))[order].flatten(0, 1)


def seated(layer, order, *, biases="qkv", out=True):
    """Seats changed, or half of it: without some biases, without W^O."""
    new, heads = copy.deepcopy(layer), layer.num_heads
    with torch.no_grad():
        for name in "qkv":
            proj = getattr(new, f"{name}_proj")
            proj.weight.copy_(rows(proj.weight, heads, order))
            if name in biases:
                proj.bias.copy_(rows(proj.bias, heads, order))
        if out:
            new.out_proj.weight.copy_(rows(new.out_proj.weight.T, heads, order).T)
    return new


def seated_by_indices(layer, order):
    width = layer.head_dim
    places = [head * width + i for head in order for i in range(width)]
    new = MultiHeadAttention(layer.d_model, layer.num_heads)
    state = {key: value.clone() for key, value in layer.state_dict().items()}
    for key in state:
        if not key.startswith("out_proj"):
            state[key] = state[key][places]
    state["out_proj.weight"] = state["out_proj.weight"][:, places]
    new.load_state_dict(state)
    return new


def seated_the_other_way(layer, order):
    return seated(layer, torch.tensor(order).argsort().tolist())


def seated_with_rows_of_out_proj(layer, order):
    new = seated(layer, order, out=False)
    with torch.no_grad():
        new.out_proj.weight.copy_(rows(new.out_proj.weight, layer.num_heads, order))
    return new


def seated_in_place(layer, order):
    layer.load_state_dict(seated(layer, order).state_dict())
    return layer


def seated_on_the_page(layer, order):
    """A new layer, of the class that the chapter writes."""
    return type("AttentionV5", (nn.Module,), {})()


def changing_the_last_word(layer, x):
    other = x.clone()
    other[:, -1] += 1
    return not torch.allclose(layer(x)[:, 0], layer(other)[:, 0])


def by_gradient(layer, x):
    x = x.clone().requires_grad_()
    layer(x)[:, 0].sum().backward()
    return x.grad[:, -1].abs().sum() > 0


def changing_the_second_word(layer, x):
    other = x.clone()
    other[:, 1] += 1
    return not torch.allclose(layer(x)[:, 0], layer(other)[:, 0])


def changing_a_feature(layer, x):
    """The last axis holds features: this changes every word."""
    other = x.clone()
    other[..., -1] += 1
    return not torch.allclose(layer(x)[:, 0], layer(other)[:, 0])


def the_other_way_round(layer, x):
    other = x.clone()
    other[:, 0] += 1
    return not torch.allclose(layer(x)[:, -1], layer(other)[:, -1])


def anywhere(layer, x):
    other = x.clone()
    other[:, -1] += 1
    return not torch.allclose(layer(x), layer(other))


def turn(angle: float) -> list[list[float]]:
    return [[math.cos(angle), math.sin(angle)], [-math.sin(angle), math.cos(angle)]]


BACK = turn(-math.pi / 6)
COPYING = {"W_q": BACK, "factor": 56, "rest": [4, 6]}


def pruned(layer, *heads, biases=True, keep=None):
    stay = [head for head in range(layer.num_heads) if head not in heads]
    if not stay or layer.num_kv_heads != layer.num_heads:
        raise ValueError(f"heads: expected some to stay, got {heads}")
    stay = keep(layer, heads) if keep else stay
    new, cut = copy.deepcopy(layer), layer.num_heads
    for proj in (new.q_proj, new.k_proj, new.v_proj):
        proj.weight = nn.Parameter(rows(proj.weight.detach(), cut, stay))
        if biases:
            proj.bias = nn.Parameter(rows(proj.bias.detach(), cut, stay))
    new.out_proj.weight = nn.Parameter(rows(new.out_proj.weight.detach().T, cut, stay).T)
    new.num_heads = new.num_kv_heads = len(stay)
    return new


def pruned_by_slices(layer, *heads):
    if layer.num_kv_heads < layer.num_heads:
        raise ValueError("grouped")
    if len(set(heads)) == layer.num_heads:
        raise ValueError("nothing left")
    new, width = copy.deepcopy(layer), layer.head_dim
    for head in sorted(set(heads), reverse=True):
        a, b = head * width, (head + 1) * width
        for proj in (new.q_proj, new.k_proj, new.v_proj):
            for name in ("weight", "bias"):
                old = getattr(proj, name).detach()
                setattr(proj, name, nn.Parameter(torch.cat([old[:a], old[b:]])))
        old = new.out_proj.weight.detach()
        new.out_proj.weight = nn.Parameter(torch.cat([old[:, :a], old[:, b:]], dim=1))
        new.num_heads -= 1
        new.num_kv_heads -= 1
    return new


def zeroed(layer, *heads):
    new = copy.deepcopy(layer)
    with torch.no_grad():
        for head in heads:
            new.out_proj.weight.unflatten(1, (layer.num_heads, -1))[:, head] = 0
    return new


def refusing_nothing(layer, *heads):
    stay = [head for head in range(layer.num_heads) if head not in heads]
    return pruned(layer, *heads) if stay else copy.deepcopy(layer)


def taking_groups(layer, *heads):
    return pruned(layer, *heads) if layer.num_kv_heads == layer.num_heads else layer


def in_place(layer, *heads):
    new = pruned(layer, *heads)
    layer.__dict__.update(new.__dict__)
    return layer


LEFT = {"parameters": 4208, "multiply-adds": 44160}

CASES = [
    Case(
        check.two_heads,
        right=[(BY_HAND,), (FROM_ROUNDED,)],
        wrong=[
            (({**BY_HAND, "head 0": [0.67, 0.17, 0.17]},), "head 0's weights"),
            (({**BY_HAND, "head 1": [0, 1, 0]},), "head 1's weights"),
            (({**BY_HAND, "output": [0.96, 0.33]},), "the output is not"),
            (({**BY_HAND, "output": [1.93, 0.02]},), "the output is not"),
            (({**BY_HAND, "wide output": [1.93, 0.02]},), "divided by before the softmax"),
            (({**BY_HAND, "wide output": [1.93, 0.33]},), "the wide one is not"),
            (({**BY_HAND, "head 0": [0.96, 0.02]},), "has the shape (2,)"),
        ],
    ),
    Case(
        check.which_rule,
        right=[
            ("one rule", [[1.0, 0.11], [0.09, 1.0]]),
            ("One rule", np.array([[0.107, 1.0], [1.0, 0.112]])),
        ],
        wrong=[
            (("a bit of both", [[1.0, 0.11], [0.09, 1.0]]), "of your prediction"),
            (("one rule", [[1.0, 1.0], [1.0, 1.0]]), "nothing is lost"),
            (("one rule", [[0.09, 0.11], [0.09, 0.08]]), "all is lost"),
            (("one rule", [[1.0, 0.11], [1.0, 0.11]]), "not what this reader shows"),
            (("one rule", [[1.0, 0.11], [0.09, 0.08]]), "not what this reader shows"),
            (("one rule", [[12000, 1300], [1100, 12000]]), "shares from 0 to 1"),
            (("one head", [[1.0, 0.11], [0.09, 1.0]]), "choose one of"),
        ],
    ),
    Case(
        check.seats,
        right=[(FORESEEN, seated), (FORESEEN, seated_by_indices)],
        wrong=[
            ((FORESEEN, lambda *a: seated(*a, out=False)), "which head sits where"),
            ((FORESEEN, lambda *a: seated(*a, biases="")), "the keys of head i"),
            ((FORESEEN, lambda *a: seated(*a, biases="qk")), "the values of head i"),
            ((FORESEEN, lambda *a: seated(*a, biases="kv")), "look at the queries"),
            ((FORESEEN, seated_with_rows_of_out_proj), "which head sits where"),
            ((FORESEEN, seated_the_other_way), "in the order [2, 0, 1]"),
            ((FORESEEN, seated_in_place), "changes the layer"),
            ((FORESEEN, seated_on_the_page), "of the kind AttentionV5"),
            ((FORESEEN, lambda layer, order: layer.state_dict()), "of the kind OrderedDict"),
            ((FORESEEN, lambda layer, order: layer), "shares parameters"),
            ((FORESEEN, lambda layer, order: copy.deepcopy(layer)), "the keys of head i"),
            (({**FORESEEN, "output": "the same"}, seated), "prediction of the output"),
            (({**FORESEEN, "weights": "the same"}, seated), "prediction of the weights"),
        ],
    ),
    Case(
        check.no_transpose,
        right=[
            ([0, 1, 2, 3], changing_the_last_word),
            (range(4), by_gradient),
            ({3, 2, 1, 0}, changing_the_last_word),
        ],
        wrong=[
            (([1, 2, 3, 4], changing_the_last_word), "from 0"),
            ((range(12), changing_the_last_word), "`seen` is not right"),
            (([0, 3, 6, 9], changing_the_last_word), "`seen` is not right"),
            (([0, 1, 2, 3], lambda layer, x: layer(x).shape == x.shape), "says True of the layer"),
            (([0, 1, 2, 3], lambda layer, x: False), "says False of a layer that is right"),
            (([0, 1, 2, 3], changing_the_second_word), "says True of the layer that was shipped"),
            (([0, 1, 2, 3], changing_a_feature), "says True of the layer that was shipped"),
            (([0, 1, 2, 3], anywhere), "says True of the layer that was shipped"),
            (([0, 1, 2, 3], the_other_way_round), "see only the past"),
            (([0, 1, 2, 3], lambda layer, x: x.shape[1] != 12), "says False of a layer"),
            (([0, 1, 2, 3], lambda layer, x: "yes"), "has to be True or False"),
        ],
    ),
    Case(
        check.copy_before,
        right=[
            (COPYING,),
            ({"W_q": np.array([[0.87, -0.5], [0.5, 0.87]]), "factor": 55.9, "rest": (6, 4)},),
            ({"W_q": 56 * torch.tensor(BACK), "factor": 1, "rest": torch.tensor([4, 6])},),
            ({**COPYING, "rest": {6, 4}},),
        ],
        wrong=[
            (({**COPYING, "W_q": turn(math.pi / 6)},), "at the one after it"),
            (({**COPYING, "W_q": [[1, 0], [0, 1]]},), "12 of 12 positions"),
            (({**COPYING, "W_q": [[0, 1], [1, 0]]},), "of 12 positions do not"),
            (({**COPYING, "W_q": turn(-1.3 * math.pi / 6), "factor": 120.5},), "By which angle"),
            (({**COPYING, "factor": 40},), "too small"),
            (({**COPYING, "factor": 56 / math.sqrt(2)},), "too small"),
            (({**COPYING, "factor": 80},), "smaller factor is enough"),
            (({**COPYING, "rest": [5, 7]},), "For `rest`"),
            (({**COPYING, "W_q": [[0, 0], [0, 0]]},), "of 12 positions do not"),
        ],
    ),
    Case(
        check.prune,
        right=[(pruned, LEFT), (pruned_by_slices, {**LEFT, "parameters": torch.tensor(4208)})],
        wrong=[
            ((zeroed, LEFT), "parameters are kept"),
            ((lambda *a: pruned(*a, biases=False), LEFT), "raised RuntimeError"),
            ((lambda *a: pruned(*a, keep=lambda layer, out: list(out)), LEFT), "the output is not"),
            ((refusing_nothing, LEFT), "to take out every head"),
            ((taking_groups, LEFT), "whose heads are grouped"),
            ((in_place, LEFT), "changes the layer"),
            ((lambda layer, *heads: layer, LEFT), "shares parameters"),
            ((pruned, {**LEFT, "parameters": 4160}), "number of parameters"),
            ((pruned, {**LEFT, "multiply-adds": 88320}), "multiply–adds are not"),
        ],
    ),
]
