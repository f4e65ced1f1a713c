import dataclasses
import functools
import itertools
import math

import numpy as np
import pytest
import torch

from paying_attention.data.batching import Batch, Corpus
from paying_attention.evaluation.decoding import beam_decode, greedy_decode, translation_accuracy
from paying_attention.evaluation.metrics import Proportion
from paying_attention.models.recurrent.config import ATTENTIONS, LOOKING, Seq2SeqConfig
from paying_attention.models.recurrent.seq2seq import Seq2Seq
from paying_attention.training.loop import TrainingConfig, train
from paying_attention.training.losses import translation_loss
from tests.toy import SOURCE_LENGTHS, TARGET_VOCAB, toy_batch, toy_config, toy_model


def slow_greedy(model, source, max_len):
    """One sentence alone, read and written from the beginning for each new word."""
    words = [1]
    for _ in range(max_len):
        logits = model(torch.tensor([source]), torch.tensor([len(source)]), torch.tensor([words]))
        words.append(int(logits[0, -1].argmax()))
        if words[-1] == 2:
            return words[1:-1]
    return words[1:]


def config_of(attention, **choices):
    """As in the other tests; `dot` needs state and annotations of one width."""
    widths = {"d_encoder": 8, "d_decoder": 8} if attention in ("dot", "multi-head") else {}
    return dataclasses.replace(toy_config(), attention=attention, **widths, **choices)


def lively(config, seed):
    """Untrained, with large weights; writes neither padding nor `<bos>`."""
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.manual_seed(seed)
        model = Seq2Seq(config).double()
        for parameter in model.parameters():
            parameter.mul_(3)
        for parameter in model.decoder.readout.parameters():
            parameter.div_(1.5)
        model.decoder.readout.bias[:3] += torch.tensor([-100.0, -100.0, 1.0])
    return model


@functools.cache
def model_that_may_stop(attention, **choices):
    """The first one whose sentences differ and of which some end by themselves, some do not."""
    batches = [toy_batch(seed=seed) for seed in range(6)]
    for seed in range(99):
        model = lively(config_of(attention, **choices), seed)
        found = []
        for batch in batches:
            found += greedy_decode(model, batch.source, batch.source_lengths, max_len=9)
        ended = sum(len(words) < 9 for words in found) / len(found)
        if len({tuple(words) for words in found}) >= 5 and 0.25 <= ended <= 0.75:
            return model
    raise AssertionError(f"no lively model with {attention}")


def chain(following):
    """A model that reads nothing: after each word it writes the one that follows."""
    model = Seq2Seq(Seq2SeqConfig(5, 9, d_embedding=9, d_encoder=2, d_decoder=3, attention="none"))
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.zero_()
        model.decoder.embedding.weight.copy_(torch.eye(9))
        for word, after in following.items():
            model.decoder.readout.weight[after, 3 + word] = 1.0  # the state comes first
    return model


def corpus_of(*targets):
    longest = max(len(target) for target in targets)
    target = torch.zeros(len(targets), longest + 2, dtype=torch.long)
    for row, words in enumerate(targets):
        target[row, : len(words) + 2] = torch.tensor([1, *words, 2])
    return Corpus(Batch(torch.full((len(targets), 1), 3), torch.ones(len(targets)).long(), target))


@pytest.mark.parametrize("attention", ATTENTIONS)
def test_against_a_slow_loop_over_the_whole_model(attention):
    model, ends, texts = model_that_may_stop(attention), set(), set()
    for seed in range(6):
        batch = toy_batch(seed=seed)
        found = greedy_decode(model, batch.source, batch.source_lengths, max_len=9)
        for row, length in enumerate(SOURCE_LENGTHS):
            assert found[row] == slow_greedy(model, batch.source[row, :length].tolist(), 9)
        ends |= {len(words) == 9 for words in found}
        texts |= {tuple(words) for words in found}
    assert ends == {True, False}  # some ended, some were given up
    assert len(texts) >= 5


def test_a_written_word_is_fed_back():
    model = chain({1: 5, 5: 3, 3: 8, 8: 2})
    assert greedy_decode(model, torch.tensor([[3]]), torch.tensor([1]), max_len=7) == [[5, 3, 8]]


def test_a_model_that_stops_at_once_writes_nothing():
    assert greedy_decode(chain({1: 2}), torch.tensor([[3]]), torch.tensor([1]), max_len=7) == [[]]


def test_a_model_that_never_stops_is_given_up():
    model = chain({1: 4, 4: 6, 6: 4})
    found = greedy_decode(model, torch.tensor([[3]]), torch.tensor([1]), max_len=5)
    assert found == [[4, 6, 4, 6, 4]]


