"""What checks the answers to the exercises of chapter 02."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from paying_attention.attention.recurrent.additive import AdditiveAttention
from paying_attention.attention.softmax import AttentionOutput, masked_softmax
from paying_attention.data.sentence_pairs import SentencePair
from paying_attention.data.toys.number_words import number_pair
from paying_attention.evaluation.alignment_error import (
    AlignmentCounts,
    argmax_links,
    count_alignment,
)
from paying_attention.exercises.asking import ask
from paying_attention.exercises.checking import demand, exercise
from paying_attention.exercises.reading import fields, near, number, one_of, tensor, truth
from paying_attention.exercises.wording import kind_of
from paying_attention.models.recurrent.config import Seq2SeqConfig
from paying_attention.models.recurrent.seq2seq import Seq2Seq

# --- 2.1 ------------------------------------------------------------------------------------------


@exercise("2.1")
def additive_by_hand(answer: object) -> str:
    """What the state says, tanh, scores and weights of one question, computed by hand."""
    names = ["Ws", "tanh", "scores", "weights", "unit"]
    places = dict(zip(names, fields(answer, "answer", names), strict=True))
    said = torch.tensor([2.0, 0.0])
    sums = said + torch.tensor([[-0.5, 1.5], [-1.0, -1.0], [1.5, 0.5]])
    scores = torch.tanh(sums) @ torch.tensor([2.0, 2.0])
    found = tensor(places["Ws"], "answer['Ws']", shape=(2,))
    demand(
        near(found, said, within=0.005),
        "`Ws` is not right yet: it holds the dot product of each row of W with this state.",
    )
    _check_hidden(tensor(places["tanh"], "answer['tanh']", shape=(3, 2)), sums)
    demand(
        near(tensor(places["scores"], "answer['scores']", shape=(3,)), scores, within=0.03),
        "the tanh are right, the scores are not: a score is the dot product of v with both tanh.",
    )
    weights = tensor(places["weights"], "answer['weights']", shape=(3,))
    demand(
        near(weights, torch.softmax(scores, dim=0), within=0.011),
        "the scores are right, the weights are not: take the exponential of each score, and divide"
        " by the sum of all three.",
    )
    unit = one_of(places["unit"], "answer['unit']", ("first", "second"))
    demand(
        unit == "first",
        "the numbers are right. In which unit do `drei` and `zwanzig`, far apart before the tanh,"
        " come out nearly equal?",
    )
    return "what the state says, the tanh, scores and weights are right, and so is the unit."


def _check_hidden(hidden: Tensor, sums: Tensor) -> None:
    demand(
        not near(hidden, sums, within=0.02),
        "these are the sums; each of the six numbers still has to go through the tanh.",
    )
    demand(
        near(hidden, torch.tanh(sums), within=0.0055),
        "`Ws` is right, the tanh are not: add `Ws` to each annotation first. One row for each of"
        " the three words, one column for each hidden unit.",
    )


# --- 2.2 ------------------------------------------------------------------------------------------

AMOUNTS = ("hardly any", "about a third", "most")


@exercise("2.2")
def deaf(prediction: object, deafened: object) -> str:
    """Three predictions about a decoder whose question is not heard, and what makes it so."""
    torch.manual_seed(0)
    sizes = {"d_embedding": 3, "d_encoder": 6, "d_decoder": 5}
    model = Seq2Seq(Seq2SeqConfig(7, 11, attention="additive", **sizes))
    before = {name: value.clone() for name, value in model.state_dict().items()}
    copied = ask(deafened, model, name="deafened")
    demand(
        isinstance(copied, Seq2Seq),
        f"`deafened` returns {kind_of(copied)}, and a model was asked for.",
    )
    demand(
        all(torch.equal(before[name], value) for name, value in model.state_dict().items()),
        "`deafened` changes the model that it is given, and the page needs that one again: change"
        " a copy.",
    )
    _check_deafness(before, copied)
    _check_predictions(prediction)
    return "the copy is deaf, the translator still hears, and all three predictions hold."


def _check_deafness(before: dict[str, Tensor], copied: Seq2Seq) -> None:
    after = copied.state_dict()
    W = "decoder.attention.query_proj.weight"
    demand(
        set(after) == set(before),
        "the copy has other parameters than the model: give W zeros, and keep the rest.",
    )
    demand(not after[W].any(), "W of the copy's attention is not zero everywhere.")
    others = [n for n in before if n != W and not torch.equal(before[n], after[n])]
    demand(not others, "W is zero in the copy, but something else has changed, too.")


def _check_predictions(prediction: object) -> None:
    names = ["words differ", "rows differ", "right"]
    words, rows, right = fields(prediction, "prediction", names)
    words = one_of(words, "prediction['words differ']", ("yes", "no"))
    rows = one_of(rows, "prediction['rows differ']", ("yes", "no"))
    right = one_of(right, "prediction['right']", AMOUNTS)
    demand(
        words == "yes",
        "the prediction about the words of a row does not hold: put zero for W into the score, and"
        " see what is left of it.",
    )
    demand(
        rows == "no",
        "the prediction about the rows does not hold: what in the score depends on i, once W is"
        " zero?",
    )
    demand(
        right == "hardly any",
        "the guess about the phrases does not hold. Count them with `translation_accuracy`.",
    )


# --- 2.3 ------------------------------------------------------------------------------------------

TESTS = {
    "mean": ("the context is a weighted mean", "yes"),
    "move": ("weights move with the annotations", "no"),
    "one": ("one annotation changes one score", "no"),
    "question": ("weights hear the question", "yes"),
}


@exercise("2.3")
def tutorial(passes: object, mended: object) -> str:
    """Which tests the tutorial's attention passes, and a class that passes all of them."""
    for (name, (test, expected)), place in zip(
        TESTS.items(), fields(passes, "passes", list(TESTS)), strict=True
    ):
        said = one_of(place, f"passes['{name}']", ("yes", "no"))
        demand(
            said == expected,
            f"`passes` is not right about the test that {test}: run it on the tutorial's class.",
        )
    for width, length in ((5, 4), (3, 7)):
        module = ask(mended, width, name="MendedAttention")
        _check_looking(_looking_of(module), width, length)
    return "the four tests are right, and your class passes them, in sentences of any length."


