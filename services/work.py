"""The one way to change something and to tell about it.

A use case opens a piece of work, changes rows and says what that means. The events are written to the outbox
in the same transaction and handed to the relay after the commit.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from sqlalchemy import insert
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from desk.db import Database
from desk.events import Event
from models import OutboxEntry
from services.relay import Committed, Relay


@dataclass(slots=True)
class Work:
    """One transaction and the events that come true with it."""

    session: AsyncSession
    events: list[Event] = field(default_factory=list)

    def tell(self, event: Event) -> None:
        """Publish ``event`` once this work is committed."""
        self.events.append(event)


class Workshop:
    """Where pieces of work are done: the database and the relay behind it."""

    def __init__(self, db: Database, relay: Relay) -> None:
        self.db = db
        self.relay = relay

    @asynccontextmanager
    async def work(self) -> AsyncIterator[Work]:
        """Run the block as one transaction, then publish what it told."""
        async with self.db.transaction() as session:
            work = Work(session)
            yield work
            committed = await _keep(session, work.events)
        self.relay.hand_over(committed)


async def _keep(session: AsyncSession, events: Sequence[Event]) -> list[Committed]:
    if not events:
        return []
    rows = [{'kind': event.kind, 'body': event.model_dump_json()} for event in events]
    statement = insert(OutboxEntry).returning(col(OutboxEntry.id), sort_by_parameter_order=True)
    ids = (await session.exec(statement, params=rows)).scalars()
    return [Committed(entry_id, event) for entry_id, event in zip(ids, events, strict=True)]
