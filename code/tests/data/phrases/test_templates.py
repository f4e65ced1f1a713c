import pytest

from paying_attention.data.phrases.templates import TEMPLATES

PAIRS = {name: write() for name, write in TEMPLATES.items()}
ALL = [pair for pairs in PAIRS.values() for pair in pairs]

# Links as "French-English" positions: sure, and only possible. Written by hand.
GOLD = [
    ("objects", "I hear you", "je t' entends", "0-0 1-2 2-1", ""),
    (
        "objects",
        "they often listen to me",
        "ils m' écoutent souvent",
        "0-0 1-4 2-2 2-3 3-1",
        "",
    ),
    ("objects", "my mother looks for them", "ma mère les cherche", "0-0 1-1 2-4 3-2 3-3", ""),
    (
        "adjectives",
        "he wants two young grey mice",
        "il veut deux jeunes souris grises",
        "0-0 1-1 2-2 3-3 4-5 5-4",
        "",
    ),
    (
        "adjectives",
        "you look at my small grey mice",
        "tu regardes mes petites souris grises",
        "0-0 1-1 1-2 2-3 3-4 4-6 5-5",
        "",
    ),
    (
        "places",
        "this young man sat next to the wardrobe",
        "ce jeune homme était assis à côté de l' armoire",
        "0-0 1-1 2-2 3-3 4-3 6-4 8-6 9-7",
        "5-4 5-5 6-5 7-4 7-5",
    ),
    (
        "places",
        "the women stood near the sofa",
        "les femmes étaient debout près du canapé",
        "0-0 1-1 2-2 3-2 4-3 5-4 6-5",
        "5-3",
    ),
    (
        "places",
        "this small umbrella was in front of the house",
        "ce petit parapluie était devant la maison",
        "0-0 1-1 2-2 3-3 4-4 4-5 4-6 5-7 6-8",
        "",
    ),
    ("professions", "she became a teacher", "elle est devenue enseignante", "0-0 1-1 2-1 3-3", ""),
    (
        "professions",
        "my brothers are not students",
        "mes frères ne sont pas étudiants",
        "0-0 1-1 2-3 3-2 4-3 5-4",
        "",
    ),
    (
        "professions",
        "he was not an engineer",
        "il n' était pas ingénieur",
        "0-0 1-2 2-1 3-2 4-4",
        "",
    ),
    ("imperatives", "turn it off tomorrow", "éteignez -le demain", "0-0 0-2 1-1 2-3", ""),
    (
        "imperatives",
        "please do not look it over now",
        "ne l' examinez pas maintenant s' il vous plaît",
        "0-2 1-4 2-3 2-5 3-2 4-6 5-0 6-0 7-0 8-0",
        "0-1 3-1",
    ),
    ("negation", "she never writes here", "elle n' écrit jamais ici", "0-0 1-1 2-2 3-1 4-3", ""),
    (
        "negation",
        "my mother does not invite you",
        "ma mère ne t' invite pas",
        "0-0 1-1 2-3 3-5 4-4 5-3",
        "2-2 5-2",
    ),
    (
        "negation",
        "we do not work here today",
        "nous ne travaillons pas ici aujourd'hui",
        "0-0 1-2 2-3 3-2 4-4 5-5",
        "1-1 3-1",
    ),
    (
        "idioms",
        "she is never lucky",
        "elle n' a jamais de chance",
        "0-0 1-2 3-2 5-3",
        "2-1 2-3 4-1 4-3 5-1",
    ),
    (
        "idioms",
        "my brothers are fifty years old",
        "mes frères ont cinquante ans",
        "0-0 1-1 3-3 4-4",
        "2-2 2-5 4-5",
    ),
    (
        "idioms",
        "she is not afraid of the dog",
        "elle n' a pas peur du chien",
        "0-0 1-2 3-2 4-3 5-4 5-5 6-6",
        "2-1 2-3 4-1",
    ),
    (
        "copula",
        "the old women are very tired",
        "les vieilles femmes sont très fatiguées",
        "0-0 1-1 2-2 3-3 4-4 5-5",
        "",
    ),
    ("copula", "my red tree is big", "mon arbre rouge est grand", "0-0 1-2 2-1 3-3 4-4", ""),
    (
        "copula",
        "this old bird is not black",
        "ce vieil oiseau n' est pas noir",
        "0-0 1-1 2-2 3-4 4-3 5-4 6-5",
        "",
    ),
]
TRANSLATIONS = """
I love them | je les aime
we always help you | nous t' aidons toujours
she waits for me | elle m' attend
the children love me | les enfants m' aiment
you know us | tu nous connais
he often looks at you | il te regarde souvent
my father draws my white keys | mon père dessine mes clés blanches
she wants my big tree | elle veut mon grand arbre
I see this happy woman | je vois cette femme heureuse
my mother has this old green wardrobe | ma mère a cette vieille armoire verte
they buy my new blue computer | ils achètent mon nouvel ordinateur bleu
the girl has a yellow apple | la fille a une pomme jaune
he draws an umbrella | il dessine un parapluie
he sees the old men | il voit les vieux hommes
my mother buys my red plane | ma mère achète mon avion rouge
I have my white horses | j' ai mes chevaux blancs
they look at this expensive chair | ils regardent cette chaise chère
the girls draw the beautiful man | les filles dessinent le bel homme
my old cat lay on the sofa | mon vieux chat était couché sur le canapé
my mouse stood on the table | ma souris était debout sur la table
the beautiful women stood behind the house | les belles femmes étaient debout derrière la maison
my beautiful hat was behind the tree | mon beau chapeau était derrière l' arbre
this child sat next to the wardrobe | cet enfant était assis à côté de l' armoire
the women sat under the tree | les femmes étaient assises sous l' arbre
I am an artist | je suis artiste
she was not a singer | elle n' était pas chanteuse
we became lawyers | nous sommes devenus avocats
the women became doctors | les femmes sont devenues médecins
I was a baker | j' étais boulanger
my sister is a nurse | ma sœur est infirmière
look them up | cherchez -les
put it on | mettez -le
turn it up now | montez -le maintenant
do not turn it off | ne l' éteignez pas
do not put them down today | ne les posez pas aujourd'hui
please give it back | rendez -le s' il vous plaît
I do not eat here | je ne mange pas ici
she does not see me | elle ne me voit pas
you do not sleep today | tu ne dors pas aujourd'hui
my sister never sees us | ma sœur ne nous voit jamais
we never swim | nous ne nageons jamais
I do not write now | je n' écris pas maintenant
they do not drink | ils ne boivent pas
we are not thirsty | nous n' avons pas soif
I am very cold | j' ai très froid
you are always right | tu as toujours raison
they are lucky | ils ont de la chance
he is not lucky | il n' a pas de chance
she is twenty years old | elle a vingt ans
I am afraid of the bird | j' ai peur de l' oiseau
she is very afraid of the mouse | elle a très peur de la souris
she is very happy | elle est très heureuse
they are not rich | ils ne sont pas riches
the water is cold | l' eau est froide
this old man is not happy | ce vieil homme n' est pas heureux
the new keys are expensive | les nouvelles clés sont chères
the white mice are tired | les souris blanches sont fatiguées
my mother is not sad | ma mère n' est pas triste
this beautiful child is very small | ce bel enfant est très petit
"""


