import contextlib
import math
from copy import deepcopy
from dataclasses import replace

import pytest
import torch
from torch import nn

from paying_attention.training import loop
from paying_attention.training.loop import TrainingConfig, TrainingDivergedError, train
from paying_attention.training.schedule import warmup_cosine

CONFIG = TrainingConfig(num_steps=23, learning_rate=0.05, warmup_steps=5, clip_norm=0.5, seed=3)


class Noisy(nn.Module):
    """A small network; its dropout draws from the global generator."""

    def __init__(self):
        super().__init__()
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            self.layers = nn.Sequential(
                nn.Linear(3, 5), nn.Tanh(), nn.Dropout(0.3), nn.Linear(5, 1)
            )

    def forward(self, x):
        return self.layers(x)


def squared_error(model, batch):
    x, y = batch
    return (model(x) - y).square().mean()


def epoch(generator):
    """Seven batches in an order of the generator's."""
    x = torch.linspace(-1, 1, 84).reshape(7, 4, 3)
    for index in torch.randperm(7, generator=generator).tolist():
        yield x[index], x[index].sum(dim=1, keepdim=True) + 3


def weights(model):
    return torch.cat([p.detach().flatten() for p in model.parameters()])


class Scripted(nn.Module):
    """One weight that each step pushes up, and losses that are written down beforehand."""

    def __init__(self, losses):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(()))
        self.losses = iter(losses)
        self.seen = []

    def loss(self, model, batch):
        self.seen.append(self.weight.item())
        value = next(self.losses)
        if isinstance(value, type):
            raise value
        pushed = self.weight if math.isfinite(value) else self.weight.detach()
        return pushed.detach() - pushed + value

    def train_by_script(self, num_steps, **options):
        config = TrainingConfig(num_steps=num_steps, learning_rate=0.1, warmup_steps=0)
        return train(self, self.loss, lambda generator: [None], config, **options)


def test_against_a_loop_written_out():
    """Same batches, same noise, AdamW with clipping, rise and cosine."""
    model, reference = Noisy(), Noisy()
    history = train(model, squared_error, epoch, CONFIG)
    optimizer = torch.optim.AdamW(reference.parameters(), weight_decay=0.01)
    generator, losses = torch.Generator().manual_seed(3), []
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(3)
        batches = [batch for _ in range(4) for batch in epoch(generator)]
        for step, batch in enumerate(batches[:23]):
            rise = (step + 1) / 5
            fall = (1 + math.cos(math.pi * (step - 5) / 18)) / 2
            optimizer.param_groups[0]["lr"] = 0.05 * (rise if step < 5 else fall)
            optimizer.zero_grad()
            loss = squared_error(reference, batch)
            losses.append(loss.item())
            loss.backward()
            norm = sum(p.grad.square().sum() for p in reference.parameters()).sqrt()
            for parameter in reference.parameters():
                parameter.grad *= min(1.0, 0.5 / norm)
            optimizer.step()
    assert history.losses == pytest.approx(losses, rel=1e-4)
    assert torch.allclose(weights(model), weights(reference), rtol=1e-3, atol=1e-5)
    assert history.best_step == 23
    assert not history.interrupted


def test_the_same_seed_gives_the_same_losses_and_weights():
    runs = []
    for seed in (3, 3, 4):
        torch.rand(5)  # what was drawn before does not matter
        model = Noisy()
        history = train(model, squared_error, epoch, TrainingConfig(23, warmup_steps=5, seed=seed))
        runs.append((history.losses, weights(model).tolist()))
    assert runs[0] == runs[1]
    assert runs[0][0] != runs[2][0]
    assert runs[0][1] != runs[2][1]


def test_the_global_generator_is_left_alone():
    torch.rand(7)  # away from the state in which another test may have left it
    before = torch.get_rng_state()
    train(Noisy(), squared_error, epoch, CONFIG)
    assert torch.equal(torch.get_rng_state(), before)


def test_it_learns():
    model = Noisy()
    config = TrainingConfig(num_steps=300, learning_rate=0.03)
    history = train(model, squared_error, epoch, config)
    assert sum(history.losses[-50:]) < 0.3 * sum(history.losses[:50])
    assert len(history.losses) == 300
    assert history.cpu_seconds > 0


@pytest.mark.parametrize("stop_after", [1, 4, 9, 23, 99])
def test_stopping_early_is_the_beginning_of_the_whole_run(stop_after):
    whole = train(Noisy(), squared_error, epoch, CONFIG)
    part = train(Noisy(), squared_error, epoch, CONFIG, stop_after=stop_after)
    assert part.losses == whole.losses[:stop_after]
    assert not part.interrupted


