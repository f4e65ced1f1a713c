"""How English–French sentences are put together: roles that link words, noun phrases, subjects.

A sentence is written as `word:roles`. Words of one role are linked, for sure if its letter is small
on both sides, else possibly: `do:M not:m sleep:v` and `ne:m dors:v pas:m`. A word without a role
has no link. Elision (`j'`), contraction (`du`) and the choice of `an` come last, by rule.
"""

from collections import defaultdict
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product

from paying_attention.data.phrases import lexicon
from paying_attention.data.sentence_pairs import Link, SentencePair

_CONTRACTIONS = {("de", "le"): "du", ("de", "les"): "des"}
_BEFORE_VOWEL = {
    **{word: word[:-1] + "'" for word in ("je", "me", "te", "le", "la", "de", "ne")},
    "ma": "mon",
    "ce": "cet",
}


def linked(english: str, french: str) -> SentencePair:
    """Make a pair of two sentences that are written with roles.

    Args:
        english: The source, with `a` wherever `a` or `an` may stand.
        french: The target, neither elided nor contracted.

    Example:
        >>> pair = linked("I:s am:B hungry:b", "je:s ai:B faim:b")
        >>> pair.target, sorted(pair.sure), sorted(pair.possible - pair.sure)
        (("j'", 'ai', 'faim'), [(0, 0), (2, 2)], [(1, 1), (1, 2), (2, 1)])
    """
    source, target = _read(english), _contracted(_read(french))
    partners: dict[str, list[tuple[int, bool]]] = defaultdict(list)
    for position, (_, roles) in enumerate(source):
        for role in roles:
            partners[role.lower()].append((position, role.islower()))
    sure, possible = set[Link](), set[Link]()
    for position, (_, roles) in enumerate(target):
        for role in roles:
            for partner, is_sure in partners[role.lower()]:
                (sure if is_sure and role.islower() else possible).add((position, partner))
    words = with_articles([word for word, _ in source])
    spoken = tuple(word for word, _ in target)
    return SentencePair(tuple(words), spoken, frozenset(sure), frozenset(possible))


def _read(sentence: str) -> list[tuple[str, str]]:
    return [(word, roles) for word, _, roles in (t.partition(":") for t in sentence.split())]


