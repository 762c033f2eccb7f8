"""Chats and messages: what may be seen, and the one statement that appends a message.

``visible_to`` is the one place that says which chats and calls a person may see, ``writable_by`` which they may write in.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, true, update
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from desk.lane import Lane
from models import Agent, Call, ChatSession, ChatStatus, Draft, Message
from models.chat import OPEN_STATUSES
from services.chat_events import ChatCard, ChatChanged, ChatMessage


def visible_to(
    agent: Agent, contact: type[ChatSession] | type[Call] = ChatSession
) -> ColumnElement[bool]:
    """Say which chats or calls a person may see: their own and their department's; supervisors all."""
    if agent.sees_everything:
        return true()
    return or_(col(contact.agent_id) == agent.id, col(contact.department) == agent.department)


def reaches_of(
    agent: Agent, contact: type[ChatSession] | type[Call]
) -> list[list[ColumnElement[bool]]]:
    """Return ``visible_to`` in parts that one index each answers in order; no two have a row in common."""
    if agent.sees_everything:
        return [[]]
    department = col(contact.department)
    return [
        [department == agent.department],
        [col(contact.agent_id) == agent.id, department != agent.department],
    ]


def writable_by(agent: Agent) -> ColumnElement[bool]:
    """Say which open chats a person may write in: those they hold; supervisors all."""
    is_open = col(ChatSession.status).in_(OPEN_STATUSES)
    return is_open if agent.sees_everything else is_open & (col(ChatSession.agent_id) == agent.id)


def chats_of(agent: Agent) -> SelectOfScalar[ChatSession]:
    """Select the chats that a person may see."""
    return select(ChatSession).where(visible_to(agent))


def calls_of(agent: Agent) -> SelectOfScalar[Call]:
    """Select the calls that a person may see."""
    return select(Call).where(visible_to(agent, Call))


async def chat_of(session: AsyncSession, agent: Agent, chat_id: UUID) -> ChatSession | None:
    """Return one chat that the agent may see."""
    return (await session.exec(chats_of(agent).where(col(ChatSession.id) == chat_id))).first()


async def locked_chat_of(session: AsyncSession, agent: Agent, chat_id: UUID) -> ChatSession | None:
    """Return one chat that the agent may see, locked until the transaction ends."""
    return (
        await session.exec(chats_of(agent).where(col(ChatSession.id) == chat_id).with_for_update())
    ).first()


async def card_by_token(lane: Lane, token_hash: str) -> ChatCard | None:
    """Return the chat that a customer's token opens. Everything that a customer does begins with this."""
    row = await lane.first(_BY_TOKEN, {'token_hash': token_hash})
    return ChatCard.model_validate(row) if row else None


_BY_TOKEN = f"""
    SELECT {', '.join(ChatCard.model_fields)} FROM chat_sessions WHERE token_hash = %(token_hash)s
"""  # noqa: S608 - put together from the card's own fields only


async def locked_chat(session: AsyncSession, chat_id: UUID) -> ChatSession | None:
    """Return a chat whoever may see it, locked until the transaction ends: for its customer's own acts."""
    return (
        await session.exec(
            select(ChatSession).where(col(ChatSession.id) == chat_id).with_for_update()
        )
    ).first()


async def any_chat(session: AsyncSession, chat_id: UUID) -> ChatSession | None:
    """Return a chat whoever may see it: for its customer, who proved to hold its token."""
    return await session.get(ChatSession, chat_id)


async def touch(session: AsyncSession, chat_id: UUID, at: datetime) -> None:
    """Note a sign of life of the customer; not a change that any screen shows."""
    await session.exec(
        update(ChatSession).where(col(ChatSession.id) == chat_id).values(customer_seen_at=at)
    )


async def take_waiting(
    session: AsyncSession, agent: Agent, chat_id: UUID, at: datetime
) -> ChatSession | None:
    """Make a waiting chat the agent's; returns it, or nothing when somebody was faster. The database decides."""
    statement = (
        update(ChatSession)
        .where(
            col(ChatSession.id) == chat_id,
            col(ChatSession.status) == ChatStatus.WAITING,
            visible_to(agent),
        )
        .values(
            status=ChatStatus.ACTIVE,
            agent_id=agent.id,
            taken_at=at,
            version=ChatSession.version + 1,
        )
        .returning(ChatSession)
    )
    return (await session.exec(statement)).scalars().first()


async def silent_waiting(
    session: AsyncSession, *, before: datetime, limit: int
) -> Sequence[ChatSession]:
    """Return waiting chats whose customer has given no sign since ``before``, locked, skipping others' locks."""
    statement = (
        select(ChatSession)
        .where(
            col(ChatSession.status) == ChatStatus.WAITING,
            col(ChatSession.customer_seen_at) < before,
        )
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return (await session.exec(statement)).all()


async def waiting_before(session: AsyncSession, chat: ChatSession) -> int:
    """Return how many chats of the same department have waited longer."""
    earlier = (
        select(ChatSession.id)
        .where(
            col(ChatSession.status) == ChatStatus.WAITING,
            col(ChatSession.department) == chat.department,
            or_(
                col(ChatSession.start_time) < chat.start_time,
                (col(ChatSession.start_time) == chat.start_time) & (col(ChatSession.id) < chat.id),
            ),
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
    statement = select(Message).where(col(Message.chat_session_id) == chat_id)
    if number is not None:
        statement = statement.where(col(Message.number) < number)
    newest_first = await session.exec(statement.order_by(col(Message.number).desc()).limit(limit))
    return list(reversed(newest_first.all()))


async def message_by_id(session: AsyncSession, message_id: UUID) -> Message | None:
    """Return a message by the id that its sender made."""
    return await session.get(Message, message_id)


async def draft_of(session: AsyncSession, agent: Agent, chat_id: UUID) -> Draft | None:
    """Return what the agent has typed in a chat and not sent."""
    statement = select(Draft).where(
        col(Draft.agent_id) == agent.id, col(Draft.chat_session_id) == chat_id
    )
    return (await session.exec(statement)).first()


async def clear_draft(session: AsyncSession, agent_id: UUID, chat_id: UUID) -> None:
    """Remove an agent's draft in a chat."""
    await session.exec(
        delete(Draft).where(col(Draft.agent_id) == agent_id, col(Draft.chat_session_id) == chat_id)
    )


def card(chat: ChatSession) -> ChatCard:
    """Return a chat as lists and headers show it."""
    return ChatCard.model_validate(chat)


def changed(chat: ChatSession) -> ChatChanged:
    """Return the event that a chat is now as it stands."""
    return ChatChanged(chat=card(chat))


def shown(message: Message) -> ChatMessage:
    """Return a message as screens see it."""
    return ChatMessage.model_validate(message)
