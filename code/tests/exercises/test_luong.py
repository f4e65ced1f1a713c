import numpy as np
import torch
from torch import nn

from paying_attention.attention.recurrent.decoder_attention import ScoringAttention
from paying_attention.exercises import luong as check
from paying_attention.models.recurrent.config import Seq2SeqConfig
from paying_attention.models.recurrent.seq2seq import Seq2Seq
from tests.exercises.cases import Case

BY_HAND = {
    "product": [1, 1],
    "scores": [1, -2, 2],
    "weights": [0.27, 0.01, 0.72],
    "state": [1, 1],
}
BY_MACHINE = {
    "product": torch.tensor([1.0, -1.0]) @ torch.tensor([[0.0, 1.0], [-1.0, 0.0]]),
    "scores": np.array([1.0, -2.0, 2.0]),
    "weights": torch.tensor([1.0, -2.0, 2.0]).softmax(0),
    "state": (1.0, 1.0),
}
COSTS = {"5 words": 9.7, "100 words": 113, "limit": 257}
KNOWS = {"summary": "the first", "zeros": "never", "zeros, fed": "the second"}
CENTRE = {"r": 0.85, "six": 1.0, "eight": 1, "smallest": 4}


# --- 3.2 ------------------------------------------------------------------------------------------


def ratio(T, d):
    return T * (1 + 2 * d) / (T + d)


def ratio_of_the_rows(T, d):
    concat, additive = T * d + 2 * T * d * d, T * d + d * d
    return torch.tensor(concat / additive)


# --- 3.4 ------------------------------------------------------------------------------------------


def rows_sum_to_one(attention, batch=3, length=5, within=1e-5):
    weights = attention(torch.randn(batch, 4), torch.randn(batch, length, 4))[1]
    return bool(((weights.sum(1) - 1).abs() < within).all())


def every_row(attention):
    """Another test of the weights: row by row, as many sentences as words."""
    weights = attention(torch.randn(7, 4), torch.randn(7, 7, 4))[1].detach()
    return torch.tensor([np.isclose(float(row.sum()), 1, atol=1e-4) for row in weights]).all()


def with_large_numbers(attention):
    weights = attention(30 * torch.randn(3, 4), 30 * torch.randn(3, 5, 4))[1]
    return np.allclose(weights.sum(1).detach().numpy(), 1, atol=1e-4)


def in_all(attention):
    """One sum over the whole batch: no test of a row."""
    weights = attention(torch.randn(3, 4), torch.randn(3, 5, 4))[1]
    return bool((weights.sum() - 3).abs() < 1e-4)


def alone_and_in_a_batch(attention, row=0):
    query, source = torch.randn(3, 4), torch.randn(3, 5, 4)
    alone, _ = attention(query[:1], source[:1])
    return torch.allclose(alone[0], attention(query, source)[0][row], rtol=0, atol=1e-5)


def with_other_neighbours(attention):
    query, source = torch.randn(5, 4), torch.randn(5, 2, 4)
    before = attention(query, source)[0][2]
    query[3:], source[3:] = 1.0, -2.0
    query[:2], source[:2] = 0.5, 3.0
    return bool((attention(query, source)[0][2] - before).abs().max() < 1e-4)


def within_the_words(attention):
    """No test of neighbours: a context lies between the smallest and the largest annotation."""
    source = torch.randn(3, 5, 4)
    context, _ = attention(torch.randn(3, 4), source)
    return bool((context <= source.amax(1)).all() and (context >= source.amin(1)).all())


# --- 3.5 ------------------------------------------------------------------------------------------


def share_inside(pairs, centre, reach):
    return sum(all(abs(j - centre(i)) <= reach for i, j in p.sure) for p in pairs) / len(pairs)


def share_by_loops(pairs, centre, reach):
    kept = 0
    for pair in pairs:
        worst = max(max(centre(i) - j, j - centre(i)) for i, j in pair.sure)
        kept += worst <= reach
    return torch.tensor(kept / len(pairs), dtype=torch.float64)


def share_with(holds):
    return lambda pairs, centre, reach: float(np.mean([holds(p, centre, reach) for p in pairs]))


def share_of_links(pairs, centre, reach):
    inside = [abs(j - centre(i)) <= reach for pair in pairs for i, j in pair.sure]
    return sum(inside) / len(inside)


# --- 3.6 ------------------------------------------------------------------------------------------


class LowRank(ScoringAttention):
    def __init__(self, d_query, d_annotation, rank):
        super().__init__(d_query, d_annotation)
        self.query_proj = nn.Linear(d_query, rank, bias=False)
        self.key_proj = nn.Linear(d_annotation, rank, bias=False)

    def prepare(self, annotations, mask):
        return self.key_proj(super().prepare(annotations, mask))

    def scores(self, query, prepared):
        return (prepared @ self.query_proj(query)[..., None])[..., 0]


