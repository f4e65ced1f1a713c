import math

import numpy as np
import pytest
import torch
from torch import nn

from paying_attention.attention.recurrent.additive import AdditiveAttention
from paying_attention.attention.recurrent.hard import HardAttention
from paying_attention.attention.recurrent.local import LocalAttention
from paying_attention.attention.recurrent.luong import (
    ConcatAttention,
    DotAttention,
    GeneralAttention,
    LocationAttention,
)
from tests.attention.recurrent.luong_loops import (
    BATCH,
    CONTENT,
    D_ANNOTATION,
    D_QUERY,
    D_SCORE,
    GLOBAL,
    KEY,
    KINDS,
    MASK,
    WINDOWS,
    arrays,
    ask,
    attention_and_inputs,
    slow,
)


@pytest.mark.parametrize("mask", [None, MASK])
@pytest.mark.parametrize("kind", KINDS)
def test_against_a_slow_loop(kind, mask):
    attention, query, annotations = attention_and_inputs(kind)
    found = ask(attention, query, annotations, mask)
    everything = np.ones((BATCH, KEY), dtype=bool) if mask is None else mask.numpy()
    inputs = arrays(attention), query.numpy(), annotations.numpy()
    weights, output = slow(kind, *inputs, everything)
    assert found.weights.shape == (BATCH, KEY)
    assert np.allclose(found.weights.detach(), weights, rtol=1e-11, atol=0)
    assert np.allclose(found.output.detach(), output, rtol=1e-11, atol=1e-14)


@pytest.mark.parametrize("mask", [None, MASK])
@pytest.mark.parametrize("kind", KINDS)
def test_gradients_against_differences_of_the_slow_loop(kind, mask):
    attention, query, annotations = attention_and_inputs(kind)
    everything = np.ones((BATCH, KEY), dtype=bool) if mask is None else mask.numpy()
    random = np.random.default_rng(1)
    mix = random.normal(size=(BATCH, KEY)), random.normal(size=(BATCH, D_ANNOTATION))
    found = ask(attention, query.requires_grad_(), annotations.requires_grad_(), mask)
    parts = zip((found.weights, found.output), mix, strict=True)
    sum((part * torch.from_numpy(factor)).sum() for part, factor in parts).backward()
    gradients = {"query": query.grad, "annotations": annotations.grad}
    gradients |= {name: p.grad for name, p in attention.named_parameters()}

    values = arrays(attention)
    values |= {"query": query.detach().numpy(), "annotations": annotations.detach().numpy()}

    def mixed():
        found = slow(kind, values, values["query"], values["annotations"], everything)
        return sum((part * factor).sum() for part, factor in zip(found, mix, strict=True))

    for name, array in values.items():
        for place in np.ndindex(array.shape):
            here, step = array[place], 1e-5
            array[place] = here + step
            above = mixed()
            array[place] = here - step
            below = mixed()
            array[place] = here
            expected = (above - below) / (2 * step)
            got = 0.0 if gradients[name] is None else float(gradients[name][place])
            assert got == pytest.approx(expected, rel=1e-5, abs=1e-8), (name, place)


@pytest.mark.parametrize("kind", KINDS)
def test_rows_sum_to_one_and_padding_gets_nothing(kind):
    found = ask(*attention_and_inputs(kind), MASK)
    assert (found.weights[~MASK] == 0).all()
    sums = found.weights.sum(dim=1)
    assert (sums < 1).all() if kind == "local-p" else sums.tolist() == pytest.approx([1, 1])
    if kind in GLOBAL:
        assert (found.weights[MASK] > 0).all()


@pytest.mark.parametrize("kind", KINDS)
def test_padding_changes_nothing(kind):
    attention, query, annotations = attention_and_inputs(kind)
    together = ask(attention, query, annotations, MASK)
    alone = ask(attention, query[1:], annotations[1:, :3])
    assert torch.allclose(together.weights[1:, :3], alone.weights, rtol=1e-12)
    assert torch.allclose(together.output[1:], alone.output, rtol=1e-12)
    wider = nn.functional.pad(annotations, (0, 0, 0, 4), value=3.0)
    more = ask(attention, query, wider, nn.functional.pad(MASK, (0, 4)))
    assert torch.allclose(more.output, together.output, rtol=1e-12)
    assert (more.weights[:, KEY:] == 0).all()
    annotations[1, 3:] = 1e6
    assert torch.equal(ask(attention, query, annotations, MASK).output, together.output)


