"""What checks the answers to the exercises of chapter 05."""

import math
from collections.abc import Callable, Iterator

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pad_sequence

from paying_attention.attention import masks
from paying_attention.attention.scaled_dot_product import scaled_dot_product_attention
from paying_attention.data.toys.counting import counted_texts
from paying_attention.exercises.asking import ask
from paying_attention.exercises.checking import demand, exercise
from paying_attention.exercises.reading import fields, near, number, one_of, tensor, truth

# --- 5.1: six masks -------------------------------------------------------------------------------

DRAWN = {
    "a": masks.causal_mask(4) & masks.padding_mask(torch.tensor([3]), 4),
    "b": masks.sliding_window_mask(4, left=1, right=1),
    "c": masks.prefix_mask(3, 4),
    "d": masks.causal_mask(4) & masks.document_mask(torch.tensor([0, 0, 1, 1])),
    "e": masks.causal_mask(2, 4, offset=1),
    "f": masks.causal_mask(4, offset=-1),
}
HINTS = {
    "a": "a padding mask hides the padding as a key, and says nothing of what it may ask.",
    "b": "one word on each side, and the word itself.",
    "c": "everybody sees the prefix, and behind it only the past.",
    "d": "both masks must allow it.",
    "e": "query i sees the keys j ≤ i + offset; the first query has i = 0.",
    "f": "query i sees the keys j ≤ i + offset; here the offset is below 0.",
}


@exercise("5.1")
def draw(answer: object) -> str:
    """Six masks as strings of 1 and 0, and the letters of those with a blind row."""
    *drawings, blind = fields(answer, "answer", [*DRAWN, "blind"])
    for (letter, mask), drawing in zip(DRAWN.items(), drawings, strict=True):
        _judge_drawing(letter, mask, _rows_of(drawing, letter))
    demand(
        isinstance(blind, str | list | tuple),
        "`answer['blind']` is a string of letters, such as \"ab\".",
    )
    letters = {sign for sign in "".join(map(str, blind)).lower() if sign.isalpha()}
    expected = {letter for letter, mask in DRAWN.items() if not mask.any(-1).all()}
    demand(
        letters == expected,
        "the six masks are right, `answer['blind']` is not: which of them have a row without a 1?",
    )
    return "all six masks are right, and so is what you say of blind rows."


def _rows_of(drawing: object, letter: str) -> list[str]:
    if isinstance(drawing, list | tuple) and drawing and all(isinstance(x, str) for x in drawing):
        drawing = " ".join(drawing)  # a list of rows
    demand(isinstance(drawing, str), f'({letter}) is no string of 1 and 0, such as "10 11".')
    rows = str(drawing).split()
    demand(set("".join(rows)) <= set("01"), f"({letter}) holds signs other than 1 and 0.")
    return rows


def _judge_drawing(letter: str, mask: Tensor, rows: list[str]) -> None:
    queries, keys = mask.shape
    demand(
        [len(row) for row in rows] == [keys] * queries,
        f"({letter}) needs a row for each of {queries} queries, and in it a sign for each of"
        f" {keys} keys.",
    )
    found = torch.tensor([[sign == "1" for sign in row] for row in rows])
    if queries == keys and not torch.equal(found, mask):
        demand(
            not torch.equal(found, mask.mT),
            f"({letter}) is turned: rows are queries, columns are keys.",
        )
    demand(not torch.equal(found, ~mask), f"({letter}) is inverted: 1 means “may look”.")
    wrong = (found != mask).any(-1).nonzero().flatten().tolist()
    row = wrong[0] + 1 if wrong else 0
    demand(not wrong, f"({letter}) is not right in row {row}: {HINTS[letter]}")


# --- 5.2: the reach of a stack --------------------------------------------------------------------

MANY_LAYERS = 1001  # in which a word has more than 2^128 ways to the last one


@exercise("5.2")
def reach(answer: object, influence: object) -> str:
    """Two predictions, and a function that says whom the last word depends on."""
    places = fields(answer, "answer", ["back", "layers"])
    back, layers = (
        number(place, f"answer[{key!r}]")
        for place, key in zip(places, ("back", "layers"), strict=True)
    )
    for name, mask in _stacked_masks():
        for count in (1, 2, 3, 5):
            _judge_influence(influence, mask, count, name)
    _judge_many_layers(influence)
    demand(
        back == 6,
        "`influence` is right, `answer['back']` is not: let it answer for ten words and three"
        " layers, and count the places from the last word to the farthest.",
    )
    demand(
        layers == 500,
        "`influence` is right, `answer['layers']` is not: try it on fewer words first, such as 5,"
        " 6 and 7, and count what the first layer reaches.",
    )
    return "`influence` follows every mask that was tried, and both numbers agree with it."


