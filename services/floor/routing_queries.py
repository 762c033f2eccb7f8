"""Queries for routing: waiting contacts, available agents, offers that timed out."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, TIMESTAMP, Uuid, case, column, func, literal, true, update
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models import (
    Agent,
    AgentRole,
    AgentSkill,
    AgentStatus,
    Call,
    ChatSession,
    ChatStatus,
    ContactStep,
    Queue,
    QueueMode,
    RoutingDecision,
    StepKind,
    WrapUp,
)

ROUTING_LOCK = 0x7E51
"""The advisory lock for making offers: one process decides at a time, for a few milliseconds."""
USUAL_MISSES = 2
HEADS = 20
"""The number of contacts of a queue in one round."""


async def hold_routing(session: AsyncSession) -> None:
    """Let no other process make offers until this transaction ends."""
    await session.exec(select(func.pg_advisory_xact_lock(ROUTING_LOCK)))


@dataclass(frozen=True, slots=True, kw_only=True)
class AbleAgent:
    """An agent who is 상담 가능 and has a free place."""

    id: UUID
    department: str
    capacity: int
    load: int
    idle_since: datetime
    levels: dict[UUID, int]
    in_call: bool = False
    """Whether they are in a call: only some queues offer chats during a call."""


async def able_agents(session: AsyncSession) -> list[AbleAgent]:
    """Return all agents who can be offered a contact now."""
    load = _load()
    columns: tuple[Any, ...] = (
        col(Agent.id),
        col(Agent.department),
        col(Agent.chat_capacity),
        load,
        col(Agent.idle_since),
        _in_call(),
    )
    statement = select(*columns).where(
        col(Agent.base_status) == AgentStatus.AVAILABLE,
        col(Agent.suspended_as).is_(None),
        col(Agent.next_status).is_(None),
        load < col(Agent.chat_capacity),
    )
    rows = (await session.exec(statement)).all()
    levels = await _levels(session, [row[0] for row in rows])
    return [
        AbleAgent(
            id=agent_id,
            department=department,
            capacity=capacity,
            load=taken,
            idle_since=idle_since,
            levels=levels.get(agent_id, {}),
            in_call=in_call,
        )
        for agent_id, department, capacity, taken, idle_since, in_call in rows
    ]


def _in_call() -> Any:
    """Return the SQL expression for whether an agent is in a call."""
    return (
        select(col(Call.id))
        .where(
            col(Call.agent_id) == col(Agent.id),
            col(Call.end_time).is_(None),
            col(Call.answered_at).is_not(None),
        )
        .exists()
    )


def _load() -> Any:
    """Return the SQL expression for an agent's number of places in use."""
    chats = (
        select(func.count())
        .where(
            col(ChatSession.agent_id) == col(Agent.id), col(ChatSession.status) == ChatStatus.ACTIVE
        )
        .scalar_subquery()
    )
    offers = (
        select(func.count())
        .where(
            col(ChatSession.offered_agent_id) == col(Agent.id),
            col(ChatSession.status) == ChatStatus.WAITING,
        )
        .scalar_subquery()
    )
    wrap_ups = (
        select(func.count())
        .where(
            col(WrapUp.agent_id) == col(Agent.id),
            col(WrapUp.done_at).is_(None),
            col(WrapUp.left_at).is_(None),
        )
        .scalar_subquery()
    )
    return chats + offers + wrap_ups


async def _levels(
    session: AsyncSession, agent_ids: Collection[UUID]
) -> dict[UUID, dict[UUID, int]]:
    statement = select(AgentSkill).where(col(AgentSkill.agent_id).in_(agent_ids))
    levels: dict[UUID, dict[UUID, int]] = {}
    for skill in (await session.exec(statement)).all():
        levels.setdefault(skill.agent_id, {})[skill.skill_id] = skill.level
    return levels


async def push_queues(session: AsyncSession) -> dict[UUID, Queue]:
    """Return the queues that offer contacts, by id; closed ones too, for their waiting contacts."""
    statement = select(Queue).where(col(Queue.mode) == QueueMode.PUSH)
    return {queue.id: queue for queue in (await session.exec(statement)).all()}


