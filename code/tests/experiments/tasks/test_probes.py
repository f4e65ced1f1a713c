import pytest
import torch

from paying_attention.data.vocabulary import BOS_ID
from paying_attention.experiments.tasks.probes import Asked, asking_states, commonest, probe
from paying_attention.experiments.tasks.translation import TranslationRun
from tests.experiments.tasks.tiny import tiny_task


def test_each_state_stands_before_the_step_that_is_told_its_word():
    """Sentence by sentence, with the GRU's cell called by hand."""
    task = tiny_task()
    corpus = task.test[3]
    model = TranslationRun("numbers", "additive", 0).build_for(task).eval()
    states, words = [], []
    with torch.no_grad():
        for row in range(len(corpus)):
            batch = corpus.select(torch.tensor([row]))
            encoded = model.encoder(batch.source, batch.source_lengths)
            hidden = torch.tanh(model.decoder.start(encoded.summary))
            prepared = model.decoder.attention.prepare(encoded.annotations, encoded.mask)
            for word in batch.target[0, :-1]:
                if word != BOS_ID:
                    states.append(hidden[0])
                    words.append(int(word))
                context = model.decoder.attention(
                    hidden, encoded.annotations, prepared, encoded.mask, position=0
                ).output
                given = torch.cat([model.decoder.embedding(word[None]), context], dim=-1)
                hidden = model.decoder.cell(given, hidden)
    found = asking_states(model, corpus, batch_size=5)
    assert sorted(found.words.tolist()) == sorted(words)

    def ordered(states, words):
        return sorted(
            [word, *(round(x, 4) for x in state[:3].tolist())]
            for state, word in zip(states, words, strict=True)
        )

    for one, other in zip(
        ordered(found.states, found.words.tolist()), ordered(states, words), strict=True
    ):
        assert one == pytest.approx(other, abs=2e-4)


def test_luongs_states_are_told_before_they_ask():
    task = tiny_task()
    model = TranslationRun("numbers", "general", 0, decoder="luong").build_for(task)
    with pytest.raises(ValueError, match="model: expected Bahdanau's decoder, got 'luong'"):
        asking_states(model, next(iter(task.test.values())))


def test_a_probe_names_what_a_state_holds_and_nothing_else():
    generator = torch.Generator().manual_seed(0)
    words = torch.randint(3, 10, (700,), generator=generator)
    noise = torch.randn(700, 5, generator=generator)
    knowing = torch.cat([torch.nn.functional.one_hot(words, 10) * 2.0 - 9, noise], dim=1)
    for states, low, high in ((knowing, 1.0, 1.0), (noise, 0.05, 0.25)):
        learned, held_out = Asked(states[:400], words[:400]), Asked(states[400:], words[400:])
        right, asked = probe(learned, held_out, 10, decay=1e-4)
        assert asked == 300
        assert low <= right / asked <= high


def test_the_commonest_word_is_that_of_the_fitted_sentences():
    learned = Asked(torch.zeros(4, 1), torch.tensor([5, 5, 5, 7]))
    held_out = Asked(torch.zeros(3, 1), torch.tensor([7, 7, 5]))
    assert commonest(learned, held_out) == [1, 3]
