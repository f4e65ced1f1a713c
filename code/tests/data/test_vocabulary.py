import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paying_attention.data.vocabulary import BOS, BOS_ID, EOS, EOS_ID, PAD, PAD_ID, Vocabulary

SENTENCES = [["zwei", "und", "zwanzig"], ["eins"], ["zwei"]]


def test_the_special_tokens_come_first_and_the_words_are_sorted():
    words = Vocabulary.from_sentences(SENTENCES)
    assert words.tokens == ("<pad>", "<bos>", "<eos>", "eins", "und", "zwanzig", "zwei")
    assert [words.tokens[i] for i in (PAD_ID, BOS_ID, EOS_ID)] == [PAD, BOS, EOS]
    assert len(words) == 7


def test_the_order_of_the_sentences_does_not_matter():
    assert Vocabulary.from_sentences(SENTENCES) == Vocabulary.from_sentences(SENTENCES[::-1])


@pytest.mark.parametrize("control", [PAD, BOS, EOS])
def test_a_word_that_is_spelled_like_a_special_token_is_refused(control):
    match = f"expected words, got the control symbol {control!r} at position 1"
    with pytest.raises(ValueError, match=f"^sentences: {match}$"):
        Vocabulary.from_sentences([["zwei"], ["eins", control, EOS]])
    words = Vocabulary.from_sentences(SENTENCES)
    with pytest.raises(ValueError, match=f"^sentence: {match}$"):
        words.encode(["eins", control])


def test_words_that_resemble_a_special_token_are_words():
    words = Vocabulary.from_sentences([["<eos", "eos", "<EOS>", " <eos>", "<unk>"]])
    assert sorted(words.encode(["<eos", "eos", "<EOS>", " <eos>", "<unk>"])) == [3, 4, 5, 6, 7]


def test_ids_by_hand():
    words = Vocabulary((PAD, BOS, EOS, "b", "a"))
    assert words.encode(["a", "b", "a"]) == [4, 3, 4]
    assert words.encode(()) == []
    assert words.decode(iter([1, 4, 3, 2, 0])) == [BOS, "a", "b", EOS, PAD]


WORDS = st.sampled_from(["", " ", "eins", "zwei", "ß", "<unk>", "<s>"])


@given(st.lists(st.lists(WORDS, max_size=5), max_size=5))
def test_encode_and_decode_are_a_round_trip(sentences):
    words = Vocabulary.from_sentences([*sentences, ["a"]])
    for sentence in sentences:
        ids = words.encode(sentence)
        assert words.decode(ids) == sentence
        assert all(0 <= index < len(words) for index in ids)


def test_a_vocabulary_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Vocabulary.from_sentences(SENTENCES).tokens = ()


def test_an_unknown_token_is_named_with_its_position():
    words = Vocabulary.from_sentences(SENTENCES)
    with pytest.raises(ValueError, match=r"\(7 tokens\), got 'drei' at position 1"):
        words.encode(["zwei", "drei", "vier"])


def test_a_string_is_no_sentence():
    words = Vocabulary.from_sentences([["e", "i", "n", "s"]])
    with pytest.raises(TypeError, match="sentence: expected a sequence of tokens, got the string"):
        words.encode("eins")
    for sentences in ("eins", [["zwei"], "eins"]):
        with pytest.raises(TypeError, match="sentences: expected a sequence of tokens, got"):
            Vocabulary.from_sentences(sentences)


@pytest.mark.parametrize("wrong", [-1, 7, 100])
def test_an_id_outside_the_vocabulary_is_named(wrong):
    words = Vocabulary.from_sentences(SENTENCES)
    with pytest.raises(ValueError, match=rf"ids: expected 0 to 6, got {wrong}"):
        words.decode([3, wrong, 4])


@pytest.mark.parametrize("sentences", [[], [[]], [[], []], [(), []]])
def test_an_empty_corpus_is_refused(sentences):
    with pytest.raises(ValueError, match="sentences: expected at least one token, got an empty"):
        Vocabulary.from_sentences(sentences)


@pytest.mark.parametrize("tokens", [(), (PAD, BOS), (BOS, PAD, EOS, "a"), ("a", PAD, BOS, EOS)])
def test_the_special_tokens_must_be_in_front(tokens):
    with pytest.raises(ValueError, match="tokens: expected to begin with"):
        Vocabulary(tokens)


def test_a_token_that_occurs_twice_is_named():
    with pytest.raises(ValueError, match=r"each token once, got \['a', 'c'\] more than once"):
        Vocabulary((PAD, BOS, EOS, "c", "a", "b", "a", "c", "a"))
