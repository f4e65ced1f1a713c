"""What checks the answers to the exercises of chapter 03."""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from paying_attention.attention.recurrent.decoder_attention import ScoringAttention
from paying_attention.data.batching import Batch
from paying_attention.data.sentence_pairs import SentencePair
from paying_attention.exercises.asking import ask
from paying_attention.exercises.checking import demand, exercise
from paying_attention.exercises.reading import fields, near, number, one_of, tensor, truth
from paying_attention.exercises.wording import kind_of
from paying_attention.models.recurrent.config import Seq2SeqConfig
from paying_attention.models.recurrent.seq2seq import Seq2Seq
from paying_attention.training.losses import translation_loss

# The sentence `drei und zwanzig`, and what exercise 3.1 asks it.
ANNOTATIONS = torch.tensor([[-0.5, 1.5], [-1.0, -1.0], [1.5, 0.5]])
DICTIONARY = torch.tensor([[0.0, 1.0], [-1.0, 0.0]])
STATE = torch.tensor([1.0, -1.0])

BY_HAND = 0.011  # two decimals, the last of them rounded either way
EXACT = 1e-4  # what single precision leaves of a right answer, with room


@exercise("3.1")
def quarter_turn(answer: object) -> str:
    """A product, scores and weights of general, by hand, and the state that asks dot the same."""
    product, scores, weights, state = fields(
        answer, "answer", ["product", "scores", "weights", "state"]
    )
    asked = STATE @ DICTIONARY
    right = ANNOTATIONS @ asked
    _product(tensor(product, "answer['product']", shape=(2,)), asked)
    demand(
        near(tensor(scores, "answer['scores']", shape=(3,)), right, BY_HAND),
        "the product is right, the scores are not: each is its dot product with one annotation.",
    )
    demand(
        near(tensor(weights, "answer['weights']", shape=(3,)), right.softmax(0), BY_HAND),
        "product and scores are right, the weights are not: take the exponential of each score, and"
        " divide by the sum of all three.",
    )
    demand(
        near(tensor(state, "answer['state']", shape=(2,)), asked, BY_HAND),
        "the numbers are right, the state is not: its own dot products with the annotations are to"
        " be your three scores.",
    )
    return "product, scores and weights are right, and a dot score would be asked the same."


def _product(product: Tensor, asked: Tensor) -> None:
    demand(
        not near(product, DICTIONARY @ STATE, BY_HAND),
        "`answer['product']` is the dictionary times the state: here the state stands on the left.",
    )
    demand(
        near(product, asked, BY_HAND),
        "`answer['product']` is not right yet: it is the sum of the dictionary's rows, each times"
        " one number of the state.",
    )


@exercise("3.2")
def concat_cost(ratio: object, answer: object) -> str:
    """How many times additive's multiply-adds concat takes, as a formula and in three cases."""
    for length, width in ((3, 7), (11, 5), (29, 128), (100, 2)):
        _ratio(number(ask(ratio, length, width, name="ratio"), "ratio(T, d)"), length, width)
    five, hundred, limit = fields(answer, "answer", ["5 words", "100 words", "limit"])
    for name, value, length, within in (
        ("5 words", five, 5, 0.06),
        ("100 words", hundred, 100, 0.6),
    ):
        demand(
            abs(number(value, f"answer['{name}']") - _concat(length, 128) / _additive(length, 128))
            <= within,
            f"the formula is right; `answer['{name}']` is not what it gives for d = 128.",
        )
    demand(
        abs(number(limit, "answer['limit']") - 257) <= 0.1,
        "formula and numbers are right, the limit is not. Divide both parts of the fraction by T,"
        " and see which terms are left.",
    )
    return "the formula is right, and so are the two numbers and the limit."


def _concat(length: int, width: int) -> int:
    return length * width + 2 * length * width**2


def _additive(length: int, width: int) -> int:
    return length * width + width**2


def _ratio(found: float, length: int, width: int) -> None:
    concat, additive = _concat(length, width), _additive(length, width)
    pairs = length * width**2
    mistakes = {
        "it is upside down.": additive / concat,
        "the products with v are left out of concat's part.": 2 * pairs / additive,
        "concat's matrix is applied to pairs, which are twice as wide.": (length * width + pairs)
        / additive,
        "what `prepare` does once a sentence is counted as well.": concat / (additive + pairs),
        "the product W s is left out of additive's part.": concat / (length * width),
    }
    why = [words for words, wrong in mistakes.items() if near(found, wrong, 1e-3)]
    demand(
        near(found / (concat / additive), 1.0, 1e-3),
        f"`ratio` gives {found:.4g} for T = {length} and d = {width}, which is not the ratio of the"
        f" two rows of the table: {' '.join(why) or 'look at both again.'}",
    )


