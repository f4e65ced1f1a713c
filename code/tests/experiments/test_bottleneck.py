import copy
import json
from collections import Counter
from dataclasses import asdict, replace
from functools import cache

import pytest
import torch

from paying_attention.data.batching import Corpus
from paying_attention.data.toys.number_words import number_pair, number_sequences, split_numbers
from paying_attention.data.vocabulary import Vocabulary
from paying_attention.evaluation.decoding import greedy_decode
from paying_attention.evaluation.metrics import Proportion
from paying_attention.experiments import bottleneck, store
from paying_attention.experiments.bottleneck import (
    FINGERPRINT_STEPS,
    PROFILE_LENGTH,
    TRAINED_LENGTHS,
    BottleneckRun,
    NumberTask,
    accuracy_by_length,
    grid_runs,
    number_task,
    seed_accuracies,
    select,
    tuning_runs,
)
from tests.experiments.results_files import check_counts, check_fingerprint, stored

TRAINING, VALIDATION, TEST = split_numbers()


def planned():
    """What `make results` would run today: experiment, name of the entry, run."""
    found = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bottleneck, "_run", lambda kind, run, name: found.append((kind, name, run)))
        bottleneck.run_grid()
        bottleneck.run_tuning()
    return found


RUNS = {"bottleneck": {}, "bottleneck_tuning": {}}
for experiment, name, run in planned():
    RUNS[experiment][name] = run
GRID, TUNING = RUNS["bottleneck"], RUNS["bottleneck_tuning"]
ENTRIES = [(experiment, name) for experiment in RUNS for name in stored(experiment)]
HELD_OUT_LENGTHS = range(1, 9)


@pytest.fixture(scope="module")
def task():
    return number_task()  # drawn once for all tests


def texts(table, vocabulary, ids):
    """Each sentence as the text of its numbers."""
    words = [vocabulary.tokens[index] for index in ids.flatten().tolist()]
    width = ids.shape[1]
    rows = (words[i : i + width] for i in range(0, len(words), width))
    special = {"<pad>", "<bos>", "<eos>"}
    return [" ".join(w for w in row if w not in special).split(" ; ") for row in rows]


def both_texts(corpus, task):
    table = corpus.table
    source = texts(table, task.source_vocabulary, table.source)
    target = texts(table, task.target_vocabulary, table.target)
    return source, target


def words_of(numbers, side):
    return {" ".join(getattr(number_pair(number), side)) for number in numbers}


@pytest.fixture(scope="module")
def read(task):
    """All sentences of the task as text: name of the corpus, source, target."""
    corpora = {"training": task.training, "profile": task.profile}
    corpora |= {f"validation{k}": corpus for k, corpus in task.validation.items()}
    corpora |= {f"test{k}": corpus for k, corpus in task.test.items()}
    return {name: both_texts(corpus, task) for name, corpus in corpora.items()}


def test_held_out_numbers_never_occur_in_training(read):
    source, target = read["training"]
    held_out = VALIDATION + TEST
    assert {n for row in source for n in row}.isdisjoint(words_of(held_out, "source"))
    assert {n for row in target for n in row}.isdisjoint(words_of(held_out, "target"))
    assert {n for row in source for n in row} == words_of(TRAINING, "source")


def test_validation_and_test_share_no_number(read):
    seen = {
        kind: {
            n for name, (rows, _) in read.items() if name.startswith(kind) for r in rows for n in r
        }
        for kind in ("validation", "test")
    }
    assert seen["validation"] == words_of(VALIDATION, "source")
    assert seen["test"] == words_of(TEST, "source")
    assert seen["validation"].isdisjoint(seen["test"])


def test_every_sentence_is_translated_number_by_number(read):
    english = {
        " ".join(pair.source): " ".join(pair.target) for pair in map(number_pair, range(1000))
    }
    for source, target in read.values():
        assert [[english[n] for n in row] for row in source] == target


