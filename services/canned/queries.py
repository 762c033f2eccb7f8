"""Queries for canned replies and their uses."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import and_, col, func, or_, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from desk import clock
from desk.db import ROW_LOCK
from models import Agent, CannedReply, CannedReplyUse, Queue, SettingChange, SettingKind

IMPORTS = 0xCA77ED
"""The advisory lock that lets one import of replies write at a time."""


async def by_id(session: AsyncSession, reply_id: UUID, *, lock: bool = False) -> CannedReply | None:
    """Return one reply, locked until the transaction ends if asked."""
    return await session.get(
        CannedReply, reply_id, with_for_update=ROW_LOCK if lock else None, populate_existing=lock
    )


async def usable(session: AsyncSession, agent_id: UUID) -> Sequence[tuple[CannedReply, int]]:
    """Return a person's own and all shared replies that are in use, with the person's uses; in no order."""
    own = and_(
        col(CannedReplyUse.reply_id) == col(CannedReply.id),
        col(CannedReplyUse.agent_id) == agent_id,
    )
    statement = (
        select(CannedReply, func.coalesce(col(CannedReplyUse.uses), 0))
        .outerjoin(CannedReplyUse, own)
        .where(_readable(agent_id), col(CannedReply.is_active))
    )
    return (await session.exec(statement)).all()


async def readable(session: AsyncSession, agent_id: UUID) -> Sequence[CannedReply]:
    """Return a person's own and all shared replies, by folder and title."""
    statement = (
        select(CannedReply)
        .where(_readable(agent_id))
        .order_by(col(CannedReply.folder), col(CannedReply.title), col(CannedReply.created_at))
    )
    return (await session.exec(statement)).all()


async def locked(session: AsyncSession, reply_ids: Collection[UUID]) -> Sequence[CannedReply]:
    """Return these replies as they are now, locked in one order."""
    statement = (
        select(CannedReply)
        .where(col(CannedReply.id).in_(reply_ids))
        .order_by(col(CannedReply.id))
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    return (await session.exec(statement)).all()


async def count(session: AsyncSession, owner_id: UUID | None) -> int:
    """Return how many replies a person owns, or how many are shared."""
    statement = select(func.count()).where(col(CannedReply.owner_id).is_not_distinct_from(owner_id))
    return int((await session.exec(statement)).one())


async def add_use(session: AsyncSession, agent_id: UUID, reply_id: UUID) -> bool:
    """Count one use; return false when the person cannot read the reply."""
    counted = await session.exec(
        update(CannedReply)
        .where(col(CannedReply.id) == reply_id, _readable(agent_id))
        .values(uses=col(CannedReply.uses) + 1)
        .returning(col(CannedReply.id))
    )
    if counted.first() is None:
        return False
    row = CannedReplyUse(agent_id=agent_id, reply_id=reply_id, uses=1, used_at=clock.now())
    more = {'uses': col(CannedReplyUse.uses) + 1, 'used_at': clock.now()}
    statement = insert(CannedReplyUse).values(row.model_dump())
    await session.exec(
        statement.on_conflict_do_update(index_elements=['agent_id', 'reply_id'], set_=more)
    )
    return True


async def departments(session: AsyncSession) -> Sequence[str]:
    """Return the departments that a shared reply may be for: those of queues and of agents."""
    of_queues = await session.exec(select(Queue.department).distinct())
    of_agents = await session.exec(select(Agent.department).where(col(Agent.is_active)).distinct())
    return sorted({*of_queues, *of_agents})


async def versions(session: AsyncSession, reply_ids: Collection[UUID]) -> dict[UUID, int]:
    """Return the versions of replies as settings, by id; those that nobody changed are missing."""
    statement = (
        select(SettingChange.subject_id, func.max(col(SettingChange.version)))
        .where(
            col(SettingChange.kind) == SettingKind.CANNED_REPLY.value,
            col(SettingChange.subject_id).in_(reply_ids),
        )
        .group_by(col(SettingChange.subject_id))
    )
    return dict((await session.exec(statement)).all())


async def take_turns(session: AsyncSession) -> None:
    """Wait until no other process imports replies; the turn ends with the transaction."""
    await session.exec(select(func.pg_advisory_xact_lock(IMPORTS)))


def _readable(agent_id: UUID) -> ColumnElement[bool]:
    return or_(col(CannedReply.owner_id).is_(None), col(CannedReply.owner_id) == agent_id)
