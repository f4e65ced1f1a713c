"""What checks the answers to the exercises of chapter 06."""

import copy
import math
from collections.abc import Callable

import torch
from torch import Tensor, nn

from paying_attention.attention.multi_head import MultiHeadAttention
from paying_attention.attention.softmax import AttentionOutput
from paying_attention.exercises.asking import ask
from paying_attention.exercises.checking import demand, exercise
from paying_attention.exercises.reading import fields, near, number, one_of, tensor, truth
from paying_attention.explain.heads import without_heads

WORDS = torch.tensor([[2.0, 0.0], [0.0, 1.0], [0.0, 0.0]])  # of exercise 6.1
SCORES = torch.tensor([4.0, 0.0, 0.0])
SEEN_BY_FIRST = {0, 1, 2, 3}
PLACES = 12  # on the circle of exercise 6.5

Layer = Callable[[Tensor], Tensor]


@exercise("6.1")
def two_heads(answer: object) -> str:
    """Weights of two narrow heads, their output, and that of a wide head, by hand."""
    keys = ["head 0", "head 1", "output", "wide output"]
    first, second, output, wide = (
        tensor(place, f"answer[{key!r}]", shape=(size,))
        for place, key, size in zip(fields(answer, "answer", keys), keys, (3, 3, 2, 2), strict=True)
    )
    demand(
        near(first, torch.softmax(SCORES, dim=0), within=0.011),
        "head 0's weights are not right yet. The first word asks it with 2: multiply that by each"
        " word's first feature, then take exponentials and divide by their sum.",
    )
    demand(
        near(second, torch.full((3,), 1 / 3), within=0.011),
        "head 1's weights are not right yet. What does the first word ask it with, and which"
        " scores do its three keys get?",
    )
    mixed = torch.softmax(SCORES, dim=0) @ WORDS[:, 0], WORDS[:, 1].mean()
    demand(
        near(output, torch.stack(mixed), within=0.025),
        "the weights are right, the output is not: each head mixes the three values of its own"
        " feature, and W^O changes nothing.",
    )
    _wide_head(wide)
    return "both heads' weights, and what comes home from two heads and from one."


def _wide_head(found: Tensor) -> None:
    expected = torch.softmax(SCORES / math.sqrt(2), dim=0) @ WORDS
    demand(
        not near(found, torch.softmax(SCORES, dim=0) @ WORDS, within=0.011),
        "two heads are right. In the wide one, what are scores divided by before the softmax?",
    )
    demand(
        near(found[:1], expected[:1], within=0.025) and near(found[1:], expected[1:], within=0.011),
        "two heads are right, the wide one is not: it adds up both features' scores, has one row"
        " of weights, and with it mixes both features.",
    )


@exercise("6.2")
def which_rule(prediction: object, left: object) -> str:
    """What is lost without a head, guessed, then measured as four shares."""
    options = ["a bit of both", "all of both", "one rule"]
    guess = one_of(prediction, "prediction", options)
    _measured(tensor(left, "left", shape=(2, 2)).double())
    demand(guess == "one rule", "your four shares are right; what do they say of your prediction?")
    return "your prediction holds, and your four shares show it."


def _measured(shares: Tensor) -> None:
    """Whatever the seed: each head carries one rule (eight seeds: .13 or less, and 1.00)."""
    demand(
        ((shares >= 0) & (shares <= 1)).all(),
        "`left` holds shares from 0 to 1: how many answers are right, divided by how many there"
        " are.",
    )
    demand(
        not (shares > 0.8).all(),
        "in `left` nothing is lost: ask the reader inside the `with` block, where the head is out.",
    )
    demand(
        (shares > 0.8).any(),
        "in `left` all is lost: take out one head at a time. The first block must have ended.",
    )
    straight, crossed = shares.diagonal(), shares.flip(1).diagonal()
    demand(
        (straight.max() < 0.4 and crossed.min() > 0.8)
        or (crossed.max() < 0.4 and straight.min() > 0.8),
        "`left` is not what this reader shows. A row for each head that is out; in it what is"
        " right by rule 0, then by rule 1, and not what is right by both.",
    )


