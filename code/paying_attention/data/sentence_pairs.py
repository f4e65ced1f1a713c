"""A sentence, its translation, and which word comes from which."""

from collections.abc import Sequence
from dataclasses import dataclass

from paying_attention.data.vocabulary import check_words

Link = tuple[int, int]


@dataclass(frozen=True)
class SentencePair:
    """Two tokenised sentences and the gold links between them.

    A link is ``(target position, source position)``. Sure links are the ones an aligner must find,
    possible links the ones it may find (Och & Ney, 2003); every sure link is possible too.

    Args:
        source: Tokens to read.
        target: Tokens to write.
        sure: Links that must be found.
        possible: Links that may be found; the sure ones are added to them.

    Raises:
        TypeError: If a sentence is one string and not a tuple of tokens.
        ValueError: If a sentence is empty or holds a control symbol, or if a link points outside.
    """

    source: tuple[str, ...]
    target: tuple[str, ...]
    sure: frozenset[Link] = frozenset()
    possible: frozenset[Link] = frozenset()

    def __post_init__(self) -> None:
        """Check the links; sure links become possible ones as well."""
        for name, sentence in (("source", self.source), ("target", self.target)):
            check_words(name, sentence)
            if not sentence:
                raise ValueError(f"{name}: expected at least one token, got an empty sentence")
        object.__setattr__(self, "possible", self.possible | self.sure)
        words, sources = len(self.target), len(self.source)
        for target, source in self.possible:
            if not (0 <= target < words and 0 <= source < sources):
                raise ValueError(
                    f"links: expected (target < {words}, source < {sources}), "
                    f"got {(target, source)}"
                )

    def reverse(self) -> "SentencePair":
        """Swap source and target, and both ends of every link.

        Example:
            >>> pair = SentencePair(("look", "it", "up"), ("cherchez", "-le"), frozenset({(0, 2)}))
            >>> pair.reverse().source, pair.reverse().target, pair.reverse().sure
            (('cherchez', '-le'), ('look', 'it', 'up'), frozenset({(2, 0)}))
        """
        sure, possible = (
            frozenset((source, target) for target, source in links)
            for links in (self.sure, self.possible)
        )
        return SentencePair(self.target, self.source, sure, possible)

    @classmethod
    def join(cls, pairs: Sequence["SentencePair"], separator: str) -> "SentencePair":
        """String several pairs together, with a separator between them.

        The separators are linked as possible, not as sure: like a hyphen, one can be written
        without a look at its twin.

        Args:
            pairs: Pairs in the order of the result.
            separator: A token to put between them on both sides.

        Raises:
            ValueError: If ``pairs`` is empty.

        Example:
            >>> one = SentencePair(("eins",), ("one",), frozenset({(0, 0)}))
            >>> two = SentencePair(("zwei",), ("two",), frozenset({(0, 0)}))
            >>> SentencePair.join([one, two], ";").target
            ('one', ';', 'two')
        """
        if not pairs:
            raise ValueError("pairs: expected at least one pair, got none")
        source: list[str] = []
        target: list[str] = []
        sure: list[Link] = []
        possible: list[Link] = []
        for pair in pairs:
            if source:
                possible.append((len(target), len(source)))
                source.append(separator)
                target.append(separator)
            before, left = len(target), len(source)
            sure += [(t + before, s + left) for t, s in pair.sure]
            possible += [(t + before, s + left) for t, s in pair.possible]
            source.extend(pair.source)
            target.extend(pair.target)
        return cls(tuple(source), tuple(target), frozenset(sure), frozenset(possible))
