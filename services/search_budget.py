"""How much of the machine searching may take: a search never costs those who talk to customers their turn.

A search holds a place while it runs, and the place then rests in proportion: with two places and a share of a
quarter, however many search, the database works half a core for them.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from desk.errors import TooManyError

MAX_WAITING = 50
BUSY_SECONDS = 2


class SearchBudget:
    """Places to search from, each of which works at most ``share`` of the time."""

    def __init__(self, *, places: int, share: float) -> None:
        self._places = asyncio.Semaphore(places)
        self._rest = 1 / share - 1
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
        began = time.perf_counter()
        try:
            yield
        finally:
            rest_seconds = (time.perf_counter() - began) * self._rest
            asyncio.get_running_loop().call_later(rest_seconds, self._places.release)