def test_stop_after_zero_steps_is_refused():
    with pytest.raises(ValueError, match="stop_after: expected 1 or more, got 0"):
        train(Noisy(), squared_error, epoch, CONFIG, stop_after=0)


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_a_loss_that_is_no_number_stops_at_once_and_names_the_step(bad):
    model = Scripted([1.0, 1.0, bad, 1.0])
    with pytest.raises(TrainingDivergedError, match=rf"the loss became {bad} at step 3\. Try"):
        model.train_by_script(4)
    assert len(model.seen) == 3
    assert math.isfinite(model.weight.item())  # the bad step was not taken


@pytest.mark.parametrize("step", [3, 4])
def test_a_gradient_that_is_no_number_never_reaches_the_weights(step):
    """The loss is finite, and so is the window's mean, but the square root has no slope at 0."""
    model = Scripted([1.0] * 4)
    config = TrainingConfig(num_steps=4, learning_rate=0.1, warmup_steps=0)

    def loss(model, batch):
        value = model.loss(model, batch)
        flat = model.weight - model.weight.detach()
        return value + (flat.abs().sqrt() if len(model.seen) == step else 0.0)

    match = f"^the gradient became nan at step {step}"
    with pytest.raises(TrainingDivergedError, match=match) as error:
        train(model, loss, lambda generator: [None], config, window=2)
    assert model.weight.item() == model.seen[2]
    assert error.value.history.losses == [1.0] * step


def test_a_loss_that_rises_stops_with_advice():
    model = Scripted([1.0, 1.5, 2.0, 2.5, 9.0])
    match = r"the loss rose from 1\.25 to 5\.75 by step 5\. Try a learning rate below 0\.1\."
    with pytest.raises(TrainingDivergedError, match=match) as error:
        model.train_by_script(5, window=2)
    assert len(model.seen) == 5
    assert error.value.history.losses == pytest.approx([1.0, 1.5, 2.0, 2.5, 9.0])
    assert error.value.history.best_step == 2
    assert error.value.history.cpu_seconds > 0


def test_a_small_loss_has_room_to_rise():
    """As of a model that was trained before, which starts near 0: twice of that is nothing."""
    losses = [0.01] * 10 + [0.3] * 20
    assert Scripted(losses).train_by_script(30, window=5).losses == pytest.approx(losses)
    model = Scripted([0.01] * 10 + [2.1] * 20)
    with pytest.raises(TrainingDivergedError, match=r"the loss rose from 0\.01 to 2\.1 by step 15"):
        model.train_by_script(30, window=5)


def test_an_easy_first_batch_is_no_divergence():
    model = Scripted([1.0] + [9.0] * 29)
    assert len(model.train_by_script(30, window=5).losses) == 30


def test_one_bad_loss_is_no_divergence():
    losses = [1.0, 1.0, 2.9, 1.0, 1.0]
    assert Scripted(losses).train_by_script(5, window=2).losses == pytest.approx(losses)


def test_the_best_weights_are_kept():
    """Windows of two steps have means 4, 1, 3: the weights after step 4 are the best ones."""
    model = Scripted([4.0, 4.0, 1.0, 1.0, 3.0, 3.0])
    history = model.train_by_script(6, window=2)
    assert history.best_step == 4
    assert model.weight.item() == model.seen[4]  # as the fifth step found it
    assert len(set(model.seen)) == 6


def test_steps_behind_the_last_whole_window_count_too():
    model = Scripted([4.0, 4.0, 4.0, 4.0, 1.0])
    history = model.train_by_script(5, window=2)
    assert history.best_step == 5
    assert model.weight.item() > model.seen[4]


def test_ctrl_c_leaves_the_best_weights_so_far(capsys):
    model = Scripted([4.0, 4.0, 1.0, 1.0, 3.0, 3.0, 3.0, KeyboardInterrupt])
    history = model.train_by_script(99, window=2)
    assert history.interrupted
    assert history.losses == pytest.approx([4, 4, 1, 1, 3, 3, 3])
    assert history.best_step == 4
    assert model.weight.item() == model.seen[4]
    assert not model.training
    assert capsys.readouterr().out == "stopped after 7 steps; kept step 4\n"


def test_ctrl_c_at_once_leaves_the_first_weights():
    model = Scripted([KeyboardInterrupt])
    history = model.train_by_script(9)
    assert (history.interrupted, history.losses, history.best_step) == (True, [], 0)
    assert model.weight.item() == 0


