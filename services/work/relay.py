"""The relay from the outbox to the stream: every committed event is published at least once.

A process publishes its own events at once, in batches. Another process sweeps up the events that a
dead process left, without decoding them, because another version of the desk may have written them;
the trace an event was made in is stored with it, so that it goes on.
An event may be published twice, but is never lost.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeVar

import structlog
from sqlalchemy.exc import SQLAlchemyError

from desk import clock, metrics, tracing
from desk.db import Database
from desk.errors import DeskError
from desk.events import EncodedEvent, Event
from desk.stream import EventStream
from services.work import outbox_queries

log = structlog.get_logger()
QueuedT = TypeVar('QueuedT')

SWEEP_SECONDS = 0.5
WATCH_SECONDS = 5.0
"""How often the outbox is measured: one short statement of each process."""
FORGET_SECONDS = 0.1
"""The delay before sent entries are deleted together: otherwise every message costs one more
transaction."""
LEFT_BEHIND = timedelta(seconds=1)
"""An entry this old was left behind by its process, or the stream was away."""
MAX_BATCH = 500


@dataclass(frozen=True, slots=True)
class Committed:
    """An event whose outbox entry is committed."""

    entry_id: int
    event: Event
    trace: str = field(default_factory=tracing.carried)
    """The trace it was made in, to be carried on with it."""


class Relay:
    """This process's relay from the outbox to the stream."""

    def __init__(self, db: Database, stream: EventStream) -> None:
        self._db = db
        self._stream = stream
        self._waiting: asyncio.Queue[Committed] = asyncio.Queue()
        self._sent: asyncio.Queue[int] = asyncio.Queue()

    def hand_over(self, committed: Sequence[Committed]) -> None:
        """Queue these events for sending; returns at once."""
        for one in committed:
            self._waiting.put_nowait(one)

    async def whisper(self, event: Event) -> None:
        """Send an event that has no later value (typing) and is not stored."""
        await self._stream.send([event])

    async def carry(self) -> None:
        """Send queued events, until cancelled.

        Sent entries are deleted while the next ones are sent.
        """
        async with asyncio.TaskGroup() as group:
            group.create_task(self._forget_sent())
            while True:
                batch = await _all_of(self._waiting)
                with tracing.sending('event sent', [one.trace for one in batch]) as traces:
                    is_sent = await self._stream.send([one.event for one in batch], traces)
                if is_sent:
                    for one in batch:
                        self._sent.put_nowait(one.entry_id)

    async def sweep(self) -> None:
        """Send the events that any process left behind, until cancelled."""
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            try:
                await self.sweep_once()
            except (SQLAlchemyError, DeskError):
                log.warning('sweep_failed', exc_info=True)

    async def watch(self) -> None:
        """Measure how many events wait in the outbox and how old the oldest is, until cancelled."""
        while True:
            entries, age_seconds = await outbox_queries.waiting(self._db.statements)
            metrics.OUTBOX_ENTRIES.set(entries)
            metrics.OUTBOX_AGE_SECONDS.set(age_seconds)
            await asyncio.sleep(WATCH_SECONDS)

    async def sweep_once(self) -> int:
        """Send the oldest entries that were left behind; return how many."""
        if not self._stream.is_live:
            return 0
        async with self._db.transaction() as session:
            entries = await outbox_queries.claim(
                session, before=clock.now() - LEFT_BEHIND, limit=MAX_BATCH
            )
        events = [EncodedEvent(one.kind, one.body) for one in entries]
        if not events:
            return 0
        with tracing.sending('event swept', [one.trace or '' for one in entries]) as traces:
            is_sent = await self._stream.send(events, traces)
        if is_sent:
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
        except DeskError:  # the sweep sends it again: better twice than never
            log.warning('outbox_not_cleared', entries=len(entry_ids))


async def _all_of(queue: asyncio.Queue[QueuedT]) -> list[QueuedT]:
    """Take at most ``MAX_BATCH`` items from a queue; wait for the first."""
    found = [await queue.get()]
    while not queue.empty() and len(found) < MAX_BATCH:
        found.append(queue.get_nowait())
    return found