@pytest.mark.parametrize("rubbish", [math.nan, math.inf])
@pytest.mark.parametrize("kind", KINDS)
def test_rubbish_at_padding_reaches_neither_output_nor_gradient(kind, rubbish):
    attention, query, clean = attention_and_inputs(kind)
    found = []
    for padding in (0.0, rubbish):
        attention.zero_grad()
        annotations = clean.masked_fill(~MASK[..., None], padding).requires_grad_()
        asked = query.clone().requires_grad_()
        seen = ask(attention, asked, annotations, MASK)
        (seen.output.square().sum() + seen.weights.square().sum()).backward()
        parameters = [p.grad for p in attention.parameters()]
        found.append([seen.output, seen.weights, annotations.grad, asked.grad, *parameters])
    for expected, got in zip(*found, strict=True):
        assert (got is None and expected is None) or torch.equal(got, expected)


@pytest.mark.parametrize("kind", KINDS)
def test_a_sentence_without_words_has_zeros_and_finite_gradients(kind):
    attention, query, annotations = attention_and_inputs(kind)
    mask = MASK.clone()
    mask[1] = False
    inputs = query.requires_grad_(), annotations.requires_grad_()
    with torch.autograd.set_detect_anomaly(True):
        found = ask(attention, *inputs, mask)
        (found.output.square().sum() + found.weights.square().sum()).backward()
    assert (found.weights[1] == 0).all()
    assert (found.output[1] == 0).all()
    assert (found.output[0] != 0).all()
    gradients = [annotations.grad, *(p.grad for p in attention.parameters())]
    assert all(gradient is None or gradient.isfinite().all() for gradient in gradients)
    assert (annotations.grad[1] == 0).all()


@pytest.mark.parametrize("kind", GLOBAL)
def test_who_swaps_annotations_swaps_their_weights(kind):
    attention, query, annotations = attention_and_inputs(kind)
    order = torch.tensor([3, 0, 6, 1, 5, 2, 4])
    found = ask(attention, query, annotations, MASK)
    shuffled = ask(attention, query, annotations[:, order], MASK[:, order])
    assert torch.allclose(shuffled.weights, found.weights[:, order], rtol=1e-12)
    assert torch.allclose(shuffled.output, found.output, rtol=1e-12)


@pytest.mark.parametrize("kind", CONTENT)
def test_another_annotation_has_another_weight(kind):
    """Weights that never look at the annotations would not notice."""
    attention, query, annotations = attention_and_inputs(kind)
    mask = torch.ones(BATCH, KEY, dtype=torch.bool)
    weights = ask(attention, query, annotations, mask).weights
    for place in weights.nonzero().tolist():
        other = annotations.clone()
        other[tuple(place)] += torch.linspace(-1, 2, D_ANNOTATION)
        change = (ask(attention, query, other, mask).weights - weights).abs()
        assert change[tuple(place)] > 1e-7
        assert (change[1 - place[0]] == 0).all()  # the other sentence does not notice
    assert len(weights.nonzero()) >= 6


@pytest.mark.parametrize("kind", KINDS)
def test_another_state_has_other_weights(kind):
    attention, query, annotations = attention_and_inputs(kind)
    weights = ask(attention, query, annotations).weights
    change = (ask(attention, query.flip(0), annotations).weights - weights).abs()
    assert (change.amax(dim=1) > 1e-2).all()


@pytest.mark.parametrize("kind", ["dot", "general", "local-m", "local-p"])
def test_a_shift_of_all_scores_changes_no_weight(kind):
    """The same vector added to each annotation adds the same number to each score."""
    attention, query, annotations = attention_and_inputs(kind)
    shift = torch.linspace(-2, 3, D_ANNOTATION, dtype=torch.float64)
    found = ask(attention, query, annotations, MASK)
    shifted = ask(attention, query, annotations + shift, MASK)
    assert torch.allclose(shifted.weights, found.weights, rtol=1e-10)
    expected = found.output + found.weights.sum(dim=1, keepdim=True) * shift
    assert torch.allclose(shifted.output, expected, rtol=1e-9)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "dot"])
def test_every_parameter_learns(kind):
    attention, query, annotations = attention_and_inputs(kind)
    ask(attention, query, annotations, MASK).output.square().sum().backward()
    assert all(p.grad.abs().sum() > 0 for p in attention.parameters())


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "local-m"])
def test_the_target_position_does_not_matter(kind):
    inputs = attention_and_inputs(kind)
    assert torch.equal(ask(*inputs, position=0).weights, ask(*inputs, position=5).weights)


@pytest.mark.parametrize("kind", KINDS)
def test_the_result_has_the_dtype_of_the_input(kind):
    attention, query, annotations = attention_and_inputs(kind)
    found = ask(attention.float(), query.float(), annotations.float(), MASK)
    assert found.output.dtype == found.weights.dtype == torch.float32
    assert attention.d_context == D_ANNOTATION


