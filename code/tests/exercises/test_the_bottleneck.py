import torch
from torch import nn

from paying_attention.attention.softmax import AttentionOutput
from paying_attention.data.batching import Batch
from paying_attention.exercises import the_bottleneck as check
from paying_attention.explain.gradients import gradient_by_position
from tests.exercises.cases import Case

BY_HAND = {
    "scores": [2, 0, -1],
    "weights": [0.84, 0.11, 0.04],
    "context": [-0.47, 1.17],
    "word": "drei",
}
BY_MACHINE = {
    "scores": torch.tensor([2.0, 0.0, -1.0]),
    "weights": torch.softmax(torch.tensor([2.0, 0.0, -1.0]), dim=0),
    "context": torch.tensor([-0.473, 1.166]),
    "word": "DREI",
}


def padding_test(source, sizes=(3, 7), within=1e-5):
    """A reader's test: the first sentence alone, and beside a longer one."""

    def padding_changes_nothing(summarise):
        batch = torch.zeros(2, max(sizes), dtype=torch.long)
        for row, size in enumerate(sizes):
            batch[row, :size] = source[:size]
        alone = summarise(batch[:1, : sizes[0]], torch.tensor(sizes[:1]))
        beside = summarise(batch, torch.tensor(sizes))
        return torch.allclose(alone, beside[:1], rtol=0, atol=within)

    return padding_changes_nothing


def one_by_one(summarise):
    """Another test: all numbers of the shorter sentence, each compared by itself."""
    beside = summarise(torch.tensor([[1, 2, 0, 0], [3, 4, 5, 6]]), torch.tensor([2, 4]))[0]
    alone = summarise(torch.tensor([[1, 2]]), torch.tensor([2]))[0]
    return all(abs(a - b) < 1e-4 for a, b in zip(alone.tolist(), beside.tolist(), strict=True))


def by_itself(summarise):
    """A third: the same sentence, with padding behind it and without; its bool has one axis."""
    ids, lengths = torch.tensor([[3, 4, 5, 0, 0]]), torch.tensor([3])
    apart = summarise(ids, lengths) - summarise(ids[:, :3], lengths)
    return apart.abs().amax(dim=1) < 1e-5


def longest_sentence(summarise):
    source, lengths = torch.tensor([[1, 2, 0, 0], [3, 4, 5, 6]]), torch.tensor([2, 4])
    alone = summarise(source[1:], lengths[1:])
    return torch.allclose(alone, summarise(source, lengths)[1:], atol=1e-5)


def half_of_it(summarise):
    """Looks at the first half of the vector only."""
    beside = summarise(torch.tensor([[1, 2, 0, 0], [3, 4, 5, 6]]), torch.tensor([2, 4]))[0]
    alone = summarise(torch.tensor([[1, 2]]), torch.tensor([2]))[0]
    return torch.allclose(alone[:7], beside[:7], atol=1e-4)


WORDS = torch.arange(1, 9)


def shares_backwards(model, batch):
    flipped = Batch(batch.source.flip(1), batch.source_lengths, batch.target)
    return gradient_by_position(model, flipped).flip(0)


def indexed_backwards(model, batch):
    order = list(range(batch.source.shape[1]))[::-1]
    fed = Batch(batch.source[:, order], batch.source_lengths, batch.target)
    return gradient_by_position(model, fed)[order].tolist()


def not_turned_round(model, batch):
    return gradient_by_position(
        model, Batch(batch.source.flip(1), batch.source_lengths, batch.target)
    )


def shares_alone_flipped(model, batch):
    return gradient_by_position(model, batch).flip(0)


def flipped_in_place(model, batch):
    batch.source.copy_(batch.source.flip(1))
    return gradient_by_position(model, batch).flip(0)


def sentences_flipped(model, batch):
    """The wrong axis: other sentences first."""
    flipped = Batch(batch.source.flip(0), batch.source_lengths, batch.target)
    return gradient_by_position(model, flipped).flip(0)


class Mean(nn.Module):
    def __init__(self, d_annotation):
        super().__init__()
        self.d_context = d_annotation

    def prepare(self, annotations, mask):
        weights = mask / mask.sum(1, keepdim=True)
        return (weights[:, None] @ annotations)[:, 0]

    def forward(self, query, annotations, prepared, mask=None, *, position=0):
        return AttentionOutput(prepared, None)


class Late(Mean):
    """Nothing prepared: the mean is taken at each step."""

    def prepare(self, annotations, mask):
        return mask[..., None].float()

    def forward(self, query, annotations, prepared, mask=None, *, position=0):
        total = annotations.where(prepared.bool(), 0).sum(dim=1)
        return AttentionOutput(total / prepared.sum(dim=1), None)


class Unprepared(Mean):
    """Prepares nothing at all."""

    def prepare(self, annotations, mask):
        return None

    def forward(self, query, annotations, prepared, mask=None, *, position=0):
        return AttentionOutput(super().prepare(annotations, mask), None)


