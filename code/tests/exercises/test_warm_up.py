import math
from functools import partial

import numpy as np
import pytest
import torch
from torch import nn

from paying_attention.attention.softmax import masked_softmax
from paying_attention.exercises import warm_up as check
from tests.exercises.cases import Case

MEANS = {"mean": 17, "with 100 more": 17}
PRICE = {"price": 2.08, "gradient": -0.875}
ENDS = {"z = 1": "the old state", "z = 0": "the candidate"}
LINES = {"given": "<bos> twenty - four", "say": "twenty - four <eos>", "steps": 4}
SHAPES = {"a - b": (5, 5), "sum": (2, 4, 3)}
GATES = {"a = 0": 1 / 2, "a = log 3": 3 / 4}
FIRST_LOSS = {"prediction": 3.5, "average": 3.55}


# --- 0.8 ------------------------------------------------------------------------------------------


def log_weights(scores):
    scores = scores - scores.max(dim=-1, keepdim=True).values
    return scores - scores.exp().sum(dim=-1, keepdim=True).log()


def log_weights_in_one_line(scores):
    return scores - torch.logsumexp(scores, dim=-1, keepdim=True)


def log_weights_detached(scores):
    largest = scores.amax(-1, keepdim=True)
    return scores - largest - (scores - largest).exp().sum(-1, keepdim=True).log().detach()


def log_weights_in_place(scores):
    grown = (scores - scores.amax(-1, keepdim=True)).exp()
    logarithm = grown.sum(-1, keepdim=True).log()
    grown.zero_()
    return scores - scores.amax(-1, keepdim=True) - logarithm


def log_weights_where_there_are_some(scores):
    weights = torch.softmax(scores, dim=-1)
    return torch.where(weights > 0, weights.log(), scores - scores.amax(-1, keepdim=True))


def log_weights_without_maximum(scores):
    return scores - scores.exp().sum(dim=-1, keepdim=True).log()


def log_weights_less_the_largest_of_all(scores):
    scores = scores - scores.max()
    return scores - scores.exp().sum(dim=-1, keepdim=True).log()


# --- 0.9 ------------------------------------------------------------------------------------------


def same_as_torch(step, inputs=3, places=2, biases=True, rows=slice(None)):
    cell = nn.GRUCell(inputs, places)
    if not biases:
        nn.init.zeros_(cell.bias_ih), nn.init.zeros_(cell.bias_hh)
    x, state = torch.randn(inputs), torch.randn(places)
    found, right = step(x, state, *cell.parameters()), cell(x, state)
    return torch.allclose(found[rows], right[rows], atol=1e-5)


def same_with_equal_weights(step):
    cell = nn.GRUCell(3, 2)
    for parameter in cell.parameters():
        nn.init.constant_(parameter, 0.3)
    x, state = torch.randn(3), torch.randn(2)
    return torch.allclose(step(x, state, *cell.parameters()), cell(x, state), atol=1e-5)


def same_by_numpy(step):
    cell = nn.GRU(5, 7)
    x, state = torch.randn(5), torch.randn(7)
    with torch.no_grad():
        right = cell(x[None], state[None])[1][0]
        return np.allclose(step(x, state, *cell.parameters()), right, rtol=1e-3)


def too_exact(step):
    cell = nn.GRUCell(11, 13)
    x, state = torch.randn(11), torch.randn(13)
    return torch.equal(step(x, state, *cell.parameters()), cell(x, state))


def of_the_right_shape(step):
    cell = nn.GRUCell(3, 2)
    return step(torch.randn(3), torch.randn(2), *cell.parameters()).shape == (2,)


def stays_between_minus_1_and_1(step):
    cell = nn.GRUCell(3, 2)
    return bool((step(torch.randn(3), torch.zeros(2), *cell.parameters()).abs() <= 1).all())


def same_with_names(step):
    cell = nn.GRUCell(3, 5)
    x, state = torch.randn(3), torch.randn(5)
    loaded = dict(zip(("w_x", "w_h", "b_x", "b_h"), cell.parameters(), strict=True))
    return torch.allclose(step(x=x, state=state, **loaded), cell(x, state), atol=1e-5)