@exercise("6.3")
def seats(prediction: object, change_seats: object) -> str:
    """What heads in other seats change, and a layer whose heads are in a new order."""
    foreseen = fields(prediction, "prediction", ["output", "weights"])
    output = one_of(foreseen[0], "prediction['output']", ["the same", "another"])
    kinds = ["the same", "in a new order", "new numbers"]
    weights = one_of(foreseen[1], "prediction['weights']", kinds)
    for sizes, order in (((12, 3), [1, 0, 2]), ((12, 3), [2, 0, 1]), ((20, 5), [3, 0, 4, 1, 2])):
        layer = _filled(*sizes)
        before = copy.deepcopy(layer)
        new = ask(change_seats, layer, order, name="change_seats")
        _is_a_copy(new, layer, before, "change_seats")
        _has_new_seats(new, before, order)
    demand(
        output == "another",
        "`change_seats` is right. And the prediction of the output? Leave W^O as it is, and run"
        " it.",
    )
    demand(
        weights == "in a new order",
        "`change_seats` is right. And the prediction of the weights? Compare them with those of"
        " before, head by head.",
    )
    return "every head keeps its queries, keys, values and its rows of W^O, and so the output."


def _filled(d_model: int, num_heads: int, **options: int) -> MultiHeadAttention:
    """A layer whose biases are not 0, so that a forgotten one shows."""
    layer = MultiHeadAttention(d_model, num_heads, **options)
    for projection in (layer.q_proj, layer.k_proj, layer.v_proj, layer.out_proj):
        nn.init.normal_(projection.bias)
    return layer


def _is_a_copy(
    new: object, layer: MultiHeadAttention, before: MultiHeadAttention, name: str
) -> None:
    kind = type(new).__name__
    demand(
        isinstance(new, MultiHeadAttention),
        f"`{name}` returns an object of the kind {kind}, and a MultiHeadAttention was asked for.",
    )
    old, now = before.state_dict(), layer.state_dict()
    demand(
        old.keys() == now.keys() and all(torch.equal(old[key], now[key]) for key in old),
        f"`{name}` changes the layer that it is given; work on a copy of it.",
    )
    shared = {p.data_ptr() for p in new.parameters()} & {p.data_ptr() for p in layer.parameters()}
    demand(
        not shared,
        f"what `{name}` returns shares parameters with the layer: training one would change the"
        " other. Work on a copy.",
    )


def _has_new_seats(new: MultiHeadAttention, before: MultiHeadAttention, order: list[int]) -> None:
    query, memory = torch.randn(2, 5, before.d_model), torch.randn(2, 7, before.d_model)
    where = f"for {before.num_heads} heads in the order {order}"
    expected, found = before(query, memory), _asked(new, query, memory)
    kept = ask(new.project_kv, memory, memory, name="the new layer")
    old = before.project_kv(memory, memory)
    for name, mine, theirs in zip(("keys", "values"), kept, old, strict=True):
        demand(
            _close(mine, theirs[:, order]),
            f"{where} the {name} of head i are not those of head order[i] of before. Weight and"
            " bias belong to a head.",
        )
    demand(
        _close(found.weights, expected.weights[:, order]),
        f"{where} the weights of head i are not those of head order[i] of before: look at the"
        " queries, weight and bias.",
    )
    demand(
        _close(found.output, expected.output),
        f"{where} queries, keys and values are right, and the output is not that of before. What"
        " else knows which head sits where?",
    )


def _asked(layer: MultiHeadAttention, *inputs: Tensor) -> AttentionOutput:
    return ask(layer, *inputs, name="the new layer")


def _close(one: Tensor, other: Tensor) -> bool:
    return one.shape == other.shape and torch.allclose(one, other, atol=1e-4)


