import pytest

from paying_attention.data.phrases import lexicon
from paying_attention.data.phrases.lexicon import (
    agreed,
    english_plural,
    english_verb,
    french_plural,
    french_verb,
    is_vowel,
)

# Written by hand from a grammar book: je, tu, il, nous, ils.
PRESENT = {
    "être": "suis es est sommes sont",
    "avoir": "ai as a avons ont",
    "était": "étais étais était étions étaient",
    "aimer": "aime aimes aime aimons aiment",
    "manger": "mange manges mange mangeons mangent",
    "nager": "nage nages nage nageons nagent",
    "remercier": "remercie remercies remercie remercions remercient",
    "acheter": "achète achètes achète achetons achètent",
    "écouter": "écoute écoutes écoute écoutons écoutent",
    "voir": "vois vois voit voyons voient",
    "vouloir": "veux veux veut voulons veulent",
    "dormir": "dors dors dort dormons dorment",
    "boire": "bois bois boit buvons boivent",
    "écrire": "écris écris écrit écrivons écrivent",
    "entendre": "entends entends entend entendons entendent",
    "attendre": "attends attends attend attendons attendent",
    "connaître": "connais connais connaît connaissons connaissent",
    "comprendre": "comprends comprends comprend comprenons comprennent",
}
FEMININE = (
    "femme fille mère sœur vache souris voiture maison clé robe chemise table chaise armoire porte "
    "fenêtre fleur pomme eau soupe"
)
MASCULINE = (
    "homme garçon enfant père frère chat chien oiseau cheval bateau avion ordinateur livre chapeau "
    "parapluie lit canapé tapis arbre café thé"
)


@pytest.mark.parametrize(("infinitive", "forms"), PRESENT.items())
def test_french_verbs_by_hand(infinitive, forms):
    assert [french_verb(infinitive, person) for person in range(5)] == forms.split()


@pytest.mark.parametrize(
    ("verb", "forms"),
    [
        ("be", "am are is are are"),
        ("was", "was were was were were"),
        ("have", "have have has have have"),
        ("do", "do do does do do"),
        ("cry", "cry cry cries cry cry"),
        ("buy", "buy buy buys buy buy"),
        ("draw", "draw draw draws draw draw"),
    ],
)
def test_english_verbs_by_hand(verb, forms):
    assert [english_verb(verb, person) for person in range(5)] == forms.split()


def test_a_particle_is_not_conjugated():
    assert english_verb("look for", 2) == "looks for"
    assert english_verb("listen to", 0) == "listen to"


def test_genders_by_hand():
    by_gender = {True: set(), False: set()}
    for noun in lexicon.NOUNS.values():
        by_gender[noun.feminine].add(noun.french)
    assert by_gender == {True: set(FEMININE.split()), False: set(MASCULINE.split())}


@pytest.mark.parametrize(
    ("english", "french"),
    [
        ("man men", "homme hommes"),
        ("woman women", "femme femmes"),
        ("child children", "enfant enfants"),
        ("mouse mice", "souris souris"),
        ("mat mats", "tapis tapis"),
        ("horse horses", "cheval chevaux"),
        ("bird birds", "oiseau oiseaux"),
        ("hat hats", "chapeau chapeaux"),
        ("dress dresses", "robe robes"),
        ("boy boys", "garçon garçons"),
        ("key keys", "clé clés"),
    ],
)
def test_plurals_by_hand(english, french):
    assert english_plural(english.split()[0]) == english.split()[1]
    assert french_plural(french.split()[0]) == french.split()[1]
    assert lexicon.NOUNS[english.split()[0]].french == french.split()[0]


@pytest.mark.parametrize(
    ("english", "forms"),  # masculine, feminine, and their plurals
    [
        ("small", "petit petite petits petites"),
        ("old", "vieux vieille vieux vieilles"),
        ("beautiful", "beau belle beaux belles"),
        ("new", "nouveau nouvelle nouveaux nouvelles"),
        ("good", "bon bonne bons bonnes"),
        ("young", "jeune jeune jeunes jeunes"),
        ("white", "blanc blanche blancs blanches"),
        ("blue", "bleu bleue bleus bleues"),
        ("grey", "gris grise gris grises"),
        ("red", "rouge rouge rouges rouges"),
        ("expensive", "cher chère chers chères"),
        ("happy", "heureux heureuse heureux heureuses"),
        ("tired", "fatigué fatiguée fatigués fatiguées"),
    ],
)
def test_adjectives_by_hand(english, forms):
    written = lexicon.ADJECTIVES[english].forms
    found = [agreed(written, feminine=f, plural=p) for p in (False, True) for f in (False, True)]
    assert found == forms.split()


