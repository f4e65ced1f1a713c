from collections import Counter
from functools import cache

import pytest
import torch

from paying_attention.data.phrases import sentences
from paying_attention.data.phrases.sentences import (
    MIN_SEEN,
    SHOWCASE,
    draw_phrases,
    phrases,
    split_phrases,
)

# Links as (French, English): sure, and only possible.
SHOWN = [
    ("I love you", "je t' aime", {(0, 0), (1, 2), (2, 1)}, set()),
    (
        "she has a small black dog",
        "elle a un petit chien noir",
        {(0, 0), (1, 1), (2, 2), (3, 3), (4, 5), (5, 4)},
        set(),
    ),
    (
        "the cat sat on the mat",
        "le chat était assis sur le tapis",
        {(0, 0), (1, 1), (2, 2), (3, 2), (4, 3), (5, 4), (6, 5)},
        set(),
    ),
    ("I am a student", "je suis étudiant", {(0, 0), (1, 1), (2, 3)}, set()),
    ("look it up", "cherchez -le", {(0, 0), (0, 2), (1, 1)}, set()),
    (
        "I do not sleep",
        "je ne dors pas",
        {(0, 0), (1, 2), (2, 3), (3, 2)},
        {(1, 1), (3, 1)},
    ),
    ("I am hungry", "j' ai faim", {(0, 0), (2, 2)}, {(1, 1), (1, 2), (2, 1)}),
    (
        "the old cat is tired",
        "le vieux chat est fatigué",
        {(0, 0), (1, 1), (2, 2), (3, 3), (4, 4)},
        set(),
    ),
]
TEMPLATE_OF_SHOWN = [
    "objects",
    "adjectives",
    "places",
    "professions",
    "imperatives",
    "negation",
    "idioms",
    "copula",
]


def all_of(part):
    return [pair for pairs in part.values() for pair in pairs]


@cache
def words_in(pair):
    """All words, of English and of French apart: `table` is a word of both."""
    return {("en", word) for word in pair.source} | {("fr", word) for word in pair.target}


def words_of(pairs):
    return set().union(*map(words_in, pairs))


@cache
def roles(pair):
    """Each word with the words that it is linked to, for sure and possibly."""
    found = set()
    for side, (words, others) in enumerate(
        [(pair.target, pair.source), (pair.source, pair.target)]
    ):
        for position, word in enumerate(words):
            partners = [
                frozenset(others[link[1 - side]] for link in links if link[side] == position)
                for links in (pair.sure, pair.possible)
            ]
            found.add((side, word, *partners))
    return found


@pytest.mark.parametrize(
    ("pair", "shown"), list(zip(SHOWCASE, SHOWN, strict=True)), ids=TEMPLATE_OF_SHOWN
)
def test_the_showcase_by_hand(pair, shown):
    english, french, sure, possible = shown
    assert (" ".join(pair.source), " ".join(pair.target)) == (english, french)
    assert pair.sure == sure
    assert pair.possible - pair.sure == possible


@pytest.mark.parametrize("seed", range(3))
def test_the_showcase_is_in_no_split_but_its_words_are_in_the_same_roles(seed):
    parts = split_phrases(seed=seed)
    together = [pair for part in parts for pair in all_of(part)]
    assert not {pair.source for pair in SHOWCASE} & {pair.source for pair in together}
    assert not {pair.target for pair in SHOWCASE} & {pair.target for pair in together}
    for pair, template in zip(SHOWCASE, TEMPLATE_OF_SHOWN, strict=True):
        training = set.union(*map(roles, parts[0][template]))
        assert roles(pair) <= training


def test_the_showcase_belongs_to_the_grammar():
    """Together with it, the translation is still unique in both directions."""
    pairs = [*all_of(phrases()), *SHOWCASE]
    assert len({pair.source for pair in pairs}) == len(pairs)
    assert len({pair.target for pair in pairs}) == len(pairs)
    assert words_of(SHOWCASE) <= words_of(all_of(phrases()))


def test_the_corpus_is_small_enough_to_learn_and_large_enough_to_hold_out():
    assert list(phrases()) == TEMPLATE_OF_SHOWN
    assert all(600 <= len(pairs) <= 2000 for pairs in phrases().values())
    vocabulary = Counter(language for language, _ in words_of(all_of(phrases())))
    assert 200 <= vocabulary["en"] <= 260
    assert 350 <= vocabulary["fr"] <= 420
    longest = max(max(len(p.source), len(p.target)) for p in all_of(phrases()))
    assert longest <= 12


def test_a_caller_cannot_spoil_the_phrases_of_the_next():
    phrases().clear()
    assert len(phrases()) == 8
    for part in split_phrases():
        part.clear()
    assert [len(part) for part in split_phrases()] == [8, 8, 8]