@exercise("6.4")
def no_transpose(seen: object, sees_all: object) -> str:
    """Which words a broken layer sees, and a test that tells broken layers from right ones."""
    words = list(seen) if isinstance(seen, set | range) else seen
    places = {float(word) for word in tensor(words, "seen").flatten()}
    demand(places != {place + 1 for place in SEEN_BY_FIRST}, "count the words in `seen` from 0.")
    demand(
        places == SEEN_BY_FIRST,
        "`seen` is not right yet. Twelve words of six numbers lie in memory one after the other;"
        " the `view` cuts this line into three parts. Whose numbers are in the first?",
    )
    for name, layer, shape, right in _layers():
        says = truth(ask(sees_all, layer, torch.randn(shape), name="sees_all"), "sees_all(…)")
        demand(
            says == right,
            f"`sees_all` says {says} of {name}. Change the last word of `x` and nothing else: at"
            " which word must the output change?",
        )
    return "the list is right, and your test tells broken layers from right ones."


def _layers() -> list[tuple[str, Layer, tuple[int, ...], bool]]:
    """What a test is tried on: name, layer, shape of its input, whether word 0 sees the last."""
    six, ten = (nn.ModuleList(nn.Linear(d, d) for _ in range(4)) for d in (6, 10))
    three, five = _filled(6, 3), _filled(10, 5)

    def only_the_past(x: Tensor) -> Tensor:
        length = x.shape[-2]
        return three(x, mask=torch.ones(length, length, dtype=torch.bool).tril()).output

    return [
        ("the layer that was shipped", lambda x: _viewed(x, six, 3), (1, 12, 6), False),
        ("a layer that is right", lambda x: three(x).output, (1, 12, 6), True),
        ("the shipped layer with 5 heads", lambda x: _viewed(x, ten, 5), (3, 7, 10), False),
        ("another layer that is right", lambda x: five(x).output, (3, 7, 10), True),
        ("a layer in which words see only the past", only_the_past, (2, 7, 6), False),
    ]


