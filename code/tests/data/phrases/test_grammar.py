import pytest

from paying_attention.data.phrases.grammar import (
    ADULTS,
    CHILDREN,
    PRONOUNS,
    NounPhrase,
    Subject,
    adjectives,
    elided,
    linked,
    marked,
    noun_phrases,
    with_articles,
)


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("je aime la eau", "j' aime l' eau"),
        ("je ne ai pas", "je n' ai pas"),
        ("elle me écoute", "elle m' écoute"),
        ("ne le éteignez pas", "ne l' éteignez pas"),
        ("éteignez -le aujourd'hui", "éteignez -le aujourd'hui"),
        ("ma armoire ma porte ma vieille armoire", "mon armoire ma porte ma vieille armoire"),
        ("ce homme ce vieil homme ce lit", "cet homme ce vieil homme ce lit"),
        ("les enfants nous aident", "les enfants nous aident"),
        ("le enfant te aime", "l' enfant t' aime"),
        ("peur de oiseaux", "peur d' oiseaux"),
    ],
)
def test_elision_by_hand(written, spoken):
    assert elided(written.split()) == spoken.split()


def test_articles_by_hand():
    words, expected = "a dog a old apple a umbrella a", "a dog an old apple an umbrella a"
    assert " ".join(with_articles(words.split())) == expected
    assert with_articles([]) == elided([]) == []


def test_links_by_hand():
    pair = linked("next:p to:P the:d bed:n a x:mK", "à:P côté:p de:P le:d lit:n y:k z:m")
    assert pair.source == ("next", "to", "the", "bed", "a", "x")
    assert pair.target == ("à", "côté", "du", "lit", "y", "z")
    assert pair.sure == {(1, 0), (2, 2), (3, 3), (5, 5)}
    assert pair.possible - pair.sure == {(0, 0), (0, 1), (1, 1), (2, 0), (2, 1), (4, 5)}


@pytest.mark.parametrize(
    ("french", "spoken"),
    [
        ("peur de le chien", "peur du chien"),
        ("peur de les chiens", "peur des chiens"),
        ("peur de la vache", "peur de la vache"),
        ("peur de le oiseau", "peur de l' oiseau"),
        ("peur de la eau", "peur de l' eau"),
    ],
)
def test_contraction_comes_after_elision(french, spoken):
    assert linked("x", french).target == tuple(spoken.split())


def test_marked_words_keep_their_order():
    assert marked("s' il vous plaît", "k") == "s':k il:k vous:k plaît:k"


@pytest.mark.parametrize(
    ("phrase", "english", "french"),
    [
        (
            NounPhrase("a", "wardrobe", "old", "red"),
            "an old red wardrobe",
            "une vieille armoire rouge",
        ),
        (NounPhrase("this", "plane", "new"), "this new plane", "ce nouvel avion"),
        (NounPhrase("this", "plane", "", "white"), "this white plane", "cet avion blanc"),
        (NounPhrase("my", "wardrobe"), "my wardrobe", "mon armoire"),
        (NounPhrase("my", "wardrobe", "big"), "my big wardrobe", "ma grande armoire"),
        (
            NounPhrase("two", "horse", "old", "white", True),
            "two old white horses",
            "deux vieux chevaux blancs",
        ),
        (
            NounPhrase("the", "mouse", "small", "grey", True),
            "the small grey mice",
            "les petites souris grises",
        ),
        (NounPhrase("the", "man", "beautiful"), "the beautiful man", "le bel homme"),
        (
            NounPhrase("the", "man", "beautiful", plural=True),
            "the beautiful men",
            "les beaux hommes",
        ),
        (NounPhrase("the", "water", "", "cold"), "the cold water", "l' eau froide"),
    ],
)
def test_noun_phrases_by_hand(phrase, english, french):
    pair = linked(*phrase.marked())
    assert (" ".join(pair.source), " ".join(pair.target)) == (english, french)
    assert pair.sure == pair.possible
    assert len(pair.sure) == len(pair.source) == len(pair.target)


