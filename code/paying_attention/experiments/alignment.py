"""Chapters 02 and 03: how well do attentions translate, and where do they look?

Every run trains one recurrent model with attention and stores, for test sentences, how many
translations are right as a whole and how its largest weights compare with the gold links.

What was seen before these runs: in pilots, scored on validation sentences, the `;` had sure links;
it was often written without a look at its twin, so its links became possible, as the hyphen's are
(counts by word are stored, the `;` among them). A first round of Luong's decoder had the learning
rate 1e-3; general then had .97 and .89 of the test sentences of six numbers right, and the round
was dropped for the settings that chapter 01 chose for attention.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from functools import cache, partial
from typing import Any, Literal

import torch
from torch import Tensor

from paying_attention.data.batching import Corpus
from paying_attention.data.toys.number_words import number_sequences, split_numbers
from paying_attention.evaluation.alignment_error import (
    AlignmentCounts,
    argmax_links,
    count_alignment,
)
from paying_attention.experiments.bottleneck import (
    FINGERPRINT_STEPS,
    NUM_TRAINING,
    TRAINED_LENGTHS,
    accuracy_by_length,
    number_task,
)
from paying_attention.experiments.store import has_entry, make_entry, save_entry
from paying_attention.explain.alignment import attention_matrices, count_places
from paying_attention.models.recurrent.config import LookingAttention, Seq2SeqConfig
from paying_attention.models.recurrent.seq2seq import Seq2Seq
from paying_attention.training.loop import History, TrainingConfig, train
from paying_attention.training.losses import score_function_loss, translation_loss
from paying_attention.training.seeding import seeded

SEEDS = range(3)
LONG_STEPS = 3200
BALANCED_STEPS = 2100  # its sentences are shorter: as much processor time as 1600 of the others
EXAMPLE = 5  # row of the test sentences of two numbers whose weights are stored


@dataclass(frozen=True)
class AlignmentRun:
    """One training; what is not said here is as in ``Seq2SeqConfig``.

    Args:
        task: ``"numbers"``, the same with ``"balanced"`` training, or the direction of the
            phrases.
        attention: Which one.
        seed: Of the weights and the order of the batches.
        decoder: Whose, which says which state asks.
        input_feeding: Whether h̃ is fed to the next step.
        start: What the decoder starts from.
        values: What attention mixes.
        bidirectional: Whether the encoder reads in both directions.
        hard: Whether attention draws one position.
        num_steps: Updates.
        batch_size: Sentences in a batch.
        learning_rate: Its highest value.
        dropout: Share of the embeddings' features that training drops.
    """

    task: Literal["numbers", "balanced", "en-fr", "fr-en"]
    attention: LookingAttention
    seed: int
    decoder: Literal["bahdanau", "luong"] = "bahdanau"
    input_feeding: bool = False
    start: Literal["summary", "zeros"] = "summary"
    values: Literal["annotations", "words"] = "annotations"
    bidirectional: bool = True
    hard: bool = False
    num_steps: int = 1600
    batch_size: int = 16
    learning_rate: float = 3e-3
    dropout: float = 0.1

    @property
    def name(self) -> str:
        """Name of the run in the results file: the task, the attention, and what is unusual."""
        unusual = {
            "luong": self.decoder == "luong",
            "fed": self.input_feeding,
            "zeros": self.start == "zeros",
            "words": self.values == "words",
            "one-way": not self.bidirectional,
            "hard": self.hard,
        }
        parts = [self.task, self.attention, *(word for word, holds in unusual.items() if holds)]
        return "-".join([*parts, f"rate{self.learning_rate:g}", f"seed{self.seed}"])

    def build(self, source_vocab_size: int, target_vocab_size: int) -> Seq2Seq:
        """Make the untrained model.

        Args:
            source_vocab_size: Tokens to read.
            target_vocab_size: Tokens to write.
        """
        shared = {field.name for field in fields(Seq2SeqConfig)}
        choices = {name: value for name, value in asdict(self).items() if name in shared}
        with seeded(self.seed):
            return Seq2Seq(Seq2SeqConfig(source_vocab_size, target_vocab_size, **choices))

    def fit(self, training: Corpus, model: Seq2Seq, *, num_steps: int | None = None) -> History:
        """Train the model.

        Args:
            training: The sentences.
            model: Made by ``build``.
            num_steps: Stop after so many of the updates, as if somebody pressed Ctrl-C.
        """
        plan = TrainingConfig(
            num_steps=self.num_steps, learning_rate=self.learning_rate, seed=self.seed
        )
        return train(
            model,
            score_function_loss if self.hard else translation_loss,
            lambda generator: training.batches(self.batch_size, generator=generator),
            plan,
            description=self.name,
            stop_after=num_steps,
        )


@cache
def balanced_training() -> Corpus:
    """Draw training sentences in which nobody can guess `hundred` from the digit before it.

    Among the numbers from 0 to 999 a digit at the start is followed by `hundred` in 99 of 100
    cases. Here the digits from 1 to 9 stand alone as often as before `hundred`; apart from that the
    numbers are the same, and so are the tests.
    """
    task = number_task()
    training, _, _ = split_numbers()
    hundreds = sum(number >= 100 for number in training)
    alone = list(range(1, 10)) * (hundreds // 9)
    pairs = number_sequences(
        training + alone,
        NUM_TRAINING,
        lengths=TRAINED_LENGTHS,
        generator=torch.Generator().manual_seed(1),
    )
    return Corpus.encode(pairs, task.source_vocabulary, task.target_vocabulary)


def training_of(run: AlignmentRun) -> Corpus:
    """Give the numbers that a run is trained on.

    Args:
        run: Of the task ``"numbers"`` or ``"balanced"``.
    """
    return balanced_training() if run.task == "balanced" else number_task().training


def alignment_by_test(model: Seq2Seq, tests: Mapping[Any, Corpus]) -> dict[str, Any]:
    """Hold the largest weights against the gold links, test by test.

    Args:
        model: A trained model.
        tests: Corpora by the number of numbers, or by template.

    Returns:
        ``"alignment"``: for each test rows of ``[|A∩S|, |A∩P|, |A|, |S|, sentences with these
        counts]``. ``"places"``: where the links point, over all tests. ``"words"``: by target word
        how often the largest weight lies on a possible link, and of how many; here words without
        a sure link count too, if they have a possible one.
    """
    histograms, places, right, everything = {}, Counter(), Counter(), Counter()
    for test, corpus in tests.items():
        counts: Counter[AlignmentCounts] = Counter()
        for matrix, pair in zip(attention_matrices(model, corpus), corpus.pairs, strict=True):
            links = argmax_links(matrix, pair)
            counts[count_alignment(links, pair)] += 1
            places += count_places((link, pair) for link in links)
            peaks = matrix.argmax(dim=-1).tolist()
            for target in {target for target, _ in pair.possible}:
                everything[pair.target[target]] += 1
                right[pair.target[target]] += (target, peaks[target]) in pair.possible
        histograms[str(test)] = sorted([*asdict(c).values(), n] for c, n in counts.items())
    words = {word: [right[word], n] for word, n in sorted(everything.items())}
    return {"alignment": histograms, "places": dict(sorted(places.items())), "words": words}


def sentence_counts(entry: Mapping[str, Any], tests: Iterable[Any]) -> list[AlignmentCounts]:
    """Give the counts of each test sentence of a stored run, for ``AlignmentCounts.pool``.

    Args:
        entry: One run of ``load_results("alignment")``.
        tests: Which tests, such as ``range(1, 7)``.
    """
    rows = [row for test in tests for row in entry["results"]["alignment"][str(test)]]
    return [AlignmentCounts(*counts) for *counts, n in rows for _ in range(n)]


def rounded(matrix: Tensor) -> list[list[float]]:
    """Round weights to three decimals, as they are stored.

    Args:
        matrix: Weights of one sentence.
    """
    return [[round(weight, 3) for weight in row] for row in matrix.tolist()]


def bahdanau_runs() -> Iterator[AlignmentRun]:
    """List the runs of chapter 02: Bahdanau's decoder, and what else the words could come from.

    The settings are those that chapter 01 chose for attention on validation sentences.
    """
    for seed in SEEDS:
        additive = partial(AlignmentRun, "numbers", "additive", seed)
        yield additive()
        yield additive(values="words", start="zeros")
        yield additive(values="words")
        yield additive(start="zeros")
        yield additive(bidirectional=False)
        yield AlignmentRun("balanced", "additive", seed, num_steps=BALANCED_STEPS)


def luong_runs() -> Iterator[AlignmentRun]:
    """List the runs of chapter 03: Luong's scores in his decoder, and the two changed places.

    All have the settings of chapter 02, so that nothing but score and decoder differ.
    """
    for seed in SEEDS:
        luong = partial(AlignmentRun, "numbers", seed=seed, decoder="luong")
        yield luong("general")
        yield luong("additive")
        yield AlignmentRun("numbers", "general", seed)
        yield luong("general", input_feeding=True)
        for score in ("dot", "concat", "location", "local-m", "local-p"):
            yield luong(score)


def long_runs() -> Iterator[AlignmentRun]:
    """List the trainings of Luong's model with general that last twice as long."""
    for seed in SEEDS:
        yield AlignmentRun("numbers", "general", seed, decoder="luong", num_steps=LONG_STEPS)


