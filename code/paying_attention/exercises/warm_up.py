"""What checks the answers to the exercises of chapter 00 and its study."""

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from torch import Tensor

from paying_attention.attention.softmax import masked_softmax
from paying_attention.data.batching import Corpus
from paying_attention.data.toys.number_words import number_pair
from paying_attention.data.vocabulary import Vocabulary
from paying_attention.exercises.asking import ask
from paying_attention.exercises.checking import Wrong, demand, exercise
from paying_attention.exercises.reading import fields, near, number, one_of, tensor, truth
from paying_attention.exercises.wording import kind_of, shown
from paying_attention.models.recurrent.config import Seq2SeqConfig
from paying_attention.models.recurrent.seq2seq import Seq2Seq
from paying_attention.training.losses import translation_loss

BY_HAND = 0.011  # two decimals, the last of them rounded either way
# How an error may say that a number has to be above 0.
EXPECTED = ("positive", "more", "greater", "larger", "higher", "above", "below", "over", ">", "<")
EXACT = 1e-4  # what single precision leaves of a right answer, with room


def _places(answer: object, read: Callable[[object, str], Any], *keys: str) -> list[Any]:
    """Read all places of the stub's dict in one way."""
    values = fields(answer, "answer", keys)
    return [read(value, f"answer[{key!r}]") for key, value in zip(keys, values, strict=True)]


def _compare(
    found: Any, right: Any, mistakes: dict, otherwise: str, within: float = BY_HAND
) -> None:
    """Let right numbers pass; else say which mistake gives these, or the last words."""
    for sentence, wrong in mistakes.items():
        demand(near(found, right, within) or not near(found, wrong, within), sentence)
    demand(near(found, right, within), otherwise)


def _must_say(
    test: object, name: str, tried: dict[str, Callable], expected: bool, words: str, *given: object
) -> None:
    """Give all of these to a test that the reader wrote."""
    for which, one in tried.items():
        said = truth(ask(test, one, *given, name=name), f"{name}(…)")
        demand(said == expected, words.format(which))


@exercise("0.1")
def self_mean(answer: object) -> str:
    """A mean of three values, weighted by a softmax, and by one of larger scores."""
    mean, shifted = _places(answer, number, "mean", "with 100 more")
    scores, values = torch.tensor([5.0, 3.0, 2.0]).log(), torch.tensor([10.0, 20.0, 30.0])
    by_scores = scores @ values / scores.sum()
    mistakes = {
        "this is the plain mean: the scores have no effect yet.": values.mean(),
        "the weights do not sum to 1 yet: divide by their total.": scores.exp() @ values,
        "the scores themselves are no weights: take their exponentials first.": by_scores,
    }
    _compare(
        mean,
        torch.softmax(scores, dim=0) @ values,
        mistakes,
        "`answer['mean']` is not the weighted mean: what are the exponentials of the three scores,"
        " and the shares of each in their sum?",
    )
    demand(
        near(shifted, 17.0, BY_HAND),
        "the first mean is right, the second is not. The 100 goes to the scores: by which factor"
        " does each exponential grow, and their sum?",
    )
    return "both means are right."


@exercise("0.2")
def self_price(answer: object) -> str:
    """The cross-entropy of an even bet on eight words, and its slope at the right one."""
    price, gradient = _places(answer, number, "price", "gradient")
    _compare(
        price,
        math.log(8),
        {
            "this price is in bits; the book counts in nats, by natural logarithms.": 3.0,
            "a price is not negative: which sign has the logarithm of a probability?": -math.log(8),
            "this is the probability of the right word, and not its price.": 1 / 8,
        },
        "`answer['price']` is not right yet: which function of the right word's probability is it?",
    )
    _compare(
        gradient,
        -7 / 8,
        {
            "the price is right; the slope has the wrong sign. If the right word's score rises,"
            " does the price?": 7 / 8,
            "the price is right; this is the slope of a word that is wrong.": 1 / 8,
            "the price is right; this is its slope with respect to the probability, and the score"
            " was asked for.": -8.0,
        },
        "the price is right, the gradient is not: compare what was bet on the right word with what"
        " happened.",
    )
    return "price and gradient are right."


