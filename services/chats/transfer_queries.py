"""Queries for transfers of chats."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from uuid import UUID

from sqlalchemy import Uuid, all_, bindparam
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from desk.compiled_select import built_once
from models import (
    Agent,
    AgentRole,
    ChatSession,
    ChatTransfer,
    Queue,
    TransferOutcome,
)
from models.chat import OPEN_STATUSES
from services.people.states import is_ready

_is_open = col(ChatTransfer.ended_at).is_(None)


async def transfer(
    session: AsyncSession, transfer_id: UUID, *, lock: bool = False
) -> ChatTransfer | None:
    """Return one transfer, read now; locked until the transaction ends if asked."""
    statement = select(ChatTransfer).where(col(ChatTransfer.id) == transfer_id)
    if lock:
        statement = statement.with_for_update(key_share=True)
    statement = statement.execution_options(populate_existing=True)
    return (await session.exec(statement)).first()


async def open_of_chat(session: AsyncSession, chat_id: UUID) -> ChatTransfer | None:
    """Return the open transfer of a chat."""
    return (await session.exec(_open_of_chat(), params={'chat_id': chat_id})).first()


@cache
def _open_of_chat() -> SelectOfScalar[ChatTransfer]:
    is_of_chat = col(ChatTransfer.chat_session_id) == bindparam('chat_id', type_=Uuid())
    return built_once(select(ChatTransfer).where(is_of_chat, _is_open))


async def open_to(session: AsyncSession, agent: Agent) -> Sequence[ChatTransfer]:
    """Return the open transfers that somebody may accept, first to time out first."""
    values = {'reader_id': agent.id, 'department': agent.department}
    return (await session.exec(_open_to(), params=values)).all()


@cache
def _open_to() -> SelectOfScalar[ChatTransfer]:
    reader = bindparam('reader_id', type_=Uuid())
    of_department = select(col(Queue.id)).where(col(Queue.department) == bindparam('department'))
    return built_once(
        select(ChatTransfer)
        .where(
            _is_open,
            or_(
                col(ChatTransfer.to_agent_id) == reader,
                col(ChatTransfer.to_queue_id).in_(of_department),
            ),
            col(ChatTransfer.from_id) != reader,
            reader != all_(col(ChatTransfer.refused_by_ids)),
        )
        .order_by(col(ChatTransfer.expires_at))
    )


async def open_from(session: AsyncSession, agent_id: UUID) -> Sequence[ChatTransfer]:
    """Return the open transfers that somebody asked for."""
    statement = select(ChatTransfer).where(col(ChatTransfer.from_id) == agent_id, _is_open)
    return (await session.exec(statement)).all()


async def overdue(session: AsyncSession, at: datetime, *, limit: int) -> Sequence[UUID]:
    """Return open transfers whose time is over, or whose chat is over or no longer with who asked."""
    statement = (
        select(ChatTransfer.id)
        .join(ChatSession, col(ChatSession.id) == col(ChatTransfer.chat_session_id))
        .where(
            _is_open,
            or_(
                col(ChatTransfer.expires_at) <= at,
                col(ChatSession.status).not_in(OPEN_STATUSES),
                col(ChatSession.agent_id).is_distinct_from(col(ChatTransfer.from_id)),
            ),
        )
        .limit(limit)
    )
    return (await session.exec(statement)).all()


async def ready_in(session: AsyncSession, department: str) -> list[Agent]:
    """Return the available agents of a department."""
    statement = select(Agent).where(
        col(Agent.department) == department,
        col(Agent.role) == AgentRole.AGENT,
        col(Agent.is_active),
    )
    return [one for one in (await session.exec(statement)).all() if is_ready(one)]


async def category_of(session: AsyncSession, chat_id: UUID) -> UUID | None:
    """Return the 상담 분류 that the last accepted transfer of a chat passed on."""
    statement = (
        select(ChatTransfer.category_id)
        .where(
            col(ChatTransfer.chat_session_id) == chat_id,
            col(ChatTransfer.outcome) == TransferOutcome.ACCEPTED,
            col(ChatTransfer.category_id).is_not(None),
        )
        .order_by(col(ChatTransfer.created_at).desc())
        .limit(1)
    )
    return (await session.exec(statement)).first()
