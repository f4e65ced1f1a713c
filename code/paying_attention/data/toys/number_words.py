"""Numbers in words, German or French to English, with gold links between the words.

The words come from num2words. `vierundzwanzig` is cut into `vier und zwanzig`, and English says
`twenty - four`: real words, real reordering, and for every English word it is known which source
words it translates.
"""

import re
from collections.abc import Sequence
from functools import cache
from typing import Literal

import torch
from num2words import num2words

from paying_attention.data.sentence_pairs import Link, SentencePair

Language = Literal["de", "fr"]
SEPARATOR = ";"
NUMBERS = range(1000)

_GERMAN_WORDS = (
    "null ein eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn "
    "fünfzehn sechzehn siebzehn achtzehn neunzehn zwanzig dreißig vierzig fünfzig sechzig siebzig "
    "achtzig neunzig hundert und"
)
# Longest first, so that `dreizehn` is not read as `drei` and `zehn`.
_GERMAN = re.compile("|".join(sorted(_GERMAN_WORDS.split(), key=len, reverse=True)))
_JOINTS = {"und", "et", "-"}
_HUNDREDS = {"hundert", "cent", "cents", "hundred"}
_FRENCH_TEENS = {"onze", "douze", "treize", "quatorze", "quinze", "seize"}


@cache
def number_words(number: int, language: Literal["de", "fr", "en"]) -> tuple[str, ...]:
    """Write a number as tokens.

    Args:
        number: 0 to 999.
        language: German is cut into its parts; French and English keep their hyphens as tokens.

    Raises:
        ValueError: If the number or the language is another one.

    Example:
        >>> number_words(24, "de"), number_words(24, "en")
        (('vier', 'und', 'zwanzig'), ('twenty', '-', 'four'))
    """
    if number not in NUMBERS:
        raise ValueError(f"number: expected 0 to 999, got {number!r}")
    if language not in ("de", "fr", "en"):
        raise ValueError(f"language: expected 'de', 'fr' or 'en', got {language!r}")
    text = num2words(number, lang=language)
    if language == "de":
        words = tuple(_GERMAN.findall(text))
        assert "".join(words) == text, f"{text!r} is not made of the known parts"
    else:
        words = tuple(re.findall(r"-|[^\s-]+", text))
        assert " ".join(words).replace(" - ", "-") == text, f"{text!r} lost a character"
    return words


@cache
def number_pair(number: int, language: Language = "de") -> SentencePair:
    """Pair a number's words with the English ones and link them.

    Every English word is linked to the words that say it; the hyphen has a possible link to `und`
    (or `et`, or the French hyphens), and `and` has none.

    Args:
        number: 0 to 999.
        language: Language of the source.

    Raises:
        ValueError: If the number or the language is another one.

    Example:
        >>> sorted(number_pair(24).sure)
        [(0, 2), (2, 0)]
        >>> number_pair(99, "fr").source
        ('quatre', '-', 'vingt', '-', 'dix', '-', 'neuf')
        >>> sorted(number_pair(99, "fr").sure)  # ninety: quatre, vingt, dix
        [(0, 0), (0, 2), (0, 4), (2, 6)]
    """
    source, target = number_words(number, language), number_words(number, "en")
    source_split = _first_after_hundreds(source)
    target_split = _first_after_hundreds(target)
    sure, possible = set[Link](), set[Link]()
    if target_split:
        sure.add((1, source_split - 1))
        if source_split == 2:
            sure.add((0, 0))
        else:  # French 100 is `cent`, without a word for `one`
            possible.add((0, 0))
    words = [i for i in range(source_split, len(source)) if source[i] not in _JOINTS]
    joints = [i for i in range(source_split, len(source)) if source[i] in _JOINTS]
    english = [i for i in range(target_split, len(target)) if target[i] not in ("-", "and")]
    if len(english) == 1:
        sure.update((english[0], i) for i in words)
    elif len(english) == 2:
        tens, unit = english
        unit_word = words[0] if language == "de" else words[-1]
        sure.add((unit, unit_word))
        sure.update((tens, i) for i in words if i != unit_word)
        if source[unit_word] in _FRENCH_TEENS:  # `onze` holds the ten of `seventy`
            possible.add((tens, unit_word))
        possible.update((tens + 1, i) for i in joints)
    return SentencePair(source, target, frozenset(sure), frozenset(possible))


