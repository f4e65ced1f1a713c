import re

import pytest
import torch
from num2words import num2words

from paying_attention.data.toys.number_words import (
    NUMBERS,
    SEPARATOR,
    distinct_numbers,
    number_pair,
    number_sequences,
    number_words,
    split_numbers,
)

UNITS = {
    "de": "null ein zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn "
    "fünfzehn sechzehn siebzehn achtzehn neunzehn",
    "fr": "zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze "
    "quinze seize",
    "en": "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen",
}
TENS = {
    "de": "zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig",
    "fr": "vingt trente quarante cinquante soixante",
    "en": "twenty thirty forty fifty sixty seventy eighty ninety",
}
VALUES = {
    language: {word: i for i, word in enumerate(UNITS[language].split())}
    | {word: 10 * i for i, word in enumerate(TENS[language].split(), start=2)}
    for language in UNITS
}
VALUES["de"] |= {"eins": 1, "hundert": 100}
VALUES["fr"] |= {"vingts": 20, "cent": 100, "cents": 100}
VALUES["en"] |= {"hundred": 100}
FILLING = {"de": {"und"}, "fr": {"et", "-"}, "en": {"and", "-"}}


def value(words, language):
    """Read a number: add up, but `quatre vingt` and everything before a hundred multiply."""
    total = 0
    for word in words:
        if word in FILLING[language]:
            continue
        number = VALUES[language][word]
        if number == 100:
            total = max(total, 1) * 100
        elif word in ("vingt", "vingts") and total % 100 == 4:
            total += 76  # 4 becomes 80
        else:
            total += number
    return total


@pytest.mark.parametrize("language", ["de", "fr", "en"])
def test_no_character_of_any_number_is_lost(language):
    for number in NUMBERS:
        text, words = num2words(number, lang=language), number_words(number, language)
        assert all(word == word.strip() and word for word in words)
        joined = "".join(words) if language == "de" else " ".join(words).replace(" - ", "-")
        assert joined == text


@pytest.mark.parametrize("language", ["de", "fr", "en"])
def test_the_words_mean_their_number(language):
    assert [value(number_words(n, language), language) for n in NUMBERS] == list(range(1000))


@pytest.mark.parametrize("language", ["de", "fr", "en"])
def test_different_numbers_have_different_words(language):
    assert len({number_words(n, language) for n in NUMBERS}) == 1000


@pytest.mark.parametrize(
    ("number", "language", "text"),
    [
        (0, "de", "null"),
        (1, "de", "eins"),
        (16, "de", "sechzehn"),
        (21, "de", "ein und zwanzig"),
        (77, "de", "sieben und siebzig"),
        (101, "de", "ein hundert eins"),
        (344, "de", "drei hundert vier und vierzig"),
        (71, "fr", "soixante et onze"),
        (80, "fr", "quatre - vingts"),
        (99, "fr", "quatre - vingt - dix - neuf"),
        (100, "fr", "cent"),
        (200, "fr", "deux cents"),
        (344, "en", "three hundred and forty - four"),
        (116, "en", "one hundred and sixteen"),
    ],
)
def test_words_by_hand(number, language, text):
    assert " ".join(number_words(number, language)) == text


