"""How long the statements of running chats take now, compared with a quiet database.

They slow down when the database or this process does other work. Work that can wait, such as a
search, asks here first.
"""

import time
from collections import deque
from statistics import median

WINDOW_SECONDS = 0.25
"""Statements are averaged over this many seconds; at 50 messages a second, a dozen statements."""
QUIET_SECONDS = 2.0
"""With no statement for this many seconds nobody is chatting, so other work disturbs nobody."""
MEMORY_WINDOWS = 1_200
"""The number of windows that are remembered: five minutes of continuous chatting."""
QUICK_SHARE = 0.25
"""The quickest quarter of the windows defines normal speed; a single quick window may be chance."""
RECENT_WINDOWS = 4
FEW = 8
"""The number of windows needed before normal speed is known."""
SLOW_TIMES, SLOW_SECONDS = 1.3, 0.003
"""Slow: this many times normal (budget, DESIGN §8) and this many seconds more, as clocks jitter."""


class StatementSpeed:
    """Durations of statements, in windows: the last ones compared with the quickest of the last minutes."""

    def __init__(self) -> None:
        self._times: list[float] = []
        self._began = self._last = float('-inf')
        self._windows: deque[float] = deque(maxlen=MEMORY_WINDOWS)

    def note(self, seconds: float) -> None:
        """Record how many seconds a statement took."""
        now = time.monotonic()
        if now - self._began >= WINDOW_SECONDS:
            if self._times:
                self._windows.append(median(self._times))
                self._times = []
            self._began = now
        self._times.append(seconds)
        self._last = now

    @property
    def is_slowed(self) -> bool:
        """Whether statements take longer than normal; false while nobody chats or too little is known."""
        if time.monotonic() - self._last > QUIET_SECONDS or len(self._windows) < FEW:
            return False
        quick = sorted(self._windows)[int(len(self._windows) * QUICK_SHARE)]
        recent = median(list(self._windows)[-RECENT_WINDOWS:])
        return recent > max(quick * SLOW_TIMES, quick + SLOW_SECONDS)