class Detached(Mean):
    def prepare(self, annotations, mask):
        return super().prepare(annotations, mask).detach()


class Tuple(Mean):
    def forward(self, query, annotations, prepared, mask=None, *, position=0):
        return prepared, None


class OneWidth(Mean):
    def __init__(self, d_annotation):
        super().__init__(d_annotation)
        self.d_context = 5


class WithPadding(Mean):
    def prepare(self, annotations, mask):
        return annotations.mean(dim=1)


class ZeroedAndDivided(Mean):
    """Padding set to zero, and counted."""

    def prepare(self, annotations, mask):
        return (annotations * mask[..., None]).mean(dim=1)


class OneWeight(Mean):
    """Looks at what asks."""

    def forward(self, query, annotations, prepared, mask=None, *, position=0):
        return AttentionOutput(prepared * query.mean(), None)


class NoWidth(Mean):
    def __init__(self, d_annotation):
        super().__init__(d_annotation)
        del self.d_context


CASES = [
    Case(
        check.another_question,
        right=[(BY_HAND,), (BY_MACHINE,)],
        wrong=[
            (({**BY_HAND, "scores": [1, 0, -1]},), "the scores are not right"),
            (({**BY_HAND, "weights": [2, 0, -1]},), "the weights are not"),
            (({**BY_HAND, "weights": [0.84, 0.12, 0.04]},), "round each by itself"),
            (({**BY_HAND, "context": [0.5, 1.5]},), "the context is not"),
            (({**BY_HAND, "word": "zwanzig"},), "which word has the largest weight"),
            (({**BY_HAND, "word": None},), "answer['word']"),
        ],
    ),
    Case(
        check.count_the_states,
        right=[
            (lambda T, j, i: (T - j + 1) + i, lambda T, j, i: 2),
            (lambda T, j, i: len(range(j, T + 1)) + i, lambda *places: 2.0),
        ],
        wrong=[
            ((lambda T, j, i: T - j + i, lambda T, j, i: 2), "`without_attention(T, j, i)` gives"),
            ((lambda T, j, i: T - j + 1 + i, lambda T, j, i: 1), "`with_attention(T, j, i)` gives"),
        ],
    ),
    Case(
        check.swap,
        right=[
            ({"all three": "its neighbour's", "summary alone": "its own"},),
            ({"all three": "ITS NEIGHBOUR'S ", "summary alone": "Its own", "why": "it sees it"},),
            ({"all three": "its neighbor's", "summary alone": "its own"},),
        ],
        wrong=[
            (({"all three": "its own", "summary alone": "its own"},), "what else could tell"),
            (
                ({"all three": "its neighbour's", "summary alone": "its neighbour's"},),
                "what does the decoder still see",
            ),
        ],
    ),
    Case(
        check.last_state,
        right=[
            (padding_test(WORDS),),
            (one_by_one,),
            (padding_test(WORDS, sizes=(2, 5)),),
            (by_itself,),
        ],
        wrong=[
            ((lambda summarise: True,), "your test passes for the function of the exercise"),
            ((lambda summarise: False,), "fails for the package's Encoder"),
            ((padding_test(WORDS, sizes=(7, 7)),), "your test passes"),
            ((padding_test(WORDS, sizes=(7, 3)),), "your test passes"),
            ((longest_sentence,), "your test passes"),
            ((padding_test(WORDS, within=0.0),), "right up to the seventh digit"),
            ((padding_test(WORDS, within=0.01),), "the padding has a small effect"),
            ((half_of_it,), "when only the backward half is wrong"),
            ((lambda summarise: "yes",), "has to be True or False"),
            ((lambda summarise: 1,), "has to be True or False"),
        ],
    ),
    Case(
        check.backwards,
        right=[(shares_backwards, "first word"), (indexed_backwards, "First word")],
        wrong=[
            ((gradient_by_position, "first word"), "fed as it is written"),
            ((not_turned_round, "first word"), "the word that is fed first"),
            ((sentences_flipped, "first word"), "along its words"),
            ((shares_alone_flipped, "first word"), "along its words"),
            ((flipped_in_place, "first word"), "make another one"),
            ((shares_backwards, "last word"), "which word is now read last"),
        ],
    ),
    Case(
        check.mean_memory,
        right=[(Mean,), (Late,), (Unprepared,)],
        wrong=[
            ((WithPadding,), "the padding counts, too"),
            ((ZeroedAndDivided,), "not the mean of each sentence's words"),
            ((OneWeight,), "depends on the query"),
            ((NoWidth,), "d_context"),
            ((OneWidth,), "`MeanVector(4)`"),
            ((Detached,), "no gradient comes back"),
            ((Tuple,), "an `AttentionOutput`"),
        ],
    ),
]
