"""Eight templates of English–French sentences, one for each way in which words correspond.

Their links follow the conventions that `sentences` explains.
"""

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from itertools import product
from types import MappingProxyType
from typing import Any

import torch

from paying_attention.data.phrases import lexicon
from paying_attention.data.phrases.grammar import (
    ADULTS,
    CHILDREN,
    PRONOUNS,
    NounPhrase,
    Subject,
    adjectives,
    linked,
    marked,
    noun_phrases,
)
from paying_attention.data.sentence_pairs import SentencePair

_AROUND = {  # what stands before and behind the French verb
    "": ("", ""),
    "not": ("ne:m", "pas:m"),
    "never": ("ne:m", "jamais:m"),
    "very": ("", "très:m"),
    "often": ("", "souvent:m"),
    "always": ("", "toujours:m"),
}
_CLITICS = {"": ("", -1), "me": ("me", 0), "you": ("te", 1), "us": ("nous", 3), "them": ("les", 4)}
_GROWN_UPS = (*PRONOUNS, *ADULTS)
_ONE = [(determiner, False) for determiner in ("the", "a", "my", "this")]
_MORE = [(determiner, True) for determiner in ("the", "my", "two")]
_DEFINITE = [*((word, False) for word in ("the", "my", "this")), ("the", True), ("my", True)]
# How many sentences to take with each kind of noun, and each pattern of adjectives.
_OBJECT_COUNTS = dict(adult=40, child=40, animal=60, nature=40, machine=120, thing=160)
_SUBJECT_COUNTS = dict(
    adult=50, child=50, kin=60, animal=60, nature=50, machine=100, thing=140, drink=50
)
_OPPOSITES = (
    {"young", "old"},
    {"new", "old"},
    {"small", "big"},
    {"happy", "sad"},
    {"cold", "hot"},
    lexicon.COLOURS,
)


def _sentence(subject: Subject, english: Sequence[str], french: Sequence[str]) -> SentencePair:
    return linked(" ".join([subject.english, *english]), " ".join([subject.french, *french]))


def _combinations(count: int, *choices: Collection[Any]) -> list[tuple[Any, ...]]:
    """Combine one of each; of too many combinations take some, evenly and always the same."""
    lists = [list(options) for options in choices]
    total = math.prod(map(len, lists))
    combinations = []
    generator = torch.Generator().manual_seed(0)
    for number in torch.randperm(total, generator=generator)[:count].tolist():
        combination = []
        for options in lists:
            number, place = divmod(number, len(options))
            combination.append(options[place])
        combinations.append(tuple(combination))
    return combinations


