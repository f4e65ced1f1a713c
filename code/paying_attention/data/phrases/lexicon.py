"""The words of the English–French phrases, and the rules by which they change their form.

Each English word has one French word and the other way round. French forms are written `masculine`,
or `masculine feminine`, or with a third form for the place before a vowel: `vieux vieille vieil`.
Persons are counted: 0 `je`, 1 `tu`, 2 `il` or `elle`, 3 `nous`, 4 `ils` or `elles`.
"""

from functools import cache
from typing import NamedTuple


class Noun(NamedTuple):
    """A French noun: how it is spelt, its gender, and the kind of thing that it names."""

    french: str
    feminine: bool
    kind: str


class Adjective(NamedTuple):
    """A French adjective: its forms, the kinds of nouns it suits, and whether it precedes them."""

    forms: str
    kinds: frozenset[str]
    before: bool


def _table(text: str) -> dict[str, str]:
    return dict(tuple(row.strip().split(": ")) for row in text.split(","))


_NOUNS = {
    "adult": "man homme m, woman femme f",
    "child": "boy garçon m, girl fille f, child enfant m",
    "kin": "mother mère f, father père m, brother frère m, sister sœur f",
    "animal": "cat chat m, dog chien m, bird oiseau m, horse cheval m, cow vache f, mouse souris f",
    "machine": "car voiture f, boat bateau m, plane avion m, computer ordinateur m",
    "thing": "house maison f, book livre m, key clé f, hat chapeau m, dress robe f,"
    "shirt chemise f, umbrella parapluie m, table table f, chair chaise f, bed lit m,"
    "sofa canapé m, mat tapis m, wardrobe armoire f, door porte f, window fenêtre f",
    "nature": "tree arbre m, flower fleur f, apple pomme f",
    "drink": "water eau f, soup soupe f, coffee café m, tea thé m",
}
NOUNS = {
    english: Noun(french, gender == "f", kind)
    for kind, nouns in _NOUNS.items()
    for english, french, gender in (noun.split() for noun in nouns.split(","))
}

_BEFORE = {
    "small": ("petit", "child animal machine thing nature"),
    "big": ("grand", "animal machine thing nature"),
    "old": ("vieux vieille vieil", "adult animal machine thing"),
    "young": ("jeune", "adult child animal"),
    "beautiful": ("beau belle bel", "adult child animal machine thing nature"),
    "new": ("nouveau nouvelle nouvel", "machine thing"),
    "good": ("bon bonne", "drink"),
}
_AFTER = {
    "red": ("rouge", "machine thing nature"),
    "green": ("vert", "machine thing nature"),
    "blue": ("bleu", "machine thing"),
    "yellow": ("jaune", "machine thing nature"),
    "black": ("noir", "animal machine thing"),
    "white": ("blanc blanche", "animal machine thing nature"),
    "grey": ("gris", "animal machine thing"),
    "heavy": ("lourd", "machine thing"),
    "expensive": ("cher chère", "machine thing"),
    "happy": ("heureux heureuse", "adult child kin"),
    "sad": ("triste", "adult child kin animal"),
    "tired": ("fatigué", "adult child kin animal"),
    "rich": ("riche", "adult kin"),
    "cold": ("froid", "drink"),
    "hot": ("chaud", "drink"),
}
ADJECTIVES = {
    english: Adjective(forms, frozenset(kinds.split()), table is _BEFORE)
    for table in (_BEFORE, _AFTER)
    for english, (forms, kinds) in table.items()
}

