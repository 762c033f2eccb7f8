"""Queries for the board's limits and their alerts."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, text, true, union_all, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, func, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from desk import clock
from desk.db import ROW_LOCK
from models import (
    Agent,
    ChatMood,
    ChatSession,
    FloorAlert,
    FloorThreshold,
    Promise,
    PromiseStatus,
    Queue,
)
from models.chat import OPEN_STATUSES
from services.contacts.access import within_reach
from services.sentiment.mood import WARNED_AT


async def thresholds(session: AsyncSession) -> Sequence[FloorThreshold]:
    """Return the limits in force, oldest first."""
    statement = select(FloorThreshold).where(col(FloorThreshold.is_active))
    return (await session.exec(statement.order_by(col(FloorThreshold.created_at)))).all()


async def every_threshold(session: AsyncSession) -> Sequence[FloorThreshold]:
    """Return all limits, those in force first, oldest first."""
    statement = select(FloorThreshold).order_by(
        col(FloorThreshold.is_active).desc(), col(FloorThreshold.created_at)
    )
    return (await session.exec(statement)).all()


async def any_threshold(
    session: AsyncSession, threshold_id: UUID, *, lock: bool = False
) -> FloorThreshold | None:
    """Return a limit, also one that is switched off; locked until the transaction ends if asked."""
    return await session.get(
        FloorThreshold, threshold_id, with_for_update=ROW_LOCK if lock else None,
        populate_existing=lock,
    )  # fmt: skip


async def end_alerts_of(session: AsyncSession, threshold_id: UUID, at: datetime) -> None:
    """End the alerts that a limit has raised."""
    statement = update(FloorAlert).where(
        col(FloorAlert.threshold_id) == threshold_id, col(FloorAlert.ended_at).is_(None)
    )
    await session.exec(statement.values(ended_at=at))


async def open_alerts(session: AsyncSession) -> Sequence[FloorAlert]:
    """Return the alerts of limits that are not over."""
    statement = select(FloorAlert).where(
        col(FloorAlert.ended_at).is_(None), col(FloorAlert.threshold_id).is_not(None)
    )
    return (await session.exec(statement.order_by(col(FloorAlert.created_at)))).all()


def _is_within(by: Agent) -> ColumnElement[bool]:
    """Return the condition for alerts about queues and agents within a supervisor's reach."""
    if by.sees_everything:
        return true()
    subjects = union_all(
        select(col(Queue.id)).where(within_reach(by, col(Queue.department))),
        select(col(Agent.id)).where(within_reach(by, col(Agent.department))),
    )
    return col(FloorAlert.subject_id).in_(subjects)


async def is_within(session: AsyncSession, by: Agent, alert: FloorAlert) -> bool:
    """Whether an alert is within a supervisor's reach."""
    statement = select(FloorAlert.id).where(col(FloorAlert.id) == alert.id, _is_within(by))
    return (await session.exec(statement)).first() is not None


async def recent_alerts(
    session: AsyncSession, by: Agent, since: datetime, limit: int
) -> Sequence[FloorAlert]:
    """Return the alerts within a supervisor's reach that are not over or began since then, newest first."""
    statement = (
        select(FloorAlert)
        .where(
            _is_within(by),
            or_(col(FloorAlert.ended_at).is_(None), col(FloorAlert.created_at) >= since),
        )
        .order_by(col(FloorAlert.created_at).desc())
        .limit(limit)
    )
    return (await session.exec(statement)).all()


async def alert(session: AsyncSession, alert_id: UUID) -> FloorAlert | None:
    """Return an alert, locked."""
    return await session.get(FloorAlert, alert_id, with_for_update=ROW_LOCK)


async def alert_of_case(session: AsyncSession, case_id: UUID) -> FloorAlert | None:
    """Return the alert of a case of 보호."""
    statement = select(FloorAlert).where(col(FloorAlert.case_id) == case_id)
    return (await session.exec(statement)).first()


async def upset_chats(session: AsyncSession) -> dict[UUID, int]:
    """Return the number of open chats by queue whose customer's last ``WARNED_AT`` messages are negative."""
    statement = (
        select(col(ChatSession.queue_id), func.count())
        .join(ChatMood, col(ChatMood.chat_session_id) == col(ChatSession.id))
        .where(
            col(ChatSession.status).in_(OPEN_STATUSES),
            col(ChatSession.queue_id).is_not(None),
            col(ChatMood.negative_in_a_row) >= WARNED_AT,
        )
        .group_by(col(ChatSession.queue_id))
    )
    return {
        queue_id: count for queue_id, count in (await session.exec(statement)).all() if queue_id
    }


async def overdue_minutes(session: AsyncSession) -> dict[UUID, int]:
    """Return for each queue how many minutes its longest overdue promise is late."""
    now = clock.now()
    statement = (
        select(col(Promise.queue_id), func.min(col(Promise.due_at)))
        .where(
            col(Promise.status) == PromiseStatus.OPEN,
            col(Promise.due_at) < now,
            col(Promise.queue_id).is_not(None),
        )
        .group_by(col(Promise.queue_id))
    )
    return {
        queue_id: int((now - due_at).total_seconds() // 60)
        for queue_id, due_at in (await session.exec(statement)).all()
        if queue_id
    }


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
