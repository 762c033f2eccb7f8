"""Queries for the board: steps of contacts, and agents' states now and at a past time."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import true
from sqlmodel import col, or_, select, union
from sqlmodel.ext.asyncio.session import AsyncSession

from models import (
    Agent,
    AgentRole,
    AgentStatus,
    AgentStatusChange,
    Call,
    Channel,
    ChatSession,
    ChatStatus,
    ContactStep,
    Customer,
    Queue,
    StepKind,
    WrapUp,
)
from services.chats import queries as chat_queries
from services.chats.events import ChatCard
from services.contacts import queue_queries
from services.contacts.access import visible_to
from services.floor.board import AgentNow, Target
from services.floor.ledger import Fact
from services.text.phone_numbers import masked_phone

_FACT: tuple[Any, ...] = (
    col(ContactStep.id), col(ContactStep.contact_id), col(ContactStep.channel), col(ContactStep.kind),
    col(ContactStep.at), col(ContactStep.queue_id), col(ContactStep.agent_id), col(ContactStep.came_at),
    col(ContactStep.score),
)  # fmt: skip


async def facts_of_day(session: AsyncSession, begin: datetime, until: datetime) -> list[Fact]:
    """Return, in order, the steps until ``until`` of contacts open at ``begin`` or with a later step."""
    ids = union(*_concerned(begin, until)).subquery()
    statement = (
        _facts()
        .where(col(ContactStep.contact_id).in_(select(ids.c[0])), col(ContactStep.at) <= until)
        .order_by(col(ContactStep.id))
    )
    return await _read(session, statement)


async def facts_after(session: AsyncSession, last_id: int, missing: Collection[int]) -> list[Fact]:
    """Return, in order, the steps after one, and those of ``missing`` that have become visible."""
    is_new: Any = col(ContactStep.id) > last_id
    if missing:
        is_new = or_(is_new, col(ContactStep.id).in_(missing))
    return await _read(session, _facts().where(is_new).order_by(col(ContactStep.id)))


async def facts_of(session: AsyncSession, contact_ids: Collection[UUID]) -> dict[UUID, list[Fact]]:
    """Return all steps of these contacts, each contact's in order; none for an unknown contact."""
    statement = _facts().where(col(ContactStep.contact_id).in_(contact_ids))
    found: dict[UUID, list[Fact]] = {one: [] for one in contact_ids}
    for fact in await _read(session, statement.order_by(col(ContactStep.id))):
        found[fact.contact_id].append(fact)
    return found


async def last_ids(session: AsyncSession, count: int) -> list[int]:
    """Return the newest ids of steps, newest first."""
    statement = select(ContactStep.id).order_by(col(ContactStep.id).desc()).limit(count)
    return [one for one in (await session.exec(statement)).all() if one is not None]


async def agents_now(
    session: AsyncSession, agent_ids: Collection[UUID] | None = None
) -> list[AgentNow]:
    """Return these people as they are now; everybody when ``agent_ids`` is not given."""
    statement = select(Agent)
    if agent_ids is not None:
        statement = statement.where(col(Agent.id).in_(agent_ids))
    return [_now(one) for one in (await session.exec(statement)).all()]


async def agents_at(session: AsyncSession, at: datetime) -> list[AgentNow]:
    """Return everybody as they were at a time, without next states, which are not recorded."""
    change = (
        select(AgentStatusChange)
        .where(
            col(AgentStatusChange.agent_id) == col(Agent.id),
            col(AgentStatusChange.created_at) <= at,
        )
        .order_by(col(AgentStatusChange.created_at).desc())
        .limit(1)
        .lateral('change')
    )
    statement: Any = (
        select(Agent, change.c.status, change.c.created_at, change.c.reason_id)
        .join(change, true(), isouter=True)
        .where(col(Agent.created_at) <= at)
    )
    return [
        _then(agent, status, since, reason_id)
        for agent, status, since, reason_id in (await session.exec(statement)).all()
    ]


