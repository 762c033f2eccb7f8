"""Queries for the audit log."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Text, cast, text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from desk import clock
from models import AuditEntry, Customer
from services.audit.chain import SealedEntry
from services.audit.filter import AuditFilter
from services.people import agent_queries

DAY = timedelta(days=1)


def _conditions(wanted: AuditFilter) -> list[ColumnElement[bool]]:
    """Return the conditions of a filter."""
    entry, conditions = AuditEntry, []
    if wanted.since:
        conditions.append(col(entry.created_at) >= _midnight(wanted.since))
    if wanted.until:
        conditions.append(col(entry.created_at) < _midnight(wanted.until + DAY))
    if wanted.agent_id:
        conditions.append(col(entry.agent_id) == wanted.agent_id)
    if wanted.action:
        conditions.append(col(entry.action) == wanted.action.value)
    if wanted.subject_id:
        conditions.append(col(entry.subject_id) == wanted.subject_id)
    return conditions


async def sealed_after(
    session: AsyncSession, entry_id: int, *, limit: int
) -> Sequence[SealedEntry]:
    """Return the stored entries after a number, in order, at most ``limit``."""
    columns = [getattr(AuditEntry, name) for name in SealedEntry.__dataclass_fields__]
    columns[columns.index(AuditEntry.details)] = cast(col(AuditEntry.details), Text)
    statement = select(*columns).where(col(AuditEntry.id) > entry_id)
    rows = await session.exec(statement.order_by(col(AuditEntry.id)).limit(limit))
    return [
        SealedEntry(**dict(zip(SealedEntry.__dataclass_fields__, row, strict=True))) for row in rows
    ]


async def newest(
    session: AsyncSession, wanted: AuditFilter, *, before: int | None, limit: int
) -> Sequence[AuditEntry]:
    """Return the entries that match, newest first, before a number if given."""
    statement = select(AuditEntry).where(*_conditions(wanted))
    if before is not None:
        statement = statement.where(col(AuditEntry.id) < before)
    return (await session.exec(statement.order_by(col(AuditEntry.id).desc()).limit(limit))).all()


async def names_of(session: AsyncSession, entries: Sequence[AuditEntry]) -> dict[UUID, str]:
    """Return the names of people and the numbers of customers in these entries."""
    ids = {one.agent_id for one in entries} | {one.subject_id for one in entries}
    known = [one for one in ids if one is not None]
    customers = await session.exec(select(Customer).where(col(Customer.id).in_(known)))
    return {one.id: one.code for one in customers} | await agent_queries.named(session, known)


async def customer_codes(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, str]:
    """Return the numbers of customers by id."""
    rows = await session.exec(select(Customer).where(col(Customer.id).in_(ids)))
    return {row.id: row.code for row in rows}


async def customer_id_of(session: AsyncSession, number: int) -> UUID | None:
    """Return the id of the customer with a number, also of a deleted record."""
    return (
        await session.exec(select(col(Customer.id)).where(col(Customer.number) == number))
    ).first()


async def subject_between(session: AsyncSession, first: UUID, last: UUID) -> UUID | None:
    """Return an id in the log within a range of ids."""
    subject = col(AuditEntry.subject_id)
    statement = select(subject).where(subject >= first, subject <= last).order_by(subject).limit(1)
    return (await session.exec(statement)).first()


async def may_be_changed(session: AsyncSession) -> bool:
    """Whether the current role may change entries, or owns the table, its triggers or its schema."""
    return bool((await session.exec(_MAY_BE_CHANGED)).scalar_one())


_MAY_BE_CHANGED: Any = text("""
    WITH log AS (SELECT relowner, relnamespace FROM pg_class WHERE oid = 'audit_log'::regclass)
    SELECT has_table_privilege('audit_log', 'UPDATE, DELETE, TRUNCATE') OR bool_or(pg_has_role(owner, 'MEMBER'))
    FROM (
        SELECT relowner AS owner FROM log
        UNION SELECT proowner FROM pg_proc WHERE oid IN (
            SELECT tgfoid FROM pg_trigger WHERE tgrelid = 'audit_log'::regclass)
        UNION SELECT nspowner FROM pg_namespace WHERE oid = (SELECT relnamespace FROM log)
        UNION SELECT datdba FROM pg_database WHERE datname = current_database()
    ) AS owners
""")


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=clock.SEOUL)