def test_how_many_sentences_of_which_length(read, task):
    lengths = Counter(len(row) for row in read["training"][0])
    assert lengths.total() == len(task.training) == 40_000
    assert sorted(lengths) == [1, 2, 3, 4, 5, 6]
    assert min(lengths.values()) > 6300  # 6667 expected, standard deviation 75
    assert sorted(task.validation) == sorted(task.test) == list(HELD_OUT_LENGTHS)
    for kind, distinct in (("validation", VALIDATION), ("test", TEST)):
        for k in HELD_OUT_LENGTHS:
            rows = read[f"{kind}{k}"][0]
            assert {len(row) for row in rows} == {k}
            assert len(rows) == (len(distinct) if k == 1 else 300)
        assert sorted(n for (n,) in read[f"{kind}1"][0]) == sorted(words_of(distinct, "source"))


def test_sentences_of_the_gradient_profile_have_one_length(read, task):
    assert set(task.profile.table.source_lengths.tolist()) == {PROFILE_LENGTH}
    assert len(task.profile) >= 30
    assert {n for row in read["profile"][0] for n in row} <= words_of(TEST, "source")


def test_names_tell_the_runs_apart():
    names = Counter((experiment, name) for experiment, name, _ in planned())
    assert [twice for twice, count in names.items() if count > 1] == []
    assert list(GRID.values()) == list(grid_runs())
    assert [run.name for run in grid_runs()] == list(GRID)
    assert list(TUNING.values()) == list(tuning_runs())
    assert BottleneckRun("none", 2, 10, 3, 100, bidirectional=False).name == (
        "none-one-way-width2-time10-seed3"
    )


def test_the_grid_is_the_one_that_was_promised():
    found = {(r.attention, r.bidirectional, r.width, r.time, r.seed) for r in GRID.values()}
    for seed in range(3):
        assert ("additive", True, 1, 1, seed) in found
        assert {("constant", True, w, t, seed) for w in (1, 2) for t in (1, 2)} <= found
    assert {("constant", True, w, 10, 0) for w in (1, 2)} <= found
    for run in GRID.values():  # time multiplies the updates
        once = replace(run, time=1)
        assert run.num_steps == run.time * GRID[once.name].num_steps


@pytest.mark.parametrize("width", [1, 2])
def test_the_grid_uses_the_settings_that_were_best_on_validation(width):
    def share(entry):
        counts = entry["results"]["correct"]
        return sum(counts[str(k)][0] / counts[str(k)][1] for k in TRAINED_LENGTHS)

    tried = [e for e in stored("bottleneck_tuning").values() if e["config"]["width"] == width]
    best = max(tried, key=share)["config"]
    for run in GRID.values():
        if run.attention == "constant" and run.width == width:
            assert asdict(run).items() >= {
                (key, best[key]) for key in ("batch_size", "learning_rate", "dropout")
            }


def test_the_seed_decides_the_weights(task):
    run = GRID["none-width1-time1-seed0"]
    first, again, other = (
        torch.cat([p.detach().flatten() for p in replace(run, seed=seed).build(task).parameters()])
        for seed in (0, 0, 1)
    )
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


@pytest.mark.parametrize(
    "name", ["constant-width2-time1-seed0", "constant-one-way-width1-time1-seed0"]
)
def test_a_run_builds_the_model_that_its_name_promises(task, name):
    run = replace(GRID[name], dropout=0.25)
    config = run.build(task).config
    assert config.attention == "constant"
    assert (config.bidirectional, config.dropout) == (run.bidirectional, run.dropout)
    sizes = (config.d_embedding, config.d_encoder, config.d_decoder)
    assert sizes == (64 * run.width, 128 * run.width, 128 * run.width)
    assert config.source_vocab_size == len(task.source_vocabulary)
    assert config.target_vocab_size == len(task.target_vocabulary)


@cache
def tiny_task():
    """A task with the same parts, for tests that train."""
    generator = torch.Generator().manual_seed(0)
    pairs = number_sequences(range(20), 12, lengths=[1, 2], generator=generator)
    words = number_sequences(range(20), 200, generator=generator)
    source = Vocabulary.from_sentences(pair.source for pair in words)
    target = Vocabulary.from_sentences(pair.target for pair in words)
    corpus = Corpus.encode(pairs, source, target)
    one = Corpus.encode([number_pair(3), number_pair(4), number_pair(5)], source, target)
    return NumberTask(source, target, corpus, {1: one, 2: corpus}, {1: one, 3: corpus}, one)