def _contracted(tokens: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Elide French words, then join `de le`; the joint word has the roles of both."""
    spoken: list[tuple[str, str]] = []
    words = elided([word for word, _ in tokens])
    for word, (_, roles) in zip(words, tokens, strict=True):
        if spoken and (spoken[-1][0], word) in _CONTRACTIONS:
            before, more = spoken.pop()
            spoken.append((_CONTRACTIONS[before, word], more + roles))
        else:
            spoken.append((word, roles))
    return spoken


def with_articles(words: Sequence[str]) -> list[str]:
    """Write `an` for each English `a` before a vowel.

    Args:
        words: An English sentence.

    Example:
        >>> with_articles(["a", "cat", "or", "a", "old", "car"])
        ['a', 'cat', 'or', 'an', 'old', 'car']
    """
    following = [*words, ""][1:]
    return [
        "an" if word == "a" and after.startswith(tuple("aeiou")) else word
        for word, after in zip(words, following, strict=True)
    ]


def elided(words: Sequence[str]) -> list[str]:
    """Write `j'` for `je`, `mon` for `ma`, `cet` for `ce` and so on, before a vowel.

    Args:
        words: A French sentence; what hangs on an imperative, `-le`, stays as it is.

    Example:
        >>> elided(["je", "ne", "ai", "pas", "ma", "armoire"])
        ['je', "n'", 'ai', 'pas', 'mon', 'armoire']
    """
    following = [*words, ""][1:]
    return [
        _BEFORE_VOWEL.get(word, word) if lexicon.is_vowel(after) else word
        for word, after in zip(words, following, strict=True)
    ]


@cache
def marked(words: str, roles: str) -> str:
    """Give each of some words the same roles.

    Args:
        words: No word, one or several.
        roles: Letters.

    Example:
        >>> marked("look at", "v"), marked("", "v")
        ('look:v at:v', '')
    """
    return " ".join(f"{word}:{roles}" for word in words.split())


def _spaced(words: Iterable[str]) -> str:
    return " ".join(word for word in words if word)


def _check_known(name: str, word: str, known: Container[str]) -> None:
    if word not in known:
        raise ValueError(f"{name}: expected one of the lexicon that fits here, got {word!r}")


@dataclass(frozen=True)
class NounPhrase:
    """A determiner, a noun, and up to two adjectives.

    Args:
        determiner: An English determiner of the lexicon.
        noun: An English noun of the lexicon, in the singular.
        before: An English adjective whose French one stands before the noun, or nothing.
        after: An English adjective whose French one stands behind the noun, or nothing.
        plural: Whether it is more than one.

    Raises:
        ValueError: If a word is unknown, or if the determiner does not go with the number.
    """

    determiner: str
    noun: str
    before: str = ""
    after: str = ""
    plural: bool = False

    def __post_init__(self) -> None:
        """Check the words."""
        _check_known("noun", self.noun, lexicon.NOUNS)
        for name, adjective in (("before", self.before), ("after", self.after)):
            _check_known(name, adjective, {"", *lexicon.ADJECTIVES})
        numbers = (slice(2), slice(2, 3))[self.plural]
        fitting = [word for word, forms in lexicon.DETERMINERS.items() if any(forms[numbers])]
        _check_known("determiner", self.determiner, fitting)

    def marked(self, roles: str = "dabn") -> tuple[str, str]:
        """Write it in English and in French.

        Args:
            roles: One letter each for the determiner, the adjectives and the noun.

        Example:
            >>> NounPhrase("this", "tree", "old", "green").marked()
            ('this:d old:a green:b tree:n', 'ce:d vieil:a arbre:n vert:b')
        """
        noun = lexicon.NOUNS[self.noun].french
        english = lexicon.english_plural(self.noun) if self.plural else self.noun
        noun = lexicon.french_plural(noun) if self.plural else noun
        gender = int(lexicon.NOUNS[self.noun].feminine)
        determiner = lexicon.DETERMINERS[self.determiner][2 if self.plural else gender]
        before, after = self._french(self.before, noun), self._french(self.after)
        d, a, b, n = roles
        return (
            _spaced(map(marked, (self.determiner, self.before, self.after, english), roles)),
            _spaced(map(marked, (determiner, before, noun, after), (d, a, n, b))),
        )

    def subject(self) -> "Subject":
        """Use it as the subject of a sentence."""
        feminine = lexicon.NOUNS[self.noun].feminine
        return Subject(*self.marked(), 4 if self.plural else 2, feminine)

    def _french(self, adjective: str, next_word: str = "") -> str:
        if not adjective:
            return ""
        forms, feminine = lexicon.ADJECTIVES[adjective].forms, lexicon.NOUNS[self.noun].feminine
        return lexicon.agreed(forms, feminine=feminine, plural=self.plural, next_word=next_word)


@dataclass(frozen=True)
class Subject:
    """Who does something.

    Args:
        english: In English, with roles.
        french: In French, with roles.
        person: 0 `je`, 1 `tu`, 2 `il` or `elle`, 3 `nous`, 4 `ils` or `elles`.
        feminine: Gender in French.
    """

    english: str
    french: str
    person: int
    feminine: bool = False

    def agreed(self, forms: str) -> str:
        """Let an adjective, a participle or a profession agree with the subject.

        Args:
            forms: Forms as the lexicon writes them.
        """
        return lexicon.agreed(forms, feminine=self.feminine, plural=self.person > 2)


PRONOUNS = (
    Subject("I:s", "je:s", 0),
    Subject("you:s", "tu:s", 1),
    Subject("he:s", "il:s", 2),
    Subject("she:s", "elle:s", 2, feminine=True),
    Subject("we:s", "nous:s", 3),
    Subject("they:s", "ils:s", 4),
)
ADULTS = (
    NounPhrase("the", "man").subject(),
    NounPhrase("the", "woman").subject(),
    *(NounPhrase("my", noun).subject() for noun in ("mother", "father", "brother", "sister")),
    NounPhrase("the", "woman", plural=True).subject(),
    *(NounPhrase("my", noun, plural=True).subject() for noun in ("brother", "sister")),
)
CHILDREN = (
    *(NounPhrase("the", noun).subject() for noun in ("child", "boy", "girl")),
    *(NounPhrase("the", noun, plural=True).subject() for noun in ("child", "girl")),
)


def noun_phrases(
    kind: str, determiners: Sequence[tuple[str, bool]], *, before: bool, after: bool
) -> list[NounPhrase]:
    """List the noun phrases of a kind.

    Two adjectives are a common one and a colour: `small black`, but no `old happy`.

    Args:
        kind: Kind of the nouns; adjectives are those that suit it.
        determiners: Determiners, each with whether the phrase is a plural.
        before: Whether to have an adjective before the French noun.
        after: Whether to have an adjective behind it.

    Example:
        >>> noun_phrases("drink", [("the", False)], before=False, after=True)[1].marked()
        ('the:d hot:b water:n', 'la:d eau:n chaude:b')
    """
    nouns = [english for english, noun in lexicon.NOUNS.items() if noun.kind == kind]
    befores = adjectives(kind, before=True) if before else [""]
    afters = adjectives(kind, before=False) if after else [""]
    if before and after:
        afters = [adjective for adjective in afters if adjective in lexicon.COLOURS]
    return [
        NounPhrase(determiner, noun, first, second, plural)
        for noun, (determiner, plural), first, second in product(
            nouns, determiners, befores, afters
        )
        if _suits(determiner, plural, noun, kind)
    ]


def _suits(determiner: str, plural: bool, noun: str, kind: str) -> bool:
    """Tell whether a kind of nouns has such phrases: `ma femme` would be my wife."""
    if kind == "kin":
        return determiner == "my" and not (plural and noun in ("mother", "father"))
    if kind in ("adult", "child"):
        return determiner != "my"
    return kind != "drink" or not plural


def adjectives(kind: str, *, before: bool) -> list[str]:
    """List the English adjectives that suit a kind of nouns.

    Args:
        kind: Kind of the nouns.
        before: Whether the French adjective stands before its noun.

    Raises:
        ValueError: If there is no such kind.

    Example:
        >>> adjectives("drink", before=False)
        ['cold', 'hot']
    """
    _check_known("kind", kind, {noun.kind for noun in lexicon.NOUNS.values()})
    return [
        english
        for english, adjective in lexicon.ADJECTIVES.items()
        if adjective.before == before and kind in adjective.kinds
    ]
