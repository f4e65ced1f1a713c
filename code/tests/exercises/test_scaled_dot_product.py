import math

import numpy as np
import torch
from torch.nn import functional as F

from paying_attention.attention.scaled_dot_product import scaled_dot_product_attention as sdpa
from paying_attention.exercises import scaled_dot_product as check
from tests.exercises.cases import Case

FOUR_WORDS = {
    "scores": [2.83, 2.12, -0.71, 1.41],
    "weights": [0.57, 0.28, 0.02, 0.14],
    "output": [2.85, 1.02],  # from the rounded weights
    "ratio": "the same",
}
UNROUNDED = {
    "scores": torch.tensor([4.0, 3.0, -1.0, 2.0]) / 2**0.5,
    "weights": np.array([0.5665, 0.2793, 0.0165, 0.1377]),
    "output": (2.833, 1.005),
    "ratio": " The same",
}
ADDED = {"keys": 0, "queries": 3, "bank": [0.97, 0.03, 0.0], "useless": "k_proj"}
FINDS = {"test 1": "C", "test 2": "C", "test 3": "ABC"}
ESTIMATES = {"0.01": "copies", "0.3": "smooths", "10": "averages", "best": 0.3}


# --- 4.3 ------------------------------------------------------------------------------------------


def counted(query, key, value, counts):
    return sdpa(query, key, value, bias=counts.log()).output


def counted_by_exponents(query, key, value, counts):
    """The same bias for every query, spelled out, and the logarithm by its definition."""
    bias = torch.ones(len(query), 1) * torch.special.xlogy(1.0, counts)
    return sdpa(query, key, value, bias=bias)[0]


def counted_by_terms(query, key, value, counts):
    terms = counts * (query @ key.T / math.sqrt(query.shape[1])).exp()
    return terms @ value / terms.sum(dim=1, keepdim=True)


def repeated(query, key, value, counts):
    rows = torch.arange(len(key)).repeat_interleave(counts.long())
    return sdpa(query, key[rows], value[rows]).output


# --- 4.4 ------------------------------------------------------------------------------------------


def cosine(query, key, value, temperature):
    return sdpa(F.normalize(query, dim=-1), F.normalize(key, dim=-1), value, scale=1 / temperature)


def cosine_by_entries(query, key, value, temperature):
    cosines = F.cosine_similarity(query.unsqueeze(-2), key.unsqueeze(-3), dim=-1)
    weights = torch.softmax(cosines / temperature, dim=-1)
    return weights @ value, weights


def cosine_with_scale(scale, normalise=(True, True)):
    def attention(query, key, value, temperature):
        query, key = (
            F.normalize(each, dim=-1) if does else each
            for each, does in zip((query, key), normalise, strict=True)
        )
        return sdpa(query, key, value, scale=scale(temperature))

    return attention


def cosine_without_care(query, key, value, temperature):
    query, key = (each / each.norm(dim=-1, keepdim=True) for each in (query, key))
    return sdpa(query, key, value, scale=1 / temperature)


def cosine_in_a_list(query, key, value, temperature):
    return list(cosine(query, key, value, temperature))


def cosine_with_nan_in_the_output(query, key, value, temperature):
    output, weights = cosine(query, key, value, temperature)
    return torch.where((query == 0).all(-1, keepdim=True), torch.nan, output), weights


def cosine_with_no_output_for_zeros(query, key, value, temperature):
    output, weights = cosine(query, key, value, temperature)
    return output * (query != 0).any(-1, keepdim=True), weights


def cosine_along_the_wrong_axis(query, key, value, temperature):
    return sdpa(F.normalize(query, dim=-2), F.normalize(key, dim=-2), value, scale=1 / temperature)


# --- 4.5 ------------------------------------------------------------------------------------------


def compares_at(head_dim, dim, batch=()):
    def is_right(weights_of):
        q, k = torch.randn(*batch, 5, head_dim), torch.randn(*batch, 7, head_dim)
        return torch.allclose(weights_of(q, k, dim), sdpa(q, k, k).weights, atol=1e-5)

    return is_right


