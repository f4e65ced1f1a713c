from copy import deepcopy

import numpy as np
import torch
from torch import nn

from paying_attention.attention.recurrent.additive import AdditiveAttention
from paying_attention.attention.softmax import AttentionOutput, attend, masked_softmax
from paying_attention.evaluation.alignment_error import (
    AlignmentCounts,
    argmax_links,
    count_alignment,
)
from paying_attention.exercises import bahdanau as check
from tests.exercises.cases import Case

# --- 2.1 ------------------------------------------------------------------------------------------

SUMS = [[1.5, 1.5], [1, -1], [3.5, 0.5]]
BY_HAND = {
    "Ws": (2, 0),
    "tanh": [[0.905, 0.905], [0.762, -0.762], [0.998, 0.462]],
    "scores": [3.62, 0, 2.92],
    "weights": [0.66, 0.02, 0.33],
    "unit": "first",
}
BY_MACHINE = {
    "Ws": torch.tensor([2.0, 0.0]),
    "tanh": torch.tensor(SUMS).tanh(),
    "scores": torch.tensor(SUMS).tanh().sum(dim=1) * 2,
    "weights": (torch.tensor(SUMS).tanh().sum(dim=1) * 2).softmax(dim=0),
    "unit": " First",
}

# --- 2.2 ------------------------------------------------------------------------------------------

PREDICTION = {"words differ": "yes", "rows differ": "no", "right": "hardly any"}


def deafened(model):
    copied = deepcopy(model)
    copied.decoder.attention.query_proj.weight.data.zero_()
    return copied


def deafened_by_its_state(model):
    copied = type(model)(model.config)
    state = dict(model.state_dict())
    name = "decoder.attention.query_proj.weight"
    copied.load_state_dict({**state, name: torch.zeros_like(state[name])})
    return copied


def deafened_itself(model):
    model.decoder.attention.query_proj.weight.data.zero_()
    return model


def deafened_to_the_words(model):
    copied = deepcopy(model)
    copied.decoder.attention.key_proj.weight.data.zero_()
    return copied


def deafened_and_more(model):
    copied = deafened(model)
    copied.decoder.attention.score_proj.weight.data.zero_()
    return copied


def deafened_by_another_attention(model):
    copied = deepcopy(model)
    copied.decoder.attention.query_proj = None
    return copied


# --- 2.3 ------------------------------------------------------------------------------------------

PASSES = {"mean": "yes", "move": "no", "one": "no", "question": "yes"}


class Mended(nn.Module):
    """Additive, of the word and the state."""

    def __init__(self, width):
        super().__init__()
        self.asks, self.answers = nn.Linear(2 * width, width), nn.Linear(width, width)
        self.counts = nn.Linear(width, 1)

    def scores(self, embedded, hidden, outputs):
        asked = self.asks(torch.cat([embedded, hidden], dim=1))[:, None]
        return self.counts(torch.tanh(asked + self.answers(outputs)))[..., 0]

    def forward(self, embedded, hidden, encoder_outputs):
        weights = torch.softmax(self.scores(embedded, hidden, encoder_outputs), dim=1)
        return (weights[:, None] @ encoder_outputs)[:, 0], weights


class MendedByADotProduct(nn.Module):
    def __init__(self, width):
        super().__init__()

    def forward(self, embedded, hidden, encoder_outputs):
        scores = torch.einsum("bd,bjd->bj", hidden, encoder_outputs)
        weights = torch.softmax(scores, dim=1)
        return [torch.einsum("bj,bjd->bd", weights, encoder_outputs), weights]


class StillByPlaces(Mended):
    def __init__(self, width):
        super().__init__(width)
        self.attn = nn.Linear(2 * width, 10)

    def scores(self, embedded, hidden, outputs):
        return self.attn(torch.cat([embedded, hidden], dim=1))[:, : outputs.shape[1]]


class WithoutTanh(Mended):
    def scores(self, embedded, hidden, outputs):
        asked = self.asks(torch.cat([embedded, hidden], dim=1))[:, None]
        return self.counts(asked + self.answers(outputs))[..., 0]


class HearsTheWordAlone(Mended):
    def scores(self, embedded, hidden, outputs):
        return super().scores(embedded, embedded, outputs)


class OverTheBatch(Mended):
    def forward(self, embedded, hidden, encoder_outputs):
        weights = torch.softmax(self.scores(embedded, hidden, encoder_outputs), dim=0)
        return (weights[:, None] @ encoder_outputs)[:, 0], weights


class OneAnswer(Mended):
    def forward(self, *given):
        return super().forward(*given)[0]


class ByThePlaceOfEachScore(Mended):
    """One score speaks for its neighbour too."""

    def scores(self, *given):
        scores = super().scores(*given)
        return scores + scores.roll(1, dims=1)


