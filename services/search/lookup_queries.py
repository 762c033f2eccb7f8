"""Queries for look-ups of whole numbers and addresses."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models import AuditAction, AuditEntry, Lookup

LOOKUPS_LOCK = 32336
"""The first key of ``take_turns``'s advisory locks."""


async def take_turns(session: AsyncSession, agent_id: UUID) -> None:
    """Let look-ups of one person run one at a time, in all processes, until the transaction ends."""
    await session.exec(
        select(func.pg_advisory_xact_lock(LOOKUPS_LOCK, func.hashtext(str(agent_id))))
    )


async def is_known(session: AsyncSession, lookup: Lookup) -> bool:
    """Whether a person has looked for this value before."""
    return await session.get(Lookup, (lookup.agent_id, lookup.value_hash)) is not None


async def count(
    session: AsyncSession, agent_id: UUID, since: datetime, *, alike: str | None = None
) -> tuple[int, datetime | None]:
    """Return how many different values a person looked for since then, and the time of the last.

    Args:
        session: the session.
        agent_id: the person.
        since: the beginning of the period.
        alike: count only values whose masks look like this one's.
    """
    statement = select(func.count(), func.max(col(Lookup.looked_at))).where(
        col(Lookup.agent_id) == agent_id, col(Lookup.looked_at) > since
    )
    if alike is not None:
        statement = statement.where(col(Lookup.alike_hash) == alike)
    return (await session.exec(statement)).one()


async def is_recorded(session: AsyncSession, agent_id: UUID, since: datetime) -> bool:
    """Whether the audit log already has an entry about a person's unusual look-ups since then."""
    statement = select(AuditEntry.id).where(
        col(AuditEntry.action) == AuditAction.LOOKUPS_UNUSUAL.value,
        col(AuditEntry.agent_id) == agent_id,
        col(AuditEntry.created_at) > since,
    )
    return (await session.exec(statement.limit(1))).first() is not None


async def forget(session: AsyncSession, *, before: datetime) -> None:
    """Delete look-ups that no longer count."""
    await session.exec(delete(Lookup).where(col(Lookup.looked_at) < before))
