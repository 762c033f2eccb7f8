"""Queries for chats, messages and drafts. ``services.contacts.access`` defines who may see them."""

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Integer,
    Uuid,
    all_,
    and_,
    bindparam,
    delete,
    exists,
    func,
    literal,
    tuple_,
    update,
)
from sqlalchemy.orm import aliased
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from desk.compiled_select import built_once
from desk.statement_pool import StatementPool
from models import (
    Agent,
    AgentStatus,
    ChatSession,
    ChatStatus,
    Draft,
    Message,
    Queue,
    QueueMode,
)
from models.chat import OPEN_STATUSES
from services.chats.events import ChatCard, ChatChanged, ChatMessage
from services.contacts.access import reached_bound, reader_values, visible_to
from services.contacts.pair_queries import barred_agents


def chats_of(agent: Agent) -> SelectOfScalar[ChatSession]:
    """Select the chats that a person may see."""
    return select(ChatSession).where(visible_to(agent))


def _reachable_by(agent: Agent) -> SelectOfScalar[ChatSession]:
    """Select the chats that a person may see, including offers from other departments."""
    return select(ChatSession).where(_is_reachable_by(agent))


def _is_reachable_by(agent: Agent) -> ColumnElement[bool]:
    return or_(visible_to(agent), col(ChatSession.offered_agent_id) == agent.id)


async def chat_of(session: AsyncSession, agent: Agent, chat_id: UUID) -> ChatSession | None:
    """Return one chat that the agent may see, read now."""
    values = {'chat_id': chat_id, 'reader_id': agent.id, **reader_values(agent)}
    statement = _chat_of(sees_everything=agent.sees_everything)
    found: ChatSession | None = (await session.exec(statement, params=values)).first()
    return found


@cache
def _chat_of(*, sees_everything: bool) -> SelectOfScalar[ChatSession]:
    is_it = col(ChatSession.id) == bindparam('chat_id', type_=Uuid())
    statement = select(ChatSession).where(reached_bound(sees_everything=sees_everything), is_it)
    return built_once(statement.execution_options(populate_existing=True))


async def chats_among(
    session: AsyncSession, agent: Agent, chat_ids: Sequence[UUID]
) -> Sequence[ChatSession]:
    """Return those of these chats that the agent may see."""
    return (await session.exec(_reachable_by(agent).where(col(ChatSession.id).in_(chat_ids)))).all()


async def locked_chat_of(session: AsyncSession, agent: Agent, chat_id: UUID) -> ChatSession | None:
    """Return one chat that the agent may see, locked until the transaction ends."""
    return (
        await session.exec(
            _reachable_by(agent)
            .where(col(ChatSession.id) == chat_id)
            .with_for_update(key_share=True)
            .execution_options(populate_existing=True)
        )
    ).first()


async def locked_with_queue(
    session: AsyncSession, agent: Agent, chat_id: UUID
) -> tuple[ChatSession | None, Queue | None]:
    """Return one chat as ``locked_chat_of`` does, and its queue, which is only read."""
    statement: Any = (
        select(ChatSession, Queue)
        .outerjoin(Queue, col(Queue.id) == col(ChatSession.queue_id))
        .where(_is_reachable_by(agent), col(ChatSession.id) == chat_id)
        .with_for_update(key_share=True, of=ChatSession)
        .execution_options(populate_existing=True)
    )
    found = (await session.exec(statement)).first()
    return tuple(found) if found else (None, None)


async def left_alone(
    session: AsyncSession, supervisor: Agent, *, limit: int
) -> Sequence[tuple[ChatSession, Agent]]:
    """Return the chats whose agent is 연결 끊김 or 오프라인, with that agent, longest first."""
    statement = (
        select(ChatSession, Agent)
        .join(Agent, col(Agent.id) == col(ChatSession.agent_id))
        .where(
            visible_to(supervisor),
            col(ChatSession.status).in_(OPEN_STATUSES),
            or_(
                col(Agent.suspended_as) == AgentStatus.DISCONNECTED,
                col(Agent.base_status) == AgentStatus.OFFLINE,
            ),
        )
        .order_by(col(Agent.status_since), col(ChatSession.start_time))
        .limit(limit)
    )
    return [(chat, agent) for chat, agent in (await session.exec(statement)).all()]