def _first_after_hundreds(words: Sequence[str]) -> int:
    return next((i + 1 for i, word in enumerate(words) if word in _HUNDREDS), 0)


def split_numbers(
    *, num_validation: int = 50, num_test: int = 100, seed: int = 0
) -> tuple[list[int], list[int], list[int]]:
    """Split 0..999 into numbers for training, for validation and for the test.

    Single words (`seven`, `twenty`) and round hundreds always belong to training: there are so few
    of each that the others of a kind would not teach it. The test asks for new combinations.

    Args:
        num_validation: How many numbers to keep for choosing settings.
        num_test: How many numbers to keep for the last measurement.
        seed: Seed of the split.

    Raises:
        ValueError: If a size is negative, or if no compound number would be left for training.

    Example:
        >>> train, validation, test = split_numbers()
        >>> len(train), len(validation), len(test), 7 in train, 700 in train
        (850, 50, 100, True, True)
    """
    compound = [number for number in NUMBERS if len(number_words(number, "en")) > 2]
    held_out = num_validation + num_test
    if min(num_validation, num_test) < 0 or held_out >= len(compound):
        raise ValueError(
            f"num_validation, num_test: expected sizes of 0 or more that leave numbers for "
            f"training, got {num_validation} and {num_test} of {len(compound)}"
        )
    order = torch.randperm(len(compound), generator=torch.Generator().manual_seed(seed)).tolist()
    shuffled = [compound[i] for i in order]
    test, validation = shuffled[:num_test], shuffled[num_test:held_out]
    training = set(NUMBERS) - set(validation) - set(test)
    return sorted(training), sorted(validation), sorted(test)


def number_sequences(
    numbers: Sequence[int],
    count: int,
    *,
    lengths: Sequence[int] = range(1, 7),
    language: Language = "de",
    generator: torch.Generator,
) -> list[SentencePair]:
    """Draw sequences of numbers, joined by `;`.

    Args:
        numbers: The numbers to draw from, with replacement.
        count: How many sequences to draw.
        lengths: How many numbers a sequence may hold; each equally likely.
        language: Language of the source.
        generator: Source of randomness.

    Raises:
        ValueError: If there are no numbers, if a length is below 1, or if the count is negative.

    Example:
        >>> pair = number_sequences([24], 1, lengths=[2], generator=torch.Generator())[0]
        >>> " ".join(pair.source), " ".join(pair.target)
        ('vier und zwanzig ; vier und zwanzig', 'twenty - four ; twenty - four')
    """
    if not len(numbers):
        raise ValueError("numbers: expected at least one number, got none")
    if not len(lengths) or min(lengths) < 1:
        raise ValueError(f"lengths: expected lengths of 1 or more, got {list(lengths)}")
    if count < 0:
        raise ValueError(f"count: expected 0 or more, got {count}")
    which_length = torch.randint(len(lengths), (count,), generator=generator).tolist()
    shape = (count, max(lengths))
    which_number = torch.randint(len(numbers), shape, generator=generator).tolist()
    return [
        SentencePair.join([number_pair(numbers[i], language) for i in row[: lengths[k]]], SEPARATOR)
        for k, row in zip(which_length, which_number, strict=True)
    ]


def distinct_numbers(numbers: Sequence[int], language: Language = "de") -> list[SentencePair]:
    """Pair each number once: the whole test at length 1, without a draw.

    Args:
        numbers: 0 to 999.
        language: Language of the source.

    Example:
        >>> [pair.target for pair in distinct_numbers([7, 8])]
        [('seven',), ('eight',)]
    """
    return [number_pair(number, language) for number in numbers]
