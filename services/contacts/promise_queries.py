"""Queries for promises."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Integer, ScalarSelect, Uuid, bindparam, func, true
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import and_, col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from desk.compiled_select import built_once
from models import (
    Agent,
    AgentRole,
    AgentStatus,
    Call,
    ChatSession,
    Customer,
    DismissedPromise,
    Message,
    Promise,
    PromiseStatus,
    Queue,
    Sender,
)
from models.base import Timestamp
from services.contacts.access import (
    reader_values,
    visible_to,
    visible_to_bound,
    within_reach,
    within_reach_bound,
)
from services.contacts.promise_view import PromiseView

IS_OPEN = col(Promise.status) == PromiseStatus.OPEN
DEPARTMENT = func.coalesce(
    col(Queue.department), col(ChatSession.department), col(Call.department), ''
)
"""Whose agents may take a promise that nobody owns."""


async def shown(
    session: AsyncSession, *conditions: ColumnElement[bool], limit: int
) -> list[PromiseView]:
    """Return promises with names, earliest due first."""
    statement = _with_names().where(*conditions).order_by(col(Promise.due_at)).limit(limit)
    return [PromiseView.of(*row) for row in (await session.exec(statement)).all()]


async def view(session: AsyncSession, promise_id: UUID) -> PromiseView | None:
    """Return one promise with names, as it is now."""
    statement = _with_names().where(col(Promise.id) == promise_id)
    row = (await session.exec(statement.execution_options(populate_existing=True))).first()
    return PromiseView.of(*row) if row else None


def _with_names() -> Any:
    return (
        select(Promise, ChatSession, Queue, Agent)
        .add_columns(Call, Customer)
        .outerjoin(ChatSession, col(ChatSession.id) == col(Promise.contact_id))
        .outerjoin(Call, col(Call.id) == col(Promise.contact_id))
        .outerjoin(Customer, col(Customer.id) == col(Call.customer_id))
        .outerjoin(Queue, col(Queue.id) == col(Promise.queue_id))
        .outerjoin(Agent, col(Agent.id) == col(Promise.owner_id))
    )


def owned_by(agent_id: UUID) -> ColumnElement[bool]:
    """Return the condition for open promises that an agent owns."""
    return and_(IS_OPEN, col(Promise.owner_id) == agent_id)


def unowned_for(agent: Agent) -> ColumnElement[bool]:
    """Return the condition for open promises that an agent may take: of departments in their reach."""
    unowned = and_(IS_OPEN, col(Promise.owner_id).is_(None))
    return and_(unowned, within_reach(agent, DEPARTMENT))


def seen_of_customer(agent: Agent, customer_id: UUID) -> ColumnElement[bool]:
    """Say which promises to a customer an agent may see: of the chats and calls that they may see."""
    return or_(
        and_(col(ChatSession.customer_id) == customer_id, visible_to(agent)),
        and_(col(Call.customer_id) == customer_id, visible_to(agent, Call)),
    )


def of_contacts(contact_ids: Collection[UUID]) -> ColumnElement[bool]:
    """Return the condition for promises made in these contacts."""
    return col(Promise.contact_id).in_(contact_ids)


async def locked(session: AsyncSession, promise_id: UUID) -> Promise | None:
    """Return a promise, locked until the transaction ends."""
    statement = select(Promise).where(col(Promise.id) == promise_id)
    locking = statement.with_for_update(key_share=True).execution_options(populate_existing=True)
    return (await session.exec(locking)).first()


async def by_message(session: AsyncSession, message_id: UUID) -> Promise | None:
    """Return the promise made in a message."""
    return (
        await session.exec(select(Promise).where(col(Promise.message_id) == message_id))
    ).first()


async def due(session: AsyncSession, at: datetime, *, limit: int) -> Sequence[Promise]:
    """Return, locked, open promises that are due and not announced, or whose owner is not at work."""
    is_gone = or_(
        col(Agent.base_status) == AgentStatus.OFFLINE,
        col(Agent.suspended_as).is_not(None),
        col(Agent.is_active).is_(False),
    )
    statement = (
        select(Promise)
        .outerjoin(Agent, col(Agent.id) == col(Promise.owner_id))
        .where(IS_OPEN, col(Promise.due_at) <= at, or_(col(Promise.reminded_at).is_(None), is_gone))
        .order_by(col(Promise.due_at))
        .limit(limit)
        .with_for_update(key_share=True, skip_locked=True, of=Promise)
    )
    return (await session.exec(statement)).all()


async def is_here(session: AsyncSession, agent_id: UUID) -> bool:
    """Whether a person is signed in, in any state."""
    agent = await session.get(Agent, agent_id)
    return (
        agent is not None
        and agent.is_active
        and agent.base_status is not AgentStatus.OFFLINE
        and agent.suspended_as is None
    )


async def undecided_lines(
    session: AsyncSession, agent_id: UUID, chat_id: UUID, since: datetime, *, limit: int
) -> Sequence[Message]:
    """Return an agent's last messages in a chat not yet decided on as promises, newest first."""
    values = {'agent_id': agent_id, 'chat_id': chat_id, 'since': since, 'most': limit}
    return (await session.exec(_undecided_lines(), params=values)).all()