class SharperForLongWords(Mended):
    """All scores hear of every word: one change reaches them all."""

    def scores(self, embedded, hidden, outputs):
        loudness = outputs.norm(dim=(1, 2))[:, None]
        return super().scores(embedded, hidden, outputs) * loudness


class Mean(Mended):
    def scores(self, *given):
        return super().scores(*given) * 0


class FirstQuestionForAll(Mended):
    def scores(self, embedded, hidden, outputs):
        return super().scores(embedded, hidden[:1].expand_as(hidden), outputs)


class OtherMean(Mended):
    def forward(self, embedded, hidden, encoder_outputs):
        _, weights = super().forward(embedded, hidden, encoder_outputs)
        return encoder_outputs.mean(dim=1), weights


# --- 2.4 ------------------------------------------------------------------------------------------

ROWS = {"first": [0.67, 0.24, 0.09], "second": [0.24, 0.09, 0], "third": [0.73, 0.27, 0]}
EXACT = {
    "first": torch.softmax(torch.tensor([2.0, 1, 0]), dim=0),
    "second": torch.softmax(torch.tensor([2.0, 1, 3]), dim=0) * torch.tensor([1, 1, 0]),
    "third": torch.softmax(torch.tensor([2.0, 1, -torch.inf]), dim=0),
}


def same_as_alone(version):
    scores = torch.tensor([[2.0, 1.0, 3.0]])
    padded = version(scores, torch.tensor([[True, True, False]]))
    alone = version(scores[:, :2], torch.tensor([[True, True]]))
    return torch.allclose(padded[:, :2], alone)


def sums_to_one_without_padding(version):
    weights = version(torch.tensor([2.0, 1.0, 3.0]), torch.tensor([True, True, False]))
    return weights[2] == 0 and (weights.sum() - 1).abs() < 1e-6


def same_as_alone_by_numpy(version):
    scores, mask = torch.tensor([[2.0, 1.0, 3.0]]).double(), torch.tensor([[True, True, False]])
    return np.allclose(version(scores=scores, mask=mask)[:, :2], scores[:, :2].softmax(-1))


def a_numpy_bool(version):
    return np.bool_(same_as_alone_by_numpy(version))


def padding_gets_nothing(version):
    return not version(torch.ones(1, 2), torch.tensor([[True, False]]))[0, 1].item()


def rows_sum_to_one(version):
    weights = version(torch.ones(1, 2), torch.tensor([[True, False]]))
    return torch.allclose(weights.sum(dim=1), torch.ones(1))


def blind_rows_are_no_trouble(version):
    return same_as_alone(version) and bool(
        version(torch.ones(1, 2), torch.zeros(1, 2, dtype=torch.bool)).isfinite().all()
    )


def third(scores, mask):
    return torch.softmax(scores.masked_fill(~mask, -torch.inf), dim=-1)


def third_without_nan(scores, mask):
    return third(scores, mask).nan_to_num()


# --- 2.5 ------------------------------------------------------------------------------------------

ANSWER = {"floor": 0.2, "lowest": "French to English"}


def error(sets, pairs):
    return AlignmentCounts.pool(list(map(count_alignment, sets, pairs))).error


def links_of(there, back, pairs):
    one = [argmax_links(weights, pair) for weights, pair in zip(there, pairs, strict=True)]
    two = [
        {link[::-1] for link in argmax_links(weights, pair.reverse())}
        for weights, pair in zip(back, pairs, strict=True)
    ]
    return one, two


def four_rates(there, back, pairs):
    one, two = links_of(there, back, pairs)
    either = list(map(set.union, one, two))
    both = list(map(set.intersection, one, two))
    return [error(sets, pairs) for sets in (one, two, either, both)]


def four_rates_by_counting(there, back, pairs):
    one, two = links_of(there, back, pairs)
    rates = []
    for combined in (lambda a, b: a, lambda a, b: b, set.__or__, set.__and__):
        hits = links = 0
        for a, b, pair in zip(one, two, pairs, strict=True):
            found = combined(a, b)
            hits += len(found & pair.sure) + len(found & pair.possible)
            links += len(found) + len(pair.sure)
        rates.append(1 - hits / links)
    return torch.tensor(rates)


def mean_of_rates(there, back, pairs):
    one, two = links_of(there, back, pairs)
    sets = (one, two, map(set.union, one, two), map(set.intersection, one, two))
    return [
        sum(count_alignment(*each).error for each in zip(x, pairs, strict=True)) / len(pairs)
        for x in sets
    ]


def nothing_reversed(there, back, pairs):
    two = [argmax_links(weights.T, pair) for weights, pair in zip(back, pairs, strict=True)]
    one, _ = links_of(there, back, pairs)
    sets = (one, two, map(set.union, one, two), map(set.intersection, one, two))
    return [error(x, pairs) for x in sets]


