"""Looking after the servers while a desk runs: one that dies is brought up again, on its data and its port."""

import threading
from collections.abc import Callable

LOOK_SECONDS = 0.5


class Watch:
    """A thread that looks again and again. It is no task of the event loop: looking may wait for a recovery.

    Args:
        look: looks once; it keeps its troubles to itself.
    """

    def __init__(self, look: Callable[[], None]) -> None:
        self._look = look
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._run, name='sandbox-watch', daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """Look no more; returns after a look that is going on, however long that takes."""
        self._is_over.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._is_over.wait(LOOK_SECONDS):
            self._look()
