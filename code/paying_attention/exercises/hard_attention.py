"""What checks the answers to the exercises of page 03d: gradients are enumerated, not sampled."""

from collections import Counter
from itertools import product

import torch
from torch import Tensor

from paying_attention.attention.recurrent.hard import HardAttention
from paying_attention.attention.recurrent.luong import GeneralAttention
from paying_attention.attention.softmax import AttentionOutput, masked_softmax
from paying_attention.exercises.asking import ask
from paying_attention.exercises.checking import demand, exercise
from paying_attention.exercises.reading import fields, near, number, one_of, tensor
from paying_attention.exercises.wording import kind_of
from paying_attention.training.losses import surrogate

SOURCES = [words.split() for words in ("turn it up", "turn it over", "look it up", "look it over")]
CHANCES = torch.tensor([0.5, 0.3, 0.2], dtype=torch.float64)
LOSSES = torch.tensor([1.0, 2.0, 4.0], dtype=torch.float64)

BY_HAND = 0.011  # two decimals, the last of them rounded either way
EXACT = 1e-4  # what single precision leaves of a right answer, with room


def _compare(
    found: Tensor, right: Tensor, mistakes: dict[str, Tensor], otherwise: str, within: float
) -> None:
    """Let right numbers pass; else say which mistake gives these, or the last words."""
    for sentence, wrong in mistakes.items():
        demand(near(found, right, within) or not near(found, wrong, within), sentence)
    demand(near(found, right, within), otherwise)


def _judge_gradient(found: object, name: str, chances: Tensor, losses: Tensor) -> None:
    """Compare with the gradient of the expected loss with respect to the scores."""
    gains = losses - chances @ losses
    _compare(
        tensor(found, name, (len(chances),)),
        chances * gains,
        {
            f"`{name}` has the wrong sign: it is the direction of a step, not of the slope.": -gains
            * chances,
            f"`{name}`: these are the losses less the expected loss. A word that is rarely drawn"
            " counts for less.": gains,
            f"`{name}`: each loss is multiplied by its probability, but compared with nothing."
            " When one probability rises, what do the others do?": chances * losses,
            f"`{name}`: only the word's own probability moves here. When it rises, the others"
            " fall, and their losses count as well.": chances * (1 - chances) * losses,
        },
        f"`{name}` is not right: how good is each word, compared with the average?",
        BY_HAND,
    )


@exercise("3.7")
def expected_loss(answer: object) -> str:
    """An expected loss, its gradient, and the three estimates of it, by hand."""
    expected, gradient, estimates = fields(answer, "answer", ["loss", "gradient", "estimates"])
    chances = torch.tensor([0.3, 0.2, 0.5], dtype=torch.float64)
    losses = torch.tensor([0.0, 5.0, 2.0], dtype=torch.float64)
    demand(
        near(number(expected, "answer['loss']"), chances @ losses, BY_HAND),
        "the expected loss is not right: each loss counts as often as its word is drawn.",
    )
    _judge_gradient(gradient, "answer['gradient']", chances, losses)
    _judge_estimates(tensor(estimates, "answer['estimates']", (3, 3)), chances, losses)
    return "the loss, its gradient and the three estimates are right."


def _judge_estimates(estimates: Tensor, chances: Tensor, losses: Tensor) -> None:
    slopes = _slopes_of_logs(chances)
    right = losses[:, None] * slopes
    _compare(
        estimates,
        right,
        {
            "loss and gradient are right; the estimates are turned over: a row is one draw, with a"
            " number for each score.": right.T,
            "loss and gradient are right; in the estimates, a probability too many: the slope is"
            " that of log α, and the average over draws comes later.": chances[:, None] * right,
            "loss and gradient are right; a baseline was subtracted from the estimates, and they"
            " are asked for without one.": (losses - chances @ losses)[:, None] * slopes,
            "loss and gradient are right; the estimates have the wrong sign.": -right,
        },
        "loss and gradient are right, the estimates are not. Their average, each row with its"
        " probability, has to be your gradient.",
        BY_HAND,
    )