COLOURS = frozenset(["red", "green", "blue", "yellow", "black", "white", "grey"])
DETERMINERS = {  # masculine, feminine, plural
    "the": ("le", "la", "les"),
    "a": ("un", "une", ""),
    "my": ("mon", "ma", "mes"),
    "this": ("ce", "cette", ""),
    "two": ("", "", "deux"),
}
VERBS = _table(  # with a noun for object
    "see: voir, draw: dessiner, look for: chercher, look at: regarder, have: avoir,"
    "want: vouloir, buy: acheter"
)
VERBS_FOR_PERSONS = _table(  # with a pronoun for object
    "love: aimer, see: voir, hear: entendre, know: connaître, understand: comprendre, help: aider,"
    "invite: inviter, thank: remercier, look for: chercher, look at: regarder,"
    "listen to: écouter, wait for: attendre"
)
VERBS_WITHOUT_OBJECT = _table(
    "sleep: dormir, eat: manger, drink: boire, work: travailler, sing: chanter, swim: nager,"
    "cry: pleurer, write: écrire"
)
PHRASAL_VERBS = _table(  # imperatives, to someone who is addressed as `vous`
    "look up: cherchez, look over: examinez, turn up: montez, turn down: baissez, turn on: allumez,"
    "turn off: éteignez, turn over: retournez, give up: abandonnez, give back: rendez,"
    "take back: reprenez, take off: enlevez, take out: sortez, put down: posez, put back: remettez,"
    "put on: mettez, put off: reportez, put away: rangez, pick up: ramassez, throw away: jetez,"
    "bring back: rapportez, call off: annulez, cut up: découpez"
)
PROFESSIONS = _table(
    "student: étudiant, teacher: enseignant, doctor: médecin médecin, nurse: infirmier infirmière,"
    "baker: boulanger boulangère, singer: chanteur chanteuse, musician: musicien musicienne,"
    "lawyer: avocat, engineer: ingénieur, artist: artiste"
)
POSTURES = {"was": "", "sat": "assis", "lay": "couché", "stood": "debout"}
STATES = _table(  # what one is in English and has in French
    "hungry: faim, thirsty: soif, cold: froid, hot: chaud, sleepy: sommeil, afraid: peur,"
    "right: raison, wrong: tort, lucky: de la chance"
)
PLACES = {  # English and French preposition, with the roles that link them: where
    ("on:p", "sur:p"): "mat sofa chair bed table",
    ("under:p", "sous:p"): "table bed chair tree",
    ("behind:p", "derrière:p"): "door sofa tree house car",
    ("in:p", "dans:p"): "car house bed",
    ("in:p front:p of:p", "devant:p"): "door window house car",
    ("near:p", "près:p de:P"): "tree window house sofa",
    ("next:p to:P", "à:P côté:p de:P"): "bed sofa table tree car wardrobe",
}
ADVERBS = _table("here: ici, now: maintenant, today: aujourd'hui, tomorrow: demain")
AGES = _table("twenty: vingt, thirty: trente, forty: quarante, fifty: cinquante")

_ENGLISH = {
    "be": "am are is are are",
    "was": "was were was were were",
    "have": "have have has have have",
    "do": "do do does do do",
}
_PLURALS = {"man": "men", "woman": "women", "child": "children", "mouse": "mice"}
_FRENCH = {
    "être": "suis es est sommes sont",
    "était": "étais étais était étions étaient",
    "avoir": "ai as a avons ont",
    "voir": "vois vois voit voyons voient",
    "vouloir": "veux veux veut voulons veulent",
    "acheter": "achète achètes achète achetons achètent",
    "entendre": "entends entends entend entendons entendent",
    "attendre": "attends attends attend attendons attendent",
    "connaître": "connais connais connaît connaissons connaissent",
    "comprendre": "comprends comprends comprend comprenons comprennent",
    "dormir": "dors dors dort dormons dorment",
    "boire": "bois bois boit buvons boivent",
    "écrire": "écris écris écrit écrivons écrivent",
}
_VOWELS = tuple("aâeéêiîoôuœh")  # every h of this lexicon is mute