class Look(NamedTuple):
    """What was asked of an attention module: two sentences, or a changed copy of them."""

    embedded: Tensor
    hidden: Tensor
    outputs: Tensor


Looking = Callable[[Look], tuple[Tensor, Tensor]]


def _looking_of(module: object) -> Looking:
    """Ask the module, and read context and weights."""

    def look(given: Look) -> tuple[Tensor, Tensor]:
        found = ask(module, *given, name="MendedAttention")
        demand(
            isinstance(found, tuple | list) and len(found) == 2,
            "`MendedAttention` returns context and weights, as the tutorial's class does.",
        )
        batch, length, width = given.outputs.shape
        context = tensor(found[0], "context", shape=(batch, width))
        return context, tensor(found[1], "weights", shape=(batch, length))

    return look


def _check_looking(look: Looking, width: int, length: int) -> None:
    """The page's four tests, with two sentences at once and the state alone as the question."""
    given = Look(*torch.randn(2, 2, width), torch.randn(2, length, width))
    context, weights = look(given)
    demand(
        (weights >= 0).all() and near(weights.sum(dim=1), torch.ones(2), within=1e-4),
        "the weights of a sentence do not sum to 1: over which axis does the softmax go?",
    )
    mean = (weights[:, None] @ given.outputs)[:, 0]
    demand(near(context, mean, within=1e-4), "the context is not the mean by these weights.")
    order = [*torch.randperm(length - 1).add(1).tolist(), 0]  # the first word goes last
    moved = look(given._replace(outputs=given.outputs[:, order]))
    demand(
        near(moved[1], weights[:, order], within=1e-4) and near(moved[0], context, within=1e-4),
        "the words of a sentence change places, and the weights do not move along with them.",
    )
    _check_one_change(look, given, weights)
    alone = look(Look(*(part[1:] for part in given)))[1]
    demand(
        near(alone, weights[1:], within=1e-4),
        "the second sentence of a batch has other weights than the same sentence alone: each is"
        " asked by its own state.",
    )
    asked = look(given._replace(hidden=given.hidden.flip(1) + 1))[1]
    demand(
        not near(asked, weights, within=1e-4),
        "another `hidden` asks, and the weights stay as they were: the state is not heard.",
    )


def _check_one_change(look: Looking, given: Look, weights: Tensor) -> None:
    changed = given.outputs.clone()
    changed[:, 1] += torch.linspace(1, 2, changed.shape[-1])
    factors = look(given._replace(outputs=changed))[1] / weights
    others = torch.cat([factors[:, :1], factors[:, 2:]], dim=1)
    kept = near(others, others[:, :1].expand_as(others), within=1e-3)
    demand(kept, "one annotation changes, and the other weights do not keep their ratios.")
    demand(
        not near(factors[:, 1], others[:, 0], within=1e-3),
        "one annotation changes, and its weight stays as it was.",
    )


# --- 2.4 ------------------------------------------------------------------------------------------


def _masked_scores(scores: Tensor, mask: Tensor) -> Tensor:
    return torch.softmax(scores * mask, dim=-1)


def _masked_weights(scores: Tensor, mask: Tensor) -> Tensor:
    return torch.softmax(scores, dim=-1) * mask


def _minus_infinity(scores: Tensor, mask: Tensor) -> Tensor:
    return torch.softmax(scores.masked_fill(~mask, -torch.inf), dim=-1)