def test_accuracy_is_counted_by_length():
    task = tiny_task()
    model = BottleneckRun("none", 1, 1, 0, 50).build(task)
    expected = {}
    for k, corpus in task.test.items():
        right = 0
        for row in range(len(corpus)):
            batch = corpus.select(torch.tensor([row]))
            (found,) = greedy_decode(model, batch.source, batch.source_lengths, max_len=30)
            right += found == batch.target[0, 1:-1].tolist()
        expected[str(k)] = [right, len(corpus)]
    assert accuracy_by_length(model, task.test) == expected
    assert [counts[1] for counts in expected.values()] == [3, 12]


def test_a_run_is_stored_once_and_skipped_the_next_time(monkeypatch, tmp_path, capsys):
    run = BottleneckRun("constant", 1, 1, 0, num_steps=50, batch_size=5)
    monkeypatch.setattr(store, "results_path", lambda experiment: tmp_path / f"{experiment}.json")
    monkeypatch.setattr(bottleneck, "number_task", tiny_task)
    monkeypatch.setattr(bottleneck, "grid_runs", lambda: iter([run]))
    monkeypatch.setattr(bottleneck, "tuning_runs", lambda: iter([run]))
    bottleneck.run_grid()
    bottleneck.run_tuning()
    assert capsys.readouterr().out.count("CPU s") == 2
    (entry,) = store.load_results("bottleneck").values()
    (tuned,) = store.load_results("bottleneck_tuning").values()
    assert entry["name"] == run.name
    assert tuned["name"].startswith(f"{run.name}-batch5-rate0.003")
    assert entry["config"] == tuned["config"] == asdict(run)
    # The grid counts on test sentences, the tuning on those for validation.
    assert {k: n for k, (_, n) in entry["results"]["correct"].items()} == {"1": 3, "3": 12}
    assert {k: n for k, (_, n) in tuned["results"]["correct"].items()} == {"1": 3, "2": 12}
    assert entry["results"]["parameters"] == sum(
        p.numel() for p in run.build(tiny_task()).parameters()
    )
    assert sum(entry["results"]["gradient"]) == pytest.approx(1, abs=1e-4)
    check_fingerprint(entry, run.fit(tiny_task(), num_steps=FINGERPRINT_STEPS)[1].losses)
    bottleneck.run_grid()
    bottleneck.run_tuning()
    assert capsys.readouterr().out == ""


def entry_of(seed, width, **correct):
    return {"config": {"seed": seed, "width": width}, "results": {"correct": correct}}


def test_runs_are_picked_by_their_configuration():
    runs = {"a": entry_of(0, 1), "b": entry_of(1, 1), "c": entry_of(0, 2)}
    assert select(runs, width=1) == [runs["a"], runs["b"]]
    assert select(runs, width=2, seed=0) == [runs["c"]]
    assert select(runs) == list(runs.values())


@pytest.mark.parametrize("config", [{"width": 3}, {"width": 2, "seed": 1}, {"depth": 1}])
def test_a_configuration_that_nobody_ran_is_named(config):
    runs = {"a": entry_of(0, 1), "b": entry_of(1, 1), "c": entry_of(0, 2)}
    with pytest.raises(ValueError, match=r"config: expected a run with \{") as caught:
        select(runs, **config)
    assert str(config) in str(caught.value)


def test_accuracies_of_each_seed_by_length():
    runs = [entry_of(s, 1, **{"1": [90 + s, 100], "2": [7 * s, 300]}) for s in (0, 1, 2)]
    assert seed_accuracies(runs) == {
        1: [Proportion(90, 100), Proportion(91, 100), Proportion(92, 100)],
        2: [Proportion(0, 300), Proportion(7, 300), Proportion(14, 300)],
    }


# The stored results.


@cache
def first_losses(run):
    """Losses of the first steps; runs that differ only in their end begin alike."""
    _, history = run.fit(number_task(), num_steps=FINGERPRINT_STEPS)
    return history.losses


