"""From the outbox to the stream: after the commit, tell; never forget to.

What this process commits is handed over and sent at once, in batches. What a process left behind when it died
is swept up by any other, as it is written: this version of the desk may not be able to read it. The same event may be
told twice; it is never untold.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

import structlog
from sqlalchemy.exc import SQLAlchemyError

from desk import clock
from desk.db import Database
from desk.errors import DeskError
from desk.events import EncodedEvent, Event
from desk.stream import EventStream
from services.work import outbox_queries

log = structlog.get_logger()
QueuedT = TypeVar('QueuedT')

SWEEP_SECONDS = 0.5
FORGET_SECONDS = 0.1
"""What was sent is forgotten this much later, many at a time: otherwise every message costs a transaction more."""
LEFT_BEHIND = timedelta(seconds=1)
"""An entry this old was forgotten by its process (or the stream was away)."""
MAX_BATCH = 500


@dataclass(frozen=True, slots=True)
class Committed:
    """An event whose outbox entry is committed."""

    entry_id: int
    event: Event


class Relay:
    """This process's way from the outbox to the stream."""

    def __init__(self, db: Database, stream: EventStream) -> None:
        self._db = db
        self._stream = stream
        self._waiting: asyncio.Queue[Committed] = asyncio.Queue()
        self._sent: asyncio.Queue[int] = asyncio.Queue()

    def hand_over(self, committed: Sequence[Committed]) -> None:
        """Send these as soon as possible; returns at once."""
        for one in committed:
            self._waiting.put_nowait(one)

    async def whisper(self, event: Event) -> None:
        """Send an event that is worth nothing later (typing): it is not kept anywhere."""
        await self._stream.send([event])

    async def carry(self) -> None:
        """Send what is handed over, until cancelled. What is sent is forgotten beside the next sendings."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._forget_sent())
            while True:
                batch = await _all_of(self._waiting)
                if await self._stream.send([one.event for one in batch]):
                    for one in batch:
                        self._sent.put_nowait(one.entry_id)

    async def sweep(self) -> None:
        """Send what any process left behind, until cancelled."""
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            try:
                await self.sweep_once()
            except (SQLAlchemyError, DeskError):
                log.warning('sweep_failed', exc_info=True)

    async def sweep_once(self) -> int:
        """Send the oldest entries that were left behind; returns how many."""
        if not self._stream.is_live:
            return 0
        async with self._db.transaction() as session:
            entries = await outbox_queries.claim(
                session, before=clock.now() - LEFT_BEHIND, limit=MAX_BATCH
            )
        events = [EncodedEvent(one.kind, one.body) for one in entries]
        if events and await self._stream.send(events):
            await self._forget([one.id for one in entries if one.id is not None])
        return len(events)

    async def _forget_sent(self) -> None:
        while True:
            entry_ids = await _all_of(self._sent)
            await self._forget(entry_ids)
            await asyncio.sleep(FORGET_SECONDS)

    async def _forget(self, entry_ids: Sequence[int]) -> None:
        try:
            await outbox_queries.remove(self._db.statements, entry_ids)
        except DeskError:  # the sweep tells it again: better twice than never
            log.warning('outbox_not_cleared', entries=len(entry_ids))


async def _all_of(queue: asyncio.Queue[QueuedT]) -> list[QueuedT]:
    """Take what is in a queue, at most ``MAX_BATCH``; wait for the first."""
    found = [await queue.get()]
    while not queue.empty() and len(found) < MAX_BATCH:
        found.append(queue.get_nowait())
    return found