def by_numpy(weights_of):
    q, k = torch.randn(3, 2), torch.randn(7, 2)
    scores = q.numpy() @ k.numpy().T / np.sqrt(2)
    right = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    return np.isclose(weights_of(q, k, 6), right, atol=1e-4).all()


def by_sums(weights_of):
    q, k = torch.randn(5, 3), torch.randn(7, 3)
    return torch.allclose(weights_of(q, k, 12).sum(-1), torch.ones(5))


def by_the_largest(weights_of):
    """The largest weight of a row is where it should be, whatever it is divided by."""
    q, k = torch.randn(5, 3), torch.randn(7, 3)
    return torch.equal(weights_of(q, k, 12).argmax(-1), sdpa(q, k, k).weights.argmax(-1))


def too_exact(weights_of):
    q, k = torch.randn(5, 3), torch.randn(7, 3)
    return torch.equal(weights_of(q, k, 12), sdpa(q, k, k).weights)


# --- 4.6 ------------------------------------------------------------------------------------------


def zero_pair(query, key, value):
    return sdpa(query, F.pad(key, (0, 0, 0, 1)), F.pad(value, (0, 0, 0, 1))).output


def zero_pair_first(query, key, value):
    key, value = (torch.cat([0 * each[..., :1, :], each], dim=-2) for each in (key, value))
    return F.scaled_dot_product_attention(query, key, value)


def zero_key_alone(query, key, value):
    return sdpa(query, F.pad(key, (0, 0, 0, 1)), F.pad(value, (0, 0, 0, 1), value=1.0)).output


def zero_pair_of_one_sentence(query, key, value):
    zeros = torch.zeros(1, key.shape[-1], dtype=key.dtype)
    return sdpa(query, torch.cat([key, zeros]), F.pad(value, (0, 0, 0, 1))).output


def sigmoid(c, s, v):
    return torch.sigmoid(s + torch.log(c)) * v


def fraction(c, s, v):
    return v * c * math.exp(s) / (c * math.exp(s) + 1)


# --- 4.7 ------------------------------------------------------------------------------------------


def kernel(query, key, value, width):
    bias = -key.square().sum(-1)[..., None, :] / (2 * width**2)
    return sdpa(query, key, value, bias=bias, scale=width**-2).output


def kernel_by_distance(query, key, value, width):
    distances = torch.cdist(query, key, compute_mode="donot_use_mm_for_euclid_dist")
    return torch.softmax(-((distances / width) ** 2) / 2, dim=-1) @ value


def kernel_whole_square(query, key, value, width):
    """All of the squared distance: what belongs to the query alone changes nothing."""
    lengths = query.square().sum(-1)[..., :, None] + key.square().sum(-1)[..., None, :]
    return sdpa(query, key, value, bias=-lengths / 2 / width**2, scale=1 / width**2)[0]


def kernel_in_single_precision(query, key, value, width):
    return kernel(query.float(), key.float(), value.float(), width).float()


def kernel_through_single_precision(query, key, value, width):
    return kernel(query.float(), key.float(), value.float(), width).to(query.dtype)


def kernel_with(scale, of_lengths):
    def attention(query, key, value, width):
        bias = of_lengths(width) * key.square().sum(-1)[..., None, :]
        return sdpa(query, key, value, bias=bias, scale=scale(width)).output

    return attention


def kernel_detached(query, key, value, width):
    return kernel(query, key.detach(), value, width)


def kernel_of_numbers(query, key, value, width):
    return kernel(query, key, value, width).detach()


