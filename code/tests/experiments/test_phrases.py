import pytest
import torch

from paying_attention.data.phrases.sentences import SHOWCASE
from paying_attention.evaluation.decoding import greedy_decode
from paying_attention.experiments.phrases import EXPERIMENT, runs, showcase_results
from paying_attention.experiments.tasks.phrases import phrase_task
from tests.experiments.results_files import (
    BEGINNING,
    check_counts,
    check_fingerprint,
    check_planned,
    stored,
)

PLANNED = {run.name: run for run in runs()}


def test_the_file_holds_the_runs_that_were_planned():
    check_planned(EXPERIMENT)
    for name, run in PLANNED.items():
        task, results = phrase_task(run.task), stored("phrases")[name]["results"]
        for template, corpus in task.test.items():
            check_counts(name, results["correct"][template], len(corpus))
            rows = results["alignment"][template]
            assert sum(row[-1] for row in rows) == len(corpus)
        shown = results["showcase"]
        assert [row["reference"] for row in shown] == [
            " ".join(pair.target) for pair in task.showcase.pairs
        ]
        for row, pair in zip(shown, task.showcase.pairs, strict=True):
            shape = [len(pair.source)] * len(pair.target)
            assert [len(weights) for weights in row["weights"]] == shape


@pytest.mark.usefixtures("without_type_checks")  # the models' own tests run with them
@pytest.mark.parametrize("name", [name for name in PLANNED if name.endswith("seed0")])
def test_the_first_losses_are_those_of_today(name):
    run = PLANNED[name]
    task = phrase_task(run.task)
    history = run.fit(task.training, run.build_for(task), BEGINNING)
    check_fingerprint(stored("phrases")[name], history.losses)


def test_the_showcase_is_what_the_model_writes():
    task = phrase_task("fr-en")
    run = next(run for run in PLANNED.values() if run.task == "fr-en")
    model = run.build_for(task).eval()
    rows = showcase_results(model, task)
    assert len(rows) == len(SHOWCASE)
    batch = task.showcase.select(torch.tensor([3]))
    (words,) = greedy_decode(model, batch.source, batch.source_lengths, max_len=20)
    assert rows[3]["written"] == " ".join(task.target_vocabulary.decode(words))
    assert rows[3]["source"] == "je suis étudiant"
    assert rows[3]["reference"] == "I am a student"
    assert sum(rows[3]["weights"][0]) == pytest.approx(1, abs=2e-3)
