"""Multi30k: captions of pictures in English, and in German as translators wrote them.

29,000 pairs for training, 1,014 for validation and the 1,000 of the test of 2016. Elliott, Frank,
Sima'an and Specia (2016), *Multi30K: Multilingual English-German Image Descriptions*,
arXiv 1605.00459; who quotes a sentence, cites it. The English captions are Flickr30k's (Young et
al., 2014), to which people gave them for research.

The files are read from the folder ``multi30k`` in the folder that the environment variable
``PAYING_ATTENTION_DATA`` names; nothing is fetched.
"""

import gzip
import hashlib
import os
import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import Literal

from paying_attention.data.sentence_pairs import SentencePair

VARIABLE = "PAYING_ATTENTION_DATA"
UNKNOWN = "<unk>"
WORD = re.compile(r"\w+|[^\w\s]")  # letters, digits and underscores that touch, or one sign
Split = Literal["train", "val", "test_2016_flickr"]
SHA256 = {
    "train.de.gz": "726e39b2fa9eb9ffb6dc763fb35a179f80fae06ffc5d28b6ace5faa883de28a6",
    "train.en.gz": "d79cfa999dd4c51d2cb42499b6796d5a882c3a8a961923c25a898c90f8bbd56f",
    "val.de.gz": "f0cba2f995189cf5770f29a8a9a537a3ad3f51657ad873405082ff6863a5e75a",
    "val.en.gz": "14f7d25ddd868909a9213e361768460edcacdd6ab9d1e77b92560dc10c10dc28",
    "test_2016_flickr.de.gz": "9204244e408ccb38d2a55cfcd344df15005fc42a07a6e55ca6c52b6ababb8cc8",
    "test_2016_flickr.en.gz": "611d361c6334bc7246101d48097c13cf5c4413c5befc793cc629934359d532d9",
}


def has_multi30k() -> bool:
    """Tell whether the environment names a folder of data that holds Multi30k."""
    folder = os.environ.get(VARIABLE)
    return bool(folder) and all((Path(folder) / "multi30k" / name).is_file() for name in SHA256)


def tokenize(sentence: str) -> list[str]:
    """Split a sentence into words and signs, in small letters.

    Args:
        sentence: As it was written.

    Example:
        >>> tokenize("Ein Mädchen, 3 Jahre alt.")
        ['ein', 'mädchen', ',', '3', 'jahre', 'alt', '.']
    """
    return WORD.findall(sentence.lower())


def frequent_words(sentences: Iterable[Sequence[str]], *, at_least: int) -> frozenset[str]:
    """Collect the words that occur often enough to be learned.

    Args:
        sentences: Tokenised sentences.
        at_least: How often.

    Example:
        >>> sorted(frequent_words([["a", "dog"], ["a", "cat"], ["dog"]], at_least=2))
        ['a', 'dog']
    """
    counts = Counter(word for sentence in sentences for word in sentence)
    return frozenset(word for word, count in counts.items() if count >= at_least)


def hide_rare(sentence: Sequence[str], known: Collection[str]) -> tuple[str, ...]:
    """Put ``<unk>`` in the place of every word that is not known.

    Args:
        sentence: Tokens.
        known: The words that stay.

    Example:
        >>> hide_rare(["a", "zebra", "."], {"a", "."})
        ('a', '<unk>', '.')
    """
    return tuple(word if word in known else UNKNOWN for word in sentence)


def multi30k_pairs(split: Split) -> list[SentencePair]:
    """Read the pairs of a split, German to English, as tokens and without links.

    Args:
        split: ``"train"``, ``"val"`` or ``"test_2016_flickr"``.

    Raises:
        FileNotFoundError: If the environment variable is not set, or a file is not there.
        ValueError: If there is no such split, if a file is not the one that was published, or if
            the two files have not as many lines.
    """
    if f"{split}.de.gz" not in SHA256:
        raise ValueError(f"split: expected 'train', 'val' or 'test_2016_flickr', got {split!r}")
    german, english = (_lines(f"{split}.{language}.gz") for language in ("de", "en"))
    if len(german) != len(english):
        raise ValueError(f"split: expected as many lines, got {len(german)} and {len(english)}")
    return [
        SentencePair(tuple(tokenize(de)), tuple(tokenize(en)))
        for de, en in zip(german, english, strict=True)
    ]


def _lines(name: str) -> list[str]:
    folder = os.environ.get(VARIABLE)
    if not folder:
        raise FileNotFoundError(
            f"{VARIABLE}: expected a folder that holds multi30k/{name}, got no such variable"
        )
    path = Path(folder) / "multi30k" / name
    if not path.is_file():
        raise FileNotFoundError(f"{VARIABLE}: expected a file multi30k/{name} in it, got none")
    packed = path.read_bytes()
    if (found := hashlib.sha256(packed).hexdigest()) != SHA256[name]:
        raise ValueError(f"{name}: expected sha256 {SHA256[name]}, got {found}")
    return gzip.decompress(packed).decode("utf-8").splitlines()
