"""Queries for alerts, their messages, and what all processes see alike."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import delete, exists, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models import (
    AlertDelivery,
    ChatArchive,
    ChatSession,
    FloorAlert,
    OperatorAlert,
    OutboxEntry,
    Queue,
)
from services.alerting.sighting import Sighting
from services.work.claim_queries import claim_due


async def open_alerts(session: AsyncSession) -> Sequence[OperatorAlert]:
    """Return the open alerts, oldest first."""
    statement = select(OperatorAlert).where(col(OperatorAlert.ended_at).is_(None))
    return (await session.exec(statement.order_by(col(OperatorAlert.created_at)))).all()


async def begin(
    session: AsyncSession,
    sighting: Sighting,
    now: datetime,
    alert_id: UUID | None = None,
    *,
    told_level: int = 0,
) -> None:
    """Store an open alert, unless there is one of this kind and subject, or was one with this id."""
    statement = insert(OperatorAlert).values(
        id=alert_id or uuid4(), created_at=sighting.since or now, seen_at=now, kind=sighting.kind.value,
        subject=sighting.subject, details=dict(sighting.figures), told_level=told_level,
    )  # fmt: skip
    await session.exec(statement.on_conflict_do_nothing())


async def raise_to(
    session: AsyncSession, sighting: Sighting, now: datetime
) -> OperatorAlert | None:
    """Raise what was told of an open alert to a level; none when that was told before, by whatever process."""
    statement = (
        update(OperatorAlert)
        .where(
            col(OperatorAlert.kind) == sighting.kind.value,
            col(OperatorAlert.subject) == sighting.subject,
            col(OperatorAlert.ended_at).is_(None),
            col(OperatorAlert.told_level) < sighting.level,
        )
        .values(told_level=sighting.level, details=dict(sighting.figures), seen_at=now)
        .returning(OperatorAlert)
    )
    return (await session.exec(statement)).scalars().first()


async def keep_open(
    session: AsyncSession, alert_ids: Sequence[UUID], now: datetime, *, before: datetime
) -> None:
    """Note that open alerts were seen now; those seen since ``before`` are left as they are."""
    statement = update(OperatorAlert).where(
        col(OperatorAlert.id).in_(alert_ids),
        col(OperatorAlert.ended_at).is_(None),
        col(OperatorAlert.seen_at) < before,
    )
    await session.exec(statement.values(seen_at=now))


async def end_unseen(
    session: AsyncSession, now: datetime, *, before: datetime
) -> Sequence[OperatorAlert]:
    """End the open alerts that no process has seen since ``before``; return them. Of several processes one gets each."""
    statement = (
        update(OperatorAlert)
        .where(col(OperatorAlert.ended_at).is_(None), col(OperatorAlert.seen_at) < before)
        .values(ended_at=now)
        .returning(OperatorAlert)
    )
    return (await session.exec(statement)).scalars().all()


async def forget(session: AsyncSession, before: datetime) -> None:
    """Delete what is over since then, and its messages."""
    over = select(OperatorAlert.id).where(col(OperatorAlert.ended_at) < before)
    await session.exec(
        delete(AlertDelivery).where(
            col(AlertDelivery.alert_id).in_(over)
            | (col(AlertDelivery.alert_id).is_(None) & (col(AlertDelivery.created_at) < before))
        )
    )
    await session.exec(
        delete(OperatorAlert).where(
            col(OperatorAlert.ended_at) < before,
            ~exists().where(col(AlertDelivery.alert_id) == col(OperatorAlert.id)),
        )
    )


async def claim(session: AsyncSession, now: datetime, until: datetime) -> AlertDelivery | None:
    """Claim the message that has been due longest; nobody else has it before ``until``.

    A message waits until those before it of the same alert are sent or given up: an end is never told before its beginning.
    """
    earlier = aliased(AlertDelivery)
    claimed = await claim_due(
        session,
        AlertDelivery,
        AlertDelivery.id,
        col(AlertDelivery.sent_at).is_(None),
        col(AlertDelivery.given_up_at).is_(None),
        ~exists().where(
            col(earlier.alert_id) == col(AlertDelivery.alert_id),
            col(earlier.id) < col(AlertDelivery.id),
            col(earlier.sent_at).is_(None),
            col(earlier.given_up_at).is_(None),
        ),
        now=now,
        until=until,
        limit=1,
        tries=col(AlertDelivery.tries) + 1,
    )
    return claimed[0] if claimed else None


async def note(session: AsyncSession, delivery_id: int | None, **values: Any) -> None:
    """Record the outcome of a try, unless the message was sent meanwhile."""
    statement = update(AlertDelivery).where(
        col(AlertDelivery.id) == delivery_id, col(AlertDelivery.sent_at).is_(None)
    )
    await session.exec(statement.values(**values))


async def last_sent_at(session: AsyncSession) -> datetime | None:
    """Return when a message was sent last."""
    return (await session.exec(select(func.max(col(AlertDelivery.sent_at))))).one()


async def last_failed(session: AsyncSession) -> AlertDelivery | None:
    """Return the message whose sending failed last, whatever became of it."""
    statement = select(AlertDelivery).where(col(AlertDelivery.failed_at).is_not(None))
    return (
        await session.exec(statement.order_by(col(AlertDelivery.failed_at).desc()).limit(1))
    ).first()


async def waiting(session: AsyncSession) -> int:
    """Return how many messages are still to be sent."""
    statement = select(func.count()).where(
        col(AlertDelivery.sent_at).is_(None), col(AlertDelivery.given_up_at).is_(None)
    )
    return (await session.exec(statement)).one()


async def delivery(session: AsyncSession, dedupe_id: UUID) -> AlertDelivery | None:
    """Return a message."""
    statement = select(AlertDelivery).where(col(AlertDelivery.dedupe_id) == dedupe_id)
    return (await session.exec(statement)).first()


async def oldest_event_at(session: AsyncSession) -> datetime | None:
    """Return when the oldest event was committed that is not on the stream yet."""
    statement = select(OutboxEntry.created_at).order_by(col(OutboxEntry.id)).limit(1)
    return (await session.exec(statement)).first()


async def late_transcripts(session: AsyncSession, ended_before: datetime) -> int:
    """Return how many chats that ended before then have no transcript in the bucket."""
    statement = (
        select(func.count())
        .select_from(ChatArchive)
        .join(ChatSession, col(ChatSession.id) == col(ChatArchive.chat_session_id))
        .where(col(ChatArchive.stored_at).is_(None), col(ChatSession.end_time) < ended_before)
    )
    return (await session.exec(statement)).one()


async def given_up(session: AsyncSession, since: datetime) -> int:
    """Return how many alert messages were given up since then."""
    statement = select(func.count()).where(col(AlertDelivery.given_up_at) >= since)
    return (await session.exec(statement)).one()


async def passed_limits(session: AsyncSession) -> Sequence[tuple[FloorAlert, str]]:
    """Return the open alerts of supervisors' limits on queues, with the queue's name; those on single agents are the board's alone."""
    statement = (
        select(FloorAlert, Queue.name)
        .join(Queue, col(Queue.id) == col(FloorAlert.subject_id))
        .where(col(FloorAlert.ended_at).is_(None), col(FloorAlert.threshold_id).is_not(None))
        .order_by(col(FloorAlert.created_at))
    )
    return [(alert, name) for alert, name in (await session.exec(statement)).all()]