def _slopes_of_logs(chances: Tensor) -> Tensor:
    """One row a draw: the gradient of the log of its probability with respect to the scores."""
    return torch.eye(len(chances), dtype=torch.float64) - chances


@exercise("3.8")
def toll(prediction: object, answer: object) -> str:
    """What 100 on top of every loss does to three estimates; predicted, then enumerated."""
    names = ["mean", "variance", "variance of two"]
    options = ["smaller", "the same", "larger"]
    guesses = [
        one_of(guess, f"prediction[{name!r}]", options)
        for name, guess in zip(names, fields(prediction, "prediction", names), strict=True)
    ]
    mean, *variances = fields(answer, "answer", names)
    _judge_gradient(mean, "answer['mean']", CHANCES, LOSSES + 100)
    _variance_of_one(number(variances[0], "answer['variance']"))
    _variance_of_two(number(variances[1], "answer['variance of two']"))
    for name, guess, right in zip(names, guesses, ("the same", "larger", "the same"), strict=True):
        demand(
            guess == right,
            f"your numbers are right, and prediction[{name!r}] does not agree with them. Compare"
            " with the same number without the toll, in the section above.",
        )
    return "all three are as you predicted, and enumerated."


def _variance_of_one(found: float) -> None:
    slopes = _slopes_of_logs(CHANCES)
    demand(
        not near(found, _variance(CHANCES, LOSSES[:, None] * slopes), BY_HAND),
        "`answer['variance']` is the variance without the toll.",
    )
    demand(
        near(found, _variance(CHANCES, (LOSSES + 100)[:, None] * slopes), 1.0),
        "`answer['variance']` is not right: every draw counts with its probability, and the"
        " squares are summed over the three scores.",
    )


def _variance_of_two(found: float) -> None:
    slopes = _slopes_of_logs(CHANCES)
    demand(
        not near(found, _variance(CHANCES, (LOSSES + 100)[:, None] * slopes) / 2, 1.0),
        "`answer['variance of two']` is what two draws without a baseline have. Let `surrogate`"
        " see both losses at once.",
    )
    pairs = torch.tensor(list(product(range(3), repeat=2)))
    gaps = LOSSES[pairs] - LOSSES[pairs.flip(1)]  # the toll is in both
    estimates = (gaps[..., None] * slopes[pairs]).mean(dim=1)
    demand(
        near(found, _variance(CHANCES[pairs].prod(dim=1), estimates), BY_HAND),
        "`answer['variance of two']` is not right: there are nine ways to draw, each with the"
        " product of two probabilities.",
    )


def _variance(shares: Tensor, rows: Tensor) -> Tensor:
    return shares @ (rows - shares @ rows).square().sum(dim=1)


@exercise("3.9")
def one_line(of_bug: object, left: object, mended: object) -> str:
    """What one line does to two gradients, and the line mended."""
    scores, size = fields(of_bug, "of_bug", ["scores", "size"])
    _gradients_of_the_bug(tensor(scores, "of_bug['scores']", (3,)), number(size, "of_bug['size']"))
    share = number(left, "left")
    demand(
        not near(share, 0.5, 0.001),
        "`left` is what is left with two draws. How much of the mean of 100 losses is the"
        " draw's own?",
    )
    demand(
        near(share, 0.99, 0.001),
        "`left` is not right: with two draws half was left. How much of the mean of 100 losses is"
        " the draw's own?",
    )
    for num_draws in (2, 3):
        _judge_mended(mended, num_draws)
    return "both mistakes are measured, and your line makes neither."


def _gradients_of_the_bug(scores: Tensor, size: float) -> None:
    right = CHANCES * (LOSSES - CHANCES @ LOSSES)
    demand(
        not near(scores, right, 0.004),
        "`of_bug['scores']` is the right gradient, and the bug's is asked for: the mean over the"
        " nine ways to draw twice.",
    )
    demand(
        near(scores, right / 2, 0.0051),
        "`of_bug['scores']` is not right: multiply the gradient of each of the nine pairs by the"
        " product of its two probabilities, and sum.",
    )
    demand(
        not near(size, CHANCES @ LOSSES, 0.004),
        "`of_bug['size']` is the right gradient, and the bug's is asked for: pass the losses as a"
        " product with the parameter, and differentiate by it.",
    )
    # the mean loss, and half the covariance of loss and log-probability, which the bug adds
    logs = CHANCES.log()
    added = CHANCES @ (LOSSES * logs) - (CHANCES @ LOSSES) * (CHANCES @ logs)
    demand(
        near(size, CHANCES @ LOSSES + added / 2, 0.0051),
        "`of_bug['size']` is not right: both terms of the line depend on the parameter, and each"
        " pair counts with its probability.",
    )


