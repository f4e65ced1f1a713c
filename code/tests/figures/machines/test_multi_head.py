import numpy as np
import pytest
import torch
from matplotlib.transforms import Bbox

from paying_attention.attention.multi_head import MultiHeadAttention
from paying_attention.figures.machine import SECOND, WITH
from paying_attention.figures.machines import multi_head
from paying_attention.figures.machines.multi_head import example, multi_head_flow
from tests.figures.drawn import every_box, every_text, inside, joined, lines, tables, texts

HEADS, COLORS = (0, 1), (WITH.line, SECOND.line)
SIZES = {"n": 4, r"d_{\rm model}": 6, r"h\,d_k": 6, "d_k": 3}
CELLS = ("X", "Q0", "Q1", "K0", "K1", "V0", "V1", "merged0", "merged1")
CELLS += ("A_0", "head_0", "A_1", "head_1", "O")


@pytest.fixture
def axes():
    return multi_head_flow()


@pytest.fixture
def drawn(axes):
    return dict(zip(CELLS, tables(axes), strict=True))


@pytest.fixture
def frames(axes):
    return [outline.get_extents() for _, outline in every_box(axes)]


def whole(drawn, name):
    """Both halves of a matrix."""
    return Bbox.union([drawn[f"{name}{head}"].place for head in HEADS])


def parts(drawn, frames):
    """All but what stands in the frames; names stand above X, Q, K and V."""
    found = {"X": drawn["X"].place, "O": drawn["O"].place, "merged": whole(drawn, "merged")}
    found |= {f"frame {head}": frame for head, frame in enumerate(frames)}
    for name in "QKV":
        found[name] = whole(drawn, name)
        found[name].y1 += 26
    return found | {"split": Bbox([(62, multi_head.SPLIT), (298, multi_head.SPLIT)])}


@pytest.fixture
def ways(axes, drawn, frames):
    outside = [line for line in lines(axes) if not is_in(line, frames)]
    return joined(outside, parts(drawn, frames))


def is_in(line, frames):
    ends = Bbox([line.start, line.end])
    return any(inside(ends, frame, room=1) for frame in frames)


def notes_at(axes, place, *, above, reach=42):
    """What stands straight above or below cells, from left to right."""
    middle, found = (place.x0 + place.x1) / 2, []
    for text, p in every_text(axes, "note"):
        gap = p.y0 - place.y1 if above else place.y0 - p.y1
        if 0 <= gap < 10 and abs((p.x0 + p.x1) / 2 - middle) < reach:
            found.append((p.x0, text))
    return [text for _, text in sorted(found)]


def size(shape):
    return tuple(SIZES[name] for name in shape.split(r" \times "))


def test_the_four_steps_follow_each_other(ways):
    assert ways.keys() == {
        *(("X", name) for name in "QKV"),
        *((name, "split") for name in "QKV"),
        ("split", "split"),
        *(("split", f"frame {head}") for head in HEADS),
        *((f"frame {head}", "merged") for head in HEADS),
        ("merged", "O"),
    }
    without = {pair for pair, line in ways.items() if not line.has_head}
    assert without == {pair for pair in ways if pair[1] == "split"}


def test_in_each_frame_weights_lead_to_the_output_of_the_head(axes, drawn, frames):
    inner = [line for line in lines(axes) if is_in(line, frames)]
    names = ("A_0", "A_1", "head_0", "head_1")
    found = joined(inner, {name: drawn[name].place for name in names})
    assert found.keys() == {(f"A_{head}", f"head_{head}") for head in HEADS}
    over = {patch.get_zorder() for patch in axes.patches if patch.get_gid() == "line"}
    under = {patch.get_zorder() for patch in axes.patches if patch.get_gid() == "box "}
    assert max(under) < min(over)  # else the frames would hide the arrows
    for head, frame in zip(HEADS, frames, strict=True):
        assert inside(drawn[f"A_{head}"].place, frame)
        assert inside(drawn[f"head_{head}"].place, frame)


def test_a_head_has_one_colour_and_one_digit_from_above_to_below(axes, drawn, ways):
    for head, color in zip(HEADS, COLORS, strict=True):
        for name in ("Q", "K", "V", "merged", "A_", "head_"):
            assert drawn[f"{name}{head}"].color == color
        for pair in (("split", f"frame {head}"), (f"frame {head}", "merged")):
            assert ways[pair].color == color
        for name in "QKV":
            place = drawn[f"{name}{head}"].place
            assert notes_at(axes, place, above=False, reach=5) == [str(head)]
        end = ways[f"frame {head}", "merged"].end
        assert drawn[f"merged{head}"].place.x0 < end[0] < drawn[f"merged{head}"].place.x1
    assert [drawn[name].color for name in "XO"] == [multi_head.PLAIN.line] * 2


