import pytest

from paying_attention.experiments import __main__ as command
from paying_attention.experiments.__main__ import EXPERIMENTS, main
from paying_attention.experiments.store import results_path

ALL = ["bottleneck_tuning", "bottleneck", "recall", "alignment", "asking_state"]
ALL += ["scores", "scores_long"]
ALL += ["phrases", "hard", "scaling", "scaling_long", "two_rules", "two_rules_long", "heads"]
ALL += ["real_sentence"]


@pytest.fixture
def done(monkeypatch):
    """What the command does, without doing it."""
    found = []
    monkeypatch.setattr(command, "run_missing", lambda given: found.append(("runs", given.name)))
    monkeypatch.setattr(command, "repeat", lambda given: found.append(("repeat", given.name)))
    monkeypatch.setattr(command, "has_multi30k", lambda: True)
    monkeypatch.setattr(
        command,
        "store_canary",
        lambda given, again: found.append(("again" if again else "canary", given.name)),
    )
    return found


def test_an_unknown_experiment_is_named(done, capsys):
    with pytest.raises(SystemExit):
        main(["recall", "moonshot"])
    assert done == []
    assert "expected some of" in (said := capsys.readouterr().err)
    assert "got ['moonshot']" in said


@pytest.mark.parametrize(
    ("arguments", "expected"), [(["recall"], ["recall"]), (["heads", "recall"],) * 2, ([], ALL)]
)
def test_what_is_named_is_run_and_gets_its_canary(arguments, expected, done):
    main(arguments)
    assert done == [(what, name) for name in expected for what in ("runs", "canary")]


def test_canaries_can_be_measured_again_alone(done):
    main(["--canaries", "heads", "recall"])
    assert done == [("again", "heads"), ("again", "recall")]


def test_some_runs_can_be_trained_again_and_nothing_else(done):
    main(["--repeat", "heads", "recall"])
    assert done == [("repeat", "heads"), ("repeat", "recall")]


def test_without_its_data_the_real_sentence_is_left_out_unless_it_is_named(done, monkeypatch):
    monkeypatch.setattr(command, "has_multi30k", lambda: False)
    main([])
    assert [name for what, name in done if what == "runs"] == ALL[:-1]
    assert ("canary", "real_sentence") in done
    done.clear()
    main(["real_sentence"])
    assert done == [("runs", "real_sentence"), ("canary", "real_sentence")]


def test_every_results_file_belongs_to_an_experiment_in_a_file_of_its_name():
    names = sorted(path.stem for path in results_path("any").parent.glob("*.json"))
    assert [name for name in names if name != "repeats"] == sorted(EXPERIMENTS) == sorted(ALL)
    for name, experiment in EXPERIMENTS.items():
        assert experiment.name == name
        assert experiment.runs.__module__ == f"paying_attention.experiments.{name}"
