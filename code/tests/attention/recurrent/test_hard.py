import math

import pytest
import torch

from paying_attention.attention.recurrent.additive import AdditiveAttention
from paying_attention.attention.recurrent.frozen_vector import FrozenVector
from paying_attention.attention.recurrent.hard import HardAttention, HardAttentionOutput
from paying_attention.attention.recurrent.heads import MultiHeadDecoderAttention
from paying_attention.attention.recurrent.local import LocalAttention
from paying_attention.attention.recurrent.luong import (
    ConcatAttention,
    DotAttention,
    GeneralAttention,
    LocationAttention,
)

BATCH, KEY, D_QUERY, D_ANNOTATION = 2, 7, 11, 5
MASK = torch.tensor([[True] * 7, [True, True, True, False, False, False, False]])
SOFT = {
    "additive": lambda: AdditiveAttention(D_QUERY, D_ANNOTATION, 3),
    "dot": lambda: DotAttention(D_ANNOTATION, D_ANNOTATION),
    "general": lambda: GeneralAttention(D_QUERY, D_ANNOTATION),
    "concat": lambda: ConcatAttention(D_QUERY, D_ANNOTATION, 3),
    "location": lambda: LocationAttention(D_QUERY, D_ANNOTATION, 9),
}
# Scores ln 2, ln 5, ln 3 for a state of (1, 0): probabilities 2, 5, 3 tenths.
WORDS = torch.tensor([[math.log(2), 7.0], [math.log(5), 8.0], [math.log(3), 9.0]]).double()
SHARES = torch.tensor([0.2, 0.5, 0.3]).double()


def hard_and_inputs(kind="general", seed=0):
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        hard = HardAttention(SOFT[kind]()).double()
        query = torch.randn(BATCH, hard.d_query, dtype=torch.float64)
        annotations = torch.randn(BATCH, KEY, D_ANNOTATION, dtype=torch.float64)
    return hard, query, annotations


def ask(attention, query, annotations, mask=None, seed=0):
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return attention(query, annotations, attention.prepare(annotations, mask), mask)


def ask_by_hand(n=1, mask=None, seed=0, *, training=True):
    """Ask the three words n times."""
    hard = HardAttention(DotAttention(2, 2)).train(training)
    query = torch.tensor([[1.0, 0.0]]).double().repeat(n, 1).requires_grad_()
    mask = None if mask is None else torch.tensor([mask]).repeat(n, 1)
    return query, ask(hard, query, WORDS.repeat(n, 1, 1), mask, seed)


def test_after_training_the_best_is_taken():
    _, found = ask_by_hand(training=False)
    assert isinstance(found, HardAttentionOutput)
    assert found.weights.tolist() == [[0, 1, 0]]
    assert torch.equal(found.output, WORDS[1:2])
    assert found.log_prob.tolist() == pytest.approx([math.log(0.5)])


def test_the_best_among_those_that_may_be_seen():
    _, found = ask_by_hand(mask=[True, False, True], training=False)
    assert found.weights.tolist() == [[0, 0, 1]]
    assert found.log_prob.tolist() == pytest.approx([math.log(0.6)])


@pytest.mark.parametrize("mask", [None, MASK])
@pytest.mark.parametrize("kind", list(SOFT))
def test_the_best_of_any_soft_attention(kind, mask):
    hard, query, annotations = hard_and_inputs(kind)
    found = ask(hard.eval(), query, annotations, mask)
    soft = ask(hard.soft, query, annotations, mask).weights
    best = soft.argmax(dim=1)
    assert torch.equal(found.weights.argmax(dim=1), best)
    assert torch.equal(found.weights.sum(dim=1), torch.ones(BATCH).double())
    assert torch.equal(found.output, annotations[torch.arange(BATCH), best])
    assert torch.allclose(found.log_prob, soft.amax(dim=1).log())


