import pytest
import torch

from paying_attention.data.batching import Corpus
from paying_attention.data.sentence_pairs import SentencePair
from paying_attention.data.toys.number_words import number_pair
from paying_attention.explain.alignment import PLACES, attention_matrices, count_places, place_of
from tests.toy import numbers_and_model


def corpus_and_model(attention="general", decoder="luong"):
    return numbers_and_model({"attention": attention, "decoder": decoder}, width=8)


def test_matrices_are_those_of_each_sentence_alone():
    corpus, model = corpus_and_model()
    together = attention_matrices(model, corpus, batch_size=3)
    assert len(together) == 7
    for row, (matrix, pair) in enumerate(zip(together, corpus.pairs, strict=True)):
        assert matrix.shape == (len(pair.target), len(pair.source))
        batch = corpus.select(torch.tensor([row]))
        encoded = model.encoder(batch.source, batch.source_lengths)
        alone = model.decode(encoded, batch.target_input).weights[0]
        assert torch.allclose(matrix, alone[: len(pair.target)], rtol=1e-9)
        assert torch.allclose(matrix.sum(dim=1), torch.ones(len(pair.target)).double())


def test_a_model_without_attention_is_refused():
    corpus, model = corpus_and_model("constant", "bahdanau")
    with pytest.raises(ValueError, match="model: expected one with attention, got 'constant'"):
        attention_matrices(model, corpus)


def test_a_corpus_without_words_is_refused():
    corpus, model = corpus_and_model()
    with pytest.raises(ValueError, match="corpus: expected 7 pairs of sentences in words, got 0"):
        attention_matrices(model, Corpus(corpus.table))


def test_places_in_a_reordered_number():
    pair = number_pair(324)  # drei hundert vier und zwanzig / three hundred and twenty - four
    places = {
        (target, source): place_of((target, source), pair)
        for target in (0, 1, 3, 5)
        for source in range(5)
    }
    assert [places[0, s] for s in range(5)] == [
        "gold", "ambiguous", "elsewhere", "elsewhere", "elsewhere",
    ]  # fmt: skip
    assert [places[1, s] for s in range(5)] == [
        "ambiguous", "gold", "right", "elsewhere", "next",
    ]  # fmt: skip
    assert [places[3, s] for s in range(5)] == [
        "elsewhere", "previous", "next", "left", "gold",
    ]  # fmt: skip
    assert [places[5, s] for s in range(5)] == [
        "elsewhere", "left", "gold", "right", "previous",
    ]  # fmt: skip
    assert set(places.values()) <= set(PLACES)


def test_a_word_with_two_sources_is_right_at_both():
    sure = frozenset({(0, 0), (0, 3), (1, 1)})
    pair = SentencePair(("look", "it", "now", "up"), ("cherchez", "-le"), sure)
    assert [place_of((0, s), pair) for s in range(4)] == ["gold", "ambiguous", "left", "gold"]


def test_a_word_without_a_sure_link_has_no_place():
    with pytest.raises(ValueError, match="link: expected a target word with a sure link, got 2"):
        place_of((2, 0), number_pair(324))


@pytest.mark.parametrize("link", [(0, -1), (0, 3), (-1, 0), (3, 0)])
def test_a_link_outside_has_no_place(link):
    """Word -1 would be the left neighbour of word 0."""
    pair = SentencePair(("a", "b", "c"), ("d", "e", "f"), frozenset({(0, 0), (2, 2)}))
    match = rf"link: expected \(target < 3, source < 3\), got \({link[0]}, {link[1]}\)"
    with pytest.raises(ValueError, match=match):
        place_of(link, pair)


def test_a_window_that_has_left_the_source_leaves_rows_of_zeros():
    corpus, model = numbers_and_model(
        {"attention": "local-m", "decoder": "luong", "window": 0}, width=6
    )
    matrices, blind = attention_matrices(model, corpus), 0
    for matrix, pair in zip(matrices, corpus.pairs, strict=True):
        seen = len(pair.source)
        assert torch.equal(
            matrix[:seen].sum(dim=1), torch.ones(min(seen, len(pair.target))).double()
        )
        assert not matrix[seen:].any()
        blind += len(matrix[seen:])
    assert blind >= 3


def test_places_are_counted():
    pair = number_pair(24)  # vier und zwanzig / twenty - four
    counts = count_places([((0, 2), pair), ((2, 0), pair), ((0, 1), pair)])
    assert counts == {"gold": 2, "left": 1}
