"""Growing delays for an action that one person repeats too often."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from desk import clock

MAX_DOUBLINGS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Backoff:
    """Allow ``limit`` tries in ``window``; then wait ``first``, doubling up to ``most``."""

    limit: int
    window: timedelta
    first: timedelta
    most: timedelta

    def wait_seconds(self, times: int, last_at: datetime | None) -> int:
        """Return how many seconds from now the next try must wait; 0 when it need not wait."""
        if last_at is None or times < self.limit:
            return 0
        doublings = min(times - self.limit, MAX_DOUBLINGS)
        wait: timedelta = min(self.first * (1 << doublings), self.most)
        return max(0, ceil((last_at + wait - clock.now()).total_seconds()))
