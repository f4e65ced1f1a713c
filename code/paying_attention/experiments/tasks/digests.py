"""Data as a few letters: a canary stores them, and another split or seed changes them."""

import dataclasses
import hashlib
from collections.abc import Iterable
from typing import Any

from paying_attention.data.batching import Corpus


def corpus_digest(corpora: Iterable[Corpus]) -> str:
    """Hash sentences as words, and the links between them.

    Args:
        corpora: Made with their words.

    Raises:
        ValueError: If one was made without its words.
    """
    state = hashlib.sha256()
    for corpus in corpora:
        if not corpus.pairs:
            raise ValueError("corpora: expected sentences in words, got ids alone")
        for pair in corpus.pairs:
            links = sorted(pair.sure), sorted(pair.possible)
            state.update(repr((pair.source, pair.target, *links)).encode())
    return state.hexdigest()[:16]


def batch_digest(batches: Iterable[Any]) -> str:
    """Hash batches of ids.

    Args:
        batches: Dataclasses whose fields are tensors.
    """
    state = hashlib.sha256()
    for batch in batches:
        for field in dataclasses.fields(batch):
            state.update(repr((field.name, getattr(batch, field.name).tolist())).encode())
    return state.hexdigest()[:16]
