"""The outbox's rows: claim, read and remove them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import update
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from desk import clock
from desk.statement_pool import StatementPool
from models import OutboxEntry


async def claim(session: AsyncSession, *, before: datetime, limit: int) -> list[OutboxEntry]:
    """Claim the oldest entries made before ``before`` for this process; return them, oldest first.

    A claim older than ``before`` belongs to a dead process and may be taken over.
    """
    left = (
        select(OutboxEntry.id)
        .where(
            col(OutboxEntry.created_at) < before,
            or_(col(OutboxEntry.claimed_at).is_(None), col(OutboxEntry.claimed_at) < before),
        )
        .order_by(col(OutboxEntry.id))
        .limit(limit)
        .with_for_update(skip_locked=True, key_share=True)
        .cte('left_behind')
    )  # a plain subquery may run for each row, and claim more than the limit
    statement = (
        update(OutboxEntry)
        .where(col(OutboxEntry.id).in_(select(left.c.id)))
        .values(claimed_at=clock.now())
        .returning(OutboxEntry)
    )
    entries = (await session.exec(statement)).scalars().all()
    return sorted(entries, key=lambda entry: entry.id or 0)


async def remove(statements: StatementPool, entry_ids: Sequence[int]) -> None:
    """Remove entries that are on the stream."""
    await statements.first(_REMOVE, {'ids': list(entry_ids)})


async def waiting(statements: StatementPool) -> tuple[int, float]:
    """Return how many entries there are, and the age of the oldest in seconds (0 without any)."""
    found = await statements.tuples(_WAITING, {'now': clock.now()})
    [(entries, age_seconds)] = found
    return entries, max(0.0, age_seconds)


_WAITING = """
    SELECT count(*),
           coalesce(extract(epoch FROM %(now)s::timestamptz - min(created_at)), 0)::float8
    FROM outbox
"""

# This commit does not wait for the disk: after a crash events are sent twice, but no message waits
# for it.
_REMOVE = """
    WITH gone AS (DELETE FROM outbox WHERE id = ANY(%(ids)s) RETURNING id)
    SELECT count(*), set_config('synchronous_commit', 'off', true) FROM gone
"""