def test_after_training_nothing_is_drawn():
    hard, query, annotations = hard_and_inputs()
    before = torch.get_rng_state()
    prepared = hard.eval().prepare(annotations, None)
    picks = {tuple(hard(query, annotations, prepared).weights.argmax(1).tolist()) for _ in range(9)}
    assert len(picks) == 1
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize("mask", [None, [True, False, True]])
def test_draws_follow_the_probabilities(mask):
    """A share of n draws has standard deviation √(p (1 − p) / n); five of them are never left.

    Never: less than once in a million seeds. With n = 20 000 they are at most 0.018, so shares that
    were swapped, flat or squared would stand out.
    """
    n = 20_000
    _, found = ask_by_hand(n, mask)
    shares = SHARES if mask is None else SHARES * torch.tensor(mask)
    shares = shares / shares.sum()
    allowed = 5 * (shares * (1 - shares) / n).sqrt()
    assert allowed.max() < 0.018
    assert ((found.weights.mean(dim=0) - shares).abs() <= allowed).all()


def test_every_draw_is_one_word_with_its_log_probability():
    _, found = ask_by_hand(500)
    pick = found.weights.argmax(dim=1)
    assert pick.unique().tolist() == [0, 1, 2]
    assert torch.equal(found.weights, torch.eye(3).double()[pick])
    assert torch.equal(found.output, WORDS[pick])
    assert torch.allclose(found.log_prob, SHARES[pick].log())


def test_each_sentence_is_drawn_by_itself():
    _, found = ask_by_hand(500)
    pick = found.weights.argmax(dim=1)
    same = (pick[1:] == pick[:-1]).double().mean()
    assert same == pytest.approx(0.2**2 + 0.5**2 + 0.3**2, abs=0.11)  # five deviations of 500 coins


@pytest.mark.parametrize("kind", list(SOFT))
def test_a_masked_word_is_never_drawn(kind):
    hard, query, annotations = hard_and_inputs(kind)
    n = 300
    mask = MASK.repeat(n, 1)
    # What is masked would have nearly all of the probability, if it counted.
    annotations[1, 3:] = 50 * query[1, :D_ANNOTATION]
    found = ask(hard, query.repeat(n, 1), annotations.repeat(n, 1, 1), mask)
    assert (found.weights[~mask] == 0).all()
    assert (found.weights.sum(dim=1) == 1).all()
    assert len(found.weights[1::2].argmax(dim=1).unique()) >= 2
    assert found.log_prob.isfinite().all()


@pytest.mark.parametrize("training", [True, False])
def test_the_gradient_of_the_log_probability_by_hand(training):
    """d log p_i / ds = h_i − Σ_j p_j h_j, for whichever i was drawn."""
    query, found = ask_by_hand(40, training=training)
    found.log_prob.sum().backward()
    pick = found.weights.argmax(dim=1)
    assert len(pick.unique()) == (3 if training else 1)
    assert torch.allclose(query.grad, WORDS[pick] - SHARES @ WORDS)


def test_the_pick_itself_has_no_gradient():
    """Only the annotation that was picked feels the output; the scores feel nothing."""
    hard, query, annotations = hard_and_inputs("general")
    found = ask(hard, query.requires_grad_(), annotations.requires_grad_(), MASK)
    assert not found.weights.requires_grad
    found.output.sum().backward()
    assert torch.equal(annotations.grad, found.weights[..., None].expand(-1, -1, D_ANNOTATION))
    assert query.grad is None
    assert hard.soft.key_proj.weight.grad is None


def test_the_same_seed_draws_the_same_words():
    first, again, other = (ask_by_hand(50, seed=seed)[1].weights for seed in (3, 3, 4))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_preparing_is_left_to_the_scores():
    hard, _, annotations = hard_and_inputs("additive")
    assert torch.equal(hard.prepare(annotations, MASK), hard.soft.prepare(annotations, MASK))
    assert (hard.d_query, hard.d_context) == (D_QUERY, D_ANNOTATION)


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("kind", list(SOFT))
def test_rubbish_at_padding_reaches_neither_output_nor_gradient(kind, training):
    hard, asked, clean = hard_and_inputs(kind)
    found = []
    for padding in (0.0, math.nan):
        hard.train(training).zero_grad()
        query = asked.clone().requires_grad_()
        annotations = clean.masked_fill(~MASK[..., None], padding).requires_grad_()
        seen = ask(hard, query, annotations, MASK)
        (seen.output.square().sum() + seen.log_prob.sum()).backward()
        parameters = [p.grad for p in hard.parameters()]
        found.append([*seen, query.grad, annotations.grad, *parameters])
    for expected, got in zip(*found, strict=True):
        assert torch.equal(got, expected)