@exercise("3.3")
def location_knows(answer: object) -> str:
    """From which word on the weights of two sources differ, in three decoders with location."""
    right = {"summary": "the first", "zeros": "never", "zeros, fed": "the second"}
    advice = {
        "summary": "What is the first state made of, and what does location ask?",
        "zeros": "Is there a way from the source to any state, if the context goes to the word"
        " only?",
        "zeros, fed": "What does input feeding hand to the next step, and what is that made of?",
    }
    for name, value in zip(right, fields(answer, "answer", list(right)), strict=True):
        place = f"answer[{name!r}]"
        demand(
            one_of(value, place, ["the first", "the second", "never"]) == right[name],
            f"`{place}` is not right. {advice[name]}",
        )
    return "all three predictions hold. Run it, and see the equal ones to the last bit."


# --- 3.4: two tests of the reader's, tried on modules that are right and on some that are not ---


class _Luong(nn.Module):
    """The module of the exercise, with another way from scores to weights, or another question."""

    def __init__(self, weigh: Callable[[Tensor], Tensor], turn: int = 0) -> None:
        super().__init__()
        self.proj, self.weigh, self.turn = nn.Linear(4, 4, bias=False), weigh, turn

    def forward(self, query: Tensor, annotations: Tensor) -> tuple[Tensor, Tensor]:
        """Give contexts and weights."""
        question = query.roll(self.turn, 0)[..., None]
        weights = self.weigh((self.proj(annotations) @ question)[..., 0])
        return (weights[:, None] @ annotations)[:, 0], weights


def _by_terms(scores: Tensor) -> Tensor:
    terms = (scores - scores.amax(dim=1, keepdim=True)).exp()  # a test may use large numbers
    return terms / terms.sum(dim=1, keepdim=True)


def _over_the_batch(scores: Tensor) -> Tensor:
    return scores.softmax(0)


def _over_everything(scores: Tensor) -> Tensor:
    return scores.flatten().softmax(0).view_as(scores)


def _on_average(scores: Tensor) -> Tensor:
    """Weights that sum to 1 in the mean of the batch, and in no row."""
    return len(scores) * _over_everything(scores)


@exercise("3.4")
def softmax_axis(alone: object, weights_are_right: object, contexts_are_right: object) -> str:
    """What one sentence's weights are, and two tests that find the mistake and others."""
    demand(
        near(number(alone, "alone"), 1.0, 1e-6),
        "`alone` is not right: over which numbers does this softmax run if there is one sentence?",
    )
    in_both = {
        "the module of the exercise. How many sentences does it try?": _Luong(_over_the_batch),
        "a softmax over all numbers of the batch at once. How many sentences does it try?": _Luong(
            _over_everything
        ),
    }
    of_weights = {
        "weights that are not divided by their sum.": _Luong(torch.sigmoid),
        "rows that sum to 1 on average, and not each.": _Luong(_on_average),
    }
    of_contexts = {
        "one that asks each sentence with the state of another.": _Luong(_by_terms, turn=1)
    }
    _finds(weights_are_right, "weights_are_right", in_both | of_weights)
    _finds(contexts_are_right, "contexts_are_right", in_both | of_contexts)
    return "your tests take right code, and find the mistake and four others."


def _finds(test: object, name: str, bugs: dict[str, nn.Module]) -> None:
    for module in (_Luong(lambda scores: scores.softmax(1)), _Luong(_by_terms)):
        demand(
            _says(test, name, module),
            f"`{name}` refuses a right module. Does it compare what belongs together, and within a"
            " tolerance?",
        )
    for words, module in bugs.items():
        demand(
            not _says(test, name, module),
            f"`{name}` lets a bug pass: {words}",
        )


def _says(test: object, name: str, module: nn.Module) -> bool:
    return truth(ask(test, module, name=name), f"{name}(…)")


# --- 3.5 ------------------------------------------------------------------------------------------

Centre = Callable[[int], float]
Pairs = Sequence[SentencePair]

# Links on either side of a window, at its edge and behind it; two of the possible ones are far off.
PAIRS = [
    SentencePair(tuple("abcdefghi"), tuple("ABCDEFG"), frozenset(sure), frozenset(possible))
    for sure, possible in (
        ({(0, 0), (2, 1), (6, 4)}, {(6, 8)}),
        ({(1, 2), (5, 4), (3, 5)}, set()),
        ({(6, 2), (1, 1)}, {(1, 2)}),
        ({(4, 3), (5, 6)}, set()),
        ({(2, 4), (0, 0), (3, 3)}, {(3, 8)}),
        ({(1, 5), (0, 0), (3, 2)}, set()),
    )
]


def _links_inside(pair: SentencePair, centre: Centre, reach: float) -> list[bool]:
    return [abs(j - centre(i)) <= reach for i, j in pair.sure]


def _mean(values: Sequence[bool]) -> float:
    return sum(values) / len(values)