def _viewed(x: Tensor, proj: nn.ModuleList, heads: int) -> Tensor:
    """The layer that was shipped: a view where a transpose is missing."""
    batch, _, d = x.shape
    q, k, v = (p(x).view(batch * heads, -1, d // heads) for p in list(proj)[:3])
    weights = (q @ k.mT / (d // heads) ** 0.5).softmax(-1)
    return proj[3]((weights @ v).view(batch, -1, d))


@exercise("6.5")
def copy_before(answer: object) -> str:
    """A turn by hand, how sharp it has to be, and what is left for others."""
    places = fields(answer, "answer", ["W_q", "factor", "rest"])
    W_q = tensor(places[0], "answer['W_q']", shape=(2, 2)).double()
    scores = _scores(W_q)
    angle = torch.tensor(2 * math.pi / PLACES)
    turn = torch.stack([angle.cos(), -angle.sin(), angle.sin(), angle.cos()]).view(2, 2)
    demand(
        near(W_q / W_q.det().abs().sqrt(), turn.double(), within=0.02),
        "with this `W_q` each position looks at the one before, but its query is not the vector of"
        " that position, or a multiple of it. By which angle must it turn?",
    )
    factor = number(places[1], "answer['factor']")
    rows = torch.arange(PLACES)

    def least(c: float) -> float:
        return float((c * scores).softmax(dim=1)[rows, (rows - 1) % PLACES].min())

    demand(least(1.03 * factor) >= 0.99, "`W_q` is right, the factor is too small for .99.")
    demand(least(0.97 * factor) < 0.99, "`W_q` is right; a smaller factor is enough for .99.")
    rest = list(places[2]) if isinstance(places[2], set) else places[2]
    rest = tensor(rest, "answer['rest']", shape=(2,))
    demand(
        sorted(rest.tolist()) == [4, 6],
        "`W_q` and factor are right. For `rest`, look at the scores of position 6: which two come"
        " next to the largest?",
    )
    return "the matrix, the factor and the two rivals are right."


def _scores(W_q: Tensor) -> Tensor:
    """Scores of all positions with this matrix, which must look at the position before."""
    rows = torch.arange(PLACES)
    angles = 2 * math.pi / PLACES * rows.double()
    positions = torch.stack([angles.cos(), angles.sin()], dim=1)
    scores = positions @ W_q @ positions.T / math.sqrt(2)
    chosen = scores.argmax(dim=1)
    demand(
        not torch.equal(chosen, (rows + 1) % PLACES),
        "with this `W_q` each position looks at the one after it. Vectors are rows here: the query"
        " is the vector times the matrix.",
    )
    misses = (chosen != (rows - 1) % PLACES).nonzero().flatten().tolist()
    demand(
        not misses,
        f"with this `W_q` {len(misses)} of 12 positions do not give their largest weight to the one"
        " before. Which motion takes every vector of a circle to the one before it?",
    )
    return scores


@exercise("6.6")
def prune(pruned: object, left: object) -> str:
    """A layer that is smaller by some heads, and what is left of its size and work."""
    for sizes, options, out in (
        ((15, 5), {}, [0, 3]),
        ((21, 3), {"d_memory": 11}, [1]),
        ((8, 4), {}, [3, 2, 0]),
    ):
        layer = _filled(*sizes, **options)
        before = copy.deepcopy(layer)
        new = ask(pruned, layer, *out, name="pruned")
        _is_a_copy(new, layer, before, "pruned")
        _has_lost_heads(new, before, out)
    grouped = MultiHeadAttention(12, 4, num_kv_heads=2)
    for layer, out, what in (
        (grouped, [0], "a layer whose heads are grouped"),
        (_filled(6, 2), [0, 1], "to take out every head"),
    ):
        demand(_refuses(pruned, layer, *out), f"`pruned` should raise a ValueError for {what}.")
    _counts(left)
    return "the same numbers from a smaller layer, and both counts are right."


def _has_lost_heads(new: MultiHeadAttention, before: MultiHeadAttention, out: list[int]) -> None:
    query, memory = torch.randn(2, 5, before.d_model), torch.randn(2, 7, before.d_memory)
    where = f"of {before.num_heads} heads without {', '.join(map(str, out))}"
    stay = [head for head in range(before.num_heads) if head not in out]
    with without_heads(before, *out):
        expected = before(query, memory)
    found = _asked(new, query, memory)
    demand(
        _close(found.output, expected.output),
        f"{where}: the output is not the one inside `with without_heads(...)`. Which rows, columns"
        " and entries of the biases belong to the heads that stay?",
    )
    width = len(stay) * before.head_dim
    size = width * (2 * before.d_model + 2 * before.d_memory + 3) + before.d_model
    got = sum(p.numel() for p in new.parameters())
    demand(
        got == size,
        f"{where}: the output is right, but {got} parameters are kept, and {size} are enough.",
    )
    demand(
        _close(found.weights, expected.weights[:, stay]),
        f"{where}: the new layer returns other weights than those of the {len(stay)} heads that"
        " stay.",
    )
    demand(new.head_dim == before.head_dim, f"{where}: `head_dim` has changed.")


def _refuses(function: object, *inputs: object) -> bool:
    def tried(*given: object) -> bool:
        try:
            function(*given)
        except ValueError:
            return True
        return False

    return bool(ask(tried, *inputs, name="pruned"))


def _counts(left: object) -> None:
    parameters, work = fields(left, "left", ["parameters", "multiply-adds"])
    d, width, length = 64, 2 * 8, 10
    demand(
        number(parameters, "left['parameters']") == 4 * d * width + 3 * width + d,
        "`pruned` is right, the number of parameters is not: four matrices, and four biases, not"
        " all of which get shorter.",
    )
    demand(
        number(work, "left['multiply-adds']") == 4 * length * d * width + 2 * length**2 * width,
        "`pruned` is right, the multiply–adds are not: four projections of ten words, the scores,"
        " and the mixing of the values. `multiply_adds` of this page counts them.",
    )
