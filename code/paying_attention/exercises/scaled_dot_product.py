"""What checks the answers to the exercises of chapter 04."""

import sys
from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from paying_attention.attention.scaled_dot_product import scaled_dot_product_attention
from paying_attention.exercises.asking import ask
from paying_attention.exercises.checking import demand, exercise
from paying_attention.exercises.reading import fields, near, number, one_of, tensor, truth
from paying_attention.exercises.wording import kind_of, shown

# The headline `river bank loan`, and what exercise 4.2 adds.
QUERY = torch.tensor([[1.0, -1.0], [2.0, 1.0], [1.0, 2.0]])
KEY = torch.tensor([[2.0, 0.0], [1.0, 1.0], [-1.0, 1.0]])
VALUE = torch.tensor([[3.0, 0.0], [4.0, 2.0], [1.0, 2.0]])
CONSTANT = torch.tensor([3.0, -1.0])

BY_HAND = 0.011  # two decimals, the last of them rounded either way
EXACT = 1e-4  # what single precision leaves of a right answer, with room


@exercise("4.1")
def one_more_word(answer: object) -> str:
    """Scores, weights and output of `bank` in a headline of four words, computed by hand."""
    *places, ratio = fields(answer, "answer", ["scores", "weights", "output", "ratio"])
    key = torch.cat([KEY, torch.tensor([[0.0, 2.0]])])
    value = torch.cat([VALUE, torch.tensor([[0.0, 3.0]])])
    right = scaled_dot_product_attention(QUERY[1:2], key, value)
    _scores_of_bank(tensor(places[0], "answer['scores']", shape=(4,)), key @ QUERY[1])
    _weights_of_bank(tensor(places[1], "answer['weights']", shape=(4,)), right.weights[0])
    output = tensor(places[2], "answer['output']", shape=(2,))
    from_theirs = tensor(places[1], "answer['weights']", shape=(4,)).to(value.dtype) @ value
    demand(  # from weights that are rounded by hand, it is .02 off
        near(output, right.output[0], BY_HAND) or near(output, from_theirs, BY_HAND),
        "scores and weights are right, the output is not: it is the sum of the four values, each"
        " times its weight.",
    )
    demand(
        one_of(ratio, "answer['ratio']", ["larger", "smaller", "the same"]) == "the same",
        "the numbers are right, the ratio is not: weights of two decimals blur it. Write both"
        " weights as fractions, with `rate` and without: what is the same in the two?",
    )
    return "scores, weights and output are right, and so is what happens to the ratio."


def _scores_of_bank(scores: Tensor, undivided: Tensor) -> None:
    demand(
        not near(scores, undivided, BY_HAND),
        "these are the dot products; a score is divided by the root of the width.",
    )
    demand(
        near(scores, undivided / 2**0.5, 0.015),  # √2 ≈ 1.41 is .012 off
        "the scores are not right yet: each is the dot product of the query of `bank` with one of"
        " the four keys, divided by the root of the width.",
    )


def _weights_of_bank(weights: Tensor, right: Tensor) -> None:
    demand(
        near(weights.sum(), 1.0, 0.03),
        f"the scores are right; the weights sum to {float(weights.sum()):.2f}. Divide each"
        " exponential by the sum of all four.",
    )
    demand(
        near(weights, right, BY_HAND),
        "the scores are right, the weights are not: take the exponential of each score, and divide"
        " by the sum of all four.",
    )


@exercise("4.2")
def constant(answer: object) -> str:
    """In how many rows a constant changes the weights, and which bias has no effect."""
    names = ["keys", "queries", "bank", "useless"]
    keys, queries, bank, useless = fields(answer, "answer", names)
    with_queries = _weights(QUERY + CONSTANT, KEY)
    _rows_that_change(keys, "keys", _weights(QUERY, KEY + CONSTANT))
    _rows_that_change(queries, "queries", with_queries)
    demand(
        near(tensor(bank, "answer['bank']", shape=(3,)), with_queries[1], BY_HAND),
        "both predictions are right; the weights of `bank` are not. Run it: every query becomes"
        " q + b, the keys stay, and `bank` is the second row of the weights.",
    )
    demand(
        one_of(useless, "answer['useless']", ["q_proj", "k_proj"]) == "k_proj",
        "the numbers are right. The bias of a projection is a constant on all of its rows: which"
        " of your two predictions is about this one?",
    )
    return "predictions and weights are right, and one bias fewer has to be learned."