def _by_subject(count: int, *choices: Collection[Any]) -> list[tuple[Any, ...]]:
    """Combine with pronouns, which conjugate in five ways, as often as with nouns."""
    nouns = (*ADULTS, *CHILDREN)
    with_nouns = _combinations(count // 2, nouns, *choices)
    return _combinations(count // 2, PRONOUNS, *choices) + with_nouns


def _objects() -> list[SentencePair]:
    """Write `she often sees me`: French puts the pronoun before the verb."""
    return _with_clitics(("", "often", "always"), 1600)


def _negation() -> list[SentencePair]:
    """Write `she does not sleep`: one English word around the French verb."""
    verbs = lexicon.VERBS_WITHOUT_OBJECT.items()
    times = ("", "here", "today", "now", "here today", "here now")
    forms = [*(("not", when) for when in times), ("never", ""), ("never", "here")]
    return _with_clitics(("not", "never"), 900) + [
        _action(subject, verb, adverb, when=when)
        for subject, verb, (adverb, when) in _by_subject(800, verbs, forms)
    ]


def _with_clitics(adverbs: Sequence[str], count: int) -> list[SentencePair]:
    """Leave out `I see me` and `I see us`; `they see them` are two groups."""
    verbs, clitics = lexicon.VERBS_FOR_PERSONS.items(), ("me", "you", "us", "them")
    return [
        _action(subject, verb, adverb, clitic)
        for subject, verb, adverb, clitic in _by_subject(count, verbs, adverbs, clitics)
        if {subject.person, _CLITICS[clitic][1]} not in ({0}, {0, 3}, {1}, {3})
    ]


def _action(
    subject: Subject, verb: tuple[str, str], adverb: str, clitic: str = "", when: str = ""
) -> SentencePair:
    is_not = adverb == "not"
    do = f"{lexicon.english_verb('do', subject.person)}:M" if is_not else ""
    english = verb[0] if is_not else lexicon.english_verb(verb[0], subject.person)
    before, behind = _AROUND[adverb]
    french = f"{lexicon.french_verb(verb[1], subject.person)}:v"
    adverbs = list(zip(when.split(), "tu", strict=False))
    ends = [marked(word, role) for word, role in adverbs]
    french_ends = [marked(lexicon.ADVERBS[word], role) for word, role in adverbs]
    return _sentence(
        subject,
        [do, marked(adverb, "m"), marked(english, "v"), marked(clitic, "o"), *ends],
        [before, marked(_CLITICS[clitic][0], "o"), french, behind, *french_ends],
    )


def _adjectives() -> list[SentencePair]:
    """Write `she has a small black dog`: French puts some adjectives behind the noun."""
    chosen, verbs = [], list(lexicon.VERBS.items())
    sides = (False, True)
    for (kind, count), before, after in product(_OBJECT_COUNTS.items(), sides, sides):
        phrases = noun_phrases(kind, _ONE + _MORE, before=before, after=after)
        for_persons = 4 if kind in ("adult", "child") else None  # nobody is bought
        chosen += _by_subject(count, verbs[:for_persons], phrases)
    pairs = []
    for subject, (verb, infinitive), phrase in chosen:
        english, french = phrase.marked("wxyz")
        verb = marked(lexicon.english_verb(verb, subject.person), "v")
        conjugated = f"{lexicon.french_verb(infinitive, subject.person)}:v"
        pairs.append(_sentence(subject, [verb, english], [conjugated, french]))
    return pairs


def _places() -> list[SentencePair]:
    """Write `the cat sat on the mat`: one English word for two French ones."""
    where = [(at, place) for at, places in lexicon.PLACES.items() for place in places.split()]
    simple, described, things = list(PRONOUNS), [], []
    for kind, before in product(("adult", "child", "kin", "animal", "thing"), (False, True)):
        for phrase in noun_phrases(kind, _DEFINITE, before=before, after=False):
            if phrase.noun in ("book", "key", "hat", "umbrella"):
                things.append(phrase.subject())
            elif kind != "thing" and phrase.noun not in ("bird", "horse", "cow"):
                (described if before else simple).append(phrase.subject())
    chosen = _combinations(700, simple, lexicon.POSTURES, where)
    chosen += _combinations(500, described, lexicon.POSTURES, where) + _combinations(
        300, things, ["was"], where
    )
    return [_placed(subject, posture, *there) for subject, posture, there in chosen]


def _placed(subject: Subject, posture: str, at: tuple[str, str], place: str) -> SentencePair:
    english, french = NounPhrase("the", place).marked("wxyz")
    was = lexicon.english_verb(posture, subject.person) if posture == "was" else posture
    french_was = f"{lexicon.french_verb('était', subject.person)}:v"
    forms = lexicon.POSTURES[posture]
    participle = f"{subject.agreed(forms)}:v" if forms else ""
    return _sentence(subject, [f"{was}:v", at[0], english], [french_was, participle, at[1], french])


def _being(
    subject: Subject, verb: str, middle: str, english: str, french: str, role: str = "v"
) -> SentencePair:
    """Write a form of `be`, and of `être`, `était` or `avoir`."""
    be = lexicon.english_verb("was" if verb == "était" else "be", subject.person)
    before, behind = _AROUND[middle]
    conjugated = f"{lexicon.french_verb(verb, subject.person)}:{role}"
    return _sentence(
        subject,
        [f"{be}:{role}", marked(middle, "m"), english],
        [before, conjugated, behind, french],
    )


def _professions() -> list[SentencePair]:
    """Write `I am a student`: in French there is no article."""
    pairs = []
    for subject, (english, forms) in product(_GROWN_UPS, lexicon.PROFESSIONS.items()):
        is_plural = subject.person > 2
        said = f"{lexicon.english_plural(english)}:o" if is_plural else f"a {english}:o"
        french = f"{subject.agreed(forms)}:o"
        pairs += [
            _being(subject, verb, middle, said, french)
            for verb, middle in product(("être", "était"), ("", "not"))
        ]
        become = f"{lexicon.french_verb('être', subject.person)}:v {subject.agreed('devenu')}:v"
        pairs.append(_sentence(subject, ["became:v", said], [become, french]))
    return pairs


def _imperatives() -> list[SentencePair]:
    """Write `please look it up now`: two English words around the object, one French word."""
    choices = product(
        lexicon.PHRASAL_VERBS.items(),
        (("it", "le"), ("them", "les")),
        (False, True),
        ("", "please"),
        ("", "now", "today", "tomorrow"),
    )
    pairs = []
    for (phrasal, french), (it, clitic), is_negated, please, when in choices:
        verb, particle = phrasal.split()
        do_not = "do:M not:m" if is_negated else ""
        order = f"ne:m {clitic}:o {french}:v pas:m" if is_negated else f"{french}:v -{clitic}:o"
        time = marked(lexicon.ADVERBS.get(when, ""), "t")
        polite = marked("s' il vous plaît" if please else "", "k")
        english = f"{do_not} {verb}:v {it}:o {particle}:v"
        pairs.append(
            linked(
                f"{marked(please, 'k')} {english} {marked(when, 't')}", f"{order} {time} {polite}"
            )
        )
    return pairs


def _idioms() -> list[SentencePair]:
    """Write `I am hungry`, `I am fifty years old`, `he is afraid of the dog`: French `has`."""
    chosen = []
    for subject, (state, french), middle in _by_subject(900, lexicon.STATES.items(), _AROUND):
        if middle in ("not", "never"):
            french = french.replace("de la ", "de ")
        *articles, noun = french.split()
        french = f"{marked(' '.join(articles), 'H')} {noun}:h"
        if middle != "very" or state not in ("right", "wrong", "lucky"):
            chosen.append((subject, middle, f"{state}:h", french))
    for subject, (age, french), middle in product(_GROWN_UPS, lexicon.AGES.items(), ("", "not")):
        chosen.append((subject, middle, f"{age}:q years:j old:HJ", f"{french}:q ans:j"))
    animals = noun_phrases("animal", [("the", False), ("the", True)], before=False, after=False)
    for subject, animal, middle in _by_subject(300, animals, ("", "not", "very", "always")):
        english, french = animal.marked("wxyz")
        chosen.append((subject, middle, f"afraid:h of:o {english}", f"peur:h de:o {french}"))
    return [
        _being(subject, "avoir", middle, english, french, role="H")
        for subject, middle, english, french in chosen
    ]


def _copula() -> list[SentencePair]:
    """Write `the old cat is very tired`: everything agrees with the noun."""
    middles = ("", "very", "not")
    chosen = _combinations(150, PRONOUNS, _predicates("adult"), middles)
    for (kind, count), (before, after) in product(
        _SUBJECT_COUNTS.items(), ((False, False), (True, False), (False, True))
    ):
        phrases = noun_phrases(kind, _DEFINITE, before=before, after=after)
        for phrase, predicate, middle in _combinations(count, phrases, _predicates(kind), middles):
            said = {phrase.before, phrase.after, predicate} - {""}
            is_odd = middle == "very" and predicate in lexicon.COLOURS
            if len(said) > (before or after) and _is_consistent(said) and not is_odd:
                chosen.append((phrase.subject(), predicate, middle))
    pairs = []
    for subject, predicate, middle in chosen:
        french = subject.agreed(lexicon.ADJECTIVES[predicate].forms)
        pairs.append(_being(subject, "être", middle, f"{predicate}:o", f"{french}:o"))
    return pairs


def _is_consistent(said: set[str]) -> bool:
    return all(len(said & opposites) < 2 for opposites in _OPPOSITES)


def _predicates(kind: str) -> list[str]:
    """List what things of a kind can be; what is new would be `neuf` and not `nouveau`."""
    found = [*adjectives(kind, before=True), *adjectives(kind, before=False)]
    return [adjective for adjective in found if adjective != "new"]


TEMPLATES: Mapping[str, Callable[[], list[SentencePair]]] = MappingProxyType(
    {
        "objects": _objects,
        "adjectives": _adjectives,
        "places": _places,
        "professions": _professions,
        "imperatives": _imperatives,
        "negation": _negation,
        "idioms": _idioms,
        "copula": _copula,
    }
)