@pytest.mark.parametrize("seed", [0, 1, 123])
def test_splits_share_no_sentence_and_lose_none(seed):
    training, validation, test = split_phrases(seed=seed)
    for name, pairs in phrases().items():
        parts = [training[name], validation[name], test[name]]
        together = [pair for part in parts for pair in part]
        assert len(together) == len(pairs)
        assert set(together) == set(pairs)
        for side in ("source", "target"):
            texts = [{getattr(pair, side) for pair in part} for part in parts]
            assert sum(map(len, texts)) == len(set.union(*texts)) == len(pairs)


@pytest.mark.parametrize("seed", [0, 1, 123])
def test_a_tenth_and_a_twentieth_are_held_out_of_each_template(seed):
    training, validation, test = split_phrases(seed=seed)
    assert list(training) == list(validation) == list(test) == TEMPLATE_OF_SHOWN
    for name, pairs in phrases().items():
        assert len(test[name]) == len(pairs) // 10 > 50
        assert len(validation[name]) == len(pairs) // 20 > 25


@pytest.mark.parametrize("seed", range(5))
def test_training_keeps_each_word_in_several_sentences(seed):
    training, validation, test = split_phrases(seed=seed)
    seen = Counter(word for pair in all_of(training) for word in words_in(pair))
    before = Counter(word for pair in all_of(phrases()) for word in words_in(pair))
    for word in words_of([*all_of(validation), *all_of(test), *SHOWCASE]):
        assert seen[word] >= MIN_SEEN == 6
    assert set(seen) == set(before)
    assert min(seen.values()) >= 6


def test_a_split_is_decided_by_its_seed():
    before = torch.get_rng_state()
    first = split_phrases()
    sentences._split.cache_clear()
    assert first == split_phrases(seed=0)
    assert split_phrases(seed=0) != split_phrases(seed=1)
    assert torch.equal(before, torch.get_rng_state())


def test_held_out_sentences_are_spread_over_the_template():
    """A test of the last sentences only would ask for few verbs and few nouns."""
    _, _, test = split_phrases()
    for name, pairs in phrases().items():
        place = {pair: index / len(pairs) for index, pair in enumerate(pairs)}
        places = [place[pair] for pair in test[name]]
        assert 0.38 < sum(places) / len(places) < 0.62


@pytest.mark.usefixtures("without_type_checks")
def test_a_seed_that_is_no_integer_is_named():
    with pytest.raises(TypeError, match=r"seed: expected an integer, got 0\.5"):
        split_phrases(seed=0.5)


def test_templates_are_drawn_equally_often_and_so_are_their_sentences():
    part = {"rare": phrases()["idioms"][:3], "common": phrases()["objects"][:600]}
    drawn = draw_phrases(part, 3000, generator=torch.Generator().manual_seed(0))
    counts = Counter(drawn)
    rare = [counts[pair] for pair in part["rare"]]
    assert len(drawn) == 3000
    assert 1350 < sum(rare) < 1650  # 1500 expected, standard deviation 27
    assert min(rare) > 400  # 500 expected
    common = [counts[pair] for pair in part["common"]]
    assert sum(rare) + sum(common) == 3000
    assert sum(count > 0 for count in common) > 500  # 550 expected
    assert max(common) < 15


def test_every_template_of_a_split_is_drawn():
    training, *_ = split_phrases()
    drawn = draw_phrases(training, 4000, generator=torch.Generator().manual_seed(3))
    home = {pair: name for name, pairs in training.items() for pair in pairs}
    counts = Counter(home[pair] for pair in drawn)
    assert len(counts) == 8
    assert all(400 < count < 600 for count in counts.values())  # 500 expected, deviation 21


def test_first_and_last_sentence_can_be_drawn():
    part = {"two": phrases()["idioms"][:2]}
    drawn = draw_phrases(part, 50, generator=torch.Generator().manual_seed(0))
    assert set(drawn) == set(part["two"])


def test_draws_are_decided_by_the_generator():
    first, again, other = (
        draw_phrases(phrases(), 9, generator=torch.Generator().manual_seed(seed))
        for seed in (1, 1, 2)
    )
    assert first == again != other
    assert draw_phrases(phrases(), 0, generator=torch.Generator()) == []


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"by_template": {}}, "by_template: expected at least one template, got none"),
        ({"by_template": {"empty": ()}}, "by_template: expected sentences in each, got none in 'e"),
        ({"count": -1}, "count: expected 0 or more, got -1"),
    ],
)
def test_bad_draws_are_named(wrong, message):
    arguments = {"by_template": phrases(), "count": 3, "generator": torch.Generator(), **wrong}
    with pytest.raises(ValueError, match=message):
        draw_phrases(**arguments)


def test_each_sentence_can_be_translated_back():
    for pair in all_of(phrases()):
        back = pair.reverse()
        assert (back.source, back.target) == (pair.target, pair.source)
        assert len(back.sure) == len(pair.sure)
