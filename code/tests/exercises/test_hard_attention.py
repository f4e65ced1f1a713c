import math

import numpy as np
import torch

from paying_attention.attention.nan_safe import clear_hidden
from paying_attention.attention.recurrent.hard import HardAttention
from paying_attention.attention.recurrent.luong import GeneralAttention
from paying_attention.attention.softmax import AttentionOutput, masked_softmax
from paying_attention.exercises import hard_attention as check
from paying_attention.training.losses import surrogate
from tests.exercises.cases import Case

BY_HAND = {
    "loss": 2,
    "gradient": [-0.6, 0.6, 0],
    "estimates": [[0, 0, 0], [-1.5, 4, -2.5], [-0.6, -0.4, 1]],
}
GUESSES = {"mean": "the same", "variance": "larger", "variance of two": "the same"}
TOLL = {"mean": [-0.45, 0.03, 0.42], "variance": 6492, "variance of two": 0.91}
BUG = {"scores": [-0.225, 0.015, 0.21], "size": 1.70}
MESSAGE = {"loss": 0, "rule": [0, 2, 2, 0], "rules": 18, "signs": "yes"}
TWO = {"positions": [0, 2], "loss": 0, "independent": 0.347, "scores": [8, 0, 8]}
BIAS = {"exact": [0.08, -0.16, 0.08], "straight through": [0, 0, 0], "no bias": "linear"}


# --- 3.9 ------------------------------------------------------------------------------------------


def by_package(losses, log_probs):
    return losses.mean() + surrogate(losses, log_probs)


def by_hand(losses, log_probs):
    known = losses.detach()
    n = len(known)
    return losses.mean() + n / (n - 1) * ((known - known.mean()) * log_probs).mean()


def one_by_one(losses, log_probs):
    total = losses.sum()
    for i, log_prob in enumerate(log_probs):
        others = [losses[j].item() for j in range(len(losses)) if j != i]
        total = total + (losses[i].item() - sum(others) / len(others)) * log_prob
    return total / len(losses)


def by_a_matrix(losses, log_probs):
    n = len(losses)
    others = (torch.ones(n, n) - torch.eye(n)) @ losses.detach() / (n - 1)
    return losses.mean() + ((losses.detach() - others) * log_probs).mean()


def the_page_s_baseline(losses, log_probs):
    return losses.mean() + ((losses.detach() - 1.9) * log_probs).mean()


def the_bug(losses, log_probs):
    return losses.mean() + ((losses - losses.mean()) * log_probs).mean()


def detached_alone(losses, log_probs):
    return losses.mean() + ((losses - losses.mean()).detach() * log_probs).mean()


def others_alone(losses, log_probs):
    baseline = (losses.sum() - losses) / (len(losses) - 1)
    return losses.mean() + ((losses - baseline) * log_probs).mean()


def baseline_alone_detached(losses, log_probs):
    baseline = (losses.sum() - losses).detach() / (len(losses) - 1)
    return losses.mean() + ((losses - baseline) * log_probs).mean()


def without_baseline(losses, log_probs):
    return losses.mean() + (losses.detach() * log_probs).mean()


def for_two_draws(losses, log_probs):
    known = losses.detach()
    return losses.mean() + ((known - known.flip(0)) * log_probs).mean()


def estimate_alone(losses, log_probs):
    return surrogate(losses, log_probs)


def upside_down(losses, log_probs):
    return losses.mean() - surrogate(losses, log_probs)


def loss_alone(losses, log_probs):
    return losses.mean()


def as_a_number(losses, log_probs):
    return by_package(losses, log_probs).detach()


# --- 3.12 -----------------------------------------------------------------------------------------


class StraightThrough(HardAttention):
    def mixing(self, hard, weights):
        return hard + weights - weights.detach()

    def forward(self, query, annotations, prepared, mask=None, *, position=0):
        hard = super().forward(query, annotations, prepared, mask).weights
        weights = self.weights(query, prepared, mask)
        value = clear_hidden(annotations, None if mask is None else mask[:, None])
        return AttentionOutput(
            torch.einsum("bk,bkd->bd", self.mixing(hard, weights), value), self.told(hard, weights)
        )

    def weights(self, query, prepared, mask):
        return masked_softmax(self.soft.scores(query, prepared), mask)

    def told(self, hard, weights):
        return hard


class BySum(HardAttention):
    def forward(self, query, annotations, prepared, mask=None, *, position=0):
        picked = super().forward(query, annotations, prepared, mask)
        value = annotations if mask is None else annotations.masked_fill(~mask[..., None], 0)
        weights = masked_softmax(self.soft.scores(query, prepared), mask)
        soft = (weights[:, None] @ value)[:, 0]
        return AttentionOutput(picked.output + soft - soft.detach(), picked.weights)


class Soft(StraightThrough):
    def mixing(self, hard, weights):
        return weights


class WrongWayRound(StraightThrough):
    def mixing(self, hard, weights):
        return hard + weights.detach() - weights


class Detached(StraightThrough):
    def mixing(self, hard, weights):
        return hard + (weights - weights).detach()


