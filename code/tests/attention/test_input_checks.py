import math
import re

import pytest
import torch

from paying_attention.attention.fused import fused_attention
from paying_attention.attention.input_checks import (
    check_boolean,
    check_broadcasts,
    check_inputs,
    check_mask,
    check_sizes,
)
from paying_attention.attention.scaled_dot_product import scaled_dot_product_attention
from tests.attention.slow_attention import BATCH, HEAD, HEAD_DIM, KEY, QUERY, VALUE_DIM

pytestmark = pytest.mark.usefixtures("without_type_checks")
SCORES = torch.Size([BATCH, HEAD, QUERY, KEY])


def refuses(error, message):
    """The whole message: the argument, what was expected, what came."""
    return pytest.raises(error, match=f"^{re.escape(message)}$")


def check(query, key, value, mask=None, *, bias=None, softcap=None, enable_gqa=False):
    more = {"bias": bias, "enable_gqa": enable_gqa}
    check_inputs(query, key, value, mask, softcap=softcap, **more)


# All three refuse the same.
FUNCTIONS = [check, scaled_dot_product_attention, fused_attention]


def zeros(*batch, **more):
    """Query, key and value that fit; others stand in their place if they are given by name."""
    batch = batch or (BATCH, HEAD)
    fitting = {
        "query": torch.zeros(*batch, QUERY, HEAD_DIM),
        "key": torch.zeros(*batch, KEY, HEAD_DIM),
        "value": torch.zeros(*batch, KEY, VALUE_DIM),
    }
    return fitting | more


# --- one argument -------------------------------------------------------------------------------


def test_the_first_size_below_one_is_named():
    check_sizes(heads=1, width=7)
    with refuses(ValueError, "width: expected 1 or more, got -3"):
        check_sizes(heads=1, width=-3, depth=0)
    with refuses(ValueError, "depth: expected 1 or more, got 0"):
        check_sizes(depth=0)


@pytest.mark.parametrize(
    "shape", [(), (1,), (KEY,), (QUERY, 1), (QUERY, KEY), (HEAD, 1, 1), tuple(SCORES)]
)
def test_a_mask_of_each_rank_broadcasts(shape):
    check_mask(torch.ones(shape, dtype=torch.bool), SCORES)
    check_broadcasts(SCORES, bias=torch.ones(shape))


def test_a_mask_of_one_fits_no_keys():
    check_mask(torch.ones(5, 1, dtype=torch.bool), torch.Size([5, 0]))


@pytest.mark.parametrize("shape", [(6,), (KEY, QUERY), (4, 1, 1, 1), (1, *SCORES), (5, *SCORES)])
def test_a_shape_that_does_not_broadcast_is_named(shape):
    """The last two would broadcast, if the scores would become more."""
    message = f"expected a shape that broadcasts to {tuple(SCORES)}, got {shape}"
    with refuses(ValueError, f"mask: {message}"):
        check_mask(torch.ones(shape, dtype=torch.bool), SCORES)
    with refuses(ValueError, f"bias: {message}"):
        check_broadcasts(SCORES, bias=torch.ones(shape))


@pytest.mark.parametrize("shape", [(5, 7), (2, 1, 1)])
def test_scores_do_not_grow_to_the_mask(shape):
    with refuses(ValueError, f"x: expected a shape that broadcasts to (1, 7), got {shape}"):
        check_broadcasts(torch.Size([1, 7]), x=torch.ones(shape))


@pytest.mark.parametrize("dtype", [torch.float32, torch.int64, torch.uint8])
def test_a_mask_of_numbers_is_named(dtype):
    check_boolean(torch.tensor(True))
    for function in (check_boolean, lambda mask: check_mask(mask, torch.Size([3]))):
        with refuses(TypeError, f"mask: expected a boolean tensor, got {dtype}"):
            function(torch.ones(3, dtype=dtype))


# --- all arguments together ---------------------------------------------------------------------


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("batch", [(), (HEAD,), (3, 2, 5, 1), (0, 3)])
def test_what_fits_is_taken(function, batch):
    given = {"bias": torch.zeros(QUERY, KEY)}
    function(**zeros(*batch), **given, mask=torch.ones(KEY, dtype=torch.bool))


