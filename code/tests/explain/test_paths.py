import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from paying_attention.explain.paths import path_length


def words(n):
    return [torch.randn(1, 3).requires_grad_() for _ in range(n)]


def read(cell, inputs, state=None):
    """All states of a recurrent network, the last one last."""
    states = []
    for word in inputs:
        state = cell(word, state)
        states.append(state)
    return states


@pytest.mark.parametrize("make_cell", [nn.GRUCell, nn.LSTMCell, nn.RNNCell])
@pytest.mark.parametrize("n", [1, 2, 5])
def test_a_word_passes_every_state_behind_it(make_cell, n):
    inputs, cell = words(n), make_cell(3, 5)
    if make_cell is nn.LSTMCell:
        cells = read(lambda word, state: cell(word, state), inputs)
        states = [hidden for hidden, _ in cells]
        lengths = [path_length(states[-1].sum(), word, states) for word in inputs]
        assert lengths[-1] == 1
        assert sorted(lengths, reverse=True) == lengths
        return
    states = read(cell, inputs)
    lengths = [path_length(states[-1].sum(), word, states) for word in inputs]
    assert lengths == list(range(n, 0, -1))


def test_with_attention_every_word_is_one_state_away():
    inputs = words(5)
    states = read(nn.GRUCell(3, 7), inputs)
    annotations = torch.stack(states, dim=1)
    weights = torch.softmax(torch.randn(1, 1, 5), dim=-1)
    context = weights @ annotations
    assert [path_length(context.sum(), word, states) for word in inputs] == [1] * 5


def test_the_decoder_is_on_the_way_too():
    """Without attention: all states behind the word, then those before the answer."""
    inputs = words(4)
    encoder = read(nn.GRUCell(3, 7), inputs)
    decoder = read(nn.GRUCell(3, 7), [torch.randn(1, 3) for _ in range(3)], encoder[-1])
    states = [*encoder, *decoder]
    found = [[path_length(out.sum(), word, states) for word in inputs] for out in decoder]
    assert found == [[5, 4, 3, 2], [6, 5, 4, 3], [7, 6, 5, 4]]


def test_an_output_that_is_a_state_counts_itself():
    (word,) = words(1)
    state = torch.tanh(word)
    assert path_length(state, word, [state]) == 1
    assert path_length(state, word, []) == 0


def test_only_named_states_count():
    inputs = words(5)
    states = read(nn.GRUCell(3, 7), inputs)
    assert path_length(states[-1].sum(), inputs[0], states[1::2]) == 2


@given(
    st.lists(st.sets(st.integers(0, 7), min_size=1, max_size=3), min_size=1, max_size=7),
)
def test_the_shortest_of_all_paths_against_a_slow_search(parents):
    """Node i is made of some nodes before it; node 0 is the word."""
    word = torch.ones(2, requires_grad=True)
    nodes, lengths = [word], [0]
    for chosen in parents:
        earlier = {parent % len(nodes) for parent in chosen}
        nodes.append(torch.tanh(sum(nodes[parent] for parent in earlier)))
        lengths.append(1 + min(lengths[parent] for parent in earlier))
    assert path_length(nodes[-1].sum(), word, nodes[1:]) == lengths[-1]


def test_a_source_that_was_computed_is_refused():
    (word,) = words(1)
    state = torch.tanh(word)
    with pytest.raises(ValueError, match="source: expected a leaf tensor that requires a gradient"):
        path_length(state.sum(), state, [state])


def test_a_source_without_a_gradient_is_refused():
    word = torch.ones(2)
    with pytest.raises(ValueError, match="source: expected a leaf tensor that requires a gradient"):
        path_length(word.sum(), word, [])


def test_a_path_is_needed():
    first, second = words(2)
    state = torch.tanh(first)
    with pytest.raises(ValueError, match="source: expected a path from it to the output, got none"):
        path_length(state.sum(), second, [state])
    with pytest.raises(ValueError, match="source: expected a path from it to the output, got none"):
        path_length(state.detach().sum(), first, [state])


def test_from_a_word_to_itself_is_no_way_at_all():
    word = torch.ones(3, requires_grad=True)
    assert path_length(word, word, [torch.tanh(word)]) == 0
