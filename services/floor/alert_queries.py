"""Queries for the board's limits and their alerts."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from desk import clock
from desk.db import ROW_LOCK
from models import FloorAlert, FloorThreshold


async def thresholds(session: AsyncSession) -> Sequence[FloorThreshold]:
    """Return the limits in force, oldest first."""
    statement = select(FloorThreshold).where(col(FloorThreshold.is_active))
    return (await session.exec(statement.order_by(col(FloorThreshold.created_at)))).all()


async def threshold(session: AsyncSession, threshold_id: UUID) -> FloorThreshold | None:
    """Return a limit in force, locked."""
    found = await session.get(FloorThreshold, threshold_id, with_for_update=ROW_LOCK)
    return found if found and found.is_active else None


async def open_alerts(session: AsyncSession) -> Sequence[FloorAlert]:
    """Return the alerts that are not over."""
    statement = select(FloorAlert).where(col(FloorAlert.ended_at).is_(None))
    return (await session.exec(statement.order_by(col(FloorAlert.created_at)))).all()


async def recent_alerts(session: AsyncSession, since: datetime, limit: int) -> Sequence[FloorAlert]:
    """Return the alerts that are not over or began since then, newest first."""
    statement = (
        select(FloorAlert)
        .where(or_(col(FloorAlert.ended_at).is_(None), col(FloorAlert.created_at) >= since))
        .order_by(col(FloorAlert.created_at).desc())
        .limit(limit)
    )
    return (await session.exec(statement)).all()


async def alert(session: AsyncSession, alert_id: UUID) -> FloorAlert | None:
    """Return an alert, locked."""
    return await session.get(FloorAlert, alert_id, with_for_update=ROW_LOCK)


async def raise_alert(
    session: AsyncSession, threshold: FloorThreshold, subject_id: UUID, value: int
) -> bool:
    """Store an alert for an exceeded limit; return false when another process has stored it already."""
    statement = (
        insert(FloorAlert)
        .values(
            id=uuid4(), created_at=clock.now(), threshold_id=threshold.id, kind=threshold.kind,
            most=threshold.most, subject_id=subject_id, value=value,
        )
        .on_conflict_do_nothing(
            index_elements=['threshold_id', 'subject_id'], index_where=text('ended_at IS NULL')
        )
        .returning(col(FloorAlert.id))
    )  # fmt: skip
    return (await session.exec(statement)).first() is not None
