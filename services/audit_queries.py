"""The audit log, as rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Text, cast
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from desk import clock
from models import AuditAction, AuditEntry, Customer
from services import agent_queries
from services.audit_chain import Sealed

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFilter:
    """Which entries are looked for; nothing set means all."""

    since: date | None = None
    """The first day, in Seoul."""
    until: date | None = None
    """The last day, in Seoul, itself included."""
    agent_id: UUID | None = None
    action: AuditAction | None = None
    subject_id: UUID | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """Return what an entry must fulfil."""
        entry, conditions = AuditEntry, []
        if self.since:
            conditions.append(col(entry.created_at) >= _midnight(self.since))
        if self.until:
            conditions.append(col(entry.created_at) < _midnight(self.until + DAY))
        if self.agent_id:
            conditions.append(col(entry.agent_id) == self.agent_id)
        if self.action:
            conditions.append(col(entry.action) == self.action.value)
        if self.subject_id:
            conditions.append(col(entry.subject_id) == self.subject_id)
        return conditions


async def sealed_after(session: AsyncSession, entry_id: int, *, limit: int) -> Sequence[Sealed]:
    """Return the entries after a number as they are stored, in their order, at most ``limit``."""
    columns = [getattr(AuditEntry, name) for name in Sealed.__dataclass_fields__]
    columns[columns.index(AuditEntry.details)] = cast(col(AuditEntry.details), Text)
    statement = select(*columns).where(col(AuditEntry.id) > entry_id)
    rows = await session.exec(statement.order_by(col(AuditEntry.id)).limit(limit))
    return [Sealed(**dict(zip(Sealed.__dataclass_fields__, row, strict=True))) for row in rows]


async def newest(
    session: AsyncSession, wanted: AuditFilter, *, before: int | None, limit: int
) -> Sequence[AuditEntry]:
    """Return the entries that are wanted, newest first, before a number when one is given."""
    statement = select(AuditEntry).where(*wanted.conditions())
    if before is not None:
        statement = statement.where(col(AuditEntry.id) < before)
    return (await session.exec(statement.order_by(col(AuditEntry.id).desc()).limit(limit))).all()


async def names_of(session: AsyncSession, entries: Sequence[AuditEntry]) -> dict[UUID, str]:
    """Return what people at the desk are called and which number customers have, of all who stand in these entries."""
    ids = {one.agent_id for one in entries} | {one.subject_id for one in entries}
    known = [one for one in ids if one is not None]
    customers = await session.exec(select(Customer).where(col(Customer.id).in_(known)))
    return {one.id: one.code for one in customers} | await agent_queries.named(session, known)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=clock.SEOUL)
