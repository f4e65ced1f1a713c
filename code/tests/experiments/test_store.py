import copy
import json

import pytest

from paying_attention.evaluation.alignment_error import AlignmentCounts
from paying_attention.evaluation.metrics import Proportion
from paying_attention.experiments import store
from paying_attention.experiments.store import (
    digest,
    has_entry,
    load_canary,
    load_results,
    make_entry,
    results_path,
    save_canary,
    save_entry,
    seed_accuracies,
    select,
    sentence_counts,
)

RESULTS = {"correct": {"1": [97, 100], "2": [290, 300]}, "gradient": [0.25, 0.75]}


def entry(name="run-seed0", seed=0):
    return make_entry(name, {"seed": seed, "rate": 3e-3}, RESULTS, [3.5, 3.25], 12.345)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "bottleneck.json"


def edit(path, change):
    """Change the first entry of a file, as somebody with an editor would."""
    content = json.loads(path.read_text(encoding="utf-8"))
    change(content["runs"][0])
    path.write_text(json.dumps(content), encoding="utf-8")


def test_what_is_saved_is_loaded(path):
    first, second = entry("b"), entry("a", seed=1)
    save_entry("bottleneck", first, path=path)
    save_entry("bottleneck", second, path=path)
    assert load_results("bottleneck", path=path) == {"a": second, "b": first}


def test_an_entry_says_where_it_comes_from():
    found = entry()
    assert found["config"] == {"seed": 0, "rate": 0.003}
    assert found["results"] == RESULTS
    assert found["fingerprint"] == [3.5, 3.25]
    assert found["cpu_seconds"] == 12.3
    assert sorted(found["environment"]) == ["date", "machine", "numpy", "python", "torch"]
    assert all(found["environment"].values())


def test_an_entry_holds_what_a_file_can_hold():
    """Tuples become lists and whole numbers become keys of text, before the digest is taken."""
    found = make_entry("run", {"sizes": (1, 2)}, {"correct": {1: (3, 4)}}, [], 0.0)
    assert found["config"] == {"sizes": [1, 2]}
    assert found["results"] == {"correct": {"1": [3, 4]}}
    assert json.loads(json.dumps(found)) == found


def test_saving_again_replaces_and_the_order_is_by_name(path):
    for name, seed in (("b", 0), ("a", 1), ("c", 2), ("b", 3)):
        save_entry("bottleneck", entry(name, seed), path=path)
    found = load_results("bottleneck", path=path)
    assert [(name, run["config"]["seed"]) for name, run in found.items()] == [
        ("a", 1),
        ("b", 3),
        ("c", 2),
    ]
    lines = path.read_text(encoding="utf-8").splitlines()
    # One line for the canary and for each run, so that a diff shows which one changed.
    assert len(lines) == 6


def test_the_same_runs_give_the_same_bytes(path, tmp_path):
    for name in "ab":
        save_entry("bottleneck", entry(name), path=path)
    for name in "ba":
        save_entry("bottleneck", entry(name), path=tmp_path / "again.json")
    assert path.read_bytes() == (tmp_path / "again.json").read_bytes()


def test_the_digest_covers_every_field_but_itself():
    first = entry()
    assert digest({**first, "digest": "other"}) == first["digest"]
    assert digest(dict(reversed(first.items()))) == first["digest"]
    for field in first:
        if field != "digest":
            assert digest({**first, field: "edited"}) != first["digest"]


def edited_accuracy(run):
    run["results"]["correct"]["2"] = [299, 300]


def edited_seed(run):
    run["config"]["seed"] = 7


def edited_fingerprint(run):
    run["fingerprint"][1] += 1e-6


def edited_name(run):
    run["name"] = "run-seed7"


def edited_date(run):
    run["environment"]["date"] = "2020-01-01"


@pytest.mark.parametrize(
    "change", [edited_accuracy, edited_seed, edited_fingerprint, edited_name, edited_date]
)
def test_an_edited_entry_is_named(path, change):
    original = entry()
    save_entry("bottleneck", original, path=path)
    edit(path, change)
    name = "run-seed7" if change is edited_name else "run-seed0"
    match = (
        rf"bottleneck\.json, entry '{name}': expected digest {original['digest']}, got \w+: "
        r"the entry was edited; results are only written by `make results`"
    )
    with pytest.raises(ValueError, match=match):
        load_results("bottleneck", path=path)


def test_the_second_of_two_entries_is_named_too(path):
    for name in "ab":
        save_entry("bottleneck", entry(name), path=path)
    content = json.loads(path.read_text(encoding="utf-8"))
    edited_accuracy(content["runs"][1])
    path.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(ValueError, match="entry 'b': expected digest"):
        load_results("bottleneck", path=path)