CASES = [
    Case(
        check.one_more_word,
        right=[
            (FOUR_WORDS,),
            (UNROUNDED,),
            ({**FOUR_WORDS, "scores": [2.84, 2.13, -0.71, 1.42]},),  # with √2 ≈ 1.41
        ],
        wrong=[
            (({**FOUR_WORDS, "scores": [4, 3, -1, 2]},), "these are the dot products"),
            (({**FOUR_WORDS, "scores": [2.83, 2.12, -0.71, 0]},), "the scores are not right"),
            (({**FOUR_WORDS, "weights": [0.66, 0.32, 0.02, 0.14]},), "the weights sum to 1.14"),
            (({**FOUR_WORDS, "weights": [0.64, 0.23, 0.0, 0.09]},), "the weights sum to 0.96"),
            (({**FOUR_WORDS, "weights": [0.47, 0.30, 0.08, 0.15]},), "the weights are not"),
            (({**FOUR_WORDS, "output": [3.29, 0.69]},), "the output is not"),
            (({**FOUR_WORDS, "output": [2.81, 0.98]},), "the output is not"),
            (({**FOUR_WORDS, "ratio": "smaller"},), "weights of two decimals blur it"),
            (({**FOUR_WORDS, "output": None},), "answer['output']"),
        ],
    ),
    Case(
        check.constant,
        right=[
            (ADDED,),
            (
                {
                    "keys": torch.tensor(0),
                    "queries": 3.0,
                    "bank": sdpa(check.QUERY[1:2] + check.CONSTANT, check.KEY, check.VALUE).weights[
                        0
                    ],
                    "useless": "K_proj",
                },
            ),
        ],
        wrong=[
            (({**ADDED, "keys": 3},), "with b on the keys"),
            (({**ADDED, "queries": 0},), "with b on the queries"),
            (({**ADDED, "queries": 1},), "with b on the queries"),
            (({**ADDED, "queries": 1.5},), "no number of rows"),
            (({**ADDED, "bank": [0.66, 0.32, 0.02]},), "the weights of `bank` are not"),
            (({**ADDED, "bank": [1.0, 0.0, 0.0]},), "the weights of `bank` are not"),
            (({**ADDED, "useless": "q_proj"},), "a constant on all of its rows"),
        ],
    ),
    Case(
        check.copies,
        right=[(counted,), (counted_by_exponents,)],
        wrong=[
            ((counted_by_terms,), "as a call of the package's"),
            ((repeated,), "half a pair stands"),
            ((lambda q, k, v, c: sdpa(q, k, v).output,), "the counts have no effect"),
            ((lambda q, k, v, c: sdpa(q, k, v, bias=c).output,), "the counts themselves"),
            ((lambda q, k, v, c: sdpa(q, k, v, bias=c.log2()).output,), "of another base"),
            ((lambda q, k, v, c: c * sdpa(q, k, v).weights @ v,), "no longer sum to 1"),
            ((lambda q, k, v, c: sdpa(q, k, v, bias=c.log()),), "is an AttentionOutput"),
        ],
    ),
    Case(
        check.cosine,
        right=[(cosine,), (cosine_in_a_list,)],
        wrong=[
            ((cosine_by_entries,), "as a call of the package's"),
            ((cosine_with_scale(lambda t: t),), "are multiplied by the temperature"),
            ((cosine_with_scale(lambda t: 0.5 / t),), "not softmax(cos / temperature)"),
            ((cosine_with_scale(lambda t: None),), "without `scale`"),
            ((cosine_with_scale(lambda t: 1.0),), "the temperature has no effect."),
            ((cosine_with_scale(lambda t: 11**-0.5 / t),), "it has no business here"),
            ((cosine_with_scale(lambda t: 1 / t, (False, False)),), "no cosines yet"),
            ((cosine_with_scale(lambda t: 1 / t, (True, False)),), "a loud key still wins"),
            ((cosine_with_scale(lambda t: 1 / t, (False, True)),), "only the keys"),
            ((cosine_along_the_wrong_axis,), "not softmax(cos / temperature)"),
            ((cosine_without_care,), "a zero vector gives NaN"),
            ((cosine_with_nan_in_the_output,), "`output` holds a number that is not finite"),
            ((cosine_with_no_output_for_zeros,), "with a zero vector the weights are right"),
            # at the page's own temperature it would be right
            ((lambda q, k, v, t: cosine(q, k, v, 0.5),), "not softmax(cos / temperature)"),
            ((lambda *inputs: cosine(*inputs).output,), "output and weights"),
            ((lambda *inputs: cosine(*inputs)[::-1],), "has the shape"),
        ],
    ),
    Case(
        check.three_bugs,
        right=[
            (FINDS, 4096, compares_at(head_dim=3, dim=12)),
            ({**FINDS, "test 3": "c, a, b"}, 4050.0, by_numpy),
            (FINDS, torch.tensor(4096), compares_at(head_dim=7, dim=21, batch=(2,))),
            ({"test 1": ["C"], "test 2": "C", "test 3": "A, B and C"}, 4096, by_numpy),
        ],
        wrong=[
            (({**FINDS, "test 1": "ABC"}, 4096, by_numpy), "finds['test 1']"),
            (({**FINDS, "test 3": "BC"}, 4096, by_numpy), "finds['test 3']"),
            (({**FINDS, "test 2": "D"}, 4096, by_numpy), "write the letters"),
            ((FINDS, 64, by_numpy), "the variance is not"),
            ((FINDS, 1, by_numpy), "the variance is not"),
            ((FINDS, 4096, by_sums), "lets a bug pass: A"),
            ((FINDS, 4096, by_the_largest), "lets a bug pass: A"),
            ((FINDS, 4096, compares_at(head_dim=1, dim=1)), "lets a bug pass: A"),
            ((FINDS, 4096, compares_at(head_dim=12, dim=12)), "lets a bug pass: A"),
            ((FINDS, 4096, compares_at(head_dim=1, dim=12)), "lets a bug pass: B"),
            ((FINDS, 4096, compares_at(head_dim=9, dim=3)), "not by a root"),
            ((FINDS, 4096, too_exact), "refuses right weights"),
            ((FINDS, 4096, lambda weights_of: "yes"), "True or False"),
            ((FINDS, 4096, lambda weights_of: torch.ones(3) > 0), "True or False"),
        ],
    ),
    Case(
        check.sum,
        right=[(zero_pair, sigmoid), (zero_pair_first, fraction)],
        wrong=[
            ((lambda q, k, v: sdpa(q, k, v).output, sigmoid), "without another pair"),
            ((zero_key_alone, sigmoid), "a value of ones"),
            ((zero_pair_of_one_sentence, sigmoid), "`with_zero_pair` raised"),
            ((zero_pair, lambda c, s, v: torch.sigmoid(s) * v), "does not depend on c"),
            ((zero_pair, lambda c, s, v: v), "without the zero pair"),
            ((zero_pair, lambda c, s, v: c / (c + 1) * v), "does not depend on s"),
            ((zero_pair, lambda c, s, v: c * v), "another number."),
            ((zero_pair, lambda c, s, v: c * s.exp() * v), "below the fraction's line"),
            ((zero_pair, lambda c, s, v: torch.sigmoid(c * s) * v), "another number."),
        ],
    ),
    Case(
        check.kernel,
        right=[
            (kernel, ESTIMATES),
            (kernel_whole_square, {**ESTIMATES, "0.3": "Smooths", "best": torch.tensor(0.3)}),
        ],
        wrong=[
            ((kernel_with(lambda w: w**-2, lambda w: 0.0), ESTIMATES), "the length of a key"),
            ((kernel_with(lambda w: w**-2, lambda w: w**-2 / 2), ESTIMATES), "the wrong sign"),
            ((kernel_with(lambda w: w**-2, lambda w: -0.5), ESTIMATES), "is not divided by"),
            ((kernel_with(lambda w: w**-2, lambda w: -(w**-2)), ESTIMATES), "the ½ is missing"),
            ((kernel_with(lambda w: 1 / w, lambda w: -0.5 / w), ESTIMATES), "is not squared"),
            ((kernel_with(lambda w: 1.0, lambda w: -0.5), ESTIMATES), "the width has no effect"),
            ((kernel_with(lambda w: None, lambda w: -(w**-2) / 2), ESTIMATES), "without `scale`"),
            ((kernel_with(lambda w: w**2, lambda w: -0.5), ESTIMATES), "not what"),
            ((kernel_by_distance, ESTIMATES), "as a call of the package's"),
            ((kernel_in_single_precision, ESTIMATES), "`gradcheck` sees"),
            ((kernel_through_single_precision, ESTIMATES), "float32 on the way"),
            ((kernel_detached, ESTIMATES), "the gradient of the key"),
            ((kernel_of_numbers, ESTIMATES), "no gradient comes back"),
            ((kernel, {**ESTIMATES, "0.01": "smooths"}), "estimates['0.01']"),
            ((kernel, {**ESTIMATES, "best": 10}), "estimates['best']"),
        ],
    ),
]
