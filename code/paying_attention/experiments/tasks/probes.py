"""Linear probes: what a state knows, though nobody told it."""

from typing import NamedTuple

import torch
from jaxtyping import Float, Int
from torch import Tensor
from torch.nn import functional as F

from paying_attention.data.batching import Corpus
from paying_attention.data.vocabulary import PAD_ID
from paying_attention.models.recurrent.seq2seq import Seq2Seq


class Asked(NamedTuple):
    """States that ask, and the word that was written last before each of them."""

    states: Float[Tensor, "steps d_decoder"]
    words: Int[Tensor, " steps"]


@torch.no_grad()
def asking_states(model: Seq2Seq, corpus: Corpus, *, batch_size: int = 256) -> Asked:
    """Let a model write the reference and keep the states that ask, from the second word on.

    In Bahdanau's decoder s_{i-1} asks before it is given y_{i-1}, the word that the step before
    has led to. At the first word nothing was written yet, so it is left out.

    Args:
        model: A model with Bahdanau's decoder.
        corpus: Sentences.
        batch_size: Sentences read together; the result does not depend on it.

    Raises:
        ValueError: If the decoder is another one.
    """
    if model.config.decoder != "bahdanau":
        raise ValueError(f"model: expected Bahdanau's decoder, got {model.config.decoder!r}")
    states, words = [], []
    for batch in corpus.in_order(batch_size):
        encoded = model.encoder(batch.source, batch.source_lengths)
        state, prepared = model.decoder.begin(encoded)
        for step, previous in enumerate(batch.target_input.unbind(dim=1)):
            real = batch.target_output[:, step] != PAD_ID
            if step > 0:
                states.append(state.hidden[real])
                words.append(previous[real])
            given = model.decoder.embedding(previous)
            _, state, _ = model.decoder.step(given, state, encoded, prepared)
    return Asked(torch.cat(states), torch.cat(words))


def probe(learned: Asked, held_out: Asked, num_words: int, *, decay: float) -> list[int]:
    """Fit one linear layer that names the word, and count what it gets right on other states.

    It is the softmax regression with the smallest loss, which has no local minima.

    Args:
        learned: States and words to fit.
        held_out: States and words to judge.
        num_words: Size of the vocabulary.
        decay: Weight of the squared weights in the loss, which keeps them finite.

    Returns:
        Right words, and all.
    """
    mean, spread = learned.states.mean(dim=0), learned.states.std(dim=0) + 1e-6
    seen, asked = ((part.states - mean) / spread for part in (learned, held_out))
    weight = torch.zeros(num_words, seen.shape[1], requires_grad=True)
    bias = torch.zeros(num_words, requires_grad=True)
    optimizer = torch.optim.LBFGS([weight, bias], max_iter=100, line_search_fn="strong_wolfe")

    def closure() -> Tensor:
        optimizer.zero_grad()
        loss = F.cross_entropy(F.linear(seen, weight, bias), learned.words)
        loss = loss + decay * weight.square().sum()
        loss.backward()
        return loss

    optimizer.step(closure)
    with torch.no_grad():
        right = F.linear(asked, weight, bias).argmax(dim=-1) == held_out.words
    return [int(right.sum()), len(right)]


def commonest(learned: Asked, held_out: Asked) -> list[int]:
    """Count how often the commonest word is right: what a probe of no state would get.

    Args:
        learned: Says which word is the commonest.
        held_out: States and words to judge.

    Returns:
        Right words, and all.
    """
    word = learned.words.bincount().argmax()
    return [int((held_out.words == word).sum()), len(held_out.words)]
