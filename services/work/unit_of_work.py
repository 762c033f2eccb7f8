"""The one way to change something, to tell about it and to answer for it.

A use case opens a piece of work, changes rows and says what that means. The events are written to the outbox
in the same transaction and handed to the relay after the commit; what it records goes into the audit log as the
transaction's last act.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import insert
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from desk.db import Database
from desk.events import Event
from models import Agent, AuditAction, AuditEntry, OutboxEntry
from services.work import recording as audit
from services.work.recording import Subject
from services.work.relay import Committed, Relay


@dataclass(slots=True)
class UnitOfWork:
    """One transaction, the events that come true with it, and what the audit log will say of it."""

    session: AsyncSession
    events: list[Event] = field(default_factory=list)
    entries: list[AuditEntry] = field(default_factory=list)

    def tell(self, event: Event) -> None:
        """Publish ``event`` once this work is committed."""
        self.events.append(event)

    def record(
        self,
        agent: Agent | UUID | None,
        action: AuditAction,
        *,
        subject: Subject | None = None,
        fields: Sequence[str] = (),
        reason: str = '',
        details: Mapping[str, object] | None = None,
    ) -> None:
        """Write into the audit log that ``agent`` did this, if this work is committed.

        Whoever changes someone's data calls it once for each act. No personal value ever enters it: ``fields`` are the
        names of what changed, ``details`` counts and ids (see ``audit.entry``).
        """
        self.entries.append(
            audit.entry(
                agent, action, subject=subject, fields=fields, reason=reason, details=details
            )
        )


class UnitsOfWork:
    """Where pieces of work are done: the database and the relay behind it."""

    def __init__(self, db: Database, relay: Relay) -> None:
        self.db = db
        self.relay = relay

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[UnitOfWork]:
        """Run the block as one transaction, then publish what it told."""
        async with self.db.transaction() as session:
            work = UnitOfWork(session)
            yield work
            committed = await _keep(session, work.events)
            await audit.write(session, work.entries)  # last: see ``services.work.recording``
        self.relay.hand_over(committed)


async def _keep(session: AsyncSession, events: Sequence[Event]) -> list[Committed]:
    if not events:
        return []
    rows = [{'kind': event.kind, 'body': event.model_dump_json()} for event in events]
    statement = insert(OutboxEntry).returning(col(OutboxEntry.id), sort_by_parameter_order=True)
    ids = (await session.exec(statement, params=rows)).scalars()
    return [Committed(entry_id, event) for entry_id, event in zip(ids, events, strict=True)]