def test_padding_that_a_model_writes_is_a_word_like_any_other():
    model = chain({1: 4, 4: 0, 0: 0})
    found = greedy_decode(model, torch.tensor([[3]]), torch.tensor([1]), max_len=4)
    assert found == [[4, 0, 0, 0]]
    assert translation_accuracy(model, corpus_of([4])) == Proportion(0, 1)


@pytest.mark.parametrize("attention", ATTENTIONS)
def test_company_and_padding_change_nothing(attention):
    model = model_that_may_stop(attention)
    batch = toy_batch(more_padding=3)
    together = greedy_decode(model, batch.source, batch.source_lengths, max_len=9)
    behind = torch.arange(batch.source.shape[1]) >= batch.source_lengths[:, None]
    other_ids = batch.source.masked_fill(behind, 7)
    assert greedy_decode(model, other_ids, batch.source_lengths, max_len=9) == together
    for row, length in enumerate(SOURCE_LENGTHS):
        alone = batch.source[row : row + 1, :length]
        found = greedy_decode(model, alone, torch.tensor([length]), max_len=9)
        assert found == together[row : row + 1]


def test_decoding_needs_no_gradient():
    model, batch = toy_model(), toy_batch()
    greedy_decode(model, batch.source, batch.source_lengths, max_len=3)
    assert all(p.grad is None for p in model.parameters())
    assert torch.is_grad_enabled()


@pytest.mark.parametrize("max_len", [0, -3])
def test_a_length_below_one_is_named(max_len):
    batch = toy_batch()
    with pytest.raises(ValueError, match=f"max_len: expected 1 or more, got {max_len}"):
        greedy_decode(toy_model(), batch.source, batch.source_lengths, max_len=max_len)


def test_a_source_that_the_model_refuses_is_named():
    with pytest.raises(ValueError, match="source: expected ids 0 to 12, got 13"):
        greedy_decode(toy_model(), torch.tensor([[13]]), torch.tensor([1]), max_len=3)
    with pytest.raises(ValueError, match=r"lengths: expected 1 to 1, got \[0\]"):
        greedy_decode(toy_model(), torch.tensor([[3]]), torch.tensor([0]), max_len=3)


@pytest.mark.parametrize("batch_size", [1, 2, 3, 256])
def test_accuracy_by_hand(batch_size):
    """The model always writes 5 3 8: too short, right, too long, wrong, and right again."""
    model = chain({1: 5, 5: 3, 3: 8, 8: 2})
    corpus = corpus_of([5, 3, 8, 4], [5, 3, 8], [5, 3], [5, 8, 3], [5, 3, 8])
    found = translation_accuracy(model, corpus, batch_size=batch_size)
    assert found == Proportion(2, 5)


@pytest.mark.parametrize("batch_size", [1, 2, 256])
def test_too_long_is_wrong_and_not_cut_off(batch_size):
    model = chain({1: 5, 5: 3, 3: 8, 8: 7, 7: 2})
    corpus = corpus_of([5, 3, 8], [5, 3, 8, 7], [5])
    assert translation_accuracy(model, corpus, batch_size=batch_size) == Proportion(1, 3)
    forever = chain({1: 5, 5: 5})
    assert translation_accuracy(forever, corpus_of([5], [5, 5]), batch_size=1) == Proportion(0, 2)


@pytest.mark.parametrize("attention", ATTENTIONS)
def test_accuracy_does_not_depend_on_the_batches(attention):
    """The references are what a slow loop writes, half of them spoilt."""
    model, batch = model_that_may_stop(attention), toy_batch((4, 1, 7, 3, 7, 2, 5), (2,) * 7)
    rows = zip(batch.source.tolist(), batch.source_lengths.tolist(), strict=True)
    targets = [slow_greedy(model, row[:length], 12) for row, length in rows]
    ended = sum(len(target) < 12 for target in targets)
    target = corpus_of(*targets).table.target
    corpus = Corpus(Batch(batch.source, batch.source_lengths, target))
    counts = [translation_accuracy(model, corpus, batch_size=size) for size in (1, 2, 3, 256)]
    assert counts == [Proportion(ended, 7)] * 4
    assert ended >= 1
    spoilt = target.clone()
    spoilt[::2, 1] = 3 + (spoilt[::2, 1] - 2) % (TARGET_VOCAB - 3)
    corpus = Corpus(Batch(batch.source, batch.source_lengths, spoilt))
    counts = [
        translation_accuracy(model, corpus, batch_size=size).successes for size in (1, 3, 256)
    ]
    assert len(set(counts)) == 1
    assert counts[0] <= 3