@pytest.mark.parametrize(
    ("english", "before_vowel"), [("old", "vieil"), ("beautiful", "bel"), ("new", "nouvel")]
)
def test_some_adjectives_change_before_a_vowel_only_if_masculine_and_one(english, before_vowel):
    forms = lexicon.ADJECTIVES[english].forms
    masculine, feminine, _ = forms.split()
    assert agreed(forms, feminine=False, plural=False, next_word="arbre") == before_vowel
    assert agreed(forms, feminine=False, plural=False, next_word="homme") == before_vowel
    assert agreed(forms, feminine=False, plural=False, next_word="lit") == masculine
    assert agreed(forms, feminine=False, plural=False) == masculine
    assert agreed(forms, feminine=True, plural=False, next_word="armoire") == feminine
    plural = agreed(forms, feminine=False, plural=True, next_word="arbres")
    assert plural == french_plural(masculine) != before_vowel


@pytest.mark.parametrize(
    ("english", "forms"),
    [
        ("student", "étudiant étudiante étudiants étudiantes"),
        ("doctor", "médecin médecin médecins médecins"),
        ("nurse", "infirmier infirmière infirmiers infirmières"),
        ("singer", "chanteur chanteuse chanteurs chanteuses"),
        ("musician", "musicien musicienne musiciens musiciennes"),
        ("artist", "artiste artiste artistes artistes"),
    ],
)
def test_professions_by_hand(english, forms):
    written = lexicon.PROFESSIONS[english]
    found = [agreed(written, feminine=f, plural=p) for p in (False, True) for f in (False, True)]
    assert found == forms.split()


def test_participles_by_hand():
    feminine = [agreed(word, feminine=True, plural=True) for word in ("assis", "couché", "debout")]
    assert feminine == ["assises", "couchées", "debout"]
    masculine = [agreed(word, feminine=False, plural=True) for word in ("assis", "devenu")]
    assert masculine == ["assis", "devenus"]


def test_vowels_by_sound():
    assert all(map(is_vowel, ["ami", "école", "être", "île", "œuf", "homme", "usine"]))
    assert not any(map(is_vowel, ["", "chat", "le", "garçon"]))


@pytest.mark.parametrize(
    "table",
    [
        lexicon.VERBS | lexicon.VERBS_FOR_PERSONS,
        lexicon.VERBS_WITHOUT_OBJECT,
        lexicon.PHRASAL_VERBS,
        lexicon.PROFESSIONS,
        lexicon.STATES,
        lexicon.ADVERBS,
        lexicon.AGES,
        lexicon.POSTURES,
        {name: noun.french for name, noun in lexicon.NOUNS.items()},
        {name: adjective.forms for name, adjective in lexicon.ADJECTIVES.items()},
    ],
)
def test_two_words_never_share_a_translation(table):
    assert len(set(table.values())) == len(table) > 2


def test_small_words_of_orders_have_several_meanings():
    for word, place in (("look", 0), ("turn", 0), ("put", 0), ("up", 1), ("back", 1), ("off", 1)):
        meanings = {
            french
            for english, french in lexicon.PHRASAL_VERBS.items()
            if english.split()[place] == word
        }
        assert len(meanings) >= 2, word


def test_persons_and_verbs_that_do_not_exist_are_named():
    for person in (-1, 5):
        with pytest.raises(ValueError, match=f"person: expected 0 to 4, got {person}"):
            french_verb("aimer", person)
        with pytest.raises(ValueError, match=f"person: expected 0 to 4, got {person}"):
            english_verb("love", person)
    with pytest.raises(ValueError, match="infinitive: expected one in -er or a known one, got 'fi"):
        french_verb("finir", 0)