def same_from(step, x, state):
    cell = nn.GRUCell(3, 5)
    return torch.allclose(step(x, state, *cell.parameters()), cell(x, state), atol=1e-5)


def negated(*weights, part=1):
    turned = []
    for weight in weights:
        parts = list(weight.chunk(3))
        parts[part] = -parts[part]
        turned.append(torch.cat(parts))
    return turned


def negated_by_rows(w_x, w_h, b_x, b_h):
    signs = torch.ones(3, len(b_x) // 3)
    signs[1] = -1
    signs = signs.flatten()
    return w_x * signs[:, None], w_h * signs[:, None], b_x * signs, b_h * signs


def negated_rows_2_and_3(*weights):
    weights = [weight.clone() for weight in weights]
    for weight in weights:
        weight[2:4] *= -1
    return weights


def without_the_biases(w_x, w_h, b_x, b_h):
    return *negated(w_x, w_h), b_x, b_h


def rows_exchanged(*weights):
    return [torch.cat([weight.chunk(3)[i] for i in (0, 2, 1)]) for weight in weights]


# --- 0.10 -----------------------------------------------------------------------------------------


def leaks(model, given, first=1, own=0, rows=slice(None)):
    for place in range(first, given.shape[1]):
        changed = given.clone()
        changed[rows, place] = (changed[rows, place] + 1) % 7
        before, after = model(given)[:, : place + own], model(changed)[:, : place + own]
        if not torch.equal(before, after):
            return True
    return False


def leaks_from_the_end(model, given):
    said = model(given)
    for place in range(given.shape[1] - 1):
        changed = given.clone()
        changed[:, place + 1 :] = (given[:, place + 1 :] + 2) % 7
        if (model(changed)[:, place] - said[:, place]).abs().max() > 1e-6:
            return torch.tensor(True)
    return torch.tensor(False)


def elsewhere(model, given):
    for place in range(given.shape[1]):
        changed = given.clone()
        changed[:, place] = (changed[:, place] + 1) % 7
        others = [i for i in range(given.shape[1]) if i != place]
        if not torch.equal(model(given)[:, others], model(changed)[:, others]):
            return True
    return False


def leaks_by_swapping(model, given):
    for place in range(given.shape[1] - 2):
        order = list(range(given.shape[1]))
        order[place + 1 :] = order[:place:-1]
        if not torch.allclose(model(given)[:, place], model(given[:, order])[:, place], atol=1e-5):
            return True
    return False


def shorter_sentences(model, given):
    said = model(given)
    return any(
        not torch.allclose(model(given[:, :size]), said[:, :size])
        for size in range(1, given.shape[1])
    )


def all_later_words(model, given, place=1):
    changed = given.clone()
    changed[:, place:] = (changed[:, place:] + 1) % 7
    return not torch.equal(model(given)[:, :place], model(changed)[:, :place])


def only_the_next_word(model, given):
    for place in range(given.shape[1] - 1):
        changed = given.clone()
        changed[:, place + 1] = (changed[:, place + 1] + 1) % 7
        if not torch.equal(model(given)[:, place], model(changed)[:, place]):
            return True
    return False


def only_the_last_word(model, given):
    return leaks(model, given, first=given.shape[1] - 1)


# --- 0.11 -----------------------------------------------------------------------------------------


def tempered(scores, temperature=1.0, mask=None):
    if not temperature > 0:
        raise ValueError(f"temperature: expected more than 0, got {temperature}")
    return masked_softmax(scores / temperature, mask)


def tempered_with_a_capital(scores, temperature=1.0, mask=None):
    if not temperature > 0:
        raise ValueError(f"Temperature has to be positive, got {temperature}")
    return masked_softmax(scores.double() / temperature, mask)


def tempered_by_hand(scores, temperature=1.0, mask=None):
    if math.isnan(temperature) or temperature <= 0:
        raise ValueError(f"the temperature has to be positive, not {temperature:g}")
    mask = torch.ones_like(scores, dtype=torch.bool) if mask is None else mask
    scaled = torch.where(mask, scores / temperature, -1e30)
    terms = (scaled - scaled.amax(-1, keepdim=True)).exp() * mask
    return terms / terms.sum(-1, keepdim=True).clamp_min(1e-30)


def tempered_with(weights, refuses=lambda temperature: not temperature > 0, words=None):
    def function(scores, temperature=1.0, mask=None):
        if refuses(temperature):
            raise ValueError(words or f"temperature: expected more than 0, got {temperature}")
        return weights(scores, temperature, mask)

    return function


def right_weights(scores, temperature, mask):
    return masked_softmax(scores / temperature, mask)


def masked_afterwards(scores, temperature, mask):
    weights = torch.softmax(scores / temperature, dim=-1)
    return weights if mask is None else weights * mask


def blind_rows_are_nan(scores, temperature, mask):
    scores = scores if mask is None else scores.masked_fill(~mask, -torch.inf)
    return torch.softmax(scores / temperature, dim=-1)


CASES = [
    Case(
        check.self_mean,
        right=[(MEANS,), ({"mean": torch.tensor([17.0]), "with 100 more": np.float32(17.001)},)],
        wrong=[
            (({**MEANS, "mean": 20},), "the plain mean"),
            (({**MEANS, "mean": 170},), "do not sum to 1"),
            (({**MEANS, "mean": 16.63},), "is not the weighted mean"),
            (({**MEANS, "mean": 17.3},), "are no weights"),
            (({**MEANS, "with 100 more": 117},), "the second is not"),
            (({**MEANS, "with 100 more": 20},), "the second is not"),
            (({**MEANS, "with 100 more": None},), "answer['with 100 more']"),
        ],
    ),
    Case(
        check.self_price,
        right=[(PRICE,), ({"price": math.log(8), "gradient": torch.tensor(-7 / 8)},)],
        wrong=[
            (({**PRICE, "price": 3},), "in bits"),
            (({**PRICE, "price": -2.08},), "a price is not negative"),
            (({**PRICE, "price": 0.125},), "the probability of the right word"),
            (({**PRICE, "price": 0.69},), "which function"),
            (({**PRICE, "gradient": 0.875},), "the wrong sign"),
            (({**PRICE, "gradient": 0.125},), "a word that is wrong"),
            (({**PRICE, "gradient": -8},), "with respect to the probability"),
            (({**PRICE, "gradient": -1},), "what was bet"),
        ],
    ),
    Case(
        check.self_gate,
        right=[(ENDS,), ({"z = 0": " The candidate", "z = 1": "The Old State"},)],
        wrong=[
            (({"z = 1": "the candidate", "z = 0": "the old state"},), "it is not so in torch"),
            (({**ENDS, "z = 0": "the old state"},), "the same for both ends"),
            (({**ENDS, "z = 1": "old"},), "choose one of"),
        ],
    ),
    Case(
        check.self_forcing,
        right=[
            (LINES,),
            (
                {
                    "given": ["<BOS>", "twenty", "-", "four"],
                    "say": ("twenty", "-", "four", "<eos>"),
                    "steps": torch.tensor(4),
                },
            ),
            ({**LINES, "given": "<bos>, twenty, -, four", "say": np.array(LINES["say"].split())},),
        ],
        wrong=[
            (({**LINES, "given": "twenty - four"},), "before its first word"),
            (({**LINES, "given": "<bos> twenty - four <eos>"},), "nothing has to follow"),
            (({**LINES, "given": "<bos> twenty four"},), "`answer['given']` is not right"),
            (({**LINES, "given": LINES["say"]},), "nothing to predict"),
            (({**LINES, "say": "<bos> twenty - four <eos>"},), "who would have to say it"),
            (({**LINES, "say": "twenty - four"},), "that the sentence is over"),
            (({**LINES, "say": "twenty four <eos>"},), "`answer['say']` is not right"),
            (({**LINES, "steps": 3},), "the number of steps"),
            (({**LINES, "steps": 5},), "the number of steps"),
        ],
    ),
    Case(
        check.self_shapes,
        right=[(SHAPES,), ({"a - b": torch.Size([5, 5]), "sum": [2, 4, 3]},)],
        wrong=[
            (({**SHAPES, "a - b": (5,)},), "flush right"),
            (({**SHAPES, "a - b": (5, 1)},), "flush right"),
            (({**SHAPES, "sum": (2, 1, 1)},), "which one wins"),
            (({**SHAPES, "sum": (2, 3, 4)},), "which one wins"),
        ],
    ),
    Case(
        check.gate_softmax,
        right=[
            (GATES,),
            ({"a = 0": torch.tensor(0.5), "a = log 3": torch.tensor(3.0).log().sigmoid()},),
        ],
        wrong=[
            (({**GATES, "a = 0": 1},), "this is exp(0)"),
            (({**GATES, "a = 0": 0},), "exp(0) is not 0"),
            (({**GATES, "a = 0": 0.7},), "both scores are equal"),
            (({**GATES, "a = log 3": 0.25},), "the second score"),
            (({**GATES, "a = log 3": 3},), "no weight yet"),
            (({**GATES, "a = log 3": 0.33},), "not a share of both"),
            (({**GATES, "a = log 3": 1.1},), "log 3 itself"),
            (({**GATES, "a = log 3": 0.9},), "the two exponentials"),
        ],
    ),
    Case(
        check.untrained,
        right=[(FIRST_LOSS,), ({"prediction": math.log(34), "average": torch.tensor(3.546)},)],
        wrong=[
            (({**FIRST_LOSS, "prediction": 5.1},), "in bits"),
            (({**FIRST_LOSS, "prediction": 0.03},), "a probability"),
            (({**FIRST_LOSS, "prediction": 3.4},), "without the three signs"),
            (({**FIRST_LOSS, "prediction": 1.95},), "our two sentences"),
            (({**FIRST_LOSS, "prediction": 1.0},), "knows nothing"),
            (({**FIRST_LOSS, "prediction": 34},), "knows nothing"),
            (({**FIRST_LOSS, "average": 1.95},), "write 7 words"),
            (({**FIRST_LOSS, "average": 3.53},), "The average is another number"),
            (({**FIRST_LOSS, "average": 70.9},), "The average is another number"),
        ],
    ),
    Case(
        check.log_softmax,
        right=[(log_weights,), (log_weights_in_one_line,)],
        wrong=[
            ((lambda s: s.softmax(dim=-1).log(),), "of which weight is the logarithm"),
            ((log_weights_without_maximum,), "What overflows"),
            ((lambda s: (s.softmax(dim=-1) + 1e-9).log(),), "only hides what is lost"),
            ((lambda s: s.softmax(dim=-1).clamp_min(1e-30).log(),), "only hides"),
            ((lambda s: s.softmax(dim=-1),), "these are the weights"),
            ((lambda s: torch.log_softmax(s, dim=0),), "along the wrong axis"),
            ((lambda s: s - s.logsumexp(0, keepdim=True),), "along the wrong axis"),
            ((lambda s: s - s.exp().sum().log(),), "all entries share one sum"),
            ((lambda s: s - s.amax(-1, keepdim=True),), "the logarithm of the sum is missing"),
            ((lambda s: -torch.log_softmax(s, dim=-1),), "the sign is wrong"),
            ((lambda s: torch.log_softmax(s, dim=-1) / math.log(2),), "for random scores"),
            ((lambda s: s - s.exp().sum(dim=-1).log(),), "raised RuntimeError"),
            ((log_weights_less_the_largest_of_all,), "rows that lie hundreds apart"),
            ((lambda s: torch.log_softmax(s, dim=-1).detach(),), "no gradient comes back"),
            ((lambda s: torch.log_softmax(s, dim=-1).tolist(),), "return a tensor"),
            ((log_weights_detached,), "the gradient is not"),
            ((log_weights_where_there_are_some,), "the gradient is not"),
            ((log_weights_in_place,), "changed in place"),
        ],
    ),
    Case(
        check.swapped_gate,
        right=[
            (same_as_torch, negated),
            (same_by_numpy, negated_by_rows),
            (same_with_names, negated),
        ],
        wrong=[
            ((lambda step: True, negated), "lets `their_step` pass"),
            ((lambda step: False, negated), "refuses a step that is right"),
            ((of_the_right_shape, negated), "lets `their_step` pass"),
            ((stays_between_minus_1_and_1, negated), "lets `their_step` pass"),
            ((too_exact, negated), "Is there a tolerance?"),
            ((partial(same_as_torch, biases=False), negated), "forgets the biases"),
            ((partial(same_as_torch, places=1, biases=False), negated), "acts before the matrix"),
            ((partial(same_from, x=torch.ones(3), state=torch.zeros(5)), negated), "by `w_h`"),
            ((partial(same_from, x=torch.zeros(3), state=torch.ones(5)), negated), "by `w_x`"),
            ((same_with_equal_weights, negated), "takes each gate for the other"),
            ((lambda step: "no", negated), "True or False"),
            ((same_as_torch, lambda *weights: weights), "back unchanged"),
            ((same_as_torch, without_the_biases), "`b_x`, `b_h`"),
            ((same_as_torch, partial(negated, part=0)), "count the rows again"),
            ((same_as_torch, negated_rows_2_and_3), "count the rows again"),
            ((same_as_torch, rows_exchanged), "count the rows again"),
            ((same_as_torch, lambda *weights: [-weight for weight in weights]), "count the rows"),
            ((same_as_torch, lambda *weights: weights[0]), "gives no four tensors"),
        ],
    ),
    Case(
        check.leak_test,
        right=[
            (leaks, False),
            (leaks_from_the_end, torch.tensor(False)),
            (shorter_sentences, np.False_),
        ],
        wrong=[
            ((leaks, True), "what does it say of the copier"),
            ((leaks, "no"), "True or False"),
            ((lambda model, given: False, False), "misses a model that adds up all words"),
            ((lambda model, given: True, False), "accuses a model that repeats the word it hears"),
            ((partial(leaks, own=1), False), "accuses a model that repeats the word it hears"),
            ((only_the_next_word, False), "hears the last word at its first"),
            ((elsewhere, False), "accuses a model that adds up the words so far"),
            ((leaks_by_swapping, False), "misses a model that adds up all words"),
            ((only_the_last_word, False), "at its first three places"),
            ((partial(leaks, rows=0), False), "in the last sentence"),
            ((lambda model, given: leaks(model, given[:1]), False), "in the last sentence"),
            ((all_later_words, False), "at the place before it"),
            ((partial(all_later_words, place=2), False), "at the place before it"),
        ],
    ),
    Case(
        check.temperature,
        right=[(tempered,), (tempered_by_hand,), (tempered_with_a_capital,)],
        wrong=[
            ((tempered_with(lambda s, t, m: masked_softmax(s * t, m)),), "it is hot where"),
            ((tempered_with(lambda s, t, m: masked_softmax(s, m)),), "the weights are not right"),
            ((tempered_with(lambda s, t, m: masked_softmax(s, m) / t),), "does not sum to 1"),
            ((tempered_with(masked_afterwards),), "with a mask, "),
            ((tempered_with(blind_rows_are_nan),), "not finite"),
            ((tempered_with(lambda s, t, m: masked_softmax(s / t)),), "with a mask, "),
            ((tempered_with(right_weights, lambda t: t <= 0),), "at temperature nan there is no"),
            ((tempered_with(right_weights, lambda t: not t >= 0),), "at temperature 0 there is no"),
            ((tempered_with(right_weights, words="a bad value"),), "it names the argument"),
            ((tempered_with(right_weights, words="temperature: not positive"),), "what came"),
            ((tempered_with(right_weights, words="temperature: got 0"),), "what was expected"),
            ((lambda scores, temperature: scores,), "`tempered` raised TypeError"),
        ],
    ),
]


def test_the_average_is_measured_as_the_exercise_says() -> None:
    assert check._average_loss() == pytest.approx(3.546, abs=0.005)
