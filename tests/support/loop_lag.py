"""How long one turn of the event loop takes at most: what everybody who is connected waits for at least.

Measured in processor time of the loop's own thread, so that what else the machine does is not counted.
"""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager


class LoopMeter:
    """Looks at the clock once in every turn of the loop."""

    def __init__(self) -> None:
        self.worst_seconds = 0.0
        """The longest turn so far."""
        self._loop = asyncio.get_running_loop()
        self._is_on = True
        self._at = time.thread_time()
        self._next = self._loop.call_soon(self._look)

    def stop(self) -> None:
        """Measure no more."""
        self._is_on = False
        self._next.cancel()

    def _look(self) -> None:
        now = time.thread_time()
        self.worst_seconds = max(self.worst_seconds, now - self._at)
        self._at = now
        if self._is_on:
            self._next = self._loop.call_soon(self._look)


@contextmanager
def measured_turns() -> Iterator[LoopMeter]:
    """Measure while the block runs, in its own event loop."""
    meter = LoopMeter()
    try:
        yield meter
    finally:
        meter.stop()
