"""The path without weights: that it forms none. Its numbers stand in test_scaled_dot_product.py."""

import math

import pytest

from paying_attention.attention import fused
from paying_attention.attention.fused import fused_attention
from paying_attention.attention.scaled_dot_product import scaled_dot_product_attention as attend
from tests.attention.slow_attention import SHAPE, normal, some_mask, three


@pytest.mark.parametrize("hidden", ["nothing", "mask", "bias"])
@pytest.mark.parametrize("where", [None, 0, 1, 2])
def test_weights_are_formed_only_where_rubbish_is_hidden(monkeypatch, hidden, where):
    called = []

    def with_weights(*args, **more):
        called.append("weights")
        return attend(*args, **more)

    monkeypatch.setattr(fused, "scaled_dot_product_attention", with_weights)
    given = three()
    if where is not None:
        given[where][0, 0, 0, 0] = math.inf
    more = {"nothing": {}, "mask": {"mask": some_mask()}, "bias": {"bias": normal(*SHAPE)}}[hidden]
    assert fused_attention(*given, **more).weights is None
    assert called == (["weights"] if where is not None and hidden != "nothing" else [])