def links(text):
    return {tuple(map(int, link.split("-"))) for link in text.split()}


@pytest.mark.parametrize(("name", "english", "french", "sure", "possible"), GOLD)
def test_links_by_hand(name, english, french, sure, possible):
    found = {" ".join(pair.source): pair for pair in PAIRS[name]}
    assert english in found, "the template does not draw this sentence any more: choose another"
    pair = found[english]
    assert " ".join(pair.target) == french
    assert pair.sure == links(sure)
    assert pair.possible - pair.sure == links(possible)


def test_every_template_has_links_by_hand():
    names = [name for name, *_ in GOLD]
    assert set(names) == set(TEMPLATES)
    assert min(map(names.count, names)) >= 2


@pytest.mark.parametrize("line", TRANSLATIONS.strip().splitlines())
def test_translations_by_hand(line):
    english, french = line.split(" | ")
    found = {" ".join(pair.source): pair for pair in ALL}
    assert english in found, "no template draws this sentence any more: choose another"
    assert " ".join(found[english].target) == french


def test_each_sentence_has_one_translation_in_both_directions():
    forth = {(pair.source, pair.target) for pair in ALL}
    assert len({source for source, _ in forth}) == len(forth) == len({t for _, t in forth})


def test_templates_share_no_sentence_and_have_hundreds():
    sources = [{pair.source for pair in pairs} for pairs in PAIRS.values()]
    assert min(map(len, sources)) >= 300
    assert len(set.union(*sources)) == sum(map(len, sources))


