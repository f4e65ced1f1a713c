"""The path without weights: what it forms. Its numbers stand in test_scaled_dot_product.py."""

import math

import pytest
import torch

from paying_attention.attention import fused
from paying_attention.attention.fused import fused_attention
from paying_attention.attention.masks import padding_mask
from paying_attention.attention.scaled_dot_product import scaled_dot_product_attention as attend
from tests.attention.observers import Observer, own_calls
from tests.attention.slow_attention import BATCH, KEY, QUERY, SHAPE, normal, some_mask, three


@pytest.fixture
def called(monkeypatch):
    """Which of the two ways were gone, in order."""
    names = []

    def noted(name, function):
        def call(*given, **more):
            names.append(name)
            return function(*given, **more)

        return call

    monkeypatch.setattr(fused, "torchs_kernel", noted("kernel", fused.torchs_kernel))
    path = fused.scaled_dot_product_attention
    monkeypatch.setattr(fused, "scaled_dot_product_attention", noted("weights", path))
    return names


@pytest.mark.parametrize("hidden", ["nothing", "mask", "bias"])
@pytest.mark.parametrize("where", [None, 1, 2])
def test_weights_are_formed_only_where_some_see_what_others_may_not(called, hidden, where):
    given = three()
    if where is not None:
        given[where][0, 0, 0, 0] = math.inf
    bias = normal(*SHAPE)
    more = {"nothing": {}, "mask": {"mask": some_mask()}, "bias": {"bias": bias}}[hidden]
    assert fused_attention(*given, **more).weights is None
    careful = where is not None and hidden != "nothing"
    assert called == (["kernel", "kernel", "weights"] if careful else ["kernel"])


@pytest.mark.parametrize("where", [0, 1, 2])
def test_what_nobody_sees_costs_a_second_run_and_no_weights(called, where):
    """The padding of queries, keys or values is NaN; queries that are NaN get NaN."""
    given, mask = three(), padding_mask(torch.tensor([3, 6]), KEY)[:, None, None]
    clean = fused_attention(*given, mask).output
    padding = ~padding_mask(torch.tensor([3, 6]), KEY)[:, None, : given[where].shape[-2], None]
    given[where].masked_fill_(padding, math.nan)
    called.clear()
    output = fused_attention(*given, mask).output
    assert called == ["kernel", "kernel"]
    if where == 0:
        assert output[~padding.expand_as(output)].isfinite().all()
        assert output[padding.expand_as(output)].isnan().all()
        clean = clean.masked_fill(padding, math.nan)
    assert torch.allclose(output, clean, rtol=1e-12, equal_nan=True)


def test_the_kernel_runs_on_millions_of_half_precision_numbers(called):
    """A sum of 2.2 million times .03 is beyond float16, and no sign of an infinity."""
    tensor = torch.full((1, 1, 34_375, 64), 0.03, dtype=torch.float16)
    query, mask = tensor[:, :, :2], torch.ones(1, 34_375, dtype=torch.bool)
    with torch.no_grad():
        assert fused_attention(query, tensor, tensor, mask).output.isfinite().all()
    fused_attention(query, tensor, tensor, mask)
    assert called == ["kernel", "kernel"]


def test_one_call_is_a_few_calls_in_a_few_files_and_one_look():
    given = (*three(), some_mask())
    calls = own_calls(lambda: fused_attention(*given))
    assert len(calls) <= 9, calls
    assert len({file for file, _ in calls}) <= 3
    with Observer() as observed:
        fused_attention(*given)
    assert observed.looks == 1


@pytest.mark.parametrize("rubbish", [0.0, math.nan])
def test_no_tensor_of_all_pairs_is_formed_with_padding(rubbish):
    """Neither by the mask of a batch, (batch, 1, 1, key), nor by NaN in what it hides."""
    length, mask = 512, padding_mask(torch.tensor([300, 512]), 512)[:, None, None]
    query, key, value = (normal(BATCH, 1, length, 4, seed=seed) for seed in range(3))
    key, value = (t.masked_fill(~mask.mT, rubbish) for t in (key, value))
    with Observer() as observed:
        fused_attention(query, key, value, mask)
    assert observed.largest <= 4 * query.numel()


def test_shared_heads_without_hidden_rubbish():
    """A key that one head of a group hides and the other sees is no secret of the group."""
    query, key, value = normal(4, QUERY, 3), normal(2, KEY, 3, seed=1), normal(2, KEY, 5, seed=2)
    mask = torch.ones(4, QUERY, KEY, dtype=torch.bool)
    mask[0, :, 6] = mask[1, :, 6] = mask[2, :, 6] = False
    value[:, 6] = math.nan
    found = fused_attention(query, key, value, mask, enable_gqa=True).output
    expected = attend(query, key, value, mask, enable_gqa=True).output
    assert found[:3].isfinite().all()
    assert found[3].isnan().all()
    assert torch.allclose(found, expected, rtol=1e-12, equal_nan=True)


def test_the_way_with_weights_has_the_scale_that_was_asked_for():
    given, mask = three(), some_mask()
    given[2][0, 1, 4, 2] = math.nan
    found = fused_attention(*given, mask, scale=1.5).output
    expected = attend(*given, mask, scale=1.5).output
    assert torch.allclose(found, expected, rtol=1e-12, equal_nan=True)
    assert not torch.allclose(found, attend(*given, mask).output, equal_nan=True)