GOLD = [  # number, language, sure links, links that are only possible; (English, other)
    (0, "de", {(0, 0)}, set()),
    (7, "de", {(0, 0)}, set()),
    (16, "de", {(0, 0)}, set()),
    (20, "de", {(0, 0)}, set()),
    (21, "de", {(0, 2), (2, 0)}, {(1, 1)}),  # twenty-one | ein und zwanzig
    (24, "de", {(0, 2), (2, 0)}, {(1, 1)}),
    (100, "de", {(0, 0), (1, 1)}, set()),
    (101, "de", {(0, 0), (1, 1), (3, 2)}, set()),  # one hundred and one | ein hundert eins
    (344, "de", {(0, 0), (1, 1), (3, 4), (5, 2)}, {(4, 3)}),
    (0, "fr", {(0, 0)}, set()),
    (16, "fr", {(0, 0)}, set()),
    (17, "fr", {(0, 0), (0, 2)}, set()),  # seventeen | dix - sept
    (21, "fr", {(0, 0), (2, 2)}, {(1, 1)}),  # twenty-one | vingt et un
    (24, "fr", {(0, 0), (2, 2)}, {(1, 1)}),
    (71, "fr", {(0, 0), (2, 2)}, {(0, 2), (1, 1)}),  # seventy-one | soixante et onze
    (77, "fr", {(0, 0), (0, 2), (2, 4)}, {(1, 1), (1, 3)}),  # | soixante - dix - sept
    (80, "fr", {(0, 0), (0, 2)}, set()),  # eighty | quatre - vingts
    (91, "fr", {(0, 0), (0, 2), (2, 4)}, {(0, 4), (1, 1), (1, 3)}),  # | quatre - vingt - onze
    (97, "fr", {(0, 0), (0, 2), (0, 4), (2, 6)}, {(1, 1), (1, 3), (1, 5)}),
    (99, "fr", {(0, 0), (0, 2), (0, 4), (2, 6)}, {(1, 1), (1, 3), (1, 5)}),
    (100, "fr", {(1, 0)}, {(0, 0)}),  # one hundred | cent
    (101, "fr", {(1, 0), (3, 1)}, {(0, 0)}),  # one hundred and one | cent un
    (200, "fr", {(0, 0), (1, 1)}, set()),
    (344, "fr", {(0, 0), (1, 1), (3, 2), (5, 4)}, {(4, 3)}),  # | trois cent quarante - quatre
]


@pytest.mark.parametrize(("number", "language", "sure", "possible"), GOLD)
def test_gold_links_by_hand(number, language, sure, possible):
    pair = number_pair(number, language)
    assert pair.sure == sure
    assert pair.possible - pair.sure == possible


@pytest.mark.parametrize("language", ["de", "fr"])
def test_every_word_with_a_content_is_linked(language):
    for number in NUMBERS:
        pair = number_pair(number, language)
        targets, sources = ({link[side] for link in pair.possible} for side in (0, 1))
        for position, word in enumerate(pair.target):
            assert (position in targets) == (word != "and"), pair
        for position, word in enumerate(pair.source):
            assert position in sources or word in FILLING[language], pair


def test_german_content_words_and_english_ones_are_paired_off():
    for number in NUMBERS:
        pair = number_pair(number, "de")
        for side, words, language in ((0, pair.target, "en"), (1, pair.source, "de")):
            linked = sorted(link[side] for link in pair.sure)
            content = [i for i, word in enumerate(words) if word not in FILLING[language]]
            assert linked == content, pair  # each of them exactly once
        for target, source in pair.sure:
            assert VALUES["en"][pair.target[target]] == VALUES["de"][pair.source[source]], pair


def test_linked_french_words_add_up_to_the_english_one():
    for number in NUMBERS:
        pair = number_pair(number, "fr")
        for position, word in enumerate(pair.target):
            if word in FILLING["en"]:
                continue
            meant = VALUES["en"][word]
            sure = [pair.source[s] for t, s in sorted(pair.sure) if t == position]
            only_possible = [pair.source[s] for t, s in pair.possible - pair.sure if t == position]
            if not sure:  # `one hundred` is `cent`
                assert (word, only_possible) == ("one", ["cent"])
                continue
            said = value(sure, "fr")
            if only_possible:  # the ten of `seventy` is in `onze`
                assert said == meant - 10, pair
                assert 11 <= value(only_possible, "fr") <= 16, pair
            elif said != meant:  # and there `onze` is `one`
                assert said == meant + 10, pair
                assert 11 <= said <= 16, pair


@pytest.mark.parametrize("language", ["de", "fr"])
def test_only_joints_are_linked_to_the_hyphen(language):
    for number in NUMBERS:
        pair = number_pair(number, language)
        for target, source in pair.possible:
            joint = pair.source[source] in FILLING[language]
            assert joint == (pair.target[target] == "-"), pair
            assert not (joint and (target, source) in pair.sure), pair


@pytest.mark.parametrize("number", [-1, 1000, 12345])
@pytest.mark.parametrize("function", [number_words, number_pair])
def test_a_number_out_of_range_is_named(number, function):
    with pytest.raises(ValueError, match=f"number: expected 0 to 999, got {number}"):
        function(number, "de")


@pytest.mark.usefixtures("without_type_checks")
def test_another_language_is_named():
    with pytest.raises(ValueError, match="language: expected 'de', 'fr' or 'en', got 'it'"):
        number_words(3, "it")
    with pytest.raises(ValueError, match="number: expected 0 to 999, got 'drei'"):
        number_words("drei", "de")