def test_adjectives_change_sides_and_links_follow():
    pair = linked(*NounPhrase("two", "horse", "old", "white", plural=True).marked("wxyz"))
    assert pair.source == ("two", "old", "white", "horses")
    assert pair.target == ("deux", "vieux", "chevaux", "blancs")
    assert pair.sure == {(0, 0), (1, 1), (2, 3), (3, 2)}


def test_subjects_by_hand():
    subject = NounPhrase("the", "girl", plural=True).subject()
    assert subject == Subject("the:d girls:n", "les:d filles:n", 4, feminine=True)
    assert subject.agreed("fatigué") == "fatiguées"
    alone = " ".join(one.agreed("seul") for one in PRONOUNS)
    assert alone == "seul seul seul seule seuls seuls"


def test_the_people():
    french = [one.french.replace(":d", "").replace(":n", "") for one in (*ADULTS, *CHILDREN)]
    assert ", ".join(french) == (
        "le homme, la femme, ma mère, mon père, mon frère, ma sœur, les femmes, mes frères, "
        "mes sœurs, le enfant, le garçon, la fille, les enfants, les filles"
    )


def test_noun_phrases_are_all_there_is_of_a_kind():
    both = [("the", False), ("the", True), ("my", False), ("my", True)]
    plain = noun_phrases("nature", both, before=False, after=False)
    assert len(plain) == len(set(plain)) == 3 * 4
    before, after = adjectives("nature", before=True), adjectives("nature", before=False)
    assert before == ["small", "big", "beautiful"]
    assert after == ["red", "green", "yellow", "white"]
    assert len(noun_phrases("nature", both, before=True, after=True)) == 3 * 4 * 3 * 4
    assert noun_phrases("kin", both, before=True, after=False) == []


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("adult", {("the", False), ("the", True)}),  # `ma femme` would be my wife
        ("child", {("the", False), ("the", True)}),
        ("drink", {("the", False), ("my", False)}),
        ("animal", {("the", False), ("the", True), ("my", False), ("my", True)}),
    ],
)
def test_determiners_suit_their_nouns(kind, expected):
    both = [("the", False), ("the", True), ("my", False), ("my", True)]
    found = noun_phrases(kind, both, before=False, after=False)
    assert {(phrase.determiner, phrase.plural) for phrase in found} == expected


def test_one_has_one_mother_and_many_sisters():
    both = [("the", False), ("my", False), ("my", True)]
    found = noun_phrases("kin", both, before=False, after=False)
    assert {phrase.determiner for phrase in found} == {"my"}
    assert {phrase.noun for phrase in found if phrase.plural} == {"brother", "sister"}
    assert len([phrase for phrase in found if not phrase.plural]) == 4


def test_two_adjectives_are_a_common_one_and_a_colour():
    found = noun_phrases("machine", [("the", False)], before=True, after=True)
    colours = {"red", "green", "blue", "yellow", "black", "white", "grey"}
    assert {phrase.after for phrase in found} == colours
    assert noun_phrases("adult", [("the", False)], before=True, after=True) == []


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"noun": "unicorn"}, "noun: expected .* got 'unicorn'"),
        ({"before": "purple"}, "before: expected .* got 'purple'"),
        ({"after": "purple"}, "after: expected .* got 'purple'"),
        ({"determiner": "three"}, "determiner: expected .* got 'three'"),
        ({"determiner": "a", "plural": True}, "determiner: expected .* got 'a'"),
        ({"determiner": "two"}, "determiner: expected .* got 'two'"),
    ],
)
def test_words_that_the_lexicon_lacks_are_named(wrong, message):
    with pytest.raises(ValueError, match=message):
        NounPhrase(**{"determiner": "the", "noun": "cat", **wrong})


def test_a_kind_that_does_not_exist_is_named():
    with pytest.raises(ValueError, match=r"kind: expected .* got 'ghost'"):
        adjectives("ghost", before=True)
    with pytest.raises(ValueError, match=r"kind: expected .* got 'ghost'"):
        noun_phrases("ghost", [("the", False)], before=True, after=False)


def test_an_empty_sentence_is_named():
    with pytest.raises(ValueError, match="target: expected at least one token"):
        linked("a", "")