def _judge_mended(mended: object, num_draws: int) -> None:
    chances = torch.tensor([0.2, 0.5, 0.3])  # single precision, as on the page
    both = torch.tensor([[13.0, 11.0, 14.0], [0.5, -2.0, 1.5]])
    of_scores, of_model, variance = _enumerated(mended, chances, both, num_draws)
    where = f"with {num_draws} draws,"
    _mean_of_scores(of_scores, chances, both.sum(dim=0), num_draws)
    demand(of_model.abs().max() > EXACT, f"{where} the losses teach the readout nothing any more.")
    demand(
        near(of_model, both @ chances, EXACT),
        f"{where} the scores' gradient is right; that of a parameter on which the losses depend is"
        " not. In which term should autograd see the losses?",
    )
    least = _enumerated(_of_package, chances, both, num_draws)[2]
    demand(
        variance < least * (1 + EXACT),
        f"{where} both mean gradients are right, but the estimate varies more than"
        " `surrogate`'s: let it keep a baseline from the other draws.",
    )


def _mean_of_scores(found: Tensor, chances: Tensor, losses: Tensor, num_draws: int) -> None:
    right, where = chances * (losses - chances @ losses), f"with {num_draws} draws,"
    demand(found.abs().max() > EXACT, f"{where} no gradient reaches the scores on average.")
    _compare(
        found,
        right,
        {
            f"{where} the mean gradient of the scores is still too short: does the baseline know"
            " the draw's own loss?": right * (num_draws - 1) / num_draws,
            f"{where} the mean gradient of the scores has the wrong sign.": -right,
        },
        f"{where} the mean gradient of the scores is not that of the expected loss.",
        EXACT,
    )


def _of_package(losses: Tensor, log_probs: Tensor) -> Tensor:
    return losses.mean() + surrogate(losses, log_probs)


def _enumerated(
    loss: object, chances: Tensor, both: Tensor, num_draws: int
) -> tuple[Tensor, Tensor, Tensor]:
    """Mean gradient of the scores, that of two parameters of the losses, variance of the first."""
    scores = chances.log().requires_grad_()
    model = torch.ones(2, requires_grad=True)
    draws = torch.tensor(list(product(range(3), repeat=num_draws)))
    rows = []
    for draw in draws:
        value = ask(loss, (model @ both)[draw], scores.log_softmax(0)[draw], name="mended")
        demand(
            isinstance(value, Tensor) and value.numel() == 1,
            f"`mended` returns {kind_of(value)}; a loss is a tensor with one number.",
        )
        demand(value.requires_grad, "`mended` returns a number without a gradient.")
        found = torch.autograd.grad(value.sum(), (scores, model), allow_unused=True)
        rows.append([torch.zeros(1) if each is None else each for each in found])
    shares = chances[draws].prod(dim=1)
    of_scores, of_model = (
        torch.stack([row[i].expand(size) for row in rows])
        for i, size in enumerate((len(chances), 2))
    )
    return shares @ of_scores, shares @ of_model, _variance(shares, of_scores)


@exercise("3.10")
def message(answer: object) -> str:
    """The best rule that picks a word by the whole sentence, and how many there are."""
    loss, rule, rules, signs = fields(answer, "answer", ["loss", "rule", "rules", "signs"])
    least = number(loss, "answer['loss']")
    demand(
        not near(least, 0.347, 0.002),
        "`answer['loss']` was the best with a score for each word. Now `turn` need not win in"
        " both of its sentences.",
    )
    demand(near(least, 0.0, 0.001), "`answer['loss']` is not the best: some rule has a lower one.")
    _judge_rule(tensor(rule, "answer['rule']", (4,)))
    demand(
        number(rules, "answer['rules']") == sum(map(_tells_all, product(range(3), repeat=4))),
        "loss and rule are right; the number of rules that reach it is not. Let `product` give"
        " all 81.",
    )
    demand(
        one_of(signs, "answer['signs']", ["yes", "no"]) == "yes",
        "the numbers are right. What does the readout need to know of the word that was picked,"
        " besides which of four it is?",
    )
    return "the rule tells the four sentences apart, and you found how many do."