class ByParameters(ScoringAttention):
    """Matrices that lie the other way, and a sum instead of a product."""

    def __init__(self, d_query, d_annotation, rank):
        super().__init__(d_query, d_annotation)
        self.B = nn.Parameter(torch.randn(d_annotation, rank))
        self.A = nn.Parameter(torch.randn(d_query, rank))

    def prepare(self, annotations, mask):
        return torch.einsum("bjd,dr->bjr", super().prepare(annotations, mask), self.B)

    def scores(self, query, prepared):
        return (prepared * (query @ self.A)[:, None]).sum(-1)


class FromZero(LowRank):
    """One matrix starts at 0, as a layer that is added to a trained network does."""

    def __init__(self, d_query, d_annotation, rank):
        super().__init__(d_query, d_annotation, rank)
        nn.init.zeros_(self.key_proj.weight)


class WithBiases(LowRank):
    def __init__(self, d_query, d_annotation, rank):
        super().__init__(d_query, d_annotation, rank)
        self.query_proj = nn.Linear(d_query, rank)
        self.key_proj = nn.Linear(d_annotation, rank)


class OneMatrix(LowRank):
    """General again."""

    def __init__(self, d_query, d_annotation, rank):
        super().__init__(d_query, d_annotation, d_query)
        del self.query_proj


class NothingPrepared(LowRank):
    def prepare(self, annotations, mask):
        return ScoringAttention.prepare(self, annotations, mask)

    def scores(self, query, prepared):
        return (self.key_proj(prepared) @ self.query_proj(query)[..., None])[..., 0]


class Divided(LowRank):
    def scores(self, query, prepared):
        return super().scores(query, prepared) / prepared.shape[-1] ** 0.5


class DividedFromZero(FromZero):
    def scores(self, query, prepared):
        return super().scores(query, prepared) / 2


class Weights(LowRank):
    def scores(self, query, prepared):
        return super().scores(query, prepared).softmax(-1)


class Bounded(LowRank):
    def scores(self, query, prepared):
        return super().scores(query, prepared).tanh()


class PaddingLeft(LowRank):
    def prepare(self, annotations, mask):
        return self.key_proj(annotations)


class TranslatedForEachWord(LowRank):
    """The state, put beside each annotation and translated as often."""

    def scores(self, query, prepared):
        queries = query[:, None].expand(-1, prepared.shape[1], -1)
        return (self.query_proj(queries) * prepared).sum(-1)


class Detached(LowRank):
    def prepare(self, annotations, mask):
        return super().prepare(annotations, mask).detach()


class NotOurs(nn.Module):
    def __init__(self, d_query, d_annotation, rank):
        super().__init__()


def test_the_truth_about_location_is_what_the_models_do() -> None:
    for name, choices in {
        "summary": {},
        "zeros": {"start": "zeros"},
        "zeros, fed": {"start": "zeros", "input_feeding": True},
    }.items():
        config = Seq2SeqConfig(11, 9, attention="location", decoder="luong", **choices)
        model = Seq2Seq(config).eval()
        encoded = model.encoder(torch.tensor([[3, 4, 5], [6, 7, 8]]), torch.tensor([3, 3]))
        one, other = model.decode(encoded, torch.tensor([[1, 5, 6, 7]] * 2)).weights
        differs = (one != other).any(dim=1).tolist()
        first = ["the first", "the second"][differs.index(True)] if any(differs) else "never"
        assert first == KNOWS[name]