@exercise("0.3")
def self_gate(answer: object) -> str:
    """What the update gate of torch's GRU does at both ends."""
    choice = partial(one_of, options=("the old state", "the candidate"))
    at_1, at_0 = _places(answer, choice, "z = 1", "z = 0")
    demand(at_1 != at_0, "you say the same for both ends, and then it would be no gate.")
    demand(
        at_1 == "the old state",
        "it is not so in torch: put the numbers into the last line of its GRU's step.",
    )
    return "both ends are right."


@exercise("0.4")
def self_forcing(answer: object) -> str:
    """What a decoder is given and must say, under teacher forcing."""
    given, say, steps = fields(answer, "answer", ["given", "say", "steps"])
    given, say = _tokens(given, "answer['given']"), _tokens(say, "answer['say']")
    sentence = ["twenty", "-", "four"]
    demand(given != say, "given and said are the same line: it would have nothing to predict.")
    demand(
        given[:1] == ["<bos>"],
        "what can it be given before its first word, when there is no word yet?",
    )
    demand(given[-1] != "<eos>", "it is given a word that nothing has to follow.")
    demand(
        given == ["<bos>", *sentence],
        "`answer['given']` is not right yet: at each step it is given the right word before.",
    )
    demand(say[:1] != ["<bos>"], "`<bos>` is there from the start; who would have to say it?")
    demand(say[-1] == "<eos>", "how does it say that the sentence is over?")
    demand(
        say == [*sentence, "<eos>"],
        "`answer['say']` is not right yet: at each step it must say the right word.",
    )
    demand(
        number(steps, "answer['steps']") == 4,
        "both lines are right; the number of steps is not. One step says one token, signs too.",
    )
    return "both lines are right, and so is their length."


def _tokens(value: object, name: str) -> list[str]:
    words = value.replace(",", " ").split() if isinstance(value, str) else value
    words = words.tolist() if hasattr(words, "tolist") else words
    demand(
        isinstance(words, list | tuple) and words and all(isinstance(w, str) for w in words),
        f"`{name}` is {kind_of(value)}; write the tokens into one string, with spaces between.",
    )
    return [word.strip().casefold() for word in words]


@exercise("0.5")
def self_shapes(answer: object) -> str:
    """Two shapes after broadcasting."""
    difference, both = (shape.tolist() for shape in _places(answer, tensor, "a - b", "sum"))
    demand(
        difference == [5, 5],
        "`answer['a - b']` is not right. Write the shapes below each other, flush right: an axis"
        " that is missing on the left counts as 1.",
    )
    demand(
        both == [2, 4, 3],
        "the first shape is right, the sum's is not: go through the axes from the right. Where one"
        " size is 1, which one wins?",
    )
    return "both shapes are right."


@exercise("0.6")
def gate_softmax(answer: object) -> str:
    """The first of two softmax weights, for two gaps between the scores."""
    at_0, at_log_3 = _places(answer, number, "a = 0", "a = log 3")
    _compare(
        at_0,
        1 / 2,
        {"exp(0) is not 0.": 0.0, "this is exp(0); divide it by the sum of both.": 1.0},
        "the weight at a = 0 is not right: both scores are equal there.",
    )
    _compare(
        at_log_3,
        3 / 4,
        {
            "this is the weight of the second score, at log 3.": 1 / 4,
            "this is the exponential of log 3, and no weight yet.": 3.0,
            "this is how many times one weight is the other, and not a share of both.": 1 / 3,
            "this is log 3 itself; what is its exponential?": math.log(3),
        },
        "the weight at 0 is right, at log 3 it is not: what are the two exponentials?",
    )
    return "both weights are right. Do your lines show that they are σ(a) for every a?"


@exercise("0.7")
def untrained(answer: object) -> str:
    """The loss of a network that knows nothing: predicted, and measured over twenty models."""
    prediction, average = _places(answer, number, "prediction", "average")
    _predicted(prediction)
    demand(
        abs(average - math.log(7)) > 0.2,
        "the prediction is right. The models of your average write 7 words, as our `english` does;"
        " 34 were asked for.",
    )
    demand(
        near(average, _average_loss(), BY_HAND),
        "the prediction is right. The average is another number, to two decimals: the k-th model is"
        " made right after `torch.manual_seed(k)`, for k from 0 to 19, and all see our `batch`.",
    )
    return "the prediction holds, and the average is what twenty models give."