@pytest.mark.parametrize("function", FUNCTIONS)
def test_two_axes_are_enough(function):
    function(torch.zeros(5, 11), torch.zeros(7, 11), torch.zeros(7, 13))
    function(torch.zeros(6, 5, 11), *[torch.zeros(2, 7, 11)] * 2, enable_gqa=True)
    function(torch.zeros(6, 5, 11), *[torch.zeros(6, 7, 11)] * 2, enable_gqa=True)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_values_are_counted_with_three_axes_as_well(function):
    with refuses(ValueError, "value: expected 7 values, one for each key, got 6"):
        function(**zeros(HEAD, value=torch.zeros(HEAD, 6, VALUE_DIM)))


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"query": torch.zeros(BATCH, HEAD, QUERY, 0), "key": torch.zeros(BATCH, HEAD, KEY, 0)},
            "query: expected head_dim of 1 or more, got 0",
        ),
        (
            {"value": torch.zeros(BATCH, HEAD, KEY, 0)},
            "value: expected value_dim of 1 or more, got 0",
        ),
        (
            {"key": torch.zeros(BATCH, HEAD, KEY, 9)},
            "key: expected head_dim 11 as in query, got 9",
        ),
        (
            {"value": torch.zeros(BATCH, HEAD, 6, VALUE_DIM)},
            "value: expected 7 values, one for each key, got 6",
        ),
        (
            {"key": torch.zeros(BATCH, 1, KEY, HEAD_DIM)},
            "key: expected leading axes (2, 3) as query, got (2, 1)",
        ),
        (
            {"key": torch.zeros(1, HEAD, KEY, HEAD_DIM)},
            "key: expected leading axes (2, 3) as query, got (1, 3)",
        ),
        (
            {"key": torch.zeros(HEAD, KEY, HEAD_DIM)},
            "key: expected leading axes (2, 3) as query, got (3,)",
        ),
        (
            {"value": torch.zeros(BATCH, 1, KEY, VALUE_DIM)},
            "value: expected leading axes (2, 3) as key, got (2, 1)",
        ),
        (
            {"value": torch.zeros(KEY, VALUE_DIM)},
            "value: expected leading axes (2, 3) as key, got ()",
        ),
        (
            {"mask": torch.ones(6, dtype=torch.bool)},
            "mask: expected a shape that broadcasts to (2, 3, 5, 7), got (6,)",
        ),
        (
            {"mask": torch.ones(4, 2, 3, 5, 7, dtype=torch.bool)},
            "mask: expected a shape that broadcasts to (2, 3, 5, 7), got (4, 2, 3, 5, 7)",
        ),
        (
            {"bias": torch.zeros(KEY, QUERY)},
            "bias: expected a shape that broadcasts to (2, 3, 5, 7), got (7, 5)",
        ),
        (
            {"bias": torch.zeros(4, 2, 3, 5, 7)},
            "bias: expected a shape that broadcasts to (2, 3, 5, 7), got (4, 2, 3, 5, 7)",
        ),
    ],
)
def test_a_shape_that_does_not_fit_is_named(function, changes, message):
    with refuses(ValueError, message):
        function(**zeros(**changes))


def test_scores_that_would_grow_with_the_mask_are_refused():
    """One query, a mask for five: torch would take it and answer five times."""
    given = zeros(query=torch.zeros(BATCH, HEAD, 1, HEAD_DIM))
    for name, tensor in (("mask", torch.ones(5, 7, dtype=torch.bool)), ("bias", torch.ones(5, 7))):
        message = f"{name}: expected a shape that broadcasts to (2, 3, 1, 7), got (5, 7)"
        for function in FUNCTIONS:
            with refuses(ValueError, message):
                function(**given, **{name: tensor})


