"""Unit of work: the one way to change data, publish events about it and record it for the audit.

A use case begins a unit of work, changes rows, appends facts and adds events. Facts and events are
written together in the same transaction (``services.work.appending``), the events handed to the
relay after the commit; audit records are written as the transaction's last step.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from desk.db import Database
from desk.events import Event
from models import Agent, AuditAction, AuditEntry
from services.work import recording as audit
from services.work.appending import Appended, append
from services.work.recording import Subject
from services.work.relay import Committed, Relay


@dataclass(slots=True)
class UnitOfWork:
    """One transaction, with the events and audit records that belong to it."""

    session: AsyncSession
    events: list[Event] = field(default_factory=list)
    entries: list[AuditEntry] = field(default_factory=list)
    appended: list[Appended] = field(default_factory=list)

    def append(self, row: Appended) -> None:
        """Store an append-only row at the end of this unit of work, which does not read it before."""
        self.appended.append(row)

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
            entry_ids = await append(session, work.appended, work.events)
            await audit.write(session, work.entries)  # last: see ``services.work.recording``
        self.relay.hand_over(
            [Committed(*pair) for pair in zip(entry_ids, work.events, strict=True)]
        )