@dataclass(frozen=True, slots=True)
class WaitingChat:
    """A chat that waits and is not offered: what a decision must know of it."""

    id: UUID
    queue_id: UUID
    start_time: datetime
    returning_agent_id: UUID | None


async def heads(
    session: AsyncSession, queue_ids: Collection[UUID], *, returning_to: Collection[UUID]
) -> Sequence[WaitingChat]:
    """Return the first ``HEADS`` waiting chats of each of these queues, in serving order.

    Of any other queue that offers, those of its first chats whose customers return to one of these agents.
    """
    columns: tuple[Any, ...] = (
        col(ChatSession.id),
        col(ChatSession.queue_id),
        col(ChatSession.start_time),
        col(ChatSession.returning_agent_id),
        col(ChatSession.rank_at),
    )
    first = (
        select(*columns)
        .where(
            col(ChatSession.queue_id) == col(Queue.id),
            col(ChatSession.status) == ChatStatus.WAITING,
            col(ChatSession.offered_agent_id).is_(None),
        )
        .order_by(col(ChatSession.rank_at), col(ChatSession.id))
        .limit(HEADS)
        .lateral()
    )
    statement = (
        select(first.c.id, first.c.queue_id, first.c.start_time, first.c.returning_agent_id)
        .select_from(Queue)
        .join(first, true())
        .where(
            col(Queue.mode) == QueueMode.PUSH,
            or_(col(Queue.id).in_(queue_ids), first.c.returning_agent_id.in_(returning_to)),
        )
        .order_by(first.c.rank_at, first.c.id)
    )
    return [WaitingChat(*row) for row in (await session.exec(statement)).all()]


async def refusals(
    session: AsyncSession, contact_ids: Collection[UUID]
) -> dict[UUID, dict[UUID, int]]:
    """Return how often agents refused or missed these contacts, by contact and agent."""
    statement = (
        select(col(ContactStep.contact_id), col(ContactStep.agent_id), func.count())
        .where(
            col(ContactStep.contact_id).in_(contact_ids),
            col(ContactStep.kind).in_((StepKind.REFUSED, StepKind.MISSED)),
            col(ContactStep.agent_id).is_not(None),
        )
        .group_by(col(ContactStep.contact_id), col(ContactStep.agent_id))
    )
    found: dict[UUID, dict[UUID, int]] = {}
    for contact_id, agent_id, count in (await session.exec(statement)).all():
        if agent_id is not None:
            found.setdefault(contact_id, {})[agent_id] = count
    return found


async def statuses_of(
    session: AsyncSession, agent_ids: Collection[UUID]
) -> dict[UUID, AgentStatus]:
    """Return these agents' base states; 연결 끊김 and 점검 count as 오프라인."""
    status = case(
        (col(Agent.suspended_as).is_(None), col(Agent.base_status)), else_=AgentStatus.OFFLINE
    )
    statement = select(col(Agent.id), status).where(col(Agent.id).in_(agent_ids))
    return dict((await session.exec(statement)).all())


@dataclass(frozen=True, slots=True)
class Offer:
    """A waiting chat for an agent, who has so many seconds to take it."""

    chat_id: UUID
    agent_id: UUID
    seconds: int


async def offer_all(
    session: AsyncSession, offers: Sequence[Offer], *, at: datetime
) -> dict[UUID, ChatSession]:
    """Offer waiting chats, in one statement; return those that still wait unoffered, by id."""
    columns = column('chat_id', Uuid), column('agent_id', Uuid), column('until', TIMESTAMP(True))
    unnested = func.unnest(
        literal([one.chat_id for one in offers], ARRAY(Uuid)),
        literal([one.agent_id for one in offers], ARRAY(Uuid)),
        literal([at + timedelta(seconds=one.seconds) for one in offers], ARRAY(TIMESTAMP(True))),
    )
    wanted = unnested.table_valued(*columns).render_derived(name='wanted')
    statement = (
        update(ChatSession)
        .where(
            col(ChatSession.id) == wanted.c.chat_id,
            col(ChatSession.status) == ChatStatus.WAITING,
            col(ChatSession.offered_agent_id).is_(None),
        )
        .values(
            offered_agent_id=wanted.c.agent_id,
            offered_at=at,
            offer_expires_at=wanted.c.until,
            version=ChatSession.version + 1,
        )
        .returning(ChatSession)
        .execution_options(populate_existing=True, synchronize_session=False)
    )
    return {chat.id: chat for chat in (await session.exec(statement)).scalars()}