@pytest.mark.parametrize("function", FUNCTIONS)
def test_too_few_axes_are_named(function):
    with refuses(ValueError, "query: expected 2 axes or more, got 1"):
        function(torch.zeros(3), torch.zeros(7, 3), torch.zeros(7, 3))
    with refuses(ValueError, "query: expected 3 axes or more, got 2"):
        function(torch.zeros(5, 3), torch.zeros(7, 3), torch.zeros(7, 3), enable_gqa=True)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_too_few_axes_of_keys_and_values_are_named(function):
    query, key = torch.zeros(5, 3), torch.zeros(7, 3)
    with refuses(ValueError, "key: expected 2 axes or more, got 1"):
        function(query, torch.zeros(3), key)
    with refuses(ValueError, "value: expected 2 axes or more, got 1"):
        function(query, key, torch.zeros(7))


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize(("heads", "kv_heads"), [(6, 4), (2, 6), (6, 0), (5, 2)])
def test_heads_that_do_not_divide_are_named(function, heads, kv_heads):
    message = f"key, value: expected a number of heads that divides {heads}, got {kv_heads}"
    query, key = torch.zeros(2, heads, 5, 11), torch.zeros(2, kv_heads, 7, 11)
    with refuses(ValueError, message):
        function(query, key, key, enable_gqa=True)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_heads_that_are_shared_must_be_shared_on_purpose(function):
    query, key, value = torch.zeros(2, 6, 5, 11), torch.zeros(2, 3, 7, 11), torch.zeros(2, 2, 7, 11)
    with refuses(ValueError, "key: expected leading axes (2, 6) as query, got (2, 3)"):
        function(query, key, key)
    with refuses(ValueError, "value: expected leading axes (2, 3) as key, got (2, 2)"):
        function(query, key, value, enable_gqa=True)
    with refuses(ValueError, "value: expected leading axes (3,) as key, got (2,)"):
        function(query[0], key[0], value[0], enable_gqa=True)
    with refuses(ValueError, "key: expected leading axes (2,) as query, got (1,)"):
        function(query, key[:1], key[:1], enable_gqa=True)
    with refuses(ValueError, "key: expected leading axes () as query, got (2,)"):
        function(query[0], key, key, enable_gqa=True)


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("name", ["key", "value"])
def test_dtypes_that_differ_are_named(function, name):
    given = zeros()
    given[name] = given[name].double()
    with refuses(TypeError, f"{name}: expected torch.float32 as query, got torch.float64"):
        function(**given)


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("dtype", [torch.int64, torch.bool, torch.complex64])
def test_numbers_that_are_not_real_are_named(function, dtype):
    given = {name: tensor.to(dtype) for name, tensor in zeros().items()}
    with refuses(TypeError, f"query: expected a floating-point tensor, got {dtype}"):
        function(**given)
    with refuses(TypeError, f"bias: expected a floating-point tensor, got {dtype}"):
        function(**zeros(), bias=torch.zeros(QUERY, KEY, dtype=dtype))


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.int64])
def test_a_mask_of_numbers_is_named_among_all_arguments(function, dtype):
    with refuses(TypeError, f"mask: expected a boolean tensor, got {dtype}"):
        function(**zeros(), mask=torch.ones(QUERY, KEY, dtype=dtype))


@pytest.mark.parametrize("function", FUNCTIONS)
@pytest.mark.parametrize("name", ["key", "value", "mask", "bias"])
def test_devices_that_differ_are_named(function, name):
    given = zeros(mask=torch.ones(5, 7, dtype=torch.bool), bias=torch.zeros(5, 7))
    given[name] = given[name].to("meta")
    with refuses(ValueError, f"{name}: expected device cpu as query, got meta"):
        function(**given)


def test_a_bias_may_have_another_float_type():
    check(**zeros(), bias=torch.zeros(5, 7, dtype=torch.float64))


@pytest.mark.parametrize("function", [check, scaled_dot_product_attention])
@pytest.mark.parametrize("softcap", [0, 0.0, -1.0, math.nan, math.inf])
def test_a_softcap_without_room_is_named(function, softcap):
    function(**zeros(), softcap=1e-3)
    with refuses(ValueError, f"softcap: expected a positive, finite number, got {softcap}"):
        function(**zeros(), softcap=softcap)


@pytest.mark.parametrize("dropout_p", [-0.1, 1.1, math.nan])
def test_a_dropout_that_is_no_probability_is_named(dropout_p):
    with refuses(ValueError, f"dropout_p: expected 0 to 1, got {dropout_p}"):
        scaled_dot_product_attention(**zeros(), dropout_p=dropout_p)
