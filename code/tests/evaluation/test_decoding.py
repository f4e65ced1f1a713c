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
from paying_attention.models.recurrent.config import ATTENTIONS, Seq2SeqConfig
from paying_attention.models.recurrent.seq2seq import Seq2Seq
from paying_attention.training.loop import TrainingConfig, train
from paying_attention.training.losses import translation_loss
from tests.toy import SOURCE_LENGTHS, TARGET_VOCAB, toy_batch, toy_config, toy_model


def check_likeliest(model, source, written, max_len):
    """One sentence alone, under teacher forcing: each word is the likeliest after those before it.

    So is the end, unless the sentence was given up. From word to word there is only one such text.
    """
    logits = model(
        torch.tensor([source]), torch.tensor([len(source)]), torch.tensor([[1, *written]])
    )
    said = [*written, 2][:max_len]
    assert logits[0].argmax(dim=-1).tolist()[: len(said)] == said
    assert len(written) <= max_len


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
    batches = [toy_batch(seed=seed) for seed in range(3)]
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
def test_each_word_is_the_likeliest_after_those_before_it(attention):
    model, ends, texts = model_that_may_stop(attention), set(), set()
    for seed in range(3):
        batch = toy_batch(seed=seed)
        found = greedy_decode(model, batch.source, batch.source_lengths, max_len=9)
        for row, length in enumerate(SOURCE_LENGTHS):
            check_likeliest(model, batch.source[row, :length].tolist(), found[row], 9)
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


@pytest.mark.parametrize("control", [0, 1])
def test_padding_and_the_beginning_are_never_written(control):
    """A model finds them likelier than any word; 4 and then the end come next."""
    model = chain({1: control, 4: control})
    with torch.no_grad():
        model.decoder.readout.weight[control] *= 60
        model.decoder.readout.weight[4, 3 + 1] = 40
        model.decoder.readout.weight[2, 3 + 4] = 40
    source = torch.tensor([[3]]), torch.tensor([1])
    assert greedy_decode(model, *source, max_len=4) == [[4]]
    for beam_size in (1, 2, 30):
        assert beam_decode(model, *source, beam_size=beam_size, max_len=4) == [[4]]
    assert translation_accuracy(model, corpus_of([4])) == Proportion(1, 1)


def test_what_a_sentence_says_after_its_end_is_not_seen():
    """The first sentence ends at once, and the second keeps the batch going."""
    model = toy_model(seed=1)
    batch = toy_batch((1, 1), (1, 1))
    with torch.no_grad():
        model.decoder.readout.weight.zero_()
        model.decoder.readout.bias.zero_()
    steps = iter([(2, 5), (7, 6), (8, 2), (9, 9)])

    def readout(module, given, logits):
        return torch.nn.functional.one_hot(torch.tensor(next(steps)), TARGET_VOCAB).double()

    model.decoder.readout.register_forward_hook(readout)
    found = greedy_decode(model, batch.source, batch.source_lengths, max_len=4)
    assert found == [[], [5, 6]]


@pytest.mark.parametrize("broken", [math.nan, math.inf])
def test_logits_that_are_no_numbers_are_refused(broken):
    """NaN is the largest of all to an argmax: word 7 would be written for ever."""
    model = chain({1: 5, 5: 2})
    with torch.no_grad():
        model.decoder.readout.bias[7] = broken
    source = torch.tensor([[3]]), torch.tensor([1])
    with pytest.raises(ValueError, match="model: expected finite logits of words, got NaN or inf"):
        greedy_decode(model, *source, max_len=3)
    with pytest.raises(ValueError, match="model: expected finite logits of words, got NaN or inf"):
        beam_decode(model, *source, beam_size=2, max_len=3)


def test_broken_logits_behind_an_end_do_not_stop_the_others():
    """After its end a sentence may say anything; nobody reads it."""
    model = toy_model(seed=1)
    batch = toy_batch((1, 1), (1, 1))
    steps = iter([(2, 5), (7, 6), (8, 2)])

    def readout(module, given, logits):
        scores = torch.nn.functional.one_hot(torch.tensor(next(steps)), TARGET_VOCAB).double()
        if scores[0, 2] == 0:
            scores[0] = math.nan
        return scores

    model.decoder.readout.register_forward_hook(readout)
    found = greedy_decode(model, batch.source, batch.source_lengths, max_len=4)
    assert found == [[], [5, 6]]


@pytest.mark.parametrize("attention", ["constant", "concat", "location", "local-p", "multi-head"])
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


@pytest.mark.parametrize("attention", ["none", "additive", "dot", "general", "local-m"])
def test_accuracy_does_not_depend_on_the_batches(attention):
    """The references are what it writes of each sentence alone, half of them spoilt."""
    model, batch = model_that_may_stop(attention), toy_batch((4, 1, 7, 3, 7, 2, 5), (2,) * 7)
    rows = zip(batch.source.tolist(), batch.source_lengths.tolist(), strict=True)
    targets = []
    for row, length in rows:
        alone = torch.tensor([row[:length]]), torch.tensor([length])
        targets += greedy_decode(model, *alone, max_len=12)
        check_likeliest(model, row[:length], targets[-1], 12)
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