def _rows_that_change(answer: object, name: str, weights: Tensor) -> None:
    rows = number(answer, f"answer['{name}']")
    demand(rows in (0, 1, 2, 3), f"`answer['{name}']` is no number of rows out of three.")
    changed = ((weights - _weights(QUERY, KEY)).abs() > EXACT).any(dim=1)
    demand(
        rows == int(changed.sum()),
        f"with b on the {name}, this is not the number of rows that change. Write out one row of"
        " scores with b in it: what is added to each of its entries?",
    )


def _weights(query: Tensor, key: Tensor) -> Tensor:
    return scaled_dot_product_attention(query, key, key).weights


def _draw(*axes: int, width: int) -> tuple[Tensor, Tensor, Tensor]:
    """Five queries, seven keys of very different lengths, values of width 2."""
    query = torch.randn(*axes, 5, width, dtype=torch.float64)
    key = torch.randn(*axes, 7, width, dtype=torch.float64)
    loudness = torch.linspace(0.4, 2.2, 7, dtype=torch.float64)[:, None]
    return query, key * loudness, torch.randn(*axes, 7, 2, dtype=torch.float64)


def _compare(found: Tensor, right: Tensor, mistakes: dict[str, Tensor], otherwise: str) -> None:
    """Let right numbers pass; else say which mistake gives these, or the last words."""
    for sentence, wrong in mistakes.items():
        demand(near(found, right, EXACT) or not near(found, wrong, EXACT), sentence)
    demand(near(found, right, EXACT), otherwise)


@exercise("4.3")
def copies(attend_counted: object) -> str:
    """Pairs that stand in a dictionary several times, by a bias."""
    for counts in ([1, 5, 2, 1, 3, 1, 4], [0.5, 2.5, 0.1, 1.7, 4.2, 1.0, 3.3]):
        inputs = *_draw(width=3), torch.tensor(counts, dtype=torch.float64)
        found = ask(attend_counted, *inputs, name="attend_counted")
        right, mistakes = _counted(*inputs)
        _compare(
            tensor(found, "attend_counted(…)", (5, 2)),
            right,
            mistakes,
            "this is right for whole counts and not for fractions such as 2.5: half a pair stands"
            " in no dictionary, but a weight can be half as large."
            if 0.5 in counts
            else f"for the counts {counts} this is not the output of the longer dictionary. Write"
            " one weight as a fraction, with c equal terms above and below.",
        )
    demand(
        _calls_the_package(attend_counted, *inputs, name="attend_counted"),
        "the outputs are right; now write it as a call of the package's"
        " `scaled_dot_product_attention`.",
    )
    return "every pair counts as often as it stands there, and even two and a half times."


def _counted(
    query: Tensor, key: Tensor, value: Tensor, counts: Tensor
) -> tuple[Tensor, dict[str, Tensor]]:
    """The right output, and what mistakes give instead."""
    terms = (_scores(query, key) / query.shape[-1] ** 0.5).exp()

    def mixed(factors: Tensor) -> Tensor:
        return factors * terms @ value / (factors * terms).sum(dim=1, keepdim=True)

    return mixed(counts), {
        "the counts have no effect yet: this is the output for one copy of each.": mixed(
            torch.ones_like(counts)
        ),
        "the weights of a row no longer sum to 1: the counts belong inside the softmax, not after"
        " it.": counts * torch.softmax(terms.log(), dim=1) @ value,
        "the counts themselves are added to the scores. How much must be added to s for its"
        " exponential to become c times as large?": mixed(counts.exp()),
        "a logarithm is added, but of another base than the exponential's.": mixed(
            counts.log2().exp()
        ),
    }


@exercise("4.4")
def cosine(cosine_attention: object) -> str:
    """Attention by cosines with a temperature; its weights are softmax(cos / temperature)."""
    for axes, temperature in (((), 0.4), ((2, 3), 0.4), ((), 3.0)):
        query, key, value = _draw(*axes, width=11)
        output, weights = _pair(cosine_attention, query, key, value, temperature)
        right = torch.softmax(_cosines(query, key) / temperature, dim=-1)
        where = f"for temperature {temperature:g}, and {len(axes)} axes in front,"
        _compare(
            tensor(weights, "weights", right.shape),
            right,
            _cosine_mistakes(query, key, temperature),
            f"{where} the weights are not softmax(cos / temperature). Compare yours with that, on"
            " random queries and keys.",
        )
        demand(
            near(tensor(output, "output", (*axes, 5, 2)), right @ value, EXACT),
            f"{where} the weights are right, the output is not: the values are mixed as they are.",
        )
    _zero_vectors(cosine_attention)
    demand(
        _calls_the_package(cosine_attention, *_draw(width=3), 0.4, name="cosine_attention"),
        "the weights are right; now write it as a call of the package's"
        " `scaled_dot_product_attention`.",
    )
    return "the weights are the softmax of cos / temperature, and a zero vector has a place."


