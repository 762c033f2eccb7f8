"""Pauses of recordings as rows."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from desk.db import ROW_LOCK
from models import RecordingPause


async def open_pause(
    session: AsyncSession, call_id: UUID, *, lock: bool = False
) -> RecordingPause | None:
    """Return the pause of a call that goes on, locked until the transaction ends if asked."""
    statement = select(RecordingPause).where(
        col(RecordingPause.call_id) == call_id, col(RecordingPause.resumed_at).is_(None)
    )
    if lock:
        statement = statement.with_for_update(key_share=True).execution_options(
            populate_existing=True
        )
    return (await session.exec(statement)).first()


async def pause_by_id(session: AsyncSession, pause_id: UUID) -> RecordingPause | None:
    """Return a pause, locked until the transaction ends."""
    return await session.get(
        RecordingPause, pause_id, with_for_update=ROW_LOCK, populate_existing=True
    )


async def claim_due(
    session: AsyncSession, now: datetime, *, until: datetime, limit: int
) -> Sequence[RecordingPause]:
    """Return the pauses whose time is over, put off until then: no other process takes them meanwhile."""
    statement = (
        select(RecordingPause)
        .where(col(RecordingPause.resumed_at).is_(None), col(RecordingPause.resume_at) <= now)
        .order_by(col(RecordingPause.resume_at))
        .limit(limit)
        .with_for_update(key_share=True, skip_locked=True)
    )
    pauses = (await session.exec(statement)).all()
    for pause in pauses:
        pause.resume_at = until
        session.add(pause)
    return pauses
