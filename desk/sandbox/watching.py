"""Supervises the servers while a desk runs: one that dies is started again, with its data and port."""

import threading
from collections.abc import Callable

LOOK_SECONDS = 0.5


class Watch:
    """A thread that checks at intervals.

    It is not an asyncio task, because a check may wait for a recovery.

    Args:
        look: makes one check; must not raise.
    """

    def __init__(self, look: Callable[[], None]) -> None:
        self._look = look
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._run, name='sandbox-watch', daemon=True)

    def start(self) -> None:
        """Start checking."""
        self._thread.start()

    def stop(self) -> None:
        """Stop checking; returns after the running check, however long that takes."""
        self._is_over.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._is_over.wait(LOOK_SECONDS):
            self._look()
