"""The audit log as it is read: by administrators, and by whoever asks whether it is whole."""

import asyncio
from collections.abc import AsyncIterator

from desk.db import Database
from services import audit_queries as queries
from services.audit_chain import Chain, Head

BATCH = 2_000


class AuditLog:
    """What was done to whose data."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def look_through(self) -> AsyncIterator[Chain]:
        """Look at every entry from the first on; yield how far it is whole, after each batch and at the end."""
        chain = Chain()
        while True:
            async with self._db.reading() as session:
                entries = await queries.sealed_after(session, chain.head.id, limit=BATCH)
            chain = await asyncio.to_thread(chain.after, entries)
            yield chain
            if len(entries) < BATCH or not chain.is_whole:
                return

    async def verified(self, kept: Head | None = None) -> Chain:
        """Return whether the whole log is what was written, and as long as when ``kept`` was its head."""
        *_, chain = [chain async for chain in self.look_through()]
        if kept is None:
            return chain
        async with self._db.reading() as session:
            entries = await queries.sealed_after(session, kept.id - 1, limit=1)
        return chain.against(kept, entries)
