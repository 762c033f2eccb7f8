"""Call-backs as rows."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, true
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
    ChatSession,
    Queue,
)
from services.calls.callback_view import CallbackView
from services.contacts.access import within_reach

ASKING_LOCK = 0xCA11
"""The advisory lock for taking a slot: one customer at a time."""
IS_OPEN = col(Callback.status) == CallbackStatus.OPEN


def seen_by(agent: Agent) -> ColumnElement[bool]:
    """Say which call-backs an agent may see: those of departments in their reach."""
    return within_reach(agent, col(Callback.department))


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


async def met_in_chat(
    session: AsyncSession, *, limit: int
) -> Sequence[tuple[Callback, UUID | None]]:
    """Return, locked, open call-backs whose customers an agent talks with in a chat since, and that agent.

    The chat is the one in which they asked, or one that began later with the same number.
    """
    is_theirs = or_(
        col(ChatSession.id) == col(Callback.chat_id),
        and_(
            col(ChatSession.visitor_phone) == col(Callback.phone),
            col(ChatSession.start_time) > col(Callback.created_at),
        ),
    )
    met = (
        select(ChatSession)
        .where(is_theirs, col(ChatSession.taken_at) > col(Callback.created_at))
        .order_by(col(ChatSession.taken_at))
        .limit(1)
        .correlate(Callback)
        .lateral()
    )
    statement = (
        select(Callback, met.c.agent_id)
        .join(met, true())
        .where(IS_OPEN)
        .order_by(col(Callback.id))
        .limit(limit)
        .with_for_update(key_share=True, skip_locked=True, of=Callback)
        .execution_options(populate_existing=True)
    )
    return (await session.exec(statement)).all()


async def of_blocked(session: AsyncSession, *, limit: int) -> Sequence[Callback]:
    """Return, locked, open call-backs whose customers are blocked."""
    statement = (
        select(Callback)
        .where(IS_OPEN, func.is_blocked(col(Callback.customer_id), col(Callback.phone)))
        .order_by(col(Callback.id))
        .limit(limit)
        .with_for_update(key_share=True, skip_locked=True)
        .execution_options(populate_existing=True)
    )
    return (await session.exec(statement)).all()


# ---- asked for by customers


async def one_asks(session: AsyncSession) -> None:
    """Let no other customer take a slot until this transaction ends."""
    await session.exec(select(func.pg_advisory_xact_lock(ASKING_LOCK)))


async def open_in(
    session: AsyncSession,
    department: str,
    since: datetime,
    until: datetime,
    *,
    queue_id: UUID | None = None,
) -> Sequence[tuple[datetime, datetime]]:
    """Return the slots of a department's open call-backs that touch a period; if asked without those of its other queues."""
    in_queue = or_(col(Callback.queue_id) == queue_id, col(Callback.queue_id).is_(None))
    statement = select(col(Callback.slot_from), col(Callback.slot_to)).where(
        IS_OPEN,
        col(Callback.department) == department,
        in_queue if queue_id else true(),
        col(Callback.slot_from) < until,
        col(Callback.slot_to) > since,
    )
    return (await session.exec(statement)).all()


async def agents_of(session: AsyncSession, department: str) -> int:
    """Count the agents of a department."""
    statement = select(func.count()).where(
        col(Agent.department) == department,
        col(Agent.role) == AgentRole.AGENT,
        col(Agent.is_active),
    )
    return (await session.exec(statement)).one()


async def asked_in(session: AsyncSession, chat_id: UUID, *, lock: bool = False) -> Callback | None:
    """Return the newest call-back that a customer asked for in a chat, locked until the transaction ends if asked."""
    statement = (
        select(Callback)
        .where(col(Callback.chat_id) == chat_id)
        .order_by(col(Callback.created_at).desc())
        .limit(1)
    )
    if lock:
        statement = statement.with_for_update(key_share=True).execution_options(
            populate_existing=True
        )
    return (await session.exec(statement)).first()


async def is_asked_for(session: AsyncSession, phone: str) -> bool:
    """Whether a customer has asked for a call to a number that is still to be made."""
    statement = select(Callback.id).where(
        IS_OPEN, col(Callback.phone) == phone, col(Callback.chat_id).is_not(None)
    )
    return (await session.exec(statement.limit(1))).first() is not None


async def keep_attempt(session: AsyncSession, attempt: CallbackAttempt) -> bool:
    """Note a call that was made for a call-back; returns whether it was not noted before."""
    statement = (
        insert(CallbackAttempt)
        .values(**attempt.model_dump())
        .on_conflict_do_nothing(index_elements=['call_id'])
        .returning(col(CallbackAttempt.id))
    )
    return (await session.exec(statement)).first() is not None
