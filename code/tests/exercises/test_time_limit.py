import contextlib
import signal
import threading
import time

import pytest

from paying_attention.exercises import time_limit
from paying_attention.exercises.time_limit import TimeLimit, call_within


def forever() -> None:
    while True:
        pass


def stubborn() -> None:
    """Swallows the first interruption, as a loop around a bare except does."""
    for _ in range(2):
        try:
            forever()
        except BaseException:
            continue


@pytest.mark.parametrize("function", [forever, stubborn, lambda: time.sleep(60)])
def test_what_never_returns_is_interrupted(function) -> None:
    before, start = signal.getsignal(signal.SIGINT), time.monotonic()
    with pytest.raises(TimeLimit):
        call_within(0.2, function if function is not stubborn else lambda: (stubborn(), forever()))
    assert time.monotonic() - start < 20
    assert signal.getsignal(signal.SIGINT) is before


def test_what_returns_in_time_is_returned_and_no_thread_stays() -> None:
    threads = threading.active_count()
    assert call_within(5.0, lambda: "done") == "done"
    assert threading.active_count() == threads


def test_an_error_passes_and_the_handler_is_put_back() -> None:
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyError):
        call_within(5.0, lambda: {}["x"])
    assert signal.getsignal(signal.SIGINT) is before


def test_a_readers_own_interruption_is_no_time_limit() -> None:
    with pytest.raises(KeyboardInterrupt):
        call_within(5.0, lambda: signal.raise_signal(signal.SIGINT))


def test_another_thread_is_called_without_a_limit() -> None:
    answers = []
    thread = threading.Thread(target=lambda: answers.append(call_within(0.0, lambda: "done")))
    thread.start()
    thread.join()
    assert answers == ["done"]


def test_however_late_the_interruptions_come_the_handler_is_put_back(monkeypatch) -> None:
    """Many of them, most of which meet a function that has ended."""
    monkeypatch.setattr(time_limit, "AGAIN_AFTER", 0.0)
    before = signal.getsignal(signal.SIGINT)
    for _ in range(100):
        with contextlib.suppress(TimeLimit):
            call_within(0.0, lambda: sum(range(100)))
        assert signal.getsignal(signal.SIGINT) is before