def swapped(there, back, pairs):
    one, two, either, both = four_rates(there, back, pairs)
    return [one, two, both, either]


def without_a_union(there, back, pairs):
    one, two, either, _ = four_rates(there, back, pairs)
    return [one, two, either, min(one, two)]


# --- 2.6 ------------------------------------------------------------------------------------------


class Resting(AdditiveAttention):
    def __init__(self, d_query, d_annotation, d_score):
        super().__init__(d_query, d_annotation, d_score)
        self.nothing = nn.Parameter(torch.zeros(()))

    def forward(self, query, annotations, prepared, mask=None, *, position=0):
        scores = self.scores(query, prepared)
        scores = torch.cat([scores, self.nothing.expand(len(scores), 1)], dim=1)[:, None]
        value = nn.functional.pad(annotations, (0, 0, 0, 1))
        if mask is not None:
            mask = nn.functional.pad(mask, (0, 1), value=True)[:, None]
        context, weights = attend(scores, value, mask)
        return AttentionOutput(context[:, 0], weights[:, 0, :-1])


class RestingInFront(AdditiveAttention):
    """The place stands in front, and its value is never made."""

    def __init__(self, *sizes):
        super().__init__(*sizes)
        self.nothing = nn.Parameter(torch.zeros(1))

    def forward(self, query, annotations, prepared, mask=None, *, position=0):
        scores = self.scores(query, prepared)
        if mask is not None:
            scores = scores.masked_fill(~mask, -torch.inf)
        scores = torch.cat([self.nothing.expand(len(scores), 1), scores], dim=1)
        weights = torch.softmax(scores, dim=1)[:, 1:]
        return AttentionOutput((weights[:, None] @ annotations)[:, 0], weights)


class NeverRests(Resting):
    def forward(self, *given, position=0):
        return AdditiveAttention.forward(self, *given)


class SumsToOneAgain(Resting):
    def forward(self, *given, position=0):
        found = super().forward(*given)
        return found._replace(weights=found.weights / found.weights.sum(1, keepdim=True))


class KeepsTheColumn(Resting):
    def forward(self, *given, position=0):
        found = super().forward(*given)
        rest = 1 - found.weights.sum(1, keepdim=True)
        return found._replace(weights=torch.cat([found.weights, rest], dim=1))


class MeanForNothing(Resting):
    def forward(self, query, annotations, *given, position=0):
        found = super().forward(query, annotations, *given)
        rest = 1 - found.weights.sum(1, keepdim=True)
        return found._replace(output=found.output + rest * annotations.mean(1))


class NotForThePadded(Resting):
    """The mask grows by False: a padded sentence cannot rest."""

    def forward(self, query, annotations, prepared, mask=None, *, position=0):
        if mask is None:
            return super().forward(query, annotations, prepared)
        return AdditiveAttention.forward(self, query, annotations, prepared, mask)


class NothingIsNotLearned(Resting):
    def forward(self, *given, position=0):
        learned = self.nothing
        del self.nothing
        self.nothing = learned.detach()
        try:
            return super().forward(*given)
        finally:
            self.nothing = learned


class OutputIsNotLearned(Resting):
    def forward(self, *given, position=0):
        found = super().forward(*given)
        return AttentionOutput(found.output.detach(), found.weights)


class BeginsElsewhere(Resting):
    def __init__(self, *sizes):
        super().__init__(*sizes)
        nn.init.ones_(self.nothing)


class AnotherName(AdditiveAttention):
    def __init__(self, *sizes):
        super().__init__(*sizes)
        self.rest = nn.Parameter(torch.zeros(()))


class OneForEachUnit(Resting):
    def __init__(self, d_query, d_annotation, d_score):
        super().__init__(d_query, d_annotation, d_score)
        self.nothing = nn.Parameter(torch.zeros(d_score))


class OnlyATuple(Resting):
    def forward(self, *given, position=0):
        return tuple(super().forward(*given))


