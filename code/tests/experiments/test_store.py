import copy
import json

import pytest

from paying_attention.experiments import store
from paying_attention.experiments.store import (
    digest,
    has_entry,
    load_results,
    make_entry,
    results_path,
    save_entry,
)

RESULTS = {"correct": {"1": [97, 100], "2": [290, 300]}, "gradient": [0.25, 0.75]}


def entry(name="run-seed0", seed=0):
    return make_entry(name, {"seed": seed, "rate": 3e-3}, RESULTS, [3.5, 3.25], 12.345)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "bottleneck.json"


def edit(path, change):
    """Change the first entry of a file, as somebody with an editor would."""
    entries = json.loads(path.read_text(encoding="utf-8"))
    change(entries[0])
    path.write_text(json.dumps(entries), encoding="utf-8")


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
    assert len(lines) == 5  # one line for each run, so that a diff shows which one changed


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
    entries = json.loads(path.read_text(encoding="utf-8"))
    edited_accuracy(entries[1])
    path.write_text(json.dumps(entries), encoding="utf-8")
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
    path.write_text(json.dumps([entry(), entry(seed=1)]), encoding="utf-8")
    with pytest.raises(
        ValueError, match="entry 'run-seed0': expected each name once, got it twice"
    ):
        load_results("bottleneck", path=path)


@pytest.mark.parametrize("text", ["", "[{]", '{"name": "run"}', "[1, 2]", '"runs"'])
def test_a_file_that_is_no_list_of_entries_is_named(path, text):
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=r"bottleneck\.json: expected a list of entries"):
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


def test_results_stand_inside_the_package():
    path = results_path("bottleneck")
    assert path.name == "bottleneck.json"
    assert path.parent.name == "results"
    assert path.parent.parent.name == "paying_attention"