# Single words and round hundreds: numbers of at most two English words, never held out.
SHORT = {*range(21), *range(30, 100, 10), *range(100, 1000, 100)}


@pytest.mark.parametrize(
    ("num_validation", "num_test", "seed"),
    [(50, 100, 0), (0, 0, 1), (1, 0, 2), (0, 1, 3), (300, 7, 4), (7, 300, 5), (480, 482, 6)],
)
def test_splits_share_no_number(num_validation, num_test, seed):
    parts = split_numbers(num_validation=num_validation, num_test=num_test, seed=seed)
    assert [len(part) for part in parts] == [
        1000 - num_validation - num_test,
        num_validation,
        num_test,
    ]
    assert sorted(number for part in parts for number in part) == list(range(1000))
    assert set(parts[0]) >= SHORT
    assert all(part == sorted(part) for part in parts)


def test_a_split_is_decided_by_its_seed():
    assert split_numbers() == split_numbers(num_validation=50, num_test=100, seed=0)
    assert split_numbers() != split_numbers(seed=1)
    before = torch.get_rng_state()
    split_numbers()
    assert torch.equal(before, torch.get_rng_state())


@pytest.mark.parametrize("language", ["de", "fr"])
def test_every_word_of_a_held_out_number_is_seen_in_training(language):
    training, *held_out = split_numbers()
    for side in ("source", "target"):
        known = {word for n in training for word in getattr(number_pair(n, language), side)}
        asked = {
            w for part in held_out for n in part for w in getattr(number_pair(n, language), side)
        }
        assert asked <= known


@pytest.mark.parametrize("sizes", [(-1, 5), (5, -1), (500, 463), (963, 0), (0, 1000)])
def test_a_split_that_leaves_nothing_for_training_is_named(sizes):
    match = rf"num_validation, num_test: .* got {sizes[0]} and {sizes[1]} of 963"
    with pytest.raises(ValueError, match=match):
        split_numbers(num_validation=sizes[0], num_test=sizes[1])


@pytest.mark.parametrize("language", ["de", "fr"])
def test_sequences_hold_only_the_numbers_they_may(language):
    numbers, lengths = [7, 21, 344], [2, 5]
    generator = torch.Generator().manual_seed(0)
    pairs = number_sequences(numbers, 300, lengths=lengths, language=language, generator=generator)
    translations = {
        " ".join(number_words(n, language)): " ".join(number_words(n, "en")) for n in numbers
    }
    assert len(pairs) == 300
    seen, counts = set(), {length: 0 for length in lengths}
    for pair in pairs:
        source = re.split(rf" {SEPARATOR} ", " ".join(pair.source))
        target = re.split(rf" {SEPARATOR} ", " ".join(pair.target))
        assert [translations[text] for text in source] == target
        counts[len(source)] += 1
        seen.update(source)
    assert seen == set(translations)
    assert min(counts.values()) > 110  # evenly: 150 expected, standard deviation 9


def test_sequences_are_decided_by_the_generator():
    first, again, other = (
        number_sequences(range(50), 9, generator=torch.Generator().manual_seed(seed))
        for seed in (1, 1, 2)
    )
    assert first == again != other


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"numbers": []}, "numbers: expected at least one number, got none"),
        ({"lengths": []}, r"lengths: expected lengths of 1 or more, got \[\]"),
        ({"lengths": [2, 0]}, r"lengths: expected lengths of 1 or more, got \[2, 0\]"),
        ({"count": -1}, "count: expected 0 or more, got -1"),
        ({"numbers": [1000]}, "number: expected 0 to 999, got 1000"),
    ],
)
def test_bad_sequences_are_named(wrong, message):
    arguments = {"numbers": [1, 2], "count": 3, "generator": torch.Generator(), **wrong}
    with pytest.raises(ValueError, match=message):
        number_sequences(**arguments)


def test_no_sequences_are_no_mistake():
    assert number_sequences([1], 0, generator=torch.Generator()) == []


def test_distinct_numbers_come_once_and_in_order():
    assert distinct_numbers([24, 7, 100]) == [number_pair(n) for n in (24, 7, 100)]
    assert distinct_numbers([80], "fr")[0].source == ("quatre", "-", "vingts")