def test_heads_are_cut_and_merged_in_the_same_order(drawn):
    for name in ("Q", "K", "V", "merged"):
        first, second = (drawn[f"{name}{head}"].place for head in HEADS)
        assert first.x1 == second.x0
        assert (first.y0, first.y1) == (second.y0, second.y1)
    for head in HEADS:
        assert np.array_equal(drawn[f"merged{head}"].shades, drawn[f"head_{head}"].shades)


def test_each_matrix_has_its_name_and_the_shape_of_its_cells(axes, drawn):
    for name in "XO":
        first, shape = notes_at(axes, drawn[name].place, above=True)
        assert (first, size(shape)) == (name, drawn[name].shades.shape)
    for name in "QKV":
        first, shape = notes_at(axes, whole(drawn, name), above=True)
        columns = sum(drawn[f"{name}{head}"].shades.shape[1] for head in HEADS)
        assert (first, size(shape)) == (name, (4, columns))
    for head in HEADS:
        for name, shown in (("A_", f"A_{head}"), ("head_", rf"\mathrm{{head}}_{head}")):
            table = drawn[f"{name}{head}"]
            assert notes_at(axes, table.place, above=True) == [shown]
            (shape,) = notes_at(axes, table.place, above=False)
            assert size(shape) == table.shades.shape


def test_the_symbols_are_those_of_the_formula(axes):
    found = {text for text in texts(axes, "note") if not text.startswith("n ")}
    assert found == {
        *"XQKVO01",
        *(f"W^{name}" for name in "QKVO"),
        *(f"Q_{head}, K_{head}, V_{head}" for head in HEADS),
        *(f"A_{head}" for head in HEADS),
        *(rf"\mathrm{{head}}_{head}" for head in HEADS),
        *("split", "merge"),
    }


@pytest.mark.parametrize(
    ("text", "pair"),
    [
        *((f"W^{name}", ("X", name)) for name in "QKV"),
        ("W^O", ("merged", "O")),
        *((f"Q_{head}, K_{head}, V_{head}", ("split", f"frame {head}")) for head in HEADS),
    ],
)
def test_a_name_of_a_way_stands_beside_it_alone(axes, ways, text, pair):
    place = texts(axes, "note")[text]
    room = Bbox([(place.x0 - 12, place.y0), (place.x1 + 12, place.y1)])
    room = place.padded(9) if text == "W^O" else room
    near = [ends for ends, line in ways.items() if line.path.intersects_bbox(room, filled=False)]
    assert near == [pair]


def test_the_numbers_are_those_of_the_package():
    numbers = {name: torch.from_numpy(table) for name, table in example().items()}
    layer = MultiHeadAttention(6, 2).double()
    names = {"q_proj": "Q", "k_proj": "K", "v_proj": "V", "out_proj": "O"}
    with torch.no_grad():
        for projection, name in names.items():
            getattr(layer, projection).weight.copy_(numbers[f"W^{name}"].T)
            getattr(layer, projection).bias.zero_()
        output, weights = layer(numbers["X"])
        values = layer.v_proj(numbers["X"]).unflatten(-1, (2, 3)).transpose(0, 1)
    torch.testing.assert_close(numbers["O"], output)
    for head in HEADS:
        torch.testing.assert_close(numbers[f"A_{head}"], weights[head])
        torch.testing.assert_close(numbers[f"head_{head}"], weights[head] @ values[head])


def test_the_shades_are_the_numbers(drawn):
    numbers = example()
    for head in HEADS:
        assert drawn[f"A_{head}"].shades == pytest.approx(numbers[f"A_{head}"], abs=6e-4)
    shown = {name: drawn[name].shades for name in ("X", "O", "head_0", "head_1")}
    for name in "QKV":
        shown[name] = np.hstack([drawn[f"{name}{head}"].shades for head in HEADS])
    for name, shades in shown.items():
        table = numbers[name]
        right = (table - table.min()) / (table.max() - table.min())
        assert shades == pytest.approx(right, abs=6e-4), name
