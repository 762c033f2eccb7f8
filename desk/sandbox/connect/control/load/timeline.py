"""What is to happen when, in order; and how late it happened."""

import heapq
from array import array
from collections.abc import Callable
from datetime import datetime

from pydantic import BaseModel

Act = Callable[[], None]


class Timeline:
    """Acts by their times. Two of one time happen in the order in which they were planned."""

    def __init__(self) -> None:
        self._steps: list[tuple[datetime, int, Act]] = []
        self._planned = 0

    @property
    def next_at(self) -> datetime | None:
        """Return when the next act is due."""
        return self._steps[0][0] if self._steps else None

    def at(self, moment: datetime, act: Act) -> None:
        """Let something happen at a time."""
        self._planned += 1
        heapq.heappush(self._steps, (moment, self._planned, act))

    def take(self) -> Act:
        """Return the next act; it is then no longer planned."""
        return heapq.heappop(self._steps)[2]


class Late(BaseModel):
    """How late things of one kind were, in milliseconds of real time."""

    count: int
    p50: float
    p95: float
    most: float
    deadline: float
    missed: int


class Lateness:
    """Collects how late things were."""

    def __init__(self, deadline_ms: float) -> None:
        self._deadline = deadline_ms
        self._found = array('f')

    def note(self, milliseconds: float) -> None:
        """Take note of one thing; what was early was on time."""
        self._found.append(max(0.0, milliseconds))

    def read(self) -> Late:
        """Return what was found."""
        found = sorted(self._found)
        return Late(
            count=len(found),
            p50=_share(found, 0.5),
            p95=_share(found, 0.95),
            most=found[-1] if found else 0.0,
            deadline=self._deadline,
            missed=sum(each > self._deadline for each in found),
        )


def _share(found: list[float], share: float) -> float:
    return found[min(len(found) - 1, int(len(found) * share))] if found else 0.0