def _share(pairs: Pairs, centre: Centre, reach: float) -> float:
    return _mean([all(_links_inside(pair, centre, reach)) for pair in pairs])


def _window_mistakes(pairs: Pairs, centre: Centre, reach: float) -> list[tuple[float, str]]:
    """What mistakes give, each with the sentence that says so."""
    every_link = [_links_inside(pair, centre, reach) for pair in pairs]
    possible = [SentencePair(p.source, p.target, p.possible) for p in pairs]
    distances = [[j - centre(i) for i, j in pair.sure] for pair in pairs]
    one_side = "it looks at one side of the window only."
    return [
        (_mean([all(x <= reach for x in each) for each in distances]), one_side),
        (_mean([all(-x <= reach for x in each) for each in distances]), one_side),
        (
            _mean([inside for links in every_link for inside in links]),
            "it counts the links; one link outside is enough to lose a sentence.",
        ),
        (
            _mean([any(links) for links in every_link]),
            "it keeps a sentence that has any link inside.",
        ),
        (
            _share([pair.reverse() for pair in pairs], centre, reach),
            "a link is (target position, source position), in this order.",
        ),
        (_share(possible, centre, reach), "it asks for the possible links, too."),
        (_share(pairs, lambda i: float(round(centre(i))), reach), "it rounds the centre."),
        (_share(pairs, centre, reach - 1e-6), "it leaves out the edge of the window."),
        *_no_such_share(pairs, centre, reach),
    ]


def _no_such_share(pairs: Pairs, centre: Centre, reach: float) -> list[tuple[float, str]]:
    share = _share(pairs, centre, reach)
    return [
        (share * len(pairs), "it counts the sentences, and a share of them was asked for."),
        (1 - share, "it is the share of the sentences that are lost."),
    ]


@exercise("3.5")
def better_centre(share_inside: object, answer: object) -> str:
    """A share of sentences, and what the window of a better centre holds."""
    _judge_shares(share_inside)
    names = ["r", "six", "eight", "smallest"]
    r, six, eight, smallest = (
        number(value, f"answer[{name!r}]")
        for name, value in zip(names, fields(answer, "answer", names), strict=True)
    )
    _words_for_a_word(r)
    for name, share in (("six", six), ("eight", eight)):
        demand(
            near(share, 1.0, 0.002),
            f"`share_inside` and r are right, `answer[{name!r}]` is not: call it with D = 5 and the"
            " centre r i.",
        )
    demand(smallest != 3, "with a window of 3, some sentences are lost: is your centre rounded?")
    demand(
        smallest == 4,
        "all but the smallest window is right: try whole numbers downwards from 5.",
    )
    return "the function is right, and the better centre needs no network."


def _judge_shares(share_inside: object) -> None:
    windows: list[tuple[Centre, int]] = [
        (lambda i, a=slope, b=shift: a * i + b, reach)
        for slope, shift, reach in ((0.7, 0.2, 2), (1, 0, 1), (1, 0, 3), (0.6, 0.7, 2), (1, 0, 0))
    ]
    found = [
        number(ask(share_inside, PAIRS, centre, reach, name="share_inside"), "share_inside(…)")
        for centre, reach in windows
    ]
    for one, (centre, reach) in zip(found, windows, strict=True):
        demand(
            near(one, _share(PAIRS, centre, float(reach)), EXACT),
            f"for six pairs of the check and a window of {reach}, `share_inside` gives {one:.3g},"
            f" which is not the share of sentences: {_mistake_in(found, windows)}",
        )


def _mistake_in(found: list[float], windows: list[tuple[Centre, int]]) -> str:
    """Name a mistake only if it gives all of these numbers; one of them may be chance."""
    tables = [_window_mistakes(PAIRS, centre, float(reach)) for centre, reach in windows]
    for column in zip(*tables, strict=True):
        if all(near(one, wrong, EXACT) for one, (wrong, _) in zip(found, column, strict=True)):
            return column[0][1]
    return "which links does it test, and in which window?"


def _words_for_a_word(r: float) -> None:
    demand(abs(r - 0.809) > 0.006, "`answer['r']` counts each sentence's `<eos>` as a target word.")
    demand(abs(r - 1.179) > 0.006, "`answer['r']` is upside down: source words for a target word.")
    demand(
        abs(r - 0.848) <= 0.006,
        "`share_inside` is right, `answer['r']` is not: divide the real source words of the 2000"
        " sentences by their real target words.",
    )


# --- 3.6 ------------------------------------------------------------------------------------------