def test_sentences_are_always_the_same():
    """Idioms are drawn by the same function as those of the other templates."""
    assert TEMPLATES["idioms"]() == PAIRS["idioms"]


def test_tokens_are_lower_case_words_without_full_stops():
    for pair in ALL:
        for word in (*pair.source, *pair.target):
            assert word == "I" or word == word.lower()
            assert word.strip(" .:") == word != ""
        assert not any("'" in word for word in pair.source)


VOWELS = tuple("aâeéêiîoôuyœh")  # every h of these sentences is mute
FULL = {"je", "me", "te", "le", "la", "ne", "de", "ma", "ce"}  # elided, or mon and cet
SHORT = {"j'", "m'", "t'", "l'", "n'", "cet"}


def test_french_words_elide_exactly_before_vowels():
    for pair in ALL:
        assert pair.target[-1] not in FULL | SHORT
        for word, following in zip(pair.target, pair.target[1:], strict=False):
            assert not (word in FULL and following.startswith(VOWELS)), pair
            assert not (word in SHORT and not following.startswith(VOWELS)), pair
            assert (word, following) not in {("de", "le"), ("de", "les")}, pair


def test_an_stands_exactly_before_vowels():
    for pair in ALL:
        for word, following in zip(pair.source, pair.source[1:], strict=False):
            if word in ("a", "an"):
                assert (word == "an") == following.startswith(tuple("aeiou")), pair


def words_of(text):
    return set(text.split())


FEMININE = words_of(
    "femme femmes fille filles mère sœur sœurs vache vaches souris voiture voitures maison maisons "
    "clé clés robe robes chemise chemises table tables chaise chaises armoire armoires porte "
    "portes fenêtre fenêtres fleur fleurs pomme pommes eau soupe chance elle"
)
MASCULINE = words_of(
    "homme hommes garçon garçons enfant enfants père frère frères chat chats chien chiens oiseau "
    "oiseaux cheval chevaux bateau bateaux avion avions ordinateur ordinateurs livre livres "
    "chapeau chapeaux parapluie parapluies lit lits canapé canapés tapis arbre arbres café thé je "
    "j' tu il nous ils"
)
PLURAL = {"nous", "ils", "chevaux"} | {
    word for word in FEMININE | MASCULINE if word[-1] in "sx" and word not in ("souris", "tapis")
}
# Words that show a gender; those in both sets, as `jeune`, show none.
FEMININE_FORMS = words_of(
    "la une cette ma petite grande vieille belle nouvelle bonne verte bleue noire blanche grise "
    "lourde chère heureuse fatiguée froide chaude petites grandes vieilles belles nouvelles "
    "vertes bleues noires blanches grises lourdes chères heureuses fatiguées assise assises "
    "couchée couchées devenue devenues étudiante étudiantes"
)
MASCULINE_FORMS = words_of(
    "un ce cet mon petit grand vieux vieil beau bel nouveau nouvel bon vert bleu noir blanc gris "
    "lourd cher heureux fatigué froid chaud petits grands beaux nouveaux verts bleus noirs blancs "
    "lourds chers fatigués assis couché couchés devenu devenus étudiant étudiants"
)


