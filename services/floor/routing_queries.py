"""Queries for routing: waiting contacts, available agents, offers that timed out.

What each round asks is built once: building such a statement costs more than running it.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    TIMESTAMP,
    Integer,
    Uuid,
    any_,
    bindparam,
    case,
    column,
    func,
    literal,
    true,
    update,
)
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from models import (
    Agent,
    AgentSkill,
    AgentStatus,
    Call,
    ChatSession,
    ChatStatus,
    ContactStep,
    Queue,
    QueueMode,
    StepKind,
)
from services.contacts.pair_queries import barred_agents
from services.people import state_queries

ROUTING_LOCK = 0x7E51
"""The advisory lock for making offers: one process decides at a time, for a few milliseconds."""
USUAL_MISSES = 2
HEADS = 20
"""The number of contacts of a queue in one round."""


_TRY_TO_HOLD = select(func.pg_try_advisory_xact_lock(ROUTING_LOCK))


async def try_to_hold_routing(session: AsyncSession) -> bool:
    """Let no other process make offers until this transaction ends; ``False`` when one does so now."""
    return bool((await session.exec(_TRY_TO_HOLD)).one())


@dataclass(frozen=True, slots=True)
class Glance:
    """Whether routing has anything to do, and when it will have at the latest."""

    has_offers_over: bool
    has_able_agents: bool
    """Somebody is able while a contact of a queue that offers is not offered."""
    next_deadline: datetime | None
    """When the next offer ends."""


async def glance(session: AsyncSession, at: datetime) -> Glance:
    """Look at the floor in one statement: most events of a busy floor let no contact be assigned."""
    return Glance(*(await session.exec(_glance_statement(), params={'at': at})).one())


@cache
def _glance_statement() -> Any:
    waits = (
        select(col(ChatSession.id))
        .join(Queue, col(Queue.id) == col(ChatSession.queue_id))
        .where(col(Queue.mode) == QueueMode.PUSH, *_is_unoffered())
        .exists()
    )
    able = select(col(Agent.id)).where(*_is_able()).exists()
    over = select(col(ChatSession.id)).join(Agent, _rings_at()).where(*_is_over()).exists()
    deadline = select(func.min(col(ChatSession.offer_expires_at))).where(*_is_offered())
    columns: tuple[Any, ...] = (over, waits & able, deadline.scalar_subquery())
    return select(*columns)


def _is_unoffered() -> tuple[Any, ...]:
    is_waiting = col(ChatSession.status) == ChatStatus.WAITING
    return is_waiting, col(ChatSession.offered_agent_id).is_(None)


def _is_offered() -> tuple[Any, ...]:
    is_waiting = col(ChatSession.status) == ChatStatus.WAITING
    return is_waiting, col(ChatSession.offered_agent_id).is_not(None)


def _rings_at() -> Any:
    return col(Agent.id) == col(ChatSession.offered_agent_id)


def _is_over() -> tuple[Any, ...]:
    """Return the conditions for an offer that timed out (``:at``), or whose agent can take nothing now."""
    return (
        *_is_offered(),
        or_(
            col(ChatSession.offer_expires_at) <= bindparam('at', type_=TIMESTAMP(True)),
            col(Agent.base_status) != AgentStatus.AVAILABLE,
            col(Agent.suspended_as).is_not(None),
        ),
    )


def _is_ready() -> tuple[Any, ...]:
    """Return the conditions of ``states.is_ready``."""
    return (
        col(Agent.base_status) == AgentStatus.AVAILABLE,
        col(Agent.suspended_as).is_(None),
        col(Agent.next_status).is_(None),
    )


def _is_able() -> tuple[Any, ...]:
    return *_is_ready(), state_queries.places_in_use() < col(Agent.chat_capacity)


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
    rows = (await session.exec(_able_agents_statement())).all()
    return [
        AbleAgent(
            id=agent_id,
            department=department,
            capacity=capacity,
            load=taken,
            idle_since=idle_since,
            levels={UUID(skill_id): level for skill_id, level in (levels or {}).items()},
            in_call=in_call,
        )
        for agent_id, department, capacity, taken, idle_since, in_call, levels in rows
    ]


@cache
def _able_agents_statement() -> Any:
    columns: tuple[Any, ...] = (
        col(Agent.id),
        col(Agent.department),
        col(Agent.chat_capacity),
        state_queries.places_in_use(),
        col(Agent.idle_since),
        _in_call(),
        _levels(),
    )
    return select(*columns).where(*_is_able())


def _levels() -> Any:
    """Return the SQL expression for an agent's levels by skill, as JSON."""
    pairs = func.jsonb_object_agg(AgentSkill.skill_id, AgentSkill.level)
    return select(pairs).where(col(AgentSkill.agent_id) == col(Agent.id)).scalar_subquery()


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


_PUSH_QUEUES = select(Queue).where(col(Queue.mode) == QueueMode.PUSH)


async def push_queues(session: AsyncSession) -> dict[UUID, Queue]:
    """Return the queues that offer contacts, by id; closed ones too, for their waiting contacts."""
    return {queue.id: queue for queue in (await session.exec(_PUSH_QUEUES)).all()}