def test_ctrl_c_before_a_window_is_full_keeps_what_was_learned():
    model = Scripted([4.0, 3.0, KeyboardInterrupt])
    history = model.train_by_script(9, window=5)
    assert history.best_step == 2
    assert model.weight.item() == model.seen[2]


# --- the ways out ---------------------------------------------------------------------------------


class BrokenError(Exception):
    """Raised in the middle of a training."""


def breaks_in_the_loss(model):
    return model.train_by_script(99, window=2)


def breaks_in_the_epoch(model):
    def epoch(generator):
        yield from [None] * 7
        raise BrokenError

    return train(model, model.loss, epoch, SCRIPT, window=2)


def breaks_in_the_validation(model):
    values = iter([4.0, 1.0, 3.0, BrokenError])

    def validate(model):
        value = next(values)
        if value is BrokenError:
            raise BrokenError
        return value

    return train(model, model.loss, lambda generator: [None], SCRIPT, window=2, validate=validate)


SCRIPT = TrainingConfig(num_steps=99, learning_rate=0.1, warmup_steps=0)
GOOD = [4.0, 4.0, 1.0, 1.0, 3.0, 3.0, 3.0]
WAYS_OUT = {
    "a loss of NaN": ([*GOOD, math.nan], breaks_in_the_loss, TrainingDivergedError),
    "a loss that rose": ([*GOOD, 99.0], breaks_in_the_loss, TrainingDivergedError),
    "an error in the loss": ([*GOOD, BrokenError], breaks_in_the_loss, BrokenError),
    "an error in the epoch": (GOOD, breaks_in_the_epoch, BrokenError),
    "an error in the validation": ([*GOOD, 3.0], breaks_in_the_validation, BrokenError),
    "not even an error": ([*GOOD, SystemExit], breaks_in_the_loss, SystemExit),
}


@pytest.mark.parametrize("way", WAYS_OUT)
def test_every_way_out_leaves_the_best_weights(way):
    losses, run, kind = WAYS_OUT[way]
    model = Scripted(losses)
    before = torch.get_rng_state()
    with pytest.raises(kind) as error:
        run(model)
    assert model.weight.item() == model.seen[4]  # after step 4, as the fifth step found it
    assert len(set(model.seen[:7])) == 7
    assert not model.training
    assert torch.equal(torch.get_rng_state(), before)
    if kind is not SystemExit:
        assert error.value.__notes__ == ["The model keeps its weights after step 4."]


@pytest.mark.parametrize("bad", [math.nan, BrokenError])
def test_a_training_that_breaks_before_a_window_is_full_leaves_the_first_weights(bad):
    model = Scripted([1.0, 1.0, bad])
    with pytest.raises((TrainingDivergedError, BrokenError)):
        model.train_by_script(9, window=5)
    assert model.weight.item() == 0
    assert not model.training


@pytest.mark.parametrize("way", [*WAYS_OUT, "Ctrl-C", "the end"])
def test_the_same_cell_can_run_again(way):
    """What broke is mended, or the reader is more patient: training goes on from the best."""
    losses, run, kind = WAYS_OUT.get(way, ([*GOOD, KeyboardInterrupt], breaks_in_the_loss, ()))
    model = Scripted([*GOOD, *[0.5] * 99] if way == "the end" else losses)
    with contextlib.suppress(*([kind] if kind else [])):
        run(model)
    best = model.weight.item()
    model.losses = iter([0.01] * 10 + [0.8] * 89)
    model.seen.clear()
    history = breaks_in_the_loss(model)
    assert model.seen[0] == best
    assert len(history.losses) == 99
    assert history.best_step == 10
    assert model.weight.item() == model.seen[10]


def test_a_trained_network_can_be_trained_again():
    """A new optimizer starts with a rise, which costs a trained model more than twice its loss."""
    model = Noisy()
    model.layers[2] = nn.Identity()  # without noise the loss falls near 0
    config = TrainingConfig(num_steps=300, learning_rate=0.03, warmup_steps=10)
    first = train(model, squared_error, epoch, config, window=10)
    again = train(model, squared_error, epoch, config, window=10)
    highest = max(sum(again.losses[i : i + 10]) / 10 for i in range(10, 290))
    assert highest > 2 * max(again.losses[0], sum(again.losses[:10]) / 10)
    assert first.losses[0] > 1 > highest


# --- which weights are the best -------------------------------------------------------------------


