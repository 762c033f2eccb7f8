"""Queries for wall screens' links and notices to queues."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from uuid import UUID

from sqlalchemy import Uuid, bindparam
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from desk.compiled_select import built_once
from desk.db import ROW_LOCK
from models import Agent, NoticeReceipt, Queue, QueueNotice, WallLink
from services.contacts.access import within_reach


async def links(session: AsyncSession, by: Agent) -> Sequence[WallLink]:
    """Return the links within a supervisor's reach that are not revoked, newest first."""
    statement = select(WallLink).where(
        col(WallLink.revoked_at).is_(None), within_reach(by, col(WallLink.department))
    )
    return (await session.exec(statement.order_by(col(WallLink.created_at).desc()))).all()


async def link(session: AsyncSession, link_id: UUID) -> WallLink | None:
    """Return a link, locked."""
    return await session.get(WallLink, link_id, with_for_update=ROW_LOCK)


async def link_of(session: AsyncSession, token_hash: str) -> WallLink | None:
    """Return the link with a token, unless it is revoked."""
    statement = select(WallLink).where(
        col(WallLink.token_hash) == token_hash, col(WallLink.revoked_at).is_(None)
    )
    return (await session.exec(statement)).first()


async def people_of(session: AsyncSession, queue: Queue) -> Sequence[UUID]:
    """Return the agents of a queue: the active people of its department."""
    statement = select(Agent.id).where(
        col(Agent.department) == queue.department, col(Agent.is_active)
    )
    return (await session.exec(statement)).all()


async def notice(session: AsyncSession, notice_id: UUID) -> QueueNotice | None:
    """Return a notice, locked."""
    return await session.get(QueueNotice, notice_id, with_for_update=ROW_LOCK)


async def notices(
    session: AsyncSession, by: Agent, since: datetime, limit: int
) -> Sequence[QueueNotice]:
    """Return the notices since then to queues within a supervisor's reach, newest first."""
    own = select(col(Queue.id)).where(within_reach(by, col(Queue.department)))
    statement = select(QueueNotice).where(
        col(QueueNotice.created_at) >= since, col(QueueNotice.queue_id).in_(own)
    )
    return (await session.exec(statement.order_by(col(QueueNotice.created_at).desc()).limit(limit))).all()  # fmt: skip


async def receipts(session: AsyncSession, notice_ids: Sequence[UUID]) -> Sequence[NoticeReceipt]:
    """Return the receipts of these notices."""
    statement = select(NoticeReceipt).where(col(NoticeReceipt.notice_id).in_(notice_ids))
    return (await session.exec(statement)).all()


async def receipt(session: AsyncSession, notice_id: UUID, agent_id: UUID) -> NoticeReceipt | None:
    """Return one person's receipt, locked."""
    return await session.get(NoticeReceipt, (notice_id, agent_id), with_for_update=ROW_LOCK)


async def unread_of(session: AsyncSession, agent_id: UUID) -> Sequence[QueueNotice]:
    """Return a person's unread notices, oldest first."""
    return (await session.exec(_unread_of(), params={'agent_id': agent_id})).all()


@cache
def _unread_of() -> SelectOfScalar[QueueNotice]:
    return built_once(
        select(QueueNotice)
        .join(NoticeReceipt, col(NoticeReceipt.notice_id) == col(QueueNotice.id))
        .where(
            col(NoticeReceipt.agent_id) == bindparam('agent_id', type_=Uuid()),
            col(NoticeReceipt.read_at).is_(None),
            col(QueueNotice.withdrawn_at).is_(None),
        )
        .order_by(col(QueueNotice.created_at))
    )
