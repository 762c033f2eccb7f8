"""Looking through the audit log once for all who ask at the same time, and not again for what was looked at already.

The log grows for years. Whoever opens its page sees how far it was whole and waits for what is new only; a look through all of
it is taken once a day, or when somebody asks for it, and shared by everybody who waits. Nobody's leaving ends it: who comes
next goes on.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

from desk import clock
from desk.db import Database
from services.audit import queries
from services.audit.chain import Chain

BATCH = 2_000
WHOLE_EVERY = timedelta(days=1)
IDLE_SECONDS = 10.0
"""A look that nobody has taken on for so long is begun again by whoever wants one anew."""


class ChainScan:
    """One look through the log, from a place that was whole."""

    def __init__(self, db: Database, *, after: Chain | None = None) -> None:
        self.chain = after or Chain()
        self.is_from_start = after is None
        self.is_done = False
        self.begun_at = clock.now()
        self._db = db
        self._turn = asyncio.Lock()
        self._is_place_known = self.is_from_start
        self._stepped_at = time.monotonic()

    @property
    def is_going_on(self) -> bool:
        """Whether somebody takes it on."""
        return not self.is_done and time.monotonic() - self._stepped_at < IDLE_SECONDS

    async def step(self) -> None:
        """Look at the next entries; of several who do so at once, each looks at others."""
        async with self._turn:
            if self.is_done:
                return
            if not self._is_place_known:
                await self._find_place()
            is_last = await self._look_on() if self.chain.is_whole else True
            self.is_done = is_last or not self.chain.is_whole
            self._stepped_at = time.monotonic()

    async def _find_place(self) -> None:
        """See that the entry is still there after which this look begins."""
        kept = self.chain.head
        async with self._db.reading() as session:
            entries = await queries.sealed_after(session, kept.id - 1, limit=1)
        self.chain = self.chain.against(kept, [one for one in entries if one.id == kept.id])
        self._is_place_known = True

    async def _look_on(self) -> bool:
        """Look at the next entries; returns whether these were the last."""
        async with self._db.reading() as session:
            entries = await queries.sealed_after(session, self.chain.head.id, limit=BATCH)
        self.chain = await asyncio.to_thread(self.chain.after, entries)
        return len(entries) < BATCH


class ChainWatch:
    """What one process knows of the log's state."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._scan = ChainScan(db)
        self._whole_at: datetime | None = None

    async def look_through(self, *, anew: bool = False) -> AsyncIterator[Chain]:
        """Yield how far the log is whole, after each batch and at the end.

        Args:
            anew: look at all of it, whatever is known.
        """
        scan = self._joined(anew=anew)
        while True:
            await scan.step()
            yield scan.chain
            if scan.is_done:
                break
        if scan.is_from_start:
            self._whole_at = scan.begun_at

    def _joined(self, *, anew: bool) -> ChainScan:
        """Return the look that somebody joins: the one that goes on, or one that begins."""
        scan = self._scan
        if anew and not (scan.is_from_start and scan.is_going_on):
            self._scan = ChainScan(self._db)
        elif scan.is_done:
            is_known = scan.chain.is_whole and self._whole_at is not None
            is_fresh = is_known and clock.now() - (self._whole_at or clock.now()) < WHOLE_EVERY
            self._scan = ChainScan(self._db, after=scan.chain if is_fresh else None)
        return self._scan