@cache
def english_verb(verb: str, person: int) -> str:
    """Put an English verb into the present, or `was` into the past.

    Args:
        verb: Its base form, with a particle or without; or `was`.
        person: 0 to 4.

    Raises:
        ValueError: If there is no such person.

    Example:
        >>> english_verb("look for", 2), english_verb("cry", 2), english_verb("be", 0)
        ('looks for', 'cries', 'am')
    """
    _check_person(person)
    first, *particle = verb.split()
    if first in _ENGLISH:
        first = _ENGLISH[first].split()[person]
    elif person == 2:
        first = english_plural(first)  # verbs take the same s
    return " ".join([first, *particle])


@cache
def english_plural(noun: str) -> str:
    """Put an English noun into the plural.

    Args:
        noun: Its singular.

    Example:
        >>> [english_plural(noun) for noun in ("cat", "dress", "fly", "mouse")]
        ['cats', 'dresses', 'flies', 'mice']
    """
    if noun in _PLURALS:
        return _PLURALS[noun]
    if noun.endswith(("s", "x", "ch", "sh")):
        return noun + "es"
    return noun[:-1] + "ies" if noun[-1] == "y" and noun[-2] not in "aeou" else noun + "s"


@cache
def french_verb(infinitive: str, person: int) -> str:
    """Put a French verb into the present, or `était` into the other persons of the past.

    Args:
        infinitive: A regular verb in -er, or one of the irregular ones; or `était`.
        person: 0 to 4.

    Raises:
        ValueError: If the person is another one, or if the verb is unknown and not in -er.

    Example:
        >>> [french_verb("manger", person) for person in range(5)]
        ['mange', 'manges', 'mange', 'mangeons', 'mangent']
    """
    _check_person(person)
    if infinitive in _FRENCH:
        return _FRENCH[infinitive].split()[person]
    if not infinitive.endswith("er"):
        raise ValueError(f"infinitive: expected one in -er or a known one, got {infinitive!r}")
    stem = infinitive[:-2]
    ending = ("e", "es", "e", "ons", "ent")[person]
    return stem + ("e" if stem.endswith("g") and person == 3 else "") + ending  # mangeons


@cache
def agreed(forms: str, *, feminine: bool, plural: bool, next_word: str = "") -> str:
    """Let a French adjective, participle or profession agree with its noun.

    Args:
        forms: Masculine form, perhaps the feminine one, perhaps the one before a vowel.
        feminine: Gender of the noun.
        plural: Number of the noun.
        next_word: The word behind it, if the noun follows.

    Example:
        >>> agreed("vieux vieille vieil", feminine=False, plural=False, next_word="homme")
        'vieil'
        >>> agreed("fatigué", feminine=True, plural=True)
        'fatiguées'
    """
    masculine, *others = forms.split()
    word = masculine
    if masculine == "debout":
        return word
    if feminine:
        word = others[0] if others else masculine.removesuffix("e") + "e"
    if plural:
        return french_plural(word)
    return others[1] if len(others) == 2 and word == masculine and is_vowel(next_word) else word


@cache
def french_plural(word: str) -> str:
    """Put a French noun or adjective into the plural.

    Args:
        word: Its singular.

    Example:
        >>> [french_plural(word) for word in ("chat", "souris", "oiseau", "cheval")]
        ['chats', 'souris', 'oiseaux', 'chevaux']
    """
    if word.endswith(("s", "x")):
        return word
    return word[:-1] + "ux" if word.endswith("al") else word + ("x" if word[-3:] == "eau" else "s")


@cache
def is_vowel(word: str) -> bool:
    """Tell whether a French word begins with the sound of a vowel.

    Args:
        word: A word of this lexicon, or nothing.

    Example:
        >>> is_vowel("homme"), is_vowel("œuf"), is_vowel("chat"), is_vowel("")
        (True, True, False, False)
    """
    return word.startswith(_VOWELS)


def _check_person(person: int) -> None:
    if person not in range(5):
        raise ValueError(f"person: expected 0 to 4, got {person!r}")