async def offers_over(session: AsyncSession, at: datetime) -> Sequence[tuple[UUID, UUID, int]]:
    """Return chats whose offer timed out, or whose agent can take nothing now.

    Each comes with its agent, and with how many offers missed in a row make an agent of its queue
    이석.
    """
    misses = func.coalesce(col(Queue.misses_until_away), USUAL_MISSES)
    statement = (
        select(col(ChatSession.id), col(ChatSession.offered_agent_id), misses)
        .join(Agent, col(Agent.id) == col(ChatSession.offered_agent_id))
        .outerjoin(Queue, col(Queue.id) == col(ChatSession.queue_id))
        .where(
            col(ChatSession.status) == ChatStatus.WAITING,
            or_(
                col(ChatSession.offer_expires_at) <= at,
                col(Agent.base_status) != AgentStatus.AVAILABLE,
                col(Agent.suspended_as).is_not(None),
            ),
        )
        .order_by(col(ChatSession.offered_agent_id))
    )
    rows = (await session.exec(statement)).all()
    return [(chat_id, agent_id, most) for chat_id, agent_id, most in rows if agent_id]


async def next_deadline(session: AsyncSession) -> datetime | None:
    """Return when the next offer ends."""
    statement = select(func.min(col(ChatSession.offer_expires_at))).where(
        col(ChatSession.status) == ChatStatus.WAITING,
        col(ChatSession.offered_agent_id).is_not(None),
    )
    return (await session.exec(statement)).one()


async def decisions_between(
    session: AsyncSession, since: datetime, until: datetime
) -> Sequence[RoutingDecision]:
    """Return the decisions of a period, in order."""
    statement = select(RoutingDecision).where(
        col(RoutingDecision.created_at) >= since, col(RoutingDecision.created_at) < until
    )
    return (
        await session.exec(
            statement.order_by(col(RoutingDecision.created_at), col(RoutingDecision.id))
        )
    ).all()


async def last_decision(session: AsyncSession, contact_id: UUID) -> RoutingDecision | None:
    """Return the last decision about a contact."""
    statement = select(RoutingDecision).where(col(RoutingDecision.contact_id) == contact_id)
    return (
        await session.exec(statement.order_by(col(RoutingDecision.created_at).desc()).limit(1))
    ).first()


async def decisions_about(
    session: AsyncSession, contact_id: UUID, *, limit: int
) -> Sequence[RoutingDecision]:
    """Return the decisions about a contact, newest first."""
    statement = select(RoutingDecision).where(col(RoutingDecision.contact_id) == contact_id)
    newest = statement.order_by(col(RoutingDecision.created_at).desc()).limit(limit)
    return (await session.exec(newest)).all()


async def transfers_of(session: AsyncSession, contact_id: UUID) -> dict[datetime, ContactStep]:
    """Return when and why supervisors moved or assigned a contact."""
    statement = select(ContactStep).where(
        col(ContactStep.contact_id) == contact_id, col(ContactStep.kind) == StepKind.TRANSFERRED
    )
    return {step.at: step for step in (await session.exec(statement)).all()}


async def agents_of(session: AsyncSession, queue: Queue) -> Sequence[Agent]:
    """Return the active agents of a queue's first circle."""
    statement = select(Agent).where(
        col(Agent.department) == queue.department,
        col(Agent.role) == AgentRole.AGENT,
        col(Agent.is_active),
    )
    return (await session.exec(statement)).all()