@pytest.mark.parametrize(("experiment", "name"), ENTRIES)
def test_a_stored_run_is_one_that_the_experiment_would_run_today(experiment, name):
    assert name in RUNS[experiment], f"{experiment}.json: {name} is no run of today's experiment"
    config = stored(experiment)[name]["config"]
    assert config == asdict(RUNS[experiment][name]), f"{experiment}.json: {name} had other settings"


@pytest.mark.parametrize(("experiment", "name"), ENTRIES)
def test_a_stored_run_begins_as_it_would_today(experiment, name):
    entry = stored(experiment)[name]
    run = replace(BottleneckRun(**entry["config"]), time=1, num_steps=1000)
    assert len(entry["fingerprint"]) == FINGERPRINT_STEPS
    check_fingerprint(entry, first_losses(run))


@pytest.mark.parametrize(("experiment", "name"), ENTRIES)
def test_stored_counts_can_be_true(experiment, name, task):
    entry = stored(experiment)[name]
    results = entry["results"]
    distinct = len(TEST if experiment == "bottleneck" else VALIDATION)
    assert list(results["correct"]) == [str(k) for k in HELD_OUT_LENGTHS]
    for k, counts in results["correct"].items():
        check_counts(name, counts, distinct if k == "1" else 300)
    model = BottleneckRun(**entry["config"]).build(task)
    assert results["parameters"] == sum(p.numel() for p in model.parameters())
    assert entry["cpu_seconds"] > 0
    if experiment == "bottleneck":
        assert len(results["gradient"]) == PROFILE_LENGTH
        assert all(0 <= share <= 1 for share in results["gradient"])
        assert sum(results["gradient"]) == pytest.approx(1, abs=PROFILE_LENGTH * 5e-6)


@pytest.mark.parametrize("experiment", RUNS)
def test_every_run_is_stored(experiment):
    missing = sorted(set(RUNS[experiment]) - set(stored(experiment)))
    assert missing == [], "run `make results`"


# Where a run is stored, a copy of its file is edited.
STORED = pytest.mark.parametrize("experiment", [name for name in RUNS if stored(name)])


def planted(experiment, path, change):
    """A copy of a results file in which one entry was changed by hand."""
    entries = json.loads(store.results_path(experiment).read_text(encoding="utf-8"))
    change(entries[-1])
    path.write_text(json.dumps(entries), encoding="utf-8")
    return entries[-1]["name"]


@STORED
def test_a_figure_typed_in_by_hand_is_noticed(experiment, tmp_path):
    def better(entry):
        right, n = entry["results"]["correct"]["6"]
        entry["results"]["correct"]["6"] = [min(right + 30, n) if right < n else n - 1, n]

    path = tmp_path / f"{experiment}.json"
    name = planted(experiment, path, better)
    with pytest.raises(ValueError, match=rf"{path.name}, entry '{name}': .* the entry was edited"):
        store.load_results(experiment, path=path)


@STORED
def test_a_fingerprint_of_another_run_is_noticed(experiment, tmp_path):
    """Somebody who also repairs the digest is caught by the losses."""

    def invented(entry):
        entry["fingerprint"][2] *= 1.01
        entry["digest"] = store.digest(entry)

    path = tmp_path / f"{experiment}.json"
    name = planted(experiment, path, invented)
    entry = store.load_results(experiment, path=path)[name]
    losses = stored(experiment)[name]["fingerprint"]
    check_fingerprint(stored(experiment)[name], losses)
    with pytest.raises(AssertionError, match=f"{name}: stored fingerprint"):
        check_fingerprint(entry, losses)
    short = copy.deepcopy(entry)
    del short["fingerprint"][1:]
    with pytest.raises(AssertionError, match=f"{name}: stored fingerprint"):
        check_fingerprint(short, losses)


@pytest.mark.parametrize("counts", [[301, 300], [-1, 300], [100, 100]])
def test_counts_that_cannot_be_true_are_noticed(counts):
    with pytest.raises(AssertionError, match="a run: expected"):
        check_counts("a run", counts, 300)