def test_dot_by_hand():
    """Scores 0 and ln 3 make weights 1/4 and 3/4."""
    annotations = torch.tensor([[[2.0, 0.0], [0.0, math.log(3)]]])
    found = ask(DotAttention(2, 2), torch.tensor([[0.0, 1.0]]), annotations)
    assert found.weights[0].tolist() == pytest.approx([0.25, 0.75])
    assert found.output[0].tolist() == pytest.approx([0.5, 0.75 * math.log(3)])


def test_general_with_the_identity_is_dot():
    dot, query, annotations = attention_and_inputs("dot")
    general = GeneralAttention(D_ANNOTATION, D_ANNOTATION).double()
    nn.init.eye_(general.key_proj.weight)
    found, expected = (ask(kind, query, annotations, MASK) for kind in (general, dot))
    assert torch.allclose(found.weights, expected.weights, rtol=1e-14)
    nn.init.constant_(general.key_proj.weight, 0.3)
    assert not torch.allclose(ask(general, query, annotations, MASK).weights, expected.weights)


def test_concat_is_additive_with_the_matrices_side_by_side():
    concat, query, annotations = attention_and_inputs("concat")
    additive = AdditiveAttention(D_QUERY, D_ANNOTATION, D_SCORE).double()
    with torch.no_grad():
        pair = torch.cat([additive.query_proj.weight, additive.key_proj.weight], dim=1)
        concat.pair_proj.weight.copy_(pair)
        concat.pair_proj.bias.copy_(additive.key_proj.bias)
        concat.score_proj.weight.copy_(additive.score_proj.weight)
    gradients = []
    for attention in (concat, additive):
        inputs = query.clone().requires_grad_(), annotations.clone().requires_grad_()
        found = ask(attention, *inputs, MASK)
        gradients.append(torch.autograd.grad(found.output.square().sum(), inputs))
        scores = attention.scores(query, attention.prepare(annotations, None))
        if attention is concat:
            expected, expected_scores = found, scores
    assert torch.allclose(scores, expected_scores, rtol=1e-12)
    assert torch.allclose(found.weights, expected.weights, rtol=1e-12)
    assert torch.allclose(found.output, expected.output, rtol=1e-12)
    for first, second in zip(*gradients, strict=True):
        assert torch.allclose(first, second, rtol=1e-10, atol=1e-14)


def test_prepare_is_the_part_that_does_not_depend_on_the_state():
    for kind in KINDS:
        attention, _, annotations = attention_and_inputs(kind)
        kept = annotations.masked_fill(~MASK[..., None], 0)
        projection = arrays(attention).get("key_proj.weight")
        if kind in WINDOWS:
            projection = arrays(attention)["general.key_proj.weight"]
        expected = kept if projection is None else kept @ torch.from_numpy(projection).T
        assert torch.allclose(attention.prepare(annotations, MASK), expected)


def test_location_looks_at_no_source_word():
    attention, query, annotations = attention_and_inputs("location")
    found = ask(attention, query, annotations, MASK)
    elsewhere = ask(attention, query, annotations.flip(0, 1, 2) * 7 + 1, MASK)
    assert torch.equal(elsewhere.weights, found.weights)
    assert not torch.allclose(elsewhere.output, found.output)


@pytest.mark.parametrize("length", [1, 5, 8])
def test_location_scores_each_position_by_its_own_row(length):
    attention, query, _ = attention_and_inputs("location")
    annotations = torch.ones(BATCH, length, D_ANNOTATION, dtype=torch.float64)
    found = ask(attention, query, annotations)
    everything = np.ones((BATCH, length), dtype=bool)
    weights, _ = slow("location", arrays(attention), query.numpy(), annotations.numpy(), everything)
    assert np.allclose(found.weights.detach(), weights, rtol=1e-12, atol=0)


@pytest.mark.parametrize("length", [9, 20])
def test_location_refuses_a_sentence_beyond_its_last_position(length):
    """It has no score for the words behind; without any it would silently look elsewhere."""
    attention, query, _ = attention_and_inputs("location")
    annotations = torch.ones(BATCH, length, D_ANNOTATION, dtype=torch.float64)
    match = f"^annotations: expected at most max_source_len = 8 words, got up to {length}$"
    with pytest.raises(ValueError, match=match):
        ask(attention, query, annotations)
    for mask in (torch.ones(BATCH, length) > 0, torch.arange(length).expand(BATCH, -1) != 2):
        with pytest.raises(ValueError, match=match):
            ask(attention, query, annotations, mask)
        with pytest.raises(ValueError, match=match):
            ask(HardAttention(attention), query, annotations, mask)
    short = torch.tensor([[8], [3]]) > torch.arange(length)
    found = ask(attention, query.requires_grad_(), annotations, short)  # padding may stand there
    assert torch.equal(found.weights > 0, short)
    assert found.weights.sum(dim=1).tolist() == pytest.approx([1, 1])
    found.weights.square().sum().backward()
    assert query.grad.isfinite().all()


