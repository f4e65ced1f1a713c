"""Settings of every test run; pytest reads this file before it imports anything else of ours."""

import os
import sys
from collections.abc import Generator, Iterator
from pathlib import Path

# `make test` sets these too. They stand here for people who call pytest themselves, and before
# torch is imported, which reads the second one once. Kernels that nbval starts inherit both.
os.environ["TQDM_DISABLE"] = "1"  # progress bars write to stderr, which notebooks must not store
os.environ["OMP_NUM_THREADS"] = "1"  # on a busy machine two threads are slower than one

# Not the variable MPLBACKEND: the notebooks' kernels would inherit it and show no figure.
import matplotlib

matplotlib.use("agg")

import jaxtyping
import pytest
import torch
from hypothesis import settings
from nbval.plugin import IPyNbFile
from website.run_solutions import ChapterFile

torch.set_num_threads(1)

# A deadline measures the machine, not the code. In CI every run draws the same examples.
settings.register_profile("book", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("book")


@pytest.fixture
def without_type_checks() -> Iterator[None]:
    """Switch the run-time type checks off, to test the error messages that we write ourselves.

    With the checks on, a bad argument raises jaxtyping's TypeCheckError before our own lines run.
    Don't combine it with Hypothesis' ``@given``: the fixture would wrap all examples at once.
    """
    before = jaxtyping.config.jaxtyping_disable
    jaxtyping.config.update("jaxtyping_disable", True)
    yield
    jaxtyping.config.update("jaxtyping_disable", before)


@pytest.fixture(autouse=True)
def _leave_no_figures() -> Iterator[None]:
    """Close what a test has drawn, and forget the style it has set, or tests depend on their order.

    Matplotlib warns at the 21st open figure, and warnings are errors.
    """
    with matplotlib.rc_context():
        yield
        if "matplotlib.pyplot" in sys.modules:
            sys.modules["matplotlib.pyplot"].close("all")


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> Generator:
    """Where nbval collects a notebook, collect its solutions, too."""
    collectors = yield
    return [
        ChapterFile.from_parent(parent, path=file_path) if type(one) is IPyNbFile else one
        for one in collectors
    ]
