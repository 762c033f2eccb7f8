"""Call-backs as rows."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, true
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models import (
    Agent,
    AgentRole,
    AgentSkill,
    AgentStatus,
    Callback,
    CallbackAttempt,
    CallbackStatus,
    Queue,
)
from services.calls.callback_view import CallbackView

IS_OPEN = col(Callback.status) == CallbackStatus.OPEN


def seen_by(agent: Agent) -> ColumnElement[bool]:
    """Say which call-backs an agent may see: their department's; supervisors all."""
    return true() if agent.sees_everything else col(Callback.department) == agent.department


async def shown(
    session: AsyncSession, *conditions: ColumnElement[bool], limit: int
) -> list[CallbackView]:
    """Return call-backs with their owners' names, the first slot first."""
    statement = (
        select(Callback, Agent)
        .outerjoin(Agent, col(Agent.id) == col(Callback.owner_id))
        .where(*conditions)
        .order_by(col(Callback.slot_from), col(Callback.id))
        .limit(limit)
        .execution_options(populate_existing=True)
    )
    return [CallbackView.of(row, owner) for row, owner in (await session.exec(statement)).all()]


async def locked(session: AsyncSession, callback_id: UUID) -> Callback | None:
    """Return a call-back, locked until the transaction ends."""
    statement = select(Callback).where(col(Callback.id) == callback_id)
    locking = statement.with_for_update(key_share=True).execution_options(populate_existing=True)
    return (await session.exec(locking)).first()


async def open_for(session: AsyncSession, phone: str, *, since: datetime) -> Sequence[Callback]:
    """Return, locked, the open call-backs of a number that were promised before then."""
    statement = (
        select(Callback)
        .where(IS_OPEN, col(Callback.phone) == phone, col(Callback.created_at) <= since)
        .order_by(col(Callback.id))
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    return (await session.exec(statement)).all()


async def beginning(session: AsyncSession, at: datetime, *, limit: int) -> Sequence[Callback]:
    """Return, locked, open call-backs in their slot that nobody was told of and that somebody can be told of."""
    statement = (
        select(Callback)
        .where(
            IS_OPEN,
            col(Callback.announced_at).is_(None),
            col(Callback.slot_from) <= at,
            col(Callback.slot_to) >= at,
            select(Agent.id).where(or_(_OWNS, _COULD_CALL)).exists(),
        )
        .order_by(col(Callback.slot_from))
        .limit(limit)
        .with_for_update(key_share=True, skip_locked=True)
        .execution_options(populate_existing=True)
    )
    return (await session.exec(statement)).all()


async def to_tell(session: AsyncSession, callback_id: UUID) -> Sequence[UUID]:
    """Return who is told of a call-back: its owner if they are at work, else the queue's available agents."""

    async def those(which: ColumnElement[bool]) -> Sequence[UUID]:
        here = select(col(Agent.id)).join(Callback, col(Callback.id) == callback_id).where(which)
        return (await session.exec(here.order_by(col(Agent.id)))).all()

    return await those(_OWNS) or await those(_COULD_CALL)


_IS_HERE = and_(col(Agent.is_active), col(Agent.suspended_as).is_(None))
_OWNS = and_(
    col(Agent.id) == col(Callback.owner_id),
    _IS_HERE,
    col(Agent.base_status) != AgentStatus.OFFLINE,
)
_KNOWS_IT = (
    select(AgentSkill.agent_id)
    .where(
        col(AgentSkill.agent_id) == col(Agent.id),
        col(AgentSkill.skill_id) == col(Queue.skill_id),
        col(AgentSkill.level) >= col(Queue.min_level),
    )
    .correlate(Agent, Queue)
    .exists()
)
_SERVES_QUEUE = (
    select(Queue.id)
    .where(
        col(Queue.id) == col(Callback.queue_id),
        or_(col(Queue.skill_id).is_(None), _KNOWS_IT),
    )
    .correlate(Agent, Callback)
    .exists()
)
_COULD_CALL = and_(
    _IS_HERE,
    col(Agent.base_status) == AgentStatus.AVAILABLE,
    col(Agent.role) == AgentRole.AGENT,
    col(Agent.department) == col(Callback.department),
    or_(col(Callback.queue_id).is_(None), _SERVES_QUEUE),
)


async def keep_attempt(session: AsyncSession, attempt: CallbackAttempt) -> bool:
    """Note a call that was made for a call-back; returns whether it was not noted before."""
    statement = (
        insert(CallbackAttempt)
        .values(**attempt.model_dump())
        .on_conflict_do_nothing(index_elements=['call_id'])
        .returning(col(CallbackAttempt.id))
    )
    return (await session.exec(statement)).first() is not None