def _zero_vectors(cosine_attention: object) -> None:
    query, key, value = _draw(width=3)
    query[2], key[4] = 0, 0
    output, weights = _pair(cosine_attention, query, key, value, 0.7)
    demand(
        not weights.isnan().any(),
        "a zero vector gives NaN: it is divided by its length, which is 0.",
    )
    right = (_cosines(query, key) / 0.7).softmax(-1)
    demand(
        near(tensor(weights, "weights", (5, 7)), right, EXACT),
        "the weights are right, but not where a query or a key is zero: its cosine is to be 0.",
    )
    demand(
        near(tensor(output, "output", (5, 2)), right @ value, EXACT),
        "with a zero vector the weights are right, the output is not the mix that they make.",
    )


def _pair(function: object, *inputs: object) -> tuple[Tensor, Tensor]:
    result = ask(function, *inputs, name="cosine_attention")
    demand(
        isinstance(result, tuple | list)
        and len(result) == 2
        and all(isinstance(each, Tensor) for each in result),
        f"`cosine_attention` returns {kind_of(result)}; return what the call of the package"
        " returns, output and weights.",
    )
    return tuple(result)


def _cosines(query: Tensor, key: Tensor) -> Tensor:
    # with the lengths divided out afterwards; a zero vector has the cosine 0 with everything
    lengths = query.norm(dim=-1)[..., :, None] * key.norm(dim=-1)[..., None, :]
    return torch.where(lengths > 0, _scores(query, key) / lengths.clamp_min(1e-30), 0.0)


def _cosine_mistakes(query: Tensor, key: Tensor, temperature: float) -> dict[str, Tensor]:
    cosines, root = _cosines(query, key), query.shape[-1] ** 0.5
    of_queries = query.norm(dim=-1, keepdim=True)
    of_keys = key.norm(dim=-1)[..., None, :]
    scores = {
        "the dot products are divided by the temperature, but they are no cosines yet: their"
        " lengths are still in them.": cosines * of_queries * of_keys / temperature,
        "only the queries are normalised: a loud key still wins.": cosines * of_keys / temperature,
        "only the keys are normalised.": cosines * of_queries / temperature,
        "the cosines are multiplied by the temperature.": cosines * temperature,
        "the temperature has no effect, and the cosines are divided by the root of the width: what"
        " does the function do without `scale`?": cosines / root,
        "the temperature has no effect.": cosines,
        "the cosines are divided by the root of the width too; it has no business here.": cosines
        / root
        / temperature,
    }
    return {sentence: torch.softmax(each, dim=-1) for sentence, each in scores.items()}


@exercise("4.5")
def three_bugs(finds: object, variance: object, is_right: object) -> str:
    """Which test finds which bug, the spread of one, and a test that finds these and others."""
    right = {"test 1": "C", "test 2": "C", "test 3": "ABC"}
    for name, value in zip(right, fields(finds, "finds", list(right)), strict=True):
        demand(
            _letters(value, f"finds[{name!r}]") == set(right[name]),
            f"`finds[{name!r}]` is not right yet. Run this test on each of the three functions,"
            " with random queries and keys.",
        )
    demand(
        abs(number(variance, "variance") / 4096 - 1) < 0.06,  # an honest measurement passes
        "the tests are right; the variance is not. What is the variance of q · k at this width, and"
        " what does a division by B's `scale` do to a spread?",
    )
    for name, weights_of in RIGHT.items():
        demand(
            _says(is_right, weights_of),
            f"`is_right` refuses right weights, {name}. What does it compare them with, and within"
            " which tolerance?",
        )
    for name, weights_of in BUGS.items():
        demand(not _says(is_right, weights_of), f"`is_right` lets a bug pass: {name}.")
    return "your test takes right code, and finds the three bugs and four more."


def _letters(value: object, name: str) -> set[str]:
    text = " ".join(map(str, value)) if isinstance(value, list | tuple | set) else value
    letters = set(text.upper().replace("AND", "")) - set(" ,") if isinstance(text, str) else set()
    demand(
        letters and letters <= set("ABC"),
        f'`{name}` is {shown(value)}; write the letters of the bugs, such as "AB".',
    )
    return letters


