"""Translating: sentences to learn from, and trainings of recurrent translators."""

from dataclasses import asdict, dataclass, fields
from functools import cached_property
from typing import Any, Literal

import torch

from paying_attention.data.batching import Corpus
from paying_attention.data.vocabulary import Vocabulary
from paying_attention.experiments.runner import FULL, Scale, fit_run
from paying_attention.experiments.tasks.digests import corpus_digest
from paying_attention.models.recurrent.config import Attention, LookingAttention, Seq2SeqConfig
from paying_attention.models.recurrent.seq2seq import Seq2Seq
from paying_attention.training.loop import History
from paying_attention.training.losses import score_function_loss, translation_loss
from paying_attention.training.seeding import seeded

SEEDS = range(3)


@dataclass(frozen=True)
class TranslationTask:
    """Sentences for training, for choosing settings, and for the test.

    Args:
        source_vocabulary: Words to read.
        target_vocabulary: Words to write.
        training: The sentences to learn from.
        validation: Held-out sentences, by length or template.
        test: Others, by length or template.
    """

    source_vocabulary: Vocabulary
    target_vocabulary: Vocabulary
    training: Corpus
    validation: dict[Any, Corpus]
    test: dict[Any, Corpus]

    @cached_property
    def digests(self) -> dict[str, str]:
        """Hash each part of the sentences, words and links: other sentences, other digests."""
        parts = {field.name: getattr(self, field.name) for field in fields(self)}
        return {
            name: corpus_digest(part.values() if isinstance(part, dict) else [part])
            for name, part in parts.items()
            if not isinstance(part, Vocabulary)
        }


class Translator:
    """What trainings of recurrent translators share; a frozen dataclass adds the settings.

    A setting that ``Seq2SeqConfig`` has too is the model's.
    """

    name: str
    seed: int
    num_steps: int
    batch_size: int
    learning_rate: float
    hard = False

    def model_settings(self) -> dict[str, Any]:
        """Give what the model's configuration needs beyond the settings of the same name."""
        return {}

    def build(self, source_vocab_size: int, target_vocab_size: int) -> Seq2Seq:
        """Make the untrained model.

        Args:
            source_vocab_size: Tokens to read.
            target_vocab_size: Tokens to write.
        """
        shared = {field.name for field in fields(Seq2SeqConfig)}
        chosen = {name: value for name, value in asdict(self).items() if name in shared}
        chosen |= self.model_settings()
        with seeded(self.seed):
            return Seq2Seq(Seq2SeqConfig(source_vocab_size, target_vocab_size, **chosen))

    def build_for(self, task: TranslationTask) -> Seq2Seq:
        """Make the untrained model for the words of a task.

        Args:
            task: Gives the sizes of the vocabularies.
        """
        return self.build(len(task.source_vocabulary), len(task.target_vocabulary))

    def fit(self, training: Corpus, model: Seq2Seq, scale: Scale = FULL) -> History:
        """Train the model.

        Args:
            training: The sentences.
            model: Made by ``build``.
            scale: How much of the run.
        """
        loss = score_function_loss if self.hard else translation_loss
        return fit_run(
            self,
            model,
            loss,
            lambda generator: training.batches(self.batch_size, generator=generator),
            scale,
        )


@dataclass(frozen=True)
class TranslationRun(Translator):
    """One training with attention; what is not said here is as in ``Seq2SeqConfig``.

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


@dataclass(frozen=True)
class BottleneckRun(Translator):
    """One training on numbers, with attention or with one fixed vector.

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

    def model_settings(self) -> dict[str, Any]:
        """Give the widths."""
        wide = 128 * self.width
        return {"d_embedding": 64 * self.width, "d_encoder": wide, "d_decoder": wide}


def first_sentences(corpus: Corpus, count: int) -> Corpus:
    """Cut a corpus to its first sentences.

    Args:
        corpus: Made with its words.
        count: How many; all if there are fewer.
    """
    rows = torch.arange(min(count, len(corpus)))
    return Corpus(corpus.select(rows), corpus.pairs[: len(rows)])
