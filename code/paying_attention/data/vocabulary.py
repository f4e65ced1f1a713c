"""Words to integers and back."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

PAD, BOS, EOS = "<pad>", "<bos>", "<eos>"
PAD_ID, BOS_ID, EOS_ID = 0, 1, 2
CONTROLS = frozenset({PAD, BOS, EOS})


def check_words(name: str, sentence: Sequence[str]) -> None:
    """Refuse one string for several words, and words that a model takes for control symbols.

    Args:
        name: What the words are, for the message.
        sentence: Tokens of one sentence.

    Raises:
        TypeError: If ``sentence`` is one string and not a sequence of tokens.
        ValueError: If a token is spelled ``<pad>``, ``<bos>`` or ``<eos>``.

    Example:
        >>> check_words("source", ["ein", "<eos>"])
        Traceback (most recent call last):
        ValueError: source: expected words, got the control symbol '<eos>' at position 1
    """
    if isinstance(sentence, str):
        raise TypeError(f"{name}: expected a sequence of tokens, got the string {sentence!r}")
    if not CONTROLS.isdisjoint(sentence):
        position, token = next(each for each in enumerate(sentence) if each[1] in CONTROLS)
        raise ValueError(
            f"{name}: expected words, got the control symbol {token!r} at position {position}"
        )


@dataclass(frozen=True)
class Vocabulary:
    """The tokens that a model knows, in the order of their ids.

    Ids 0, 1 and 2 are padding, begin of sentence and end of sentence, in every vocabulary.

    Args:
        tokens: All tokens; the first three are ``<pad>``, ``<bos>``, ``<eos>``.

    Raises:
        ValueError: If the special tokens are not in front, or if a token occurs twice.

    Example:
        >>> words = Vocabulary.from_sentences([["vier", "und", "zwanzig"]])
        >>> words.encode(["zwanzig", "vier"])
        [5, 4]
        >>> words.decode([5, 4, EOS_ID])
        ['zwanzig', 'vier', '<eos>']
    """

    tokens: tuple[str, ...]
    _ids: dict[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Check the tokens and index them."""
        if self.tokens[:3] != (PAD, BOS, EOS):
            raise ValueError(
                f"tokens: expected to begin with {(PAD, BOS, EOS)}, got {self.tokens[:3]}"
            )
        ids = {token: index for index, token in enumerate(self.tokens)}
        if len(ids) != len(self.tokens):
            double = sorted({token for token in self.tokens if self.tokens.count(token) > 1})
            raise ValueError(f"tokens: expected each token once, got {double} more than once")
        object.__setattr__(self, "_ids", ids)

    @classmethod
    def from_sentences(cls, sentences: Iterable[Sequence[str]]) -> "Vocabulary":
        """Collect the tokens of a corpus, sorted, behind the three special ones.

        Args:
            sentences: Tokenised sentences.

        Raises:
            TypeError: If a sentence is one string.
            ValueError: If there is not a single token, or if one is spelled like a special one.
        """
        words: set[str] = set()
        for sentence in sentences:
            check_words("sentences", sentence)
            words.update(sentence)
        if not words:
            raise ValueError("sentences: expected at least one token, got an empty corpus")
        return cls((PAD, BOS, EOS, *sorted(words)))

    def __len__(self) -> int:
        """Count the tokens, the special ones included."""
        return len(self.tokens)

    def encode(self, sentence: Sequence[str]) -> list[int]:
        """Turn tokens into ids.

        Args:
            sentence: Tokens of one sentence.

        Raises:
            TypeError: If ``sentence`` is one string and not a sequence of tokens.
            ValueError: If a token is unknown, or a special one, which no text contains; the
                message names it and its position.
        """
        check_words("sentence", sentence)
        for position, token in enumerate(sentence):
            if token not in self._ids:
                raise ValueError(
                    f"sentence: expected tokens of this vocabulary ({len(self)} tokens), "
                    f"got {token!r} at position {position}"
                )
        return [self._ids[token] for token in sentence]

    def decode(self, ids: Iterable[int]) -> list[str]:
        """Turn ids into tokens.

        Args:
            ids: Integers from 0 to ``len(self) - 1``.

        Raises:
            ValueError: If an id is outside the vocabulary.
        """
        ids = [int(index) for index in ids]
        for index in ids:
            if not 0 <= index < len(self):
                raise ValueError(f"ids: expected 0 to {len(self) - 1}, got {index}")
        return [self.tokens[index] for index in ids]
