from itertools import pairwise

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from paying_attention.data.batching import Batch, Corpus, bucketed_rows, check_lengths
from paying_attention.data.sentence_pairs import SentencePair
from paying_attention.data.vocabulary import PAD_ID, Vocabulary
from tests.toy import toy_batch


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def corpus_of(lengths):
    """A sentence of each length; its first word is its own number."""
    pairs = [
        SentencePair((str(i), *["w"] * (length - 1)), (*["w"] * (i % 3), str(i)))
        for i, length in enumerate(lengths)
    ]
    words = Vocabulary.from_sentences(pair.source + pair.target for pair in pairs)
    return Corpus.encode(pairs, words, words), words


def sentences(batches, words):
    """The sentences of batches, without padding, as text."""
    return [
        (
            " ".join(words.decode(batch.source[row, : batch.source_lengths[row]].tolist())),
            " ".join(words.decode(i for i in batch.target[row].tolist() if i != PAD_ID)),
        )
        for batch in batches
        for row in range(len(batch.source))
    ]


def test_encode_by_hand():
    read = Vocabulary(("<pad>", "<bos>", "<eos>", "vier", "und", "zwanzig"))
    write = Vocabulary(("<pad>", "<bos>", "<eos>", "-", "four", "twenty"))
    pairs = [
        SentencePair(("vier",), ("four",)),
        SentencePair(("vier", "und", "zwanzig"), ("twenty", "-", "four")),
    ]
    table = Corpus.encode(pairs, read, write).table
    assert table.source.tolist() == [[3, 0, 0], [3, 4, 5]]
    assert table.source_lengths.tolist() == [1, 3]
    assert table.target.tolist() == [[1, 4, 2, 0, 0], [1, 5, 3, 4, 2]]


def test_teacher_forcing_gives_the_words_so_far_and_asks_for_the_next():
    batch = Batch(torch.tensor([[3]]), torch.tensor([1]), torch.tensor([[1, 7, 8, 9, 2]]))
    assert batch.target_input.tolist() == [[1, 7, 8, 9]]
    assert batch.target_output.tolist() == [[7, 8, 9, 2]]


def test_an_empty_corpus_is_refused():
    words = Vocabulary.from_sentences([["eins"]])
    with pytest.raises(ValueError, match="pairs: expected at least one pair, got an empty corpus"):
        Corpus.encode([], words, words)


@pytest.mark.parametrize("side", ["source", "target"])
def test_an_unknown_token_of_either_side_is_named(side):
    words = Vocabulary.from_sentences([["eins", "one"]])
    pair = SentencePair(("eins",), ("one",))
    pair = SentencePair(**{"source": pair.source, "target": pair.target, side: ("eins", "zwei")})
    with pytest.raises(ValueError, match="got 'zwei' at position 1"):
        Corpus.encode([pair], words, words)


@pytest.mark.parametrize(
    ("lengths", "row", "length"), [((3, 0), 1, 0), ((4, 3), 0, 4), ((1, -2), 1, -2)]
)
def test_a_length_of_zero_or_too_long_is_named(lengths, row, length):
    source, target = torch.full((2, 3), 5), torch.full((2, 4), 5)
    with pytest.raises(ValueError, match=rf"source_lengths: .* 1 to 3, got {length} in row {row}"):
        Batch(source, torch.tensor(lengths), target)


@pytest.mark.usefixtures("without_type_checks")
def test_sizes_that_disagree_are_named():
    source, target = torch.full((3, 5), 5), torch.full((2, 4), 5)
    with pytest.raises(ValueError, match="target: expected 3 sentences, got 2"):
        Batch(source, torch.tensor([1, 2, 3]), target)
    with pytest.raises(ValueError, match="each of 3 sentences or more, got 2 for 3"):
        Batch(source, torch.tensor([1, 2]), target)
    with pytest.raises(ValueError, match="each of 1 sentences or more, got 0 for 0"):
        check_lengths(torch.tensor([], dtype=torch.long), (0, 5))


