"""Waiting for a condition outside this process, with a time limit."""

import time
from collections.abc import Callable

_SHORTEST_PAUSE_SECONDS = 0.005
_LONGEST_PAUSE_SECONDS = 0.1


def until(claim: Callable[[], bool], *, timeout_seconds: float) -> bool:
    """Check until ``claim`` is true, at growing intervals; return whether it became true in time.

    Blocks its thread: the sandbox starts before and stops after any event loop.
    """
    deadline = time.monotonic() + timeout_seconds
    pause = _SHORTEST_PAUSE_SECONDS
    while not claim():
        if time.monotonic() >= deadline:
            return False
        time.sleep(pause)  # noqa: TID251 - no event loop and no screen depends on this thread
        pause = min(pause * 1.5, _LONGEST_PAUSE_SECONDS)
    return True
