"""What `make bench` computes and prints; how long things take is no matter of tests."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from benchmarks import attention, sides
from benchmarks.measure import compare, growth_exponent, summary
from benchmarks.peak import peak_bytes
from benchmarks.table import as_table, as_text


class Clock:
    """A clock that only moves when somebody works."""

    def __init__(self) -> None:
        self.now = 0.0
        self.calls: list[str] = []

    def __call__(self) -> float:
        return self.now

    def work(self, name: str, seconds: float) -> Callable[[], None]:
        """Something that takes so long."""

        def one() -> None:
            self.now += seconds
            self.calls.append(name)

        return one


def test_the_ratio_is_that_of_the_times() -> None:
    clock = Clock()
    ratio = compare(clock.work("a", 0.75), clock.work("b", 0.5), seconds=0, clock=clock)
    assert ratio.median == ratio.lower_quartile == ratio.upper_quartile == pytest.approx(1.5)
    assert (ratio.milliseconds, ratio.milliseconds_other) == pytest.approx((750, 500))
    assert ratio.repeats == 5


def test_the_sides_take_turns_in_going_first() -> None:
    clock = Clock()
    compare(clock.work("a", 1.0), clock.work("b", 1.0), seconds=0, clock=clock)
    assert "".join(clock.calls) == "ab" + "baabbaabba"


@pytest.mark.parametrize(("seconds", "repeats"), [(0.0, 5), (6.0, 12), (1000.0, 25)])
def test_more_time_means_more_repeats(seconds: float, repeats: int) -> None:
    clock = Clock()
    work = clock.work("a", 0.25), clock.work("b", 0.25)
    assert compare(*work, seconds=seconds, clock=clock).repeats == repeats


def test_short_work_is_repeated_until_a_tick_does_not_matter() -> None:
    clock = Clock()
    compare(clock.work("a", 0.001), clock.work("b", 0.001), seconds=0, clock=clock)
    assert len(clock.calls) == 2 * 2 + 2 * 5 * 10


def test_pairs_are_compared_with_each_other() -> None:
    """The machine slows down for both: the ratio of each pair is 2 all the same."""
    assert summary([2.0, 20.0, 200.0], [1.0, 10.0, 100.0]).median == 2
    found = summary([1.0, 2.0, 3.0, 4.0, 5.0], [1.0] * 5)
    assert (found.lower_quartile, found.median, found.upper_quartile) == (2, 3, 4)


@pytest.mark.parametrize("times", [([1.0], [1.0]), ([1.0, 2.0], [1.0])])
def test_times_without_a_partner_are_refused(times: tuple[list[float], list[float]]) -> None:
    with pytest.raises(ValueError, match="first, second: expected 2 pairs or more, got"):
        summary(*times)


@pytest.mark.parametrize("exponent", [0.0, 1.0, 2.0])
def test_the_exponent_is_found_whatever_the_factor(exponent: float) -> None:
    lengths = [512, 1024, 4096]
    amounts = [7 * length**exponent for length in lengths]
    assert growth_exponent(lengths, amounts) == pytest.approx(exponent)


def test_nothing_measurable_has_no_exponent() -> None:
    assert growth_exponent([512, 1024], [0.0, 3.0]) is None


def test_a_table_has_words_left_and_numbers_right() -> None:
    table = as_table(("path", "N", "ratio"), [("plain", 128, 1.0), ("a", 4096, None)])
    assert table.splitlines() == [
        "path      N  ratio",
        "------------------",
        "plain   128   1.00",
        "a      4096      –",
    ]


@pytest.mark.parametrize(
    ("cell", "text"), [(None, "–"), ("a", "a"), (512, "512"), (0.954, "0.95"), (1234.5, "1234")]
)
def test_a_cell_has_two_decimals_below_a_hundred(cell: float | str | None, text: str) -> None:
    assert as_text(cell) == text


def test_a_row_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="rows: expected 2 cells, got 1"):
        as_table(("a", "b"), [("x",)])


@pytest.mark.parametrize("mask", ["none", "causal", "padding"])
@pytest.mark.parametrize("ours", attention.OTHER)
def test_both_sides_compute_the_same(ours: str, mask: str) -> None:
    """Outputs and gradients: a ratio of two different things would say nothing."""
    seen, results = sides.mask_named(mask, 37), []
    for name in (ours, attention.OTHER[ours]):
        tensors = sides.inputs(37)
        output = sides.work(sides.SIDES[name], tensors, seen, backward=True)()
        results.append([output, *(tensor.grad for tensor in tensors)])
    torch.testing.assert_close(*results)


def test_numpy_computes_the_same() -> None:
    ours, other = sides.numpy_pair(37)
    np.testing.assert_allclose(ours(), other(), rtol=1e-4, atol=1e-5)


def test_both_layers_compute_the_same() -> None:
    ours, other = sides.layer_pair(11)
    torch.testing.assert_close(ours(), other())


def test_every_comparison_of_the_plan_is_made() -> None:
    rows = [row for row, _ in attention.comparisons(quick=True)]
    kinds = {(row["ours"], row["other"], row["mask"], row["passes"]) for row in rows}
    assert len(kinds) == 2 * 2 * 2 + 1 + 1
    assert len(rows) == 9 * 2 + 1


def test_the_tables_say_where_a_target_is_missed() -> None:
    row = attention.describe("with weights", "plain", "causal", backward=False, length=128)
    times = {"median": 1.234, "lower_quartile": 1.2, "upper_quartile": 1.3, "milliseconds": 0.5}
    line = attention.speed_table([{**row, **times, "met": False}]).splitlines()[-1]
    assert line.split() == [
        *("with", "weights", "plain", "causal", "forward", "128"),
        *("1.23", "1.20–1.30", "1.05", "missed", "0.50"),
    ]


@pytest.mark.parametrize(
    ("ours", "length", "target"),
    [("with weights", 128, 1.05), ("without weights", 256, 1.10), ("without weights", 512, 1.05)],
)
def test_short_calls_may_take_longer(ours: str, length: int, target: float) -> None:
    row = attention.describe(ours, "plain", "none", backward=False, length=length)
    assert row["target"] == target


def test_a_fresh_process_counts_the_weights_it_forms() -> None:
    """4 heads of 1024 × 1024 floats are 16 MiB; the fused kernel forms none. 5 seconds.

    Between the two, since the allocator finds some of the memory already taken.
    """
    one_matrix = 16 * 2**20
    assert peak_bytes("with weights", 1024, "none", backward=False) > one_matrix
    assert peak_bytes("without weights", 1024, "none", backward=False) < one_matrix