def _judge_rule(positions: Tensor) -> None:
    places = positions.tolist()
    demand(
        set(places) <= {0, 1, 2},
        "`answer['rule']` holds four positions, one a sentence; they count from 0 to 2.",
    )
    read = Counter(words[int(j)] for words, j in zip(SOURCES, places, strict=True))
    word, count = read.most_common(1)[0]
    demand(
        count == 1,
        f"by this rule `{word}` is read in {count} sentences: which verb does the readout write?",
    )


def _tells_all(rule: tuple[int, ...]) -> bool:
    return len({words[j] for words, j in zip(SOURCES, rule, strict=True)}) == len(SOURCES)


@exercise("3.11")
def pick_two(answer: object) -> str:
    """Which two words to read, and how to draw them."""
    places = ["positions", "loss", "independent", "scores"]
    positions, loss, independent, scores = fields(answer, "answer", places)
    positions = sorted(positions) if isinstance(positions, set) else positions
    chosen = set(tensor(positions, "answer['positions']", (2,)).tolist())
    demand(
        len(chosen) == 2 and chosen <= {0, 1, 2},
        "`answer['positions']` holds two different positions; they count from 0 to 2.",
    )
    demand(chosen == {0, 2}, "one of the two words at these positions says nothing.")
    demand(
        near(number(loss, "answer['loss']"), 0.0, 0.001),
        "the positions are right; the loss is not. In how many sentences do the two words stand"
        " together?",
    )
    _independent(number(independent, "answer['independent']"))
    _draws_both(tensor(scores, "answer['scores']", (3,)).double())
    return "the two right words are read, and your scores draw them."


def _independent(loss: float) -> None:
    _compare(
        torch.tensor(loss),
        torch.tensor(0.3466),
        {
            "independent draws can hit the same position twice, and then one word is"
            " missing.": torch.tensor(0.0),
            "independent draws often hit two positions, and then nothing is left to"
            " guess.": torch.tensor(0.6931),
        },
        "`answer['independent']` is not right: how likely is the same position twice, and what is"
        " the loss then? Choose the probability that makes this smallest.",
        0.0011,
    )


def _draws_both(scores: Tensor) -> None:
    demand(
        (scores.float().softmax(0) > 0).sum() >= 2,
        "after the softmax fewer than two probabilities are above 0, and `torch.multinomial`"
        " refuses to draw two.",
    )
    first, middle, third = scores
    chances = scores.softmax(0)  # of the first draw; of the second, among two that are left:
    both = chances[0] * (third - middle).sigmoid() + chances[2] * (first - middle).sigmoid()
    demand(
        both >= 0.999 - 1e-6,
        f"with these scores the right two are drawn in {100 * both:.2f} % of draws. Mind the second"
        " draw too: it is between the two that are left.",
    )


@exercise("3.12")
def straight_through(StraightThrough: object, answer: object) -> str:
    """The pick going forward, the weights going backward; and the bias of that."""
    soft = GeneralAttention(3, 5)
    attention = ask(StraightThrough, soft, name="StraightThrough")
    demand(
        isinstance(attention, HardAttention),
        f"`StraightThrough(…)` gives {kind_of(attention)}; make it a subclass of `HardAttention`.",
    )
    demand(
        len(_picks(attention, soft, None, "")) > 1,
        "300 draws in training pick the same annotation: take the parent's, which draws.",
    )
    mask = torch.ones(300, 7, dtype=torch.bool)
    mask[:, [1, 4]], mask[::3, 0], mask[:2] = False, False, False  # two rows see nothing
    _picks(attention, soft, mask, "with a mask, ")
    demand(
        len(_picks(attention.eval(), soft, None, "after `eval()`, ")) == 1,
        "after `eval()` it goes on drawing; the likeliest annotation is to be taken.",
    )
    _bias(answer)
    return "the pick goes forward, the slope of the weights back, and you know what that costs."


