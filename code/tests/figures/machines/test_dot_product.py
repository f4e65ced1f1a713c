import numpy as np
import pytest
import torch

from paying_attention.attention.scaled_dot_product import scaled_dot_product_attention
from paying_attention.figures.machine import PLAIN, WITH
from paying_attention.figures.machines.dot_product import attention_flow, example
from tests.figures.drawn import boxes, every_text, joined, lines, tables, texts

NAMES = "XQKVSAO"
SIZES = {"n": 4, r"d_{\rm model}": 6, "d_k": 3, "d_v": 2}
COMPARE, MIX = r"QK^{\!\top}/\sqrt{d_k}", "AV"


@pytest.fixture
def axes():
    return attention_flow()


@pytest.fixture
def matrices(axes):
    return dict(zip(NAMES, tables(axes), strict=True))


@pytest.fixture
def ways(axes, matrices):
    parts = {name: outline.get_extents() for name, outline in boxes(axes).items()}
    for name, table in matrices.items():
        parts[name] = table.place.frozen()
        parts[name].y1 += 26  # its name and its shape
    return joined(lines(axes), parts)


def heading(axes, place):
    """What stands above cells, from left to right."""
    middle = (place.x0 + place.x1) / 2
    found = sorted(
        (p.x0, text)
        for text, p in every_text(axes, "note")
        if 0 <= p.y0 - place.y1 < 14 and abs((p.x0 + p.x1) / 2 - middle) < 50
    )
    return [text for _, text in found]


def test_each_matrix_has_its_name_and_the_shape_of_its_cells(axes, matrices):
    for name, table in matrices.items():
        first, shape = heading(axes, table.place)
        assert first == name
        assert table.shades.shape == tuple(SIZES[size] for size in shape.split(r" \times "))


def test_the_sizes_differ_so_that_no_shape_can_be_another():
    assert len(set(SIZES.values())) == len(SIZES)


def test_the_symbols_are_those_of_the_formula(axes):
    learned = {"W^Q", "W^K", "W^V"}
    shapes = {text for text in texts(axes, "note") if text.startswith("n ")}
    assert texts(axes, "note").keys() == {*NAMES} | learned | shapes | {"softmax"}
    assert boxes(axes).keys() == {COMPARE, MIX}


def test_queries_meet_keys_and_weights_meet_values(ways):
    assert ways.keys() == {
        *(("X", name) for name in "QKV"),
        *(("Q", COMPARE), ("K", COMPARE), (COMPARE, "S"), ("S", "A")),
        *(("A", MIX), ("V", MIX), (MIX, "O")),
    }
    assert all(line.has_head for line in ways.values())


def test_from_the_softmax_on_it_is_blue(ways, matrices):
    blue = {("S", "A"), ("A", MIX), (MIX, "O")}
    assert {pair for pair, line in ways.items() if line.color == WITH.line} == blue
    assert {name for name, table in matrices.items() if table.color == WITH.line} == {"A", "O"}
    assert {t.color for name, t in matrices.items() if name in "XQKVS"} == {PLAIN.line}


@pytest.mark.parametrize(
    ("text", "pair"),
    [*((f"W^{name}", ("X", name)) for name in "QKV"), ("softmax", ("S", "A"))],
)
def test_a_name_of_a_way_stands_beside_it_alone(axes, ways, text, pair):
    place = texts(axes, "note")[text].padded(9)
    near = [ends for ends, line in ways.items() if line.path.intersects_bbox(place, filled=False)]
    assert near == [pair]


def test_the_numbers_are_those_of_the_package():
    numbers = {name: torch.from_numpy(table) for name, table in example().items()}
    query, key, value = (numbers["X"] @ numbers[f"W^{name}"] for name in "QKV")
    output, weights = scaled_dot_product_attention(query, key, value)
    found = {"Q": query, "K": key, "V": value, "A": weights, "O": output}
    for name, right in found.items():
        torch.testing.assert_close(numbers[name], right, msg=name)
    torch.testing.assert_close(torch.softmax(numbers["S"], dim=-1), weights)


def test_the_shades_are_the_numbers(matrices):
    numbers = example()
    assert matrices["A"].shades == pytest.approx(numbers["A"], abs=6e-4)
    for name in set(NAMES) - {"A"}:
        table, shades = numbers[name], matrices[name].shades
        assert (shades.min(), shades.max()) == (0, 1)
        assert np.array_equal(np.argsort(shades, axis=None), np.argsort(table, axis=None)), name
        steps = np.diff(shades, axis=0) / np.ptp(shades), np.diff(table, axis=0) / np.ptp(table)
        assert steps[0] == pytest.approx(steps[1], abs=2e-3), name