CASES = [
    Case(
        check.additive_by_hand,
        right=[(BY_HAND,), (BY_MACHINE,), ({**BY_HAND, "scores": np.array([3.6, 0, 2.9])},)],
        wrong=[
            (({**BY_HAND, "Ws": (0, 2)},), "`Ws` is not right"),
            (({**BY_HAND, "tanh": SUMS},), "these are the sums"),
            (({**BY_HAND, "tanh": [[-0.462, 0.905], [-0.762, -0.762], [0.905, 0.462]]},), "add"),
            (({**BY_HAND, "scores": [1.81, 0, 1.46]},), "the scores are not"),
            (({**BY_HAND, "weights": [0.55, 0, 0.45]},), "the weights are not"),
            (({**BY_HAND, "weights": [0.06, 0.02, 0.92]},), "the weights are not"),
            (({**BY_HAND, "unit": "second"},), "In which unit"),
        ],
    ),
    Case(
        check.deaf,
        right=[(PREDICTION, deafened), (PREDICTION, deafened_by_its_state)],
        wrong=[
            ((PREDICTION, deafened_itself), "change a copy"),
            ((PREDICTION, deepcopy), "is not zero everywhere"),
            ((PREDICTION, deafened_to_the_words), "is not zero everywhere"),
            ((PREDICTION, deafened_and_more), "something else has changed"),
            ((PREDICTION, deafened_by_another_attention), "has other parameters"),
            (({**PREDICTION, "words differ": "no"}, deafened), "the words of a row"),
            (({**PREDICTION, "rows differ": "yes"}, deafened), "about the rows"),
            (({**PREDICTION, "right": "most"}, deafened), "about the phrases"),
            (({**PREDICTION, "right": None}, deafened), "prediction['right']"),
        ],
    ),
    Case(
        check.tutorial,
        right=[(PASSES, Mended), (PASSES, MendedByADotProduct)],
        wrong=[
            (({**PASSES, "mean": "no"}, Mended), "weighted mean"),
            (({**PASSES, "move": "yes"}, Mended), "move with the annotations"),
            (({**PASSES, "one": "yes"}, Mended), "changes one score"),
            (({**PASSES, "question": "no"}, Mended), "hear the question"),
            ((PASSES, StillByPlaces), "do not move along"),
            ((PASSES, ByThePlaceOfEachScore), "do not move along"),
            ((PASSES, WithoutTanh), "the state is not heard"),
            ((PASSES, HearsTheWordAlone), "the state is not heard"),
            ((PASSES, OverTheBatch), "over which axis"),
            ((PASSES, OneAnswer), "returns context and weights"),
            ((PASSES, SharperForLongWords), "do not keep their ratios"),
            ((PASSES, Mean), "its weight stays"),
            ((PASSES, FirstQuestionForAll), "asked by its own state"),
            ((PASSES, OtherMean), "is not the mean by these weights"),
        ],
    ),
    Case(
        check.additive_mask,
        right=[
            (ROWS, same_as_alone, masked_softmax),
            (EXACT, sums_to_one_without_padding, third_without_nan),
            (ROWS, a_numpy_bool, masked_softmax),
        ],
        wrong=[
            (({**ROWS, "first": [0.24, 0.09, 0.67]}, same_as_alone, masked_softmax), "`first`"),
            (({**ROWS, "second": ROWS["third"]}, same_as_alone, masked_softmax), "`second`"),
            (({**ROWS, "third": [0.24, 0.09, 0]}, same_as_alone, masked_softmax), "`third`"),
            ((ROWS, rows_sum_to_one, masked_softmax), "lets through `first`"),
            ((ROWS, padding_gets_nothing, masked_softmax), "lets through `second`"),
            ((ROWS, blind_rows_are_no_trouble, masked_softmax), "refuses `third`"),
            ((ROWS, lambda version: 1, masked_softmax), "has to be True or False"),
            ((ROWS, same_as_alone, third), "still gives NaN"),
            (
                (ROWS, same_as_alone, lambda s, m: s.masked_fill(~m, -1e9).softmax(-1)),
                "weights that are not zero",
            ),
            ((ROWS, same_as_alone, lambda s, m: s.softmax(-1) * m), "as `third` does"),
        ],
    ),
    Case(
        check.union,
        right=[(ANSWER, four_rates), (ANSWER, four_rates_by_counting)],
        wrong=[
            (({**ANSWER, "floor": 1 / 3}, four_rates), "the floor is not right"),
            (({**ANSWER, "lowest": "union"}, four_rates), "`lowest` is not"),
            ((ANSWER, mean_of_rates), "pool the counts"),
            ((ANSWER, nothing_reversed), "is given the reversed pair"),
            ((ANSWER, swapped), "the third rate is not"),
            ((ANSWER, without_a_union), "the fourth is not"),
        ],
    ),
    Case(
        check.nothing,
        right=[(Resting,), (RestingInFront,)],
        wrong=[
            ((NeverRests,), "the weights are not right"),
            ((SumsToOneAgain,), "the weights are not right"),
            ((NotForThePadded,), "with a mask"),
            ((KeepsTheColumn,), "`weights` has the shape (3, 5)"),
            ((MeanForNothing,), "which value has nothing"),
            ((NothingIsNotLearned,), "no gradient reaches"),
            ((OutputIsNotLearned,), "no gradient reaches"),
            ((BeginsElsewhere,), "does not begin with"),
            ((AnotherName,), "and one more, `nothing`"),
            ((OneForEachUnit,), "is one number"),
            ((AdditiveAttention,), "and one more, `nothing`"),
            ((Mended,), "no subclass"),
            ((OnlyATuple,), "an `AttentionOutput` was asked for"),
        ],
    ),
]