async def locked_chats_of(
    session: AsyncSession, agent: Agent, chat_ids: Sequence[UUID]
) -> dict[UUID, ChatSession]:
    """Return by id those of these chats that the agent may see, locked in one order to avoid deadlocks."""
    found = await session.exec(
        _reachable_by(agent)
        .where(col(ChatSession.id).in_(chat_ids))
        .order_by(col(ChatSession.id))
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    return {chat.id: chat for chat in found}


async def card_by_token(statements: StatementPool, token_hash: str) -> ChatCard | None:
    """Return the chat of a customer's token. Every action of a customer begins with this."""
    row = await statements.first(_BY_TOKEN, {'token_hash': token_hash})
    return ChatCard.model_validate(row) if row else None


_BY_TOKEN = f"""
    SELECT {', '.join(ChatCard.model_fields)} FROM chat_sessions WHERE token_hash = %(token_hash)s
"""  # noqa: S608 - built from the card's own fields only


async def locked_chat(session: AsyncSession, chat_id: UUID) -> ChatSession | None:
    """Return a chat, locked, without an access check: for its customer's own actions."""
    return (
        await session.exec(
            select(ChatSession)
            .where(col(ChatSession.id) == chat_id)
            .with_for_update(key_share=True)
            .execution_options(populate_existing=True)
        )
    ).first()


async def holder_of(session: AsyncSession, chat_id: UUID) -> UUID | None:
    """Return the agent who has a chat now: their row is locked before the chat's."""
    return (
        await session.exec(select(ChatSession.agent_id).where(col(ChatSession.id) == chat_id))
    ).first()


_HOLDER = (  # built once: each change of a held chat begins with it
    select(Agent)
    .where(
        col(Agent.id)
        == select(ChatSession.agent_id)
        .where(col(ChatSession.id) == bindparam('chat_id', type_=Uuid))
        .scalar_subquery()
    )
    .with_for_update(key_share=True)
    .execution_options(populate_existing=True)
)


async def locked_holder(session: AsyncSession, chat_id: UUID) -> Agent | None:
    """Return the agent who has a chat now, locked until the transaction ends."""
    return (await session.exec(_HOLDER, params={'chat_id': chat_id})).first()


async def holders_of(session: AsyncSession, chat_ids: Sequence[UUID]) -> set[UUID]:
    """Return the agents who have any of these chats now: their rows are locked before the chats'."""
    found = await session.exec(
        select(ChatSession.agent_id).where(col(ChatSession.id).in_(chat_ids))
    )
    return {one for one in found if one is not None}


async def any_chat(session: AsyncSession, chat_id: UUID) -> ChatSession | None:
    """Return a chat without an access check: for its customer, who holds its token."""
    return await session.get(ChatSession, chat_id)


async def is_blocked(session: AsyncSession, customer_id: UUID | None, phone: str) -> bool:
    """Whether the linked customer, or else the one with this number, is blocked (migration 0014)."""
    return bool((await session.exec(select(func.is_blocked(customer_id, phone)))).one())


async def open_of_customer(
    session: AsyncSession, customer_id: UUID, phones: Collection[str]
) -> Sequence[UUID]:
    """Return the chats of a customer that are not over, also those of nobody yet that came from one of these numbers."""
    is_theirs = or_(
        col(ChatSession.customer_id) == customer_id,
        and_(col(ChatSession.customer_id).is_(None), col(ChatSession.visitor_phone).in_(phones)),
    )
    statement = select(ChatSession.id).where(
        is_theirs, col(ChatSession.status) != ChatStatus.CLOSED
    )
    return (await session.exec(statement.order_by(col(ChatSession.start_time)))).all()


async def open_of_blocked(session: AsyncSession) -> Sequence[UUID]:
    """Return the chats of all blocked customers that are not over."""
    statement = select(ChatSession.id).where(
        col(ChatSession.status) != ChatStatus.CLOSED,
        func.is_blocked(col(ChatSession.customer_id), col(ChatSession.visitor_phone)),
    )
    return (await session.exec(statement.order_by(col(ChatSession.start_time)))).all()


async def touch(session: AsyncSession, chat_id: UUID, at: datetime) -> None:
    """Record a sign of life of the customer, which changes no screen."""
    await session.exec(
        update(ChatSession).where(col(ChatSession.id) == chat_id).values(customer_seen_at=at)
    )


PUSH_QUEUES = select(Queue.id).where(col(Queue.mode) == QueueMode.PUSH)


async def take_waiting(
    session: AsyncSession, agent: Agent, chat_id: UUID, at: datetime
) -> ChatSession | None:
    """Assign a waiting chat to the agent; return it, or ``None`` when it is not to be had.

    The database decides. The chat's next number is taken too, for the line that says who joined.
    """
    statement = (
        update(ChatSession)
        .where(
            col(ChatSession.id) == chat_id,
            col(ChatSession.status) == ChatStatus.WAITING,
            literal(agent.id, Uuid)
            != all_(barred_agents(col(ChatSession.customer_id), col(ChatSession.visitor_phone))),
            or_(
                col(ChatSession.offered_agent_id) == agent.id,
                visible_to(agent)
                & col(ChatSession.offered_agent_id).is_(None)
                & col(ChatSession.queue_id).not_in(PUSH_QUEUES),
            ),
        )
        .values(
            status=ChatStatus.ACTIVE,
            agent_id=agent.id,
            taken_at=at,
            offered_agent_id=None,
            offer_expires_at=None,
            version=ChatSession.version + 1,
            last_number=ChatSession.last_number + 1,
        )
        .returning(ChatSession)
        .execution_options(populate_existing=True, synchronize_session=False)
    )
    return (await session.exec(statement)).scalars().first()


async def held_due(session: AsyncSession, at: datetime, *, limit: int) -> Sequence[ChatSession]:
    """Return, locked, chats on hold of which their agents are to be reminded; skips locked rows."""
    statement = (
        select(ChatSession)
        .where(col(ChatSession.remind_at) <= at, col(ChatSession.status) == ChatStatus.ON_HOLD)
        .limit(limit)
        .with_for_update(skip_locked=True, key_share=True)
    )
    return (await session.exec(statement)).all()


async def snoozed_due(session: AsyncSession, at: datetime, *, limit: int) -> Sequence[ChatSession]:
    """Return, locked, open chats whose 다시 알림 is due; skips locked rows."""
    statement = (
        select(ChatSession)
        .where(col(ChatSession.snoozed_until) <= at, col(ChatSession.status).in_(OPEN_STATUSES))
        .limit(limit)
        .with_for_update(skip_locked=True, key_share=True)
    )
    return (await session.exec(statement)).all()


async def waiting_before(session: AsyncSession, chat: ChatSession) -> int:
    """Return how many chats of the same queue are served before this one."""
    earlier = (
        select(ChatSession.id)
        .where(
            col(ChatSession.status) == ChatStatus.WAITING,
            col(ChatSession.queue_id) == chat.queue_id,
            tuple_(col(ChatSession.rank_at), col(ChatSession.id)) < tuple_(chat.rank_at, chat.id),
        )
        .subquery()
    )
    return (await session.exec(select(func.count()).select_from(earlier))).one()


async def messages_after(
    session: AsyncSession, chat_id: UUID, number: int, limit: int
) -> Sequence[Message]:
    """Return the messages after ``number``, oldest first, at most ``limit``."""
    statement = (
        select(Message)
        .where(col(Message.chat_session_id) == chat_id, col(Message.number) > number)
        .order_by(col(Message.number))
        .limit(limit)
    )
    return (await session.exec(statement)).all()


async def messages_before(
    session: AsyncSession, chat_id: UUID, number: int | None, limit: int
) -> Sequence[Message]:
    """Return the last ``limit`` messages before ``number`` (of all, when none is given), oldest first."""
    statement = _messages_before(is_last=number is None)
    values = {'chat_id': chat_id, 'before': number, 'most': limit}
    return list(reversed((await session.exec(statement, params=values)).all()))


@cache
def _messages_before(*, is_last: bool) -> SelectOfScalar[Message]:
    is_of_chat = col(Message.chat_session_id) == bindparam('chat_id', type_=Uuid())
    statement = select(Message).where(is_of_chat)
    if not is_last:
        statement = statement.where(col(Message.number) < bindparam('before', type_=Integer()))
    newest_first = statement.order_by(col(Message.number).desc())
    return built_once(newest_first.limit(bindparam('most', type_=Integer())))


async def message_by_id(session: AsyncSession, message_id: UUID) -> Message | None:
    """Return a message by the id that its sender made."""
    return await session.get(Message, message_id)


async def draft_of(session: AsyncSession, agent: Agent, chat_id: UUID) -> Draft | None:
    """Return the agent's unsent text in a chat; of a chat that they hold, else what somebody who left had typed."""
    values = {'chat_id': chat_id, 'reader_id': agent.id}
    return (await session.exec(_draft_of(), params=values)).first()


@cache
def _draft_of() -> SelectOfScalar[Draft]:
    chat, reader = bindparam('chat_id', type_=Uuid()), bindparam('reader_id', type_=Uuid())
    left_behind = exists().where(col(Agent.id) == col(Draft.agent_id), ~col(Agent.is_active))
    is_holder = exists().where(col(ChatSession.id) == chat, col(ChatSession.agent_id) == reader)
    is_own = col(Draft.agent_id) == reader
    statement = select(Draft).where(
        col(Draft.chat_session_id) == chat, or_(is_own, and_(left_behind, is_holder))
    )
    newest = statement.order_by(is_own.desc(), col(Draft.updated_at).desc())
    return built_once(newest.limit(1))


async def adopt_draft(session: AsyncSession, draft: Draft, agent_id: UUID) -> None:
    """Make the draft of somebody who left an agent's own, unless they have one by now."""
    own = aliased(Draft)
    has_own = exists().where(
        col(own.agent_id) == agent_id, col(own.chat_session_id) == draft.chat_session_id
    )
    statement = update(Draft).where(col(Draft.id) == draft.id, ~has_own)
    await session.exec(statement.values(agent_id=agent_id))


async def clear_draft(session: AsyncSession, agent_id: UUID, chat_id: UUID) -> None:
    """Delete an agent's draft in a chat."""
    await session.exec(
        delete(Draft).where(col(Draft.agent_id) == agent_id, col(Draft.chat_session_id) == chat_id)
    )


def card(chat: ChatSession) -> ChatCard:
    """Return a chat as lists and headers show it."""
    return ChatCard.model_validate(chat)


def changed_event(chat: ChatSession, *, also_to: UUID | None = None) -> ChatChanged:
    """Return the event for a chat's current state; ``also_to`` also hears it."""
    return ChatChanged(chat=card(chat), also_to=also_to)


def shown(message: Message) -> ChatMessage:
    """Return a message as screens show it."""
    return ChatMessage.model_validate(message)
