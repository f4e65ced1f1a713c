"""What somebody types into a results file is noticed, and so is a canary that says other things."""

import copy
import json

import pytest

from paying_attention.experiments import store
from tests.experiments.results_files import (
    check_counts,
    check_fingerprint,
    differences,
    stored,
)

FILES = pytest.mark.parametrize("experiment", ["bottleneck", "bottleneck_tuning"])


def planted(experiment, path, change):
    """A copy of a results file in which one entry was changed by hand."""
    content = json.loads(store.results_path(experiment).read_text(encoding="utf-8"))
    change(content["runs"][-1])
    path.write_text(json.dumps(content), encoding="utf-8")
    return content["runs"][-1]["name"]


@FILES
def test_a_figure_typed_in_by_hand_is_noticed(experiment, tmp_path):
    def better(entry):
        right, n = entry["results"]["correct"]["6"]
        entry["results"]["correct"]["6"] = [min(right + 30, n) if right < n else n - 1, n]

    path = tmp_path / f"{experiment}.json"
    name = planted(experiment, path, better)
    with pytest.raises(ValueError, match=rf"{path.name}, entry '{name}': .* the entry was edited"):
        store.load_results(experiment, path=path)


@FILES
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


THEN = {"losses": [2.0, 1.0], "step": 3, "text": "a", "right": [[3, 4]], "none": None, "on": True}


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"losses": [2.0, 1.01]}, "/losses/1: 1.0 was stored, today it is 1.01"),
        ({"losses": [2.0]}, "/losses: "),
        ({"step": 4}, "/step: 3 was stored, today it is 4"),
        ({"step": 3.0}, "/step: "),
        ({"text": "b"}, "/text: "),
        ({"right": [[4, 4]]}, "/right/0/0: 3 "),
        ({"none": 0}, "/none: "),
        ({"on": False}, "/on: "),
        ({"more": 1}, ": "),
    ],
)
def test_what_a_canary_says_differently_is_named(change, line):
    (found,) = differences(THEN, THEN | change)
    assert found.startswith(line)


def test_rounding_is_no_difference():
    assert differences(THEN, copy.deepcopy(THEN)) == []
    assert differences({"a": [2.0, 0.002]}, {"a": [2.0015, 0.001]}) == []
