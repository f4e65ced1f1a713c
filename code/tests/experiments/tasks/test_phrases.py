import pytest

from paying_attention.data.phrases.sentences import SHOWCASE, split_phrases
from paying_attention.experiments.tasks.phrases import (
    NUM_SMALL,
    NUM_TRAINING,
    phrase_task,
    small_phrase_task,
)


@pytest.mark.parametrize("direction", ["en-fr", "fr-en"])
def test_the_task_keeps_the_split(direction):
    task = phrase_task(direction)
    training, validation, test = split_phrases()
    forwards = direction == "en-fr"

    def sentences(parts):
        return {pair.source if forwards else pair.target for pairs in parts for pair in pairs}

    seen = {pair.source for pair in task.training.pairs}
    assert len(task.training) == NUM_TRAINING
    assert seen <= sentences(training.values())
    held_out = {pair.source for corpus in task.test.values() for pair in corpus.pairs}
    assert held_out == sentences(test.values())
    assert seen.isdisjoint(held_out)
    assert seen.isdisjoint(sentences([SHOWCASE]))
    checked = {pair.source for corpus in task.validation.values() for pair in corpus.pairs}
    assert checked == sentences(validation.values())
    assert [p if forwards else p.reverse() for p in task.showcase.pairs] == list(SHOWCASE)


def test_an_unknown_direction_is_named(without_type_checks):
    with pytest.raises(ValueError, match="direction: expected 'en-fr' or 'fr-en', got 'de-en'"):
        phrase_task.__wrapped__("de-en")


def test_the_small_task_is_a_piece_of_the_whole():
    task, small = phrase_task("en-fr"), small_phrase_task("en-fr")
    assert small.source_vocabulary == task.source_vocabulary
    assert small.showcase is task.showcase
    known = {word for pair in task.test["idioms"].pairs for word in pair.source}
    assert set(small.training.pairs) == {
        pair for pair in task.training.pairs if set(pair.source) <= known
    }
    assert small.validation["idioms"].pairs == task.validation["idioms"].pairs[:NUM_SMALL]
    assert {name: corpus.pairs for name, corpus in small.test.items()} == {
        name: corpus.pairs[:NUM_SMALL] for name, corpus in task.test.items()
    }