class Squared(StraightThrough):
    def mixing(self, hard, weights):
        return hard + weights * weights.detach() - weights**2


class TellsWeights(StraightThrough):
    def told(self, hard, weights):
        return weights


class TellsTrueOrFalse(StraightThrough):
    def told(self, hard, weights):
        return hard.bool()


class WithoutMask(StraightThrough):
    def weights(self, query, prepared, mask):
        return self.soft.scores(query, prepared).softmax(dim=-1)


class Leaks(StraightThrough):
    def forward(self, query, annotations, prepared, mask=None, *, position=0):
        hard = HardAttention.forward(self, query, annotations, prepared, mask).weights
        mixed = self.mixing(hard, self.weights(query, prepared, mask))
        return AttentionOutput((mixed[:, None] @ annotations)[:, 0], hard)


class Likeliest(StraightThrough):
    def __init__(self, soft):
        super().__init__(soft)
        self.eval()

    def train(self, mode=True):
        return super().train(False)


class AlwaysDraws(StraightThrough):
    def eval(self):
        return self


class DrawsTwice(StraightThrough):
    def told(self, hard, weights):
        return hard.roll(1, dims=0)


class Parent(HardAttention):
    def forward(self, *inputs, **options):
        return super().forward(*inputs, **options)


CASES = [
    Case(
        check.expected_loss,
        right=[
            (BY_HAND,),
            (
                {
                    "loss": torch.tensor(2.0),
                    "gradient": np.array([-0.6, 0.6, 0.0]),
                    "estimates": torch.tensor([[0.0], [5.0], [2.0]])
                    * (torch.eye(3) - torch.tensor([0.3, 0.2, 0.5])),
                },
            ),
        ],
        wrong=[
            (({**BY_HAND, "loss": 2.33},), "the expected loss is not right"),
            (({**BY_HAND, "gradient": [0.6, -0.6, 0]},), "the direction of a step"),
            (({**BY_HAND, "gradient": [-2, 3, 0]},), "rarely drawn"),
            (({**BY_HAND, "gradient": [0, 1, 1]},), "compared with nothing"),
            (({**BY_HAND, "gradient": [0, 0.8, 0.5]},), "only the word's own probability"),
            (({**BY_HAND, "gradient": [-0.6, 0.6, 0.2]},), "how good is each word"),
            (({**BY_HAND, "estimates": np.array(BY_HAND["estimates"]).T},), "turned over"),
            (
                ({**BY_HAND, "estimates": [[0, 0, 0], [-0.3, 0.8, -0.5], [-0.3, -0.2, 0.5]]},),
                "a probability too many",
            ),
            (
                ({**BY_HAND, "estimates": [[-1.4, 0.4, 1], [-0.9, 2.4, -1.5], [0, 0, 0]]},),
                "a baseline was subtracted",
            ),
            (({**BY_HAND, "estimates": -np.array(BY_HAND["estimates"])},), "the wrong sign"),
            (({**BY_HAND, "estimates": np.diag([0.0, 5.0, 2.0])},), "has to be your gradient"),
        ],
    ),
    Case(
        check.toll,
        right=[
            (GUESSES, TOLL),
            (
                {**GUESSES, "variance": " Larger"},
                {
                    "mean": torch.tensor([-0.45, 0.03, 0.42]),
                    "variance": torch.tensor(6492.28),
                    "variance of two": 0.9103,
                },
            ),
        ],
        wrong=[
            (({**GUESSES, "variance": "the same"}, TOLL), "prediction['variance']"),
            (({**GUESSES, "variance of two": "larger"}, TOLL), "prediction['variance of two']"),
            (({**GUESSES, "mean": "larger"}, TOLL), "prediction['mean']"),
            ((GUESSES, {**TOLL, "mean": [50.5, 30.6, 20.8]}), "compared with nothing"),
            ((GUESSES, {**TOLL, "variance": 3.88}), "without the toll"),
            ((GUESSES, {**TOLL, "variance": 3246.1}), "`answer['variance']` is not right"),
            ((GUESSES, {**TOLL, "variance of two": 3246.1}), "two draws without a baseline"),
            ((GUESSES, {**TOLL, "variance of two": 1.94}), "nine ways to draw"),
        ],
    ),
    Case(
        check.one_line,
        right=[
            (BUG, 0.99, by_package),
            ({"scores": [-0.23, 0.02, 0.21], "size": 1.7}, 99 / 100, by_hand),
            (BUG, torch.tensor(0.99), one_by_one),
            (BUG, 0.99, by_a_matrix),
        ],
        wrong=[
            (({**BUG, "scores": [-0.45, 0.03, 0.42]}, 0.99, by_hand), "the right gradient"),
            (({**BUG, "scores": [-0.9, 0.06, 0.84]}, 0.99, by_hand), "each of the nine pairs"),
            (({**BUG, "size": 1.9}, 0.99, by_hand), "differentiate by it"),
            (({**BUG, "size": 1.5}, 0.99, by_hand), "both terms"),
            ((BUG, 0.5, by_hand), "with two draws"),
            ((BUG, 0.01, by_hand), "`left` is not right"),
            ((BUG, 0.99, the_bug), "still too short"),
            ((BUG, 0.99, detached_alone), "still too short"),
            ((BUG, 0.99, others_alone), "on which the losses depend"),
            ((BUG, 0.99, baseline_alone_detached), "on which the losses depend"),
            ((BUG, 0.99, without_baseline), "varies more"),
            ((BUG, 0.99, the_page_s_baseline), "varies more"),
            ((BUG, 0.99, for_two_draws), "with 3 draws"),
            ((BUG, 0.99, estimate_alone), "teach the readout nothing"),
            ((BUG, 0.99, upside_down), "the wrong sign"),
            ((BUG, 0.99, loss_alone), "no gradient reaches the scores"),
            ((BUG, 0.99, as_a_number), "without a gradient"),
            ((BUG, 0.99, lambda losses, log_probs: losses), "a tensor with one number"),
        ],
    ),
    Case(
        check.message,
        right=[
            (MESSAGE,),
            ({"loss": 0.0, "rule": torch.tensor([2, 0, 0, 2]), "rules": 18, "signs": "Yes"},),
            ({**MESSAGE, "rule": (1, 0, 2, 0)},),
        ],
        wrong=[
            (({**MESSAGE, "loss": math.log(2) / 2},), "with a score for each word"),
            (({**MESSAGE, "loss": math.log(2)},), "some rule has a lower one"),
            (({**MESSAGE, "rule": [0, 0, 2, 2]},), "`turn` is read in 2 sentences"),
            (({**MESSAGE, "rule": [0, 1, 1, 0]},), "`it` is read in 2 sentences"),
            (({**MESSAGE, "rule": [1, 3, 3, 1]},), "count from 0"),
            (({**MESSAGE, "rules": 2},), "the number of rules"),
            (({**MESSAGE, "signs": "no"},), "What does the readout need"),
        ],
    ),
    Case(
        check.pick_two,
        right=[
            (TWO,),
            (
                {
                    "positions": (2, 0),
                    "loss": 0.0,
                    "independent": math.log(2) / 2,
                    "scores": torch.tensor([100.0, -1.0, 50.0]),
                },
            ),
            ({**TWO, "positions": {0, 2}, "independent": np.float64(0.3466)},),
        ],
        wrong=[
            (({**TWO, "positions": [0, 1]},), "says nothing"),
            (({**TWO, "positions": [1, 3]},), "count from 0"),
            (({**TWO, "positions": [2, 2]},), "two different positions"),
            (({**TWO, "loss": 0.693},), "the loss is not"),
            (({**TWO, "independent": 0},), "one word is missing"),
            (({**TWO, "independent": 0.693},), "nothing is left to guess"),
            (({**TWO, "independent": 0.385},), "the same position twice"),
            (({**TWO, "scores": [4, 0, 4]},), "97.31 %"),
            (({**TWO, "scores": [8, 0, 0]},), "50.00 %"),
            (({**TWO, "scores": [0.5, 0, 0.5]},), "between the two that are left"),
            (({**TWO, "scores": [1000, 0, 0]},), "refuses to draw two"),
        ],
    ),
    Case(
        check.straight_through,
        right=[
            (StraightThrough, BIAS),
            (TellsTrueOrFalse, BIAS),
            (BySum, {**BIAS, "straight through": torch.zeros(3), "no bias": " Linear"}),
        ],
        wrong=[
            ((Soft, BIAS), "the annotation at the 1"),
            ((WrongWayRound, BIAS), "which one is detached"),
            ((Detached, BIAS), "no gradient"),
            ((Squared, BIAS), "not that of the weights"),
            ((TellsWeights, BIAS), "no rows with a single 1"),
            ((WithoutMask, BIAS), "with a mask"),
            ((Leaks, BIAS), "NaN leaks"),
            ((Likeliest, BIAS), "the parent's, which draws"),
            ((AlwaysDraws, BIAS), "goes on drawing"),
            ((DrawsTwice, BIAS), "what is read is not"),
            ((Parent, BIAS), "return `AttentionOutput"),
            ((GeneralAttention, BIAS), "`StraightThrough` raised"),
            ((lambda soft: soft, BIAS), "make it a subclass"),
            ((StraightThrough, {**BIAS, "exact": [0.4, 0, 0.4]}), "compared with nothing"),
            ((StraightThrough, {**BIAS, "exact": [-0.08, 0.16, -0.08]}), "direction of a step"),
            ((StraightThrough, {**BIAS, "straight through": BIAS["exact"]}), "no bias."),
            ((StraightThrough, {**BIAS, "straight through": [-0.8, 0, 0.8]}), "of one pick"),
            ((StraightThrough, {**BIAS, "straight through": [0.4, 0, 0.4]}), "is not right"),
            ((StraightThrough, {**BIAS, "no bias": "convex"}), "it has a bias"),
            ((StraightThrough, {**BIAS, "no bias": "even"}), "choose one of"),
        ],
    ),
]