def test_a_batch_size_below_one_is_named():
    with pytest.raises(ValueError, match="batch_size: expected 1 or more, got 0"):
        translation_accuracy(chain({1: 2}), corpus_of([5]), batch_size=0)


@pytest.mark.parametrize("attention", ATTENTIONS)
def test_a_model_that_learnt_three_sentences_by_heart_is_right(attention):
    batch = toy_batch((4, 2, 3), (3, 1, 4))
    corpus = Corpus(batch)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = Seq2Seq(config_of(attention))
    assert translation_accuracy(model, corpus).successes < 3
    config = TrainingConfig(num_steps=120, learning_rate=0.05, warmup_steps=5)
    train(model, translation_loss, lambda generator: [batch], config)
    assert translation_accuracy(model, corpus) == Proportion(3, 3)


# --- beam search ----------------------------------------------------------------------------------

CHOICES = [
    *[(attention, {}) for attention in ATTENTIONS],
    *[(attention, {"decoder": "luong"}) for attention in LOOKING],
    *[
        (attention, {"decoder": "luong", "input_feeding": True})
        for attention in ("additive", "local-m")
    ],
]
FEW_CHOICES = [
    ("none", {}),
    ("additive", {}),
    ("general", {"decoder": "luong", "input_feeding": True}),
    ("local-m", {"decoder": "luong"}),
]


def small_model(attention, choices, seed, num_words):
    """Two or three words besides padding, `<bos>` and `<eos>`, so that all outputs can be tried."""
    config = dataclasses.replace(config_of(attention, **choices), target_vocab_size=3 + num_words)
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.manual_seed(seed)
        model = Seq2Seq(config).double()
        for parameter in model.parameters():
            parameter.mul_(2)
        model.decoder.readout.bias[2] += 0.5  # short ones are likely, so that a penalty matters
    return model


def log_probabilities(model, source, outputs):
    """Of whole outputs, `<eos>` included where it stands, by teacher forcing."""
    longest = max(map(len, outputs))
    target = torch.zeros(len(outputs), longest, dtype=torch.long)
    for row, words in enumerate(outputs):
        target[row, : len(words)] = torch.tensor(words)
    given = torch.nn.functional.pad(target[:, :-1], (1, 0), value=1)
    rows = torch.tensor([source]).expand(len(outputs), -1)
    logits = model(rows, torch.full((len(outputs),), len(source)), given)
    chosen = logits.log_softmax(-1).gather(-1, target[..., None])[..., 0].detach().tolist()
    return [sum(row[: len(words)]) for row, words in zip(chosen, outputs, strict=True)]


def every_output(vocab_size, max_len):
    others = [word for word in range(vocab_size) if word != 2]
    for length in range(max_len):
        for words in itertools.product(others, repeat=length):
            yield [*words, 2]
    for words in itertools.product(others, repeat=max_len):
        yield list(words)  # given up


def worth(words, total, penalty):
    return total / ((5 + len(words)) / 6) ** penalty


def slow_beam(model, source, beam_size, max_len, penalty):
    """Score every continuation of every beginning from the first word on; keep the best."""
    live, finished = [[]], []
    vocab_size = model.config.target_vocab_size
    for _ in range(max_len):
        longer = [[*words, word] for words in live for word in range(vocab_size)]
        totals = log_probabilities(model, source, longer)
        ranked = sorted(zip(totals, longer, strict=True), reverse=True)
        kept = ranked[: beam_size - len(finished)]
        finished += [(total, words) for total, words in kept if words[-1] == 2]
        live = [words for _, words in kept if words[-1] != 2]
        if not live:
            break
    given_up = [(total, words) for total, words in kept if words[-1] != 2]
    _, words = max(finished + given_up, key=lambda end: worth(end[1], end[0], penalty))
    return words[: words.index(2)] if 2 in words else words


@pytest.mark.parametrize(("attention", "choices"), CHOICES)
def test_a_beam_of_one_is_greedy(attention, choices):
    model, texts = model_that_may_stop(attention, **choices), set()
    for seed in range(3):
        batch = toy_batch(seed=seed)
        inputs = model, batch.source, batch.source_lengths
        greedy = greedy_decode(*inputs, max_len=9)
        assert beam_decode(*inputs, beam_size=1, max_len=9, length_penalty=float(seed)) == greedy
        texts |= {tuple(words) for words in greedy}
    assert len(texts) >= 3