@exercise("3.6")
def low_rank(LowRankAttention: object) -> str:
    """General's score with two short matrices: scores, rank, costs, padding and gradients."""
    for sizes in ((5, 7, 3), (11, 6, 2)):
        module = _made(LowRankAttention, *sizes)
        _scores_of(module, *_two_matrices(module, *sizes))
    module = _made(LowRankAttention, 11, 7, 3)
    _padding_is_cleared(module)
    _cost_of_a_step(module)
    _a_model_learns_with(_made(LowRankAttention, 10, 6, 3))
    return "scores, rank, cost and padding are right, and a gradient reaches both matrices."


def _made(kind: object, d_query: int, d_annotation: int, rank: int) -> ScoringAttention:
    module = ask(kind, d_query, d_annotation, rank, name="LowRankAttention")
    demand(
        isinstance(module, ScoringAttention),
        f"`LowRankAttention` makes {kind_of(module)}; make it a subclass of `ScoringAttention`.",
    )
    for parameter in module.parameters():  # a matrix that starts at 0 would hide what is done to it
        nn.init.normal_(parameter, std=0.5)
    return module


def _two_matrices(
    module: ScoringAttention, d_query: int, d_annotation: int, rank: int
) -> tuple[Tensor, Tensor]:
    """A of shape (rank, d_query) and B of shape (rank, d_annotation), found by their sizes."""
    shapes = [tuple(each.shape) for each in module.parameters()]
    found = {frozenset(each.shape): each.detach() for each in module.parameters()}
    wanted = [frozenset({rank, d_query}), frozenset({rank, d_annotation})]
    demand(
        len(shapes) == 2 and set(found) == set(wanted),
        f"`LowRankAttention({d_query}, {d_annotation}, {rank})` has parameters of the shapes"
        f" {shapes}: two matrices were asked for, A for the state and B for the annotations, and no"
        " bias.",
    )
    return tuple(m if m.shape[0] == rank else m.T for m in (found[each] for each in wanted))


def _prepared(
    module: ScoringAttention, annotations: Tensor, mask: Tensor | None, rank: int
) -> Tensor:
    size = *annotations.shape[:2], rank
    prepared = ask(module.prepare, annotations, mask, name="prepare")
    demand(
        isinstance(prepared, Tensor) and tuple(prepared.shape) == size,
        "`prepare` is to give each annotation translated, a vector of the common width `rank`.",
    )
    return prepared


def _scores_of(module: ScoringAttention, A: Tensor, B: Tensor) -> None:
    query, annotations = torch.randn(2, A.shape[1]), torch.randn(2, 4, B.shape[1])
    prepared = _prepared(module, annotations, None, len(A))
    scores = tensor(ask(module.scores, query, prepared, name="scores"), "scores(…)", (2, 4))
    right = torch.einsum("bq,rq,ra,bja->bj", query, A, B, annotations)
    demand(
        not near(scores, right / len(A) ** 0.5, EXACT),
        "the scores are divided by the root of the rank; here they are to be general's.",
    )
    demand(
        not near(scores, right.softmax(1), EXACT),
        "`scores` gives weights: leave the softmax to `ScoringAttention`.",
    )
    demand(
        near(scores, right, EXACT),
        "the scores are not (A s) · (B h). Compare them with s @ A.T @ B @ h for one state and one"
        " annotation.",
    )


def _padding_is_cleared(module: ScoringAttention) -> None:
    annotations, mask = torch.randn(2, 5, 7), torch.arange(5) < torch.tensor([[5], [3]])
    annotations[1, 3:] = float("nan")
    demand(
        _prepared(module, annotations, mask, 3).isfinite().all(),
        "the scores are right; a NaN in the padding gets through `prepare`: what clears it?",
    )


def _cost_of_a_step(module: ScoringAttention) -> None:
    prepared = _prepared(module, torch.randn(1, 5, 7), None, 3)
    with FlopCounterMode(display=False) as counter:
        ask(module.scores, torch.randn(1, 11), prepared, name="scores")
    cost, most = counter.get_total_flops() // 2, 3 * 11 + 3 * 5
    demand(
        cost <= most,
        f"the scores are right; for d = 11, T = 5 and rank 3 a step costs {cost} multiply-adds, and"
        f" {most} are enough. What is computed again at each step, or once for each word?",
    )


def _a_model_learns_with(module: ScoringAttention) -> None:
    sizes = {"d_embedding": 4, "d_encoder": 6, "d_decoder": 10}
    host = Seq2Seq(Seq2SeqConfig(9, 8, attention="general", decoder="luong", **sizes))
    host.decoder.attention = module
    source, target = torch.randint(3, 8, (2, 3, 5))
    target[:, 0], target[:, -1] = 1, 2
    batch = Batch(source, torch.tensor([5, 4, 2]), target)
    loss = ask(lambda: translation_loss(host, batch), name="a model with your attention")
    loss.backward()
    demand(
        all(p.grad is not None and bool(p.grad.any()) for p in module.parameters()),
        "the scores are right, but in a model no gradient reaches one of the two matrices: is"
        " something detached?",
    )