async def cards(session: AsyncSession, chat_ids: Collection[UUID]) -> list[ChatCard]:
    """Return these chats as lists show them."""
    statement = select(ChatSession).where(col(ChatSession.id).in_(chat_ids))
    return [chat_queries.card(one) for one in (await session.exec(statement)).all()]


async def callers(
    session: AsyncSession, watcher: Agent, call_ids: Collection[UUID]
) -> dict[UUID, str]:
    """Return who is at the other side of these calls that a person may see: the customer's name, or the masked number."""
    statement = (
        select(col(Call.id), col(Customer.name), col(Call.phone))
        .outerjoin(Customer, col(Customer.id) == col(Call.customer_id))
        .where(col(Call.id).in_(call_ids), visible_to(watcher, Call))
    )
    rows = (await session.exec(statement)).all()
    return {call_id: name or masked_phone(phone) for call_id, name, phone in rows}


async def queues(session: AsyncSession) -> Sequence[Queue]:
    """Return all queues by name."""
    return (await session.exec(select(Queue).order_by(col(Queue.name)))).all()


async def targets(session: AsyncSession, queues: Sequence[Queue], day: date) -> dict[UUID, Target]:
    """Return the targets of these queues on a day."""
    return (await targets_by_day(session, queues, [day]))[day]


async def targets_by_day(
    session: AsyncSession, queues: Sequence[Queue], days: Collection[date]
) -> dict[date, dict[UUID, Target]]:
    """Return the targets of these queues on each of these days."""
    newest = {
        one.id: Target(one.service_level_seconds, one.service_level_percent) for one in queues
    }
    dated = await queue_queries.targets_in_order(session)
    found = {day: dict(newest) for day in days}
    for one in dated:
        for day in days:
            if one.since <= day and one.queue_id in newest:
                found[day][one.queue_id] = Target(one.seconds, one.percent)
    return found


def _concerned(begin: datetime, until: datetime) -> list[Any]:
    """Return the condition for the contacts to load: with a step since ``begin``, or open then."""
    chat, call, wrap_up, step = ChatSession, Call, WrapUp, ContactStep
    return [
        select(step.contact_id).where(col(step.at) >= begin, col(step.at) <= until),
        select(chat.id).where(col(chat.status) != ChatStatus.CLOSED, col(chat.start_time) < begin),
        select(chat.id).where(
            col(chat.status) == ChatStatus.CLOSED,
            col(chat.start_time) < begin,
            col(chat.end_time) >= begin,
        ),
        select(call.id).where(
            col(call.start_time) < begin,
            or_(col(call.end_time).is_(None), col(call.end_time) >= begin),
        ),
        select(wrap_up.contact_id).where(
            col(wrap_up.created_at) < begin,
            or_(col(wrap_up.done_at).is_(None), col(wrap_up.done_at) >= begin),
        ),
    ]


def _facts() -> Any:
    return select(*_FACT)  # SQLModel's types end at four columns


async def _read(session: AsyncSession, statement: Any) -> list[Fact]:
    rows = (await session.exec(statement)).all()
    return [Fact(row[0], row[1], Channel(row[2]), StepKind(row[3]), *row[4:]) for row in rows]


def _now(agent: Agent) -> AgentNow:
    is_away = agent.status is AgentStatus.AWAY
    return AgentNow(
        id=agent.id,
        name=agent.name,
        role=AgentRole(agent.role),
        department=agent.department,
        capacity=agent.chat_capacity,
        status=AgentStatus(agent.status),
        since=agent.status_since,
        reason_id=agent.away_reason_id if is_away else None,
        next_status=agent.next_status,
        next_reason_id=agent.next_reason_id,
        is_active=agent.is_active,
    )


def _then(
    agent: Agent, status: AgentStatus | None, since: datetime | None, reason_id: UUID | None
) -> AgentNow:
    return replace(
        _now(agent),
        status=AgentStatus(status) if status else AgentStatus.OFFLINE,
        since=since or agent.created_at,
        reason_id=reason_id,
        next_status=None,  # next states are not recorded
        next_reason_id=None,
    )
