"""Unit of work: the one way to change data, publish events about it and record it for the audit.

A use case begins a unit of work, changes rows and adds events. The events are written to the outbox
in the same transaction and handed to the relay after the commit; audit records are written as the
transaction's last step.
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
    """One transaction, with the events and audit records that belong to it."""

    session: AsyncSession
    events: list[Event] = field(default_factory=list)
    entries: list[AuditEntry] = field(default_factory=list)

    def tell(self, event: Event) -> None:
        """Publish ``event`` once this unit of work is committed."""
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
        """Record in the audit log that ``agent`` did this, if this unit of work is committed.

        Code that changes a person's data calls it once for each act. It takes no personal data:
        ``fields`` are the names of changed fields, ``details`` counts and ids (see
        ``services.work.recording.entry``).
        """
        self.entries.append(
            audit.entry(
                agent, action, subject=subject, fields=fields, reason=reason, details=details
            )
        )


class UnitsOfWork:
    """Begins units of work: holds the database and the relay."""

    def __init__(self, db: Database, relay: Relay) -> None:
        self.db = db
        self.relay = relay

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[UnitOfWork]:
        """Run the block as one transaction, then publish its events."""
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
