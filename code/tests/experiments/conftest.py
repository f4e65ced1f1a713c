"""The tasks of the experiments, drawn once a process."""

import jaxtyping
import pytest

from paying_attention.experiments.tasks.numbers import balanced_training, number_task
from paying_attention.experiments.tasks.phrases import phrase_task


@pytest.fixture(autouse=True, scope="session")
def _drawn_tasks() -> None:
    """Draw the sentences without type checks, which would take as long as the drawing.

    The rooms of the data check the same functions with them on.
    """
    jaxtyping.config.update("jaxtyping_disable", True)
    number_task(), balanced_training(), phrase_task("en-fr"), phrase_task("fr-en")
    jaxtyping.config.update("jaxtyping_disable", False)
