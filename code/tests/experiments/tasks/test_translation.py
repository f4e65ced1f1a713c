from dataclasses import dataclass, replace

import pytest
import torch

from paying_attention.data.toys.number_words import number_pair
from paying_attention.experiments.runner import Scale
from paying_attention.experiments.tasks import translation
from paying_attention.experiments.tasks.digests import corpus_digest
from paying_attention.experiments.tasks.translation import (
    BottleneckRun,
    TranslationRun,
    Translator,
    first_sentences,
)
from paying_attention.training.loop import History
from paying_attention.training.losses import score_function_loss, translation_loss
from tests.experiments.tasks.tiny import tiny_task


def test_names_tell_the_runs_apart():
    run = TranslationRun("numbers", "dot", 4, decoder="luong", learning_rate=1e-3)
    assert run.name == "numbers-dot-luong-rate0.001-seed4"
    fed = replace(run, input_feeding=True, start="zeros", values="words", bidirectional=False)
    assert fed.name == "numbers-dot-luong-fed-zeros-words-one-way-rate0.001-seed4"
    assert replace(run, hard=True).name == "numbers-dot-luong-hard-rate0.001-seed4"
    assert BottleneckRun("none", 2, 10, 3, 100, bidirectional=False).name == (
        "none-one-way-width2-time10-seed3"
    )


def test_settings_that_the_model_knows_are_the_models():
    run = TranslationRun(
        *("numbers", "general", 0, "luong", False, "zeros", "words", False), dropout=0.25
    )
    config = run.build(9, 8).config
    assert (config.source_vocab_size, config.target_vocab_size) == (9, 8)
    for name in ("attention", "decoder", "input_feeding", "start", "values", "bidirectional"):
        assert getattr(config, name) == getattr(run, name)
    assert (config.hard, config.dropout) == (False, 0.25)
    assert replace(run, bidirectional=True, hard=True).build(9, 8).config.hard
    assert replace(run, decoder="bahdanau").build(9, 8).config.decoder == "bahdanau"


@pytest.mark.parametrize(("width", "bidirectional"), [(2, True), (1, False)])
def test_a_bottleneck_run_builds_the_model_that_its_name_promises(width, bidirectional):
    task = tiny_task()
    run = BottleneckRun("constant", width, 1, 0, 50, bidirectional=bidirectional, dropout=0.25)
    config = run.build_for(task).config
    assert (config.attention, config.bidirectional, config.dropout) == (
        *("constant", bidirectional),
        0.25,
    )
    sizes = (config.d_embedding, config.d_encoder, config.d_decoder)
    assert sizes == (64 * width, 128 * width, 128 * width)
    assert config.source_vocab_size == len(task.source_vocabulary)
    assert config.target_vocab_size == len(task.target_vocabulary)


def test_the_seed_decides_the_weights():
    first, again, other = (
        torch.cat([p.detach().flatten() for p in run.build(9, 8).parameters()])
        for run in (TranslationRun("numbers", "dot", seed) for seed in (0, 0, 1))
    )
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


@pytest.mark.parametrize("hard", [False, True])
def test_a_training_has_the_loss_and_the_batches_of_its_run(monkeypatch, hard):
    seen = []

    def note(*given):
        seen.append(given)
        return History()

    monkeypatch.setattr(translation, "fit_run", note)
    task = tiny_task()
    run = TranslationRun("numbers", "additive", 0, decoder="luong", hard=hard, batch_size=5)
    model, scale = run.build_for(task), Scale(stop_after=3)
    run.fit(task.training, model, scale)
    ((found, trained, loss, epoch, of),) = seen
    assert (found, trained, of) == (run, model, scale)
    assert loss is (score_function_loss if hard else translation_loss)
    batches = list(epoch(torch.Generator().manual_seed(0)))
    assert sorted(len(batch.source) for batch in batches) == [2, 5, 5]


def test_a_subclass_adds_what_the_model_needs():
    @dataclass(frozen=True)
    class Headed(Translator):
        seed: int
        dropout: float = 0.5

        def model_settings(self):
            return {"attention": "multi-head", "num_heads": 4}

    config = Headed(0).build(9, 8).config
    assert (config.attention, config.num_heads, config.dropout) == ("multi-head", 4, 0.5)


def test_first_sentences_are_cut_with_their_words():
    corpus = tiny_task().training
    first = first_sentences(corpus, 5)
    assert first.pairs == corpus.pairs[:5]
    for row in range(5):
        whole, cut = (c.select(torch.tensor([row])) for c in (corpus, first))
        assert torch.equal(whole.source, cut.source)
        assert torch.equal(whole.target, cut.target)
    assert len(first_sentences(corpus, 99)) == len(corpus) == 12


def test_each_part_of_a_task_has_its_digest():
    task = tiny_task()
    found = task.digests
    assert sorted(found) == ["profile", "test", "training", "validation"]
    assert found["training"] == corpus_digest([task.training])
    assert found["test"] == corpus_digest(task.test.values())
    other = replace(task, test={1: task.training}).digests
    assert {part for part in found if found[part] != other[part]} == {"test"}
    assert number_pair(3) in task.profile.pairs
