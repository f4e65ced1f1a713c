import torch
from torch import nn

from paying_attention.training.parameter_groups import decay_groups


class Block(nn.Module):
    """A little of everything, the readout tied to the embedding."""

    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(7, 5)
        self.wide_norm = nn.LayerNorm((3, 5))
        self.narrow_norm = nn.RMSNorm(5)
        self.attention = nn.GRU(5, 3)
        self.mark = nn.Parameter(torch.ones(5))
        self.hidden = nn.Linear(5, 9)
        self.readout = nn.Linear(5, 7)
        self.readout.weight = self.embedding.weight


def test_matrices_decay_and_nothing_else():
    model = Block()
    names = {id(parameter): name for name, parameter in model.named_parameters()}
    decayed, others = decay_groups(model)
    assert [names[id(p)] for p in decayed["params"]] == [
        "attention.weight_ih_l0",
        "attention.weight_hh_l0",
        "hidden.weight",
    ]
    assert "weight_decay" not in decayed  # the config's
    assert others["weight_decay"] == 0
    found = [names[id(p)] for p in decayed["params"] + others["params"]]
    assert sorted(found) == sorted(names.values())
    assert found.count("embedding.weight") == 1


def test_the_optimizer_takes_them():
    model = Block()
    optimizer = torch.optim.AdamW(decay_groups(model), weight_decay=0.3)
    assert [group["weight_decay"] for group in optimizer.param_groups] == [0.3, 0]