def _predicted(prediction: float) -> None:
    mistakes = {
        "this is counted in bits; the book's losses are in nats.": math.log2(34),
        "this is a probability, and not its price.": 1 / 34,
        "this is an even bet without the three signs, and they are written, too.": math.log(31),
        "this is an even bet on the words of our two sentences; how many can the model"
        " write?": math.log(7),
    }
    _compare(
        prediction,
        math.log(34),
        mistakes,
        "this is not the loss of a network that knows nothing: on what does it bet, and what is the"
        " price of that?",
        within=0.055,  # one decimal
    )


def _average_loss() -> float:
    """What the exercise measures, on the two sentences of the page."""
    pairs = [number_pair(24), number_pair(7)]
    german = Vocabulary.from_sentences(pair.source for pair in pairs)
    english = Vocabulary.from_sentences(pair.target for pair in pairs)
    batch = Corpus.encode(pairs, german, english).table
    models = []
    for seed in range(20):
        torch.manual_seed(seed)
        models.append(Seq2Seq(Seq2SeqConfig(len(german), 34)))
    return sum(translation_loss(model, batch).item() for model in models) / len(models)


@exercise("0.8")
def log_softmax(log_weights: object) -> str:
    """The logarithm of softmax weights, ordinary or vanishing, and its gradient."""
    for size in ((5, 7), (2, 3, 11)):
        _usual(log_weights, torch.randn(size))
    for row in ([0.0, -104.0], [1000.0, 0.0, -1000.0], [-2000.0, -2003.0]):
        _extreme(log_weights, f"the scores {row}", torch.tensor(row))
    apart = torch.randn(3, 5) + torch.tensor([[0.0], [-500.0], [700.0]])
    _extreme(log_weights, "rows that lie hundreds apart", apart)
    _slopes(log_weights, torch.tensor([0.0, -104.0]), torch.tensor([0.0, 1.0]))
    _slopes(log_weights, torch.randn(5, 7), torch.randn(5, 7))
    return "values and gradients are right, where the weights are ordinary and where they vanish."


def _usual(function: object, scores: Tensor) -> None:
    found = tensor(ask(function, scores, name="log_weights"), "log_weights(…)", scores.shape)
    right = torch.log_softmax(scores, dim=-1)
    gaps = scores - scores.amax(-1, keepdim=True)
    other_axis = torch.log_softmax(scores, dim=0)
    one_sum = scores - scores.exp().sum().log()
    mistakes = {
        "these are the weights, and not their logarithms.": right.exp(),
        "the rows do not sum to 1: the softmax runs along the wrong axis.": other_axis,
        "all entries share one sum, and each row has one of its own.": one_sum,
        "the largest score is taken off, and the logarithm of the sum is missing.": gaps,
        "the sign is wrong: the logarithm of a share is negative.": -right,
    }
    _compare(
        found,
        right,
        mistakes,
        f"for random scores of the shape {tuple(scores.shape)} this is not"
        " `torch.softmax(scores, dim=-1).log()`, and it has to be.",
        within=EXACT,
    )


def _extreme(function: object, which: str, scores: Tensor) -> None:
    found = ask(function, scores, name="log_weights")
    demand(isinstance(found, Tensor), f"`log_weights` returns {kind_of(found)}; return a tensor.")
    demand(
        found.isfinite().all(),
        f"for {which} it holds a number that is not finite. What overflows there, or of which"
        " weight is the logarithm taken?",
    )
    demand(
        near(found.detach(), torch.log_softmax(scores.double(), dim=-1), 1e-3),
        f"for {which} it is finite, and not the logarithm of the weights. A limit, or a small"
        " number that is added, only hides what is lost.",
    )


def _slopes(function: object, scores: Tensor, towards: Tensor) -> None:
    leaf = scores.requires_grad_()
    output = ask(function, leaf * 1, name="log_weights")  # a copied leaf keeps its gradient
    demand(
        isinstance(output, Tensor) and output.requires_grad,
        "the values are right, but no gradient comes back from them.",
    )
    (right,) = torch.autograd.grad((torch.log_softmax(leaf, dim=-1) * towards).sum(), leaf)
    try:
        (found,) = torch.autograd.grad((output * towards).sum(), leaf, allow_unused=True)
    except RuntimeError:
        raise Wrong("torch finds no way back: is something changed in place?") from None
    demand(
        found is not None and near(found, right, EXACT),
        "the values are right, the gradient is not: is something detached on the way?",
    )


# --- 0.9: a test of the reader's, tried on steps of a GRU, and weights for the one with the bug ---