def test_select_cuts_to_the_longest_of_its_sentences():
    corpus = Corpus(toy_batch((4, 1, 7, 3), (2, 6, 3, 1)))
    batch = corpus.select(torch.tensor([3, 0]))
    assert batch.source_lengths.tolist() == [3, 4]
    assert batch.source.tolist() == corpus.table.source[[3, 0], :4].tolist()
    assert batch.target.tolist() == corpus.table.target[[3, 0], :4].tolist()
    assert corpus.select(torch.tensor([1])).source.shape == (1, 1)
    assert corpus.select(torch.tensor([1])).target.shape == (1, 8)


@pytest.mark.parametrize("rows", [[], [-1], [4], [0, 99]])
def test_rows_outside_the_corpus_are_named(rows):
    corpus = Corpus(toy_batch((4, 1, 7, 3), (2, 6, 3, 1)))
    with pytest.raises(ValueError, match=r"rows: expected rows of 0 to 3, got \["):
        corpus.select(torch.tensor(rows, dtype=torch.long))


@given(
    lengths=st.lists(st.integers(1, 9), min_size=1, max_size=60),
    batch_size=st.integers(1, 9),
    buckets=st.integers(1, 5),
    seed=st.integers(0, 99),
)
def test_bucketed_rows_are_a_permutation(lengths, batch_size, buckets, seed):
    batches = bucketed_rows(
        torch.tensor(lengths), batch_size, generator=generator(seed), buckets=buckets
    )
    rows = [row for batch in batches for row in batch.tolist()]
    assert sorted(rows) == list(range(len(lengths)))
    assert all(1 <= len(batch) <= batch_size for batch in batches)
    smaller = sum(len(batch) < batch_size for batch in batches)
    assert smaller <= 1


def test_sentences_of_like_length_come_together():
    lengths = torch.randint(1, 30, (97,), generator=generator())
    batches = bucketed_rows(lengths, 7, generator=generator())  # one pool holds them all
    ranges = sorted((int(lengths[b].min()), int(lengths[b].max())) for b in batches)
    assert all(high <= low for (_, high), (low, _) in pairwise(ranges))
    # The batches themselves come in no order of length.
    means = [float(lengths[b].float().mean()) for b in batches]
    assert means != sorted(means)


def test_pools_keep_the_order_new():
    """With pools smaller than the corpus, who shares a batch changes from pass to pass."""
    lengths = torch.ones(60, dtype=torch.long)
    source = generator()
    first, second = (
        {frozenset(b.tolist()) for b in bucketed_rows(lengths, 5, generator=source, buckets=2)}
        for _ in range(2)
    )
    assert first != second


def test_the_same_seed_gives_the_same_batches():
    lengths = torch.arange(1, 50)
    runs = [
        [b.tolist() for b in bucketed_rows(lengths, 4, generator=generator(seed))]
        for seed in (5, 5, 6)
    ]
    assert runs[0] == runs[1] != runs[2]


def test_bucketed_rows_leave_the_global_generator_alone():
    before = torch.get_rng_state()
    bucketed_rows(torch.arange(1, 50), 4, generator=generator())
    assert torch.equal(before, torch.get_rng_state())


@pytest.mark.parametrize("sizes", [{"batch_size": 0}, {"batch_size": 3, "buckets": 0}])
def test_sizes_below_one_are_named(sizes):
    with pytest.raises(ValueError, match="batch_size, buckets: expected 1 or more, got"):
        bucketed_rows(torch.tensor([1, 2]), generator=generator(), **sizes)


def test_rows_are_needed():
    with pytest.raises(ValueError, match="lengths: expected at least one row, got none"):
        bucketed_rows(torch.tensor([], dtype=torch.long), 3, generator=generator())


@given(
    lengths=st.lists(st.integers(1, 6), min_size=1, max_size=25),
    batch_size=st.integers(1, 7),
    seed=st.integers(0, 99),
)
def test_one_pass_gives_every_sentence_once_and_whole(lengths, batch_size, seed):
    corpus, words = corpus_of(lengths)
    everything = sentences([corpus.table], words)
    assert len(set(everything)) == len(corpus) == len(lengths)
    batches = list(corpus.batches(batch_size, generator=generator(seed)))
    assert sorted(sentences(batches, words)) == sorted(everything)
    assert sentences(corpus.in_order(batch_size), words) == everything
    for batch in batches:  # no column of padding alone
        assert batch.source.shape[1] == batch.source_lengths.max()
        assert (batch.target[:, -1] != PAD_ID).any()