def run_alignment() -> None:
    """Train chapter 02's runs on numbers and store what the test says."""
    for run in bahdanau_runs():
        _run_numbers("alignment", run)


def run_scores() -> None:
    """Train chapter 03's runs on numbers and store what the test says."""
    for run in luong_runs():
        _run_numbers("scores", run)


def run_long() -> None:
    """Train chapter 03's longer runs on numbers and store what the test says."""
    for run in long_runs():
        _run_numbers("scores_long", run)


def _run_numbers(experiment: str, run: AlignmentRun) -> None:
    if has_entry(experiment, run.name, asdict(run)):
        return
    task = number_task()
    model = run.build(len(task.source_vocabulary), len(task.target_vocabulary))
    history = run.fit(training_of(run), model)
    trained = {length: task.test[length] for length in TRAINED_LENGTHS}
    results = {
        "parameters": sum(p.numel() for p in model.parameters()),
        "correct": accuracy_by_length(model, task.test),
        **alignment_by_test(model, trained),
        "example": rounded(attention_matrices(model, task.test[2])[EXAMPLE]),
    }
    fingerprint = history.losses[:FINGERPRINT_STEPS]
    entry = make_entry(run.name, asdict(run), results, fingerprint, history.cpu_seconds)
    save_entry(experiment, entry)
    error = AlignmentCounts.pool(sentence_counts(entry, TRAINED_LENGTHS)).error
    seconds = f"{history.cpu_seconds:.0f} CPU s"
    print(run.name, results["correct"], f"AER {error:.3f}", seconds, flush=True)