WEIGHTS = ("w_x", "w_h", "b_x", "b_h")


def _torchs(x: Tensor, state: Tensor, w_x: Tensor, w_h: Tensor, b_x: Tensor, b_h: Tensor) -> Tensor:
    return torch.gru_cell(x[None], state[None], w_x, w_h, b_x, b_h)[0]


def _step(
    x: Tensor, state: Tensor, w_x: Tensor, w_h: Tensor, b_x: Tensor, b_h: Tensor, mistake: str = ""
) -> Tensor:
    """Take one step as torch does, unless a mistake is planted; weights of its name count as 0."""
    weights = zip(WEIGHTS, (w_x, w_h, b_x, b_h), strict=True)
    w_x, w_h, b_x, b_h = (0 * weight if name == mistake else weight for name, weight in weights)
    from_x, from_h = (w_x @ x + b_x).chunk(3), (w_h @ state + b_h).chunk(3)
    gates = (1, 0) if mistake == "gates" else (0, 1)
    reset, update = (torch.sigmoid(from_x[i] + from_h[i]) for i in gates)
    after = w_h.chunk(3)[2] @ (reset * state) + b_h.chunk(3)[2]
    candidate = torch.tanh(from_x[2] + (after if mistake == "matrix" else reset * from_h[2]))
    old, new = (candidate, state) if mistake == "keeps" else (state, candidate)
    return update * old + (1 - update) * new


THEIRS = partial(_step, mistake="keeps")
RIGHT_STEPS = {"torch's own": _torchs, "written in another order": _step}
WRONG_STEPS = {
    "`their_step`": THEIRS,
    "a step whose reset gate acts before the matrix": partial(_step, mistake="matrix"),
    "a step that takes each gate for the other": partial(_step, mistake="gates"),
    "a step that forgets the biases `b_h`": partial(_step, mistake="b_h"),
    "a step that does not multiply by `w_x`": partial(_step, mistake="w_x"),
    "a step that does not multiply by `w_h`": partial(_step, mistake="w_h"),
}


@exercise("0.9")
def swapped_gate(same_as_torch: object, for_their_step: object) -> str:
    """A test that knows torch's step from others, and weights that mend one without touching it."""
    refuses = "`same_as_torch` refuses a step that is right, {}. Is there a tolerance?"
    _must_say(same_as_torch, "same_as_torch", RIGHT_STEPS, True, refuses)
    passes = "`same_as_torch` lets {} pass."
    _must_say(same_as_torch, "same_as_torch", WRONG_STEPS, False, passes)
    for inputs, places in ((3, 5), (7, 2)):
        _converted(for_their_step, inputs, places)
    return "your test finds this bug and five others, and with your weights the step is torch's."


def _converted(for_their_step: object, inputs: int, places: int) -> None:
    shapes = (3 * places, inputs), (3 * places, places), (3 * places,), (3 * places,)
    sizes = dict(zip(WEIGHTS, shapes, strict=True))
    old = {name: torch.randn(size) for name, size in sizes.items()}
    given = ask(for_their_step, *old.values(), name="for_their_step")
    demand(
        isinstance(given, list | tuple) and len(given) == 4,
        "your test is right. `for_their_step` gives no four tensors: w_x, w_h, b_x and b_h.",
    )
    new = [tensor(value, name, sizes[name]) for name, value in zip(sizes, given, strict=True)]
    same = [name for name, one in zip(old, new, strict=True) if torch.equal(one, old[name])]
    demand(
        not same,
        f"your test is right. `for_their_step` gives `{'`, `'.join(same)}` back unchanged: on which"
        " of the four does the update gate depend?",
    )
    x, state = torch.randn(inputs), torch.randn(places)
    demand(
        near(THEIRS(x, state, *new), _torchs(x, state, *old.values()), EXACT),
        f"your test is right. With the weights of `for_their_step`, `their_step` is not torch's"
        f" with the old ones, for {inputs} inputs and {places} places: write down 1 - σ(a) as a σ,"
        " and count the rows again.",
    )


# --- 0.10: a test of the reader's, tried on models that look ahead and on some that do not ---


def _numbers(ids: Tensor) -> Tensor:
    """Three numbers for each id, whatever it is."""
    return torch.stack([torch.sin((1.0 + k) * ids + k) for k in range(3)], dim=-1)


