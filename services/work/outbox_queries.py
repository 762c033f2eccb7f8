"""The outbox's rows: claimed, read and removed."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import update
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from desk import clock
from desk.statement_pool import StatementPool
from models import OutboxEntry


async def claim(session: AsyncSession, *, before: datetime, limit: int) -> list[OutboxEntry]:
    """Mark the oldest entries made before ``before`` as this process's to send; return them, oldest first.

    A claim older than ``before`` has died with its process and may be taken again.
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
    )  # as a subquery it may be run for each row, and claim more than the limit
    statement = (
        update(OutboxEntry)
        .where(col(OutboxEntry.id).in_(select(left.c.id)))
        .values(claimed_at=clock.now())
        .returning(OutboxEntry)
    )
    entries = (await session.exec(statement)).scalars().all()
    return sorted(entries, key=lambda entry: entry.id or 0)


async def remove(statements: StatementPool, entry_ids: Sequence[int]) -> None:
    """Remove entries that the stream has."""
    await statements.first(_REMOVE, {'ids': list(entry_ids)})


# Its commit waits for no disk: what a crash brings back is told twice, and every message would wait for it.
_REMOVE = """
    WITH gone AS (DELETE FROM outbox WHERE id = ANY(%(ids)s) RETURNING id)
    SELECT count(*), set_config('synchronous_commit', 'off', true) FROM gone
"""