def _divided_again(scores: Tensor, mask: Tensor) -> Tensor:
    weights = _masked_weights(scores, mask)
    return weights / weights.sum(dim=-1, keepdim=True)


def _turned_around(scores: Tensor, mask: Tensor) -> Tensor:
    return torch.softmax(scores.masked_fill(mask, -torch.inf), dim=-1)


VERSIONS = {
    "`first`": (_masked_scores, False),
    "`second`": (_masked_weights, False),
    "`third`": (_minus_infinity, True),
    "`second` divided by the sum that is left, which is a right version": (_divided_again, True),
    "a version that looks at padding and nowhere else": (_turned_around, False),
}
ROWS = {
    "first": "what does a score become, times 0, and which weight does that get?",
    "second": "the softmax is taken over all three scores, and then one weight goes.",
    "third": "the exponential of minus infinity is 0.",
}


@exercise("2.4")
def additive_mask(rows: object, padding_is_safe: object, fourth: object) -> str:
    """Three rows by hand, a test that tells wrong masks from right ones, and a mended mask."""
    scores, mask = torch.tensor([2.0, 1.0, 3.0]), torch.tensor([True, True, False])
    versions = (_masked_scores, _masked_weights, _minus_infinity)
    for name, place, version in zip(ROWS, fields(rows, "rows", list(ROWS)), versions, strict=True):
        row = tensor(place, f"rows['{name}']", shape=(3,))
        right = near(row, version(scores, mask), within=0.011)
        demand(right, f"the row of `{name}` is not right yet: {ROWS[name]}")
    for name, (version, expected) in VERSIONS.items():
        found = ask(padding_is_safe, version, name="padding_is_safe")
        demand(
            truth(found, "padding_is_safe(version)") == expected,
            f"`padding_is_safe` {'refuses' if expected else 'lets through'} {name}.",
        )
    _check_fourth(fourth)
    return "the rows are right, your test tells wrong from right, and a blind row is no trouble."


def _check_fourth(fourth: object) -> None:
    scores = torch.linspace(-2, 3, 15).view(3, 5).sin() * 3
    mask = torch.tensor([[True, True, True, False, False], [True] * 5, [False] * 5])
    name, expected = "fourth(scores, mask)", masked_softmax(scores, mask)
    seeing = tensor(ask(fourth, scores[:2], mask[:2], name="fourth"), name, shape=(2, 5))
    demand(
        near(seeing, expected[:2], within=1e-5),
        "`fourth` is not right where there are words to see: it should do there as `third` does.",
    )
    blind = ask(fourth, scores, mask, name="fourth")
    demand(
        not torch.as_tensor(blind).isnan().any(),
        "`fourth` still gives NaN for a row without any real word.",
    )
    demand(
        near(tensor(blind, name, shape=(3, 5)), expected, within=1e-5),
        "`fourth` gives a row without any real word weights that are not zero, or spoils the rows"
        " beside it.",
    )


# --- 2.5 ------------------------------------------------------------------------------------------

SETS = ("English to French", "French to English", "union", "intersection")
RATES = (
    "the first rate is not right: pool the counts of all sentences, and take the pool's error.",
    "the first rate is right, the second is not: `argmax_links` is given the reversed pair, and"
    " each of its links is turned around.",
    "both directions alone are right, the third rate is not: the union holds every link that one of"
    " them proposes.",
    "three rates are right, the fourth is not: the intersection holds the links that both propose.",
)


@exercise("2.5")
def union(answer: object, four_rates: object) -> str:
    """A floor by hand, four error rates from two directions, and which of them is lowest."""
    floor, lowest = fields(answer, "answer", ["floor", "lowest"])
    demand(
        near(number(floor, "answer['floor']"), 0.2, within=0.005),
        "the floor is not right yet: how many links do the two French words propose, how many of"
        " them can be sure, and how many sure links are there?",
    )
    pairs = [number_pair(99, "fr"), number_pair(345), number_pair(72, "fr"), number_pair(23)]
    there = [_weights(pair, start=0) for pair in pairs]
    back = [_weights(pair.reverse(), start=1) for pair in pairs]
    found = ask(four_rates, there, back, pairs, name="four_rates")
    rates = tensor(found, "four_rates(there, back, pairs)", shape=(4,))
    for one, other, doubt in zip(rates, _four_rates(there, back, pairs), RATES, strict=True):
        demand(near(one, other, within=0.002), doubt)
    lowest = one_of(lowest, "answer['lowest']", SETS)
    demand(
        lowest == "French to English",
        "`four_rates` is right, `lowest` is not: compare what it gives for the stored runs, in each"
        " seed.",
    )
    return "the floor, the four rates and the lowest of them are right."