def _moved(ids: Tensor, by: int) -> Tensor:
    """The numbers of the word that stands so many places later, and zeros beyond the ends."""
    places = torch.arange(ids.shape[1]) + by
    inside = (places >= 0) & (places < ids.shape[1])
    return _numbers(ids)[:, places.clamp(0, ids.shape[1] - 1)] * inside[:, None]


GIVEN = torch.tensor([[1, 4, 3, 5, 2], [1, 3, 6, 2, 0], [6, 5, 4, 1, 3]])
CLEAN: dict[str, Callable[[Tensor], Tensor]] = {
    "repeats the word it hears": _numbers,
    "adds up the words so far": lambda ids: _numbers(ids).cumsum(dim=1),
    "repeats the word before": lambda ids: _moved(ids, -1),
}
LEAKING: dict[str, Callable[[Tensor], Tensor]] = {
    "adds up all words": lambda ids: _numbers(ids).sum(dim=1, keepdim=True).expand(*ids.shape, 3),
    "hears the next word at its first three places": lambda ids: torch.cat(
        [_numbers(ids[:, 1:-1]), _numbers(ids[:, -2:])], dim=1
    ),
    "hears the last word at its first place": lambda ids: torch.cat(
        [_numbers(ids[:, -1:]), _numbers(ids[:, 1:])], dim=1
    ),
    "hears the last word at the place before it": lambda ids: _numbers(
        torch.cat([ids[:, :-2], ids[:, 1:][:, -1:], ids[:, -1:]], dim=1)
    ),
    "hears the next word in the last sentence of the batch alone": lambda ids: torch.where(
        (ids[:, :1] == 6)[..., None], _moved(ids, 1), _numbers(ids)
    ),
}


@exercise("0.10")
def leak_test(leaks: object, of_copier: object) -> str:
    """A test that tells models that look ahead from those that do not."""
    accuses = "`leaks` accuses a model that {}. Compare the places before the changed word alone."
    _must_say(leaks, "leaks", CLEAN, False, accuses, GIVEN)
    _must_say(leaks, "leaks", LEAKING, True, "`leaks` misses a model that {}.", GIVEN)
    demand(
        not truth(of_copier, "of_copier"),
        "your test is right; what does it say of the copier, if you run it?",
    )
    return "your test finds five leaks, and accuses nobody who has none."


@exercise("0.11")
def temperature(tempered: object) -> str:
    """The package's softmax with a temperature, a mask and an error."""
    for size in ((5, 7), (2, 3, 5, 7)):
        scores, mask = 3 * torch.randn(size), torch.rand(size) < 0.6
        mask[..., 0, :], mask[..., 1:, 0] = False, True
        for words, options in (("", {}), ("with a mask, ", {"mask": mask})):
            _at_temperatures(tempered, scores, words, options)
    _refuses(tempered)
    return "the weights are right at every temperature, masked or not, and so is the error."


def _at_temperatures(tempered: object, scores: Tensor, words: str, options: dict) -> None:
    for heat in (None, 1.0, 0.4, 3.0, 0.001, 1e6):
        given = options if heat is None else {"temperature": heat, **options}
        found = ask(tempered, scores, name="tempered", **given)
        found, heat = tensor(found, "tempered(…)", scores.shape), heat or 1.0
        right = masked_softmax(scores / heat, **options)
        where = f"{words}at temperature {heat:g},"
        demand(
            near(found.sum(dim=-1), right.sum(dim=-1), 1e-3),
            f"{where} a row does not sum to 1, or to 0 where it may look nowhere.",
        )
        turned = f"{where} it is hot where it should be cold, and cold where it should be hot."
        _compare(
            found,
            right,
            {turned: masked_softmax(scores * heat, **options)},
            f"{where} the weights are not right: compare with a softmax that you write by hand.",
            within=1e-3,
        )


def _refuses(tempered: object) -> None:
    for heat in (0.0, -2.5, float("nan")):

        def refusal(heat: float = heat) -> str:
            try:
                tempered(torch.zeros(1, 3), heat)
            except ValueError as error:
                return str(error)
            return "accepted"

        said = ask(refusal, name="tempered")
        demand(said != "accepted", f"at temperature {heat:g} there is no ValueError.")
        words = said.casefold()
        demand(
            "temperature" in words and f"{heat:g}" in words and any(e in words for e in EXPECTED),
            f"at temperature {heat:g} the ValueError says {shown(said)}: it names the argument,"
            " what was expected, and what came.",
        )