def _stacked_masks() -> Iterator[tuple[str, Tensor]]:
    yield "a window of 7 words", masks.sliding_window_mask(7, left=2, right=0)
    yield "a window of 11 words", masks.sliding_window_mask(11, left=1, right=0)
    both_sides = masks.sliding_window_mask(11, left=1, right=2)
    both_sides[-1, 9] = False
    yield "a window to both sides, with a hole", both_sides
    yield "a mask with a hole", torch.eye(5).bool() | masks.causal_mask(5, offset=-2)


def _reached(mask: Tensor, layers: int) -> Tensor:
    """Walk back from the last word, layer by layer."""
    reached = {len(mask) - 1}
    for _ in range(layers):
        reached = {key for query in reached for key in mask[query].nonzero().flatten().tolist()}
    return torch.tensor([place in reached for place in range(len(mask))])


def _judge_influence(influence: object, mask: Tensor, layers: int, name: str) -> None:
    found = ask(influence, mask, layers, name="influence")
    felt = tensor(found, "influence(mask, layers)", shape=(len(mask),)) != 0
    where = f"for {name} and layers = {layers}"
    if torch.equal(felt, _reached(mask, layers)):
        return
    demand(
        not torch.equal(felt, _reached(mask.mT, layers)),
        f"{where} `influence` goes the wrong way: it says who depends on the last word. Rows are"
        " queries.",
    )
    one_off = [count for count in (layers - 1, layers + 1) if felt.equal(_reached(mask, count))]
    demand(
        not one_off,
        f"{where} `influence` gives what one layer more or less gives; one layer is the mask"
        " itself.",
    )
    demand(False, f"{where} `influence` does not say on whom the last word depends.")


def _judge_many_layers(influence: object) -> None:
    """Ask for more layers than products of floats survive, as a gradient does."""
    mask = masks.document_mask(torch.tensor([0, 0, 0, 1, 1]))
    found = ask(influence, mask, MANY_LAYERS, name="influence")
    demand(
        tensor(found, "influence(mask, layers)", shape=(5,)).bool().equal(mask[-1]),
        f"with {MANY_LAYERS} layers `influence` loses words that it had with 5. The products of the"
        " mask have become too large for a float: turn them into 0 and 1 after each.",
    )


# --- 5.3: after the softmax -----------------------------------------------------------------------


@exercise("5.3")
def after(breaking: object, mended: object) -> str:
    """Words on which the first repair fails, and a repair that does not."""
    words = tensor(breaking, "breaking", shape=(4, 4)).float()
    demand(
        _causal(words).isfinite().all(),
        "the words of `breaking` are so large that their scores are no numbers; take smaller ones.",
    )
    demand(
        not near(_divided(words), _causal(words), within=1e-3 * float(words.abs().max() + 1)),
        "on `breaking` the function `repaired` is right. Make the score of a hidden word much"
        " larger than those of the words that are seen.",
    )
    for length in (3, 4, 7):
        _judge_mended(mended, torch.randn(length, 4), large=False)
    rising = torch.tensor([[1.0, 0, 0, 2], [5, 1, 0, 0], [0, 3, 2, 7], [9, 0, 4, 1], [1, 8, 8, 2]])
    _judge_mended(mended, 40 * rising, large=True)  # -1e4 on a score would not hide it
    return "`breaking` breaks the first repair, and `mended` holds, whatever the scores."


def _causal(x: Tensor) -> Tensor:
    return scaled_dot_product_attention(x, x, x, masks.causal_mask(len(x))).output


def _late(x: Tensor) -> Tensor:
    """Mask the weights, as the exercise's bug does."""
    return torch.softmax(x @ x.mT / 2, dim=-1) * masks.causal_mask(len(x))


def _divided(x: Tensor) -> Tensor:
    weights = _late(x)
    return weights / weights.sum(-1, keepdim=True) @ x