def test_an_edited_file_is_not_built_upon(path):
    save_entry("bottleneck", entry(), path=path)
    edit(path, edited_accuracy)
    before = path.read_bytes()
    with pytest.raises(ValueError, match="the entry was edited"):
        save_entry("bottleneck", entry("another"), path=path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("field", store.FIELDS)
def test_a_field_that_is_missing_is_named(path, field):
    save_entry("bottleneck", entry(), path=path)
    edit(path, lambda run: run.pop(field))
    name = "without a name" if field == "name" else "run-seed0"
    with pytest.raises(ValueError, match=rf"entry '{name}': expected the fields .*\['{field}'\]"):
        load_results("bottleneck", path=path)


@pytest.mark.parametrize("field", store.ENVIRONMENT)
def test_an_environment_that_says_too_little_is_named(path, field):
    save_entry("bottleneck", entry(), path=path)
    edit(path, lambda run: run["environment"].pop(field))
    with pytest.raises(ValueError, match=rf"expected its environment to say \['{field}'\]"):
        load_results("bottleneck", path=path)


def test_a_name_that_occurs_twice_is_named(path):
    twice = {"canary": None, "runs": [entry(), entry(seed=1)]}
    path.write_text(json.dumps(twice), encoding="utf-8")
    with pytest.raises(
        ValueError, match="entry 'run-seed0': expected each name once, got it twice"
    ):
        load_results("bottleneck", path=path)


NO_CANARY = '{"canary": null, '


@pytest.mark.parametrize(
    "text",
    [
        *("", "[{]", '{"name": "run"}', "[1, 2]", '"runs"', "[]", '{"runs": []}'),
        *(NO_CANARY + '"runs": {}}', NO_CANARY + '"runs": [1]}', NO_CANARY + '"runs": [], "x": 1}'),
        '{"canary": [], "runs": []}',
    ],
)
def test_a_file_of_another_form_is_named(path, text):
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=r"bottleneck\.json: expected a canary and a list of runs"):
        load_results("bottleneck", path=path)


def test_an_experiment_that_was_never_run_is_named(path):
    with pytest.raises(FileNotFoundError, match="no results of 'bottleneck'; run `make results`"):
        load_results("bottleneck", path=path)
    with pytest.raises(FileNotFoundError, match="no results of 'moonshot'"):
        load_results("moonshot")
    assert not has_entry("moonshot", "run", {})


def test_an_entry_counts_as_there_if_its_configuration_is_the_same(path, monkeypatch):
    monkeypatch.setattr(store, "results_path", lambda experiment: path)
    config = {"sizes": (1, 2), "seed": 0}
    assert not has_entry("bottleneck", "run", config)
    save_entry("bottleneck", make_entry("run", config, RESULTS, [1.0], 0.0))
    assert has_entry("bottleneck", "run", copy.deepcopy(config))
    assert not has_entry("bottleneck", "other", config)
    assert not has_entry("bottleneck", "run", {**config, "seed": 1})
    assert not has_entry("bottleneck", "run", {**config, "more": 1})


def test_a_canary_stands_beside_the_runs(path):
    save_entry("bottleneck", entry("a"), path=path)
    assert load_canary("bottleneck", path=path) is None
    save_canary("bottleneck", entry("canary"), path=path)
    save_entry("bottleneck", entry("b"), path=path)
    assert load_canary("bottleneck", path=path) == entry("canary")
    assert load_results("bottleneck", path=path) == {"a": entry("a"), "b": entry("b")}
    save_canary("bottleneck", entry("canary", 4), path=path)
    assert load_canary("bottleneck", path=path) == entry("canary", 4)
    assert list(load_results("bottleneck", path=path)) == ["a", "b"]


def test_a_canary_may_come_before_the_runs(path):
    save_canary("bottleneck", entry("canary"), path=path)
    assert load_results("bottleneck", path=path) == {}


def test_an_edited_canary_is_named_whatever_is_read(path):
    save_canary("bottleneck", entry("canary"), path=path)
    content = json.loads(path.read_text(encoding="utf-8"))
    edited_accuracy(content["canary"])
    path.write_text(json.dumps(content), encoding="utf-8")
    for read in (load_results, load_canary):
        with pytest.raises(ValueError, match=r"bottleneck\.json, canary: expected digest"):
            read("bottleneck", path=path)
    with pytest.raises(ValueError, match="canary: expected digest"):
        save_entry("bottleneck", entry(), path=path)


def run_of(seed, width, **correct):
    return {"config": {"seed": seed, "width": width}, "results": {"correct": correct}}


def test_runs_are_picked_by_their_configuration():
    runs = {"a": run_of(0, 1), "b": run_of(1, 1), "c": run_of(0, 2)}
    assert select(runs, width=1) == [runs["a"], runs["b"]]
    assert select(runs, width=2, seed=0) == [runs["c"]]
    assert select(runs) == list(runs.values())


@pytest.mark.parametrize("config", [{"width": 3}, {"width": 2, "seed": 1}, {"depth": 1}])
def test_a_configuration_that_nobody_ran_is_named(config):
    runs = {"a": run_of(0, 1), "b": run_of(1, 1), "c": run_of(0, 2)}
    with pytest.raises(ValueError, match=r"config: expected a run with \{") as caught:
        select(runs, **config)
    assert str(config) in str(caught.value)


def test_accuracies_of_each_seed_by_length():
    runs = [run_of(s, 1, **{"1": [90 + s, 100], "2": [7 * s, 300]}) for s in (0, 1, 2)]
    assert seed_accuracies(runs) == {
        1: [Proportion(90, 100), Proportion(91, 100), Proportion(92, 100)],
        2: [Proportion(0, 300), Proportion(7, 300), Proportion(14, 300)],
    }


def test_no_runs_have_no_accuracy():
    with pytest.raises(ValueError, match="runs: expected at least one, got none"):
        seed_accuracies([])


def test_sentence_counts_unfolds_the_stored_rows():
    entry = {"results": {"alignment": {"1": [[1, 1, 1, 1, 2]], "2": [[0, 1, 2, 2, 1]]}}}
    one, two = AlignmentCounts(1, 1, 1, 1), AlignmentCounts(0, 1, 2, 2)
    assert sentence_counts(entry, [1, 2]) == [one, one, two]
    assert sentence_counts(entry, ["2"]) == [two]


def test_results_stand_inside_the_package():
    path = results_path("bottleneck")
    assert path.name == "bottleneck.json"
    assert path.parent.name == "results"
    assert path.parent.parent.name == "paying_attention"
