import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from paying_attention.explorables.sampling.state import picks, sampling_state, sampling_texts

SHARES, LOSSES = (0.5, 0.3, 0.2), (1.0, 2.0, 4.0)  # of chapter 03d
three = st.tuples(*[st.floats(-3, 3)] * 3)


def test_the_generator_is_park_and_millers():
    # their check value for the multiplier 48271: the 10,000th number after 1 is 399268537
    last = 399268537 / (2**31 - 1)
    assert picks((last, 1 - last, 0), 1, 9999, 1) == (1,)
    assert picks((last + 1e-9, 1 - last, 0), 1, 9999, 1) == (0,)


def test_what_is_skipped_is_the_beginning():
    assert picks(SHARES, 7, 40, 60) == picks(SHARES, 7, 0, 100)[40:]
    assert picks(SHARES, 7, 0, 100) != picks(SHARES, 8, 0, 100)


def test_words_come_as_often_as_they_should():
    found = picks(SHARES, 1, 0, 100_000)
    for j, share in enumerate(SHARES):
        assert found.count(j) / 100_000 == pytest.approx(share, abs=0.01)  # six standard errors


def test_a_word_without_weight_is_never_drawn():
    assert set(picks((0.0, 1.0, 0.0), 1, 0, 1000)) == {1}
    assert set(picks((0.0, 0.0, 1.0), 1, 0, 1000)) == {2}


@given(three, three)
def test_the_exact_gradient_is_autograds(logits, losses):
    scores = torch.tensor(logits, dtype=torch.float64, requires_grad=True)
    weights = scores.softmax(0)
    (expected,) = torch.autograd.grad(weights @ torch.tensor(losses, dtype=torch.float64), scores)
    found = sampling_state(weights.tolist(), losses, 1, 0, 0, False)
    assert found.exact == pytest.approx(expected.tolist(), abs=1e-12)


@given(three, three, st.integers(1, 2**31 - 2), st.integers(1, 30))
def test_the_mean_is_what_autograd_makes_of_the_draws(logits, losses, seed, draws):
    scores = torch.tensor(logits, dtype=torch.float64, requires_grad=True)
    weights, costs = scores.softmax(0), torch.tensor(losses, dtype=torch.float64)
    found = sampling_state(weights.tolist(), losses, seed, 3, draws, True)
    drawn = list(picks(weights.tolist(), seed, 3, draws))
    baseline = float(weights.detach() @ costs)
    for kind, b in enumerate((0.0, baseline)):
        surrogate = ((costs[drawn] - b) * scores.log_softmax(0)[drawn]).mean()
        (expected,) = torch.autograd.grad(surrogate, scores)
        assert found.means[kind][-1] == pytest.approx(expected.tolist(), abs=1e-10)
        assert len(found.means[kind]) == draws


def test_the_variance_tends_to_the_one_of_the_chapter():
    found = sampling_state(SHARES, LOSSES, 1, 0, 50_000, False)
    assert found.variances == pytest.approx((3.88, 0.64), rel=0.02)
    assert max(found.far) < 0.03


def test_by_hand():
    found = sampling_state(SHARES, LOSSES, 1, 0, 4, False)
    assert picks(SHARES, 1, 0, 4) == (0, 0, 1, 2)
    assert found.counts == (2, 1, 1)
    # estimates: twice (.5, −.3, −.2), then (−1, 1.4, −.4) and (−2, −1.2, 3.2)
    assert found.means[0][2] == pytest.approx((0.0, 0.8 / 3, -0.8 / 3))
    assert found.means[0][3] == pytest.approx((-0.5, -0.1, 0.6))
    assert found.far[0] == pytest.approx((0.05**2 + 0.13**2 + 0.18**2) ** 0.5)


def test_before_the_first_draw_nobody_says_a_number():
    texts = sampling_texts(sampling_state(SHARES, LOSSES, 1, 5, 0, True), 100)
    assert texts["summary"] == "Nothing is drawn yet, so there is no estimate of the gradient."
    assert {texts[f"mean-{kind}-{j}"] for kind in (0, 1) for j in range(3)} == {"–"}
    assert texts["variance-1"] == "–"
    assert texts["exact-0"] == "−0.45"


def test_the_switch_turns_the_sentence_around():
    off, on = (
        sampling_texts(sampling_state(SHARES, LOSSES, 1, 0, 1, on), 100) for on in (False, True)
    )
    assert off["summary"].startswith("1 draw without a baseline: ")
    assert on["summary"].startswith("1 draw with the baseline 1.90: ")
    assert off["legend"] == "strong: baseline off; faint: on; dashed: exact"
    assert on["legend"] == "strong: baseline on; faint: off; dashed: exact"
    same = [key for key in off if key not in ("summary", "legend")]
    assert all(off[key] == on[key] for key in same)