def _judge_mended(mended: object, x: Tensor, *, large: bool) -> None:
    found = ask(mended, x, name="mended")
    scores = "a hidden score that is larger by thousands" if large else "small scores"
    where = f"with {len(x)} words and {scores} `mended`"
    demand(
        not (isinstance(found, Tensor) and found.isnan().any()),
        f"{where} gives NaN: look at the exponentials of such a row, and at their sum behind the"
        " mask.",
    )
    output = tensor(found, "mended(x)", shape=tuple(x.shape))
    free = scaled_dot_product_attention(x, x, x).output
    demand(not near(output, free, within=1e-4), f"{where} sees the future.")
    demand(
        large or not near(output, _late(x) @ x, within=1e-4),
        f"{where} is the attention with the bug: add up the rows of its weights.",
    )
    demand(near(output, _causal(x), within=1e-4), f"{where} is not the causal attention.")


# --- 5.4: the diagonal ----------------------------------------------------------------------------

PATHS = ("positions", "residual", "none")
MANY = 64  # words, more than a test of four will try
LENGTH, STARTS = 24, range(21, 91)  # of the texts
FLOOR = math.log(len(STARTS)) / LENGTH  # nats a token: the least for who sees only the past


@exercise("5.4")
def diagonal(is_causal: object, counter: object, losses: object, carried_by: object) -> str:
    """A test of causal attention, a model, three losses of it, and the path of its last word."""
    for name, attend in _right_attentions():
        demand(
            _says(is_causal, attend),
            f"`is_causal` calls {name} wrong, and it is right, up to rounding.",
        )
    for name, attend in _wrong_attentions():
        demand(
            not _says(is_causal, attend),
            f"`is_causal` lets an attention pass in which {name}.",
        )
    measured = _judge_counter(counter)
    for key, loss in zip(measured, fields(losses, "losses", list(measured)), strict=True):
        what, within = "its loss under that mask", 0.0015
        if key == "third":
            what, within = "what it pays for the third token", 0.006
        demand(
            near(number(loss, f"losses[{key!r}]"), measured[key], within),
            f"`counter` is right, `losses[{key!r}]` is not {what}, on all {len(STARTS)} texts.",
        )
    demand(
        one_of(carried_by, "carried_by", PATHS) == "residual",
        "test and losses are right, `carried_by` is not: compare what it pays for the third token"
        " with 1.98 and 2.26. What reaches a readout without being looked at?",
    )
    return "your test tells them apart, and the losses are those of the colleague's mask."


def _attention_with(mask: Tensor) -> Callable[[Tensor], Tensor]:
    """Give an attention that uses the corner of a large mask, as large as the words need."""
    return lambda x: scaled_dot_product_attention(x, x, x, mask[: len(x), : len(x)]).output


def _one_by_one(x: Tensor) -> Tensor:
    rows = [
        scaled_dot_product_attention(x[n : n + 1], x[: n + 1], x[: n + 1]) for n in range(len(x))
    ]
    return torch.cat([row.output for row in rows])


def _right_attentions() -> Iterator[tuple[str, Callable[[Tensor], Tensor]]]:
    yield "the causal attention", _attention_with(masks.causal_mask(MANY))
    yield "an attention that gets one beginning after the other", _one_by_one


def _wrong_attentions() -> Iterator[tuple[str, Callable[[Tensor], Tensor]]]:
    for name, mask in _wrong_masks().items():
        yield name, _attention_with(mask)
    yield "the mask comes after the softmax", lambda x: _late(x) @ x


