"""Queries for the review of accesses: sums of one month of the audit log, and what was signed."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, text
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models import AccessMonth, AccessReview, AuditAction, AuditEntry, SubjectKind

ON_CUSTOMERS = (
    SubjectKind.CUSTOMER, SubjectKind.CHAT, SubjectKind.CALL, SubjectKind.NOTE, SubjectKind.PROMISE, SubjectKind.CALLBACK,
)  # fmt: skip
TAKEN = (
    AuditAction.HISTORY_EXPORTED, AuditAction.REPORT_EXPORTED, AuditAction.PEOPLE_EXPORTED, AuditAction.CUSTOMER_FILE_MADE,
    AuditAction.CUSTOMERS_IMPORTED, AuditAction.TRANSCRIPT_TAKEN,
)  # fmt: skip

# One pass over the month by ``idx_audit_log_created``. An export has a second entry when it ends: it has an ``end``.
_SUMS: Any = text("""
    WITH month AS MATERIALIZED (
        SELECT agent_id, action, subject_kind, subject_id, created_at, details,
            created_at AT TIME ZONE 'Asia/Seoul' AS local,
            (subject_kind = ANY(:on_customers) OR action = ANY(:taken)) AS counts
        FROM audit_log
        WHERE created_at >= :since AND created_at < :until AND agent_id IS NOT NULL
    ), concerned AS (
        SELECT agent_id, subject_kind, subject_id, count(*) AS acts
        FROM month WHERE counts AND subject_kind IN ('customer', 'chat', 'call') GROUP BY 1, 2, 3
    ), most AS (
        SELECT agent_id, count(*) AS subjects,
            to_jsonb((array_agg(jsonb_build_array(subject_kind, subject_id, acts) ORDER BY acts DESC, subject_id))[1:3]) AS most
        FROM concerned GROUP BY 1
    ), sums AS (
        SELECT agent_id,
            count(*) FILTER (WHERE counts) AS entries,
            count(*) FILTER (WHERE action = 'personal_data_shown') AS shown,
            count(*) FILTER (WHERE action = ANY(:taken) AND NOT details ? 'end') AS taken,
            count(*) FILTER (WHERE counts AND (extract(hour FROM local) >= 22 OR extract(hour FROM local) < 7)) AS off_hours,
            count(DISTINCT local::date) FILTER (WHERE counts) AS days,
            min(created_at) FILTER (WHERE counts) AS first_at,
            max(created_at) FILTER (WHERE counts) AS last_at,
            count(*) FILTER (WHERE action = 'lookups_unusual') AS alarms,
            coalesce(array_agg(DISTINCT details->>'network') FILTER (
                WHERE action = 'signed_in' AND details ? 'network'), '{}') AS networks
        FROM month GROUP BY 1
    )
    SELECT sums.*, coalesce(most.subjects, 0) AS subjects, coalesce(most.most, '[]') AS most
    FROM sums LEFT JOIN most USING (agent_id)
""")


async def sums(
    session: AsyncSession, month: date, since: datetime, until: datetime
) -> list[AccessMonth]:
    """Compute a month from the log, one row for each person who did anything."""
    values = {
        'since': since, 'until': until, 'on_customers': [one.value for one in ON_CUSTOMERS],
        'taken': [one.value for one in TAKEN],
    }  # fmt: skip
    rows = (await session.exec(_SUMS.bindparams(**values))).mappings()
    return [AccessMonth(month=month, **row) for row in rows]


async def stored(session: AsyncSession, months: Sequence[date]) -> Sequence[AccessMonth]:
    """Return the stored rows of months."""
    return (await session.exec(select(AccessMonth).where(col(AccessMonth.month).in_(months)))).all()


async def keep(session: AsyncSession, rows: Sequence[AccessMonth]) -> None:
    """Store rows of a month that is over; another process may have done it."""
    values = [row.model_dump() for row in rows]
    await session.exec(insert(AccessMonth).on_conflict_do_nothing(), params=values)


async def first_entry_at(session: AsyncSession) -> datetime | None:
    """Return the time of the first entry of the log."""
    return (await session.exec(select(func.min(AuditEntry.created_at)))).one()


async def reviews(session: AsyncSession) -> Sequence[AccessReview]:
    """Return all signed reviews, newest month first."""
    return (await session.exec(select(AccessReview).order_by(col(AccessReview.month).desc()))).all()