@pytest.mark.parametrize("training", [True, False])
def test_a_sentence_without_words_has_zeros_and_finite_gradients(training):
    hard, query, annotations = hard_and_inputs()
    mask = MASK.clone()
    mask[1] = False
    annotations[1] = torch.nan
    inputs = query.requires_grad_(), annotations.requires_grad_()
    with torch.autograd.set_detect_anomaly(True):
        found = ask(hard.train(training), *inputs, mask)
        (found.output.square().sum() + found.log_prob.sum()).backward()
    assert not found.weights[1].any()
    assert not found.output[1].any()
    assert found.log_prob[1] == 0
    assert found.weights[0].sum() == 1
    for tensor in (*inputs, *hard.parameters()):
        assert tensor.grad.isfinite().all()
    assert not query.grad[1].any()


@pytest.mark.usefixtures("without_type_checks")
def test_what_does_not_score_every_position_cannot_be_made_hard():
    others = [
        LocalAttention(D_QUERY, D_ANNOTATION, window=2, centre="m"),
        MultiHeadDecoderAttention(D_ANNOTATION, D_ANNOTATION, num_heads=1),
        FrozenVector(D_QUERY, D_ANNOTATION, 3),
        HardAttention(GeneralAttention(D_QUERY, D_ANNOTATION)),
    ]
    for other in others:
        match = (
            f"soft: expected an attention that scores every position, got {type(other).__name__}"
        )
        with pytest.raises(TypeError, match=f"^{match}$"):
            HardAttention(other)


def test_a_score_of_nan_spoils_its_sentence_and_no_other():
    """The place of the largest score is unknown then; a pick all the same could be padding."""
    hard, query, annotations = hard_and_inputs()
    expected = ask(hard.eval(), query, annotations, MASK)
    annotations[1, 2] = torch.nan
    found = ask(hard, query, annotations, MASK)
    for part, whole in zip(found, expected, strict=True):
        assert part[1].isnan().all()
        assert torch.equal(part[0], whole[0])


@pytest.mark.parametrize("training", [True, False])
def test_half_precision_is_decided_in_float32(training):
    """Of a share of 1 / 500 000 float16 would keep five bits, too few for its logarithm."""
    hard = HardAttention(DotAttention(1, 1)).train(training).half()
    annotations = torch.zeros(1, 500_000, 1).half()
    found = ask(hard, torch.ones(1, 1).half(), annotations)
    assert found.weights.sum() == 1
    assert found.log_prob.item() == torch.tensor(-math.log(500_000)).half().item()
    assert {part.dtype for part in found} == {torch.float16}


@pytest.mark.usefixtures("without_type_checks")
def test_bad_input_is_named():
    hard, query, annotations = hard_and_inputs()
    prepared = hard.prepare(annotations, None)
    with pytest.raises(ValueError, match="query: expected width 11, got 10"):
        hard(query[:, 1:], annotations, prepared)
    with pytest.raises(ValueError, match="annotations: expected width 5, got 4"):
        hard(query, annotations[..., 1:], prepared)
    with pytest.raises(ValueError, match=r"mask: expected shape \(2, 7\), got \(7,\)"):
        hard(query, annotations, prepared, MASK[0])
    with pytest.raises(TypeError, match=r"mask: expected a boolean tensor, got torch\.int64"):
        hard(query, annotations, prepared, MASK.long())


def test_it_computes_where_its_inputs_are():
    attention = HardAttention(GeneralAttention(4, 6)).eval().to("meta")
    query, annotations = torch.zeros(2, 4, device="meta"), torch.zeros(2, 5, 6, device="meta")
    mask = torch.ones(2, 5, dtype=torch.bool, device="meta")
    found = attention(query, annotations, attention.prepare(annotations, mask), mask)
    assert found.output.shape == (2, 6)
    assert found.output.device.type == "meta"