@pytest.mark.parametrize("penalty", [0.0, 0.7, 1.5])
@pytest.mark.parametrize(("attention", "choices"), FEW_CHOICES)
def test_a_beam_that_is_wide_enough_finds_the_best_of_all_outputs(attention, choices, penalty):
    batch = toy_batch((3, 1, 4), (1, 1, 1))
    outputs = list(every_output(5, 3))
    assert len(outputs) == 1 + 4 + 16 + 64
    for seed in range(4):
        model = small_model(attention, choices, seed, num_words=2)
        found = beam_decode(
            model,
            batch.source,
            batch.source_lengths,
            beam_size=150,
            max_len=3,
            length_penalty=penalty,
        )
        for row, length in enumerate((3, 1, 4)):
            totals = log_probabilities(model, batch.source[row, :length].tolist(), outputs)
            assert math.fsum(map(math.exp, totals)) == pytest.approx(1)
            ends = zip(outputs, totals, strict=True)
            best, _ = max(ends, key=lambda end: worth(*end, penalty))
            assert found[row] == (best[:-1] if best[-1] == 2 else best)


def test_the_small_models_are_worth_searching():
    """Otherwise the tests around this one would compare nothing: greedy and a penalty do differ."""
    batch, differ = toy_batch((3, 1, 4), (1, 1, 1)), np.zeros(2)
    for (attention, choices), seed in itertools.product(FEW_CHOICES, range(4)):
        model = small_model(attention, choices, seed, num_words=2)
        inputs = model, batch.source, batch.source_lengths
        wide = {"beam_size": 150, "max_len": 3}
        best = beam_decode(*inputs, **wide)
        greedy = greedy_decode(*inputs, max_len=3)
        longer = beam_decode(*inputs, **wide, length_penalty=1.5)
        differ += [sum(a != b for a, b in zip(best, o, strict=True)) for o in (greedy, longer)]
    assert (differ >= 3).all()


@pytest.mark.parametrize("beam_size", [2, 3, 7])
@pytest.mark.parametrize(("attention", "choices"), FEW_CHOICES)
def test_a_narrow_beam_against_a_slow_loop_over_the_whole_model(attention, choices, beam_size):
    batch = toy_batch((3, 1, 4), (1, 1, 1))
    for seed, penalty in ((0, 0.0), (1, 1.0), (2, 2.0)):
        model = small_model(attention, choices, seed, num_words=3)
        found = beam_decode(
            model,
            batch.source,
            batch.source_lengths,
            beam_size=beam_size,
            max_len=5,
            length_penalty=penalty,
        )
        for row, length in enumerate((3, 1, 4)):
            source = batch.source[row, :length].tolist()
            assert found[row] == slow_beam(model, source, beam_size, 5, penalty)


def table(following):
    """A model that reads nothing: after each word the next one has these probabilities."""
    model = chain({}).double()
    with torch.no_grad():
        model.decoder.readout.bias.fill_(-60)
        for word, shares in following.items():
            for after, share in shares.items():
                model.decoder.readout.weight[after, 3 + word] = 60 + math.log(share)
    return model


def write(model, **more):
    return beam_decode(model, torch.tensor([[3]]), torch.tensor([1]), **more)[0]


def test_a_beam_finds_what_greedy_misses():
    """Greedy takes the likelier first word, 3, and ends at .6 × .51; 4 ends at .4."""
    model = table({1: {3: 0.6, 4: 0.4}, 3: {5: 0.51, 6: 0.49}, 4: {2: 1}, 5: {2: 1}, 6: {2: 1}})
    assert write(model, beam_size=1, max_len=6) == [3, 5]
    assert greedy_decode(model, torch.tensor([[3]]), torch.tensor([1]), max_len=6) == [[3, 5]]
    for beam_size in (2, 3, 9):
        assert write(model, beam_size=beam_size, max_len=6) == [4]


def test_the_best_and_not_the_last_or_the_worst_is_returned():
    """Three translations, of .5, .3 and .2; the best ends neither first nor last."""
    model = table(
        {1: {2: 0.2, 3: 0.5, 4: 0.3}, 3: {5: 1}, 5: {2: 1}, 4: {6: 1}, 6: {7: 1}, 7: {2: 1}}
    )
    assert write(model, beam_size=3, max_len=9) == [3, 5]