def test_a_validation_chooses_the_weights():
    """The training loss falls all the way; what was held out says step 4."""
    model = Scripted([5.0, 4.0, 3.0, 2.0, 1.0, 0.5, 0.2])
    values, modes = iter([4.0, 1.0, 3.0, 2.0]), []

    def validate(model):
        modes.append((model.training, torch.is_grad_enabled(), len(model.seen)))
        return torch.tensor(next(values))

    history = model.train_by_script(7, window=2, validate=validate)
    assert history.validation == {2: 4, 4: 1, 6: 3, 7: 2}
    assert modes == [(False, False, step) for step in (2, 4, 6, 7)]
    assert history.best_step == 4
    assert model.weight.item() == model.seen[4]


def test_a_validation_that_draws_leaves_the_training_as_it_is():
    def validate(model):
        assert not model.training
        return torch.rand(3).sum() + model(torch.rand(5, 3)).square().mean()

    plain, watched = Noisy(), Noisy()
    expected = train(plain, squared_error, epoch, CONFIG, window=4)
    found = [train(watched, squared_error, epoch, CONFIG, window=4, validate=validate)]
    found.append(train(Noisy(), squared_error, epoch, CONFIG, window=4, validate=validate))
    assert [history.losses for history in found] == [expected.losses] * 2
    assert found[0].validation == found[1].validation
    assert list(found[0].validation) == [4, 8, 12, 16, 20, 23]
    assert len(set(found[0].validation.values())) == 6
    assert expected.validation == {}


def test_a_training_goes_on_in_training_mode_after_a_validation():
    modes = []

    def loss(model, batch):
        modes.append(model.training)
        return squared_error(model, batch)

    train(Noisy(), loss, epoch, CONFIG, window=4, validate=lambda model: 1.0)
    assert modes == [True] * 23


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_a_validation_that_is_no_number_is_named(bad):
    model, values = Scripted([1.0] * 9), iter([1.0, bad])
    match = f"^the validation became {bad} after step 4"
    with pytest.raises(TrainingDivergedError, match=match) as error:
        model.train_by_script(9, window=2, validate=lambda model: next(values))
    assert model.weight.item() == model.seen[2]
    assert error.value.history.best_step == 2


# --- what the optimizer is given ------------------------------------------------------------------


def test_groups_have_their_own_decay_and_rate():
    """AdamW written out with two groups; the second one learns half as fast and never decays."""
    model, reference = Noisy(), Noisy()
    config = replace(CONFIG, weight_decay=0.4, clip_norm=1e9)

    def groups(model):
        by_size = {True: [], False: []}
        for parameter in model.parameters():
            by_size[parameter.ndim > 1].append(parameter)
        slow = {"params": by_size[False], "weight_decay": 0.0, "lr": 0.025}
        return [{"params": by_size[True]}, slow]

    train(model, squared_error, epoch, config, groups=groups)
    optimizer = torch.optim.AdamW(groups(reference), weight_decay=0.4)
    generator = torch.Generator().manual_seed(3)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(3)
        batches = [batch for _ in range(4) for batch in epoch(generator)]
        for step, batch in enumerate(batches[:23]):
            rate = warmup_cosine(step, num_steps=23, warmup_steps=5)
            for group, highest in zip(optimizer.param_groups, (0.05, 0.025), strict=True):
                group["lr"] = highest * rate
            optimizer.zero_grad()
            squared_error(reference, batch).backward()
            optimizer.step()
    assert torch.allclose(weights(model), weights(reference), rtol=1e-3, atol=1e-5)
    usual = Noisy()
    train(usual, squared_error, epoch, config)
    assert not torch.allclose(weights(model), weights(usual), rtol=1e-2)


def test_groups_of_equal_choices_are_no_groups():
    plain, grouped = Noisy(), Noisy()
    train(plain, squared_error, epoch, CONFIG)
    train(grouped, squared_error, epoch, CONFIG, groups=lambda m: [{"params": m.parameters()}])
    assert torch.equal(weights(plain), weights(grouped))


# --- device and precision -------------------------------------------------------------------------


def test_batches_go_where_the_model_is(monkeypatch):
    """Without a GPU: what the loop asks for, and that the loss is given what it got."""
    asked = []

    def moved(batch, device):
        asked.append(device)
        return batch[0], batch[1] + 0

    monkeypatch.setattr(loop, "device_of", lambda model: torch.device("cpu", 0))
    monkeypatch.setattr(loop, "to_device", moved)
    given = []

    def loss(model, batch):
        given.append(batch)
        return squared_error(model, batch)

    train(Noisy(), loss, epoch, CONFIG, stop_after=2)
    assert asked == [torch.device("cpu", 0)] * 2
    assert len(given) == 2