@dataclass(frozen=True, slots=True)
class WaitingChat:
    """A chat that waits and is not offered: what a decision must know of it."""

    id: UUID
    queue_id: UUID
    start_time: datetime
    returning_agent_id: UUID | None
    returning_status: AgentStatus | None = None
    """The base state of the agent whom its customer returns to; 연결 끊김 and 점검 count as 오프라인."""
    refusals: Mapping[UUID, int] = field(default_factory=dict[UUID, int])
    """How often agents refused or missed it."""
    barred: frozenset[UUID] = frozenset()
    """Agents who are protected from its customer (보호)."""


async def heads(
    session: AsyncSession, queue_ids: Collection[UUID], *, returning_to: Collection[UUID]
) -> Sequence[WaitingChat]:
    """Return the first ``HEADS`` waiting chats of each of these queues, in serving order.

    Of any other queue that offers, those of its first chats whose customers return to one of these agents.
    """
    among = {'queue_ids': list(queue_ids), 'returning_to': list(returning_to)}
    rows = (await session.exec(_heads_statement(), params=among)).all()
    return [
        WaitingChat(
            chat_id,
            queue_id,
            start,
            known_id,
            status,
            Counter(map(UUID, refusers or ())),
            frozenset(barred),
        )
        for chat_id, queue_id, start, known_id, status, refusers, barred in rows
    ]


@cache
def _heads_statement() -> Any:
    first = _first_of_queue()
    status = case(
        (col(Agent.suspended_as).is_(None), col(Agent.base_status)), else_=AgentStatus.OFFLINE
    )
    columns: tuple[Any, ...] = (
        first.c.id,
        first.c.queue_id,
        first.c.start_time,
        first.c.returning_agent_id,
        status,
        _refusers_of(first.c.id),
        first.c.barred,
    )
    is_served = col(Queue.id) == any_(bindparam('queue_ids', type_=ARRAY(Uuid)))
    returns = first.c.returning_agent_id == any_(bindparam('returning_to', type_=ARRAY(Uuid)))
    return (
        select(*columns)
        .select_from(Queue)
        .join(first, true())
        .outerjoin(Agent, col(Agent.id) == first.c.returning_agent_id)
        .where(col(Queue.mode) == QueueMode.PUSH, or_(is_served, returns))
        .order_by(first.c.rank_at, first.c.id)
    )


def _first_of_queue() -> Any:
    """Return the first ``HEADS`` waiting chats of a queue, for a join with it."""
    columns: tuple[Any, ...] = (
        col(ChatSession.id),
        col(ChatSession.queue_id),
        func.coalesce(ChatSession.reopened_at, ChatSession.start_time).label('start_time'),
        col(ChatSession.returning_agent_id),
        col(ChatSession.rank_at),
        barred_agents(col(ChatSession.customer_id), col(ChatSession.visitor_phone)).label('barred'),
    )
    return (
        select(*columns)
        .where(col(ChatSession.queue_id) == col(Queue.id), *_is_unoffered())
        .order_by(col(ChatSession.rank_at), col(ChatSession.id))
        .limit(HEADS)
        .lateral()
    )


def _refusers_of(contact_id: Any) -> Any:
    """Return the SQL expression for who refused or missed a contact, once for each time, as JSON."""
    refusers = select(func.jsonb_agg(ContactStep.agent_id)).where(
        col(ContactStep.contact_id) == contact_id,
        col(ContactStep.kind).in_((StepKind.REFUSED, StepKind.MISSED)),
        col(ContactStep.agent_id).is_not(None),
    )
    return refusers.scalar_subquery()


@dataclass(frozen=True, slots=True)
class Offer:
    """A waiting chat for an agent, who has so many seconds to take it."""

    chat_id: UUID
    agent_id: UUID
    seconds: int
    place: int
    """The agent's free place that it takes: 1 for the first offer of a round, 2 for the second …"""


async def offer_all(
    session: AsyncSession, offers: Sequence[Offer], *, at: datetime
) -> dict[UUID, ChatSession]:
    """Make offers in one statement; return the chats, by id, without those that an agent cannot be offered any longer.

    The agents' rows must be locked: their places are counted again here, and nobody may change them until the commit.
    """
    columns = (
        column('chat_id', Uuid), column('agent_id', Uuid), column('until', TIMESTAMP(True)), column('place', Integer),
    )  # fmt: skip
    unnested = func.unnest(
        literal([one.chat_id for one in offers], ARRAY(Uuid)),
        literal([one.agent_id for one in offers], ARRAY(Uuid)),
        literal([at + timedelta(seconds=one.seconds) for one in offers], ARRAY(TIMESTAMP(True))),
        literal([one.place for one in offers], ARRAY(Integer)),
    )
    wanted = unnested.table_valued(*columns).render_derived(name='wanted')
    statement = (
        update(ChatSession)
        .where(
            col(ChatSession.id) == wanted.c.chat_id,
            *_is_unoffered(),
            col(Agent.id) == wanted.c.agent_id,
            *_is_ready(),
            state_queries.places_in_use() + wanted.c.place <= col(Agent.chat_capacity),
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
        .join(Agent, _rings_at())
        .outerjoin(Queue, col(Queue.id) == col(ChatSession.queue_id))
        .where(*_is_over())
        .order_by(col(ChatSession.offered_agent_id))
    )
    rows = (await session.exec(statement, params={'at': at})).all()
    return [(chat_id, agent_id, most) for chat_id, agent_id, most in rows if agent_id]