@cache
def _undecided_lines() -> SelectOfScalar[Message]:
    decided = or_(
        select(Promise.id).where(col(Promise.message_id) == col(Message.id)).exists(),
        select(DismissedPromise.message_id)
        .where(col(DismissedPromise.message_id) == col(Message.id))
        .exists(),
    )
    return built_once(
        select(Message)
        .where(
            col(Message.chat_session_id) == bindparam('chat_id', type_=Uuid()),
            col(Message.sender) == Sender.AGENT,
            col(Message.sender_id) == bindparam('agent_id', type_=Uuid()),
            col(Message.created_at) >= bindparam('since', type_=Timestamp),
            ~decided,
        )
        .order_by(col(Message.number).desc())
        .limit(bindparam('most', type_=Integer()))
    )


async def line_of(session: AsyncSession, agent_id: UUID, message_id: UUID) -> Message | None:
    """Return a message that an agent wrote."""
    statement = select(Message).where(
        col(Message.id) == message_id, col(Message.sender_id) == agent_id
    )
    return (await session.exec(statement)).first()


async def dismiss(session: AsyncSession, agent_id: UUID, message_id: UUID) -> None:
    """Record that a message contains no promise."""
    row = DismissedPromise(message_id=message_id, agent_id=agent_id)
    statement = insert(DismissedPromise).values(row.model_dump())
    await session.exec(statement.on_conflict_do_nothing(index_elements=['message_id']))


async def colleagues(
    session: AsyncSession, department: str, *, but: UUID | None
) -> Sequence[Agent]:
    """Return the active agents of a department, by name; they may be given its promises."""
    statement = select(Agent).where(
        col(Agent.department) == department,
        col(Agent.role) == AgentRole.AGENT,
        col(Agent.is_active),
    )
    if but is not None:
        statement = statement.where(col(Agent.id) != but)
    return (
        await session.exec(statement.order_by(col(Agent.last_name), col(Agent.first_name)))
    ).all()


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseOverview:
    """Whether an agent has open promises, may take any, and how their own of today ended."""

    has_own: bool
    has_unowned: bool
    kept: int
    broken: int


async def overview(session: AsyncSession, agent: Agent, since: datetime) -> PromiseOverview:
    """Return an agent's overview of promises: most have none, and need not read more."""
    statement = _overview(sees_everything=agent.sees_everything)
    values = {'reader_id': agent.id, 'since': since, **reader_values(agent)}
    found = (await session.exec(statement, params=values)).one()
    has_own, has_unowned, kept, broken = found
    return PromiseOverview(has_own=has_own, has_unowned=has_unowned, kept=kept, broken=broken)


@cache
def _overview(*, sees_everything: bool) -> Any:
    is_own = col(Promise.owner_id) == bindparam('reader_id', type_=Uuid())
    is_within = true() if sees_everything else within_reach_bound(DEPARTMENT)
    unowned = (
        select(Promise.id)
        .outerjoin(ChatSession, col(ChatSession.id) == col(Promise.contact_id))
        .outerjoin(Call, col(Call.id) == col(Promise.contact_id))
        .outerjoin(Queue, col(Queue.id) == col(Promise.queue_id))
        .where(IS_OPEN, col(Promise.owner_id).is_(None), is_within)
    )

    def ended(status: PromiseStatus) -> ScalarSelect[int]:
        closed = select(func.count()).where(
            is_own,
            col(Promise.closed_at) >= bindparam('since', type_=Timestamp),
            col(Promise.status) == status,
        )
        return closed.scalar_subquery()

    statement = select(
        select(Promise.id).where(IS_OPEN, is_own).exists(), unowned.exists(),
        ended(PromiseStatus.KEPT), ended(PromiseStatus.BROKEN),
    )  # fmt: skip
    return built_once(statement)


async def contact_seen(session: AsyncSession, agent: Agent, contact_id: UUID) -> tuple[bool, bool]:
    """Return whether an agent may see a chat or call, and whether anything was promised in it."""
    statement = _contact_seen(sees_everything=agent.sees_everything)
    values = {'contact_id': contact_id, **reader_values(agent)}
    is_seen, has_promises = (await session.exec(statement, params=values)).one()
    return is_seen, has_promises


@cache
def _contact_seen(*, sees_everything: bool) -> Any:
    contact = bindparam('contact_id', type_=Uuid())
    seen = [
        select(kind.id)
        .where(col(kind.id) == contact, visible_to_bound(kind, sees_everything=sees_everything))
        .exists()
        for kind in (ChatSession, Call)
    ]
    promise = select(Promise.id).where(col(Promise.contact_id) == contact)
    return built_once(select(or_(*seen), promise.exists()))
