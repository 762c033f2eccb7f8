"""How fast the statements of those who talk run now, beside how fast they run when nothing else is going on.

What slows them down is whatever else the database and this process do: who may wait (a search) asks here and waits.
"""

import time
from collections import deque
from statistics import median

WINDOW_SECONDS = 0.25
"""So long statements are counted together; with 50 messages a second that is a dozen."""
QUIET_SECONDS = 2.0
"""So long after the last statement nobody talks, and nothing is in anybody's way."""
MEMORY_WINDOWS = 1_200
"""Windows with statements that are remembered: five minutes of an unbroken talk."""
QUICK_SHARE = 0.25
"""The quickest quarter of the windows tells how fast it can be: a single quick one is chance."""
RECENT_WINDOWS = 4
FEW = 8
"""From so many windows on that is known."""
SLOW_TIMES, SLOW_SECONDS = 1.3, 0.003
"""Slowed down is what takes so many times as long (the budget, DESIGN §8) and, as clocks and disks jitter, so much longer."""


class Pace:
    """Statements' times in windows: the last one beside the quickest of the last minutes."""

    def __init__(self) -> None:
        self._times: list[float] = []
        self._began = self._last = float('-inf')
        self._windows: deque[float] = deque(maxlen=MEMORY_WINDOWS)

    def note(self, seconds: float) -> None:
        """Count a statement that took so long."""
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
        """Whether statements take longer now than when they are quick; not while nobody talks or little is known."""
        if time.monotonic() - self._last > QUIET_SECONDS or len(self._windows) < FEW:
            return False
        quick = sorted(self._windows)[int(len(self._windows) * QUICK_SHARE)]
        recent = median(list(self._windows)[-RECENT_WINDOWS:])
        return recent > max(quick * SLOW_TIMES, quick + SLOW_SECONDS)
