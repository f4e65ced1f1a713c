"""Call a function that may never return."""

import signal
import sys
import threading
from collections.abc import Callable
from typing import TypeVar

Result = TypeVar("Result")
AGAIN_AFTER = 0.2  # seconds: a loop with a bare `except:` swallows the first interruption


class TimeLimit(BaseException):
    """The time is over. No ``Exception``: a reader's ``except Exception`` must let it through."""


def call_within(seconds: float, function: Callable[[], Result]) -> Result:
    """Call a function, and interrupt it when the time is over.

    The interruption is the one that Ctrl-C or a notebook's stop button sends, so it works on every
    system, but only in the main thread; elsewhere the function is called without a limit. A single
    long operation of torch is interrupted when it ends, not before.

    Args:
        seconds: How long it may take.
        function: What to call, without arguments.

    Returns:
        What the function returns.

    Raises:
        TimeLimit: If it took longer.

    Example:
        >>> call_within(1.0, lambda: 2 + 2)
        4
    """
    if threading.current_thread() is not threading.main_thread():
        return function()
    done, over = threading.Event(), threading.Event()
    own_frame, is_running = sys._getframe(), False

    def interrupted(number: int, frame: object) -> None:
        # Not before the function begins, and not while this clears up: the handler would stay.
        if is_running and frame is not own_frame:
            raise TimeLimit if over.is_set() else KeyboardInterrupt

    def watch() -> None:
        if not done.wait(seconds):
            over.set()
            while not done.is_set():
                _interrupt_main_thread()
                done.wait(AGAIN_AFTER)

    previous = signal.signal(signal.SIGINT, interrupted)
    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        is_running = True
        return function()
    finally:
        is_running = False
        done.set()
        watcher.join()
        signal.signal(signal.SIGINT, previous)


def _interrupt_main_thread() -> None:
    main = threading.main_thread().ident
    if hasattr(signal, "pthread_kill") and main is not None:
        signal.pthread_kill(main, signal.SIGINT)  # wakes a sleeping thread, too
    else:
        signal.raise_signal(signal.SIGINT)  # Windows
