"""Chapter 02: does the state that asks know the word that was written last?

In Bahdanau's decoder s_{i-1} asks before it is told y_{i-1}. But y_{i-1} was read off this very
state (and off what it was made of), so it may know. A linear probe is fitted to the asking states
of ``NUM_FITTED`` training sentences, under teacher forcing and from the second word on, and names
y_{i-1} for those of held-out sentences of one to six numbers. Held against it: the commonest word,
and the same probe on the states of the same model before its training, which have seen y_{i-2} and
the sentence too.

The runs are those of ``alignment``: same model, settings, seeds.

What was known before: a reader of the chapter had fitted such a probe to one model; it named the
word for 1.000 of the held-out words, and the commonest word was .148 of them. So the first
expectation is a repetition.

Expected, for the runs below:

1. The probe is right for .99 or more of the held-out words in each seed.
2. On untrained states it is right for fewer than .8: what it finds was learned.
"""

from collections.abc import Iterator

from paying_attention.data.batching import Corpus
from paying_attention.experiments.runner import Experiment, Outcome, Scale
from paying_attention.experiments.tasks.measures import accuracy_by_test
from paying_attention.experiments.tasks.number_runs import (
    number_witness,
    numbers_at,
    trained_lengths,
)
from paying_attention.experiments.tasks.numbers import NumberTask
from paying_attention.experiments.tasks.probes import asking_states, commonest, probe
from paying_attention.experiments.tasks.translation import SEEDS, TranslationRun, first_sentences
from paying_attention.models.recurrent.seq2seq import Seq2Seq

NUM_FITTED, NUM_SMALL = 1500, 100
DECAY, DECAY_SMALL = 1e-4, 1e-2  # a canary's probe is held, so that rounding moves no count


def runs() -> Iterator[TranslationRun]:
    """List the runs: Bahdanau's model, as chapter 02 trains it."""
    for seed in SEEDS:
        yield TranslationRun("numbers", "additive", seed)


def _ask(model: Seq2Seq, task: NumberTask, *, small: bool) -> tuple[list[int], list[int]]:
    """Probe a model: counts of the probe, and of the commonest word."""
    pairs = [pair for corpus in trained_lengths(task).values() for pair in corpus.pairs]
    held_out = Corpus.encode(pairs, task.source_vocabulary, task.target_vocabulary)
    num, decay = (NUM_SMALL, DECAY_SMALL) if small else (NUM_FITTED, DECAY)
    learned = asking_states(model, first_sentences(task.training, num))
    asked = asking_states(model, held_out)
    named = probe(learned, asked, len(task.target_vocabulary), decay=decay)
    return named, commonest(learned, asked)


def work(run: TranslationRun, scale: Scale) -> Outcome:
    """Probe one model before its training and after it.

    Args:
        run: Which one.
        scale: How much of it.
    """
    task = numbers_at(scale)
    model = run.build_for(task).eval()
    untrained, usual = _ask(model, task, small=scale.small)
    history = run.fit(task.training, model, scale)
    named, _ = _ask(model, task, small=scale.small)
    results = {
        "test": named,
        "untrained": untrained,
        "commonest": usual,
        "correct": accuracy_by_test(model, task.test),
    }
    return Outcome(model, history, results)


EXPERIMENT = Experiment(
    name="asking_state",
    runs=runs,
    work=work,
    canary=TranslationRun(
        "numbers", "additive", 6, num_steps=40, batch_size=32, learning_rate=1e-2
    ),
    witness=number_witness,
)