def test_a_model_that_learnt_three_sentences_by_heart_is_right():
    batch = toy_batch((4, 2, 3), (3, 1, 4))
    corpus = Corpus(batch)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = Seq2Seq(config_of("dot"))
    assert translation_accuracy(model, corpus).successes < 3
    config = TrainingConfig(num_steps=60, learning_rate=0.05, warmup_steps=5)
    train(model, translation_loss, lambda generator: [batch], config)
    assert translation_accuracy(model, corpus) == Proportion(3, 3)


# --- beam search ----------------------------------------------------------------------------------

FEW_CHOICES = [
    ("none", {}),
    ("additive", {}),
    ("general", {"decoder": "luong", "input_feeding": True}),
    ("local-m", {"decoder": "luong"}),
]
CHOICES = [  # every attention once, and every way in which a decoder may ask it
    *FEW_CHOICES,
    ("constant", {}),
    ("dot", {}),
    ("location", {}),
    ("concat", {"decoder": "luong"}),
    ("local-p", {"decoder": "luong", "input_feeding": True}),
    ("multi-head", {"decoder": "luong"}),
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


def beginnings(num_words, max_len):
    """Every way to begin, in the order of length: words from 3 on, and perhaps a 2 at the end."""
    for length in range(1, max_len + 1):
        for words in itertools.product(range(3, 3 + num_words), repeat=length - 1):
            yield from ((*words, last) for last in (2, *range(3, 3 + num_words)))


def totals_of_a_model(model, source, max_len):
    """The log-probability of every beginning, by teacher forcing."""
    every = list(beginnings(model.config.target_vocab_size - 3, max_len))
    whole = torch.tensor([[*words, *[2] * (max_len - len(words))] for words in every])
    given = torch.nn.functional.pad(whole[:, :-1], (1, 0), value=1)
    rows = torch.tensor([source]).expand(len(every), -1)
    log_probs = model(rows, torch.full((len(every),), len(source)), given).log_softmax(-1)
    steps = log_probs.gather(-1, whole[..., None])[..., 0].cumsum(dim=1).tolist()
    return {words: row[len(words) - 1] for words, row in zip(every, steps, strict=True)}


def totals_of_a_table(shares, max_len):
    """The same from the numbers that ``table`` is made of."""
    return {
        words: sum(math.log(shares[a][b]) for a, b in itertools.pairwise((1, *words)))
        for words in beginnings(max(shares) - 2, max_len)
    }


def worth(words, total, penalty):
    return total / ((5 + len(words)) / 6) ** penalty


def check_against_all_outputs(found, totals, *, beam_size, max_len, penalty):
    """Hold a search against every output there is; tell how many it had to consider.

    An output cannot be missed if at each step its beginning is among the ``beam_size`` likeliest of
    all beginnings, what has ended counted as one: the rivals in the beam are some of these.
    """
    outputs = [words for words in totals if words[-1] == 2 or len(words) == max_len]
    least = {}  # the smallest total that is surely kept at each step
    for step in range(1, max_len + 1):
        rivals = [t for w, t in totals.items() if len(w) == step or (len(w) < step and w[-1] == 2)]
        least[step] = sorted(rivals)[-beam_size:][0]
    sure = [
        words
        for words in outputs
        if all(totals[words[:step]] >= least[step] for step in range(1, len(words) + 1))
    ]
    found = tuple(found) if len(found) == max_len else (*found, 2)
    assert found in outputs
    reached = worth(found, totals[found], penalty)
    assert all(worth(words, totals[words], penalty) <= reached + 1e-9 for words in sure)
    if beam_size >= len(totals):
        assert len(sure) == len(outputs)
    return len(sure)


@pytest.mark.parametrize(("attention", "choices"), CHOICES)
def test_a_beam_of_one_is_greedy(attention, choices):
    model, texts = model_that_may_stop(attention, **choices), set()
    for seed in range(2):
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
    for seed in range(2):
        model = small_model(attention, choices, seed, num_words=2)
        search = {"beam_size": 150, "max_len": 3}
        inputs = model, batch.source, batch.source_lengths
        found = beam_decode(*inputs, **search, length_penalty=penalty)
        for row, length in enumerate((3, 1, 4)):
            totals = totals_of_a_model(model, batch.source[row, :length].tolist(), 3)
            assert len(totals) == 3 + 6 + 12
            check_against_all_outputs(found[row], totals, **search, penalty=penalty)


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
def test_a_narrow_beam_misses_nothing_that_stays_likely(attention, choices, beam_size):
    batch, considered = toy_batch((3, 1, 4), (1, 1, 1)), 0
    for seed, penalty in ((0, 0.0), (1, 1.0), (2, 2.0)):
        model = small_model(attention, choices, seed, num_words=3)
        search = {"beam_size": beam_size, "max_len": 4}
        inputs = model, batch.source, batch.source_lengths
        found = beam_decode(*inputs, **search, length_penalty=penalty)
        for row, length in enumerate((3, 1, 4)):
            totals = totals_of_a_model(model, batch.source[row, :length].tolist(), 4)
            considered += check_against_all_outputs(found[row], totals, **search, penalty=penalty)
    assert considered >= 8  # about one a search, or nothing would be compared


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


@pytest.mark.parametrize("beam_size", [1, 2, 3, 5, 500])
@pytest.mark.parametrize("penalty", [0.0, 1.0])
def test_a_beam_on_tables_against_all_outputs(beam_size, penalty):
    """Random tables in which every word may follow every other, and the end often comes early."""
    random, considered = np.random.default_rng(0), 0
    for _ in range(8):
        shares = {
            word: dict(enumerate(random.dirichlet([0.5, 0.7, 0.7, 0.7]), start=2))
            for word in (1, 3, 4, 5)
        }
        search = {"beam_size": beam_size, "max_len": 4}
        found = write(table(shares), **search, length_penalty=penalty)
        totals = totals_of_a_table(shares, 4)
        assert len(totals) == 4 + 12 + 36 + 108
        considered += check_against_all_outputs(found, totals, **search, penalty=penalty)
    assert considered >= 8 * beam_size / 2 or beam_size == 500


def test_an_unlikely_end_takes_no_place():
    """Nothing at all ends at .1, and two beginnings stay likelier: `3 4 …` ends at .153 and `3 5`
    at .36. A beam of two that kept a place for what has ended would lose `3 5`.
    """
    then = {6: 0.34, 7: 0.33, 8: 0.33}
    ends = {word: {2: 1} for word in (5, 6, 7, 8)}
    model = table({1: {3: 0.9, 2: 0.1}, 3: {4: 0.5, 5: 0.4, 2: 0.1}, 4: then, **ends})
    assert write(model, beam_size=2, max_len=6) == [3, 5]


def test_an_end_that_fell_behind_still_counts():
    """`3 4` and `3 5` are likelier than nothing at all, .3, until they scatter."""
    scatter = {word: 0.25 for word in (5, 6, 7, 8)}
    model = table(
        {1: {3: 0.7, 2: 0.3}, 3: {4: 0.5, 5: 0.5}, 4: scatter, 5: scatter}
        | {word: {2: 0.5, 6: 0.5} for word in (6, 7, 8)}
    )
    assert write(model, beam_size=2, max_len=6) == []
    model = table({1: {3: 0.7, 2: 0.3}, 3: {4: 0.5, 5: 0.5}, 4: {2: 0.9, 6: 0.1}, 5: scatter})
    assert write(model, beam_size=2, max_len=6) == [3, 4]


def test_of_equals_the_first_is_taken_as_in_greedy_decoding():
    """Words 4 to 7 are equally likely, at each step; so is the order of the ids in the beam."""
    model = table({word: {w: 0.25 for w in (4, 5, 6, 7)} for word in (1, 4, 5, 6, 7)})
    source = torch.tensor([[3]]), torch.tensor([1])
    assert greedy_decode(model, *source, max_len=3) == [[4, 4, 4]]
    for beam_size in (1, 2, 3, 40):
        assert write(model, beam_size=beam_size, max_len=3) == [4, 4, 4]


def test_words_that_float32_can_barely_tell_apart_stay_in_order():
    """Beside a total of −1000 a difference of 1e-5 is nothing in float32."""
    model = chain({})
    with torch.no_grad():
        model.decoder.readout.weight[:, 3 + 1] = torch.tensor([0.0] * 7 + [-1000.0, -1000.0])
        model.decoder.readout.bias[:2] = 1000.0  # never written, and as likely as can be
        model.decoder.readout.weight[2, 3:] = -2000.0
        model.decoder.readout.weight[6, 3:] = 1e-4
    source = torch.tensor([[3]]), torch.tensor([1])
    greedy = greedy_decode(model, *source, max_len=5)
    assert greedy == [[6] * 5]
    assert beam_decode(model, *source, beam_size=1, max_len=5) == greedy


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


@pytest.mark.parametrize("penalty", [-0.1, -2.0, math.nan, math.inf])
def test_a_negative_length_penalty_is_named(penalty):
    with pytest.raises(ValueError, match=f"length_penalty: expected 0 or more, got {penalty}"):
        write(chain({1: 2}), beam_size=2, max_len=3, length_penalty=penalty)


def test_a_beam_refuses_what_the_model_refuses():
    with pytest.raises(ValueError, match="source: expected ids 0 to 12, got 13"):
        beam_decode(toy_model(), torch.tensor([[13]]), torch.tensor([1]), beam_size=2, max_len=3)
