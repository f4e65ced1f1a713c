import math
from copy import deepcopy

import pytest
import torch
from torch import nn

from paying_attention.training.loop import TrainingConfig, TrainingDivergedError, train

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
        if value is KeyboardInterrupt:
            raise KeyboardInterrupt
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


def test_the_rate_rises_and_falls_by_hand():
    config = TrainingConfig(num_steps=10, learning_rate=0.8, warmup_steps=4)
    rates = [config.rate(step) for step in range(10)]
    rise = [0.2, 0.4, 0.6, 0.8]
    fall = [0.8, 0.4 * (1 + math.sqrt(3) / 2), 0.6, 0.4, 0.2, 0.4 * (1 - math.sqrt(3) / 2)]
    assert rates == pytest.approx(rise + fall)
    assert max(rates) == 0.8
    assert min(rates) > 0


def test_a_rate_without_a_rise_begins_at_the_top():
    config = TrainingConfig(num_steps=4, learning_rate=0.8, warmup_steps=0)
    assert [config.rate(step) for step in range(3)] == pytest.approx(
        [0.8, 0.4 * (1 + math.sqrt(0.5)), 0.4]
    )


def test_a_rate_that_only_rises():
    config = TrainingConfig(num_steps=4, learning_rate=0.8, warmup_steps=4)
    assert [config.rate(step) for step in range(4)] == pytest.approx([0.2, 0.4, 0.6, 0.8])


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_a_loss_that_is_no_number_stops_at_once_and_names_the_step(bad):
    model = Scripted([1.0, 1.0, bad, 1.0])
    with pytest.raises(TrainingDivergedError, match=rf"the loss became {bad} at step 3\. Try"):
        model.train_by_script(4)
    assert len(model.seen) == 3
    assert math.isfinite(model.weight.item())  # the bad step was not taken


def test_a_loss_that_rises_stops_with_advice():
    model = Scripted([1.0, 1.5, 2.0, 2.5, 9.0])
    match = r"the loss rose from 1\.25 to 5\.75 by step 5\. Try a learning rate below 0\.1\."
    with pytest.raises(TrainingDivergedError, match=match):
        model.train_by_script(5, window=2)
    assert len(model.seen) == 5


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
        ({"seed": -1}, "weight_decay, seed: expected 0 or more, got 0.01, -1"),
    ],
)
def test_settings_out_of_range_are_named(wrong, message):
    with pytest.raises(ValueError, match=message):
        TrainingConfig(**{"num_steps": 10, "warmup_steps": 5, **wrong})
