"""What checks the answers to the exercises of chapter 01."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from paying_attention.attention.softmax import AttentionOutput
from paying_attention.data.batching import Batch
from paying_attention.exercises.asking import ask
from paying_attention.exercises.checking import Wrong, demand, exercise
from paying_attention.exercises.reading import fields, near, number, one_of, tensor, truth
from paying_attention.explain.gradients import gradient_by_position
from paying_attention.models.recurrent.config import Seq2SeqConfig
from paying_attention.models.recurrent.encoder import Encoder
from paying_attention.models.recurrent.seq2seq import Seq2Seq

WORDS = ("drei", "und", "zwanzig")
WHOSE = ("its own", "its neighbour's")
PLACES = ("first word", "middle", "last word")


@exercise("1.1")
def another_question(answer: object) -> str:
    """Scores, weights, context and the word that is looked at, computed by hand."""
    places = fields(answer, "answer", ["scores", "weights", "context", "word"])
    scores = tensor(places[0], "answer['scores']", shape=(3,))
    demand(
        near(scores, torch.tensor([2.0, 0.0, -1.0]), within=0.005),
        "the scores are not right yet: each is the dot product of the state with one annotation.",
    )
    weights = tensor(places[1], "answer['weights']", shape=(3,))
    expected = torch.softmax(torch.tensor([2.0, 0.0, -1.0]), dim=0)
    demand(
        near(weights, expected, within=0.0055),
        "the scores are right, the weights are not: take the exponential of each score, divide"
        " by the sum of all three, and round each by itself.",
    )
    context = tensor(places[2], "answer['context']", shape=(2,))
    demand(
        near(context, torch.tensor([-0.473, 1.166]), within=0.03),
        "scores and weights are right, the context is not: it is the sum of the three annotations,"
        " each times its weight.",
    )
    word = one_of(places[3], "answer['word']", WORDS)
    demand(word == "drei", "the numbers are right; which word has the largest weight?")
    return "scores, weights and context are right, and so is the word."


@exercise("1.2")
def count_the_states(without_attention: object, with_attention: object) -> str:
    """Two functions of T, j and i that count states on the shortest way."""
    for length in (1, 2, 5, 9):
        for j in range(1, length + 1):
            for i in (1, 2, 3, 7):
                _count(without_attention, "without_attention", (length, j, i), length - j + 1 + i)
                _count(with_attention, "with_attention", (length, j, i), 2)
    return "both formulas are right for every T, j and i that were tried."


def _count(function: object, name: str, place: tuple[int, int, int], expected: int) -> None:
    found = number(ask(function, *place, name=name), f"{name}{place}")
    advice = {
        "without_attention": "Draw the chain for T = 3, j = 3 and i = 1, and count its boxes.",
        "with_attention": "Which states does a signal pass that the context fetches from h_j?",
    }
    demand(
        found == expected,
        f"`{name}(T, j, i)` gives {found:g} for {place}, which is not the number of states on the"
        f" way. {advice[name]}",
    )


@exercise("1.3")
def swap(answer: object) -> str:
    """Whose number is written when parts of what the encoder hands over are exchanged."""
    everything, summary = (
        one_of(_british(value), f"answer[{key!r}]", WHOSE)
        for key, value in zip(
            ("all three", "summary alone"),
            fields(answer, "answer", ["all three", "summary alone"]),
            strict=True,
        )
    )
    demand(
        everything == "its neighbour's",
        "all three parts exchanged: what else could tell the decoder which sentence was its own?",
    )
    demand(
        summary == "its own",
        "only the summary exchanged: what does the decoder still see at every step, and where is it"
        " picked from?",
    )
    return "both predictions hold. Run it, and see how often."


def _british(value: object) -> object:
    """Let a neighbor be a neighbour."""
    return value.replace("neighbor", "neighbour") if isinstance(value, str) else value


# --- 1.4: a test of the reader's, tried on encoders that are right and on some that are not ---

Summarise = Callable[[Tensor, Tensor], Tensor]


def _summaries(encoder: Encoder, halves: tuple[bool, bool], share: float = 1.0) -> Summarise:
    """Summarise as the package does, except for a share of the halves that read the padding."""

    def summarise(source: Tensor, lengths: Tensor) -> Tensor:
        with torch.no_grad():
            right = encoder(source, lengths).summary.chunk(2, dim=-1)
            states, _ = encoder.gru(encoder.embedding(source))
        forwards, backwards = states.chunk(2, dim=-1)
        wrong = forwards[:, -1], backwards[:, 0]
        mixed = [r + share * bad * (w - r) for r, w, bad in zip(right, wrong, halves, strict=True)]
        return torch.cat(mixed, dim=-1)

    return summarise


@exercise("1.4")
def last_state(padding_changes_nothing: object) -> str:
    """A test that tells an encoder that reads padding from one that does not."""
    encoder = Encoder(Seq2SeqConfig(10, 11, d_embedding=6, d_encoder=14)).eval()

    def verdict(summarise: Summarise) -> bool:
        given = ask(padding_changes_nothing, summarise, name="padding_changes_nothing")
        return truth(given, "padding_changes_nothing(…)")

    right = _summaries(encoder, (False, False))
    demand(
        verdict(right),
        "your test fails for the package's Encoder, which is right up to the seventh digit.",
    )
    for halves, words in {
        (True, True): "for the function of the exercise",
        (True, False): "when only the forward half is wrong",
        (False, True): "when only the backward half is wrong",
    }.items():
        demand(not verdict(_summaries(encoder, halves)), f"your test passes {words}.")
    demand(
        not verdict(_summaries(encoder, (True, True), share=0.005)),
        "your test passes when the padding has a small effect; only the last digits may differ.",
    )
    return "your test passes what is right, and fails four kinds of what is wrong."


# --- 1.5 and 1.6 ---


@exercise("1.5")
def backwards(shares_backwards: object, largest: object) -> str:
    """The gradient's shares by word, when the source is fed backwards."""
    sizes = {"d_embedding": 6, "d_encoder": 8, "d_decoder": 10}
    model = Seq2Seq(Seq2SeqConfig(13, 11, **sizes, bidirectional=False))
    source, target = torch.randint(3, 11, (2, 5, 7))
    target[:, 0], target[:, -1] = 1, 2
    batch = Batch(source, torch.full((5,), 7), target)
    usual = gradient_by_position(model, batch)
    flipped = gradient_by_position(model, Batch(source.flip(1), batch.source_lengths, target))
    before = source.clone()
    found = tensor(ask(shares_backwards, model, batch), "shares_backwards(…)", shape=(7,))
    demand(
        torch.equal(source, before),
        "`shares_backwards` changes the batch that it is given; make another one.",
    )
    demand(
        not near(found, usual, within=1e-4),
        "these are the shares of a source that is fed as it is written.",
    )
    demand(
        not near(found, flipped, within=1e-4),
        "the first share belongs to the word that is fed first; give them in the order of writing.",
    )
    demand(
        near(found, flipped.flip(0), within=1e-4),
        "these are not the shares: flip the source along its words, and nothing else; then flip the"
        " shares.",
    )
    place = one_of(largest, "largest", PLACES)
    demand(place == "first word", "the shares are right; which word is now read last?")
    return "the shares belong to their words, and the largest is where you say."


