"""How long somebody has to wait who did something too often: longer with each further time."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from desk import clock

MAX_DOUBLINGS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Brake:
    """After ``limit`` times within ``window`` the next try waits: ``first``, then twice that, up to ``most``."""

    limit: int
    window: timedelta
    first: timedelta
    most: timedelta

    def wait_seconds(self, times: int, last_at: datetime | None) -> int:
        """Return how long the next try has to wait from now on; 0 when it may come at once."""
        if last_at is None or times < self.limit:
            return 0
        doublings = min(times - self.limit, MAX_DOUBLINGS)
        wait: timedelta = min(self.first * (1 << doublings), self.most)
        return max(0, ceil((last_at + wait - clock.now()).total_seconds()))