def _picks(
    attention: HardAttention, soft: GeneralAttention, mask: Tensor | None, when: str
) -> set[int]:
    """Judge 300 rows that ask the same, each given its pick; tell which picks there were."""
    query, annotations = torch.randn(1, 3).expand(300, 3), torch.randn(1, 7, 5).expand(300, 7, 5)
    keys = soft.prepare(annotations, mask).detach().requires_grad_()
    seen = torch.ones(300, 7, dtype=torch.bool) if mask is None else mask
    value = annotations.masked_fill(~seen[..., None], torch.nan)
    found = ask(attention, query, value, keys * 1, mask)
    demand(
        isinstance(found, AttentionOutput),
        f"`forward` returns {kind_of(found)}; return `AttentionOutput(output, hard)`.",
    )
    clean = value.nan_to_num(0.0)
    _what_is_read(found, seen, clean, when)
    _slopes(found.output, masked_softmax(soft.scores(query, keys), mask), clean, keys, when)
    return set(torch.as_tensor(found.weights).float().argmax(dim=1).tolist())


def _what_is_read(found: AttentionOutput, seen: Tensor, annotations: Tensor, when: str) -> None:
    hard = tensor(found.weights, "weights", seen.shape).float()
    demand(
        ((hard == 0) | (hard == 1)).all() and (hard.sum(1) == seen.any(1)).all(),
        f"{when}the weights are no rows with a single 1.",
    )
    demand(
        not isinstance(found.output, Tensor) or not found.output.isnan().any(),
        f"{when}NaN leaks out of an annotation that is hidden: 0 times NaN is NaN.",
    )
    demand(
        near(tensor(found.output, "output", (300, 5)), (hard[:, None] @ annotations)[:, 0], EXACT),
        f"{when}what is read is not the annotation at the 1 of the weights.",
    )


def _slopes(output: Tensor, weights: Tensor, value: Tensor, keys: Tensor, when: str) -> None:
    """Compare what comes back to the keys with what soft attention sends there."""
    towards = torch.randn(5)
    demand(
        isinstance(output, Tensor) and output.requires_grad,
        f"{when}the pick is right, and no gradient comes back from it.",
    )
    (found,) = torch.autograd.grad((output @ towards).sum(), keys, allow_unused=True)
    (right,) = torch.autograd.grad(((weights[:, None] @ value)[:, 0] @ towards).sum(), keys)
    demand(
        found is not None and found.abs().max() > EXACT,
        f"{when}the pick is right, and no gradient reaches the scores.",
    )
    _compare(
        found,
        right,
        {f"{when}the pick is right, its slope has the wrong sign: which one is detached?": -right},
        f"{when}the pick is right, but its slope is not that of the weights.",
        EXACT,
    )


def _bias(answer: object) -> None:
    exact, mean, unbiased = fields(answer, "answer", ["exact", "straight through", "no bias"])
    chances = torch.tensor([0.4, 0.2, 0.4], dtype=torch.float64)
    read = torch.tensor([-1.0, 0.0, 1.0], dtype=torch.float64)
    _judge_gradient(exact, "answer['exact']", chances, read.square())
    # the slope of the weights, times that of the loss at each pick
    picks = 2 * read[:, None] * chances * (read - chances @ read)
    _compare(
        tensor(mean, "answer['straight through']", (3,)),
        chances @ picks,
        {
            "`answer['straight through']` is the exact gradient: then there would be no"
            " bias.": chances * (read.square() - chances @ read.square()),
            "`answer['straight through']` is the gradient of one pick; average over the three, each"
            " with its probability.": picks[2],
        },
        "`answer['straight through']` is not right: take the gradient for each of the three picks,"
        " and average them with their probabilities.",
        BY_HAND,
    )
    demand(
        one_of(unbiased, "answer['no bias']", ["linear", "convex", "positive"]) == "linear",
        "the gradients are right. The square is a loss of this kind as well, and it has a bias.",
    )