def test_in_mixed_precision_the_loss_is_computed_under_autocast():
    seen = []

    def loss(model, batch):
        output = model(batch[0])
        seen.append((output.dtype, torch.get_autocast_dtype("cpu")))
        return (output.float() - batch[1]).square().mean()

    model, plain = Noisy(), Noisy()
    config = replace(CONFIG, autocast=torch.bfloat16)
    history = train(model, loss, epoch, config)
    assert seen == [(torch.bfloat16, torch.bfloat16)] * 23
    assert not torch.is_autocast_enabled("cpu")
    assert all(p.dtype == torch.float32 for p in model.parameters())
    exact = train(plain, loss, epoch, CONFIG)
    assert seen[23:] == [(torch.float32, torch.bfloat16)] * 23
    assert history.losses == pytest.approx(exact.losses, rel=0.1)  # bfloat16 has eight bits
    assert history.losses != exact.losses


@pytest.mark.parametrize("dtype", [torch.float16, torch.float32, torch.float64])
def test_another_precision_is_refused(dtype):
    match = f"^autocast: expected torch.bfloat16 or None, got {dtype}$"
    with pytest.raises(ValueError, match=match):
        replace(CONFIG, autocast=dtype)


# --- modes and epochs -----------------------------------------------------------------------------


def test_the_kept_weights_are_no_longer_changed():
    """A copy that shares memory with the model would follow it to the last step."""
    model = Scripted([1.0, 1.0, 2.0, 2.0])
    before = deepcopy(model.state_dict())
    model.train_by_script(4, window=2)
    assert model.weight.item() == model.seen[2] != model.seen[3]
    assert before["weight"].item() == 0


def test_the_model_trains_in_training_mode_and_is_left_in_the_other():
    modes = []

    def loss(model, batch):
        modes.append(model.training)
        return squared_error(model, batch)

    model = Noisy().eval()
    train(model, loss, epoch, CONFIG)
    assert modes == [True] * 23
    assert not model.training


def test_an_empty_epoch_is_named():
    with pytest.raises(ValueError, match="epoch: expected at least one batch, got none"):
        train(Noisy(), squared_error, lambda generator: [], CONFIG)


def test_a_second_epoch_may_not_be_empty_either():
    batches = iter(list(epoch(torch.Generator())))  # used up after one pass
    with pytest.raises(ValueError, match="epoch: expected at least one batch, got none"):
        train(Noisy(), squared_error, lambda generator: batches, CONFIG)


def test_every_epoch_has_a_new_order():
    seen = []

    def loss(model, batch):
        seen.append(float(batch[1][0, 0]))
        return squared_error(model, batch)

    train(Noisy(), loss, epoch, TrainingConfig(num_steps=14, warmup_steps=0))
    assert sorted(seen[:7]) == sorted(seen[7:])
    assert seen[:7] != seen[7:]


@pytest.mark.parametrize("window", [0, -1])
def test_a_window_below_one_is_named(window):
    with pytest.raises(ValueError, match=f"window: expected 1 or more, got {window}"):
        train(Noisy(), squared_error, epoch, CONFIG, window=window)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"num_steps": 0}, "num_steps: expected 1 or more, got 0"),
        ({"learning_rate": 0.0}, "learning_rate: expected a positive number, got 0.0"),
        ({"learning_rate": -1.0}, "learning_rate: expected a positive number, got -1.0"),
        ({"learning_rate": math.nan}, "learning_rate: expected a positive number, got nan"),
        ({"learning_rate": math.inf}, "learning_rate: expected a positive number, got inf"),
        ({"clip_norm": 0.0}, "clip_norm: expected a positive number, got 0.0"),
        ({"warmup_steps": 11}, "warmup_steps: expected 0 to num_steps = 10, got 11"),
        ({"warmup_steps": -1}, "warmup_steps: expected 0 to num_steps = 10, got -1"),
        ({"weight_decay": -0.1}, "weight_decay, seed: expected 0 or more, got -0.1, 0"),
        ({"weight_decay": math.nan}, "weight_decay, seed: expected 0 or more, got nan, 0"),
        ({"seed": -1}, "weight_decay, seed: expected 0 or more, got 0.01, -1"),
    ],
)
def test_settings_out_of_range_are_named(wrong, message):
    with pytest.raises(ValueError, match=message):
        TrainingConfig(**{"num_steps": 10, "warmup_steps": 5, **wrong})
