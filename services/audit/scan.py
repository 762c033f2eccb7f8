"""Verification of the audit log, shared by concurrent callers and continued from the last result.

The log grows for years. Opening its page shows the last result and verifies new entries only; a
full verification runs once a day, or on request, and everybody who waits shares it. It survives its
callers: the next one continues it.
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
"""A verification that nobody has continued for this long is started again on request."""


class ChainScan:
    """One verification of the log, from a verified position."""

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
        """Whether a caller is continuing it."""
        return not self.is_done and time.monotonic() - self._stepped_at < IDLE_SECONDS

    async def step(self) -> None:
        """Verify the next entries; concurrent callers take turns with different entries."""
        async with self._turn:
            if self.is_done:
                return
            if not self._is_place_known:
                await self._find_place()
            is_last = await self._look_on() if self.chain.is_whole else True
            self.is_done = is_last or not self.chain.is_whole
            self._stepped_at = time.monotonic()

    async def _find_place(self) -> None:
        """Check that the entry before the start of this verification still exists."""
        kept = self.chain.head
        async with self._db.reading() as session:
            entries = await queries.sealed_after(session, kept.id - 1, limit=1)
        self.chain = self.chain.against(kept, [one for one in entries if one.id == kept.id])
        self._is_place_known = True

    async def _look_on(self) -> bool:
        """Verify the next entries; return whether they were the last."""
        async with self._db.reading() as session:
            entries = await queries.sealed_after(session, self.chain.head.id, limit=BATCH)
        self.chain = await asyncio.to_thread(self.chain.after, entries)
        return len(entries) < BATCH


class ChainWatch:
    """What one process knows about the state of the log."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._scan = ChainScan(db)
        self._whole_at: datetime | None = None

    async def look_through(self, *, anew: bool = False) -> AsyncIterator[Chain]:
        """Yield the verified chain after each batch and at the end.

        Args:
            anew: verify the log from its beginning.
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
        """Return the running verification, or a new one."""
        scan = self._scan
        if anew and not (scan.is_from_start and scan.is_going_on):
            self._scan = ChainScan(self._db)
        elif scan.is_done:
            is_known = scan.chain.is_whole and self._whole_at is not None
            is_fresh = is_known and clock.now() - (self._whole_at or clock.now()) < WHOLE_EVERY
            self._scan = ChainScan(self._db, after=scan.chain if is_fresh else None)
        return self._scan
