import re
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
    source, target = torch.full((2, 3), 5), torch.tensor([[1, 5, 5, 2]] * 2)
    with pytest.raises(ValueError, match=rf"source_lengths: .* 1 to 3, got {length} in row {row}"):
        Batch(source, torch.tensor(lengths), target)


@pytest.mark.usefixtures("without_type_checks")
def test_sizes_that_disagree_are_named():
    source, target = torch.full((3, 5), 5), torch.tensor([[1, 5, 5, 2]] * 2)
    with pytest.raises(ValueError, match="target: expected 3 sentences, got 2"):
        Batch(source, torch.tensor([1, 2, 3]), target)
    with pytest.raises(ValueError, match="each of 3 sentences or more, got 2 for 3"):
        Batch(source, torch.tensor([1, 2]), target)
    with pytest.raises(ValueError, match="each of 1 sentences or more, got 0 for 0"):
        check_lengths(torch.tensor([], dtype=torch.long), (0, 5))


@pytest.mark.parametrize(
    "row",
    [
        [1, 5, 6, 7, 8],  # no end
        [5, 6, 7, 2, 0],  # no beginning
        [1, 5, 0, 6, 2],  # padding inside
        [0, 1, 5, 6, 2],  # padding in front
        [1, 5, 2, 6, 2],  # two ends
        [1, 5, 2, 6, 0],  # a word behind the end
        [1, 1, 5, 2, 0],  # two beginnings
        [1, 5, -1, 2, 0],
        [1, 0, 0, 0, 0],
        [2, 0, 0, 0, 0],
        [0, 0, 0, 0, 0],
    ],
)
def test_a_target_that_is_no_sentence_is_named(row):
    """Padding inside, for one, would be left out of the loss and cut a sentence short."""
    target = torch.tensor([[1, 5, 6, 7, 2], row, [1, 2, 0, 0, 0]])
    match = f"target: expected <bos>, words, <eos>, padding behind, got {row} in row 1"
    with pytest.raises(ValueError, match=re.escape(match)):
        Batch(torch.full((3, 1), 5), torch.ones(3, dtype=torch.long), target)
    whole = target[[0, 2]]
    batch = Batch(torch.full((2, 1), 5), torch.ones(2, dtype=torch.long), whole)
    assert batch.target.tolist() == whole.tolist()


@pytest.mark.parametrize("target", [[[1]], [[2]], [[]]])
def test_a_target_without_room_for_both_ends_is_named(target):
    with pytest.raises(ValueError, match="target: expected <bos>, words, <eos>"):
        Batch(torch.tensor([[5]]), torch.tensor([1]), torch.tensor(target, dtype=torch.long))


@pytest.mark.parametrize("control", [0, 1, 2, -4])
def test_a_source_with_no_word_where_its_length_says_one_is_named(control):
    source, target = torch.tensor([[5, 6, 0], [7, control, 8]]), torch.tensor([[1, 5, 2]] * 2)
    match = rf"source: expected words as far as its length, got \[7, {control}, 8\] in row 1"
    with pytest.raises(ValueError, match=match):
        Batch(source, torch.tensor([2, 3]), target)
    assert Batch(source, torch.tensor([2, 1]), target).source_lengths.tolist() == [2, 1]


@given(
    st.lists(st.lists(st.integers(0, 4), min_size=4, max_size=4), min_size=1, max_size=4),
)
def test_a_target_is_right_exactly_where_its_rows_match_a_pattern(rows):
    """As text: a 1, then 3s and 4s, then a 2, then 0s."""
    is_right = all(re.fullmatch("1[34]*20*", "".join(map(str, row))) for row in rows)
    source = torch.full((len(rows), 1), 5), torch.ones(len(rows), dtype=torch.long)
    try:
        Batch(*source, torch.tensor(rows))
    except ValueError:
        assert not is_right
    else:
        assert is_right


def test_a_corpus_of_other_words_than_ids_is_named():
    corpus, _ = corpus_of([1, 2, 3])
    with pytest.raises(ValueError, match="pairs: expected 3 or none, got 2"):
        Corpus(corpus.table, corpus.pairs[:2])


@pytest.mark.parametrize("control", ["<pad>", "<bos>", "<eos>"])
@pytest.mark.parametrize("side", [0, 1])
def test_a_text_cannot_say_a_control_symbol(control, side):
    """It would end its sentence, or be left out of the loss, without a word."""
    sentences = [("ein", "wort"), ("a", "word")]
    sentences[side] = (sentences[side][0], control)
    name = ("source", "target")[side]
    with pytest.raises(ValueError, match=f"{name}: expected words, .* {control!r} at position 1"):
        SentencePair(*sentences)


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