def _weights(pair: SentencePair, start: int) -> Tensor:
    """Random weights, of which every second sure link is the largest."""
    scores = torch.rand(len(pair.target), len(pair.source))
    for target, source in sorted(pair.sure)[start::2]:
        scores[target, source] += 1
    return torch.softmax(scores, dim=1)


def _four_rates(
    there: Sequence[Tensor], back: Sequence[Tensor], pairs: Sequence[SentencePair]
) -> list[float]:
    one = [argmax_links(weights, pair) for weights, pair in zip(there, pairs, strict=True)]
    two = [
        {(target, source) for source, target in argmax_links(weights, pair.reverse())}
        for weights, pair in zip(back, pairs, strict=True)
    ]
    sets = (one, two, map(set.union, one, two), map(set.intersection, one, two))
    return [AlignmentCounts.pool(list(map(count_alignment, x, pairs))).error for x in sets]


# --- 2.6 ------------------------------------------------------------------------------------------


@exercise("2.6")
def nothing(resting_attention: object) -> str:
    """A class that extends additive attention by a place to look at nothing."""
    demand(
        isinstance(resting_attention, type),
        f"`RestingAttention` is {kind_of(resting_attention)}, and a class was asked for.",
    )
    demand(
        issubclass(resting_attention, AdditiveAttention),
        "`RestingAttention` is no subclass of the package's `AdditiveAttention`.",
    )
    module, plain = _resting_and_plain(resting_attention)
    query, annotations = torch.randn(3, 3), torch.randn(3, 4, 5)
    padded = torch.tensor([[True] * 4, [True, True, False, False], [False] * 4])
    for score in (0.0, 1.5, -torch.inf):
        module.nothing.data.fill_(score)
        for mask in (None, padded[:2] if score == -torch.inf else padded):
            rows = 3 if mask is None else len(mask)
            given = query[:rows], annotations[:rows], plain.prepare(annotations[:rows], mask), mask
            scores = plain.scores(given[0], given[2])
            _check_resting(module, given, _resting(scores, score, given[1], mask), score)
    module.nothing.data.fill_(0.5)
    _check_learning(module, query, annotations)
    return "it looks at nothing as much as its score says, and without that score as it did before."


def _check_learning(module: AdditiveAttention, query: Tensor, annotations: Tensor) -> None:
    output = module(query, annotations, module.prepare(annotations, None)).output
    found = None
    if output.requires_grad:
        (found,) = torch.autograd.grad(output.sum(), module.nothing, allow_unused=True)
    demand(
        found is not None and found.any(),
        "no gradient reaches the score of nothing, so it would never be learned.",
    )


def _resting_and_plain(kind: type) -> tuple[AdditiveAttention, AdditiveAttention]:
    """The reader's module and the package's, with the same weights."""
    module, plain = ask(kind, 3, 5, 7, name="RestingAttention"), AdditiveAttention(3, 5, 7)
    ours, theirs = (dict(one.named_parameters()) for one in (plain, module))
    demand(
        set(theirs) - set(ours) == {"nothing"} and set(ours) <= set(theirs),
        "`RestingAttention` has the parameters of `AdditiveAttention` and one more, `nothing`."
        " Yours has others.",
    )
    demand(theirs["nothing"].numel() == 1, "`nothing` is one number, the score of looking at it.")
    demand(
        not theirs["nothing"].any(),
        "`nothing` does not begin with the number that the exercise says.",
    )
    plain.load_state_dict({name: theirs[name].detach() for name in ours})
    return module, plain


def _resting(
    scores: Tensor, score: float, annotations: Tensor, mask: Tensor | None
) -> AttentionOutput:
    """Weights by hand: exponentials, divided by a sum in which nothing has its share."""
    exponentials = scores.exp() if mask is None else scores.exp() * mask
    share = torch.tensor(score).exp()
    weights = exponentials / (exponentials.sum(dim=1, keepdim=True) + share)
    return AttentionOutput((weights[:, None] @ annotations)[:, 0], weights)


def _check_resting(
    module: AdditiveAttention, given: tuple, expected: AttentionOutput, score: float
) -> None:
    found = ask(module, *given, name="RestingAttention", position=2)
    demand(
        isinstance(found, AttentionOutput),
        f"`forward` returns {kind_of(found)}, and an `AttentionOutput` was asked for.",
    )
    where = f"with {score:g} for nothing, {'without a' if given[3] is None else 'with a'} mask"
    weights = tensor(found.weights, "weights", shape=expected.weights.shape)
    demand(
        near(weights, expected.weights, within=1e-4),
        f"the weights are not right {where}: nothing takes part in the softmax as one more word"
        " does, and is seen by every sentence.",
    )
    output = tensor(found.output, "output", shape=expected.output.shape)
    demand(
        near(output, expected.output, within=1e-4),
        f"the weights are right, the output is not, {where}: which value has nothing?",
    )