# --- refusals -----------------------------------------------------------------------------------


@pytest.mark.parametrize("widths", [(0, 3), (3, 0), (-1, 3)])
@pytest.mark.parametrize(
    "make",
    [
        DotAttention,
        GeneralAttention,
        lambda *widths: ConcatAttention(*widths, 5),
        lambda *widths: LocationAttention(*widths, 5),
        lambda *widths: LocalAttention(*widths, window=2, centre="m"),
    ],
)
def test_a_width_below_one_is_named(make, widths):
    name = "d_query" if widths[0] < 1 else "d_annotation"
    with pytest.raises(ValueError, match=f"{name}: expected 1 or more, got {min(widths)}"):
        make(*widths)


def test_other_sizes_below_one_are_named():
    with pytest.raises(ValueError, match="d_score: expected 1 or more, got 0"):
        ConcatAttention(3, 5, 0)
    with pytest.raises(ValueError, match="max_source_len: expected 1 or more, got -2"):
        LocationAttention(3, 5, -2)


def test_dot_needs_one_width():
    with pytest.raises(ValueError, match="d_annotation: expected d_query = 3, got 5"):
        DotAttention(3, 5)


@pytest.mark.parametrize(
    ("centre", "window", "smallest"), [("m", -1, 0), ("p", 0, 1), ("p", -3, 1)]
)
def test_a_window_that_is_too_small_is_named(centre, window, smallest):
    with pytest.raises(ValueError, match=f"window: expected {smallest} or more, got {window}"):
        LocalAttention(3, 5, window=window, centre=centre)


@pytest.mark.usefixtures("without_type_checks")
@pytest.mark.parametrize("wrong", [True, 2.5])
def test_sizes_that_are_no_integers_are_named(wrong):
    for name, make in (
        ("window", lambda: LocalAttention(3, 5, window=wrong, centre="m")),
        ("max_source_len", lambda: LocationAttention(3, 5, wrong)),
        ("d_score", lambda: ConcatAttention(3, 5, wrong)),
        ("d_score", lambda: AdditiveAttention(3, 5, wrong)),
        ("d_query", lambda: GeneralAttention(wrong, 5)),
    ):
        with pytest.raises(TypeError, match=f"^{name}: expected an integer, got "):
            make()


@pytest.mark.usefixtures("without_type_checks")
def test_an_unknown_centre_is_named():
    with pytest.raises(ValueError, match="centre: expected 'm' or 'p', got 'x'"):
        LocalAttention(3, 5, window=2, centre="x")


@pytest.mark.usefixtures("without_type_checks")
@pytest.mark.parametrize("kind", KINDS)
def test_widths_that_do_not_match_are_named(kind):
    attention, query, annotations = attention_and_inputs(kind)
    prepared = attention.prepare(annotations, None)
    expected = attention.d_query
    with pytest.raises(ValueError, match=f"query: expected width {expected}, got {expected - 1}"):
        attention(query[:, 1:], annotations, prepared)
    with pytest.raises(ValueError, match=f"annotations: expected width {D_ANNOTATION}, got 4"):
        attention(query, annotations[..., 1:], prepared)


@pytest.mark.usefixtures("without_type_checks")
@pytest.mark.parametrize("shape", [(2, 6), (2, 1), (3, 7), (7,), (2, 1, 7)])
@pytest.mark.parametrize("kind", KINDS)
def test_a_mask_of_another_shape_is_named(kind, shape):
    attention, query, annotations = attention_and_inputs(kind)
    prepared = attention.prepare(annotations, None)
    with pytest.raises(ValueError, match=r"mask: expected shape \(2, 7\), got \(") as error:
        attention(query, annotations, prepared, torch.ones(shape, dtype=torch.bool))
    assert str(error.value).endswith(f"got {shape}")


@pytest.mark.usefixtures("without_type_checks")
@pytest.mark.parametrize("dtype", [torch.float64, torch.int64])
@pytest.mark.parametrize("kind", KINDS)
def test_a_mask_of_numbers_is_refused(kind, dtype):
    attention, query, annotations = attention_and_inputs(kind)
    prepared = attention.prepare(annotations, None)
    with pytest.raises(TypeError, match=f"mask: expected a boolean tensor, got {dtype}"):
        attention(query, annotations, prepared, MASK.to(dtype))