def _wrong_masks() -> dict[str, Tensor]:
    strict = masks.causal_mask(MANY, offset=-1)
    first = torch.zeros_like(strict)
    first[0, 0] = True
    return {
        "no word sees itself": strict,
        "no word sees itself but the first": strict | first,
        "each word sees the next one": masks.causal_mask(MANY, offset=1),
        "all see all": torch.ones_like(strict),
        "the first word sees the second, as in a prefix of two": masks.prefix_mask(2, MANY),
        "each pair of words sees both its words": masks.causal_mask(MANY)
        | masks.document_mask(torch.arange(MANY) // 2),
        "a word sees itself and the one before, and not the others": masks.sliding_window_mask(
            MANY, left=1, right=0
        ),
    }


def _says(is_causal: object, attend: Callable[[Tensor], Tensor]) -> bool:
    return truth(ask(is_causal, attend, name="is_causal"), "is_causal(attend)")


def _judge_counter(counter: object) -> dict[str, float]:
    """Ask the model for its losses: what a reader says of its training needs no belief."""
    rows, vocabulary = counted_texts(STARTS, LENGTH)
    measured, third = {}, {}
    for name, offset in (("strict", -1), ("causal", 0)):
        mask = masks.causal_mask(LENGTH, offset=offset)
        logits = ask(counter, rows[:, :-1], name="counter", mask=mask)
        shape = (len(rows), LENGTH, len(vocabulary))
        found = tensor(logits, "counter(tokens, mask=mask)", shape=shape).detach()
        each = nn.functional.cross_entropy(found.mT, rows[:, 1:], reduction="none").mean(0)
        measured[name], third[name] = each.mean().item(), each[2].item()
    demand(
        measured["strict"] > FLOOR - 0.001,
        "`counter` is below the floor, which no model reaches that sees only the past.",
    )
    demand(
        measured["causal"] > measured["strict"],
        "`counter` is better under the causal mask than under the colleague's, so it was not"
        " trained with the colleague's.",
    )
    demand(
        measured["strict"] < FLOOR + 0.15,
        "under the colleague's mask `counter` is too far above the floor for 600 updates of `fit`.",
    )
    return measured | {"third": third["strict"]}


# --- 5.5: NaN in the longest sentence -------------------------------------------------------------


@exercise("5.5")
def meaning(answer: object, mended: object) -> str:
    """Two numbers about the bug, and the function put right."""
    short, quiet = fields(answer, "answer", ["short", "quiet"])
    for lengths in ((5, 2, 3), (3, 7), (3, 3, 3)):
        _judge_batch(mended, lengths)
    demand(
        near(number(short, "answer['short']"), 7.0, within=0.005),
        "`mended` is right, `answer['short']` is not: which keys did the short sentence see, and"
        " what are their values?",
    )
    demand(
        one_of(quiet, "answer['quiet']", ("NaN", "zeros", "right")) == "zeros",
        "`mended` is right, `answer['quiet']` is not: the table of accidents has a column for the"
        " module without weights.",
    )
    return "padding changes nothing any more, and you know what the bug had looked like."


def _other_module() -> nn.MultiheadAttention:
    """Make a module whose biases are not 0, as they are in a new one."""
    module = nn.MultiheadAttention(6, 2, batch_first=True).eval()
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.normal_(std=0.5)
    return module


def _padded(outputs: object) -> object:
    """Give one batch, if these are outputs in a list, sentence by sentence."""
    if not isinstance(outputs, list | tuple) or not outputs:
        return outputs
    rows = all(isinstance(each, Tensor) and each.ndim == 2 for each in outputs)
    return pad_sequence([each.detach() for each in outputs], batch_first=True) if rows else outputs


def _judge_batch(mended: object, lengths: tuple[int, ...]) -> None:
    module = _other_module()
    sentences = [torch.randn(length, 6) for length in lengths]
    found = _padded(ask(mended, module, sentences, name="mended"))
    where = f"in a batch of sentences of {', '.join(map(str, lengths))} words"
    demand(
        not (isinstance(found, Tensor) and found.isnan().any()),
        f"{where} there still is NaN.",
    )
    output = tensor(found, "mended(module, sentences)", shape=(len(lengths), max(lengths), 6))
    longest = output[lengths.index(max(lengths))]
    demand(
        (longest - longest[0]).abs().max() > 1e-6,
        f"{where} the longest one has lost its NaN, and sees nothing all the same.",
    )
    for alone, padded in zip(sentences, output, strict=True):
        expected = module(alone[None], alone[None], alone[None])[0][0].detach()
        demand(
            near(padded[: len(alone)], expected, within=1e-4),
            f"{where} one of {len(alone)} does not come out as it does alone.",
        )


# --- 5.6: a window with holes ---------------------------------------------------------------------


@exercise("5.6")
def dilated(dilated_window_mask: object, back: object) -> str:
    """A mask of the package that the package does not have, and how far two of them reach."""
    for query_len, key_len, left, dilation, offset in (
        (7, 7, 2, 1, 0),
        (9, 9, 1, 3, 0),
        (9, 9, 3, 2, 0),
        (5, 5, 0, 3, 0),
        (3, 11, 2, 3, 8),
        (5, 7, 1, 2, 2),
        (2, 9, 3, 1, 4),
    ):
        sizes = {"left": left, "dilation": dilation, "offset": offset}
        _judge_holes(dilated_window_mask, query_len, key_len, sizes)
    demand(
        number(back, "back") == 8,
        "the mask is right, `back` is not: multiply the two masks, as in Exercise 5.2, and count.",
    )
    return "the mask is right for every size that was tried, and so is `back`."


def _judge_holes(function: object, query_len: int, key_len: int, sizes: dict[str, int]) -> None:
    found = ask(function, query_len, key_len, name="dilated_window_mask", **sizes)
    mask = tensor(found, "dilated_window_mask(…)", shape=(query_len, key_len))
    demand(mask.dtype == torch.bool, "a mask is boolean in this book; True means “may look”.")
    where = f"with {query_len} queries, {key_len} keys, " + ", ".join(
        f"{name}={size}" for name, size in sizes.items()
    )
    demand(
        not (mask & ~masks.causal_mask(query_len, key_len, offset=sizes["offset"])).any(),
        f"{where} a query sees a key behind its own place, which is i + offset.",
    )
    expected = _with_holes(query_len, key_len, **sizes)
    if mask.equal(expected):
        return
    demand(sizes["dilation"] > 1, f"{where} it is not the sliding window.")
    demand(not sizes["offset"], f"{where} it is not the last rows of the square mask.")
    as_distance = sizes | {"left": sizes["left"] // sizes["dilation"]}
    demand(
        not mask.equal(_with_holes(query_len, key_len, **as_distance)),
        f"{where} the mask is not right: `left` counts the keys that are seen besides its own, not"
        " the distance.",
    )
    row = int((mask != expected).any(dim=1).nonzero()[0])
    demand(False, f"{where} query {row} does not see the keys i, i − d, i − 2d, …")


def _with_holes(query_len: int, key_len: int, left: int, dilation: int, offset: int) -> Tensor:
    mask = torch.zeros(query_len, key_len, dtype=torch.bool)
    for query in range(query_len):
        for step in range(left + 1):
            key = query + offset - step * dilation
            if 0 <= key < key_len:
                mask[query, key] = True
    return mask


# --- 5.7: blocks ----------------------------------------------------------------------------------

KINDS = ("padding", "causal", "window", "prefix", "documents")
SIX = {
    "causal": masks.causal_mask(6),
    "no mask": torch.ones(6, 6, dtype=torch.bool),
    "prefix of 3": masks.prefix_mask(3, 6),
}


@exercise("5.7")
def blocks(block_causal_mask: object, combination: object, six: object) -> str:
    """A mask of blocks, the two masks that make it up, and three kinds of blocks."""
    for given in ([0, 0, 1, 1, 1, 2], [0, 0, 0, 4, 4, 9, 9], [2, 3, 3, 7, 7], [0, 1, 2], [5] * 4):
        _judge_blocks(block_causal_mask, torch.tensor(given))
    one, sign, other = fields(combination, "combination", ["one", "sign", "other"])
    pair = {
        one_of(one, "combination['one']", KINDS),
        one_of(other, "combination['other']", KINDS),
    }
    sign = one_of(sign, "combination['sign']", ("&", "|"))
    demand(
        pair == {"causal", "documents"},
        "the mask is right, `combination` is not: which mask lets a block see itself, and which the"
        " blocks before it?",
    )
    demand(sign == "|", "the two masks are right; must both allow a look, or is one enough?")
    for (kind, mask), numbers in zip(SIX.items(), fields(six, "six", list(SIX)), strict=True):
        name = f"six[{kind!r}]"
        labels = tensor(numbers, name, shape=(6,))
        demand((labels[1:] >= labels[:-1]).all(), f"the numbers in `{name}` fall somewhere.")
        demand(_by_blocks(labels).equal(mask), f"`{name}` gives another mask than that.")
    return "the mask is right, and so are its two parts and the three kinds of blocks."


def _by_blocks(labels: Tensor) -> Tensor:
    return labels[None, :] <= labels[:, None]


def _judge_blocks(function: object, labels: Tensor) -> None:
    found = ask(function, labels, name="block_causal_mask")
    where = f"for the blocks {', '.join(map(str, labels.tolist()))} the mask"
    mask = tensor(found, "block_causal_mask(blocks)", shape=(len(labels), len(labels)))
    demand(mask.dtype == torch.bool, "a mask is boolean in this book; True means “may look”.")
    expected = _by_blocks(labels)
    same = labels[None, :] == labels[:, None]
    turned = mask.equal(expected.mT) and not mask.equal(expected)
    demand(not turned, f"{where} is turned: queries are rows, and see the blocks before them.")
    demand((mask & same).equal(same), f"{where} hides a part of a block from itself.")
    demand((mask & ~expected).any().logical_not(), f"{where} shows a later block.")
    demand(mask.equal(expected), f"{where} hides an earlier block.")