def _says(is_right: object, weights_of: Callable) -> bool:
    return truth(ask(is_right, weights_of, name="is_right"), "is_right(…)")


def _scores(query: Tensor, key: Tensor) -> Tensor:
    return query @ key.transpose(-2, -1)


RIGHT: dict[str, Callable[[Tensor, Tensor, int], Tensor]] = {
    "those of the package": lambda q, k, dim: scaled_dot_product_attention(q, k, k).weights,
    "computed in another order": lambda q, k, dim: torch.softmax(
        _scores(q * k.shape[-1] ** -0.25, k * k.shape[-1] ** -0.25), dim=-1
    ),
}
BUGS: dict[str, Callable[[Tensor, Tensor, int], Tensor]] = {
    "A of the three": lambda q, k, dim: (_scores(q, k) * dim**-0.5).softmax(-1),
    "B of the three": lambda q, k, dim: (_scores(q, k) / k.shape[-1] ** -0.5).softmax(-1),
    "C of the three": lambda q, k, dim: (_scores(q, k) * k.shape[-1] ** -0.5).softmax(-2),
    "scores that are not divided at all": lambda q, k, dim: _scores(q, k).softmax(-1),
    "scores divided by the width of a head, not by its root": lambda q, k, dim: (
        _scores(q, k) / k.shape[-1]
    ).softmax(-1),
    "scores divided by the width of the model, not by a root": lambda q, k, dim: (
        _scores(q, k) / dim
    ).softmax(-1),
    "weights that leave out the last key": lambda q, k, dim: torch.nn.functional.pad(
        (_scores(q, k) * k.shape[-1] ** -0.5)[..., :-1].softmax(-1), (0, 1)
    ),
}


@exercise("4.6")
def sum(with_zero_pair: object, formula: object) -> str:
    """Attention with one more pair of zeros, and what it gives for equal pairs."""
    for axes in ((), (2, 3)):
        inputs = _draw(*axes, width=3)
        found = ask(with_zero_pair, *inputs, name="with_zero_pair")
        right, mistakes = _with_zeros(*inputs)
        _compare(
            tensor(found, "with_zero_pair(…)", (*axes, 5, 2)),
            right,
            mistakes,
            "`with_zero_pair` is not attention over the dictionary and one more pair with a zero"
            f" key and a zero value{', with two axes in front' if axes else ''}.",
        )
    for numbers in ((2, 0.7, 3.0), (3, -1.3, -4.0), (7, 2.1, 0.5), (40, -3.0, 2.0)):
        _formula_at(formula, *(torch.tensor(each, dtype=torch.float64) for each in numbers))
    return "the output of equal pairs now grows with their number, by your formula."


