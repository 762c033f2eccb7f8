"""Queries for queues."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, func, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from desk.db import ROW_LOCK
from models import Call, ChatSession, ChatStatus, Queue, QueueTarget


async def active(session: AsyncSession) -> Sequence[Queue]:
    """Return the queues that are open, by name."""
    statement = select(Queue).where(col(Queue.is_active)).order_by(col(Queue.name))
    return (await session.exec(statement)).all()


async def everyone(session: AsyncSession) -> Sequence[Queue]:
    """Return all queues, open ones first, by name."""
    statement = select(Queue).order_by(col(Queue.is_active).desc(), col(Queue.name))
    return (await session.exec(statement)).all()


async def by_name(session: AsyncSession, name: str) -> Queue | None:
    """Return the queue with a name, in any case."""
    statement = select(Queue).where(func.lower(col(Queue.name)) == name.lower())
    return (await session.exec(statement)).first()


async def has_open(session: AsyncSession, queue_id: UUID) -> bool:
    """Whether a queue has waiting or open contacts."""
    chats = select(ChatSession.id).where(
        col(ChatSession.queue_id) == queue_id, col(ChatSession.status) != ChatStatus.CLOSED
    )
    calls = select(Call.id).where(col(Call.queue_id) == queue_id, col(Call.end_time).is_(None))
    statement = select(or_(chats.exists(), calls.exists()))
    return bool((await session.exec(statement)).one())


async def held_still(session: AsyncSession, queue_id: UUID) -> Queue | None:
    """Return a queue, locked against changes while a new contact takes its department."""
    statement = select(Queue).where(col(Queue.id) == queue_id)
    return (await session.exec(statement.with_for_update(read=True, key_share=False))).first()


async def by_id(session: AsyncSession, queue_id: UUID, *, lock: bool = False) -> Queue | None:
    """Return a queue, locked until the transaction ends if asked."""
    return await session.get(
        Queue, queue_id, with_for_update=ROW_LOCK if lock else None, populate_existing=lock
    )


async def targets_in_order(session: AsyncSession) -> Sequence[QueueTarget]:
    """Return the dated targets of all queues by their first day; none of a queue whose target never changed."""
    statement = select(QueueTarget).order_by(col(QueueTarget.since))
    return (await session.exec(statement)).all()


async def keep_target(session: AsyncSession, target: QueueTarget, *, replaces: bool) -> None:
    """Store a target that holds from a day on; replace or keep one that begins on that day already."""
    statement = insert(QueueTarget).values(**target.model_dump())
    if replaces:
        changed = {'seconds': statement.excluded.seconds, 'percent': statement.excluded.percent}
        statement = statement.on_conflict_do_update(
            index_elements=['queue_id', 'since'], set_=changed
        )
    else:
        statement = statement.on_conflict_do_nothing()
    await session.exec(statement)
