"""Planned actions in order of time, and their delays."""

import heapq
from collections.abc import Callable
from datetime import datetime
from itertools import accumulate

from pydantic import BaseModel

Act = Callable[[], None]

MOST_MS = 10_000  # longer delays count as this one


class Timeline:
    """Actions by time. Actions of one time happen in the order in which they were planned."""

    def __init__(self) -> None:
        self._steps: list[tuple[datetime, int, Act]] = []
        self._planned = 0

    @property
    def next_at(self) -> datetime | None:
        """Return when the next action is due."""
        return self._steps[0][0] if self._steps else None

    def at(self, moment: datetime, act: Act) -> None:
        """Plan an action for a time."""
        self._planned += 1
        heapq.heappush(self._steps, (moment, self._planned, act))

    def take(self) -> Act:
        """Remove and return the next action."""
        return heapq.heappop(self._steps)[2]


class Late(BaseModel):
    """The delays of one kind of action, in milliseconds of real time."""

    count: int
    p50: int
    p95: int
    most: float
    deadline: int
    missed: int


class Lateness:
    """Counts delays, to the millisecond."""

    def __init__(self, deadline_ms: int) -> None:
        self._deadline = deadline_ms
        self._counts = [0] * MOST_MS
        self._most = 0.0

    def note(self, milliseconds: float) -> None:
        """Record one delay; an early action counts as on time."""
        late = max(0.0, milliseconds)
        self._counts[min(int(late), MOST_MS - 1)] += 1
        self._most = max(self._most, late)

    def read(self) -> Late:
        """Return the recorded delays."""
        count = sum(self._counts)
        return Late(
            count=count,
            p50=self._share(count * 0.5),
            p95=self._share(count * 0.95),
            most=self._most,
            deadline=self._deadline,
            missed=sum(self._counts[self._deadline :]),
        )

    def _share(self, wanted: float) -> int:
        """Return the largest delay of this share of all actions."""
        seen = accumulate(self._counts)
        return next((late for late, count in enumerate(seen) if count and count >= wanted), 0)