@pytest.mark.parametrize(
    ("penalty", "expected"), [(0.0, []), (0.46, []), (0.48, [3, 4]), (1.0, [3, 4]), (5.0, [3, 4])]
)
def test_the_length_penalty_by_hand(penalty, expected):
    """Nothing at all has .3, and `3 4` has .7 × .36 = .252; with `<eos>` they are 1 and 3 words.

    ln .3 / (6/6)^α = ln .252 / (8/6)^α at α = ln(ln .252 / ln .3) / ln(8/6) = .47. Multiplied
    instead of divided, the longer one would lose ever more.
    """
    shares = {4: 0.36, 5: 0.34, 6: 0.3}
    model = table({1: {2: 0.3, 3: 0.7}, 3: shares, 4: {2: 1}, 5: {2: 1}, 6: {2: 1}})
    assert write(model, beam_size=4, max_len=6, length_penalty=penalty) == expected


def test_totals_are_as_exact_as_the_model():
    """Word 3 is 1.6e-9 ahead in the logarithm and loses 1e-9 again; in float32 both would be equal
    after the first word, and `4 6` would win.
    """
    first = {3: 0.5 + 4e-10, 4: 0.5 - 4e-10}
    then = {5: 1 - 1e-9, 7: 1e-9}
    model = table({1: first, 3: then, 4: {6: 1}, 5: {2: 1}, 6: {2: 1}, 7: {2: 1}})
    assert write(model, beam_size=2, max_len=6) == [3, 5]


def test_a_beam_that_never_ends_is_given_up():
    forever = table({1: {4: 0.6, 5: 0.4}, 4: {6: 1}, 6: {4: 1}, 5: {5: 1}})
    for max_len in (1, 2, 5):
        assert write(forever, beam_size=3, max_len=max_len) == [4, 6, 4, 6, 4][:max_len]


def test_what_was_given_up_competes_with_what_ended():
    model = table({1: {2: 0.4, 3: 0.6}, 3: {3: 1}})
    assert write(model, beam_size=2, max_len=4) == [3, 3, 3, 3]
    model = table({1: {2: 0.6, 3: 0.4}, 3: {3: 1}})
    assert write(model, beam_size=2, max_len=4) == []


def test_an_ended_translation_is_not_continued():
    """`<eos>` would be followed by more words, if somebody asked."""
    model = table({1: {2: 0.6, 3: 0.4}, 2: {5: 1}, 5: {5: 1}, 3: {2: 1}})
    for beam_size in (1, 2, 5):
        assert write(model, beam_size=beam_size, max_len=4) == []


@pytest.mark.parametrize(("attention", "choices"), FEW_CHOICES)
def test_company_and_padding_do_not_change_a_beam(attention, choices):
    model, batch = model_that_may_stop(attention, **choices), toy_batch(more_padding=3)
    search = {"beam_size": 3, "max_len": 6, "length_penalty": 1.0}
    together = beam_decode(model, batch.source, batch.source_lengths, **search)
    behind = torch.arange(batch.source.shape[1]) >= batch.source_lengths[:, None]
    other_ids = batch.source.masked_fill(behind, 7)
    assert beam_decode(model, other_ids, batch.source_lengths, **search) == together
    for row, length in enumerate(SOURCE_LENGTHS):
        alone = batch.source[row : row + 1, :length]
        assert beam_decode(model, alone, torch.tensor([length]), **search) == [together[row]]


def test_a_beam_needs_no_gradient():
    model, batch = toy_model(), toy_batch()
    beam_decode(model, batch.source, batch.source_lengths, beam_size=2, max_len=3)
    assert all(p.grad is None for p in model.parameters())
    assert torch.is_grad_enabled()


@pytest.mark.parametrize(("beam_size", "max_len"), [(0, 3), (-1, 3), (3, 0), (2, -2)])
def test_a_beam_without_width_or_length_is_named(beam_size, max_len):
    match = f"beam_size, max_len: expected 1 or more, got {beam_size}, {max_len}"
    with pytest.raises(ValueError, match=match):
        write(chain({1: 2}), beam_size=beam_size, max_len=max_len)


@pytest.mark.parametrize("penalty", [-0.1, -2.0, math.nan])
def test_a_negative_length_penalty_is_named(penalty):
    with pytest.raises(ValueError, match=f"length_penalty: expected 0 or more, got {penalty}"):
        write(chain({1: 2}), beam_size=2, max_len=3, length_penalty=penalty)


def test_a_beam_refuses_what_the_model_refuses():
    with pytest.raises(ValueError, match="source: expected ids 0 to 12, got 13"):
        beam_decode(toy_model(), torch.tensor([[13]]), torch.tensor([1]), beam_size=2, max_len=3)