DETERMINERS = words_of("la une cette ma un ce cet mon")


def nearest_noun(words, position):
    """Before the noun stand determiners and some adjectives, behind it everything else."""
    nouns = [i for i, word in enumerate(words) if word in FEMININE | MASCULINE]
    if words[position] in DETERMINERS:
        return min(i for i in nouns if i > position)
    if position + 1 in nouns:
        return position + 1
    before = [i for i in nouns if i < position]
    return before[-1]


def test_genders_agree_in_every_sentence():
    count = 0
    for pair in [pair for name in set(PAIRS) - {"idioms"} for pair in PAIRS[name]]:
        words = pair.target  # in `elle a chaud` nothing agrees
        for position, word in enumerate(words):
            if word not in FEMININE_FORMS | MASCULINE_FORMS:
                continue
            noun = words[nearest_noun(words, position)]
            is_vowel_form = word == "mon" and words[position + 1].startswith(VOWELS)
            if word in FEMININE_FORMS:
                assert noun in FEMININE, pair
            elif not is_vowel_form:
                assert noun in MASCULINE, pair
            count += 1
    assert count > 8000


def test_numbers_agree_in_every_copula():
    for pair in PAIRS["copula"]:
        subject = next(word for word in pair.target if word in FEMININE | MASCULINE)
        verb = set(pair.target) & {"suis", "es", "est", "sommes", "sont"}
        is_plural = bool(verb & {"sommes", "sont"})
        if subject in ("souris", "tapis"):
            assert is_plural == (pair.target[0] in ("les", "mes"))
        else:
            assert is_plural == (subject in PLURAL), pair
        assert is_plural == (pair.target[-1][-1] in "sx") or pair.target[-1] in (
            "gris",
            "vieux",
            "heureux",
        ), pair


def test_only_the_article_before_a_profession_has_no_partner():
    lonely = 0
    for name, pairs in PAIRS.items():
        for pair in pairs:
            targets, sources = ({link[side] for link in pair.possible} for side in (0, 1))
            assert targets == set(range(len(pair.target))), pair
            for position, word in enumerate(pair.source):
                is_article = name == "professions" and word in ("a", "an")
                assert (position not in sources) == is_article, pair
                lonely += is_article
    assert lonely > 300


def test_a_word_that_is_translated_by_one_word_alone_always_means_it():
    expected = {
        "I": {"je", "j'"},
        "you": {"tu", "te", "t'"},
        "not": {"ne", "n'", "pas"},
        "sat": {"était", "étais", "étions", "étaient", "assis", "assise", "assises"},
        "please": {"s'", "il", "vous", "plaît"},
        "hungry": {"faim"},
        "of": {"de", "du", "des", "devant"},
        "do": set(),
        "to": {"écoute", "écoutes", "écoutons", "écoutent"},
        "old": {"vieux", "vieil", "vieille", "vieilles"},
    }
    found = {word: set() for word in expected}
    for pair in ALL:
        for target, source in pair.sure:
            if pair.source[source] in found:
                found[pair.source[source]].add(pair.target[target])
    assert found == expected


def test_look_and_up_alone_decide_nothing():
    for word in ("look", "up"):
        meanings = {
            pair.target[target]
            for pair in PAIRS["imperatives"]
            for target, source in pair.sure
            if pair.source[source] == word
        }
        assert len(meanings) >= 2


def test_nobody_sees_himself():
    groups = [{"I", "me"}, {"we", "us"}, {"I", "us"}, {"we", "me"}]
    for name in ("objects", "negation"):
        for pair in PAIRS[name]:
            assert not any(group <= set(pair.source) for group in groups), pair
            assert pair.source.count("you") < 2, pair