CASES = [
    Case(
        check.quarter_turn,
        right=[(BY_HAND,), (BY_MACHINE,)],
        wrong=[
            (({**BY_HAND, "product": [-1, -1]},), "the dictionary times the state"),
            (({**BY_HAND, "product": [1, -1]},), "is not right yet"),
            (({**BY_HAND, "scores": [-1, 2, -2]},), "the scores are not"),
            (({**BY_HAND, "weights": [1, -2, 2]},), "the weights are not"),
            (({**BY_HAND, "state": [1, -1]},), "the state is not"),
            (({**BY_HAND, "state": None},), "answer['state']"),
        ],
    ),
    Case(
        check.concat_cost,
        right=[
            (ratio, COSTS),
            (ratio_of_the_rows, {"5 words": 9.66, "100 words": 112.7, "limit": 257.0}),
        ],
        wrong=[
            ((lambda T, d: 1 / ratio(T, d), COSTS), "upside down"),
            ((lambda T, d: 2 * T * d / (T + d), COSTS), "the products with v"),
            ((lambda T, d: T * (1 + d) / (T + d), COSTS), "twice as wide"),
            ((lambda T, d: T * (1 + 2 * d) / (T + d + T * d), COSTS), "once a sentence"),
            ((lambda T, d: 1 + 2 * d, COSTS), "the product W s"),
            ((lambda T, d: 47, COSTS), "look at both again"),
            ((ratio, {**COSTS, "5 words": 10}), "answer['5 words']"),
            ((ratio, {**COSTS, "100 words": 100}), "answer['100 words']"),
            ((ratio, {**COSTS, "limit": 256}), "the limit is not"),
        ],
    ),
    Case(
        check.location_knows,
        right=[
            (KNOWS,),
            ({**KNOWS, "summary": "The first", "zeros": " NEVER ", "why": "the summary"},),
        ],
        wrong=[
            (({**KNOWS, "summary": "never"},), "What is the first state made of"),
            (({**KNOWS, "zeros": "the second"},), "Is there a way from the source"),
            (({**KNOWS, "zeros, fed": "never"},), "What does input feeding hand"),
            (({**KNOWS, "zeros, fed": "the first"},), "What does input feeding hand"),
            (({**KNOWS, "zeros": "the same"},), "choose one of"),
        ],
    ),
    Case(
        check.softmax_axis,
        right=[
            (1, rows_sum_to_one, alone_and_in_a_batch),
            (torch.tensor(1.0), every_row, with_other_neighbours),
            (1, with_large_numbers, alone_and_in_a_batch),
        ],
        wrong=[
            ((0.2, rows_sum_to_one, alone_and_in_a_batch), "`alone` is not right"),
            ((1, lambda attention: True, alone_and_in_a_batch), "the module of the exercise"),
            ((1, lambda attention: False, alone_and_in_a_batch), "refuses a right module"),
            ((1, lambda a: rows_sum_to_one(a, batch=1), alone_and_in_a_batch), "at once"),
            ((1, alone_and_in_a_batch, alone_and_in_a_batch), "not divided by their sum"),
            ((1, in_all, alone_and_in_a_batch), "on average, and not each"),
            ((1, rows_sum_to_one, rows_sum_to_one), "with the state of another"),
            ((1, rows_sum_to_one, within_the_words), "`contexts_are_right` lets a bug pass"),
            (
                (1, rows_sum_to_one, lambda a: alone_and_in_a_batch(a, row=1)),
                "what belongs together",
            ),
            ((1, lambda attention: "yes", alone_and_in_a_batch), "has to be True or False"),
            ((1, lambda attention: 1, alone_and_in_a_batch), "has to be True or False"),
        ],
    ),
    Case(
        check.better_centre,
        right=[
            (share_inside, CENTRE),
            (share_by_loops, {"r": 0.848, "six": torch.tensor(1.0), "eight": 1.0, "smallest": 4.0}),
        ],
        wrong=[
            (
                (share_with(lambda p, c, r: all(j - c(i) <= r for i, j in p.sure)), CENTRE),
                "one side of the window",
            ),
            (
                (share_with(lambda p, c, r: all(c(i) - j <= r for i, j in p.sure)), CENTRE),
                "one side of the window",
            ),
            ((share_of_links, CENTRE), "it counts the links"),
            (
                (share_with(lambda p, c, r: any(abs(j - c(i)) <= r for i, j in p.sure)), CENTRE),
                "any link inside",
            ),
            (
                (share_with(lambda p, c, r: all(abs(i - c(j)) <= r for i, j in p.sure)), CENTRE),
                "in this order",
            ),
            (
                (
                    share_with(lambda p, c, r: all(abs(j - c(i)) <= r for i, j in p.possible)),
                    CENTRE,
                ),
                "the possible links",
            ),
            ((lambda p, c, r: share_inside(p, lambda i: round(c(i)), r), CENTRE), "rounds"),
            (
                (share_with(lambda p, c, r: all(abs(j - c(i)) < r for i, j in p.sure)), CENTRE),
                "the edge of the window",
            ),
            ((lambda p, c, r: 0.4, CENTRE), "which links does it test"),
            # each of these is right for one window, or like another mistake
            ((lambda p, c, r: share_inside(p, c, 3), CENTRE), "and in which window"),
            ((lambda p, c, r: share_inside(p, c, 5), CENTRE), "and in which window"),
            ((lambda p, c, r: share_inside(p, lambda i: int(c(i)), r), CENTRE), "in which window"),
            ((lambda p, c, r: 6 * share_inside(p, c, r), CENTRE), "it counts the sentences"),
            ((lambda p, c, r: 1 - share_inside(p, c, r), CENTRE), "that are lost"),
            ((share_inside, {**CENTRE, "r": 0.81}), "`<eos>`"),
            ((share_inside, {**CENTRE, "r": 1.18}), "upside down"),
            ((share_inside, {**CENTRE, "r": 1.62}), "the real source words"),
            ((share_inside, {**CENTRE, "eight": 0.99}), "answer['eight']"),
            ((share_inside, {**CENTRE, "smallest": 3}), "is your centre rounded"),
            ((share_inside, {**CENTRE, "smallest": 5}), "downwards from 5"),
        ],
    ),
    Case(
        check.low_rank,
        right=[(LowRank,), (ByParameters,), (FromZero,)],
        wrong=[
            ((NotOurs,), "a subclass of `ScoringAttention`"),
            ((WithBiases,), "no bias"),
            ((OneMatrix,), "two matrices were asked for"),
            ((NothingPrepared,), "`prepare` is to give each annotation translated"),
            ((Divided,), "the root of the rank"),
            ((DividedFromZero,), "are not (A s) · (B h)"),
            ((Weights,), "leave the softmax"),
            ((Bounded,), "are not (A s) · (B h)"),
            ((PaddingLeft,), "what clears it"),
            ((TranslatedForEachWord,), "once for each word"),
            ((Detached,), "no gradient reaches one"),
        ],
    ),
]
