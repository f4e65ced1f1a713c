"""A small English–French corpus with gold links, to train translators and score where they look.

Each English sentence has one French sentence and the other way round, so that exact match means
something in both directions. Where a language leaves something open the grammar decides: `I`,
`you`, `we` and `they` are men, `you` is `tu`, but who is given an order is `vous`.

Links are `(position in the French target, position in the English source)`; `reverse` turns a pair
around.

- A word that translates a word is sure. One word against several: all of them are sure, `look` and
  `up` for `cherchez`, `ne` and `pas` for `not`, `était` and `assis` for `sat`, `s' il vous plaît`
  for `please`. A contraction has the links of both its parts: `the` is sure for `du`.
- Several against several: sure where a word means the other, `hungry` for `faim`, `next` for
  `côté`; possible between the rest, `am` for `ai`, `am` for `faim`, `to` for `à`.
- Words of grammar without a counterpart have possible links to what they serve: `do` to `ne` and
  `pas`, `de` in `près de` to `near`.
- The English article before a profession has no partner in French, and no link.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache
from itertools import chain

import torch

from paying_attention.data.phrases.grammar import linked
from paying_attention.data.phrases.templates import TEMPLATES
from paying_attention.data.sentence_pairs import SentencePair

Phrases = dict[str, tuple[SentencePair, ...]]
TEST_SHARE, VALIDATION_SHARE = 0.1, 0.05
MIN_SEEN = 6  # training sentences that keep each word, whatever is held out

# Sentences of the grammar for lessons, one of each template: no split holds them.
SHOWCASE = (
    linked("I:s love:v you:o", "je:s te:o aime:v"),
    linked("she:s has:v a:w small:x black:y dog:z", "elle:s a:v un:w petit:x chien:z noir:y"),
    linked("the:d cat:n sat:v on:p the:w mat:z", "le:d chat:n était:v assis:v sur:p le:w tapis:z"),
    linked("I:s am:v a student:o", "je:s suis:v étudiant:o"),
    linked("look:v it:o up:v", "cherchez:v -le:o"),
    linked("I:s do:M not:m sleep:v", "je:s ne:m dors:v pas:m"),
    linked("I:s am:H hungry:h", "je:s ai:H faim:h"),
    linked("the:d old:a cat:n is:v tired:o", "le:d vieux:a chat:n est:v fatigué:o"),
)


def phrases() -> Phrases:
    """All sentences but those of the showcase, by the name of their template.

    Example:
        >>> pair = phrases()["imperatives"][0]
        >>> " ".join(pair.source), " ".join(pair.target)
        ('look it up now', 'cherchez -le maintenant')
    """
    return dict(_grammar())


@cache
def _grammar() -> Phrases:
    shown = {pair.source for pair in SHOWCASE}
    found = {}
    for name, sentences in TEMPLATES.items():
        once = {pair.source: pair for pair in sentences()}
        found[name] = tuple(pair for source, pair in once.items() if source not in shown)
    return found


def split_phrases(*, seed: int = 0) -> tuple[Phrases, Phrases, Phrases]:
    """Split the sentences of each template for training, for validation and for the test.

    A tenth is for the test and a twentieth for validation. What is held out consists of words that
    training has in at least six sentences: it asks for new combinations, not for new words.

    Args:
        seed: Seed of the split.

    Raises:
        TypeError: If the seed is no integer.

    Example:
        >>> training, validation, test = split_phrases()
        >>> [len(part["imperatives"]) for part in (training, validation, test)]
        [598, 35, 70]
    """
    if not isinstance(seed, int):
        raise TypeError(f"seed: expected an integer, got {seed!r}")
    training, validation, test = _split(seed)
    return dict(training), dict(validation), dict(test)


@cache
def _split(seed: int) -> tuple[Phrases, Phrases, Phrases]:
    generator = torch.Generator().manual_seed(seed)
    grammar, words = _grammar(), _words()
    counts = Counter(chain.from_iterable(chain.from_iterable(words.values())))
    training, validation, test = {}, {}, {}
    for name, pairs in grammar.items():
        order = torch.randperm(len(pairs), generator=generator).tolist()
        num_test, num_validation = (int(len(pairs) * s) for s in (TEST_SHARE, VALIDATION_SHARE))
        held_out = []
        for i in order:
            if len(held_out) == num_test + num_validation:
                break
            if min(map(counts.__getitem__, words[name][i])) > MIN_SEEN:
                counts.subtract(words[name][i])
                held_out.append(i)
        kept = set(range(len(pairs))) - set(held_out)
        training[name] = tuple(pairs[i] for i in sorted(kept))
        validation[name] = tuple(pairs[i] for i in sorted(held_out[num_test:]))
        test[name] = tuple(pairs[i] for i in sorted(held_out[:num_test]))
    return training, validation, test


@cache
def _words() -> dict[str, list[set[tuple[str, str]]]]:
    """List the words of each sentence with their language: `table` is one of each."""
    return {
        name: [
            {("en", word) for word in pair.source} | {("fr", word) for word in pair.target}
            for pair in pairs
        ]
        for name, pairs in _grammar().items()
    }


def draw_phrases(
    by_template: Mapping[str, Sequence[SentencePair]], count: int, *, generator: torch.Generator
) -> list[SentencePair]:
    """Draw sentences with replacement, each template equally likely, however few it has.

    Args:
        by_template: Sentences by template, as `split_phrases` returns them.
        count: How many to draw.
        generator: Source of randomness.

    Raises:
        ValueError: If there is no template, if one has no sentences, or if the count is negative.

    Example:
        >>> one = {"lessons": SHOWCASE[:1], "others": SHOWCASE[1:2]}
        >>> drawn = draw_phrases(one, 5, generator=torch.Generator().manual_seed(0))
        >>> len(drawn), set(drawn) <= set(SHOWCASE[:2])
        (5, True)
    """
    if not by_template:
        raise ValueError("by_template: expected at least one template, got none")
    for name, pairs in by_template.items():
        if not pairs:
            raise ValueError(f"by_template: expected sentences in each, got none in {name!r}")
    if count < 0:
        raise ValueError(f"count: expected 0 or more, got {count}")
    templates = list(by_template.values())
    which = torch.randint(len(templates), (count,), generator=generator).tolist()
    share = torch.rand(count, generator=generator, dtype=torch.float64).tolist()
    drawn = zip((templates[i] for i in which), share, strict=True)
    return [pairs[int(len(pairs) * part)] for pairs, part in drawn]