def _with_zeros(query: Tensor, key: Tensor, value: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
    """The right output, and what mistakes give instead."""
    terms = (_scores(query, key) / query.shape[-1] ** 0.5).exp()
    above, below = terms @ value, terms.sum(dim=-1, keepdim=True)
    return above / (below + 1), {
        "`with_zero_pair` gives attention without another pair. If there is one, it has no weight:"
        " what is the score of a zero key, and the exponential of that?": above / below,
        "the new pair has a value of ones; it is to be zero.": (above + 1) / (below + 1),
        "there are two new pairs, and one was asked for.": above / (below + 2),
    }


def _formula_at(formula: object, c: Tensor, s: Tensor, v: Tensor) -> None:
    found = number(ask(formula, c, s, v, name="formula"), "formula(c, s, v)")
    part = s.exp()
    mistakes = {
        "It does not depend on c.": part / (part + 1) * v,
        "It does not depend on s: of what is a weight made?": c / (c + 1) * v,
        "That is the output without the zero pair.": v,
        "The weights are to sum to 1: what stands below the fraction's line?": c * part * v,
    }
    why = [words for words, wrong in mistakes.items() if near(found, wrong, EXACT)]
    demand(
        near(found, c * part / (c * part + 1) * v, EXACT),
        f"`with_zero_pair` is right; `formula` gives {found:.3g} for c = {c:g}, s = {s:g},"
        f" v = {v:g}, and attention over these pairs another number. {' '.join(why)}".strip(),
    )


@exercise("4.7")
def kernel(kernel_attention: object, estimates: object) -> str:
    """Kernel regression for keys of any length, and what three widths do to a sine."""
    for axes, width in (((), 0.8), ((2, 3), 1.7), ((), 2.6)):
        inputs = _draw(*axes, width=3)
        found = ask(kernel_attention, *inputs, width, name="kernel_attention")
        _compare(
            tensor(found, "kernel_attention(…)", (*axes, 5, 2)),
            _regression(*inputs, width),
            _kernel_mistakes(*inputs, width),
            f"for width {width:g}, and {len(axes)} axes in front, this is not what"
            " `kernel_regression` gives. Multiply the exponent out, and put each term where it"
            " belongs.",
        )
    demand(
        _calls_the_package(kernel_attention, *_draw(width=3), 1.7, name="kernel_attention"),
        "the outputs are right; now write it as a call of the package's"
        " `scaled_dot_product_attention`.",
    )
    _gradients(kernel_attention, *_draw(width=3), 1.7)
    _what_the_widths_do(estimates)
    return "outputs, gradients and estimates are those of a Gaussian kernel."


def _calls_the_package(function: object, *inputs: object, name: str) -> bool:
    """Watch which functions of Python are called."""
    called: set[str] = set()
    before = sys.getprofile()
    sys.setprofile(lambda frame, event, _: called.add(frame.f_code.co_name))
    try:
        ask(function, *inputs, name=name)
    finally:
        sys.setprofile(before)
    return "scaled_dot_product_attention" in called


def _regression(query: Tensor, key: Tensor, value: Tensor, width: float) -> Tensor:
    squares = (query[..., :, None, :] - key[..., None, :, :]).square().sum(dim=-1)
    return torch.softmax(-squares / (2 * width**2), dim=-1) @ value


def _kernel_mistakes(query: Tensor, key: Tensor, value: Tensor, width: float) -> dict[str, Tensor]:
    lengths = key.square().sum(dim=-1)[..., None, :]

    def mixed(scale: float, bias: Tensor) -> Tensor:
        return (_scores(query, key) * scale + bias).softmax(-1) @ value

    square = width**2
    return {
        "the length of a key has no effect yet: this is right for keys of one length only.": mixed(
            1 / square, 0 * lengths
        ),
        "the bias has the wrong sign: a long key is far away from most queries.": mixed(
            1 / square, lengths / (2 * square)
        ),
        "the bias is not divided by the squared width.": mixed(1 / square, -lengths / 2),
        "the ½ is missing in the bias.": mixed(1 / square, -lengths / square),
        "the width is not squared.": mixed(1 / width, -lengths / (2 * width)),
        "the width has no effect.": mixed(1.0, -lengths / 2),
        "the scores are divided by √d_k: what does the function do without `scale`?": mixed(
            query.shape[-1] ** -0.5, -lengths / (2 * square)
        ),
    }


def _gradients(function: object, query: Tensor, key: Tensor, value: Tensor, width: float) -> None:
    leaves = [each.requires_grad_() for each in (query, key, value)]
    towards = torch.randn(5, 2, dtype=torch.float64)
    # a copy of a leaf would keep the gradient to itself
    output = ask(function, *(each * 1 for each in leaves), width, name="kernel_attention")
    demand(
        isinstance(output, Tensor) and output.requires_grad,
        "the outputs are right, but no gradient comes back from them.",
    )
    demand(
        output.dtype == query.dtype,
        f"the outputs are right, but {output.dtype} for inputs of {query.dtype}: `gradcheck` sees"
        " the difference.",
    )
    right = torch.autograd.grad((_regression(*leaves, width) * towards).sum(), leaves)
    found = torch.autograd.grad((output * towards).sum(), leaves, allow_unused=True)
    for name, one, other in zip(("query", "key", "value"), found, right, strict=True):
        demand(
            one is not None and near(one, other, EXACT),
            f"the outputs are right, the gradient of the {name} is not: is something detached?",
        )
    demand(  # float64 leaves 1e-15, float32 on the way 1e-7
        all(near(one, other, 1e-10) for one, other in zip(found, right, strict=True)),
        "outputs and gradients are right to some digits, and `gradcheck` wants more: is something"
        " computed in float32 on the way?",
    )


def _what_the_widths_do(estimates: object) -> None:
    widths = {"0.01": "copies", "0.3": "smooths", "10": "averages"}
    *said, best = fields(estimates, "estimates", [*widths, "best"])
    options: Sequence[str] = sorted(widths.values())
    for (width, right), word in zip(widths.items(), said, strict=True):
        place = f"estimates[{width!r}]"
        demand(
            one_of(word, place, options) == right,
            f"your function is right; `{place}` is not. Print the estimates at five places beside"
            " the nearest noisy points.",
        )
    demand(
        near(number(best, "estimates['best']"), 0.3, 1e-6),
        "`estimates['best']` is not right: compare the three mean squared errors.",
    )
