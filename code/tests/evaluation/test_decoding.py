import pytest
import torch

from paying_attention.data.batching import Batch, Corpus
from paying_attention.evaluation.decoding import greedy_decode, translation_accuracy
from paying_attention.evaluation.metrics import Proportion
from paying_attention.models.seq2seq import MEMORIES, Seq2Seq, Seq2SeqConfig
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


def model_that_may_stop(memory):
    """Untrained, but lively enough that sentences differ and some of them end by themselves."""
    model = toy_model(memory, seed=10)
    with torch.no_grad():
        for parameter in [*model.encoder.parameters(), *model.decoder.parameters()]:
            parameter.mul_(1.5)
        for parameter in model.decoder.readout.parameters():
            parameter.div_(1.5)
        model.decoder.readout.bias[:3] += torch.tensor([-100.0, -100.0, 1.0])
    return model


def chain(following):
    """A model that reads nothing: after each word it writes the one that follows."""
    model = Seq2Seq(Seq2SeqConfig(5, 9, d_embedding=9, d_encoder=2, d_decoder=3, memory="start"))
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


@pytest.mark.parametrize("memory", MEMORIES)
def test_against_a_slow_loop_over_the_whole_model(memory):
    model, ends, texts = model_that_may_stop(memory), set(), set()
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


@pytest.mark.parametrize("memory", MEMORIES)
def test_company_and_padding_change_nothing(memory):
    model = model_that_may_stop(memory)
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


@pytest.mark.parametrize("memory", MEMORIES)
def test_accuracy_does_not_depend_on_the_batches(memory):
    """The references are what a slow loop writes, half of them spoilt."""
    model, batch = model_that_may_stop(memory), toy_batch((4, 1, 7, 3, 7, 2, 5), (2,) * 7)
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


@pytest.mark.parametrize("memory", MEMORIES)
def test_a_model_that_learnt_three_sentences_by_heart_is_right(memory):
    batch = toy_batch((4, 2, 3), (3, 1, 4))
    corpus = Corpus(batch)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model = Seq2Seq(toy_config(memory))
    assert translation_accuracy(model, corpus).successes < 3
    config = TrainingConfig(num_steps=120, learning_rate=0.05, warmup_steps=5)
    train(model, translation_loss, lambda generator: [batch], config)
    assert translation_accuracy(model, corpus) == Proportion(3, 3)
