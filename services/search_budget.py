"""How much of the machine searching may take: a search never costs those who talk to customers their turn.

A few search at a time, and all of them together may use a share of one core's time. What is not used is saved up,
to a limit: so nobody who searches as people do ever waits, and however many search without a pause, the rest of
the desk hardly notices.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from desk.errors import TooManyError

MAX_WAITING = 50
BUSY_SECONDS = 2
SAVED_SECONDS = 0.3
MOST_SECONDS = 3
"""So long one waits at the most for what one search before took: a single slow one is no reason to let everybody wait."""


class SearchBudget:
    """Places to search from, which together work at most ``share`` of the time, beyond what was saved."""

    def __init__(self, *, places: int, share: float) -> None:
        self._places = asyncio.Semaphore(places)
        self._share = share
        self._saved = SAVED_SECONDS
        self._at = time.monotonic()
        self._waiting = 0

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for a place and hold it for the block. Raises ``TooManyError`` when too many wait already."""
        if self._waiting >= MAX_WAITING:
            raise TooManyError('search.busy', wait_seconds=BUSY_SECONDS)
        self._waiting += 1
        try:
            await self._places.acquire()
        finally:
            self._waiting -= 1
        try:
            if (
                lacking := -self._spend(0)
            ) > 0:  # what others spend meanwhile, the next one waits for
                await asyncio.sleep(lacking / self._share)
            began = time.monotonic()
            try:
                yield
            finally:
                self._spend(time.monotonic() - began)
        finally:
            self._places.release()

    def _spend(self, seconds: float) -> float:
        """Take time from what is saved, which grows meanwhile; return what is left, perhaps less than nothing."""
        now = time.monotonic()
        saved = min(SAVED_SECONDS, self._saved + (now - self._at) * self._share) - seconds
        self._saved = max(saved, -MOST_SECONDS * self._share)
        self._at = now
        return self._saved
