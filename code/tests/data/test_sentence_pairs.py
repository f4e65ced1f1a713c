import pytest
from hypothesis import given
from hypothesis import strategies as st

from paying_attention.data.sentence_pairs import SentencePair


@st.composite
def parts(draw):
    """What a pair is made of: words that say where they stand, and random links."""
    num_source, num_target = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    links = st.frozensets(
        st.tuples(st.integers(0, num_target - 1), st.integers(0, num_source - 1)), max_size=4
    )
    source = tuple(f"s{i}" for i in range(num_source))
    target = tuple(f"t{i}" for i in range(num_target))
    return source, target, draw(links), draw(links)


def test_sure_links_are_possible_too():
    pair = SentencePair(("a", "b"), ("c",), frozenset({(0, 1)}), frozenset({(0, 0)}))
    assert pair.sure == {(0, 1)}
    assert pair.possible == {(0, 0), (0, 1)}


def test_a_link_is_target_first():
    assert SentencePair(("a", "b", "c"), ("d",), frozenset({(0, 2)})).sure == {(0, 2)}
    with pytest.raises(ValueError, match=r"\(target < 1, source < 3\), got \(2, 0\)"):
        SentencePair(("a", "b", "c"), ("d",), frozenset({(2, 0)}))


@pytest.mark.parametrize("link", [(0, 2), (1, 0), (-1, 0), (0, -1)])
@pytest.mark.parametrize("kind", ["sure", "possible"])
def test_a_link_outside_the_sentences_is_named(link, kind):
    match = rf"links: expected \(target < 1, source < 2\), got \({link[0]}, {link[1]}\)"
    with pytest.raises(ValueError, match=match):
        SentencePair(("a", "b"), ("c",), **{kind: frozenset({link})})


@pytest.mark.parametrize(("source", "target"), [((), ("a",)), (("a",), ())])
def test_an_empty_sentence_is_named(source, target):
    name = "target" if source else "source"
    with pytest.raises(ValueError, match=f"{name}: expected at least one token, got an empty"):
        SentencePair(source, target)


@pytest.mark.usefixtures("without_type_checks")
def test_a_string_is_no_sentence():
    for name, sentences in (("source", ("abc", ("a",))), ("target", (("a",), "abc"))):
        with pytest.raises(TypeError, match=f"{name}: expected a sequence of tokens, got .* 'abc'"):
            SentencePair(*sentences)


def test_join_by_hand():
    first = SentencePair(("a", "b"), ("c",), frozenset({(0, 1)}), frozenset({(0, 0)}))
    second = SentencePair(("d",), ("e", "f"), frozenset({(1, 0)}))
    joined = SentencePair.join([first, second, first], ";")
    assert joined.source == ("a", "b", ";", "d", ";", "a", "b")
    assert joined.target == ("c", ";", "e", "f", ";", "c")
    assert joined.sure == {(0, 1), (3, 3), (5, 6)}
    # A separator is linked to its twin as possible: it can be written without a look.
    assert joined.possible == joined.sure | {(0, 0), (5, 5), (1, 2), (4, 4)}


@given(st.lists(parts(), min_size=1, max_size=5))
def test_join_keeps_words_and_links(several):
    pairs = [SentencePair(*one) for one in several]
    joined = SentencePair.join(pairs, ";")
    assert " ".join(joined.source) == " ; ".join(" ".join(pair.source) for pair in pairs)
    assert " ".join(joined.target) == " ; ".join(" ".join(pair.target) for pair in pairs)
    for kind in ("sure", "possible"):
        found = [
            (joined.target[:t].count(";"), joined.target[t], joined.source[s])
            for t, s in getattr(joined, kind)
        ]
        expected = [
            (part, pair.target[t], pair.source[s])
            for part, pair in enumerate(pairs)
            for t, s in getattr(pair, kind)
        ]
        if kind == "possible":
            expected += [(i, ";", ";") for i in range(len(pairs) - 1)]
        assert sorted(found) == sorted(expected)
        # The source side of a link stands in the same part as its target side.
        assert all(
            joined.target[:t].count(";") == joined.source[:s].count(";")
            for t, s in getattr(joined, kind)
        )


@given(parts())
def test_join_of_one_changes_nothing(one):
    pair = SentencePair(*one)
    assert SentencePair.join([pair], ";") == pair


def test_there_must_be_something_to_join():
    with pytest.raises(ValueError, match="pairs: expected at least one pair, got none"):
        SentencePair.join([], ";")


def test_reverse_by_hand():
    sure, possible = frozenset({(0, 0), (0, 2)}), frozenset({(1, 2)})
    back = SentencePair(("look", "it", "up"), ("cherchez", "-le"), sure, possible).reverse()
    assert back.source == ("cherchez", "-le")
    assert back.target == ("look", "it", "up")
    assert back.sure == {(0, 0), (2, 0)}
    assert back.possible == {(0, 0), (2, 0), (2, 1)}


@given(parts())
def test_reverse_links_the_same_words_and_undoes_itself(one):
    pair = SentencePair(*one)
    back = pair.reverse()
    for kind in ("sure", "possible"):
        forth = {(pair.target[t], pair.source[s]) for t, s in getattr(pair, kind)}
        assert {(back.source[s], back.target[t]) for t, s in getattr(back, kind)} == forth
    assert back.reverse() == pair