def _mean_of(memory: nn.Module, annotations: Tensor, mask: Tensor) -> Tensor:
    """Ask the reader's module twice with different queries; both answers must be one."""
    read = annotations.clone().requires_grad_() * 1

    def prepare(*given: Tensor) -> tuple[object]:
        return (memory.prepare(*given),)  # None is fine: a mean can wait until it is asked for

    (prepared,) = ask(prepare, read, mask, name="prepare")
    answers = []
    for query in torch.randn(2, len(read), 4):
        given = ask(memory, query, read, prepared, mask, name="forward", position=1)
        demand(
            isinstance(given, AttentionOutput),
            "`forward` gives an `AttentionOutput`: the context, and None for the weights.",
        )
        demand(given.weights is None, "`forward` forms no weights: the second part is None.")
        answers.append(tensor(given.output, "the context", shape=(len(read), read.shape[-1])))
        demand(
            isinstance(given.output, Tensor) and given.output.requires_grad,
            "no gradient comes back from the context: is something detached on the way?",
        )
    demand(near(*answers, within=1e-6), "the context depends on the query; a mean does not.")
    return answers[0]


@exercise("1.6")
def mean_memory(MeanVector: object) -> str:
    """A memory that is the mean of the real words' annotations."""
    for width in (5, 4):
        memory = ask(MeanVector, width, name="MeanVector")
        if not isinstance(memory, nn.Module) or not hasattr(memory, "prepare"):
            raise Wrong(f"`MeanVector({width})` is no module with a method `prepare`.")
        demand(
            getattr(memory, "d_context", None) == width,
            f"`d_context` of `MeanVector({width})` is not the annotations' width.",
        )
        _judge_mean(memory, torch.randn(3, 7, width), torch.tensor([7, 3, 1]))
    return "the mean of the words, whatever the padding holds and whoever asks."


def _judge_mean(memory: nn.Module, annotations: Tensor, lengths: Tensor) -> None:
    mask = torch.arange(7) < lengths[:, None]
    expected = torch.stack([a[:n].mean(0) for a, n in zip(annotations, lengths, strict=True)])
    found = _mean_of(memory, annotations, mask)
    demand(
        not near(found, annotations.mean(1), within=1e-4),
        "this is the mean over all columns: the padding counts, too.",
    )
    demand(near(found, expected, within=1e-5), "this is not the mean of each sentence's words.")
    elsewhere = annotations.masked_fill(~mask[..., None], 1000.0)
    demand(
        near(_mean_of(memory, elsewhere, mask), expected, within=1e-3),
        "another padding changes the context.",
    )
